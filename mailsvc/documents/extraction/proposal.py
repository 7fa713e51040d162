"""What was read from one document: proposed register fields, each with how sure the rules are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .meeting import Meeting
from .signer import Signer

NORMAL = "thuong"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Texts are empty where the document gives no good evidence. Dates are ISO days.

    urgency: thuong, khan, thuong_khan, hoa_toc. secrecy: none, or hold: a mark stands on the page and a person decides.
    confidence: field name to 0..1 for the fields that were found. annex_of: code of the document this file belongs to.
    """

    type_name: str = ""
    type_abbr: str = ""
    number: str = ""
    notation: str = ""
    code: str = ""
    issue_date: str = ""
    place: str = ""
    issuer: str = ""
    issuer_printed: str = ""
    superior_printed: str = ""
    subject: str = ""
    signer: Signer = field(default=Signer("", "", ""))
    urgency: str = NORMAL
    deadline: str = ""
    deadline_text: str = ""
    addressed_to: tuple[str, ...] = ()
    meeting: Meeting | None = None
    secrecy: str = "none"
    annex_of: str = ""
    confidence: Mapping[str, float] = field(default_factory=dict)

    @property
    def year(self) -> str:
        """Year of the number: of the notation in normative documents, else of the day of issue; empty when unknown."""
        first = self.notation.split("/")[0]
        return first if first.isdigit() and len(first) == 4 else self.issue_date[:4]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what is unknown is None."""
        signer = {
            "authority": self.signer.authority or None,
            "position": self.signer.position or None,
            "name": self.signer.name or None,
        }
        result: dict[str, Any] = {name: getattr(self, name) or None for name in _TEXTS}
        result["signer"] = signer if any(signer.values()) else None
        result["addressed_to"] = list(self.addressed_to)
        if any(self.signer.other):
            result["co_signer"] = {"position": self.signer.other[0] or None, "name": self.signer.other[1] or None}
        if self.meeting is not None:
            result["meeting"] = {
                "start": self.meeting.start,
                "place": self.meeting.place or None,
                "chair": self.meeting.chair or None,
            }
        if self.annex_of:
            result["annex_of"] = self.annex_of
        result["confidence"] = dict(self.confidence)
        return result


_TEXTS: Sequence[str] = (
    "type_name",
    "type_abbr",
    "number",
    "notation",
    "code",
    "issue_date",
    "place",
    "issuer",
    "issuer_printed",
    "superior_printed",
    "subject",
    "urgency",
    "deadline",
    "deadline_text",
    "secrecy",
)


def from_dict(values: Mapping[str, Any]) -> Proposal:
    """The value that to_dict wrote. Raises KeyError, TypeError, ValueError for anything else."""
    signer = values["signer"] or {}
    other = values.get("co_signer") or {}
    meeting = values.get("meeting")
    return Proposal(
        **{name: str(values[name] or "") for name in _TEXTS},
        signer=Signer(
            str(signer.get("authority") or ""),
            str(signer.get("position") or ""),
            str(signer.get("name") or ""),
            (str(other.get("position") or ""), str(other.get("name") or "")),
        ),
        addressed_to=tuple(str(name) for name in values["addressed_to"]),
        meeting=_meeting(meeting) if meeting else None,
        annex_of=str(values.get("annex_of") or ""),
        confidence={str(name): float(part) for name, part in values["confidence"].items()},
    )


def _meeting(values: Mapping[str, Any]) -> Meeting:
    return Meeting(str(values["start"]), str(values["place"] or ""), str(values["chair"] or ""))
