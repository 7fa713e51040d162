"""Loose search: what is found, and what comes first. RFC 6203"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.mail.letter import from_bytes
from mailsvc.mail.mailboxes import NewMessage
from mailsvc.mail.office import Office
from mailsvc.store import accounts, loose, mailboxes
from mailsvc.store.loose import is_near
from mailsvc.store.tx import Tx

LETTERS = [
    "From: Trần Bình <binh@x>\r\nSubject: Kế hoạch năm học\r\n\r\nchi tiết\r\n",
    "From: Chi <chi@x>\r\nSubject: Họp\r\n\r\nke hoach cua phong, nam hoc moi\r\n",
    "From: Hoạch <h@x>\r\nSubject: khác\r\n\r\nkhông liên quan\r\n",
    "From: Dũng <d@x>\r\nSubject: học năm hoạch kế\r\n\r\n",
    "From: Em <e@x>\r\nSubject: Báo giá\r\n\r\nmáy in\r\n",
]


@pytest.fixture
def mailbox(office: Office) -> int:
    def fill(tx: Tx) -> int:
        account = accounts.create(tx, username="an", kind="person", full_name="An")
        office_mailboxes.set_up(tx, account.id)
        box = mailboxes.by_name(tx, account.id, "INBOX")
        new = [NewMessage(from_bytes(letter.encode()), 0) for letter in LETTERS]
        office_mailboxes.append(tx, account.id, box, new)
        return box.id

    return office.db.write_now(fill)


@pytest.mark.parametrize(
    ("field", "needle", "best_first"),
    [
        ("TEXT", "kế hoạch năm học", [1, 4, 2]),
        ("TEXT", "ke hoach nam hoc", [1, 4, 2]),
        ("TEXT", "hoc nam", [4, 1, 2]),
        ("subject", "hoach", [1, 4]),
        ("TEXT", "hoach", [1, 4, 3, 2]),
        ("subject", "hoahc", [1, 4]),
        ("TEXT", "bihn", [1]),
        ("from", "dugn", [4]),
        ("BODY", "may in", [5]),
        ("TEXT", "nothing like it", []),
        ("TEXT", "…", []),
    ],
)
def test_what_is_found_and_in_which_order(
    office: Office, mailbox: int, field: str, needle: str, best_first: list[int]
) -> None:
    scores = office.db.read_now(loose.find, mailbox, field, needle)
    assert sorted(scores, key=lambda uid: (-scores[uid], uid)) == best_first
    assert all(0 < score <= 100.01 for score in scores.values())


def test_scores_are_spread() -> None:
    assert loose.spread({1: 50.0, 2: 25.0, 3: 0.1}) == {1: 100, 2: 50, 3: 1}
    assert loose.spread({}) == {}


def slips(word: str) -> set[str]:
    letters = "abc"
    found = {word[:at] + word[at + 1 :] for at in range(len(word))}
    found |= {word[:at] + one + word[at:] for at in range(len(word) + 1) for one in letters}
    found |= {word[:at] + one + word[at + 1 :] for at in range(len(word)) for one in letters}
    found |= {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    return found | {word}


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_near_words_are_one_slip_apart(one: str, other: str) -> None:
    assert is_near(one, other) == (other in slips(one))
