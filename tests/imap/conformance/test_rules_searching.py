"""SEARCH, every key and option. RFC 9051 §6.4.4; RFC 3501 §6.4.4; RFC 4731; RFC 5182; RFC 2683 §3"""

from __future__ import annotations

import re

import pytest
from speaker import Speaker, speaker
from world import World

ONE = (
    b"From: Tran Binh <binh@so.example>\r\nTo: An <an@truong.example>, Chi <chi@truong.example>\r\nCc: cc@x.example\r\n"
    b"Bcc: hidden@x.example\r\nSubject: Bao cao quy\r\nDate: Mon, 1 Jan 2024 23:30:00 -0500\r\nX-Empty:\r\n"
    b"Message-ID: <one@x.example>\r\n\r\nfirst body\r\n"
)
TWO = (
    b"From: dung@x.example\r\nTo: group: a@b.example, c@d.example;\r\nSubject: =?utf-8?q?B=C3=A1o_gi=C3=A1?=\r\n"
    b"Date: Tue, 2 Jan 2024 00:30:00 +0700\r\nIn-Reply-To: <one@x.example>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nU2Vjb25kIGJvZHkgd2l0aCBhIGh5cGhlbi1hdGVkIHdvcmQ=\r\n"
)
THREE = b"Subject: no date\r\n\r\nthird body, a little longer than the first one\r\n"


@pytest.fixture
def an(world: World) -> Speaker:
    client = speaker(world)
    client.append(ONE, head='(\\Seen \\Answered) "01-Jan-2024 23:00:00 -0500"')
    client.append(TWO, head='(\\Flagged \\Draft viec) "03-Jan-2024 10:00:00 +0700"')
    client.append(THREE, head='(\\Deleted $Junk) "04-Jan-2024 10:00:00 +0700"')
    client.ok("SELECT INBOX")
    return client


def search(client: Speaker, keys: str | bytes) -> str:
    keys = keys.encode() if isinstance(keys, str) else keys
    (found,) = client.ok(b"SEARCH " + keys).of(b"SEARCH")
    return " ".join(map(str, found))


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("ALL", "1 2 3"), ("ANSWERED", "1"), ("UNANSWERED", "2 3"), ("DELETED", "3"), ("UNDELETED", "1 2"),
        ("DRAFT", "2"), ("UNDRAFT", "1 3"), ("FLAGGED", "2"), ("UNFLAGGED", "1 3"), ("SEEN", "1"), ("UNSEEN", "2 3"),
        ("KEYWORD viec", "2"), ("KEYWORD VIEC", "2"), ("UNKEYWORD viec", "1 3"), ("KEYWORD $Junk", "3"),
        ("KEYWORD none", ""), ("UNKEYWORD none", "1 2 3"), ("RECENT", "1 2 3"), ("NEW", "2 3"), ("OLD", ""),
    ],
)  # fmt: skip
def test_flags(an: Speaker, keys: str, found: str) -> None:  # RFC 3501 §6.4.4
    assert search(an, keys) == found


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("1", "1"), ("1,3", "1 3"), ("2:*", "2 3"), ("*:2", "2 3"), ("*", "3"), ("3:1", "1 2 3"), ("1,1,1:2", "1 2"),
        ("UID 2", "2"), ("UID 2:99", "2 3"), ("UID 77", ""), ("UID 77:*", "3"), ("UID *", "3"), ("NOT 2", "1 3"),
        ("NOT UID 1:2", "3"), ("1:2 UID 2:3", "2"), ("NOT NOT 1", "1"), ("OR 1 3", "1 3"), ("OR 1 OR 2 3", "1 2 3"),
        ("OR OR 1 2 3", "1 2 3"), ("OR NOT 1 1", "1 2 3"), ("(1)", "1"), ("((1 SEEN))", "1"), ("(1:2) (2:3)", "2"),
        ("NOT (1:2 SEEN)", "2 3"), ("OR (1 SEEN) (3 DELETED)", "1 3"), ("OR (1:2 UNSEEN) SEEN", "1 2"),
        ("NOT OR SEEN DELETED", "2"), ("UNSEEN UNDELETED", "2"), ("SEEN UNSEEN", ""),
    ],
)  # fmt: skip
def test_sets_and_logic(an: Speaker, keys: str, found: str) -> None:  # RFC 9051 §6.4.4
    assert search(an, keys) == found


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("ON 2-Jan-2024", "1"), ("ON 02-Jan-2024", "1"), ('ON "2-Jan-2024"', "1"), ("ON 2-jan-2024", "1"),
        ("BEFORE 2-Jan-2024", ""), ("BEFORE 3-Jan-2024", "1"), ("SINCE 3-Jan-2024", "2 3"), ("SINCE 5-Jan-2024", ""),
        ("BEFORE 5-Jan-2024 SINCE 2-Jan-2024", "1 2 3"), ("NOT ON 3-Jan-2024", "1 3"),
        ("SENTON 1-Jan-2024", "1"), ("SENTON 2-Jan-2024", "2"), ("SENTBEFORE 2-Jan-2024", "1"),
        ("SENTSINCE 2-Jan-2024", "2"), ("SENTSINCE 1-Jan-2024", "1 2"), ("SENTBEFORE 1-Jan-2024", ""),
    ],
)  # fmt: skip
def test_dates_disregard_time_and_zone(an: Speaker, keys: str, found: str) -> None:  # RFC 9051 §6.4.4
    assert search(an, keys) == found


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("SUBJECT bao", "1 2"), ("SUBJECT BAO", "1 2"), ('SUBJECT "Bao cao"', "1"), ('SUBJECT "o ca"', "1"),
        ('SUBJECT ""', "1 2 3"), ("FROM binh", "1"), ("FROM so.example", "1"), ("FROM inh@so", "1"), ("TO chi", "1"),
        ("TO a@b", "2"), ("CC cc@", "1"), ("CC an", ""), ("BCC hidden", "1"), ("TO truong FROM tran", "1"),
        ("HEADER Message-ID one@x", "1"), ("HEADER message-id <one@x.example>", "1"), ('HEADER Date ""', "1 2"),
        ('HEADER X-Empty ""', "1"), ("HEADER X-Empty a", ""), ("HEADER In-Reply-To one", "2"), ('HEADER X-None ""', ""),
        ("HEADER Subject cao", "1"), ("BODY first", "1 3"), ('BODY "first body"', "1"), ("BODY irst", "1 3"),
        ("BODY econd", "2"), ("BODY hyphen-ated", "2"), ("BODY subject", ""), ("TEXT body", "1 2 3"),
        ("TEXT x.example", "1 2"), ("TEXT binh", "1"), ("TEXT nowhere", ""), ("BODY Message-ID", ""),
        ("NOT BODY first", "2"), ("OR SUBJECT cao BODY little", "1 3"), ('BODY "body, a li"', "3"),
        ('BODY "y, a little longer than the first on"', "3"),
    ],
)  # fmt: skip
def test_texts_are_substrings_without_case(an: Speaker, keys: str, found: str) -> None:  # RFC 9051 §6.4.4
    assert search(an, keys) == found


def test_sizes(an: Speaker) -> None:  # RFC 9051 §6.4.4
    size = len(ONE)
    assert search(an, f"LARGER {size}") == " ".join(
        str(n) for n, one in enumerate((ONE, TWO, THREE), 1) if len(one) > size
    )
    assert "1" in search(an, f"LARGER {size - 1}").split()
    assert "1" not in search(an, f"SMALLER {size}").split()
    assert "1" in search(an, f"SMALLER {size + 1}").split()
    assert search(an, "SMALLER 0") == ""
    assert search(an, "LARGER 4294967296") == ""


def test_charsets(an: Speaker) -> None:  # RFC 9051 §6.4.4
    assert search(an, "CHARSET US-ASCII SUBJECT cao") == "1"
    assert search(an, 'charset "utf-8" SUBJECT cao') == "1"
    word = "Báo".encode()
    assert search(an, b"CHARSET UTF-8 SUBJECT {%d+}\r\n%b" % (len(word), word)) == "2"
    assert search(an, b'CHARSET UTF-8 SUBJECT "%b"' % word) == "2"
    reply = an.no("SEARCH CHARSET X-NOTHING ALL", "BADCHARSET")
    assert b"UTF-8" in reply.code[1]


def test_search_strings_come_in_every_form(an: Speaker) -> None:  # RFC 9051 §4.3
    assert search(an, "SUBJECT cao") == search(an, 'SUBJECT "cao"') == search(an, "SUBJECT {3+}\r\ncao") == "1"
    assert an.wait_literal("SEARCH OR SUBJECT {3}", b"cao BODY {5}", b"third").of(b"SEARCH") == [[1, 3]]
    assert an.wait_literal("SEARCH SUBJECT {3}", b"cao").of(b"SEARCH") == [[1]]
    assert search(an, 'SUBJECT "a\\"b"') == ""


# ---- RETURN -----------------------------------------------------------------------------------------------------
def extended(client: Speaker, command: str) -> dict[bytes, object]:
    tag = b"A%d" % (client.count + 1)
    ((correlator, *rest),) = client.ok(command).of(b"ESEARCH")
    assert correlator == [b"TAG", tag]
    uid = rest[:1] == [b"UID"]
    assert uid == command.startswith("UID")
    flat = rest[uid:]
    return dict(zip(flat[::2], flat[1::2], strict=True))


@pytest.mark.parametrize(
    ("options", "keys", "found"),
    [
        ("MIN", "ALL", {b"MIN": 1}), ("MAX", "UNSEEN", {b"MAX": 3}), ("COUNT", "UNSEEN", {b"COUNT": 2}),
        ("ALL", "UNSEEN", {b"ALL": b"2:3"}), ("", "UNSEEN", {b"ALL": b"2:3"}), ("MIN MAX", "2", {b"MIN": 2, b"MAX": 2}),
        ("MIN MAX COUNT ALL", "OR 1 3", {b"MIN": 1, b"MAX": 3, b"COUNT": 2, b"ALL": b"1,3"}),
        ("MIN MAX ALL", "SUBJECT nothing", {}), ("COUNT", "SUBJECT nothing", {b"COUNT": 0}), ("ALL", "3", {b"ALL": 3}),
        ("min count", "ALL", {b"MIN": 1, b"COUNT": 3}),
    ],
)  # fmt: skip
def test_return_options(an: Speaker, options: str, keys: str, found: dict[bytes, object]) -> None:  # RFC 4731 §3.1
    assert extended(an, f"SEARCH RETURN ({options}) {keys}") == found


def test_uid_search_returns_uids(an: Speaker) -> None:  # RFC 4731 §3.1
    an.ok("UID EXPUNGE 3")
    an.append(ONE)
    assert search(an, "ALL") == "1 2 3"
    assert an.ok("UID SEARCH ALL").of(b"SEARCH") == [[1, 2, 4]]
    assert extended(an, "UID SEARCH RETURN (MAX COUNT) ALL") == {b"MAX": 4, b"COUNT": 3}
    assert an.ok("UID SEARCH 3").of(b"SEARCH") == [[4]]


def test_rev2_answers_every_search_with_esearch(an: Speaker) -> None:  # RFC 9051 §6.4.4, Appendix E
    an.enable_rev2()
    assert extended(an, "SEARCH 1:2") == {b"ALL": b"1:2"}
    assert extended(an, "UID SEARCH SUBJECT nothing") == {}


# ---- SAVE -------------------------------------------------------------------------------------------------------
def saved(client: Speaker) -> list[int]:
    return [one[b"UID"] for one in client.ok("UID FETCH $ UID").fetched().values()]


def test_save_keeps_the_result_for_later(an: Speaker) -> None:  # RFC 5182 §2.1
    assert an.ok("SEARCH RETURN (SAVE) UNSEEN").untagged == []
    assert saved(an) == [2, 3]
    assert search(an, "$ DELETED") == "3"
    assert list(an.ok("FETCH $ FLAGS").fetched()) == [2, 3]
    an.ok("STORE $ +FLAGS (x)")
    an.ok("COPY $ INBOX")
    assert extended(an, "SEARCH RETURN (SAVE MIN) ALL") == {b"MIN": 1}
    assert saved(an) == [1]
    assert extended(an, "SEARCH RETURN (SAVE MIN MAX) 1:3") == {b"MIN": 1, b"MAX": 3}
    assert saved(an) == [1, 3]
    extended(an, "SEARCH RETURN (SAVE COUNT) 1:2")
    assert saved(an) == [1, 2]


def test_expunged_messages_leave_the_saved_result(an: Speaker) -> None:  # RFC 5182 §2.1
    an.ok("SEARCH RETURN (SAVE) ALL")
    an.ok("EXPUNGE")
    assert saved(an) == [1, 2]


@pytest.mark.parametrize(
    ("command", "left"),
    [
        ("SEARCH RETURN (SAVE) CHARSET X-NOTHING ALL", []), ("SEARCH CHARSET X-NOTHING ALL", [2]),
        ("SEARCH RETURN (SAVE) NOPE", [2]), ("SEARCH ALL", [2]), ("SEARCH RETURN (ALL) ALL", [2]),
        ("SEARCH RETURN (SAVE) SUBJECT nothing", []), ("EXAMINE INBOX", []),
    ],
)  # fmt: skip
def test_what_changes_the_saved_result(an: Speaker, command: str, left: list[int]) -> None:  # RFC 5182 §2.1
    an.ok("SEARCH RETURN (SAVE) 2")
    an.do(command)
    assert saved(an) == left


def test_searching_the_empty_mailbox(an: Speaker) -> None:  # RFC 9051 §6.4.4
    an.ok("STORE 1:* +FLAGS (\\Deleted)")
    an.ok("EXPUNGE")
    assert search(an, "ALL") == ""
    assert search(an, "NOT SEEN") == ""
    assert an.ok("UID SEARCH UID 1:*").of(b"SEARCH") == [[]]


def test_many_keys_and_deep_nesting(an: Speaker) -> None:  # RFC 2683 §3.2.1.5
    assert search(an, " ".join(["UNDELETED"] * 200)) == "1 2"
    assert search(an, "(" * 40 + "1" + ")" * 40) == "1"
    assert re.fullmatch(r"1 2 3", search(an, "OR SEEN " * 20 + "ALL"))
