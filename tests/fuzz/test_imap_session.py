"""Any octets to an IMAP session: no fault of ours, one tagged reply for each command, or an end by the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailsvc.imap.dispatch import COMMANDS
from tests.fuzz import words
from tests.fuzz.session_rig import SessionRig
from tests.postgres import fresh_postgres_database

# Commands that change what the octets after them mean have tests of their own.
VERBS = sorted(COMMANDS.keys() - {"IDLE", "AUTHENTICATE", "UNAUTHENTICATE", "COMPRESS", "STARTTLS", "LOGOUT"})
ARGUMENTS = [
    b"INBOX", b"Moi", b'"Moi/Con"', b'""', b"1:*", b"1", b"2,3", b"(\\Deleted)", b"(FLAGS)", b"ALL", b"+FLAGS",
    b"BODY[]", b"Nowhere", b"(MESSAGES UNSEEN)", b"*", b"{5+}\r\nINBOX", b"~{2+}\r\n\0\n", b"{0+}\r\n", b"CONDSTORE",
    b"IMAP4rev2",
]  # fmt: skip
SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)


def plain(piece: bytes) -> bytes:
    """Without what would announce a literal or end the line."""
    return re.sub(rb"[\r\n{}]", b"", piece)


arguments = st.one_of(
    st.sampled_from(ARGUMENTS), st.sampled_from(words.IMAP).map(plain), st.binary(max_size=6).map(plain)
)
bodies = st.one_of(
    st.builds(
        lambda verb, some, junk: verb.encode() + b"".join(b" " + one for one in some) + junk,
        st.sampled_from(VERBS),
        st.lists(arguments, max_size=6),
        st.one_of(st.just(b""), st.binary(max_size=4).map(plain)),
    ),
    st.just(b"IDLE\r\nDONE"),
    st.just(b"SELECT INBOX"),
    st.binary(max_size=30).map(plain),
)
octets = st.one_of(
    st.sampled_from([*words.IMAP, *ARGUMENTS]), st.sampled_from(VERBS).map(str.encode), st.just(b" "),
    st.just(b"\r\n"), st.just(b"\r\na "), st.binary(max_size=5), st.sampled_from([b"{99999999}", b"{9+}", b"IDLE\r\n"]),
    st.sampled_from([b"AUTHENTICATE PLAIN\r\n", b"STARTTLS\r\n", b"COMPRESS DEFLATE\r\n", b"UNAUTHENTICATE\r\n"]),
)  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def rig(request: pytest.FixtureRequest) -> Iterator[SessionRig]:
    postgres = request.param == "postgres"
    made = SessionRig(fresh_postgres_database(request.getfixturevalue("postgres_url")) if postgres else "")
    yield made
    made.close()


def responses(said: bytes) -> list[bytes]:
    """Lines with the literals in them; every line has to end in CRLF."""
    found = []
    while said:
        line, end, said = said.partition(b"\r\n")
        assert end, line
        while announced := re.search(rb"\{(\d+)\}\Z", line):
            octets, said = said[: int(announced[1])], said[int(announced[1]) :]
            rest, end, said = said.partition(b"\r\n")
            assert end
            line += octets + rest
        found.append(line)
    return found


@settings(SLOW, max_examples=120)
@given(st.lists(bodies, min_size=1, max_size=12))
def test_one_tagged_reply_for_each_command(rig: SessionRig, commands: list[bytes]) -> None:
    tags = [b"t%d" % number for number in range(len(commands))]
    lines = b"".join(tag + b" " + body + b"\r\n" for tag, body in zip(tags, commands, strict=True))
    said = responses(rig.talk(lines + b"end LOGOUT\r\n", logged_in=True))
    assert said[0].startswith(b"* OK ")
    tagged = [re.match(rb"(\S+) (OK|NO|BAD) .", line) for line in said if not line.startswith((b"* ", b"+ "))]
    assert all(tagged), said
    answered = [match[1] for match in tagged if match]
    expected = [b"login", b"select", *tags, b"end"]
    ended = any(line.startswith(b"* BYE ") for line in said)
    assert ended
    assert answered == expected[: len(answered)], (commands, said)
    assert len(answered) == len(expected) or b"* BYE [" in b"\r\n".join(said), (commands, said)


@settings(SLOW, max_examples=120)
@given(st.lists(octets, max_size=40).map(b"".join), st.booleans())
def test_any_octets(rig: SessionRig, data: bytes, logged_in: bool) -> None:
    rig.talk(data, logged_in=logged_in)
    assert rig.talk(b"a NOOP\r\n", logged_in=True).count(b"\r\na OK ") == 1
