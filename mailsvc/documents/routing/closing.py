"""Closing lines and documents: with the processed soft document, or with a leader's consent (R33, R44); and where the
paper lies."""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import rights
from mailsvc.documents.rights import Act, Subject
from mailsvc.documents.routing.handling import Enclosed, add_files
from mailsvc.documents.routing.lines import (
    Who,
    above,
    claim,
    end,
    fresh_flow,
    main_lead,
    name_of,
    note,
    open_line,
    receiving,
)
from mailsvc.documents.routing.orders import INFORM, LEAD, LEADER
from mailsvc.documents.routing.recalling import GRANTED, NO_ANSWER
from mailsvc.documents.routing.rules import because, rules
from mailsvc.store import documents, routing
from mailsvc.store.routing import Flow, Line
from mailsvc.store.tx import Tx

FILE, CONSENT = "file", "consent"
CLOSED = ("done", "filed")


# ---- the gate -----------------------------------------------------------------------------------------------
def is_closed(tx: Tx, document_id: int) -> bool:
    """Whether the incoming document is finished, so that the document that answers it may take a number (R33)."""
    return routing.flow(tx, document_id).state in CLOSED


def grounds(tx: Tx, line: Line) -> str:
    """What allows a lead line to be closed now: `file` (the soft document is attached), `consent` (granted to it or to
    a line above it), or '' when nothing does."""
    wanted = rules().closing
    if not wanted.needs_file or any(one.role in wanted.file_roles for one in documents.files_of(tx, line.document_id)):
        return FILE
    chain = {line.id}
    while line.parent_id is not None:
        line = routing.line(tx, line.parent_id)
        chain.add(line.id)
    asked = routing.requests_of(tx, line.document_id)
    granted = any(one.kind == NO_ANSWER and one.state == GRANTED and one.line_id in chain for one in asked)
    return CONSENT if granted else ""


# ---- closing ------------------------------------------------------------------------------------------------
def close(tx: Tx, who: Who, line_id: int, why: str = "", enclosed: Enclosed | None = None, *, version: int) -> Line:
    """Close a line; with that of who is in charge, the whole document. A lead closes with the soft document attached,
    or after a leader's consent; a leader who closes with a reason gives the consent with it.

    Raises Refused (with article and setting), Stale.
    """
    line = open_line(tx, line_id, version)
    if line.role in (INFORM, LEADER):
        word = rules().words.roles[line.role].lower()
        raise Refused(
            "Lượt “%(word)s” không kết thúc bằng cách này. %(because)s",
            word=word,
            because=because(rules().closing.rule, "closing"),
        )
    actor = _closer(tx, who, line)
    if enclosed is not None:
        add_files(tx, line.document_id, enclosed.files)
    how = _how(tx, actor, line, why)
    whole = _is_main(tx, line)
    ended = end(tx, line, "closed", why.strip(), version=version)
    words = f"Kết thúc lượt của {name_of(tx, line.assignee_id)}. {why.strip()}".strip()
    if whole:
        _close_document(tx, actor, line.document_id, how, why.strip())
        words = f"Kết thúc văn bản ({_HOW[how]}). {why.strip()}".strip()
    note(tx, actor, line.document_id, "closed", words, line=line.id, how=how)
    return ended


_HOW = {FILE: "có văn bản xử lý kèm theo", CONSENT: "lãnh đạo đồng ý không cần trả lời", "": "phối hợp xong"}


def _closer(tx: Tx, who: Who, line: Line) -> Actor:
    """Who is in charge, or who gave the line."""
    actor = rights.as_actor(who)
    if rights.may(tx, actor, Act.CLOSE, receiving(tx, line)):
        return rights.require(tx, actor, Act.CLOSE, receiving(tx, line))
    return rights.require(tx, actor, Act.CLOSE, above(tx, line))


def _how(tx: Tx, actor: Actor, line: Line, why: str) -> str:
    """By what the line may be closed. Raises Refused."""
    if line.role != LEAD:
        return ""
    found = grounds(tx, line)
    if found:
        return found
    if why.strip() and rights.may(tx, actor, Act.CONSENT_CLOSE, above(tx, line)):
        return CONSENT
    raise Refused(
        "Chưa kết thúc được: phải đính kèm văn bản xử lý (tệp mềm), hoặc lãnh đạo đồng ý là không cần trả "
        "lời. %(because)s",
        because=because(rules().closing.rule, "closing.needs_file"),
    )


def _is_main(tx: Tx, line: Line) -> bool:
    lead = main_lead(routing.lines_of(tx, line.document_id))
    return lead is not None and lead.id == line.id


def _close_document(tx: Tx, actor: Actor, document_id: int, how: str, why: str) -> None:
    """The document is done: nobody else is waited for; lines for information stay until they are read."""
    values = {"closed_ms": tx.now_ms, "closed_by": actor.account_id, "closed_how": how, "closed_why": why}
    routing.change_flow(tx, document_id, {"state": "done", **values})
    for line in routing.lines_of(tx, document_id):
        if line.role != INFORM and (line.is_open or line.holder_id is not None):
            _settle_line(tx, line)


def _settle_line(tx: Tx, line: Line) -> None:
    if line.is_open:
        end(tx, line, "closed", "Văn bản đã kết thúc.")
    else:
        routing.change_line(tx, line.id, {"holder_id": None})


def reopen(tx: Tx, who: Who, document_id: int, reason: str, *, version: int) -> Flow:
    """A leader opens a closed document again: it waits for a direction. Raises Refused, Stale, Invalid."""
    document, flow = documents.get(tx, document_id), fresh_flow(tx, document_id, version)
    actor = rights.require(tx, rights.as_actor(who), Act.DIRECT, Subject(document.org_code))
    if flow.state not in CLOSED:
        raise Refused("Văn bản này chưa kết thúc. %(because)s", because=because(rules().closing.rule, "closing"))
    if not reason.strip():
        raise Invalid("Mở lại phải ghi lý do.")
    fresh = {"closed_ms": None, "closed_by": None, "closed_how": "", "closed_why": "", "deadline": None}
    claim(tx, document_id, version, {"state": "submitted", **fresh})
    note(tx, actor, document_id, "reopened", f"Mở lại văn bản: {reason.strip()}")
    return routing.flow(tx, document_id)


# ---- the paper ----------------------------------------------------------------------------------------------
PAPER = ("none", "not_submitted", "submitted", "transferred", "stored")


def keep_paper(tx: Tx, who: Who, document_id: int, paper: str, place: str = "", box: str = "", *, version: int) -> Flow:
    """Say where the paper lies; what is stored needs a place. Raises Refused, Stale, Invalid."""
    document = documents.get(tx, document_id)
    actor = rights.require(tx, rights.as_actor(who), Act.KEEP_PAPER, Subject(document.org_code))
    if paper not in PAPER:
        raise Invalid("Không có trạng thái bản giấy này.")
    if paper == "stored" and not place.strip():
        raise Invalid("Bản giấy đã lưu thì phải ghi nơi lưu.")
    claim(tx, document_id, version, {"paper": paper, "paper_place": place.strip(), "paper_box": box.strip()})
    where = ", ".join(one for one in (place.strip(), box.strip() and f"hộp {box.strip()}") if one)
    note(tx, actor, document_id, "paper", f"{rules().words.paper[paper]}{f' ({where})' if where else ''}.")
    return routing.flow(tx, document_id)
