"""Commands, tags, strings and states. RFC 9051 §2.2, §3, §4, §5.5, §6.1, §6.2; RFC 7888; RFC 4959; RFC 5530"""

from __future__ import annotations

import base64

import pytest
from speaker import Speaker, newcomer, speaker
from world import PASSWORD, World

ANY = ["CAPABILITY", "NOOP", "ID NIL"]
INSIDE = [
    "SELECT INBOX", "EXAMINE INBOX", "CREATE x", "DELETE x", "RENAME x y", "SUBSCRIBE INBOX", "UNSUBSCRIBE INBOX",
    'LIST "" *', 'LSUB "" *', "NAMESPACE", "STATUS INBOX (MESSAGES)", "APPEND INBOX {1+}\r\nx", "IDLE",
    "ENABLE CONDSTORE",
]  # fmt: skip
SELECTED = [
    "CLOSE", "UNSELECT", "EXPUNGE", "UID EXPUNGE 1", "SEARCH ALL", "UID SEARCH ALL", "FETCH 1 UID", "UID FETCH 1 UID",
    "STORE 1 FLAGS ()", "UID STORE 1 FLAGS ()", "COPY 1 INBOX", "UID COPY 1 INBOX", "MOVE 1 INBOX", "UID MOVE 1 INBOX",
    "CHECK",
]  # fmt: skip


@pytest.fixture
def an(world: World) -> Speaker:
    return speaker(world)


def test_commands_outside_their_state_are_bad(world: World) -> None:  # RFC 9051 §3
    client = newcomer(world)
    for command in INSIDE + SELECTED:
        client.bad(command)
    client.ok(f'LOGIN an "{PASSWORD}"')
    for command in SELECTED:
        client.bad(command)
    for command in (f'LOGIN an "{PASSWORD}"', "AUTHENTICATE PLAIN", "STARTTLS"):
        client.bad(command)
    for command in ANY:
        client.ok(command)
    client.ok("SELECT INBOX")
    for command in ANY:
        client.ok(command)


@pytest.mark.parametrize("tag", [b"a", b"A.1", b"]", b"~x", b"a" * 100, b"1", b"NIL", b"OK", b"BYE", b"$"])
def test_any_tag_of_allowed_characters_comes_back(world: World, tag: bytes) -> None:  # RFC 9051 §2.2.1
    client = newcomer(world)
    client.send(tag + b" NOOP\r\n")
    assert client.line().startswith(tag + b" OK ")


@pytest.mark.parametrize("line", [b"", b" NOOP", b"* NOOP", b"+ NOOP", b"a+b NOOP", b'"a" NOOP', b"(a) NOOP", b"a"])
def test_a_line_without_tag_gets_untagged_bad(an: Speaker, line: bytes) -> None:  # RFC 9051 §7.1.3
    an.send(line + b"\r\n")
    assert an.line().startswith((b"* BAD ", b"a BAD "))
    an.ok("NOOP")


@pytest.mark.parametrize("command", ["noop", "NoOp", "capability", "select inbox", "Status InBox (MesSages)"])
def test_commands_and_their_words_have_no_case(an: Speaker, command: str) -> None:  # RFC 9051 §9
    an.ok(command)


def test_item_names_have_no_case(an: Speaker) -> None:  # RFC 9051 §9
    an.append(b"Subject: x\r\n\r\nbody")
    an.ok("select inbox")
    assert an.ok("fetch 1 (flags body.peek[header.fields (SUBJECT)]<0.5>)").fetched()[1][b"FLAGS"] is not None
    assert an.ok("uid search not unseen or seen unseen").of(b"SEARCH") == [[]]
    an.ok("store 1 +flags.silent (\\sEEN)")
    assert b"\\Seen" in an.ok("fetch 1 flags").fetched()[1][b"FLAGS"]


@pytest.mark.parametrize(
    "command",
    ["", "FOO", "X-UNKNOWN 1 2", "UID", "UID NOOP", "UID LOGOUT", "NOOP x", "LOGOUT now", "CAPABILITY x", "SELECT",
     "SELECT  INBOX", "SELECT INBOX INBOX", "SELECT (INBOX)", 'SELECT "INBOX', 'SELECT "a\\b"', "STATUS INBOX",
     "STATUS INBOX MESSAGES", "STATUS INBOX (NOPE)", "LIST", 'LIST ""', "RENAME a", "EXAMINE", "CREATE", "ENABLE",
     "ID", "ID (name)", 'ID ("name")', "APPEND", "LSUB *", "SUBSCRIBE", "IDLE now", "NAMESPACE x"],
)  # fmt: skip
def test_wrong_syntax_is_bad_and_the_session_goes_on(an: Speaker, command: str) -> None:  # RFC 9051 §7.1.3
    an.send(b"q %b\r\n" % command.encode())
    assert an.line().startswith((b"q BAD ", b"* BAD "))
    an.ok("NOOP")


@pytest.mark.parametrize(
    "command",
    ["FETCH", "FETCH 1", "FETCH 1 ()", "FETCH 0 UID", "FETCH 1: UID", "FETCH 1,, UID", "FETCH a UID", "FETCH -1 UID",
     "FETCH 1 (ALL)", "FETCH 1 (FLAGS FAST)", "FETCH 1 (FLAGS  UID)", "FETCH 1 BODY[", "FETCH 1 BODY[MIME]",
     "FETCH 1 BODY[0]", "FETCH 1 BODY[1.]", "FETCH 1 BODY[HEADER.FIELDS]", "FETCH 1 BODY[HEADER.FIELDS ()]",
     "FETCH 1 BODY[]<0>", "FETCH 1 BODY[]<0.0>", "FETCH 1 BODY.PEEK", "FETCH 1 NOPE", "FETCH 1 (UID", "STORE 1",
     "STORE 1 FLAGS", "STORE 1 FLAGS.LOUD ()", "STORE 1 +FLAGS (\\Bogus)", "STORE 1 *FLAGS ()", "COPY 1", "MOVE 1",
     "SEARCH", "SEARCH NOPE", "SEARCH (ALL", "SEARCH ()", "SEARCH NOT", "SEARCH OR ALL", "SEARCH SINCE yesterday",
     "SEARCH ON 31-Feb-2024", "SEARCH LARGER x", "SEARCH RETURN (NOPE) ALL", "SEARCH RETURN (MIN)", "SEARCH SUBJECT",
     "SEARCH HEADER x", "SEARCH CHARSET UTF-8", "UID EXPUNGE", "EXPUNGE 1", "SEARCH KEYWORD \\Seen",
     "STORE 1 (UNCHANGEDSINCE x) FLAGS ()", "FETCH 1 UID (CHANGEDSINCE)", "FETCH 4294967296 UID"],
)  # fmt: skip
def test_wrong_syntax_in_a_mailbox_is_bad(an: Speaker, command: str) -> None:  # RFC 9051 §9
    an.append(b"Subject: x\r\n\r\nbody")
    an.ok("SELECT INBOX")
    an.bad(command)
    an.ok("FETCH 1 UID")


def test_a_number_beyond_the_last_message_is_bad(an: Speaker) -> None:  # RFC 9051 §9 seq-number
    an.append(b"Subject: x\r\n\r\nbody")
    an.ok("SELECT INBOX")
    for command in ("FETCH 2 UID", "STORE 2 FLAGS ()", "COPY 2 INBOX", "MOVE 2 Luu", "FETCH 1,7 UID"):
        an.bad(command)
    assert an.ok("UID FETCH 2 UID").untagged == []


@pytest.mark.parametrize("form", ["INBOX", '"INBOX"', "{5+}\r\nINBOX", "inbox", '"iNbOx"'])
def test_a_mailbox_name_in_every_form_of_string(an: Speaker, form: str) -> None:  # RFC 9051 §4.3, §5.1
    for command in ("SELECT {}", "EXAMINE {}", "STATUS {} (MESSAGES)", 'LIST "" {}', 'LSUB "" {}', "SUBSCRIBE {}"):
        an.ok(command.format(form))
    assert an.append(b"x: y\r\n\r\n", form).code[0] == b"APPENDUID"


def test_synchronizing_literals_are_asked_for(world: World) -> None:  # RFC 9051 §4.3
    client = newcomer(world)
    secret = PASSWORD.encode()
    tag = client.start("LOGIN {2}")
    assert client.line().startswith(b"+ ")
    client.send(b"an {%d}\r\n" % len(secret))
    assert client.line().startswith(b"+ ")
    client.send(secret + b"\r\n")
    assert client.finish(tag).status == b"OK"
    assert client.wait_literal("SELECT {5}", b"INBOX").status == b"OK"
    assert client.wait_literal("SEARCH SUBJECT {3}", b"abc").status == b"OK"
    assert client.wait_literal('LIST "" {1}', b"*").status == b"OK"
    assert client.wait_literal("RENAME {4}", b"none {1}", b"x").status == b"NO"


def test_non_synchronizing_literals_are_taken_at_once(world: World) -> None:  # RFC 7888 §4
    client = newcomer(world)
    client.ok(f"LOGIN {{2+}}\r\nan {{{len(PASSWORD.encode())}+}}\r\n{PASSWORD}")
    client.ok("CREATE {3+}\r\nabc")
    client.ok("RENAME {3+}\r\nabc {3+}\r\nxyz")
    client.ok("STATUS {3+}\r\nxyz (MESSAGES)")
    client.ok("SELECT {3+}\r\nxyz")
    client.ok("SEARCH OR SUBJECT {1+}\r\na HEADER {7+}\r\nsubject {0+}\r\n")
    client.ok("FETCH 1:* BODY.PEEK[HEADER.FIELDS ({7+}\r\nSubject {4+}\r\nFrom)]")


def test_a_zero_length_literal_is_an_empty_string(an: Speaker) -> None:  # RFC 9051 §4.3
    assert len(an.ok("LIST {0+}\r\n {1+}\r\n*").of(b"LIST")) > 1
    an.no("SELECT {0+}\r\n")


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a b", "a(b", "a{3}b", "a]b", "$x", "~x", "#x"])
def test_specials_in_quoted_names_survive(an: Speaker, name: str) -> None:  # RFC 9051 §4.3
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    quoted = f'"{escaped}"'
    an.ok(f"CREATE {quoted}")
    listed = [one[2] for one in an.ok(f'LIST "" {{{len(name)}+}}\r\n{name}').of(b"LIST")]
    assert listed == [name.encode()]
    an.ok(f"SELECT {quoted}")


def test_quoted_strings_hold_no_line_ends(an: Speaker) -> None:  # RFC 9051 §9 QUOTED-CHAR
    an.bad('SELECT "INBOX\rx"')
    an.bad(b'SELECT "INBOX\x00"')


def test_a_nul_in_a_literal_is_refused(an: Speaker) -> None:  # RFC 9051 §9 CHAR8
    assert an.do(b"SELECT {3+}\r\na\x00b").status in (b"BAD", b"NO")
    an.ok("NOOP")


def test_commands_sent_together_are_answered_in_order(an: Speaker) -> None:  # RFC 9051 §5.5
    an.append(b"Subject: x\r\n\r\nbody")
    an.send(
        b"1 SELECT INBOX\r\n2 FETCH 1 FLAGS\r\n3 STORE 1 +FLAGS (\\Deleted)\r\n4 EXPUNGE\r\n5 NOOP\r\n6 FETCH 1 UID\r\n"
        b"7 APPEND INBOX {4+}\r\na: b\r\n8 FETCH 1 UID\r\n9 CLOSE\r\n10 FETCH 1 UID\r\n11 LOGOUT\r\n"
    )
    words = [b"OK", b"OK", b"OK", b"OK", b"OK", b"BAD", b"OK", b"OK", b"OK", b"BAD", b"OK"]
    assert [an.finish(b"%d" % number).status for number in range(1, 12)] == words


def test_logout_says_bye_then_ok_then_closes(world: World) -> None:  # RFC 9051 §6.1.3
    for client in (newcomer(world), speaker(world)):
        client.send(b"z LOGOUT\r\nz2 NOOP\r\n")
        assert client.line().startswith(b"* BYE ")
        assert client.line().startswith(b"z OK ")
        assert client.file.read() == b""


def test_capability_lists_the_revision_first_and_is_the_same_everywhere(world: World) -> None:  # RFC 9051 §6.1.1
    client = newcomer(world)
    (before,) = client.ok("CAPABILITY").of(b"CAPABILITY")
    assert b"IMAP4rev2" in before
    assert b"AUTH=PLAIN" in before
    told = client.ok(f'LOGIN an "{PASSWORD}"').code
    (after,) = client.ok("CAPABILITY").of(b"CAPABILITY")
    assert told == [b"CAPABILITY", *after]
    assert not [one for one in after if one.startswith((b"AUTH=", b"STARTTLS", b"LOGINDISABLED"))]


def test_wrong_passwords_are_no_and_may_be_tried_again(world: World) -> None:  # RFC 9051 §6.2.3, RFC 5530 §3
    client = newcomer(world)
    client.no("LOGIN an wrong", "AUTHENTICATIONFAILED")
    client.no("LOGIN nobody wrong", "AUTHENTICATIONFAILED")
    client.no("AUTHENTICATE KERBEROS_V4")
    client.ok(f'LOGIN an "{PASSWORD}"')


def test_authenticate_with_and_without_initial_response(world: World) -> None:  # RFC 9051 §6.2.2, RFC 4959 §3
    secret = base64.b64encode(f"\0an\0{PASSWORD}".encode()).decode()
    newcomer(world).ok(f"authenticate plain {secret}")
    client = newcomer(world)
    assert client.wait_literal("AUTHENTICATE PLAIN", secret.encode()).status == b"OK"
    client = newcomer(world)
    tag = client.start("AUTHENTICATE PLAIN")
    assert client.line() == b"+ "
    client.send(b"*\r\n")
    assert client.finish(tag).status == b"BAD"
    assert client.wait_literal("AUTHENTICATE PLAIN", b"!!").status == b"BAD"
    assert client.do("AUTHENTICATE PLAIN =").status in (b"NO", b"BAD")
    client.ok("NOOP")


def test_id_answers_nil_and_pairs_in_any_state(world: World) -> None:  # RFC 2971 §3.1
    client = newcomer(world)
    for command in ("ID NIL", "ID ()", 'ID ("name" "x" "version" NIL)', 'ID ({4+}\r\nname "x")'):
        assert len(client.ok(command).of(b"ID")) == 1
    client.ok(f'LOGIN an "{PASSWORD}"')
    client.ok("ID NIL")


def test_enable_names_what_it_enabled_and_ignores_the_unknown(an: Speaker) -> None:  # RFC 5161 §3.1, §3.2
    assert an.ok("ENABLE X-NOTHING").of(b"ENABLED") == [[]]
    assert an.ok("ENABLE X-NOTHING CONDSTORE imap4rev2").of(b"ENABLED") == [[b"CONDSTORE", b"IMAP4rev2"]]
    assert an.ok("ENABLE IDLE").of(b"ENABLED") == [[]]


def test_text_is_ascii_before_rev2_is_enabled(an: Speaker) -> None:  # RFC 9051 §9 text
    assert an.no('SELECT "Không có"').text.isascii()
    an.enable_rev2()
    assert "Không" in an.no('SELECT "Không có"').text.decode()


def test_namespace_is_told(an: Speaker) -> None:  # RFC 2342 §5
    assert an.ok("NAMESPACE").of(b"NAMESPACE") == [[[[b"", b"/"]], None, None]]
