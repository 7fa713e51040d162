"""News while a page is open: the stream `/su-kien`, and the numbers in the rail for pages that only show those."""

from __future__ import annotations

from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from mailsvc.core.errors import Invalid
from mailsvc.http.streams import Full, Streams
from mailsvc.http.visits import Visit, get
from webmail import shell, views, words


async def stream(visit: Visit) -> Response:
    """Server-sent events: `doi` with the ids of mailboxes that changed (`thu`), `het` when anything may have."""
    if "text/event-stream" not in visit.request.headers.get("accept", ""):
        raise Invalid("Địa chỉ này chỉ dùng cho trang đang mở, không mở riêng được.")  # as a page it would never end
    streams: Streams = visit.state.streams
    missed = "last-event-id" in visit.request.headers
    try:
        events = streams.events(visit.office, visit.who.token, missed=missed)
    except Full:
        return PlainTextResponse("full", 503, headers={"Retry-After": "300"})
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def counts(visit: Visit) -> Response:
    """`{"/thu": "3", …}`: what the rail shows beside each part; '' for nothing."""
    rail = await visit.office.db.read(views.rail, visit.who.account.id)
    return JSONResponse({part.prefix: words.badge(part.count) for part in shell.sections(rail)})


ROUTES = (get("/su-kien", stream), get("/su-kien/so", counts))
