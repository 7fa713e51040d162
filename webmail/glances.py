"""What a Word or Excel file says, as a document of its own for a sandboxed frame: in the mail and beside documents."""

from __future__ import annotations

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from mailsvc.http.headers import LETTER_POLICY
from mailsvc.http.previews import Load
from mailsvc.http.visits import Visit

TASKS = {".docx": "quick-word", ".xlsx": "quick-sheet"}
"""Ending of a file to what shows it."""


async def framed(visit: Visit, task: str, load: Load) -> Response:
    """The file; a sentence in its place when it cannot be shown."""
    shown = await visit.state.previews.glance(task, load)
    template = visit.state.templates.get_template("glance_doc.html")
    made = template.render(body=None if shown is None else Markup(shown))  # noqa: S704 - it was cleaned
    headers = {"Content-Security-Policy": LETTER_POLICY, "Cache-Control": "private, no-store"}
    return HTMLResponse(made, headers=headers)
