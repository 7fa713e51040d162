"""Giving and taking rights on a mailbox (RFC 4314): what the owner, or who may administer it, does to share it."""

from __future__ import annotations

import re

from mailsvc.auth.saslprep import saslprep
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, NotFound, Refused
from mailsvc.documents.rights.matrix import matrix
from mailsvc.mail import access
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store import accounts, audit, mailbox_rights, private_flags, units
from mailsvc.store.flags import SYSTEM_FLAGS
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx

MOST_ENTRIES = 500
"""Identifiers on one mailbox."""
_GROUP = re.compile(r"\$([a-z_]+)(?:@(.+))?")
_VIRTUAL = {"c": "kx", "d": "te"}  # RFC 4314 §2.1.1


def letters(text: str) -> str:
    """The rights meant by letters as a client writes them, the old “c” and “d” spelt out. Raises Invalid."""
    wanted = "".join(_VIRTUAL.get(letter, letter) for letter in text)
    unknown = sorted(set(wanted) - set(access.ALL))
    if unknown:
        raise Invalid("Không có quyền “%(unknown)s”; các quyền: %(ALL)s.", unknown=unknown[0], ALL=access.ALL)
    return access.ordered(wanted)


def spelt(rights: str) -> str:
    """Rights as a client reads them: with “c” and “d” where any of their members is there (RFC 4314 §2.1.1)."""
    return rights + "".join(old for old, members in _VIRTUAL.items() if set(members) & set(rights))


def prepared(identifier: str) -> str:
    """The identifier in its one spelling. Raises Invalid where it can be none (RFC 4314 §3)."""
    return saslprep(identifier).strip().lower() if not identifier.startswith(("$", "-$")) else saslprep(identifier)


def known(tx: Tx, identifier: str, domains: tuple[str, ...] = ()) -> str:
    """The identifier as it is written down: an address becomes the username. Raises NotFound for nobody."""
    minus, name = ("-", identifier[1:]) if identifier.startswith("-") else ("", identifier)
    if name == access.ANYONE or _is_group(tx, name):
        return minus + name
    found = accounts.by_login(tx, name) if not name.startswith("$") else None
    if found is None or found.kind != "person":
        raise NotFound("Không có người hay nhóm “%(identifier)s”.", identifier=identifier)
    return minus + found.username


def _is_group(tx: Tx, name: str) -> bool:
    if name == access.MEMBERS:
        return True
    match = _GROUP.fullmatch(name)
    if match is None:
        return False
    role, unit = match[1], match[2]
    if unit is not None and units.find(tx, unit) is None:
        return False
    return role in matrix().roles or (unit is not None and f"${role}@" == access.UNIT_GROUP)


def entries(tx: Tx, account_id: int, name: str) -> list[tuple[str, str]]:
    """(identifier, rights) of all who have any on the mailbox, the owner first. Raises NotFound, Refused."""
    return entries_on(tx, office_mailboxes.resolve(tx, account_id, name, "a"))


def entries_on(tx: Tx, box: Mailbox) -> list[tuple[str, str]]:
    owner = accounts.get(tx, box.account_id)
    first = [(owner.username, access.ALL)] if owner.kind == "person" else []
    held = access.entries(tx, owner, box.id)
    if owner.kind == "person" and not accounts.members_of(tx, owner.id):  # a default that means nobody
        held = mailbox_rights.of(tx, box.id)
    return first + sorted((who, rights) for who, rights in held.items() if rights)


def grantable(tx: Tx, account_id: int, name: str, identifier: str) -> tuple[str, str]:
    """(rights that the identifier always has, rights that it can be given) on the mailbox."""
    box = office_mailboxes.resolve(tx, account_id, name, "a")
    who = known(tx, prepared(identifier))
    return (access.ALL, "") if _is_owner(tx, box, who) else ("", access.ALL)


def set_rights(tx: Tx, actor_id: int, name: str, identifier: str, mode: str, text: str) -> None:
    """SETACL: `mode` '' sets, '+' adds, '-' takes away. Raises NotFound, Refused, Invalid."""
    box = office_mailboxes.resolve(tx, actor_id, name, "a")
    who = known(tx, prepared(identifier))
    given = letters(text)
    if mode:
        before = access.entries(tx, accounts.get(tx, box.account_id), box.id).get(who, "")
        given = access.ordered(before + given) if mode == "+" else access.ordered(set(before) - set(given))
    write(tx, Actor(actor_id, door="imap"), box, who, given)


def remove_rights(tx: Tx, actor_id: int, name: str, identifier: str) -> None:
    """DELETEACL. Raises NotFound, Refused, Invalid."""
    box = office_mailboxes.resolve(tx, actor_id, name, "a")
    write(tx, Actor(actor_id, door="imap"), box, known(tx, prepared(identifier)), "")


def write(tx: Tx, actor: Actor, box: Mailbox, who: str, given: str, last_day: str | None = None) -> None:
    """Write the rights of an identifier on a mailbox and note who did it. Nothing at all is written as no entry, except
    where a default would come back. Raises Refused."""
    owner = accounts.get(tx, box.account_id)
    if _is_owner(tx, box, who.removeprefix("-")):
        raise Refused("Chủ hộp thư luôn có đủ mọi quyền, không đổi được.")
    before = access.entries(tx, owner, box.id).get(who, "")
    if given or who in access.defaults(owner):
        mailbox_rights.put(tx, box.id, who, given, last_day)
    else:
        mailbox_rights.drop(tx, box.id, who)
    if len(mailbox_rights.of(tx, box.id)) > MOST_ENTRIES:
        raise Invalid("Mỗi hộp thư có tối đa %(most_entries)s mục quyền; hãy dùng nhóm.", most_entries=MOST_ENTRIES)
    audit.record(
        tx, actor, "mailbox.rights", f"mailbox/{box.id}",
        mailbox=box.name, owner=owner.username, identifier=who, before=before, after=given, until=last_day,
    )  # fmt: skip


def _is_owner(tx: Tx, box: Mailbox, who: str) -> bool:
    owner = accounts.get(tx, box.account_id)
    return owner.kind == "person" and owner.username == who


# ---- flags of one's own -------------------------------------------------------------------------------------
PRIVATE_CHOICES = tuple(name for name in SYSTEM_FLAGS if name != "\\Deleted")
"""Flags that may be each guest's own; what is to be expunged is everybody's matter."""


def private_bits(names: list[str]) -> int:
    """The bits of flag names that are to be private. Raises Invalid."""
    chosen = {one.lower() for one in names}
    unknown = chosen - {one.lower() for one in PRIVATE_CHOICES}
    if unknown:
        raise Invalid(
            "“%(unknown)s” không thể là cờ riêng; chọn trong %(private_choices)s.",
            unknown=min(unknown),
            private_choices=", ".join(PRIVATE_CHOICES),
        )
    return sum(bit for name, bit in SYSTEM_FLAGS.items() if name.lower() in chosen)


def choose_private(tx: Tx, actor: Actor, box: Mailbox, names: list[str] | None) -> None:
    """Say which flags are each guest's own in the mailbox; None: as the setting says. Raises Invalid."""
    bits = -1 if names is None else private_bits(names)
    private_flags.choose(tx, box, bits)
    detail = {"mailbox": box.name, "before": box.private_flags, "after": bits}
    audit.record(tx, actor, "mailbox.private_flags", f"mailbox/{box.id}", **detail)


def private_names(tx: Tx, box: Mailbox) -> list[str]:
    """The flags that are each guest's own in the mailbox."""
    bits = private_flags.private_bits(tx, box)
    return [name for name, bit in SYSTEM_FLAGS.items() if bits & bit]
