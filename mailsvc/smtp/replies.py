"""Replies: code, enhanced code (RFC 2034, RFC 3463) and text. What a person may get to read is said in Vietnamese too,
without marks, because a reply is ASCII (RFC 5321 §4.2)."""

from __future__ import annotations

from enum import Enum, auto

from mailsvc.core import errors
from mailsvc.mail.envelope import Outcome
from mailsvc.mail.policy import Refusal
from mailsvc.smtp.errors import BadSyntax
from mailsvc.smtp.ports import Standing

REPLY_LINE_MAX = 510  # RFC 5321 §4.5.3.1.5, without the CRLF


class Then(Enum):
    """What the connection does after a reply."""

    GO_ON = auto()
    READ_DATA = auto()
    READ_CHUNK = auto()
    START_TLS = auto()
    CLOSE = auto()


class Reply:
    """A reply as it goes out; immutable. `wire` ends with CRLF. Enhanced '' is for 3yz, greeting and EHLO."""

    __slots__ = ("code", "then", "wire")

    def __init__(self, code: int, enhanced: str, *lines: str, then: Then = Then.GO_ON) -> None:
        self.code = code
        self.then = then
        prefix = f"{enhanced} " if enhanced else ""
        texts = [_clean(prefix + line) for line in lines]
        rows = [f"{code}-{text}" for text in texts[:-1]] + [f"{code} {texts[-1]}"]
        self.wire = "\r\n".join(rows).encode("ascii") + b"\r\n"

    @property
    def ok(self) -> bool:
        return self.code < 400

    @property
    def text(self) -> str:
        """The last line: '550 5.1.1 No such user here'."""
        return self.wire.decode("ascii").rstrip().rpartition("\n")[2]

    def __repr__(self) -> str:
        return f"Reply({self.wire!r})"


def _clean(text: str) -> str:
    """One printable ASCII line that fits."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(letter if " " <= letter <= "~" else "?" for letter in text)
    return text[: REPLY_LINE_MAX - 4]


# ---- success -------------------------------------------------------------------------------------------------------
BYE = Reply(221, "2.0.0", "Bye", then=Then.CLOSE)
RESET = Reply(250, "2.0.0", "Reset")
NOOP = Reply(250, "2.0.0", "OK")
SENDER_OK = Reply(250, "2.1.0", "Sender OK")
RECIPIENT_OK = Reply(250, "2.1.5", "Recipient OK")
CHUNK_OK = Reply(250, "2.0.0", "Chunk received")
SEND_DATA = Reply(354, "", "End with <CRLF>.<CRLF>", then=Then.READ_DATA)
READ_CHUNK = Reply(250, "2.0.0", "", then=Then.READ_CHUNK)  # never sent: the chunk's own reply is
READY_FOR_TLS = Reply(220, "2.0.0", "Ready to start TLS", then=Then.START_TLS)
LOGGED_IN = Reply(235, "2.7.0", "Authentication succeeded")
CANNOT_VERIFY = Reply(252, "2.5.0", "Not verified here; mail for it may be sent and will be tried")

# ---- the command is wrong ------------------------------------------------------------------------------------------
UNKNOWN_COMMAND = Reply(500, "5.5.1", "Command not known")
LINE_TOO_LONG = Reply(500, "5.5.2", "Line too long")
LINE_ENDS = Reply(500, "5.5.2", "Lines end with CRLF, and have no CR, LF or NUL within")
NOT_UTF8 = Reply(501, "5.5.2", "Not valid UTF-8")
AUTH_LINE_TOO_LONG = Reply(500, "5.5.6", "Authentication exchange line is too long")  # RFC 4954 §4
NO_ARGUMENTS = Reply(501, "5.5.4", "This command takes no arguments")
NAME_YOURSELF = Reply(501, "5.5.4", "Syntax: EHLO host-name")
NO_EXPN = Reply(502, "5.5.1", "Lists are not expanded here")
SAY_HELLO = Reply(503, "5.5.1", "Say EHLO first")
HAVE_SENDER = Reply(503, "5.5.1", "A mail transaction is already open")
NEED_SENDER = Reply(503, "5.5.1", "Send MAIL first")
NEED_RECIPIENT = Reply(503, "5.5.1", "Send RCPT first")
NO_VALID_RECIPIENT = Reply(554, "5.5.1", "No valid recipients")
CHUNKS_BEGUN = Reply(503, "5.5.1", "The message is being sent with BDAT")
CHUNKS_FAILED = Reply(503, "5.5.1", "An earlier chunk failed; send RSET")
NO_PARAMETERS = Reply(555, "5.5.4", "Parameters need EHLO")
IN_TLS = Reply(503, "5.5.1", "TLS is already on")
NO_TLS = Reply(502, "5.5.1", "TLS is not offered here")
NO_AUTH = Reply(502, "5.5.1", "Login is not offered here")
HAVE_LOGIN = Reply(503, "5.5.1", "Already logged in")
AUTH_IN_MAIL = Reply(503, "5.5.1", "No login within a mail transaction")
AUTH_USAGE = Reply(501, "5.5.4", "Syntax: AUTH mechanism [initial-response]")
AUTH_UNKNOWN = Reply(504, "5.5.4", "Mechanism not known")
AUTH_CANCELLED = Reply(501, "5.7.0", "Login cancelled")
AUTH_NOT_BASE64 = Reply(501, "5.5.2", "Not valid base64")

# ---- the house does not want it ------------------------------------------------------------------------------------
NEED_TLS = Reply(530, "5.7.0", "Must issue a STARTTLS command first / Can bat STARTTLS")
AUTH_NEEDS_TLS = Reply(538, "5.7.11", "Login needs encryption: STARTTLS first / Can bat STARTTLS truoc khi dang nhap")
NEED_LOGIN = Reply(530, "5.7.0", "Authentication required / Can dang nhap")
WRONG_PASSWORD = Reply(535, "5.7.8", "Wrong name or password / Sai ten dang nhap hoac mat khau")
NOT_YOURS = Reply(553, "5.7.1", "You may not send as this address / Ban khong duoc gui bang dia chi nay")
ASCII_SENDER = Reply(553, "5.6.7", "A sender with non-ASCII letters needs SMTPUTF8")  # RFC 6531 §3.5
ASCII_RECIPIENT = Reply(553, "5.6.7", "A recipient with non-ASCII letters needs SMTPUTF8")
TOO_MANY_RECIPIENTS = Reply(452, "4.5.3", "Too many recipients / Qua nhieu nguoi nhan trong mot thu")
TOO_LARGE = Reply(552, "5.3.4", "Message too large / Thu qua lon")
TOO_LARGE_CLOSE = Reply(552, "5.3.4", "Message much too large / Thu qua lon", then=Then.CLOSE)
BARE_LINE_ENDS = Reply(554, "5.6.0", "The message has bare CR or LF; lines end with CRLF")
LOOP = Reply(554, "5.4.6", "Mail loop: too many Received fields")
_STANDINGS = {
    Standing.UNKNOWN: Reply(550, "5.1.1", "No such user here / Khong co nguoi nhan nay"),
    Standing.CLOSED: Reply(550, "5.2.1", "Mailbox disabled / Hop thu da khoa"),
    Standing.PRIVATE: Reply(550, "5.7.2", "Not allowed to send to this list / Ban khong duoc gui toi nhom nay"),
    Standing.EMPTY: Reply(550, "5.2.4", "This list has no members / Nhom nay chua co ai nhan thu"),
    Standing.FULL: Reply(552, "5.2.2", "Mailbox full / Hop thu nguoi nhan da day"),
    Standing.NO_ROOM: Reply(452, "4.2.2", "Mailbox full for now / Hop thu nguoi nhan dang day"),
    Standing.ELSEWHERE: Reply(554, "5.7.1", "Relaying denied / Khong chuyen tiep thu ra ngoai"),
}

# ---- not now -------------------------------------------------------------------------------------------------------
STORAGE_FULL = Reply(452, "4.3.1", "No room on disk, try again later / May chu het cho, xin gui lai sau")
BUSY = Reply(451, "4.3.2", "Busy, try again later / May chu dang ban, xin gui lai sau")
AUTH_BUSY = Reply(454, "4.7.0", "Cannot check the login now, try again later / Xin dang nhap lai sau")
TLS_NOT_NOW = Reply(454, "4.7.0", "TLS is not available now")
STOPPING = Reply(421, "4.3.2", "Service is stopping, try again later", then=Then.CLOSE)
TIMEOUT = Reply(421, "4.4.2", "Timeout", then=Then.CLOSE)
TOO_SLOW = Reply(421, "4.4.2", "The message comes too slowly", then=Then.CLOSE)
TOO_MANY_ERRORS = Reply(421, "4.7.0", "Too many errors", then=Then.CLOSE)
TOO_MANY_COMMANDS = Reply(421, "4.7.0", "Too many commands without mail", then=Then.CLOSE)
TOO_MANY_CONNECTIONS = Reply(421, "4.7.0", "Too many connections, try again later", then=Then.CLOSE)

_BY_ERROR: tuple[tuple[type[errors.MailsvcError], Reply], ...] = (
    (errors.StorageFull, STORAGE_FULL),
    (errors.OverQuota, _STANDINGS[Standing.FULL]),
    (errors.TooLarge, TOO_LARGE),
    (errors.Busy, BUSY),
    (errors.Refused, Reply(550, "5.7.1", "Refused / Khong duoc phep")),
    (errors.NotFound, _STANDINGS[Standing.UNKNOWN]),
    (errors.Invalid, Reply(554, "5.6.0", "The message is not acceptable / Thu khong hop le")),
)


def of_standing(standing: Standing) -> Reply:
    """The refusal of a recipient; KeyError for HERE."""
    return _STANDINGS[standing]


def of_syntax(wrong: BadSyntax) -> Reply:
    return Reply(wrong.code, wrong.enhanced, wrong.text)


def of_refusal(refusal: Refusal) -> Reply:
    return Reply(refusal.code, refusal.enhanced, refusal.text)


def of_outcome(outcome: Outcome) -> Reply:
    return Reply(outcome.code, outcome.enhanced, outcome.text)


def of_error(error: errors.MailsvcError) -> Reply | None:
    """The reply for an error raised on purpose; its own text is for the web and stays out. None: no such reply."""
    return next((reply for kind, reply in _BY_ERROR if isinstance(error, kind)), None)


def failure(reference: str) -> Reply:
    """After an unexpected exception; the reference finds it in the log."""
    return Reply(451, "4.3.0", f"Internal error, try again later / Loi he thong, xin thu lai sau (ref {reference})")


def accepted(transaction_id: str) -> Reply:
    return Reply(250, "2.0.0", f"Accepted as {transaction_id}")


def help_text(verbs: list[str]) -> Reply:
    return Reply(214, "2.0.0", "Commands: " + " ".join(verbs))
