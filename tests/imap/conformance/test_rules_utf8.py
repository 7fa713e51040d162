"""UTF-8 in names and texts. RFC 6855, RFC 5255 §3, RFC 5198"""

from __future__ import annotations

import pytest
from speaker import Speaker, speaker
from world import World, on_both

LETTER = "From: Nguyễn Văn An <an@x.example>\r\nSubject: Tiếng Việt có dấu\r\n\r\nnội dung\r\n".encode()


@pytest.fixture
def an(world: World) -> Speaker:
    client = speaker(world)
    assert client.ok("ENABLE UTF8=ACCEPT").of(b"ENABLED") == [[b"UTF8=ACCEPT"]]
    client.utf8 = True
    return client


def names(client: Speaker, command: str) -> set[str]:
    return {one[-1].decode() for one in client.ok(command).of(command.split()[0].encode())}


@on_both
def test_names_go_both_ways_as_they_are(world: World) -> None:
    client = speaker(world)
    client.ok("ENABLE UTF8=ACCEPT")
    client.utf8 = True
    client.ok('CREATE "Dự án/Năm 2026"')
    client.ok('SUBSCRIBE "Dự án/Năm 2026"')
    assert "Dự án/Năm 2026" in names(client, 'LIST "" "Dự án/*"')
    assert names(client, 'LSUB "" "Dự*"') == {"Dự án/Năm 2026"}
    ((name, _),) = client.ok('STATUS "Dự án/Năm 2026" (MESSAGES)').of(b"STATUS")
    assert name.decode() == "Dự án/Năm 2026"
    client.ok('RENAME "Dự án/Năm 2026" "Dự án/Năm cũ"')
    client.ok('SELECT "Dự án/Năm cũ"')
    other = speaker(world)  # asserts that what is quoted is ASCII
    assert "D&HvE- &AOE-n/N&AQM-m c&AWk-" in names(other, 'LIST "" *')
    other.ok('SELECT "D&HvE- &AOE-n/N&AQM-m c&AWk-"')


def test_names_in_whatever_form_are_one(an: Speaker) -> None:
    """RFC 6855 §3, RFC 5198 §2: composed or not, a name is the same."""
    an.ok('CREATE "Va\u0306n ba\u0309n"')
    assert names(an, 'LIST "" "V*"') == {"Văn bản"}
    an.no('CREATE "Văn bản"', "ALREADYEXISTS")


def test_modified_utf7_means_nothing_any_more(world: World, an: Speaker) -> None:
    an.ok('CREATE "a&b"')
    an.ok('CREATE "Th&AbA-"')
    assert {"a&b", "Th&AbA-"} <= names(an, 'LIST "" *')
    assert {"a&-b", "Th&-AbA-"} <= names(speaker(world), 'LIST "" *')


@pytest.mark.parametrize(
    "octets", [b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe1\xbb", b"a\xfe"]
)
def test_what_is_not_utf8_is_bad(an: Speaker, octets: bytes) -> None:
    for command in (b'STATUS "%s" (MESSAGES)', b'CREATE "%s"', b'LIST "" "%s"', b'SELECT "%s"'):
        an.bad(command % octets)
    an.ok("NOOP")


@pytest.mark.parametrize("octets", ["\u0085", "\u2028", "\u2029", "\u007f"])
def test_characters_that_a_name_may_not_have(an: Speaker, octets: str) -> None:
    an.no(f'CREATE "a{octets}b"')


def test_a_charset_would_contradict(an: Speaker) -> None:
    an.ok("SELECT INBOX")
    an.bad("SEARCH CHARSET UTF-8 ALL")
    an.ok('SEARCH SUBJECT "tiếng việt"')


def test_letters_with_utf8_headers(an: Speaker) -> None:
    an.ok(b"APPEND INBOX (\\Seen) UTF8 (~{%d+}\r\n%s)" % (len(LETTER), LETTER))
    tag = an.start(b'APPEND INBOX "17-Jul-2024 02:44:25 +0700" UTF8 (~{%d}' % len(LETTER))
    assert an.line().startswith(b"+ ")
    an.send(LETTER + b")\r\n")
    assert an.finish(tag).status == b"OK"
    an.ok(b"APPEND INBOX CATENATE (UTF8 (~{%d+}\r\n%s) URL /INBOX/;UID=1/;SECTION=TEXT)" % (len(LETTER), LETTER))
    an.ok("SELECT INBOX")
    items = an.ok("FETCH 1 (BODY[] ENVELOPE FLAGS)").fetched()[1]
    assert items[b"BODY[]"] == LETTER
    assert items[b"ENVELOPE"][1].decode() == "Tiếng Việt có dấu"
    assert an.ok('SEARCH SUBJECT "có dấu" FROM "nguyễn"').of(b"SEARCH") == [[1, 2, 3]]
    an.bad(b"APPEND INBOX UTF8 (~{%d+}\r\n%s" % (len(LETTER), LETTER))
    an.bad(b"APPEND INBOX UTF8 ()")
    assert an.ok("NOOP").untagged == []


def test_clients_that_asked_for_nothing_get_plain_text(world: World) -> None:
    client = speaker(world)
    client.append(LETTER)
    reply = client.no("SELECT nowhere")
    assert reply.text.isascii()
    client.ok("SELECT INBOX")
    envelope = client.ok("FETCH 1 ENVELOPE").fetched()[1][b"ENVELOPE"]  # not in a quoted string, or the reader objects
    assert envelope[1].decode() == "Tiếng Việt có dấu"


def test_texts_are_utf8_once_a_language_is_chosen(world: World) -> None:
    client = speaker(world)
    assert client.ok("LANGUAGE").of(b"LANGUAGE") == [[[b"vi", b"en", b"i-default"]]]
    client.language = True
    reply = client.ok("LANGUAGE vi")
    assert reply.of(b"LANGUAGE") == [[[b"vi"]]]
    assert reply.text.decode() == "Đã đổi ngôn ngữ"
    assert "Không có hộp thư" in client.no("SELECT nowhere").text.decode()
    assert "D&Huk-" not in client.no('SELECT "D&Huk-"').text.decode()  # the name as a person writes it
    client.no("LANGUAGE fr", "CANNOT")
    assert "Không có" in client.no("SELECT nowhere").text.decode()  # as before
    assert client.ok("LANGUAGE xx en-GB").of(b"LANGUAGE") == [[[b"en"]]]
    assert client.no("SELECT nowhere").text.startswith(b"There is no mailbox")
