"""Who may do what with outgoing documents, and whom to choose in forms (handbook §7.3)."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.documents import rights
from mailsvc.documents.rights import Act, Subject
from mailsvc.documents.rights.subjects import of_flow
from mailsvc.documents.rights.units import organisation_of_unit, units_of_organisation
from mailsvc.store import accounts
from mailsvc.store.accounts import Account
from mailsvc.store.outgoing import Flow
from mailsvc.store.tx import Tx

OFFICE_HEADS = frozenset({"chanh_van_phong", "thu_truong_don_vi"})
SIGNERS = frozenset({"giam_doc", "lanh_dao_so", "chanh_van_phong", "truong_phong", "thu_truong_don_vi"})


def subject(tx: Tx, flow: Flow) -> Subject:
    """The document with everybody who has to do with it."""
    return Subject(flow.org_code, of_flow(tx, flow), f"document/{flow.document_id}")


def require(tx: Tx, actor: Actor | int, act: Act, flow: Flow) -> Actor:
    """The actor in the post that lets him do it. Raises Refused with the article and the setting."""
    return rights.require(tx, rights.as_actor(actor), act, subject(tx, flow))


def may(tx: Tx, actor: Actor | int, act: Act, flow: Flow) -> bool:
    """Whether the act is allowed."""
    return rights.may(tx, rights.as_actor(actor), act, subject(tx, flow))


def is_office_head(tx: Tx, actor: Actor | int, org_code: str) -> bool:
    """The head of the Office, or of a school: decides about a number between two others."""
    account_id = rights.as_actor(actor).account_id
    if account_id is None:
        return False
    held = [one for one in rights.posts_of(tx, account_id) if one.role in OFFICE_HEADS]
    return any(organisation_of_unit(tx, one.unit_code) == org_code for one in held)


@dataclass(frozen=True, slots=True)
class Choice:
    """A person to choose in a form."""

    id: int
    name: str
    position: str
    unit_code: str


def signers(tx: Tx, org_code: str) -> list[Choice]:
    """Who may be named as signatory, by name."""
    found = {one.id: one for one, _ in accounts.holders(tx, SIGNERS)}
    own = units_of_organisation(tx, org_code)
    return [_choice(one) for one in found.values() if one.unit_code in own]


def colleagues(tx: Tx, org_code: str) -> list[Choice]:
    """Everybody of the organisation who can be asked for an opinion, by unit and name."""
    own = units_of_organisation(tx, org_code)
    found = [_choice(one) for one in accounts.listing(tx, "person") if one.active and one.unit_code in own]
    return sorted(found, key=lambda one: (one.unit_code, one.name))


def _choice(account: Account) -> Choice:
    return Choice(account.id, account.full_name, account.position, account.unit_code)
