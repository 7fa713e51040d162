"""Searches whose changes are told (RFC 5267 §4.3): what has come to be found, and what no longer is.

A context remembers what the client believes to be the result. When there is news in the mailbox it is looked for
again, the difference told as REMOVEFROM before the news and as ADDTO after it, so that numbers mean what they say.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailsvc.imap import limits
from mailsvc.imap.errors import BadCommand
from mailsvc.imap.finding import Scope, find
from mailsvc.imap.grammar.returns import NOTHING, Fetched, Returns
from mailsvc.imap.grammar.sequence import format_set
from mailsvc.imap.grammar.sorting import Criterion
from mailsvc.imap.ordering import sort
from mailsvc.imap.results import Numbers, correlator, numbers_of
from mailsvc.store.tx import Tx

if TYPE_CHECKING:
    from mailsvc.imap.searching import Searched
    from mailsvc.imap.session import Session
    from mailsvc.imap.view import SelectedView


@dataclass(slots=True)
class Context:
    """`key` is the search, resolved when it was given (message numbers stand for the messages of that moment);
    `uids` what the client knows as its result, in its order; `criteria` of a SORT, else empty;
    `fetch` what to fetch of new messages that are found (RFC 5465 §7)."""

    tag: bytes
    key: Any
    uids: array[int]
    uid: bool
    criteria: tuple[Criterion, ...]
    fetch: Fetched = NOTHING


def expect_fresh_tag(session: Session, tag: bytes, returns: Returns | None) -> None:
    """RFC 5267 §4.3: a tag under which changes are told serves for no other search. Raises BadCommand."""
    if returns is not None and "UPDATE" in returns and tag in session.contexts:
        raise BadCommand("Nhãn lệnh này đang theo dõi một lần tìm khác")


def follow(
    session: Session,
    tag: bytes,
    searched: Searched,
    uids: Sequence[int],
    *,
    uid: bool,
    criteria: tuple[Criterion, ...] = (),
    fetch: Fetched = NOTHING,
) -> None:
    """Tell changes of the result from now on, or tell that they will not be told (RFC 5267 §4.3.1)."""
    if len(session.contexts) >= limits.CONTEXTS:
        session.status(b"*", "NO", "Đang theo dõi quá nhiều lần tìm", f'NOUPDATE "{tag.decode("ascii")}"')
        return
    session.contexts[tag] = Context(tag, searched.key, array("I", uids), uid, criteria, fetch)


# ---- what has changed -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Again:
    """What to look for again: everything a reading needs."""

    scope: Scope
    contexts: Sequence[Context]


def look_again(tx: Tx, again: Again) -> list[Sequence[int]]:
    """The results of the contexts as they are now, in their orders, with messages the client does not know yet."""
    results: list[Sequence[int]] = []
    for context in again.contexts:
        found = find(tx, again.scope, context.key)
        if not context.criteria:
            results.append(found.uids)
        elif set(found.uids) <= set(context.uids) and not found.scores:  # what a message is sorted by does not change
            there = set(found.uids)
            results.append([uid for uid in context.uids if uid in there])
        else:
            results.append(sort(tx, again.scope.mailbox_id, found.uids, found.scores, context.criteria))
    return results


def removals(view: SelectedView, contexts: Sequence[Context], results: Sequence[Sequence[int]]) -> list[bytes]:
    """REMOVEFROM for what is no longer found; to be told before the expunges (RFC 5267 §4.3.4)."""
    lines = []
    for context, now in zip(contexts, results, strict=True):
        found = set(now)
        kept = [uid for uid in context.uids if uid in found]
        if context.criteria and _moved(kept, now):
            kept = []
        if len(kept) < len(context.uids):
            lines.append(_line(b"REMOVEFROM", context, _leaving(context, set(kept)), numbers_of(view, uid=context.uid)))
            context.uids = array("I", kept)
    return lines


def additions(view: SelectedView, contexts: Sequence[Context], results: Sequence[Sequence[int]]) -> list[bytes]:
    """ADDTO for what is found now; to be told after the EXISTS (RFC 5267 §4.3.3)."""
    lines = []
    for context, now in zip(contexts, results, strict=True):
        told = [uid for uid in now if view.number_of(uid) is not None]
        if len(told) > len(context.uids):
            old = set(context.uids)
            lines.append(_line(b"ADDTO", context, _coming(context, told, old), numbers_of(view, uid=context.uid)))
            context.uids = array("I", told)
    return lines


def _moved(kept: Sequence[int], now: Sequence[int]) -> bool:
    """Whether what stays has another order than before (scores change with time)."""
    staying = set(kept)
    return [uid for uid in now if uid in staying] != kept


Pairs = list[tuple[int, list[int]]]
"""Positions in the result (0: in mailbox order), each with the UIDs there."""


def _leaving(context: Context, kept: set[int]) -> Pairs:
    """From the last position to the first, so that none shifts before it is used."""
    gone = [(at, uid) for at, uid in enumerate(context.uids, 1) if uid not in kept]
    if not context.criteria:
        return [(0, [uid for _, uid in gone])]
    return list(reversed(_runs(gone)))


def _coming(context: Context, now: Sequence[int], old: set[int]) -> Pairs:
    """From the first position to the last: those before are already there when a position is used."""
    new = [(at, uid) for at, uid in enumerate(now, 1) if uid not in old]
    return _runs(new) if context.criteria else [(0, [uid for _, uid in new])]


def _runs(placed: Sequence[tuple[int, int]]) -> Pairs:
    """Neighbours in the result share a pair."""
    runs: Pairs = []
    for at, uid in placed:
        if runs and runs[-1][0] + len(runs[-1][1]) == at:
            runs[-1][1].append(uid)
        else:
            runs.append((at, [uid]))
    return runs


def _line(word: bytes, context: Context, pairs: Pairs, numbers: Numbers) -> bytes:
    told = b" ".join(b"%d %s" % (at, format_set(numbers(uids))) for at, uids in pairs)
    return b"* ESEARCH %s%s %s (%s)\r\n" % (correlator(context.tag), b" UID" if context.uid else b"", word, told)
