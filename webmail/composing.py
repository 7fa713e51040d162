"""What the page for writing needs: the form as a letter, its HTML cleaned, its files under names of their own."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import unescape

from mailsvc.core.errors import NotFound
from mailsvc.http import links
from mailsvc.http.helpers import HelperFailedError
from mailsvc.http.links import PictureLink
from mailsvc.http.visits import Uploaded, Visit
from mailsvc.mail import drafts, quoting, senders, writing
from mailsvc.mail.drafts import Place
from mailsvc.mail.quoting import Original
from mailsvc.mail.senders import Sender
from mailsvc.mail.sending import Unfit
from mailsvc.mail.writing import FILES_BYTES, MOST_FILES, WAYS, Writing
from mailsvc.message.compose import File
from mailsvc.message.filetypes import is_runnable, type_of
from mailsvc.message.scan import scan
from mailsvc.message.text import html_to_text
from mailsvc.store import preferences
from mailsvc.store.tx import Tx
from webmail import letters
from webmail.bodies import link_key
from webmail.i18n import _
from webmail.opening import placed

log = logging.getLogger(__name__)

TEXT_LONGEST = 2_000_000
SECONDS = 4.0
SIGNATURE = "signature:"
"""Before the address, in the names of preferences."""
UNDO = "undo_seconds"
UNDO_SECONDS, UNDO_MOST = 15, 60
_SHOWN_PICTURE = re.compile(r'src="/anh/[\w-]+\?cid=([^"&]+)"')


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the letter as the page names it. `key` stands for name and bytes."""

    key: str
    name: str
    size: int


def kept(files: Iterable[File]) -> tuple[Kept, ...]:
    """The attached files; pictures of the text are not listed."""
    return tuple(Kept(key_of(one), one.name, len(one.data)) for one in files if not one.content_id)


def key_of(file: File) -> str:
    return hashlib.sha256(file.name.encode("utf-8", "replace") + b"\0" + file.data).hexdigest()[:20]


# ---- HTML ---------------------------------------------------------------------------------------------------
async def cleaned(visit: Visit, html: str, pictures: dict[str, str]) -> str:
    """HTML without anything active, made in the child; its text as HTML when it is not fit for that. `pictures` maps
    Content-IDs to the addresses to put in."""
    if not html.strip():
        return ""
    source = html.encode("utf-8", "replace")
    try:
        answer = await visit.state.helpers.call("letter", "clean", {"pictures": pictures}, source, seconds=SECONDS)
    except HelperFailedError as error:
        log.info("text of a letter kept as plain text: %s", error)
        return writing.as_html(await visit.office.work(html_to_text, html))
    return str(answer.data.decode("utf-8", "replace"))


async def from_browser(visit: Visit, html: str, files: Sequence[File]) -> str:
    """The editor's HTML for the letter: cleaned here again, pictures by Content-ID."""
    known = {one.content_id: f"cid:{one.content_id}" for one in files if one.content_id}
    return await cleaned(visit, _SHOWN_PICTURE.sub(lambda found: f'src="cid:{unescape(found[1])}"', html), known)


async def for_editor(visit: Visit, content_id: int, data: bytes, html: str) -> str:
    """A letter's HTML for the editor: pictures that came along get addresses for a while."""
    key, until = await link_key(visit), visit.office.clock.now_ms() + links.LIFE_MS
    pictures = letters.pictures((await visit.office.work(scan, data)).parts)
    addresses = {
        name: f"/anh/{links.sign(key, PictureLink(content_id, part, until))}?cid={name}"
        for name, part in pictures.items()
        if re.fullmatch(r"[\w.@+=-]{1,200}", name)
    }
    return await cleaned(visit, html, addresses)


# ---- where it comes from ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Desk:
    """Who writes: the addresses to choose from, the signature of each (cleaned when it was saved), the usual one."""

    senders: tuple[Sender, ...]
    signatures: dict[str, str]
    usual: str
    undo_seconds: int


def desk(tx: Tx, account_id: int) -> Desk:
    """Raises NotFound for a closed account."""
    found = senders.of(tx, account_id)
    if not found:
        raise NotFound("Tài khoản này không gửi thư được.")
    chosen = preferences.of(tx, account_id)
    signatures = {one.address: chosen.get(SIGNATURE + one.address, "") for one in found}
    seconds = chosen.get(UNDO, "")
    usual = chosen.get("compose_from", "")
    return Desk(
        found,
        signatures,
        usual if usual in signatures else found[0].address,
        min(int(seconds), UNDO_MOST) if seconds.isdigit() else UNDO_SECONDS,
    )


async def original(visit: Visit, place: Place) -> tuple[Original, int]:
    """The letter that is answered or forwarded, and its content. Raises NotFound when the person may not read it."""
    office = visit.office
    opened = await office.db.read(placed, office.blobs, visit.who.account.id, place.mailbox_id, place.uid)
    data = bytes(opened.data[:])
    found = await office.work(scan, data)
    leaves = letters.body_leaves(found.parts)
    source = await office.work(letters.html_of, data, leaves)
    text = await office.work(letters.text_of, data, leaves)
    known = {name: f"cid:{name}" for name in letters.pictures(found.parts)}
    html = await cleaned(visit, source, known) if letters.has_html(leaves) else writing.as_html(text)
    return Original(found, data, html, text), opened.line.content_id


async def begun(visit: Visit, way: str, place: Place, on: Desk) -> tuple[Writing, int, bytes]:
    """An answer or a forward to begin with, and where its pictures lie."""
    found, content_id = await original(visit, place)
    own = {one.address.lower() for one in on.senders}
    made = await visit.office.work(quoting.begun, found, way, str(place), own, on.usual)
    return made, content_id, bytes(found.data)


# ---- the form -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Form:
    """What the form brought. `fresh` are pictures that came with it, by Content-ID."""

    letter: Writing
    known: Place | None
    fresh: tuple[File, ...]


async def read_form(visit: Visit) -> Form:
    """The form as a letter. Raises Unfit for files that cannot go along; they are then left out."""
    place, origin = drafts.read_place(visit.field("nhap", 40)), drafts.read_place(visit.field("nguon", 40))
    way = visit.field("cach", 30)
    base = await _base(visit, place, origin, way if way in WAYS else "")
    wanted = {str(one) for one in visit.form.getlist("giu")}
    stay = [one for one in base.files if one.content_id or key_of(one) in wanted]
    new, fresh = await _uploads(visit)
    known_files = _unique([*stay, *new, *fresh])
    html = ""
    if visit.field("kieu", 10) == "html":
        # The page puts a new picture where the cursor is once it has its address; until then it stands at the end.
        shown = "".join(f'<div><img src="cid:{one.content_id}"></div>' for one in fresh)
        html = await from_browser(visit, visit.field("html", TEXT_LONGEST) + shown, known_files)
    given = visit.field("ma_thu", 200)
    tab = visit.field("the", 40)
    domain = visit.office.settings.primary_domain
    letter = replace(
        base,
        sender=visit.field("tu", 320).lower(),
        to=visit.field("den", 60_000),
        cc=visit.field("cc", 60_000),
        bcc=visit.field("bcc", 60_000),
        subject=" ".join(visit.field("chu_de", 2000).split()),
        text=_whole_text(visit),
        html=html,
        files=known_files,
        message_id=given if writing.is_message_id(given) else writing.new_message_id(domain),
        tab=tab if tab.isalnum() else "",
        receipt=bool(visit.field("bao_da_doc", 5)),
        urgent=bool(visit.field("quan_trong", 5)),
    )
    return Form(letter, place, tuple(fresh))


def _whole_text(visit: Visit) -> str:
    """The text as typed, blank lines at its head and all."""
    value = visit.form.get("chu", "")
    text = value if isinstance(value, str) else ""
    return text[:TEXT_LONGEST].replace("\0", "").replace("\r\n", "\n")


async def _base(visit: Visit, place: Place | None, origin: Place | None, way: str) -> Writing:
    """The draft as it was last saved, else what the answer began with, else nothing: files, and the place in the
    conversation. A draft that has gone meanwhile is no reason to lose what is written now."""
    office, who = visit.office, visit.who.account.id
    if place is not None:
        try:
            _content, data = await office.db.read(drafts.load, office.blobs, who, place)
            return await office.work(writing.from_bytes, data)
        except NotFound:
            log.info("the draft %s has gone; what the form holds is saved anew", place)
    if origin is not None and way:
        try:
            found, _content = await original(visit, origin)
        except NotFound:
            return Writing("")
        return await office.work(quoting.begun, found, way, str(origin), set(), "")
    return Writing("")


async def _uploads(visit: Visit) -> tuple[list[File], list[File]]:
    """New files and new pictures for the text."""
    files = [_file(one) for one in await visit.files("tep")]
    pictures = [
        replace(one, content_id=f"{secrets.token_hex(8)}@anh")
        for one in map(_file, await visit.files("anh"))
        if one.content_type.startswith("image/") and one.content_type != "image/svg+xml"
    ]
    return files, pictures


def _file(given: Uploaded) -> File:
    kind = type_of(given.name)
    # A message is attached as a file: only one of our own store is sure to have whole lines.
    return File(
        given.name, "application/octet-stream" if kind.startswith(("message/", "multipart/")) else kind, given.data
    )


def _unique(files: Iterable[File]) -> tuple[File, ...]:
    return tuple({(one.content_id or key_of(one)): one for one in files}.values())


def check_files(files: Sequence[File]) -> None:
    """Raises Unfit for programs, and for more than a letter carries."""
    programs = [one.name for one in files if is_runnable(one.name, one.data[:4])]
    if programs:
        raise Unfit({"files": _("“%(name)s” là chương trình; không gửi được qua thư.", name=programs[0])})
    size = sum(len(one.data) for one in files)
    if size > FILES_BYTES:
        have, most = f"{size / 1048576:.1f}".replace(".", ","), FILES_BYTES // 1048576
        raise Unfit({"files": _("Các tệp nặng %(have)s MB; mỗi thư chở được %(most)s MB.", have=have, most=most)})
    if len(files) > MOST_FILES:
        raise Unfit({"files": _("Mỗi thư có nhiều nhất %(most)s tệp.", most=MOST_FILES)})
