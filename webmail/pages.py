"""Making pages: templates with the frame around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mailsvc.core.clock import office_date, office_datetime
from mailsvc.http.sessions import Visitor
from mailsvc.http.static import StaticFiles
from mailsvc.http.visits import TOKEN_FIELD, Visit
from mailsvc.store.tx import Tx
from webmail import came_from, i18n, notices, shell, views, words
from webmail.history_words import retold
from webmail.house_words import spoken_labels
from webmail.notices import Notice


def environment(static: StaticFiles) -> Environment:
    """The templates. What a template is not given is an error, never an empty place; everything is escaped."""
    made = Environment(
        loader=PackageLoader("webmail"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_without_tricks,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        static=static.address,
        token_field=TOKEN_FIELD,
        short_time=words.short_time,
        labels=spoken_labels,
        due=words.due,
        arrival=views.arrival,
        initial=views.initial,
    )
    made.filters.update(
        told=i18n.told,
        house=i18n.house_word,
        retold=retold,
        long_time=words.long_time,
        machine_time=words.machine_time,
        day=words.day,
        filesize=words.size,
        number=words.count,
        badge=words.badge,
    )
    return made


# They turn the reading direction: "thu\u202efdp.exe" would be read as "thuexe.pdf".
_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C), None)


def _without_tricks(value: Any) -> Any:
    """Text without marks that make it look like other text."""
    if isinstance(value, str) and not value.isascii():  # Markup too: translated sentences carry names and subjects
        return value.translate(_TURNING)
    return value


async def page(visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page with navigation for who is signed in."""
    rail, desks = await visit.office.db.read(_frame, visit.who.account.id)
    notice = notices.take(visit)
    shown = {**frame(visit.request), "rail": rail, "me": visit.who.account, "notice": notice, "desks": desks}
    shown |= {"sections": shell.sections(rail), "desk_now": visit.who.post.key if visit.who.post else "", **values}
    shown["form_token"] = visit.who.form_token
    response = HTMLResponse(visit.state.templates.get_template(template).render(shown), status)
    if notice is not None:
        notices.clear(visit, response)
    if status == 200:
        came_from.remember(visit, response)
    return response


def _frame(tx: Tx, account_id: int) -> tuple[views.Rail, list[shell.Desk]]:
    return views.rail(tx, account_id), shell.desks(tx, account_id)


def frame(request: Request) -> dict[str, Any]:
    """What every page shows, signed in or not."""
    office = request.app.state.office
    now_ms = office.clock.now_ms()
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    theme = visitor.chosen.get("theme", "") if visitor else ""
    return {
        "language": i18n.language(),
        "languages": i18n.LANGUAGES,
        "theme": "" if theme == "auto" else theme,
        "organisation": office.settings.organisation,
        "path": request.url.path,
        "opening": request.query_params.get("mo", "")[:40],
        "now_ms": now_ms,
        "today": office_date(now_ms),
        "today_words": words.today_words(office_datetime(now_ms)),
        "rail": None,
        "me": None,
        "notice": None,
        "form_token": "",
    }


def bare_page(request: Request, template: str, status: int, values: Mapping[str, Any]) -> Response:
    """A page without navigation: signing in, errors."""
    shown = {**frame(request), **values}
    return HTMLResponse(request.app.state.templates.get_template(template).render(shown), status)


def go(visit: Visit, path: str, text: str = "", undo: str = "", fields: tuple[tuple[str, str], ...] = ()) -> Response:
    """After a form: on to a page, with a line of news."""
    response = RedirectResponse(path, 303)
    if text:
        notices.leave(visit, response, Notice(text, undo, fields))
    return response
