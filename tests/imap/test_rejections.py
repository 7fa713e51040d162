"""Every command given wrongly: one BAD or NO, in words a person can use, and the session goes on. RFC 9051 §7.1"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from world import PASSWORD, Client, World

from mailsvc.imap.dispatch import COMMANDS
from mailsvc.imap.session import State


@dataclass(frozen=True)
class Row:
    """`right` are arguments that would do, '' for none; `wrong` are some that do not."""

    right: str = ""
    wrong: tuple[str, ...] = ()


SETS = ("0 {}", "a {}", "1: {}", ":2 {}", "1,,2 {}", "-1 {}", "99999999999 {}", "1:2:3 {}", "{}", "( {}", "1 2 {}")
FETCHED = (
    "1", "1 ()", "1 (FLAGS", "1 FLAGS)", "1 NOTHING", "1 BODY[", "1 BODY[0]", "1 BODY[1.0]", "1 BODY[NAME]",
    "1 BODY[HEADER.FIELDS]", "1 BODY[HEADER.FIELDS ()]", "1 BODY[MIME]", "1 BODY[]<0>", "1 BODY[]<0.0>",
    "1 BODY[]<-1.5>", "1 (ALL)", "1 BINARY[TEXT]", "1 (FLAGS  UID)", "1 FLAGS (CHANGEDSINCE)", "1 FLAGS (VANISHED)",
    "1 FLAGS (CHANGEDSINCE x)", "1 RFC822.PEEK", "1 FLAGS ()", "1 BODY.PEEK",
)  # fmt: skip
STORED = (
    "1", "1 FLAGS", "1 FLAGS (\\Seen", "1 FLAGS (\\Nothing)", "1 *FLAGS (\\Seen)", "1 FLAG (\\Seen)", "1 FLAGS ((a))",
    '1 FLAGS ("a")', "1 FLAGS (a]b)", "1 (UNCHANGEDSINCE) FLAGS (a)", "1 (UNCHANGEDSINCE x) FLAGS (a)",
    "1 FLAGS.LOUD (a)", "1 (NOTHING 1) FLAGS (a)", "1 FLAGS (" + "k" * 200 + ")", "1 FLAGS (a  b)",
)  # fmt: skip
SEARCHED = (
    "", "NOTHING", "NOT", "OR SEEN", "(SEEN", "()", "SEEN)", "SUBJECT", "HEADER a", 'HEADER "" a', "BEFORE yesterday",
    "BEFORE 31-Feb-2026", "ON 1-1-2026", "LARGER x", "LARGER -1", "KEYWORD \\Seen", "UID x", "RETURN SEEN",
    "RETURN (NOTHING) ALL", "RETURN (ALL ALL", "CHARSET UTF-8", "CHARSET X-NOTHING ALL", "MODSEQ x",
    "(" * 100 + "ALL" + ")" * 100, "NOT " * 200 + "ALL", "UID 0", "SENTON 2026-01-01",
)  # fmt: skip
SORTED = (
    "", "DATE UTF-8 ALL", "(NOTHING) UTF-8 ALL", "() UTF-8 ALL", "(DATE) X-NOTHING ALL", "(DATE) UTF-8", "(DATE)",
    "(REVERSE) UTF-8 ALL", "(DATE", "(DATE REVERSE) UTF-8 ALL", "(DATE) UTF-8 NOTHING", "(DATE) UTF-8 5:6:7",
)  # fmt: skip
THREADED = ("", "NOTHING UTF-8 ALL", "REFERENCES", "REFERENCES UTF-8", "REFERENCES X-NOTHING ALL", "(REFERENCES) ALL")
NAMES = ("", " ", '"\udcff"', '"x', "x y", "(x)", "{3}x", "x%y z", '"x\\y"', "\\x")
ROWS = {
    "CAPABILITY": Row(), "NOOP": Row(), "NAMESPACE": Row(), "CHECK": Row(), "CLOSE": Row(), "UNSELECT": Row(),
    "EXPUNGE": Row(), "IDLE": Row(), "STARTTLS": Row(), "LOGOUT": Row(), "UNAUTHENTICATE": Row(),
    "COMPRESS": Row("DEFLATE", ("", "GZIP", "DEFLATE DEFLATE", "(DEFLATE)")),
    "ID": Row("NIL", ("", "()x", '("name")', '(NIL "x")', '("a" "b"', "x", '("name" x)')),
    "LOGIN": Row(f'nobody "{PASSWORD}x"', ("", "an", "an ", '"an" "x', "an (x)", "an b c", 'an "\\x"')),
    "AUTHENTICATE": Row("PLAIN AG5vYm9keQB4", ("", "NOTHING", "PLAIN !", "PLAIN AAA", "PLAIN =", "( PLAIN")),
    "ENABLE": Row("CONDSTORE", ("", " ", "(CONDSTORE)", '"CONDSTORE"')),
    "SELECT": Row("INBOX", (*NAMES, "Nowhere", "INBOX (", "INBOX ()x", "INBOX (NOTHING)", "INBOX (QRESYNC)",
                            "INBOX (QRESYNC (1 1))", "INBOX (QRESYNC (0 1))", "INBOX (QRESYNC (1))")),
    "EXAMINE": Row("INBOX", (*NAMES, "Nowhere", "INBOX (CONDSTORE", "INBOX (QRESYNC (x 1))")),
    "CREATE": Row("Moi", (*NAMES, "INBOX", "a//b", "/a", "x*", "Y (USE)", "Y (USE (\\Nothing))", "Y (NOTHING)")),
    "DELETE": Row("Moi", (*NAMES, "INBOX", "Nowhere")),
    "RENAME": Row("a b", (*NAMES, "a", "Nowhere b", "INBOX INBOX", "INBOX a//b")),
    "SUBSCRIBE": Row("INBOX", (*NAMES, "Nowhere")),
    "UNSUBSCRIBE": Row("INBOX", NAMES),
    "LIST": Row('"" *', ("", '""', '"" (', '"" ()', '"" * RETURN', '"" * RETURN (NOTHING)', '(NOTHING) "" *',
                         '(RECURSIVEMATCH) "" *', '"" * RETURN (STATUS)', '"" * RETURN (STATUS (NOTHING))', "x")),
    "LSUB": Row('"" *', ("", '""', "x", '"" (a b)')),
    "STATUS": Row("INBOX (MESSAGES)", ("", "INBOX", "INBOX MESSAGES", "INBOX (NOTHING)", "INBOX (MESSAGES",
                                       "Nowhere (MESSAGES)", "(MESSAGES)", '"\udcff" (MESSAGES)')),
    "GETMETADATA": Row('"" /shared/comment', ("", '""', "Nowhere /shared/comment", '"" comment', '"" ()',
                                              '(DEPTH x) "" /shared/comment', '"" /shared/a*')),
    "SETMETADATA": Row('"" (/private/comment NIL)', ("", '""', '"" ()', '"" (/private/comment)', '"" /private/a "x"',
                                                     "Nowhere (/private/comment NIL)", '"" (comment "x")')),
    "APPEND": Row("INBOX {1+}\r\nx", ("", "INBOX", "INBOX x", "INBOX () x", "INBOX (\\Nothing) {1+}\r\nx",
                                      'INBOX "yesterday" {1+}\r\nx', "INBOX (a {1+}\r\nx", "Nowhere {1+}\r\nx",
                                      "INBOX {0+}\r\n", "INBOX {99999999999999999999}", '"\udcff" {1+}\r\nx',
                                      'INBOX "31-Feb-2026 00:00:00 +0000" {1+}\r\nx', "INBOX ~x")),
    "UID EXPUNGE": Row("1", tuple(one.format("").strip() for one in SETS)),
    "SEARCH": Row("ALL", SEARCHED),
    "UID SEARCH": Row("ALL", SEARCHED),
    "FETCH": Row("1 FLAGS", (*FETCHED, *(one.format("FLAGS") for one in SETS), "5 FLAGS", "1:5 FLAGS")),
    "UID FETCH": Row("1 FLAGS", (*FETCHED, *(one.format("FLAGS") for one in SETS))),
    "STORE": Row("1 FLAGS (a)", (*STORED, *(one.format("FLAGS (a)") for one in SETS), "5 FLAGS (a)")),
    "UID STORE": Row("1 FLAGS (a)", (*STORED, *(one.format("FLAGS (a)") for one in SETS))),
    "COPY": Row("1 INBOX", ("1", "1 Nowhere", '1 "\udcff"', "5 INBOX", *(one.format("INBOX") for one in SETS))),
    "UID COPY": Row("1 INBOX", ("1", "1 Nowhere", '1 "\udcff"', *(one.format("INBOX") for one in SETS))),
    "MOVE": Row("1 INBOX", ("1", "1 Nowhere", '1 "\udcff"', "5 INBOX", *(one.format("INBOX") for one in SETS))),
    "UID MOVE": Row("1 INBOX", ("1", "1 Nowhere", '1 "\udcff"', *(one.format("INBOX") for one in SETS))),
    "LANGUAGE": Row(wrong=("(", "(en)", "zz", '"en', "en  vi")),
    "GETQUOTA": Row('"nothing"', ("", "(x)", "nothing", '"x')),
    "GETQUOTAROOT": Row("INBOX", NAMES),
    "SETQUOTA": Row('"x" (STORAGE 1)', ("", "x", "x STORAGE", "x (STORAGE)", "x (STORAGE x)", "x (STORAGE -1)",
                                        "x (STORAGE 1 STORAGE 2)", "x (STORAGE 1")),
    "SETACL": Row("INBOX binh lr", (*NAMES, "INBOX", "INBOX binh", "INBOX binh ?", "Nowhere binh lr", "INBOX no lr")),
    "DELETEACL": Row("INBOX binh", (*NAMES, "INBOX", "Nowhere binh")),
    "GETACL": Row("INBOX", (*NAMES, "Nowhere")),
    "LISTRIGHTS": Row("INBOX binh", (*NAMES, "INBOX", "Nowhere binh")),
    "MYRIGHTS": Row("INBOX", (*NAMES, "Nowhere")),
    "REPLACE": Row("1 INBOX {1+}\r\nx", ("", "1", "1 INBOX", "1 INBOX x", "0 INBOX {1+}\r\nx", "5 INBOX {1+}\r\nx",
                                         "1 Nowhere {1+}\r\nx", "1 INBOX (\\Nothing) {1+}\r\nx", "x INBOX {1+}\r\nx")),
    "UID REPLACE": Row("1 INBOX {1+}\r\nx", ("", "1", "1 INBOX", "1 INBOX x", "0 INBOX {1+}\r\nx", "99 INBOX {1+}\r\nx",
                                             "1 Nowhere {1+}\r\nx", "x INBOX {1+}\r\nx")),
    "ESEARCH": Row("ALL", (*SEARCHED, "IN ALL", "IN () ALL", "IN (nothing) ALL", "IN (mailboxes) ALL", "IN (inboxes")),
    "SORT": Row("(DATE) UTF-8 ALL", SORTED),
    "UID SORT": Row("(DATE) UTF-8 ALL", SORTED),
    "THREAD": Row("REFERENCES UTF-8 ALL", THREADED),
    "UID THREAD": Row("REFERENCES UTF-8 ALL", THREADED),
    "NOTIFY": Row("NONE", ("", "SET", "SET (", "SET ()", "SET (NOTHING (MessageNew))", "SET (SELECTED (Nothing))",
                           "SET (PERSONAL (MessageNew))", "SET (SELECTED MessageNew)", "NOTHING")),
    "CANCELUPDATE": Row('"x"', ("", "(x)", '"x')),
}  # fmt: skip
UNKNOWN = Row(wrong=("(((", '"', "\\", "x (((",))  # a command without a row of its own
JUNK = (" (", ' "x', " \\", " x y z ]")
VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)
_REJECTED = re.compile(rb"(?:BAD|NO)(?: \[([^\]]+)\])? ([^\r\n]+)")


def rejected(client: Client, command: str, *, utf8: bool) -> None:
    """The command gets one BAD or NO with a reason, which is none of ours, and the next one is answered as ever."""
    lines, status = client.command(command.encode("utf-8", "surrogateescape"))
    match = _REJECTED.fullmatch(status)
    assert match, (command, lines, status)
    assert match[1] is None or not match[1].startswith(b"SERVERBUG"), (command, status)
    reason = match[2].decode()
    assert len(reason.split()) >= 2, (command, reason)
    if utf8:
        assert VIETNAMESE.search(reason), (command, reason)
    lines, status = client.command("NOOP")
    assert status.startswith(b"OK"), (command, lines, status)


def session(world: World, state: State) -> Client:
    """A client in that state; as soon as it may, it reads UTF-8, so that the reasons come with their marks."""
    if state is State.NEW:
        client = world.connect()
        client.line()
        return client
    client = world.login("an")
    client.ok("ENABLE IMAP4rev2")
    if state is State.SELECTED:
        client.append(b"Subject: 1\r\n\r\nx\r\n")
        client.ok("SELECT INBOX")
    return client


STATES = (State.NEW, State.LOGGED_IN, State.SELECTED)


@pytest.mark.parametrize("verb", COMMANDS)
def test_in_the_wrong_state(world: World, verb: str) -> None:
    arguments = ROWS.get(verb, UNKNOWN).right
    for state in STATES:
        if state not in COMMANDS[verb].states:
            client = session(world, state)
            rejected(client, f"{verb} {arguments}".strip(), utf8=state is not State.NEW)


@pytest.mark.parametrize("verb", COMMANDS)
def test_without_arguments_or_with_junk_or_of_the_wrong_kind(world: World, verb: str) -> None:
    row = ROWS.get(verb, UNKNOWN)
    state = next(state for state in reversed(STATES) if state in COMMANDS[verb].states)
    client = session(world, state)
    wrong = [*row.wrong, *([""] if row.right else [])]
    for arguments in wrong:
        rejected(client, f"{verb} {arguments}".removesuffix(" "), utf8=state is not State.NEW)
    if verb in ROWS:
        for junk in JUNK:
            rejected(client, f"{verb} {row.right}".removesuffix(" ") + junk, utf8=state is not State.NEW)
    assert client.command("NOOP")[1].startswith(b"OK")


@pytest.mark.parametrize("state", STATES)
def test_what_is_no_command(world: World, state: State) -> None:
    client = session(world, state)
    for command in ("NOTHING", "UID", "UID NOTHING", "UID NOOP", "(", '"NOOP"', "NOOP\t", "", "  NOOP", "XYZZY 1 2"):
        client.send(b"x " + command.encode() + b"\r\n")
        while not (line := client.response()).startswith(b"x "):
            assert line.startswith(b"* "), line
        assert re.match(rb"x BAD \S+ \S+", line), (command, line)
        assert client.command("NOOP")[1].startswith(b"OK")


def test_three_hostile_lines_before_login_end_the_session(world: World) -> None:
    for hostile in (b"\x16\x03\x01\x02\x00\x01", b"(((((((", b"x LOGIN {9999}", b"y" * 9000):
        client = world.connect()
        client.line()
        client.send((hostile + b"\r\n") * 3)
        said = client.rest()
        assert said.count(b" BAD ") <= 3
        assert b"* BYE [CLIENTBUG] " in said
        assert said.count(b"\r\n") == 4


def test_what_clients_get_wrong_after_login_does_not_end_the_session(world: World) -> None:
    client = session(world, State.SELECTED)
    for _ in range(60):
        rejected(client, "FETCH 0 FLAGS", utf8=True)
        rejected(client, "SELECT Nowhere", utf8=True)
        client.ok("SELECT INBOX")
