"""What a searching command found, in its order, and its ESEARCH response (RFC 4731, RFC 5267, RFC 9394)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mailsvc.imap.finding import Found
from mailsvc.imap.grammar.response import string
from mailsvc.imap.grammar.returns import ALL, Returns
from mailsvc.imap.grammar.sequence import Range, format_set, ranges_of
from mailsvc.imap.view import SelectedView

Numbers = Callable[[Sequence[int]], Sequence[int]]
"""UIDs as the client wants them named."""


@dataclass(frozen=True, slots=True)
class Results:
    """`uids` in the order of the command; `modseqs` by UID where they are to be told (None: not), scores by UID."""

    uids: Sequence[int]
    modseqs: dict[int, int] | None
    scores: dict[int, int]

    @classmethod
    def of(cls, found: Found, order: Sequence[int] | None = None) -> Results:
        modseqs = dict(zip(found.uids, found.modseqs, strict=True)) if found.modseqs else None
        return cls(found.uids if order is None else order, modseqs, found.scores)

    def told(self, returns: Returns) -> Sequence[int]:
        """The UIDs that the answer is about: all of them, or those on its page and at its ends."""
        options = returns.options
        if options & {"ALL", "COUNT"} or not options & {"MIN", "MAX", "PARTIAL"} or not self.uids:
            return self.uids
        ends = ([self.uids[0]] if "MIN" in options else []) + ([self.uids[-1]] if "MAX" in options else [])
        page = returns.partial.of(self.uids) if returns.partial is not None else []
        return list(dict.fromkeys((*ends, *page)))

    def saved(self, returns: Returns) -> list[Range]:
        """What SAVE keeps (RFC 9051 §6.4.4.1, RFC 9394 §3.3)."""
        return list(ranges_of(sorted(self.told(returns))))

    def highest(self, returns: Returns) -> int:
        """The highest mod-sequence of what is told (RFC 7162 §3.1.10), 0 for none."""
        modseqs = self.modseqs or {}
        return max((modseqs[uid] for uid in self.told(returns)), default=0)


def numbers_of(view: SelectedView, *, uid: bool) -> Numbers:
    """How a command names messages: by UID or by sequence number."""
    if uid:
        return lambda uids: uids

    def numbered(uids: Sequence[int]) -> Sequence[int]:
        if len(uids) < 100:
            return [view.number_of(uid) or 0 for uid in uids]
        number = {known: at for at, known in enumerate(view.uids, 1)}
        return [number.get(uid, 0) for uid in uids]

    return numbered


def correlator(tag: bytes) -> bytes:
    return b"(TAG %s)" % string(tag)


def esearch(who: bytes, returns: Returns | None, results: Results, numbers: Numbers, *, uid: bool) -> bytes:
    """The ESEARCH response; `who` is the search correlator."""
    returns = returns or ALL
    words = [b"* ESEARCH", who]
    if uid:
        words.append(b"UID")
    words += _items(returns, results, numbers)
    if results.modseqs is not None and (highest := results.highest(returns)):
        words.append(b"MODSEQ %d" % highest)
    return b" ".join(words) + b"\r\n"


def _items(returns: Returns, results: Results, numbers: Numbers) -> Iterable[bytes]:
    uids = results.uids
    if uids and "MIN" in returns:
        yield b"MIN %d" % numbers(uids[:1])[0]
    if uids and "MAX" in returns:
        yield b"MAX %d" % numbers(uids[-1:])[0]
    if uids and "ALL" in returns:
        yield b"ALL " + format_set(numbers(uids))
    page = uids
    if returns.partial is not None:
        page = returns.partial.of(uids)
        yield b"PARTIAL (%s %s)" % (returns.partial.written, format_set(numbers(page)) or b"NIL")
    if "COUNT" in returns:
        yield b"COUNT %d" % len(uids)
    if "RELEVANCY" in returns:
        yield b"RELEVANCY (%s)" % b" ".join(b"%d" % results.scores.get(uid, 1) for uid in page)
