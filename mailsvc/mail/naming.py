"""Mailbox names as a person sees them: one's own at the root, those of others and of units and roles below a name of
their own (RFC 2342). `Dùng chung/vanthu/Đã gửi` is “Đã gửi” of the account vanthu, `Dùng chung/vanthu` its inbox."""

from __future__ import annotations

from mailsvc.store.accounts import Account
from mailsvc.store.mailboxes import INBOX

SHARED = "Dùng chung"
"""Below it stand the mailboxes of units and roles."""
OTHERS = "Hộp thư người khác"
"""Below it stand mailboxes of other people that they share."""
ROOTS = (SHARED, OTHERS)


def root_of(owner: Account) -> str:
    """The namespace in which others see the mailboxes of the account."""
    return OTHERS if owner.kind == "person" else SHARED


def shown(owner: Account, name: str) -> str:
    """How somebody else sees the owner's mailbox."""
    base = f"{root_of(owner)}/{owner.username}"
    return base if name == INBOX else f"{base}/{name}"


def is_foreign(name: str) -> bool:
    """Whether the name is one of the roots or lies below it."""
    return name.partition("/")[0] in ROOTS


def parts(name: str) -> tuple[str, str, str]:
    """(root, username, the owner's own name) of a foreign name."""
    root, _, rest = name.partition("/")
    username, _, inner = rest.partition("/")
    return root, username, inner or INBOX


def canonical(name: str) -> str:
    """INBOX is one name in any case (RFC 9051 §5.1), also as the first level of a path."""
    top, slash, rest = name.partition("/")
    return (INBOX if top.upper() == INBOX else top) + slash + rest
