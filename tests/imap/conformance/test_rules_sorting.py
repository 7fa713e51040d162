"""SORT, THREAD and paged and scored answers. RFC 5256; RFC 5957; RFC 5267; RFC 9394; RFC 6203; RFC 5032"""

from __future__ import annotations

import pytest
from speaker import Speaker, speaker
from world import World

LETTERS = [
    ("Zoe <anna@so.example>", "Bao cao", "1 Jan 2024 10:00:00 +0700", "m1", ""),
    ("binh@so.example", "Re: Bao cao", "2 Jan 2024 10:00:00 +0700", "m2", "<m1@x>"),
    ('"Anh" <chi@so.example>', "an", "3 Jan 2024 10:00:00 +0700", "m3", ""),
    ("=?utf-8?q?=C3=82n?= <dung@so.example>", "", "", "m4", "<m2@x>"),
    ("", "[nhom] Fwd: AN (fwd)", "3 Jan 2024 03:00:00 +0000", "m5", "<gone@x>"),
]


@pytest.fixture
def an(world: World) -> Speaker:
    client = speaker(world)
    for number, (sender, subject, date, name, parent) in enumerate(LETTERS, 1):
        fields = {"From": sender, "Subject": subject, "Date": date, "Message-ID": f"<{name}@x>", "In-Reply-To": parent}
        head = "".join(f"{field}: {value}\r\n" for field, value in fields.items() if value)
        data = f"{head}\r\n{'x' * (50 - 7 * number)}\r\n".encode()
        client.append(data, head=f'"0{6 - number}-Feb-2024 10:00:00 +0700"')
    client.ok("SELECT INBOX")
    return client


@pytest.mark.parametrize(
    ("criteria", "order"),
    [
        ("ARRIVAL", [5, 4, 3, 2, 1]), ("REVERSE ARRIVAL", [1, 2, 3, 4, 5]), ("DATE", [1, 2, 3, 5, 4]),
        ("REVERSE DATE", [4, 3, 5, 2, 1]), ("FROM", [5, 1, 2, 3, 4]), ("REVERSE FROM", [4, 3, 2, 1, 5]),
        ("SUBJECT", [4, 3, 5, 1, 2]), ("REVERSE SUBJECT", [1, 2, 3, 5, 4]), ("SUBJECT REVERSE DATE", [4, 3, 5, 2, 1]),
        ("TO", [1, 2, 3, 4, 5]), ("CC REVERSE TO", [1, 2, 3, 4, 5]), ("subject reverse arrival", [4, 3, 5, 1, 2]),
        ("DISPLAYFROM", [5, 3, 4, 2, 1]), ("REVERSE DISPLAYFROM", [1, 2, 4, 3, 5]), ("DISPLAYTO", [1, 2, 3, 4, 5]),
    ],
)  # fmt: skip
def test_sort(an: Speaker, criteria: str, order: list[int]) -> None:  # RFC 5256 §3, RFC 5957 §4
    assert an.ok(f"SORT ({criteria}) UTF-8 ALL").of(b"SORT") == [order]
    assert an.ok(f"UID SORT ({criteria}) US-ASCII 2:4").of(b"SORT") == [[one for one in order if one in (2, 3, 4)]]


def test_sizes_sort(an: Speaker) -> None:  # RFC 5256 §3
    sizes = {number: items[b"RFC822.SIZE"] for number, items in an.ok("FETCH 1:5 RFC822.SIZE").fetched().items()}
    assert an.ok("SORT (SIZE) UTF-8 ALL").of(b"SORT") == [sorted(sizes, key=lambda number: (sizes[number], number))]


def test_sorting_follows_what_comes_and_goes(an: Speaker) -> None:
    assert an.ok("SORT (REVERSE DATE) UTF-8 ALL").of(b"SORT") == [[4, 3, 5, 2, 1]]
    an.append(b"Date: 9 Jan 2030 10:00:00 +0700\r\n\r\n")
    assert an.ok("SORT (REVERSE DATE) UTF-8 ALL").of(b"SORT") == [[6, 4, 3, 5, 2, 1]]
    an.ok("STORE 4 +FLAGS.SILENT (\\Deleted)")
    an.ok("EXPUNGE")
    assert an.ok("SORT (REVERSE DATE) UTF-8 ALL").of(b"SORT") == [[5, 3, 4, 2, 1]]
    assert an.ok("UID SORT (REVERSE DATE) UTF-8 ALL").of(b"SORT") == [[6, 3, 5, 2, 1]]
    assert an.ok("UID THREAD REFERENCES UTF-8 ALL").of(b"THREAD") == [[[1, 2], [3, 5], [6]]]


@pytest.mark.parametrize(
    "command",
    [
        "SORT (DATE) UTF-8", "SORT DATE UTF-8 ALL", "SORT () UTF-8 ALL", "SORT (NOPE) UTF-8 ALL",
        "SORT (REVERSE) UTF-8 ALL", "UID SORT (DATE)", "THREAD REFERENCES UTF-8", "THREAD NOPE UTF-8 ALL", "THREAD",
        "SORT (RELEVANCY) UTF-8 ALL",
        "SEARCH RETURN (RELEVANCY) ALL", "SEARCH RETURN (PARTIAL 1) ALL", "SEARCH RETURN (PARTIAL 1:*) ALL",
        "SEARCH RETURN (PARTIAL 0:3) ALL", "SEARCH RETURN (PARTIAL 1:2 PARTIAL 2:3) ALL", "SEARCH YOUNGER",
        "SEARCH OLDER x",
        "SEARCH RETURN (PARTIAL 1:-2) ALL", "SEARCH RETURN (ALL PARTIAL 1:2) ALL", "FETCH 1:2 (UID) (PARTIAL 1:1)",
        "SEARCH FUZZY", "SEARCH FILTER", "CANCELUPDATE x", "CANCELUPDATE",
    ],
)  # fmt: skip
def test_what_is_not_understood(an: Speaker, command: str) -> None:
    an.bad(command)
    an.ok("NOOP")


def test_unknown_charsets(an: Speaker) -> None:  # RFC 5256 §3
    an.no("SORT (DATE) X-NOTHING ALL", "BADCHARSET")
    an.no('THREAD REFERENCES "X-NOTHING" ALL', "BADCHARSET")
    assert an.ok("SORT (DATE) ISO-8859-1 SUBJECT {2+}\r\nan").of(b"SORT") == [[3, 5]]


@pytest.mark.parametrize(
    ("algorithm", "keys", "threads"),
    [
        ("REFERENCES", "ALL", [[1, 2, 4], [3, 5]]), ("ORDEREDSUBJECT", "ALL", [[1, 2], [3, 5], [4]]),
        ("REFERENCES", "2:4", [[2, 4], [3]]), ("REFERENCES", "SUBJECT nothing", []), ("REFERENCES", "1", [[1]]),
        ("ORDEREDSUBJECT", "NOT 3", [[1, 2], [5], [4]]), ("references", "4:5", [[5], [4]]),
    ],
)  # fmt: skip
def test_threads(an: Speaker, algorithm: str, keys: str, threads: list[object]) -> None:  # RFC 5256 §3
    found = an.ok(f"THREAD {algorithm} UTF-8 {keys}").of(b"THREAD")
    assert found == [threads]


# ---- extended answers ---------------------------------------------------------------------------------------------
def extended(client: Speaker, command: str) -> dict[bytes, object]:
    ((_, *rest),) = client.ok(command).of(b"ESEARCH")
    flat = rest[rest[:1] == [b"UID"] :]
    return dict(zip(flat[::2], flat[1::2], strict=True))


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("SORT RETURN () (REVERSE DATE) UTF-8 ALL", {b"ALL": b"4,3,5,2,1"}),
        ("UID SORT RETURN (ALL) (DATE) UTF-8 ALL", {b"ALL": b"1:3,5,4"}),
        ("SORT RETURN (MIN MAX) (REVERSE DATE) UTF-8 2:5", {b"MIN": 4, b"MAX": 2}),
        ("SORT RETURN (COUNT) (DATE) UTF-8 SUBJECT nothing", {b"COUNT": 0}),
        ("SORT RETURN (PARTIAL 2:3) (REVERSE DATE) UTF-8 ALL", {b"PARTIAL": [b"2:3", b"3,5"]}),
        ("SORT RETURN (PARTIAL -1:-2) (REVERSE DATE) UTF-8 ALL", {b"PARTIAL": [b"-1:-2", b"2,1"]}),
        ("SORT RETURN (PARTIAL 9:10 COUNT) (DATE) UTF-8 ALL", {b"PARTIAL": [b"9:10", None], b"COUNT": 5}),
        ("SEARCH RETURN (PARTIAL 500:2) ALL", {b"PARTIAL": [b"500:2", b"2:5"]}),
        ("UID SEARCH RETURN (PARTIAL -3:-2 MIN) NOT 3", {b"PARTIAL": [b"-3:-2", b"2,4"], b"MIN": 1}),
    ],
)  # fmt: skip
def test_extended(an: Speaker, command: str, found: dict[bytes, object]) -> None:  # RFC 5267 §3, RFC 9394 §3.1
    assert extended(an, command) == found


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        ("SORT RETURN (SAVE) (DATE) UTF-8 2:4", [2, 3, 4]), ("SORT RETURN (SAVE MIN) (REVERSE DATE) UTF-8 ALL", [4]),
        ("SEARCH RETURN (SAVE PARTIAL 2:3) ALL", [2, 3]), ("SEARCH RETURN (SAVE PARTIAL 2:3 MAX) ALL", [2, 3, 5]),
        ("SEARCH RETURN (SAVE PARTIAL 2:3 COUNT) ALL", [1, 2, 3, 4, 5]), ("SORT RETURN (SAVE) (DATE) X-NO ALL", []),
    ],
)  # fmt: skip
def test_saved_results(an: Speaker, command: str, kept: list[int]) -> None:  # RFC 5182 §2.1, RFC 9394 §3.3
    an.ok("SEARCH RETURN (SAVE) 1")
    an.do(command)
    assert [one[b"UID"] for one in an.ok("UID FETCH $ UID").fetched().values()] == kept


def test_pages_of_a_fetch(an: Speaker) -> None:  # RFC 9394 §3.4
    assert list(an.ok("UID FETCH 1:* (UID) (PARTIAL -1:-2)").fetched()) == [4, 5]
    assert list(an.ok("UID FETCH 2,4:5 (UID) (PARTIAL 2:9)").fetched()) == [4, 5]
    assert an.ok("UID FETCH 1:* (UID) (PARTIAL 6:9)").fetched() == {}
    modseq = an.ok("STATUS INBOX (HIGHESTMODSEQ)").of(b"STATUS")[0][1][1]
    an.ok("STORE 1:3 +FLAGS.SILENT (\\Seen)")
    assert list(an.ok(f"UID FETCH 1:* (UID) (CHANGEDSINCE {modseq} PARTIAL -1:-2)").fetched()) == [2, 3]
    an.ok("UID FETCH 1:5 (BODY[]) (PARTIAL -1:-1)")
    assert an.ok("SEARCH UNSEEN").of(b"SEARCH") == [[4]]


def test_modseq_of_what_is_told(an: Speaker) -> None:  # RFC 7162 §3.1.10
    for number in (5, 1, 3):
        an.ok(f"STORE {number} +FLAGS.SILENT (\\Seen)")
    modseqs = {number: one[b"MODSEQ"][0] for number, one in an.ok("FETCH 1:* (MODSEQ)").fetched().items()}
    assert extended(an, "SEARCH RETURN (ALL) MODSEQ 1") == {b"ALL": b"1:5", b"MODSEQ": modseqs[3]}
    assert extended(an, "SEARCH RETURN (MAX) MODSEQ 1") == {b"MAX": 5, b"MODSEQ": modseqs[5]}
    page = extended(an, "SEARCH RETURN (PARTIAL 1:2) MODSEQ 1")
    assert page == {b"PARTIAL": [b"1:2", b"1:2"], b"MODSEQ": modseqs[1]}
    assert extended(an, "SORT RETURN (MIN) (REVERSE DATE) UTF-8 MODSEQ 1") == {b"MIN": 4, b"MODSEQ": modseqs[4]}


def test_scores(an: Speaker) -> None:  # RFC 6203 §4, §6
    found = extended(an, "SEARCH RETURN (ALL RELEVANCY) FUZZY SUBJECT bao")
    assert found == {b"ALL": b"1:2", b"RELEVANCY": [100, 100]}
    found = extended(an, "SEARCH RETURN (COUNT RELEVANCY) FUZZY SUBJECT nothing")
    assert found == {b"COUNT": 0, b"RELEVANCY": []}
    found = extended(an, 'SORT RETURN (ALL RELEVANCY) (RELEVANCY) UTF-8 FUZZY TEXT "anna an"')
    assert isinstance(found[b"RELEVANCY"], list)
    assert found[b"RELEVANCY"] == sorted(found[b"RELEVANCY"], reverse=True)
    assert all(1 <= score <= 100 for score in found[b"RELEVANCY"])
    assert an.ok("SEARCH FUZZY (SEEN SUBJECT bao)").of(b"SEARCH") == [[]]
    assert an.ok("SEARCH NOT FUZZY SUBJECT bao").of(b"SEARCH") == [[3, 4, 5]]
    assert an.ok("SEARCH OR FUZZY SUBJECT bao 3").of(b"SEARCH") == [[1, 2, 3]]


def test_numbers_beyond_the_last_are_no_error_in_a_search(an: Speaker) -> None:  # RFC 7377 §2
    assert an.ok("SEARCH 4:99").of(b"SEARCH") == [[4, 5]]
    assert an.ok("SORT (ARRIVAL) UTF-8 77").of(b"SORT") == [[]]
