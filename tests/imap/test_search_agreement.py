"""All ways to ask for the same search agree: SEARCH, ESEARCH, pages, SORT, THREAD, scores, ends and the saved result.

RFC 4731; RFC 5256; RFC 5267; RFC 7377; RFC 9394
"""

from __future__ import annotations

import random
import re

from world import Client, World, on_both

from mailsvc.store import search

WORDS = ["hop", "họp", "Bao cao", "báo cáo", "x", "an@x", "re", "năm", "(", '\\"', "zanzibar", "2024"]
DATES = ["1-Jan-2024", "3-Jan-2024", "28-Feb-2026"]


def key(chance: random.Random, depth: int) -> str:
    """A random key of any kind."""
    if depth and chance.random() < 0.55:
        one, other = key(chance, depth - 1), key(chance, depth - 1)
        return chance.choice([f"NOT {one}", f"OR {one} {other}", f"({one} {other})", f"FUZZY {one}", f"({one})"])
    word, day, number = chance.choice(WORDS), chance.choice(DATES), chance.randint(1, 40)
    return chance.choice(
        [
            "ALL", "SEEN", "UNSEEN", "FLAGGED", "UNDELETED", "NEW", "OLD", "RECENT", "KEYWORD viec", "UNKEYWORD viec",
            f'TEXT "{word}"', f'BODY "{word}"', f'SUBJECT "{word}"', f'FROM "{word}"', f'TO "{word}"', f'CC "{word}"',
            f'HEADER Message-ID "{number}@"', f'HEADER "X-None" "{word}"', f"SENTSINCE {day}", f"SENTON {day}",
            f"BEFORE {day}", f"SINCE {day}", f"ON {day}", f"LARGER {number * 5}", f"SMALLER {number * 9}",
            f"{number}", f"{number}:*", f"1:{number}", f"UID {number}:9", "UID *", f"OLDER {number * 10_000_000}",
            f"YOUNGER {number * 10_000_000}", f"MODSEQ {number}", "FILTER kept", "SAVEDSINCE 1-Jan-2020", "$",
            f"EMAILID M{number}", f"THREADID T{number}", 'SUBJECT ""', "SAVEDATESUPPORTED",
        ]
    )  # fmt: skip


def fill(client: Client, chance: random.Random) -> None:
    for number in range(30):
        subject, sender = chance.choice(WORDS), chance.choice(["an@x", "Bình <b@x>", ""])
        parent = f"In-Reply-To: <{chance.randrange(30)}@x>\r\n" if chance.random() < 0.6 else ""
        sent = f"Date: {chance.randint(1, 9)} Jan 2024 10:00:00 +0700\r\n" if chance.random() < 0.8 else ""
        data = f"From: {sender}\r\nSubject: Re: {subject}\r\nMessage-ID: <{number}@x>\r\n{sent}{parent}\r\n"
        flags = " ".join(flag for flag in ("\\Seen", "\\Flagged", "viec") if chance.random() < 0.4)
        client.append((data + " ".join(chance.choices(WORDS, k=5))).encode(), head=f"({flags})")
    client.ok('SETMETADATA "" ("/private/filters/values/kept" "OR SEEN SUBJECT hop")')
    client.ok("SELECT INBOX")
    client.ok("STORE 3,7,20 +FLAGS (\\Deleted)")
    client.ok("EXPUNGE")
    client.ok("SEARCH RETURN (SAVE) 2:11")


def numbers(text: bytes) -> list[int]:
    found: list[int] = []
    for part in text.split(b",") if text else []:
        low, _, high = part.partition(b":")
        found.extend(range(int(low), int(high or low) + 1))
    return found


def told(client: Client, command: str) -> dict[bytes, bytes]:
    """The items of the one ESEARCH response."""
    (line,) = [one for one in client.ok(command) if one.startswith(b"* ESEARCH")]
    items = re.sub(rb"\* ESEARCH \([^)]*\)( UID)?", b"", line)
    return {match[1]: match[2] for match in re.finditer(rb" ([A-Z]+) (\([^)]*\)|\S+)", items)}


def only(client: Client, command: str, word: bytes) -> list[int]:
    (line,) = [one for one in client.ok(command) if one.startswith(b"* " + word)]
    return [int(number) for number in re.findall(rb"\d+", line.partition(b"(MODSEQ")[0])]


@on_both
def test_all_answers_agree(world: World) -> None:
    chance = random.Random(9394)
    client = world.login("an")
    fill(client, chance)
    while world.write(search.index_pending, 1000):
        pass
    for _ in range(120):
        compare(client, chance, key(chance, 3))


def compare(client: Client, chance: random.Random, keys: str) -> None:
    plain = only(client, f"UID SEARCH {keys}", b"SEARCH")
    assert plain == sorted(set(plain)), keys
    ends = told(client, f"UID SEARCH RETURN (MIN MAX COUNT ALL) {keys}")
    assert numbers(ends.get(b"ALL", b"")) == plain, keys
    assert int(ends[b"COUNT"]) == len(plain)
    if plain:
        assert (int(ends[b"MIN"]), int(ends[b"MAX"])) == (plain[0], plain[-1])
    size = chance.randint(1, 12)
    pages: list[int] = []
    for start in range(1, len(plain) + 1, size):
        page = told(client, f"UID SEARCH RETURN (PARTIAL -{start}:-{start + size - 1}) {keys}")[b"PARTIAL"]
        pages = numbers(page.strip(b"()").split(b" ")[1]) + pages
    assert pages == plain, keys
    order = only(client, f"UID SORT (SUBJECT REVERSE DATE) UTF-8 {keys}", b"SORT")
    assert sorted(order) == plain, keys
    assert numbers(told(client, f"UID SORT RETURN () (SUBJECT REVERSE DATE) UTF-8 {keys}").get(b"ALL", b"")) == order
    for algorithm in ("REFERENCES", "ORDEREDSUBJECT", "REFS"):
        assert sorted(only(client, f"UID THREAD {algorithm} UTF-8 {keys}", b"THREAD")) == plain, keys
    several = [line for line in client.ok(f"ESEARCH {keys}") if line.startswith(b"* ESEARCH")]
    assert numbers(re.search(rb" ALL (\S+)", several[0])[1] if several else b"") == plain, keys
    by_number = only(client, f"SEARCH {keys}", b"SEARCH")
    everything = only(client, "UID SEARCH ALL", b"SEARCH")
    assert [everything[number - 1] for number in by_number] == plain, keys
    if "FUZZY" in keys:
        scored = told(client, f"UID SEARCH RETURN (ALL RELEVANCY) {keys}")
        assert len(scored[b"RELEVANCY"].strip(b"()").split()) == len(plain), keys
