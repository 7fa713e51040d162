"""Rights written on mailboxes (RFC 4314): who, by identifier, and which letters. What they come to is mail.rights'."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, or_, select

from mailsvc.core.clock import office_date
from mailsvc.store.schema import mailbox_rights, mailboxes
from mailsvc.store.tx import Prepared, Tx

Written = dict[str, str]
"""Identifier to letters."""

_TODAY = or_(mailbox_rights.c.valid_to.is_(None), mailbox_rights.c.valid_to >= bindparam("today"))
_OF = Prepared(
    select(mailbox_rights.c.identifier, mailbox_rights.c.rights)
    .where(mailbox_rights.c.mailbox_id == bindparam("mailbox"), _TODAY)
    .order_by(mailbox_rights.c.identifier)
)
_OF_ACCOUNT = Prepared(
    select(mailbox_rights.c.mailbox_id, mailbox_rights.c.identifier, mailbox_rights.c.rights)
    .join(mailboxes, mailboxes.c.id == mailbox_rights.c.mailbox_id)
    .where(mailboxes.c.account_id == bindparam("owner"), _TODAY)
)
_ENDS = Prepared(
    select(mailbox_rights.c.identifier, mailbox_rights.c.valid_to).where(
        mailbox_rights.c.mailbox_id == bindparam("mailbox"), mailbox_rights.c.valid_to.is_not(None)
    )
)
_DROP = Prepared(
    delete(mailbox_rights).where(
        mailbox_rights.c.mailbox_id == bindparam("mailbox"), mailbox_rights.c.identifier == bindparam("who")
    )
)
_ADD = Prepared(
    insert(mailbox_rights).values(
        mailbox_id=bindparam("mailbox"),
        identifier=bindparam("who"),
        rights=bindparam("letters"),
        valid_to=bindparam("last_day"),
    )
)
_COPY = Prepared(
    insert(mailbox_rights).from_select(
        ["mailbox_id", "identifier", "rights", "valid_to"],
        select(
            bindparam("target", type_=mailbox_rights.c.mailbox_id.type),
            mailbox_rights.c.identifier,
            mailbox_rights.c.rights,
            mailbox_rights.c.valid_to,
        ).where(mailbox_rights.c.mailbox_id == bindparam("source")),
    )
)
_OWNERS = """
SELECT DISTINCT m.account_id FROM mailbox_rights r JOIN mailboxes m ON m.id = r.mailbox_id
WHERE r.rights <> '' AND r.identifier IN {among}
"""


def of(tx: Tx, mailbox_id: int) -> Written:
    """What is written on the mailbox and holds today, by identifier."""
    return {row[0]: row[1] for row in tx.rows(_OF, mailbox=mailbox_id, today=_today(tx))}


def of_account(tx: Tx, owner_id: int) -> dict[int, Written]:
    """The same for all mailboxes of an account that have anything written on them, by mailbox."""
    found: dict[int, Written] = {}
    for mailbox_id, identifier, letters in tx.rows(_OF_ACCOUNT, owner=owner_id, today=_today(tx)):
        found.setdefault(mailbox_id, {})[identifier] = letters
    return found


def last_days(tx: Tx, mailbox_id: int) -> dict[str, str]:
    """The last day of those identifiers whose rights end, past ones too."""
    return {row[0]: row[1] for row in tx.rows(_ENDS, mailbox=mailbox_id)}


def owners_naming(tx: Tx, identifiers: Sequence[str]) -> set[int]:
    """Accounts with a mailbox on which any of the identifiers is written with rights, over or not."""
    return {row[0] for row in tx.rows_among(_OWNERS, identifiers)} if identifiers else set()


def put(tx: Tx, mailbox_id: int, identifier: str, letters: str, last_day: str | None = None) -> None:
    """Write the identifier's rights on the mailbox in place of earlier ones, until the end of `last_day` (ISO)."""
    tx.run(_DROP, mailbox=mailbox_id, who=identifier)
    tx.run(_ADD, mailbox=mailbox_id, who=identifier, letters=letters, last_day=last_day)
    _wake(tx, mailbox_id)


def drop(tx: Tx, mailbox_id: int, identifier: str) -> None:
    """Take back what is written for the identifier."""
    tx.run(_DROP, mailbox=mailbox_id, who=identifier)
    _wake(tx, mailbox_id)


def inherit(tx: Tx, parent_id: int, child_id: int) -> None:
    """Write on a new mailbox what is written on the one above it."""
    tx.run(_COPY, source=parent_id, target=child_id)


def _wake(tx: Tx, mailbox_id: int) -> None:
    """Sessions in the mailbox look whether they may stay; those who watch lists of mailboxes look again."""
    tx.wake("mailbox", mailbox_id)
    tx.wake("rights")


def _today(tx: Tx) -> str:
    return office_date(tx.now_ms).isoformat()
