"""Conversations by pages and searches over several mailboxes, on both databases, against a plain look at everything."""

from __future__ import annotations

import random

import pytest

from mailsvc.mail import letter_search
from mailsvc.mail.letter import from_bytes
from mailsvc.mail.query import parse
from mailsvc.store import (
    accounts,
    contents,
    conversation_pages,
    mailboxes,
    placements,
    private_flags,
    search,
    search_all,
)
from mailsvc.store.conversation_pages import HIGHEST, TOP
from mailsvc.store.engine import Database
from mailsvc.store.flags import SEEN
from mailsvc.store.placements import NewPlacement
from mailsvc.store.private_flags import Guest
from mailsvc.store.tx import Tx

WORDS = ("khảo sát", "học bạ", "báo cáo", "Đường Hoà", "tuyển sinh", "100%_a")
COUNT = 260
GUEST = Guest(2, "lrsw", SEEN)


def _fill(tx: Tx) -> list[int]:
    """Letters of a few conversations in two mailboxes, many of the same moment, and a guest's flags; the mailboxes."""
    account = accounts.create(tx, username="an", kind="person", full_name="An")
    boxes = [mailboxes.create(tx, account.id, name).id for name in ("INBOX", "Khác")]
    reader = accounts.create(tx, username="binh", kind="person", full_name="Bình").id
    assert reader == GUEST.account_id
    draw = random.Random(7)
    for n in range(COUNT):
        parent = f"In-Reply-To: <m{draw.randrange(n)}@b>\r\n" if n and draw.random() < 0.4 else ""
        subject, body = draw.choice(WORDS), " ".join(draw.choices(WORDS, k=3))
        text = (
            f"From: Nguyễn {n % 7} <a{n % 7}@b>\r\nMessage-ID: <m{n}@b>\r\n{parent}Subject: {subject}\r\n\r\n{body}\r\n"
        )
        letter = from_bytes(text.encode())
        (content_id,) = contents.add_all(tx, [letter.content])
        at_ms = draw.choice((draw.randrange(10_000), 4000)) * 1000
        new = NewPlacement(content_id, letter.content.size, at_ms, draw.choice((0, 1, 4, 5)))
        placements.add(tx, draw.choice(boxes), [new])
    for box in boxes:
        shown = placements.rows(tx, box, 0, HIGHEST, ("uid", "flags", "keywords"))
        turned = [(uid, flags, flags ^ 1, keywords) for uid, flags, keywords in shown if uid % 3]
        private_flags.set_flags(tx, GUEST, box, turned)
    return boxes


def _all(tx: Tx, boxes: list[int], guest: Guest | None = None) -> list[tuple[int, int, int, int, int]]:
    """(mailbox, UID, thread, flags, internal_ms) of everything, as the owner or a guest sees it."""
    columns = ("uid", "thread_id", "flags", "internal_ms")
    return [(box, *row) for box in boxes for row in private_flags.rows(tx, guest, box, 0, HIGHEST, columns)]


def test_conversations_page_by_page(both_db: Database) -> None:
    boxes = both_db.write_now(_fill)
    for box in boxes:
        threads: dict[int, list[tuple[int, int, int]]] = {}
        for _, uid, thread, flags, internal_ms in both_db.read_now(_all, [box]):
            threads.setdefault(thread, []).append((internal_ms, uid, flags))
        newest_first = sorted(threads.values(), key=max, reverse=True)
        wanted = [
            (max(some)[1], len(some), any(not one[2] & 1 for one in some), any(one[2] & 4 for one in some))
            for some in newest_first
        ]
        down, edge = [], TOP
        while some := both_db.read_now(conversation_pages.page, None, box, edge, 7):
            down += [(one.uid, one.count, one.unseen, one.starred) for one in some]
            edge = some[-1].place
        assert down == wanted
        assert [uid for uid, *_ in wanted] != sorted((uid for uid, *_ in wanted), reverse=True)  # by date, not by UID
        up, edge = [], (0, 0)
        while some := both_db.read_now(conversation_pages.page, None, box, edge, 9, up=True):
            up += [(one.uid, one.count, one.unseen, one.starred) for one in some]
            edge = some[-1].place
        assert up[::-1] == wanted
        uids = [uid for _, uid, _ in sorted(max(threads.values(), key=len))]
        assert both_db.read_now(conversation_pages.members, box, [uids[-1]]) == sorted(uids)
        assert both_db.read_now(conversation_pages.members, box, [uids[-2]]) == sorted(uids[:-1])
        assert both_db.read_now(conversation_pages.members, box, [HIGHEST - 1]) == [HIGHEST - 1]


@pytest.mark.parametrize(
    "text",
    [
        "khao sat", "khảo sát", "hoa", "hòa", "duong hoà", "100%_a", "-khao sat", '"học bạ" is:unread', "is:starred",
        "ba", "từ:nguyen từ:a3", "subject:tuyển -sinh", "khao sat hoc ba bao cao", "zzz", "sau:1970", "trước:1970",
        '"sinh tuyen"', "is:unread", "-zzz is:unread sau:1970", "đường -tuyển is:unread",
    ],
)  # fmt: skip
@pytest.mark.parametrize(("newest", "guest"), [(3, None), (1000, None), (7, GUEST)])
def test_answers_are_those_of_a_plain_look(
    both_db: Database, monkeypatch: pytest.MonkeyPatch, text: str, newest: int, guest: Guest | None
) -> None:
    monkeypatch.setattr(search_all, "NEWEST", newest)
    monkeypatch.setattr(search_all, "LOOK", 16)
    boxes = both_db.write_now(_fill)
    both_db.write_now(search.index_pending, COUNT // 2)
    query = parse(text)
    wanted = letter_search.wanted_of(query)
    looked = [(box, COUNT, guest) for box in boxes]

    def plain(tx: Tx) -> list[search_all.Place]:
        found = []
        for box, uid, _, flags, ms in _all(tx, boxes, guest):
            bits = wanted.flags_set | wanted.flags_clear
            if flags & bits != wanted.flags_set or (wanted.since_ms and ms < wanted.since_ms):
                continue
            if wanted.before_ms and ms >= wanted.before_ms:
                continue
            good = True
            for term in query.terms:
                hits = (
                    search.find_uids(tx, box, term.text)
                    if term.field == "text"
                    else search.find_header_uids(tx, box, term.field, term.text)
                )
                good = good and (uid in hits) == term.wanted
            if good:
                found.append((ms, box, uid))
        return sorted(found, reverse=True)

    expected = both_db.read_now(plain)
    assert guest is None or both_db.read_now(_all, boxes, guest) != both_db.read_now(_all, boxes)
    whole = both_db.read_now(search_all.find, looked, wanted, None, 10 * COUNT)
    assert whole.places == expected and whole.total == len(expected) and not whole.more
    paged: list[search_all.Place] = []
    answer = both_db.read_now(search_all.find, looked, wanted, None, 11)
    assert answer.total in (None, len(expected)) and answer.more == (len(expected) > 11)
    while answer.places:
        paged += answer.places
        answer = both_db.read_now(search_all.find, looked, wanted, answer.places[-1], 11)
    assert paged == expected
