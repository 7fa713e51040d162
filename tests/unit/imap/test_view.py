"""The selected view: numbers stand still until expunges may be told. RFC 9051 §7.5.1, RFC 7162 §3.2"""

from __future__ import annotations

from array import array

import pytest

from mailsvc.imap.errors import BadCommand
from mailsvc.imap.grammar.sequence import STAR, SequenceSet
from mailsvc.imap.sync import Changes, Opened
from mailsvc.imap.view import Manner, SelectedView, flags_text
from mailsvc.store.mailboxes import Mailbox


def view_of(*uids: int, modseq: int = 5) -> SelectedView:
    box = Mailbox(1, 1, "INBOX", "", "", 77, max(uids, default=0) + 1, modseq, 1 << 30, len(uids), 0, 0, 1)
    return SelectedView("INBOX", Opened(box, array("I", uids), (), None), readonly=False)


def changes(
    messages: int,
    rows: tuple[tuple[int, int, str, int], ...] = (),
    expunged: tuple[int, ...] = (),
    everything: list[int] | None = None,
) -> Changes:
    return Changes(9, messages, list(rows), list(expunged), everything)


def told(
    view: SelectedView, what: Changes, *, expunge: bool = True, modseq: bool = False, recent: bool = False
) -> bytes:
    return b"".join(view.tell(what, Manner(modseq, recent), expunge=expunge)).replace(b"\r\n", b"|")


def test_expunges_come_from_the_highest_down() -> None:
    view = view_of(1, 3, 5, 7)
    assert told(view, changes(2, expunged=(1, 5))) == b"* 3 EXPUNGE|* 1 EXPUNGE|"
    assert list(view.uids) == [3, 7]
    assert not view.stale


def test_expunges_wait_while_numbers_stand() -> None:
    view = view_of(1, 3, 5)
    assert told(view, changes(2, expunged=(1,)), expunge=False) == b""
    assert view.number_of(3) == 2
    assert told(view, changes(3, rows=((9, 0, "", 9),)), expunge=False) == b"* 4 EXISTS|"
    assert told(view, changes(3)) == b"* 1 EXPUNGE|"
    assert list(view.uids) == [3, 5, 9]


def test_flags_of_others_are_told_and_own_ones_are_not() -> None:
    view = view_of(1, 3)
    view.own = {8}
    rows = ((1, 1, "", 7), (3, 4, "", 8))
    assert told(view, changes(2, rows), modseq=True) == b"* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (7))|"
    assert view.modseq == 9


def test_new_messages_and_what_is_recent() -> None:
    view = view_of(1)
    view.recent_from = 1
    rows = ((2, 0, "", 9), (3, 0, "", 9))
    assert told(view, changes(3, rows), recent=True) == b"* 3 EXISTS|* 3 RECENT|"
    assert view.claim


def test_a_new_keyword_is_announced_once() -> None:
    view = view_of(1)
    assert b"FLAGS" in told(view, changes(1, ((1, 0, "viec", 7),)))
    assert told(view, changes(1, ((1, 0, "VIEC", 8),))).count(b"PERMANENTFLAGS") == 0
    assert view.spelt("Viec") == "viec"
    assert view.spelt("$junk") == "$Junk"


def test_counts_that_disagree_ask_for_a_whole_reading() -> None:
    view = view_of(1, 2, 3)
    told(view, changes(2))
    assert view.stale
    assert view.dirty
    assert told(view, changes(2, everything=[1, 3])) == b"* 2 EXPUNGE|"
    assert not view.stale


def test_spans() -> None:
    view = view_of(10, 20, 30)
    assert view.spans(SequenceSet(((1, STAR),)), (), uid=False) == [(0, 3)]
    assert view.spans(SequenceSet(((15, 99),)), (), uid=True) == [(1, 3)]
    assert view.spans(SequenceSet(((500, STAR),)), (), uid=True) == [(2, 3)]
    assert view.spans(SequenceSet((), saved=True), ((10, 10), (30, 30)), uid=False) == [(0, 1), (2, 3)]
    assert view.uid_ranges([(0, 2)]) == [(10, 20)]
    assert view.uids_in([(0, 1), (2, 3)]) == [10, 30]
    with pytest.raises(BadCommand):
        view.spans(SequenceSet(((4, 4),)), (), uid=False)
    empty = view_of()
    assert empty.spans(SequenceSet(((1, STAR),)), (), uid=False) == []
    assert empty.spans(SequenceSet(((1, STAR),)), (), uid=True) == []
    with pytest.raises(BadCommand):
        empty.spans(SequenceSet(((2, 2),)), (), uid=False)


def test_flags_text() -> None:
    assert flags_text(1, "a b", True) == b"(\\Seen \\Recent a b)"
