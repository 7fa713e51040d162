"""Conversations by pages and searches over several mailboxes, on both databases, against a plain look at everything."""

from __future__ import annotations

import random

import pytest

from mailsvc.mail import letter_search
from mailsvc.mail.letter import from_bytes
from mailsvc.mail.query import parse
from mailsvc.store import accounts, contents, conversation_pages, mailboxes, placements, search, search_all
from mailsvc.store.conversation_pages import HIGHEST, TOP
from mailsvc.store.engine import Database
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

WORDS = ("khảo sát", "học bạ", "báo cáo", "Đường Hoà", "tuyển sinh", "100%_a")
COUNT = 260


def _fill(tx: Tx) -> list[int]:
    """Letters of a few conversations in two mailboxes; the mailboxes."""
    account = accounts.create(tx, username="an", kind="person", full_name="An")
    boxes = [mailboxes.create(tx, account.id, name).id for name in ("INBOX", "Khác")]
    draw = random.Random(7)
    for n in range(COUNT):
        parent = f"In-Reply-To: <m{draw.randrange(n)}@b>\r\n" if n and draw.random() < 0.4 else ""
        subject, body = draw.choice(WORDS), " ".join(draw.choices(WORDS, k=3))
        text = (
            f"From: Nguyễn {n % 7} <a{n % 7}@b>\r\nMessage-ID: <m{n}@b>\r\n{parent}Subject: {subject}\r\n\r\n{body}\r\n"
        )
        letter = from_bytes(text.encode())
        (content_id,) = contents.add_all(tx, [letter.content])
        new = NewPlacement(content_id, letter.content.size, draw.randrange(10_000) * 1000, draw.choice((0, 1, 4, 5)))
        placements.add(tx, draw.choice(boxes), [new])
    return boxes


def _all(tx: Tx, boxes: list[int]) -> list[tuple[int, int, int, int, int]]:
    """(mailbox, UID, thread, flags, internal_ms) of everything."""
    columns = ("uid", "thread_id", "flags", "internal_ms")
    return [(box, *row) for box in boxes for row in placements.rows(tx, box, 0, HIGHEST, columns)]


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
        '"sinh tuyen"',
    ],
)  # fmt: skip
@pytest.mark.parametrize("newest", [3, 1000])
def test_answers_are_those_of_a_plain_look(
    both_db: Database, monkeypatch: pytest.MonkeyPatch, text: str, newest: int
) -> None:
    monkeypatch.setattr(search_all, "NEWEST", newest)
    monkeypatch.setattr(search_all, "LOOK", 16)
    boxes = both_db.write_now(_fill)
    both_db.write_now(search.index_pending, COUNT // 2)
    query = parse(text)
    wanted = letter_search.wanted_of(query)
    looked = [(box, COUNT, None) for box in boxes]

    def plain(tx: Tx) -> list[search_all.Place]:
        found = []
        for box, uid, _, flags, ms in _all(tx, boxes):
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
    whole = both_db.read_now(search_all.find, looked, wanted, None, 10 * COUNT)
    assert whole.places == expected and whole.total == len(expected) and not whole.more
    paged: list[search_all.Place] = []
    answer = both_db.read_now(search_all.find, looked, wanted, None, 11)
    while answer.places:
        paged += answer.places
        answer = both_db.read_now(search_all.find, looked, wanted, answer.places[-1], 11)
    assert paged == expected
