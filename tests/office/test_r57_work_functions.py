"""R57: the matrix once more, through the functions that do the work: each role tries each act on real rows.

Whether an act then succeeds depends on much else; here it only counts whether the matrix refuses it (the refusal names
`acts.…`). Everything is undone after each try.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from mailsvc.accounts import break_glass
from mailsvc.core.actor import Actor
from mailsvc.core.errors import MailsvcError, Refused
from mailsvc.documents import destroying, register, regulation, rights, rules
from mailsvc.documents.fields import Fields
from mailsvc.documents.outgoing import deciding, draft, numbers
from mailsvc.documents.rights import delegating
from mailsvc.documents.rights.delegating import Terms
from mailsvc.documents.routing import closing, directing
from mailsvc.mail.office import Office
from mailsvc.store import accounts, documents, outgoing, routing
from mailsvc.store.tx import Tx
from tests.office.outgoing_world import World
from tests.office.test_r57_matrix import PEOPLE, assemble, expected

FIELDS = Fields(issuer="Bộ GDĐT", subject="Văn bản thứ hai", code="2/BGDĐT-VP", type_name="Giấy mời")
Try = Callable[[Tx, Actor, "Rows"], Any]


class Rows:
    """What the acts are tried on: an incoming document, a draft and its flow, people."""

    def __init__(self, bureau: World) -> None:
        clerk = bureau["daonth"]
        self.incoming = bureau.office.db.write_now(register.register_paper, clerk, "SGDDT", FIELDS)
        self.draft = bureau.begin("Nội dung.")
        self.flow = bureau.flow(self.draft)
        self.purge = bureau.office.db.write_now(self._ask_purge, clerk)
        self.director, self.deputy = bureau["nganltt"], bureau["phuocdh"]

    def _ask_purge(self, tx: Tx, clerk: int) -> int:
        other = register.register_paper(
            tx, clerk, "SGDDT", Fields(issuer="UBND tỉnh", subject="Khác", code="3/UBND-VX")
        )
        return destroying.ask(tx, Actor(clerk), other.id, "Hết hạn bảo quản")


def version(tx: Tx, rows: Rows) -> int:
    return routing.flow(tx, rows.incoming.id).version


TRIES: dict[str, Try] = {
    "register": lambda tx, who, rows: register.register_paper(tx, who, "SGDDT", FIELDS),
    "correct": lambda tx, who, rows: register.correct(tx, who, rows.incoming.id, FIELDS, "Thử"),
    "submit": lambda tx, who, rows: directing.submit(tx, who, rows.incoming.id, version=version(tx, rows)),
    "direct": lambda tx, who, rows: directing.direct(tx, who, rows.incoming.id, "Xử lý", (), version=version(tx, rows)),
    "transfer": lambda tx, who, rows: directing.transfer(tx, who, rows.incoming.id, "", (), version=version(tx, rows)),
    "keep_paper": lambda tx, who, rows: closing.keep_paper(
        tx, who, rows.incoming.id, "stored", "Kho", version=version(tx, rows)
    ),
    "draft": lambda tx, who, rows: draft.drop(tx, who, rows.draft.id, "Thử"),
    "send_draft": lambda tx, who, rows: deciding.submit(tx, who, rows.draft.id),
    "approve_content": lambda tx, who, rows: deciding.approve_content(tx, who, rows.draft.id),
    "check_format": lambda tx, who, rows: deciding.approve_format(tx, who, rows.draft.id),
    "sign": lambda tx, who, rows: deciding.sign(tx, who, rows.draft.id),
    "ask_opinion": lambda tx, who, rows: deciding.ask_opinions(tx, who, rows.draft.id, [rows.deputy], "Ý kiến?", None),
    "take_number": lambda tx, who, rows: numbers.give_number(tx, who, rows.draft.id, date(2026, 11, 24)),
    "cancel_number": lambda tx, who, rows: numbers.cancel_number(tx, who, rows.draft.id, "Thử"),
    "ask_purge": lambda tx, who, rows: destroying.ask(tx, who, rows.incoming.id, "Hết hạn"),
    "consent_purge": lambda tx, who, rows: destroying.decide(tx, who, rows.purge, True, ""),
    "set_rules": lambda tx, who, rows: rules.set_value(tx, who, "glass.minutes", 5, "2026-11-24", "Thử"),
    "propose_rules": lambda tx, who, rows: regulation.propose(tx, who, "Quy chế", "Điều 1. Thử", "Thử"),
    "decide_rules": lambda tx, who, rows: regulation.publish(tx, who, _proposal(tx), "1/QĐ", "2026-11-24"),
    "break_glass": lambda tx, who, rows: break_glass.open_document(tx, who, rows.incoming.id, "Sự cố cần xem nội dung"),
    "delegate": lambda tx, who, rows: delegating.delegate(
        tx, who, rows.director, rows.deputy, Terms("uy_quyen", "2026-11-24", "2026-11-25", "GUQ 1")
    ),
}


def _proposal(tx: Tx) -> int:
    chief = accounts.by_username(tx, "lyhc")
    assert chief is not None
    return regulation.propose(tx, Actor(chief.id), "Quy chế", "Điều 1. Thử", "Thử")


class _Undo(Exception):
    """The try is over; nothing of it stays."""


def refused_by_matrix(office: Office, act: str, who: Actor, rows: Rows) -> bool:
    """Whether the function refuses the act for who does it."""

    def attempt(tx: Tx) -> None:
        TRIES[act](tx, who, rows)
        raise _Undo

    try:
        office.db.write_now(attempt)
    except _Undo:
        return False
    except Refused as refusal:
        return f"acts.{act} " in refusal.message
    except MailsvcError:
        return False
    raise AssertionError("an attempt ends with an error")


def situations(office: Office, act: str, who: Actor, rows: Rows) -> set[str]:
    """How the person stands to what the act is tried on, in the letters of the table."""
    assert who.post is not None
    found = {"O" if office.db.read_now(rights.organisation_of_unit, who.post.unit_code) == "SGDDT" else "-"}
    if act == "delegate":
        return (
            found
            | ({"U"} if who.post.unit_code == "BGD" else set())
            | ({"M"} if who.account_id == rows.director else set())
        )
    if act in ("draft", "send_draft", "approve_content", "check_format", "sign", "ask_opinion", "take_number"):
        found |= {"U"} if who.post.unit_code == rows.flow.unit_code else set()
        found |= {"D"} if who.account_id == rows.flow.drafter_id else set()
        found |= {"S"} if who.account_id == rows.flow.signer_id else set()
    return found


@pytest.mark.parametrize("act", TRIES)
def test_r57_each_role_tries_each_act_through_its_work_function(bureau: World, act: str) -> None:
    rows, cast = Rows(bureau), assemble(bureau.office)
    wrong = []
    for short in PEOPLE:
        who = cast[short]
        allowed = any(expected(act, short, one) for one in situations(bureau.office, act, who, rows))
        if refused_by_matrix(bureau.office, act, who, rows) == allowed:
            wrong.append(f"{act} × {short}: allowed by the table: {allowed}")
    assert wrong == []
    assert bureau.office.db.read_now(documents.get, rows.incoming.id) == rows.incoming
    assert bureau.office.db.read_now(outgoing.get, rows.draft.id) == rows.flow
