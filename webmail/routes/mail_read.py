"""Reading a letter: its conversation, and its HTML behind four walls."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mailsvc.core.errors import NotFound
from mailsvc.http import links
from mailsvc.http.files import picture_type
from mailsvc.http.headers import FILE_POLICY, LETTER_POLICY
from mailsvc.http.links import PictureLink
from mailsvc.http.paths import local_path
from mailsvc.http.visits import Visit, get, post
from mailsvc.mail import access
from mailsvc.message.scan import decode_part, unpack_parts
from mailsvc.store import contents, listing, private_flags
from mailsvc.store.blobs import Blobs
from mailsvc.store.flags import FLAGGED, SEEN
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx
from webmail import bodies, chain, letter_list, letters, reading, remote_pictures, views
from webmail.conversation import Conversation, conversation
from webmail.i18n import _
from webmail.letter_list import MailList, Position
from webmail.opening import Placed, contained, open_letter
from webmail.pages import go, page
from webmail.routes.mail_list import position
from webmail.views import Shelf


async def letter(visit: Visit) -> Response:
    """The letter in its conversation, beside the list it was opened from. Opening it marks it as seen."""
    opened = await open_letter(visit)
    return await letter_page(visit, opened)


async def letter_page(visit: Visit, opened: Placed, problem: str = "") -> Response:
    """The same for a letter that is open already; `problem`: why its invitation was not answered (422)."""
    reader = await reading.read(visit, opened, await visit.office.work(contained, opened.data))
    if problem and reader.invite is not None:
        reader = replace(reader, invite=replace(reader.invite, problem=problem))
    await _seen_now(visit, opened)
    beside = await visit.office.db.read(
        _beside, visit.who.account.id, opened, visit.query("tim", 400), position(visit)
    )
    number = views.arrival(opened.line.keywords)
    stages: tuple[chain.Stage, ...] = ()
    if number is not None:
        stages = await visit.office.db.read(chain.of_letter, visit.actor, opened.folder.id, number, reader.base)
    return await page(
        visit,
        "mail_read.html",
        status=422 if problem else 200,
        chain=stages,
        shelves=beside.shelves,
        letters=beside.letters,
        current=opened.folder,
        reader=reader,
        talk=beside.talk,
        whole=visit.query("het") == "1",
        newer=beside.newer,
        older=beside.older,
        uid=beside.standing,
    )


async def one_letter(visit: Visit) -> Response:
    """The letter alone, to be put into the page of its conversation; the whole page for who comes without that."""
    opened = await open_letter(visit)
    if "hx-request" not in visit.request.headers:
        return RedirectResponse(f"/thu/{opened.folder.id}/{opened.line.uid}", 303)
    reader = await reading.read(visit, opened, await visit.office.work(contained, opened.data))
    await _seen_now(visit, opened)
    return await page(visit, "mail_one.html", reader=reader, shelves=opened.shelves)


async def far_letters(visit: Visit) -> Response:
    """The lines of the letters far from the open one, when they are wanted; `phan` says on which side."""
    opened = await open_letter(visit)
    if "hx-request" not in visit.request.headers:
        return RedirectResponse(f"/thu/{opened.folder.id}/{opened.line.uid}?het=1", 303)
    talk = await visit.office.db.read(conversation, opened)
    groups = talk.before if visit.query("phan") == "truoc" else talk.after
    shown = tuple(replace(group, folded=False) for group in groups if group.folded)
    return await page(visit, "mail_more.html", groups=shown)


async def _seen_now(visit: Visit, opened: Placed) -> None:
    """Fetching ahead does not count as reading, nor does a page that looks again (js/refresh.js)."""
    headers = visit.request.headers
    ahead = "prefetch" in headers.get("sec-purpose", "") + headers.get("purpose", "") or "x-nhin-lai" in headers
    if not opened.line.flags & SEEN and visit.request.method == "GET" and not ahead:
        await visit.office.db.write(mark_seen, opened.folder.guest, opened.folder.id, opened.line.uid)


def mark_seen(tx: Tx, guest: Guest | None, mailbox_id: int, uid: int) -> None:
    """What mail clients do when a letter is opened. A guest without the right to just reads."""
    guest = access.again(tx, guest, mailbox_id)
    if guest is not None and "s" not in guest.rights:
        return
    for _uid, flags, keywords in private_flags.rows(tx, guest, mailbox_id, uid, uid, ("uid", "flags", "keywords")):
        if not flags & SEEN:
            private_flags.set_flags(tx, guest, mailbox_id, [(uid, flags, flags | SEEN, keywords)])


@dataclass(frozen=True, slots=True)
class _Beside:
    shelves: tuple[Shelf, ...]
    letters: MailList
    talk: Conversation
    newer: int | None
    older: int | None
    standing: int
    """The UID of the row that the letter stands in: its own, or that of its conversation."""


def _beside(tx: Tx, account_id: int, opened: Placed, query: str, given: Position) -> _Beside:
    """The list the letter stands in: the page it was opened from, or one it is on now; the letters next to it."""
    mailbox_id, uid = opened.folder.id, opened.line.uid
    shelves = views.shelves(tx, account_id)
    shelf, folder = views.find_folder(shelves, mailbox_id)
    shown = letter_list.beside(tx, account_id, shelf, folder, query, given, opened.line)
    newer, older = listing.neighbours(tx, mailbox_id, opened.line)
    if query:
        place = letter_list.place_of(opened.line)
        newer = next((one.uid for one in reversed(shown.lines) if letter_list.place_of(one) > place), None)
        older = next((one.uid for one in shown.lines if letter_list.place_of(one) < place), None)
    talk = conversation(tx, opened)
    rows, here = {line.uid for line in shown.lines}, talk.uids_in(mailbox_id)
    standing = uid if uid in rows else next((one for one in sorted(here, reverse=True) if one in rows), uid)
    return _Beside(shelves, shown, talk, newer, older, standing)


async def star(visit: Visit) -> Response:
    """Put the star on the letter, or take it off; `co` is 1 or 0."""
    opened = await open_letter(visit)
    wanted = visit.field("co", 1) == "1"
    await visit.office.db.write(_star, opened.folder.guest, opened.folder.id, opened.line.uid, wanted)
    back = local_path(visit.field("ve"), f"/thu/{opened.folder.id}/{opened.line.uid}")
    return go(visit, back, _("Đã gắn sao.") if wanted else _("Đã bỏ sao."))


def _star(tx: Tx, guest: Guest | None, mailbox_id: int, uid: int, wanted: bool) -> None:
    guest = access.again(tx, guest, mailbox_id)
    if guest is not None:
        access.demand(guest.rights, "w")
    for _uid, flags, keywords in private_flags.rows(tx, guest, mailbox_id, uid, uid, ("uid", "flags", "keywords")):
        changed = flags | FLAGGED if wanted else flags & ~FLAGGED
        if changed != flags:
            private_flags.set_flags(tx, guest, mailbox_id, [(uid, flags, changed, keywords)])


# ---- the body -----------------------------------------------------------------------------------------------
async def body(visit: Visit) -> Response:
    """The HTML of a letter for the frame: own address, own policy, nothing from elsewhere."""
    opened = await open_letter(visit)
    parts = unpack_parts(await visit.office.db.read(contents.packed_parts, opened.line.content_id))
    cleaned = None
    if letters.has_html(letters.body_leaves(parts)):
        key, now_ms = await bodies.link_key(visit), visit.office.clock.now_ms()
        remote = remote_pictures.permits(key, visit.query("anh", 400), opened.line.content_id, now_ms)
        cleaned = await bodies.cleaned(visit, opened.line.content_id, opened.data, parts, remote=remote)
    if cleaned is None:
        raise NotFound("Thư này chỉ xem được ở dạng chữ.")
    return framed(visit, "letter.html", body=cleaned.shown())


def framed(visit: Visit, template: str, **values: object) -> Response:
    """A document from strangers for a sandboxed frame, behind its own policy."""
    shown = visit.state.templates.get_template(template).render(values)
    headers = {"Content-Security-Policy": LETTER_POLICY, "Cache-Control": "private, no-store"}
    return HTMLResponse(shown, headers=headers)


async def print_view(visit: Visit) -> Response:
    """Head and body on white paper, without the frame of the house; still behind the walls of a letter."""
    opened = await open_letter(visit)
    reader = await reading.read(visit, opened, await visit.office.work(contained, opened.data))
    shown = reader.text
    if shown is None:
        remote = bool(reader.shown)
        cleaned = await bodies.cleaned(visit, opened.line.content_id, opened.data, reader.scan.parts, remote=remote)
        shown = cleaned.shown() if cleaned else Markup("")
    organisation = visit.office.settings.organisation.name
    return framed(visit, "mail_print.html", reader=reader, body=shown, organisation=organisation)


# ---- pictures inside the body -------------------------------------------------------------------------------
async def show_pictures(visit: Visit) -> Response:
    """Show the pictures from elsewhere in this letter; with `nho`, in all letters of its sender from now on."""
    opened = await open_letter(visit)
    base, address = f"/thu/{opened.folder.id}/{opened.line.uid}", opened.line.from_address
    wish = visit.field("nho", 5)
    if wish == "thoi":
        await visit.office.db.write(remote_pictures.forget, visit.who.account.id, address)
        return go(visit, base, _("Từ nay không tự hiện ảnh của %(sender)s.", sender=address))
    key, now_ms = await bodies.link_key(visit), visit.office.clock.now_ms()
    path = f"{base}?anh={remote_pictures.permission(key, opened.line.content_id, now_ms)}"
    if wish == "luon" and address:
        await visit.office.db.write(remote_pictures.remember, visit.who.account.id, address)
        return go(visit, path, _("Từ nay luôn hiện ảnh trong thư của %(sender)s.", sender=address))
    return go(visit, path)


async def remote_picture(visit: Visit) -> Response:
    """A picture from another host, fetched and made again by us. The address is the permission."""
    key, now_ms = await bodies.link_key(visit), visit.office.clock.now_ms()
    token = str(visit.request.path_params["token"])
    data = await remote_pictures.picture(visit.state.picture_gate, visit.state.helpers, key, token, now_ms)
    return _for_frame(data, "image/webp")


async def picture(visit: Visit) -> Response:
    """A picture that came inside a letter. The address is the permission: a sandboxed frame sends no cookie."""
    token = str(visit.request.path_params["token"])
    link = links.check(await bodies.link_key(visit), token, visit.office.clock.now_ms())
    data = await visit.office.db.read(_part_data, visit.office.blobs, link)
    kind = picture_type(data)
    if not kind:
        raise NotFound("Tệp này không phải là ảnh.")
    return _for_frame(data, kind)


def _for_frame(data: bytes, kind: str) -> Response:
    headers = {
        "Content-Security-Policy": FILE_POLICY,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "private, max-age=600",
    }
    return Response(data, media_type=kind, headers=headers)


def _part_data(tx: Tx, blobs: Blobs, link: PictureLink) -> bytes:
    parts = unpack_parts(contents.packed_parts(tx, link.content_id))
    if link.part >= len(parts):
        raise NotFound("Không có ảnh này.")
    return decode_part(contents.load(tx, blobs, link.content_id), parts[link.part])


ROUTES = (
    get("/thu/{mailbox}/{uid}", letter),
    get("/thu/{mailbox}/{uid}/mot-thu", one_letter),
    get("/thu/{mailbox}/{uid}/xep", far_letters),
    get("/thu/{mailbox}/{uid}/noi-dung", body),
    get("/thu/{mailbox}/{uid}/in", print_view),
    post("/thu/{mailbox}/{uid}/sao", star),
    post("/thu/{mailbox}/{uid}/anh", show_pictures),
    get("/anh/ngoai/{token}", remote_picture, public=True),
    get("/anh/{token}", picture, public=True),
)
