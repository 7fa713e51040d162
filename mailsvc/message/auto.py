"""Marks of mail that no person wrote by hand: lists, bulk, automatic answers, reports (RFC 3834 §2, RFC 2369 §2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailsvc.message.headers import decode
from mailsvc.message.parts import Part

_BULK = frozenset({"bulk", "list", "junk"})
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Auto:
    """Header marks, decoded and stripped; '' when the field is absent.

    auto_submitted: the first word of Auto-Submitted, lower case. precedence: lower case. return_path: the address
    inside Return-Path, '' for the null path; None when there is no such field. report_type: of multipart/report, lower
    case (`delivery-status`, `disposition-notification`). content_type: type/subtype of the whole message.
    suppress: X-Auto-Response-Suppress or an older mark of an answering program. unsubscribe: List-Unsubscribe present.
    """

    list_id: str
    auto_submitted: str
    precedence: str
    return_path: str | None
    report_type: str
    content_type: str
    suppress: str
    unsubscribe: bool

    @property
    def bulk(self) -> bool:
        """Sent to many: a list, a newsletter."""
        return bool(self.list_id) or self.unsubscribe or self.precedence in _BULK

    @property
    def report(self) -> bool:
        """A delivery report or a receipt."""
        return self.content_type == "multipart/report" or bool(self.report_type)

    @property
    def automatic(self) -> bool:
        """No answer may be sent to it by a program (RFC 3834 §2)."""
        return self.report or self.bulk or self.auto_submitted not in ("", "no") or self.null_sender or self.replied

    @property
    def null_sender(self) -> bool:
        """It came with the null return path."""
        return self.return_path == ""

    @property
    def replied(self) -> bool:
        """An answering program made it: it says so itself."""
        return (
            self.auto_submitted.startswith("auto-replied") or self.precedence == "auto_reply" or "auto" in self.suppress
        )


def auto_marks(header: Mapping[bytes, bytes], root: Part) -> Auto:
    """The marks of lower-case field names and unfolded values."""

    def text(name: bytes) -> str:
        value = header.get(name)
        return decode(value[:_LONGEST]).strip() if value else ""

    path = header.get(b"return-path")
    return Auto(
        text(b"list-id"),
        text(b"auto-submitted").partition(";")[0].partition("(")[0].strip().lower(),
        text(b"precedence").lower(),
        None if path is None else decode(path[:_LONGEST]).strip().strip("<>").strip(),
        root.param("report-type").lower() if root.content_type == "multipart/report" else "",
        root.content_type,
        _suppress(header),
        b"list-unsubscribe" in header,
    )


def _suppress(header: Mapping[bytes, bytes]) -> str:
    marks = []
    if header.get(b"x-auto-response-suppress"):
        marks.append("suppress")
    if any(name in header for name in (b"x-autoreply", b"x-autorespond", b"x-autoresponder", b"x-auto-reply-from")):
        marks.append("autoreply")
    return " ".join(marks)
