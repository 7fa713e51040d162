"""What mail programs read when they set themselves up: Thunderbird's and Outlook's XML, Apple's profile."""

from __future__ import annotations

import plistlib
import uuid
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from mailsvc.core.errors import Invalid
from mailsvc.core.settings import Settings
from mailsvc.mail.discovery import Way, ways

REQUEST_SCHEMA = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
RESPONSE_SCHEMA = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_ENVELOPE_SCHEMA = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_NAMES = uuid.UUID("7c1d1f0e-5f0b-5f0e-9d3c-3b5a0a6d2c11")
"""Our own space for names of profiles, so that a profile fetched again replaces the one before."""


def autoconfig(settings: Settings) -> str:
    """Thunderbird's clientConfig 1.1; the program puts the address in the place of %EMAILADDRESS%."""
    organisation = settings.organisation
    lines = [_HEAD + '<clientConfig version="1.1">', f'<emailProvider id="{escape(settings.primary_domain)}">']
    lines += [f"<domain>{escape(domain)}</domain>" for domain in organisation.domains]
    lines.append(f"<displayName>{escape(organisation.name)}</displayName>")
    lines.append(f"<displayShortName>{escape(organisation.code)}</displayShortName>")
    for way in ways(settings):
        element = "incomingServer" if way.protocol == "imap" else "outgoingServer"
        lines.append(
            f'<{element} type="{way.protocol}"><hostname>{escape(way.host)}</hostname><port>{way.port}</port>'
            f"<socketType>{'SSL' if way.tls else 'STARTTLS'}</socketType>"
            f"<authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username></{element}>"
        )
    return "\n".join([*lines, "</emailProvider>", "</clientConfig>", ""])


# ---- Outlook ----------------------------------------------------------------------------------------------------
def read_autodiscover(data: bytes) -> tuple[str, str]:
    """The address and the schema that a request asks for. Raises Invalid.

    A document type is refused: nothing of it is needed, and entities can grow without end.
    """
    texts: dict[str, str] = {}
    path: list[str] = []

    def opened(name: str, attributes: dict[str, str]) -> None:
        path.append(name.rpartition(" ")[2])

    def closed(name: str) -> None:
        path.pop()

    def text(some: str) -> None:
        if path[-1] in ("EMailAddress", "AcceptableResponseSchema"):
            texts[path[-1]] = texts.get(path[-1], "") + some

    def refused(*_: object) -> None:
        raise Invalid("Không nhận tài liệu XML có khai báo kiểu (DOCTYPE).")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refused
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two: an encoding that is none
        raise Invalid("Không phải XML: %(error)s", error=error) from error
    return texts.get("EMailAddress", "").strip(), texts.get("AcceptableResponseSchema", "").strip()


def autodiscover(settings: Settings, address: str) -> str:
    """Outlook's answer: where this address reads and sends."""
    protocols = "".join(_protocol(way, address) for way in _best(settings))
    return _answer(
        RESPONSE_SCHEMA,
        f"<User><DisplayName>{escape(address)}</DisplayName></User>"
        f"<Account><AccountType>email</AccountType><Action>settings</Action>{protocols}</Account>",
    )


def _protocol(way: Way, address: str) -> str:
    """One for each direction: Outlook takes the first and tries no second."""
    return (
        f"<Protocol><Type>{way.protocol.upper()}</Type><Server>{escape(way.host)}</Server><Port>{way.port}</Port>"
        f"<DomainRequired>off</DomainRequired><LoginName>{escape(address)}</LoginName><SPA>off</SPA>"
        f"<SSL>{'on' if way.tls else 'off'}</SSL><Encryption>{'SSL' if way.tls else 'TLS'}</Encryption>"
        "<AuthRequired>on</AuthRequired></Protocol>"
    )


def autodiscover_error(code: int, message: str) -> str:
    """Outlook's own form of an error: 500 no such address, 600 not understood, 601 another schema."""
    return _answer("", f"<Error><ErrorCode>{code}</ErrorCode><Message>{escape(message)}</Message><DebugData/></Error>")


def _answer(schema: str, inner: str) -> str:
    named = f' xmlns="{schema}"' if schema else ""
    return f'{_HEAD}<Autodiscover xmlns="{_ENVELOPE_SCHEMA}"><Response{named}>{inner}</Response></Autodiscover>\n'


# ---- Apple ------------------------------------------------------------------------------------------------------
def mobileconfig(settings: Settings, address: str) -> bytes:
    """A configuration profile with one mail account; iOS and macOS ask for the password."""
    organisation = settings.organisation
    reversed_host = ".".join(reversed(organisation.host.split(".")))
    account: dict[str, Any] = {
        "PayloadType": "com.apple.mail.managed",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{reversed_host}.mail.account",
        "PayloadUUID": _uuid("account", address),
        "PayloadDisplayName": organisation.name,
        "EmailAccountDescription": organisation.name,
        "EmailAccountType": "EmailTypeIMAP",
        "EmailAddress": address,
        "OutgoingPasswordSameAsIncomingPassword": True,
    }
    for way in _best(settings):
        word = "Incoming" if way.protocol == "imap" else "Outgoing"
        account |= {
            f"{word}MailServerAuthentication": "EmailAuthPassword",
            f"{word}MailServerHostName": way.host,
            f"{word}MailServerPortNumber": way.port,
            f"{word}MailServerUseSSL": True,  # with STARTTLS as well
            f"{word}MailServerUsername": address,
        }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{reversed_host}.mail",
        "PayloadUUID": _uuid("profile", address),
        "PayloadDisplayName": f"Thư điện tử – {organisation.name}",
        "PayloadOrganization": organisation.name,
        "PayloadDescription": f"Cài đặt hộp thư {address}.",
        "PayloadRemovalDisallowed": False,
        "PayloadContent": [account],
    }
    return plistlib.dumps(profile)


def _uuid(what: str, address: str) -> str:
    return str(uuid.uuid5(_NAMES, f"{what}:{address}")).upper()


def _best(settings: Settings) -> list[Way]:
    """The best way for each protocol."""
    every = ways(settings)
    return [next(way for way in every if way.protocol == one) for one in dict.fromkeys(way.protocol for way in every)]
