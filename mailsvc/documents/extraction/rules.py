"""From the lines of a document to the proposal. Empty beats wrong: a field is given only on good evidence."""

import re
from collections.abc import Sequence
from dataclasses import replace

from mailsvc.vietnamese.fold import fold

from .deadline import Deadline, read_deadline
from .head import Head, read_head, split_lines
from .issuer import Issuer, read_issuer
from .layout import Line, Sheet, join, paragraphs
from .meeting import Meeting, read_meeting
from .number import Number
from .proposal import NORMAL, Proposal
from .recipients import read_recipients
from .signer import Signer, read_signer, split_signatures
from .syllables import is_legacy, marked, validity
from .title import Title, read_title

_ANNEX = re.compile(
    r"(?P<code>\d{1,6}[a-z]?(?:/\d{4})?[/-][^\s;,]{2,40})\s*[;,]?\s*\d{2}/\d{2}/\d{4}\s+\d{2}:\d{2}:\d{2}"
)
_INVITING = re.compile(
    r"^(?:moi|trieu tap|ve viec moi|ve viec trieu tap|du hop|hop )|\b(?:moi|trieu tap) (?:du|hop|"
    r"tham du|tham gia|dai bieu)"
)
_INVITATIONS = ("Giấy mời", "Thư mời", "Giấy triệu tập")


def propose(sheet: Sheet) -> Proposal | None:
    """The proposal, None when the file does not look like an official document or its text cannot be trusted."""
    if not is_readable(sheet):
        return None
    lines = split_lines(sheet.lines)
    head = read_head(lines)
    if not (head.motto or head.party or head.number_seen):
        return None
    _fill_from_stamps(head, sheet)
    title = read_title(lines, head)
    rest = split_signatures(lines[title.end :])
    signer, end = read_signer(rest)
    body = paragraphs(rest[:end])
    issuer = read_issuer(head.names, join(line.text for line in body)[:20000])
    recipients = read_recipients(body)
    if not _is_document(head, title, issuer, recipients):
        return None
    proposal = _assemble(head, title, issuer, signer)
    proposal = _with_text(proposal, body, head, recipients)
    return replace(proposal, annex_of=_annex(sheet), confidence=_confidence(proposal, head, title, signer))


def is_readable(sheet: Sheet) -> bool:
    """The text is Vietnamese in Unicode: not a bad text layer, not an old eight-bit font."""
    text = "\n".join(line.text for line in sheet.lines[:400])
    return len(text) >= 40 and not is_legacy(text) and validity(text) >= 0.62 and marked(text) >= 0.3


def _fill_from_stamps(head: Head, sheet: Sheet) -> None:
    """Number and day that were given when signing stand in fields above the page (handbook §3, practice)."""
    blank = head.number is None or not head.number.number
    if not sheet.stamped or not (blank or head.date is None or not head.date.iso):
        return
    stamped = read_head(split_lines(sheet.stamped))
    if blank and stamped.number is not None and stamped.number.number:
        same = head.number is None or stamped.number.notation == head.number.notation
        head.number = stamped.number if same else head.number
    if stamped.date is not None and stamped.date.iso and (head.date is None or stamped.date.place == head.date.place):
        head.date = stamped.date


def _is_document(head: Head, title: Title, issuer: Issuer, recipients: Sequence[str]) -> bool:
    evidence = (
        head.motto or head.party,
        head.number is not None and bool(head.number.notation),
        head.date is not None,
        bool(issuer.name),
        title.printed or bool(title.subject and head.brief),
        bool(recipients),
    )
    return sum(evidence) >= 3


def _assemble(head: Head, title: Title, issuer: Issuer, signer: Signer) -> Proposal:
    number = head.number or Number("", "", "")
    date = head.date
    return Proposal(
        type_name=title.kind.name if title.kind is not None else "",
        type_abbr=title.kind.abbreviation if title.kind is not None else "",
        number=number.number if number.notation else "",
        notation=number.notation,
        code=number.code,
        issue_date=date.iso if date is not None else "",
        place=date.place if date is not None else "",
        issuer=issuer.name,
        issuer_printed=issuer.printed,
        superior_printed=issuer.superior,
        subject=title.subject,
        signer=signer,
        urgency=head.urgency or NORMAL,
        secrecy="hold" if head.secret else "none",
    )


def _with_text(proposal: Proposal, body: Sequence[Line], head: Head, recipients: tuple[str, ...]) -> Proposal:
    texts = [line.text for line in body]
    year = head.date.year if head.date is not None else 0
    deadline = read_deadline(texts, proposal.issue_date, year)
    return replace(
        proposal,
        deadline=deadline.day,
        deadline_text=deadline.text,
        addressed_to=recipients,
        meeting=_meeting(proposal, texts),
        confidence=_deadline_confidence(deadline),
    )


def _meeting(proposal: Proposal, texts: Sequence[str]) -> Meeting | None:
    if proposal.type_name not in _INVITATIONS and not _INVITING.search(fold(proposal.subject)):
        return None
    return read_meeting(texts, proposal.issue_date)


def _deadline_confidence(deadline: Deadline) -> dict[str, float]:
    return {"deadline": 0.9 if deadline.certain else 0.6} if deadline.day else {}


def _annex(sheet: Sheet) -> str:
    """Code that the organisation's signature shows on an annex signed by itself (Decree 30/2020 Appendix I §II.8)."""
    for line in sheet.stamped[:6]:
        found = _ANNEX.search(line.text)
        if found and found["code"][-1].isalnum():
            return found["code"]
    return ""


def _confidence(proposal: Proposal, head: Head, title: Title, signer: Signer) -> dict[str, float]:
    sure = dict(proposal.confidence)
    sides = any(line.side for line in head.names)
    for name, value in (
        ("type_name", 0.98 if title.printed else 0.9 if head.brief else 0.7),
        ("number", 0.98),
        ("notation", 0.97),
        ("issue_date", 0.97),
        ("place", 0.96),
        ("issuer", 0.93 if sides and proposal.superior_printed else 0.85),
        ("subject", 0.93 if title.printed or head.brief else 0.6),
        ("addressed_to", 0.9),
    ):
        if getattr(proposal, name):
            sure[name] = value
    if signer.name:
        sure["signer"] = 0.95 if signer.position else 0.7
    if proposal.meeting is not None:
        sure["meeting"] = 0.9
    return sure
