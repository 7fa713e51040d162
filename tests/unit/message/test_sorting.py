"""Base subjects, ids and first addresses. RFC 5256 §2.1, RFC 5957 §3"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.message.scan import scan
from mailsvc.message.sorting import base_subject, normal_id


@pytest.mark.parametrize(
    ("subject", "base", "reply"),
    [
        ("hello", "hello", False), ("Re: hello", "hello", True), ("RE:hello", "hello", True),
        ("re :  a  b", "a b", True),
        ("Fw: a", "a", True), ("Fwd: a", "a", True), ("Fwdd: a", "Fwdd: a", False), ("Re[2]: a", "a", True),
        ("re [x] : a", "a", True), ("[list] Re: a", "a", True), ("[list] a", "a", False), ("[list]", "[list]", False),
        ("[a][b]", "[b]", False), ("a (fwd)", "a", True), ("a (FWD) (fwd) ", "a", True), ("[fwd: a]", "a", True),
        ("[Fwd: Re: [fwd: [x] a]] (fwd)", "a", True), ("[fwd: a", "[fwd: a", False), ("Re: [fwd: [ok]]", "[ok]", True),
        ("Re:", "", True), ("", "", False), (" \t ", "", False), ("a re: b", "a re: b", False),
        ("are: b", "are: b", False),
        ("Re: Re: Fwd: [l] re: Họp giao ban", "Họp giao ban", True), ("(fwd)", "", True), ("[re: a]", "[re: a]", False),
    ],
)  # fmt: skip
def test_base_subject(subject: str, base: str, reply: bool) -> None:
    assert base_subject(subject) == (base, reply)


@given(st.text(alphabet="[]() refwd:Rx", max_size=60))
def test_a_base_subject_is_its_own(subject: str) -> None:
    """Whatever the algorithm leaves it would leave again, and to more marks in front it is deaf."""
    base, _ = base_subject(subject)
    assert base_subject(base)[0] == base
    if base:
        assert base_subject("Re: " + subject + " (fwd)") == (base, True)


@pytest.mark.parametrize("hostile", ["[a]", "re:", "[fwd:", "[", "(fwd)", "re[x]", "[a] "])
def test_hostile_subjects_take_no_time(hostile: str) -> None:
    start = time.process_time()
    base_subject(hostile * 200_000)
    assert time.process_time() - start < 1


def test_ids_lose_needless_quotes() -> None:
    assert normal_id('<"01KF8JCEOCBS0045PS"@xxx.yyy.com>') == "<01KF8JCEOCBS0045PS@xxx.yyy.com>"
    assert normal_id('<"a\\"b"@c>') == '<a"b@c>'
    assert normal_id("<a@b>") == "<a@b>"


def test_the_fields_of_a_letter() -> None:
    found = scan(
        b'From: "Nguyen, A" <an@so.example>, b@x.example\r\nTo: nhom: ba@x.example;\r\nCc: <c@x.example>\r\n'
        b'Subject: =?utf-8?q?Re=3A_B=C3=A1o_c=C3=A1o?=\r\nMessage-ID: <"m1"@x>\r\n'
        b'References: <a@x> junk <"b"@x>\r\n <a@x>\r\nIn-Reply-To: <c@x>\r\n\r\n'
    ).sorting
    assert (found.base_subject, found.reply) == ("Báo cáo", True)
    assert (found.from_mailbox, found.to_mailbox, found.cc_mailbox) == ("an", "nhom", "c")
    assert (found.from_display, found.to_display) == ("Nguyen, A", "nhom")
    assert (found.message_id, found.parents) == ("<m1@x>", ("<a@x>", "<b@x>"))


@pytest.mark.parametrize(
    ("lines", "parents"),
    [
        ("In-Reply-To: your letter of Monday <a@x> <b@x>", ("<a@x>",)),
        ("References: none\r\nIn-Reply-To: <b@x>", ("<b@x>",)),
        ("In-Reply-To: Monday", ()), ("References: <a@x>", ("<a@x>",)), ("X: y", ()),
    ],
)  # fmt: skip
def test_parents(lines: str, parents: tuple[str, ...]) -> None:  # RFC 5256 §3
    assert scan(lines.encode() + b"\r\n\r\n").sorting.parents == parents


def test_of_very_many_parents_the_first_and_the_latest_stay() -> None:
    value = b" ".join(b"<%d@x>" % number for number in range(5000))
    parents = scan(b"References: " + value + b"\r\n\r\n").sorting.parents
    assert (len(parents), parents[0], parents[-1]) == (100, "<0@x>", "<4999@x>")
