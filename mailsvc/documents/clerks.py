"""Whose register a mailbox feeds, and who may keep it: the clerks (văn thư) of that organisation."""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.documents import rights
from mailsvc.documents.rights import Act, Subject
from mailsvc.documents.rights.units import main_organisation, organisation_of_unit, set_main_organisation
from mailsvc.mail import access
from mailsvc.store import accounts, mailboxes
from mailsvc.store.tx import Tx

__all__ = [
    "is_clerk",
    "main_organisation",
    "may_open",
    "may_read_register",
    "organisation_of",
    "organisation_of_mailbox",
    "organisation_of_unit",
    "require_clerk",
    "set_main_organisation",
]


def organisation_of(tx: Tx, account_id: int) -> str:
    """The code of the organisation the account belongs to. Raises NotFound."""
    return organisation_of_unit(tx, accounts.get(tx, account_id).unit_code)


def organisation_of_mailbox(tx: Tx, mailbox_id: int) -> str:
    """The code of the organisation whose register is fed by an intake mailbox. Raises NotFound."""
    return organisation_of(tx, mailboxes.get(tx, mailbox_id).account_id)


def is_clerk(tx: Tx, account_id: int, org_code: str) -> bool:
    """Whether the person keeps the registers of the organisation today: by role, or as a member of its role mailbox."""
    return rights.may(tx, Actor(account_id), Act.REGISTER, Subject(org_code))


def require_clerk(tx: Tx, who: Actor | int, org_code: str, act: Act = Act.REGISTER) -> Actor:
    """The clerk in his post. Raises Refused for everybody but the clerks of the organisation."""
    return rights.require(tx, rights.as_actor(who), act, Subject(org_code))


def may_read_register(tx: Tx, account_id: int, org_code: str) -> bool:
    """Whether the person may look into the register: clerks, leaders, heads of departments, the archive."""
    return rights.may(tx, Actor(account_id), Act.READ_REGISTER, Subject(org_code))


def may_open(tx: Tx, account_id: int, mailbox_id: int) -> bool:
    """Whether the person may read the mailbox: an own one or one shared with them."""
    return "r" in access.of(tx, account_id, mailboxes.get(tx, mailbox_id))
