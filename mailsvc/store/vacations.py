"""Absences and whom was told of them. The text is written in mail/vacation.py, whom to tell is decided beside it.

`accounts.away` repeats `active`, so that a delivery to somebody who is there asks for nothing more.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, delete, func, insert, select, update

from mailsvc.store.schema import accounts, vacation_answers, vacations
from mailsvc.store.tx import Prepared, Tx


@dataclass(frozen=True, slots=True)
class Vacation:
    """An answer about absence. Days are ISO dates, both included, at the office; '' when none was given.

    `inside_only`: only the house is told. `version` rises with each change.
    """

    active: int = 0
    first_day: str = ""
    last_day: str = ""
    subject: str = ""
    text: str = ""
    inside_only: int = 0
    every_days: int = 7
    version: int = 0

    def holds_on(self, day: str) -> bool:
        """Whether it is switched on and that day (ISO) is one of its days."""
        return bool(self.active) and self.first_day <= day <= self.last_day


_OF_ACCOUNT = Prepared(
    select(*[vacations.c[name] for name in Vacation.__dataclass_fields__]).where(
        vacations.c.account_id == bindparam("account")
    )
)
_TOLD = Prepared(
    select(vacation_answers.c.at_ms).where(
        vacation_answers.c.account_id == bindparam("account"),
        vacation_answers.c.sender == bindparam("sender"),
        vacation_answers.c.version == bindparam("version"),
    )
)


def find(tx: Tx, account_id: int) -> Vacation | None:
    """The account's answer, switched on or not."""
    row = tx.row(_OF_ACCOUNT, account=account_id)
    return None if row is None else Vacation(*row)


def put(tx: Tx, account_id: int, given: Vacation) -> None:
    """Keep the answer in place of the one before; `version` is counted here."""
    before = find(tx, account_id)
    values = asdict(given) | {"version": before.version + 1 if before else 1}
    if before is None:
        tx.execute(insert(vacations).values(account_id=account_id, **values))
    else:
        tx.execute(update(vacations).where(vacations.c.account_id == account_id).values(**values))
    _say_away(tx, account_id, given.active)


def switch(tx: Tx, account_id: int, active: int) -> None:
    """Turn the answer on or off as it stands: whom was told of it is not told again."""
    tx.execute(update(vacations).where(vacations.c.account_id == account_id).values(active=active))
    _say_away(tx, account_id, active)


def _say_away(tx: Tx, account_id: int, active: int) -> None:
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(away=active))


def away_on(tx: Tx, day: str) -> dict[int, str]:
    """Who is away on that day (ISO), to the last day of it."""
    statement = select(vacations.c.account_id, vacations.c.last_day).where(
        vacations.c.active == 1, vacations.c.first_day <= day, vacations.c.last_day >= day
    )
    return {row[0]: row[1] for row in tx.execute(statement)}


def end_past(tx: Tx, day: str) -> None:
    """Switch off what ended before that day (ISO)."""
    statement = select(vacations.c.account_id).where(vacations.c.active == 1, vacations.c.last_day < day)
    for account_id in list(tx.execute(statement).scalars()):
        switch(tx, account_id, 0)


# ---- whom was told -----------------------------------------------------------------------------------------
def told_ms(tx: Tx, account_id: int, sender: str, version: int) -> int:
    """When the sender was told of this version of the absence; 0 for never, or before memory."""
    row = tx.row(_TOLD, account=account_id, sender=sender, version=version)
    return 0 if row is None else int(row[0])


def told_since(tx: Tx, account_id: int, since_ms: int) -> int:
    """How many were told of the account's absence since then."""
    statement = select(func.count()).where(
        vacation_answers.c.account_id == account_id, vacation_answers.c.at_ms >= since_ms
    )
    return int(tx.execute(statement).scalar_one())


def note_told(tx: Tx, account_id: int, sender: str, version: int) -> None:
    """The sender is told now."""
    known = (vacation_answers.c.account_id == account_id, vacation_answers.c.sender == sender)
    tx.execute(delete(vacation_answers).where(*known))
    values = {"account_id": account_id, "sender": sender, "version": version, "at_ms": tx.now_ms}
    tx.execute(insert(vacation_answers).values(values))


def forget(tx: Tx, before_ms: int) -> None:
    """Forget who was told before then."""
    tx.execute(delete(vacation_answers).where(vacation_answers.c.at_ms < before_ms))
