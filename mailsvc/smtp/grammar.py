"""The grammar of SMTP commands: text in, frozen values out. Pure; raises BadSyntax and its kin, never anything else."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from mailsvc.smtp.errors import BadRecipient, BadSender, BadSyntax, UnknownParameter

# RFC 6531 §3.3 widens atext, qtext and sub-domain with any non-ASCII character; C1 controls stay out.
_WIDE = "\u00a0-\ud7ff\ue000-\U0010ffff"
_ATOM = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{_WIDE}-]+"
_QUOTED = rf'"(?:[ !#-\[\]-~{_WIDE}]|\\[ -~])*"'
_LABEL = rf"[A-Za-z0-9{_WIDE}](?:[A-Za-z0-9{_WIDE}-]*[A-Za-z0-9{_WIDE}])?"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_LITERAL = r"\[[!-Z^-~]+\]"
_LOCAL = rf"{_ATOM}(?:\.{_ATOM})*|{_QUOTED}"
_ROUTE = rf"(?:@(?:{_DOMAIN})(?:,@(?:{_DOMAIN}))*:)?"  # RFC 5321 §4.1.2: accepted and ignored
_PATH = re.compile(rf"<{_ROUTE}({_LOCAL})@({_DOMAIN}|{_LITERAL})>")
_MAILBOX = re.compile(rf"({_LOCAL})@({_DOMAIN}|{_LITERAL})")
_NAME = re.compile(rf"(?:{_DOMAIN})|{_LITERAL}")
_POSTMASTER = re.compile(r"<postmaster>", re.IGNORECASE)
_DOT_STRING = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_GENERAL_LITERAL = re.compile(r"[A-Za-z0-9-]*[A-Za-z0-9]:[!-Z^-~]+")
_PARAMETER = re.compile(rf"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~{_WIDE}]+))?")
_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*")
_XTEXT_PAIR = re.compile(r"\+([0-9A-F]{2})")
_UNICODE_PAIR = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_ADDRESS_TYPE = re.compile(r"[A-Za-z0-9-]+")

PATH_MAX = 512  # RFC 5321 §4.5.3.1.3 asks for 256 at least; signed bounce addresses are longer in practice
DOMAIN_MAX = 255  # RFC 5321 §4.5.3.1.2
ENVID_MAX = 100  # RFC 3461 §4.4
ORCPT_MAX = 500  # RFC 3461 §4.2
SIZE_DIGITS = 20  # RFC 1870 §3
NOTIFY_WORDS = ("SUCCESS", "FAILURE", "DELAY")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address: `local` without quotes, `domain` in small letters ('' only for a bare postmaster). Both NFC."""

    local: str
    domain: str

    def __str__(self) -> str:
        local = self.local if _DOT_STRING.fullmatch(self.local) else _quote(self.local)
        return f"{local}@{self.domain}" if self.domain else local

    @property
    def is_ascii(self) -> bool:
        return self.local.isascii() and self.domain.isascii()


@dataclass(frozen=True, slots=True)
class MailCommand:
    """MAIL FROM with its parameters. `sender` is None for the null reverse-path."""

    sender: Mailbox | None
    size: int = 0
    body: str = ""
    smtputf8: bool = False
    ret: str = ""
    envid: str = ""
    auth: str = ""


@dataclass(frozen=True, slots=True)
class RcptCommand:
    """RCPT TO with its parameters. `orcpt` is 'type;address', decoded; `notify` holds words of RFC 3461 §4.1."""

    recipient: Mailbox
    notify: tuple[str, ...] = ()
    orcpt: str = ""


@dataclass(frozen=True, slots=True)
class BdatCommand:
    """BDAT with the octets that follow. RFC 3030 §2"""

    size: int
    last: bool


def parse_mail(text: str, auth: bool = False) -> MailCommand:
    """The arguments of MAIL ('FROM:<a@b> SIZE=5'); AUTH= is known only where `auth`. RFC 5321 §4.1.1.2"""
    rest = _after_keyword(text, "FROM:", "MAIL FROM:<address>")
    if rest.startswith("<>"):
        sender, rest = None, rest[2:]
    else:
        sender, rest = _path(rest, BadSender)
    values: dict[str, object] = {}
    for name, value in _parameters(rest):
        parse = _MAIL_PARAMETERS.get(name)
        if parse is None or (name == "AUTH" and not auth):
            raise UnknownParameter(f"MAIL parameter {name} is not offered here")
        values[name.lower()] = parse(value)
    return MailCommand(sender, **values)  # type: ignore[arg-type]


def parse_rcpt(text: str) -> RcptCommand:
    """The arguments of RCPT ('TO:<a@b> NOTIFY=NEVER'). RFC 5321 §4.1.1.3"""
    rest = _after_keyword(text, "TO:", "RCPT TO:<address>")
    bare = _POSTMASTER.match(rest)
    if bare:
        recipient, rest = Mailbox("postmaster", ""), rest[bare.end() :]
    else:
        recipient, rest = _path(rest, BadRecipient)
    values: dict[str, object] = {}
    for name, value in _parameters(rest):
        parse = _RCPT_PARAMETERS.get(name)
        if parse is None:
            raise UnknownParameter(f"RCPT parameter {name} is not offered here")
        values[name.lower()] = parse(value)
    return RcptCommand(recipient, **values)  # type: ignore[arg-type]


def parse_bdat(text: str) -> BdatCommand:
    """The arguments of BDAT ('86 LAST'). RFC 3030 §2"""
    words = text.split()
    last = len(words) == 2 and words[1].upper() == "LAST"
    if not words or len(words) > 2 or (len(words) == 2 and not last):
        raise BadSyntax("Syntax: BDAT size [LAST]")
    if not (words[0].isascii() and words[0].isdigit() and len(words[0]) <= SIZE_DIGITS):
        raise BadSyntax("Syntax: BDAT size [LAST]")
    return BdatCommand(int(words[0]), last)


def parse_mailbox(text: str) -> Mailbox | None:
    """An address without angle brackets, or None."""
    found = _MAILBOX.fullmatch(text)
    if not found or len(found[2].encode()) > DOMAIN_MAX:
        return None
    try:
        return _mailbox(found[1], found[2], BadRecipient)
    except BadSyntax:
        return None


def is_host_name(text: str) -> bool:
    """Whether this is a Domain or address literal as EHLO should give it. RFC 5321 §4.1.1.1"""
    if not text.isascii() or len(text) > DOMAIN_MAX or not _NAME.fullmatch(text):
        return False
    return not text.startswith("[") or _literal_ok(text)


def decode_xtext(text: str) -> str:
    """xtext undone ('a+2Bb' is 'a+b'). RFC 3461 §4"""
    if not _XTEXT.fullmatch(text):
        raise BadSyntax("Not valid xtext")
    return _XTEXT_PAIR.sub(lambda pair: chr(int(pair[1], 16)), text)


def _after_keyword(text: str, keyword: str, usage: str) -> str:
    if text[: len(keyword)].upper() != keyword:
        raise BadSyntax(f"Syntax: {usage}")
    return text[len(keyword) :].lstrip(" ")  # a blank after the colon is wrong but common among old devices


def _path(text: str, wrong: type[BadSyntax]) -> tuple[Mailbox, str]:
    found = _PATH.match(text)
    if not found:
        raise wrong("That is not an address in angle brackets")
    if len(found[0].encode()) > PATH_MAX or len(found[2].encode()) > DOMAIN_MAX:
        raise wrong("Path too long")  # RFC 5321 §4.5.3.1.9
    return _mailbox(found[1], found[2], wrong), text[found.end() :]


def _mailbox(local: str, domain: str, wrong: type[BadSyntax]) -> Mailbox:
    if local.startswith('"'):
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    if domain.startswith("[") and not _literal_ok(domain):
        raise wrong("Not a valid address literal")
    if not local.isascii():
        local = unicodedata.normalize("NFC", local)  # RFC 6531 §3.3 by way of RFC 5198
    domain = domain.lower()
    return Mailbox(local, domain if domain.isascii() else unicodedata.normalize("NFC", domain))


def _literal_ok(literal: str) -> bool:
    """RFC 5321 §4.1.3"""
    inner = literal[1:-1]
    try:
        if inner[:5].upper() == "IPV6:":
            return "%" not in inner and bool(ipaddress.IPv6Address(inner[5:]))
        if ":" in inner:
            return bool(_GENERAL_LITERAL.fullmatch(inner))
        return bool(ipaddress.IPv4Address(inner)) or inner == "0.0.0.0"  # noqa: S104 -- a literal, nothing is bound
    except ValueError:
        return False


def _quote(local: str) -> str:
    return '"' + local.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _parameters(text: str) -> list[tuple[str, str | None]]:
    """[(NAME, value or None)] of ' A=1 B'; each name once. RFC 5321 §4.1.2"""
    if not text:
        return []
    if not text.startswith(" "):
        raise BadSyntax("A space must stand between the address and the parameters")
    result: list[tuple[str, str | None]] = []
    names = set()
    for word in text.split():
        found = _PARAMETER.fullmatch(word)
        if not found:
            raise BadSyntax("Parameters have the form NAME=value")
        name = found[1].upper()
        if name in names:
            raise BadSyntax(f"Parameter {name} is given twice")
        names.add(name)
        result.append((name, found[2]))
    return result


def _size(value: str | None) -> int:
    # RFC 1870 §4
    if value is None or not value.isascii() or not value.isdigit() or len(value) > SIZE_DIGITS:
        raise BadSyntax("Syntax: SIZE=octets")
    return int(value)


def _body(value: str | None) -> str:
    word = (value or "").upper()
    if word not in ("7BIT", "8BITMIME"):
        raise BadSyntax("BODY is 7BIT or 8BITMIME")  # RFC 3030 §3: BINARYMIME is not offered
    return word


def _flag(value: str | None) -> bool:
    if value is not None:
        raise BadSyntax("SMTPUTF8 takes no value")  # RFC 6531 §3.4
    return True


def _ret(value: str | None) -> str:
    word = (value or "").upper()
    if word not in ("FULL", "HDRS"):
        raise BadSyntax("RET is FULL or HDRS")  # RFC 3461 §4.3
    return word


def _envid(value: str | None) -> str:
    if not value or len(value) > ENVID_MAX:
        raise BadSyntax("Syntax: ENVID=xtext")
    decoded = decode_xtext(value)
    if not all(" " <= letter <= "~" for letter in decoded):  # RFC 3461 §4.4: it is quoted in report headers
        raise BadSyntax("ENVID has characters outside printable ASCII")
    return decoded


def _auth(value: str | None) -> str:
    # RFC 4954 §5
    if not value:
        raise BadSyntax("Syntax: AUTH=<> or AUTH=xtext")
    return value if value == "<>" else decode_xtext(value)


def _notify(value: str | None) -> tuple[str, ...]:
    # RFC 3461 §4.1
    words = tuple((value or "").upper().split(","))
    if words == ("NEVER",):
        return words
    if len(set(words)) != len(words) or not all(word in NOTIFY_WORDS for word in words):
        raise BadSyntax("NOTIFY is NEVER or a list of SUCCESS, FAILURE, DELAY")
    return words


def _orcpt(value: str | None) -> str:
    # RFC 3461 §4.2; the utf-8 address type is of RFC 6533 §3
    kind, semicolon, address = (value or "").partition(";")
    if not semicolon or not address or not _ADDRESS_TYPE.fullmatch(kind) or len(address) > ORCPT_MAX:
        raise BadSyntax("Syntax: ORCPT=type;address")
    decoded = _utf8_address(address) if kind.lower() == "utf-8" else decode_xtext(address)
    if not decoded.isprintable():
        raise BadSyntax("ORCPT has control characters")
    return f"{kind.lower()};{decoded}"


def _utf8_address(text: str) -> str:
    if text.isascii() and "+" in text and _XTEXT.fullmatch(text):
        text = decode_xtext(text)
    try:
        return _UNICODE_PAIR.sub(lambda pair: chr(int(pair[1], 16)), text).encode().decode()
    except (ValueError, OverflowError) as error:
        raise BadSyntax("Not a valid utf-8 address") from error


type_of_value = Callable[[str | None], object]
_MAIL_PARAMETERS: dict[str, type_of_value] = {
    "SIZE": _size,
    "BODY": _body,
    "SMTPUTF8": _flag,
    "RET": _ret,
    "ENVID": _envid,
    "AUTH": _auth,
}
_RCPT_PARAMETERS: dict[str, type_of_value] = {"NOTIFY": _notify, "ORCPT": _orcpt}
