"""What the server can do, in the order it says so, each with its RFC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class When(Enum):
    """When a capability is told."""

    ALWAYS = "always"
    CLEAR = "clear"  # not logged in, nothing encrypted, TLS to be had
    NO_LOGIN = "no login"  # not logged in, and logins are refused as things are
    LOGIN = "login"  # not logged in, and logins are welcome
    BOUND = "bound"  # the same, over TLS whose end is known


@dataclass(frozen=True, slots=True)
class Capability:
    """`switchable`: an account may have it switched off; then it is not told and its commands are unknown. `part_of`:
    nor is it told where that one is switched off."""

    name: str
    rfc: int
    when: When = When.ALWAYS
    switchable: bool = True
    part_of: str = ""


CAPABILITIES = (
    Capability("IMAP4rev1", 3501, switchable=False),
    Capability("IMAP4rev2", 9051),
    Capability("STARTTLS", 9051, When.CLEAR, switchable=False),
    Capability("LOGINDISABLED", 9051, When.NO_LOGIN, switchable=False),
    Capability("AUTH=SCRAM-SHA-256-PLUS", 5929, When.BOUND, switchable=False),
    Capability("AUTH=SCRAM-SHA-256", 7677, When.LOGIN, switchable=False),
    Capability("AUTH=PLAIN", 4616, When.LOGIN, switchable=False),
    Capability("SASL-IR", 4959, switchable=False),
    Capability("LITERAL+", 7888, switchable=False),
    Capability("ID", 2971),
    Capability("ENABLE", 5161),
    Capability("IDLE", 2177),
    Capability("NAMESPACE", 2342),
    Capability("UIDPLUS", 4315),
    Capability("UNSELECT", 3691),
    Capability("MOVE", 6851),
    Capability("ESEARCH", 4731),
    Capability("SEARCHRES", 5182),
    Capability("SORT", 5256),
    Capability("SORT=DISPLAY", 5957),
    Capability("ESORT", 5267),
    Capability("THREAD=ORDEREDSUBJECT", 5256),
    Capability("THREAD=REFERENCES", 5256),
    Capability("THREAD=REFS", 5256),
    Capability("WITHIN", 5032),
    Capability("MULTISEARCH", 7377),
    Capability("PARTIAL", 9394),
    Capability("CONTEXT=SEARCH", 5267),
    Capability("CONTEXT=SORT", 5267),
    Capability("SEARCH=FUZZY", 6203),
    Capability("FILTERS", 5466),
    Capability("INPROGRESS", 9585),
    Capability("CHILDREN", 3348),
    Capability("LIST-EXTENDED", 5258),
    Capability("LIST-STATUS", 5819),
    Capability("SPECIAL-USE", 6154),
    Capability("CREATE-SPECIAL-USE", 6154),
    Capability("STATUS=SIZE", 8438),
    Capability("CONDSTORE", 7162),
    Capability("QRESYNC", 7162),
    Capability("MULTIAPPEND", 3502),
    Capability("BINARY", 3516),
    Capability("ACL", 4314),
    Capability("RIGHTS=kxte", 4314, part_of="ACL"),
    Capability("LIST-MYRIGHTS", 8440, part_of="ACL"),
    Capability("QUOTA", 9208),
    Capability("QUOTA=RES-STORAGE", 9208, part_of="QUOTA"),
    Capability("QUOTA=RES-MESSAGE", 9208, part_of="QUOTA"),
    Capability("QUOTASET", 9208, part_of="QUOTA"),
    Capability("NOTIFY", 5465),
    Capability("METADATA", 5464),
    Capability("METADATA-SERVER", 5464),
    Capability("LIST-METADATA", 9590, part_of="METADATA"),
    Capability("OBJECTID", 8474),
    Capability("PREVIEW", 8970),
    Capability("SAVEDATE", 8514),
    Capability("APPENDLIMIT", 7889),
    Capability("CATENATE", 4469),
    Capability("REPLACE", 8508),
    Capability("UTF8=ACCEPT", 6855),
    Capability("LANGUAGE", 5255),
    Capability("UIDONLY", 9586),
    Capability("COMPRESS=DEFLATE", 4978),
    Capability("UNAUTHENTICATE", 8437),
)


@lru_cache(maxsize=64)
def offered(
    *, logged_in: bool, may_login: bool, can_tls: bool, can_bind: bool, off: frozenset[str], append_limit: int
) -> tuple[str, ...]:
    """The names to tell this client now; `off` are those switched off for its account."""
    told = {
        When.ALWAYS: True,
        When.CLEAR: can_tls and not logged_in,
        When.NO_LOGIN: not may_login and not logged_in,
        When.LOGIN: may_login and not logged_in,
        When.BOUND: may_login and can_bind and not logged_in,
    }
    shown = (one for one in CAPABILITIES if told[one.when] and not (one.switchable and {one.name, one.part_of} & off))
    names = (one.name for one in shown)
    return tuple(f"{name}={append_limit}" if name == "APPENDLIMIT" else name for name in names)
