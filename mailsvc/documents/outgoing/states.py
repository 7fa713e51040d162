"""The states of an outgoing document and which act leads from which to which (handbook §7.4)."""

from __future__ import annotations

from mailsvc.core.errors import Refused
from mailsvc.documents.outgoing.words import words
from mailsvc.store.outgoing import Flow

DRAFT, UNIT, CONTENT, OPINIONS, FORMAT = "draft", "unit", "content", "opinions", "format"
LEADER, SIGNED, WAITING, NUMBERED, ISSUED, DROPPED = "leader", "signed", "waiting", "numbered", "issued", "dropped"

UNDER_WAY = (DRAFT, UNIT, CONTENT, OPINIONS, FORMAT, LEADER, SIGNED, WAITING)
"""Before the number: the draft may still change or go back."""
RETURNABLE = (UNIT, CONTENT, OPINIONS, FORMAT, LEADER, SIGNED, WAITING)

FROM = {
    "submit": (DRAFT,),
    "take_back": (UNIT, FORMAT),
    "approve_content": (UNIT,),
    "ask_opinions": (CONTENT, OPINIONS),
    "send_to_format": (CONTENT, OPINIONS),
    "approve_format": (FORMAT,),
    "sign": (LEADER,),
    "request_number": (SIGNED,),
    "give_number": (WAITING,),
    "attach_signed": (WAITING, NUMBERED, ISSUED),
    "issue": (NUMBERED,),
    "recall": (ISSUED,),
}


def require(flow: Flow, act: str) -> None:
    """Raises Refused when the document does not stand where the act begins, and for a recalled one."""
    if flow.recalled_ms is not None:
        raise Refused("Văn bản đã thu hồi; hồ sơ được khóa lại, chỉ xem được.")
    if flow.state not in FROM[act]:
        wanted = " hoặc ".join(f"“{words().states[one]}”" for one in FROM[act])
        raise Refused(
            "Văn bản đang ở bước “%(states)s”; việc này làm ở bước %(wanted)s.",
            states=words().states[flow.state],
            wanted=wanted,
        )
