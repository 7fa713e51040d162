"""Taking back an act on an incoming document: lines, requests and the flow are again as they were.

New lines are taken back only while nobody has read them (as `recalling.recall`); what somebody has read stays read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Refused
from mailsvc.documents import mail_face, register, undoing
from mailsvc.documents.errors import Stale
from mailsvc.documents.routing.lines import end, name_of, note, tell
from mailsvc.documents.routing.rules import because, rules
from mailsvc.documents.undoing import Way
from mailsvc.store import documents, routing
from mailsvc.store.documents import Event
from mailsvc.store.routing import Flow, Line, Request
from mailsvc.store.tx import Tx

P = ParamSpec("P")
T = TypeVar("T")
ROOM = "incoming"
_ANSWERED = "Lấy lại câu trả lời đề nghị."
WORDS = {
    "directed": "Lấy lại chỉ đạo khi chưa ai đọc.",
    "transferred": "Lấy lại việc chuyển khi chưa ai đọc.",
    "assigned": "Lấy lại việc giao khi chưa ai đọc.",
    "forwarded": "Lấy lại việc chuyển tiếp khi chưa ai đọc.",
    "reassigned": "Lấy lại việc giao lại khi chưa ai đọc.",
    "filed": "Lấy lại việc lưu để biết.",
    "report": "Lấy lại báo cáo để xử lý tiếp.",
    "closed": "Lấy lại việc kết thúc.",
    "returned": "Lấy lại việc trả lại người giao.",
    "sent_back": "Lấy lại việc trả lại báo cáo.",
    "return_seen": "Lấy lại việc đã xem.",
    "progress": "Lấy lại tiến độ vừa ghi.",
    "extended": "Lấy lại việc gia hạn.",
    "paper": "Lấy lại việc ghi bản giấy.",
    "reopened": "Lấy lại việc mở lại.",
    **dict.fromkeys(("granted_extension", "refused_extension", "granted_no_answer", "refused_no_answer"), _ANSWERED),
    "refused_recall": _ANSWERED,
}
"""Step of the timeline to the step that takes it back. Others are not taken back so: a line that was withdrawn has
left its receiver's mailbox, what was asked or said has been told."""
_TOLD = ("report", "returned", "sent_back", "extended", *(one for one, words in WORDS.items() if words == _ANSWERED))
"""Of these somebody had a notice, and has one of the taking back."""
_GONE = ("withdrawn", "recalled")
_FACTS = frozenset(("version",))
_REGISTER = ("recipients", "transfer_date")  # columns 7 and 8


@dataclass(frozen=True, slots=True)
class _Seen:
    """Where a document stands."""

    register: dict[str, str]
    flow: Flow
    lines: dict[int, Line]
    requests: dict[int, Request]
    events: list[Event]


def _look(tx: Tx, document_id: int) -> _Seen:
    document = documents.get(tx, document_id)
    return _Seen(
        {name: getattr(document, name) or "" for name in _REGISTER},
        routing.flow(tx, document_id),
        {one.id: one for one in routing.lines_of(tx, document_id)},
        {one.id: one for one in routing.requests_of(tx, document_id)},
        documents.events_of(tx, document_id),
    )


# ---- doing --------------------------------------------------------------------------------------------------
def kept(
    tx: Tx,
    account_id: int,
    document_id: int,
    token: str,
    work: Callable[Concatenate[Tx, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do it, and remember how it is taken back, when it is an act that can be."""
    before = _look(tx, document_id)
    result = work(tx, *args, **kwargs)
    after = _look(tx, document_id)
    way = _way(document_id, before, after)
    if way is not None:
        undoing.keep(tx, account_id, token, way)
    return result


def _way(document_id: int, before: _Seen, after: _Seen) -> Way | None:
    known = {one.id for one in before.events}
    steps = [one for one in after.events if one.id not in known]
    fresh = [one for one in after.lines if one not in before.lines]
    left = [one for one in before.lines.values() if after.lines[one.id].state in _GONE and one.state not in _GONE]
    asked = after.requests.keys() - before.requests.keys()
    if not steps or steps[-1].kind not in WORDS or left or asked:
        return None
    lines = undoing.changes(before.lines, after.lines, _FACTS)
    for number, values in lines.items():
        _keep_read(after.lines[int(number)], values)
    flow = undoing.changes({0: before.flow}, {0: after.flow}, _FACTS)
    return {
        "room": ROOM,
        "document": document_id,
        "act": steps[-1].kind,
        "event": max(one.id for one in steps),
        "register": {one: text for one, text in before.register.items() if after.register[one] != text},
        "flow": flow.get("0", {}),
        "lines": lines,
        "requests": undoing.changes(before.requests, after.requests, frozenset()),
        "added": fresh,
        "versions": {"flow": after.flow.version, **{str(one): after.lines[one].version for one in after.lines}},
    }


def _keep_read(now: Line, values: dict[str, Any]) -> None:
    """Who acted has read the line: that stays."""
    if "read_ms" in values:
        del values["read_ms"]
        if values.get("state") == "unread" and now.read_ms is not None:
            values["state"] = "read"


# ---- taking back --------------------------------------------------------------------------------------------
def undo(tx: Tx, actor: Actor, way: Way) -> None:
    """Raises Refused (who has done what since, or read it), Stale."""
    document_id = int(way["document"])
    _require_untouched(tx, document_id, way)
    for number in way["added"]:
        end(tx, routing.line(tx, number), "recalled", WORDS[way["act"]])
    for number, values in way["requests"].items():
        routing.restore_request(tx, int(number), values)
    for number, values in way["lines"].items():
        routing.change_line(tx, int(number), values)
        mail_face.follow(tx, routing.line(tx, int(number)))
    if way["flow"]:
        routing.change_flow(tx, document_id, way["flow"])
    if way["register"]:
        register.fill(tx, documents.get(tx, document_id), **way["register"])
    note(tx, actor, document_id, "undone", WORDS[way["act"]])
    if way["act"] in _TOLD:
        _tell(tx, actor, document_id, way)
    tx.wake("work")


def _require_untouched(tx: Tx, document_id: int, way: Way) -> None:
    undoing.require_last(tx, documents.events_of(tx, document_id), way)
    versions = {"flow": routing.flow(tx, document_id).version}
    versions |= {str(one.id): one.version for one in routing.lines_of(tx, document_id)}
    if versions != way["versions"]:
        raise Stale
    for number in way["added"]:
        line = routing.line(tx, number)
        if line.state != "unread" or mail_face.seen(tx, line):
            raise Refused(
                "%(name)s đã đọc lượt chuyển này nên không tự lấy lại được; hãy gửi đề nghị lấy lại. %(because)s",
                name=name_of(tx, line.assignee_id),
                because=because(rules().lines["recall_rule"], "lines"),
            )


def _tell(tx: Tx, actor: Actor, document_id: int, way: Way) -> None:
    lines = [routing.line(tx, int(number)) for number in way["lines"]]
    told = {one for line in lines for one in (line.assigner_id, line.assignee_id)}
    told |= {routing.request(tx, int(number)).asker_id for number in way["requests"]}
    for account_id in sorted(told - {actor.account_id, actor.on_behalf_of}):
        words = f"{name_of(tx, actor.account_id or 0)}: {WORDS[way['act']]}"
        tell(tx, account_id, documents.get(tx, document_id), "Hoàn tác", words)
