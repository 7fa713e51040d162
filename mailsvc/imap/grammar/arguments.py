"""Arguments of the smaller commands: LOGIN, AUTHENTICATE, ID, ENABLE, SELECT, RENAME, COPY, MOVE, STORE and others."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailsvc.imap.errors import TooMuch
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.flags import Flags, parse_store_flags
from mailsvc.imap.grammar.names import decode_name, mailbox
from mailsvc.imap.grammar.sequence import SequenceSet, parse_set

MAX_ID_FIELDS = 30  # RFC 2971 §3.3: at most 30 pairs, names of 30 octets, values of 1024
MAX_ENABLE = 40


@dataclass(frozen=True, slots=True)
class Login:
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Authenticate:
    """`initial` is the base64 text of the initial response (RFC 4959), None when absent, b'=' for an empty one."""

    mechanism: str
    initial: bytes | None


@dataclass(frozen=True, slots=True)
class Resync:
    """What the client knew (RFC 7162 §3.2.5). `known` are the UIDs it asks about, None for all."""

    uidvalidity: int
    modseq: int
    known: SequenceSet | None = None


@dataclass(frozen=True, slots=True)
class Select:
    """`written` is the name in the client's own octets."""

    mailbox: str
    condstore: bool = False
    resync: Resync | None = None
    written: bytes = field(default=b"", compare=False)


@dataclass(frozen=True, slots=True)
class Rename:
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """COPY and MOVE."""

    messages: SequenceSet
    target: str
    uid: bool


@dataclass(frozen=True, slots=True)
class Store:
    """`mode` is '' (replace), '+' or '-'; `unchanged_since` None when absent (RFC 7162 §3.1.3)."""

    messages: SequenceSet
    mode: str
    flags: Flags
    silent: bool
    unchanged_since: int | None
    uid: bool


def parse_login(cursor: Cursor) -> Login:
    cursor.space()
    user = _utf8(cursor)
    cursor.space()
    password = _utf8(cursor)
    cursor.end()
    return Login(user, password)


def _utf8(cursor: Cursor) -> str:
    try:
        return cursor.astring().decode("utf-8")
    except UnicodeDecodeError:
        raise cursor.error("chữ không phải UTF-8") from None


def parse_authenticate(cursor: Cursor) -> Authenticate:
    cursor.space()
    mechanism = cursor.word()
    initial = None
    if cursor.skip(b" "):
        initial = cursor.data[cursor.pos :]
        cursor.pos = len(cursor.data)
    return Authenticate(mechanism, initial)


def parse_id(cursor: Cursor) -> dict[str, str]:
    """The client's description of itself (RFC 2971 §3.1); {} for NIL."""
    cursor.space()
    if cursor.data[cursor.pos : cursor.pos + 3].upper() == b"NIL":
        cursor.pos += 3
        cursor.end()
        return {}
    texts = cursor.parenthesised(cursor.nstring, empty=True)
    cursor.end()
    if len(texts) % 2 or None in texts[::2]:
        raise cursor.error("ID cần các cặp tên và giá trị")
    if len(texts) > 2 * MAX_ID_FIELDS or any(len(text or b"") > 1024 for text in texts):
        raise TooMuch("ID quá dài")
    names = [(text or b"").decode("utf-8", "replace").lower() for text in texts[::2]]
    return dict(zip(names, ((text or b"").decode("utf-8", "replace") for text in texts[1::2]), strict=True))


def parse_enable(cursor: Cursor) -> tuple[str, ...]:
    names: list[str] = []
    cursor.space()
    names.append(cursor.word())
    while cursor.skip(b" "):
        if cursor.at_end():
            break
        names.append(cursor.word())
        if len(names) > MAX_ENABLE:
            raise TooMuch(f"ENABLE có quá {MAX_ENABLE} tên")
    cursor.end()
    return tuple(dict.fromkeys(names))


def parse_select(cursor: Cursor) -> Select:
    """SELECT and EXAMINE, with RFC 7162's (CONDSTORE) and (QRESYNC (…))."""
    cursor.space()
    written = cursor.astring()
    name = decode_name(written, utf8=cursor.utf8)
    condstore, resync = False, None
    if cursor.skip(b" ("):
        while not cursor.skip(b")"):
            word = cursor.word()
            cursor.needs(word, word)
            if word == "QRESYNC":
                cursor.space()
                resync = _resync(cursor)
            elif word == "CONDSTORE":
                condstore = True
            else:
                raise cursor.error("chỉ nhận tuỳ chọn CONDSTORE hoặc QRESYNC")
            if not cursor.peek(b")"):
                cursor.space()
    cursor.end()
    return Select(name, condstore, resync, written)


def _resync(cursor: Cursor) -> Resync:
    """UIDVALIDITY, mod-sequence, known UIDs, and pairs of numbers and UIDs, which we need not look at."""
    cursor.expect(b"(")
    uidvalidity = cursor.number(least=1)
    cursor.space()
    modseq = cursor.number64()
    known = None
    if cursor.skip(b" ("):
        _match_data(cursor)
    elif cursor.skip(b" "):
        known = parse_set(cursor)
        if cursor.skip(b" ("):
            _match_data(cursor)
    cursor.expect(b")")
    return Resync(uidvalidity, modseq, known)


def _match_data(cursor: Cursor) -> None:
    cursor.numbers()
    parse_set(cursor)
    cursor.space()
    parse_set(cursor)
    cursor.expect(b")")


def parse_mailbox(cursor: Cursor) -> str:
    """One mailbox name and nothing else: DELETE, SUBSCRIBE, UNSUBSCRIBE."""
    cursor.space()
    name = mailbox(cursor)
    cursor.end()
    return name


def parse_create(cursor: Cursor) -> tuple[str, str]:
    """CREATE: the name and the special use asked for with `(USE (\\Sent))` (RFC 6154 §3), '' for none."""
    cursor.space()
    name = mailbox(cursor)
    use = ""
    if cursor.skip(b" ("):
        if cursor.word() != "USE":
            raise cursor.error("chỉ nhận tuỳ chọn USE")
        cursor.needs("CREATE-SPECIAL-USE", "USE")
        cursor.space()
        uses = cursor.parenthesised(lambda: _special_use(cursor), empty=True)
        cursor.expect(b")")
        use = " ".join(uses)
    cursor.end()
    return name, use


def _special_use(cursor: Cursor) -> str:
    cursor.expect(b"\\")
    return "\\" + cursor.atom().decode("ascii").capitalize()


def parse_rename(cursor: Cursor) -> Rename:
    cursor.space()
    old = mailbox(cursor)
    cursor.space()
    new = mailbox(cursor)
    cursor.end()
    return Rename(old, new)


def parse_transfer(cursor: Cursor, *, uid: bool) -> Transfer:
    cursor.space()
    messages = parse_set(cursor)
    cursor.space()
    target = mailbox(cursor)
    cursor.end()
    return Transfer(messages, target, uid)


def parse_uid_expunge(cursor: Cursor) -> SequenceSet:
    cursor.space()
    messages = parse_set(cursor)
    cursor.end()
    return messages


def parse_store(cursor: Cursor, *, uid: bool) -> Store:
    cursor.space()
    messages = parse_set(cursor)
    cursor.space()
    unchanged_since = None
    if cursor.skip(b"("):
        if cursor.word() != "UNCHANGEDSINCE":
            raise cursor.error("chỉ nhận tuỳ chọn UNCHANGEDSINCE")
        cursor.needs("CONDSTORE", "UNCHANGEDSINCE")
        cursor.space()
        unchanged_since = cursor.number64()
        cursor.expect(b")")
        cursor.space()
    mode = next((sign.decode() for sign in (b"+", b"-") if cursor.skip(sign)), "")
    name = cursor.word()
    if name not in ("FLAGS", "FLAGS.SILENT"):
        raise cursor.error("cần FLAGS hoặc FLAGS.SILENT")
    cursor.space()
    flags = parse_store_flags(cursor)
    cursor.end()
    return Store(messages, mode, flags, name == "FLAGS.SILENT", unchanged_since, uid)
