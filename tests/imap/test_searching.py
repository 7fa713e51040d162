"""SEARCH equals looking at every message, on a mailbox of mixed letters. RFC 9051 §6.4.4"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from world import Client, World, on_both

from mailsvc.store import search

WORDS = ["báo cáo", "Kế hoạch", "họp", "ngân sách", "giáo viên", "hop", "Invoice", "zanzibar", "điểm thi", "Diem"]
NAMES = ["Trần Thị Bình", "Nguyễn Văn An", "Lê Hoa"]
OFFICE = timezone(timedelta(hours=7))


@dataclass
class Letter:
    subject: str
    sender: str
    body: str
    sent: datetime | None
    internal: datetime
    flags: set[str]
    size: int = 0

    def bytes(self) -> bytes:
        head = f"From: {self.sender} <x@y.example>\r\nSubject: {self.subject}\r\n"
        if self.sent is not None:
            head += f"Date: {self.sent.strftime('%a, %d %b %Y %H:%M:%S %z')}\r\n"
        return f"{head}\r\n{self.body}\r\n".encode()


def make(chance: random.Random) -> Letter:
    zone = timezone(timedelta(hours=chance.choice([-11, -5, 0, 7, 13])))
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(60 * 24 * 6))
    return Letter(
        " ".join(chance.sample(WORDS, 2)),
        chance.choice(NAMES),
        " ".join(chance.choices(WORDS, k=6)),
        moment.astimezone(zone) if chance.random() < 0.9 else None,
        moment.astimezone(OFFICE),
        {flag for flag in ("\\Seen", "\\Flagged", "\\Deleted", "viec") if chance.random() < 0.4},
    )


def plain(text: str) -> str:
    import unicodedata

    marks = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in marks if not unicodedata.combining(letter))


def holds(text: str, needle: str) -> bool:
    """A needle without marks finds any, one with marks only its own."""
    return plain(needle) in plain(text) if plain(needle) == needle.lower() else needle.lower() in text.lower()


Predicate = Callable[[int, Letter], bool]


def key(chance: random.Random, depth: int, count: int) -> tuple[str, Predicate]:
    """A random key and what it means."""
    if depth and chance.random() < 0.5:
        return combined(chance, depth, count)
    word, day, number = chance.choice(WORDS), date(2024, 1, chance.randint(1, 7)), chance.randint(1, count)
    written = f"{day.day}-Jan-2024"
    size = chance.randint(80, 200)
    choices: list[tuple[str, Predicate]] = [
        (f'SUBJECT "{word}"', lambda n, one: holds(one.subject, word)),
        (f'BODY "{word}"', lambda n, one: holds(one.body, word)),
        (f'TEXT "{word}"', lambda n, one: any(holds(part, word) for part in (one.subject, one.body, one.sender))),
        (f'FROM "{NAMES[0][:7]}"', lambda n, one: holds(one.sender, NAMES[0][:7])),
        (f"SENTON {written}", lambda n, one: one.sent is not None and one.sent.date() == day),
        (f"SENTBEFORE {written}", lambda n, one: one.sent is not None and one.sent.date() < day),
        (f"SENTSINCE {written}", lambda n, one: one.sent is not None and one.sent.date() >= day),
        (f"ON {written}", lambda n, one: one.internal.date() == day),
        (f"BEFORE {written}", lambda n, one: one.internal.date() < day),
        (f"SINCE {written}", lambda n, one: one.internal.date() >= day),
        ("UNSEEN", lambda n, one: "\\Seen" not in one.flags),
        ("FLAGGED", lambda n, one: "\\Flagged" in one.flags),
        ("KEYWORD Viec", lambda n, one: "viec" in one.flags),
        (f"LARGER {size}", lambda n, one: one.size > size),
        (f"SMALLER {size}", lambda n, one: one.size < size),
        (f"{number}:*", lambda n, one: n >= number),
        (f"UID 1:{number}", lambda n, one: n <= number),
        ("HEADER Date {0+}\r\n", lambda n, one: one.sent is not None),
        ("ALL", lambda n, one: True),
    ]
    return chance.choice(choices)


def combined(chance: random.Random, depth: int, count: int) -> tuple[str, Predicate]:
    left, means_left = key(chance, depth - 1, count)
    right, means_right = key(chance, depth - 1, count)
    return chance.choice(
        [
            (f"NOT {left}", lambda n, one: not means_left(n, one)),
            (f"OR {left} {right}", lambda n, one: means_left(n, one) or means_right(n, one)),
            (f"({left} {right})", lambda n, one: means_left(n, one) and means_right(n, one)),
        ]
    )


@on_both
@pytest.mark.parametrize("indexed", [False, True])
def test_answers_equal_brute_force(world: World, indexed: bool) -> None:
    chance = random.Random(7)
    client = world.login("an")
    letters = [make(chance) for _ in range(60)]
    for letter in letters:
        data = letter.bytes()
        letter.size = len(data)
        when = letter.internal.strftime("%d-%b-%Y %H:%M:%S %z")
        client.append(data, head=f'({" ".join(sorted(letter.flags))}) "{when}"')
    while indexed and world.write(search.index_pending, 1000):
        pass
    client.ok("SELECT INBOX")
    for _ in range(250):
        compare(client, chance, letters)


def compare(client: Client, chance: random.Random, letters: list[Letter]) -> None:
    text, means = key(chance, 3, len(letters))
    (line,) = client.ok(f"SEARCH CHARSET UTF-8 {text}")
    found = [int(word) for word in line.split()[2:]]
    assert found == [number for number, one in enumerate(letters, 1) if means(number, one)], text
