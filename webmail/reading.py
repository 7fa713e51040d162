"""A letter made ready to be shown: its head, its text or the frame for its HTML, its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mailsvc.http.visits import Visit
from mailsvc.mail import addressees
from mailsvc.message.attachments import Attachment
from mailsvc.message.scan import Scan
from mailsvc.message.suspicion import Evidence, suspicions
from mailsvc.store.flags import FLAGGED, SEEN
from mailsvc.vietnamese import legacy
from webmail import bodies, hints, invites, letters, remote_pictures
from webmail.i18n import N_, _
from webmail.opening import Contained, Placed
from webmail.plaintext import CUT, MORE, text_as_html

_HEIGHTS = (6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64, 80, 96, 128)
_HIDDEN_ROLES = ("inline", "signature")
_LABELS = {"to": N_("Đến"), "cc": N_("Đồng gửi"), "reply-to": N_("Trả lời về")}
_LOOKED_AT = 40_000
"""Octets of the text that its encoding is guessed from."""
ENCODINGS = {legacy.TCVN3: "TCVN3", legacy.VNI: "VNI", legacy.VIQR: "VIQR", legacy.CP1258: "Windows-1258"}


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

    @property
    def small(self) -> bool:
        """Whether there is a small picture of it."""
        return self.usable and self.last in ("pdf", "png", "jpg", "jpeg", "gif", "webp", "bmp")

    @property
    def usable(self) -> bool:
        return not (self.blocked or self.unusable)

    @property
    def viewed(self) -> bool:
        """Whether it can be looked at here."""
        return self.small or (self.usable and self.last in ("docx", "xlsx", "txt", "csv", "log", "md", "eml", "ics"))

    @property
    def last(self) -> str:
        """The extension in lower case, without its dot."""
        return self.file.name.rpartition(".")[2].lower() if "." in self.file.name else ""


@dataclass(frozen=True, slots=True)
class Reader:
    """A letter as the page shows it. `text` is set when the text is shown; else the frame shows the HTML. `signed`: the
    text lies inside a signature. `encoding`: the old one that was asked for; `looks` the one it seems to be, or ''."""

    placed: Placed
    scan: Scan
    sender: str
    address: str
    recipients: tuple[tuple[str, tuple[str, ...]], ...]
    text: Markup | None
    has_html: bool
    refused: bool
    remote: int
    trackers: int
    shown: str
    hints: tuple[hints.Hint, ...]
    height: int
    cards: tuple[Card, ...]
    attached: tuple[tuple[letters.Attached, Markup], ...]
    invite: invites.Card | None
    signed: bool
    encoding: str
    looks: str

    @property
    def encodings(self) -> dict[str, str]:
        """Old encodings the text can be read in, with their names."""
        return ENCODINGS

    @property
    def base(self) -> str:
        return f"/thu/{self.placed.folder.id}/{self.placed.line.uid}"

    @property
    def key(self) -> str:
        """How links to the composer name the letter."""
        return f"{self.placed.folder.id}.{self.placed.line.uid}"

    @property
    def starred(self) -> bool:
        return bool(self.placed.line.flags & FLAGGED)

    @property
    def unread(self) -> bool:
        return not self.placed.line.flags & SEEN

    @property
    def several(self) -> bool:
        """Whether "reply to all" reaches more people than "reply"."""
        return sum("@" in one for _label, names in self.recipients for one in names) > 1

    @property
    def trusted(self) -> bool:
        """Whether pictures of this sender may be asked for once and for all."""
        return bool(self.address) and not self.hints

    @property
    def savable(self) -> int:
        """How many files can be downloaded together."""
        return sum(not (card.blocked or card.unusable) for card in self.cards)


async def read(visit: Visit, opened: Placed, found: Contained) -> Reader:
    """What the page and the fragment show of the letter; `?xem=chu` asks for the text instead of the HTML."""
    leaves = letters.body_leaves(found.scan.parts)
    encoding = visit.query("doc", 10) if visit.query("doc", 10) in ENCODINGS else ""
    as_text = visit.query("xem") == "chu" or bool(encoding) or not letters.has_html(leaves)
    evidence = await hints.evidence(visit, opened, found)
    shown = await _pictures(visit, opened, found.scan.from_address, evidence)
    content_id, parts = opened.line.content_id, found.scan.parts
    cleaned = None if as_text else await bodies.cleaned(visit, content_id, opened.data, parts, remote=bool(shown))
    text = None
    words = (_(MORE), _(CUT))
    plain = await visit.office.work(_plain, opened, found, leaves, encoding)
    if cleaned is None:
        text = await visit.office.work(text_as_html, plain.text, *words)
    inner = await visit.office.work(lambda: [text_as_html(one.text, *words) for one in found.attached])
    return Reader(
        placed=opened,
        scan=found.scan,
        sender=found.scan.from_name or found.scan.from_address or _("(không rõ người gửi)"),
        address=found.scan.from_address,
        recipients=_recipients(found.scan),
        text=text,
        has_html=letters.has_html(leaves),
        refused=not as_text and cleaned is None,
        remote=cleaned.remote if cleaned else 0,
        trackers=cleaned.trackers if cleaned else 0,
        shown=shown,
        hints=hints.found(evidence, cleaned.links if cleaned else ()),
        height=height(cleaned.height) if cleaned else 0,
        cards=_cards(found.files, text is not None),
        invite=await invites.card(visit, opened, found.invitation) if found.invitation else None,
        attached=tuple(zip(found.attached, inner, strict=True)),
        signed=plain.signed,
        encoding=encoding,
        looks=plain.looks,
    )


@dataclass(frozen=True, slots=True)
class _Plain:
    text: str
    signed: bool
    looks: str


def _plain(opened: Placed, found: Contained, leaves: Sequence[letters.Leaf], encoding: str) -> _Plain:
    """The body as text, in the encoding wished; where there is none, that inside a signature. For a worker thread."""
    if encoding:
        return _Plain(legacy.reread(letters.text_as_sent(opened.data, leaves), encoding), False, encoding)
    text, looks = letters.text_of(opened.data, leaves), ""
    if not legacy.is_vietnamese(text):
        looks = legacy.guess(letters.text_as_sent(opened.data, leaves, _LOOKED_AT))
    signed = "" if text else letters.signed_text(opened.data, found.scan.parts)
    return _Plain(text or signed, bool(signed), looks)


async def _pictures(visit: Visit, opened: Placed, sender: str, evidence: Evidence) -> str:
    """The permission to show pictures from elsewhere, '' without one: given for this letter, or for all letters of a
    sender that gives no cause for doubt."""
    key, now_ms = await bodies.link_key(visit), visit.office.clock.now_ms()
    given = visit.query("anh", 400)
    if remote_pictures.permits(key, given, opened.line.content_id, now_ms):
        return given
    always = sender.lower() in remote_pictures.trusted(visit.who.chosen) and not suspicions(evidence)
    return remote_pictures.permission(key, opened.line.content_id, now_ms) if always else ""


def height(lines: int) -> int:
    """The step of the frame's height for so many lines."""
    return next((one for one in _HEIGHTS if lines <= one), _HEIGHTS[-1])


def _recipients(scan: Scan) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(label, recipients) of To and Cc, from the decoded head."""
    found = []
    for line in scan.head_text.split("\n"):
        name, _colon, value = line.partition(":")
        label = _LABELS.get(name.strip().lower())
        names = tuple(addressees.pieces(value)) if label else ()
        if label and names:
            found.append((_(label), tuple(one.rstrip(":") for one in names)))
    return tuple(found[:12])


def _cards(files: tuple[Attachment, ...], as_text: bool) -> tuple[Card, ...]:
    """Files to show as cards: pictures that stand in the HTML are not shown again."""
    hidden = ("signature",) if as_text else _HIDDEN_ROLES
    return tuple(Card(n, one) for n, one in enumerate(files) if one.role not in hidden)
