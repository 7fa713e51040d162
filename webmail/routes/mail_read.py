"""Reading a letter: its head, its text, and its HTML behind four walls."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from mailsvc.core.errors import NotFound
from mailsvc.http import links
from mailsvc.http.files import picture_type
from mailsvc.http.headers import FILE_POLICY, LETTER_POLICY
from mailsvc.http.links import PictureLink
from mailsvc.http.visits import Visit, get
from mailsvc.mail import access
from mailsvc.message.attachments import Attachment
from mailsvc.message.scan import Scan, decode_part, unpack_parts
from mailsvc.store import contents, listing, private_flags
from mailsvc.store.blobs import Blobs
from mailsvc.store.flags import SEEN
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx
from webmail import bodies, letters, views
from webmail.opening import Contained, Placed, contained, open_letter
from webmail.pages import page
from webmail.plaintext import text_as_html
from webmail.routes.mail_list import PAGE, MailList, mail_list
from webmail.views import Shelf

_HEIGHTS = (6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64, 80, 96, 128)
_HIDDEN_ROLES = ("inline", "signature")


@dataclass(frozen=True, slots=True)
class Card:
    """A file of the letter; `number` is its place in the address."""

    number: int
    file: Attachment

    @property
    def blocked(self) -> bool:
        return self.file.role == "blocked" or "executable" in self.file.hazards

    @property
    def unusable(self) -> bool:
        """Known by name only: inside an archive that cannot be read, or cut off."""
        return not self.blocked and bool({"encrypted", "unreadable", "ratio", "total", "count"} & {*self.file.hazards})


@dataclass(frozen=True, slots=True)
class Reader:
    """A letter as the page shows it. `text` is set when the text is shown; else the frame shows the HTML."""

    placed: Placed
    scan: Scan
    sender: str
    address: str
    recipients: tuple[tuple[str, str], ...]
    text: Markup | None
    has_html: bool
    refused: bool
    blocked: int
    height: int
    cards: tuple[Card, ...]
    attached: tuple[tuple[letters.Attached, Markup], ...]

    @property
    def base(self) -> str:
        return f"/thu/{self.placed.folder.id}/{self.placed.line.uid}"


async def letter(visit: Visit) -> Response:
    """The letter beside the list it was opened from. Opening it marks it as seen, fetching ahead does not."""
    opened = await open_letter(visit)
    found = await visit.office.work(contained, opened.data)
    reader = await _reader(visit, opened, found)
    if not opened.line.flags & SEEN and visit.request.method == "GET" and not _is_prefetch(visit):
        await visit.office.db.write(mark_seen, opened.folder.guest, opened.folder.id, opened.line.uid)
    beside = await visit.office.db.read(
        _beside, visit.who.account.id, opened, visit.query("tim"), visit.query("trang"), visit.page_number()
    )
    return await page(
        visit,
        "mail_read.html",
        shelves=beside.shelves,
        letters=beside.letters,
        current=opened.folder,
        reader=reader,
        newer=beside.newer,
        older=beside.older,
        uid=opened.line.uid,
    )


def _is_prefetch(visit: Visit) -> bool:
    said = visit.request.headers.get("sec-purpose", "") + visit.request.headers.get("purpose", "")
    return "prefetch" in said


def mark_seen(tx: Tx, guest: Guest | None, mailbox_id: int, uid: int) -> None:
    """What mail clients do when a letter is opened. A guest without the right to just reads."""
    guest = access.again(tx, guest, mailbox_id)
    if guest is not None and "s" not in guest.rights:
        return
    for _, flags, keywords in private_flags.rows(tx, guest, mailbox_id, uid, uid, ("uid", "flags", "keywords")):
        if not flags & SEEN:
            private_flags.set_flags(tx, guest, mailbox_id, [(uid, flags, flags | SEEN, keywords)])


@dataclass(frozen=True, slots=True)
class _Beside:
    shelves: tuple[Shelf, ...]
    letters: MailList
    newer: int | None
    older: int | None


def _beside(tx: Tx, account_id: int, opened: Placed, query: str, given: str, number: int) -> _Beside:
    """The list the letter stands in: the page it was opened from, or the one it is on now; the letters next to it."""
    mailbox_id, uid = opened.folder.id, opened.line.uid
    if not query and not given:
        number = listing.newer_count(tx, mailbox_id, uid) // PAGE + 1
    shelves = views.shelves(tx, account_id)
    shelf, folder = views.find_folder(shelves, mailbox_id)
    shown = mail_list(tx, shelf, folder, query, number)
    newer, older = listing.neighbours(tx, mailbox_id, uid)
    if query:
        uids = [line.uid for line in shown.lines]
        newer = next((one for one in reversed(uids) if one > uid), None)
        older = next((one for one in uids if one < uid), None)
    return _Beside(shelves, shown, newer, older)


# ---- the body -----------------------------------------------------------------------------------------------
async def _reader(visit: Visit, opened: Placed, found: Contained) -> Reader:
    leaves = letters.body_leaves(found.scan.parts)
    as_text = visit.query("xem") == "chu" or not letters.has_html(leaves)
    cleaned = None if as_text else await bodies.cleaned(visit, opened.line.content_id, opened.data, found.scan.parts)
    text = None
    if cleaned is None:
        text = await visit.office.work(lambda: text_as_html(letters.text_of(opened.data, leaves)))
    shown = await visit.office.work(lambda: [text_as_html(one.text) for one in found.attached])  # may take long
    return Reader(
        placed=opened,
        scan=found.scan,
        sender=found.scan.from_name or found.scan.from_address or "(không rõ người gửi)",
        address=found.scan.from_address,
        recipients=_recipients(found.scan),
        text=text,
        has_html=letters.has_html(leaves),
        refused=not as_text and cleaned is None,
        blocked=cleaned.blocked if cleaned else 0,
        height=_height(cleaned.height) if cleaned else 0,
        cards=_cards(found.files, text is not None),
        attached=tuple(zip(found.attached, shown, strict=True)),
    )


def _height(lines: int) -> int:
    return next((one for one in _HEIGHTS if lines <= one), _HEIGHTS[-1])


def _recipients(scan: Scan) -> tuple[tuple[str, str], ...]:
    """(label, names) of To and Cc, from the decoded head."""
    labels = {"to": "Đến", "cc": "Đồng gửi"}
    found = []
    for line in scan.head_text.split("\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() in labels and value.strip():
            found.append((labels[name.strip().lower()], value.strip()[:2000]))
    return tuple(found)


def _cards(files: tuple[Attachment, ...], as_text: bool) -> tuple[Card, ...]:
    """Files to show as cards: pictures that stand in the HTML are not shown again."""
    hidden = ("signature",) if as_text else _HIDDEN_ROLES
    return tuple(Card(n, one) for n, one in enumerate(files) if one.role not in hidden)


async def body(visit: Visit) -> Response:
    """The HTML of a letter for the frame: own address, own policy, nothing from elsewhere."""
    opened = await open_letter(visit)
    parts = unpack_parts(await visit.office.db.read(contents.packed_parts, opened.line.content_id))
    cleaned = None
    if letters.has_html(letters.body_leaves(parts)):
        cleaned = await bodies.cleaned(visit, opened.line.content_id, opened.data, parts)
    if cleaned is None:
        raise NotFound("Thư này chỉ xem được ở dạng chữ.")
    template = visit.state.templates.get_template("letter.html")
    shown = template.render(body=Markup(cleaned.html))  # noqa: S704 - it was cleaned
    headers = {"Content-Security-Policy": LETTER_POLICY, "Cache-Control": "private, no-store"}
    return HTMLResponse(shown, headers=headers)


# ---- pictures inside the body -------------------------------------------------------------------------------
async def picture(visit: Visit) -> Response:
    """A picture that came inside a letter. The address is the permission: a sandboxed frame sends no cookie."""
    token = str(visit.request.path_params["token"])
    link = links.check(await bodies.link_key(visit), token, visit.office.clock.now_ms())
    data = await visit.office.db.read(_part_data, visit.office.blobs, link)
    kind = picture_type(data)
    if not kind:
        raise NotFound("Tệp này không phải là ảnh.")
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
    get("/thu/{mailbox}/{uid}/noi-dung", body),
    get("/anh/{token}", picture, public=True),
)
