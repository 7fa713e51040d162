"""What the receiver of a line does: read, take up, say something, report, return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_datetime
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import mail_face, register, rights
from mailsvc.documents.rights import Act
from mailsvc.documents.routing import receivers
from mailsvc.documents.routing.lines import (
    Who,
    by_giver,
    by_receiver,
    change,
    end,
    name_of,
    note,
    open_line,
    settle,
    tell,
)
from mailsvc.documents.routing.orders import INFORM, LEAD, LEADER
from mailsvc.documents.routing.rules import because, rules
from mailsvc.store import documents, routing
from mailsvc.store.documents import DocumentFile
from mailsvc.store.routing import Line, Opinion
from mailsvc.store.tx import Tx

LONGEST = 20_000  # characters of an opinion or report
TWICE_MS = 120_000
REPORT_ROLE = "report"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Files that came with words: those of one stored letter."""

    content_id: int
    files: tuple[DocumentFile, ...] = ()


# ---- reading ------------------------------------------------------------------------------------------------
def unread_lines(tx: Tx, account_id: int, document_id: int) -> list[Line]:
    """The person's lines that become read when the page is opened."""
    desks = set(receivers.desks_of(tx, account_id))
    return [one for one in routing.lines_of(tx, document_id) if one.state == "unread" and one.assignee_id in desks]


def read(tx: Tx, account_id: int, document_id: int) -> int:
    """Mark what lies with the person as read; how many lines. Lines for information are done with that."""
    found = unread_lines(tx, account_id, document_id)
    for line in found:
        mark_read(tx, line)
    return len(found)


def mark_read(tx: Tx, line: Line) -> None:
    """The receiver has seen it, on the page or in a mail client. Who is in charge signs for it with that (column 9 of
    the register, Decree 30/2020, Appendix IV)."""
    routing.mark_read(tx, line.id, ends=line.role == INFORM)
    mail_face.follow(tx, routing.line(tx, line.id))
    document = documents.get(tx, line.document_id)
    if line.role == LEAD and line.parent_id is None and not document.receipt_signed:
        when = office_datetime(tx.now_ms)
        register.fill(tx, document, receipt_signed=f"{name_of(tx, line.assignee_id)}, {when:%d/%m/%Y %H:%M}")


def require_read(tx: Tx, line: Line) -> Line:
    """Who acts on a line has read it."""
    if line.state == "unread":
        mark_read(tx, line)
    return routing.line(tx, line.id)


def note_seen(tx: Tx, document_id: int | None = None) -> int:
    """Letters of work that were opened in a mail client count as read, of one document or of all; how many."""
    found = routing.unread_but_seen(tx, document_id)
    for line in found:
        mark_read(tx, line)
    return len(found)


def take_up(tx: Tx, who: Who, line_id: int, progress: int = 0, text: str = "", *, version: int | None = None) -> Line:
    """Begin, or say how far the work is (percent). Raises Refused, Stale, Invalid."""
    line = open_line(tx, line_id, version)
    _require_handled(line)
    actor = by_receiver(tx, who, Act.REPORT, line)
    line = require_read(tx, line)
    if not 0 <= progress <= 100:
        raise Invalid("Tiến độ là số từ 0 đến 100.")
    changed = change(tx, line, version, state="progress", progress=progress,
                     holder_id=line.assignee_id)  # fmt: skip
    words = f"Đang xử lý, {progress} %." if progress else "Bắt đầu xử lý."
    note(tx, actor, line.document_id, "progress", f"{words} {text.strip()}".strip(), line=line.id)
    mail_face.follow(tx, changed)
    return changed


# ---- words --------------------------------------------------------------------------------------------------
def opine(
    tx: Tx, who: Who, document_id: int, text: str, line_id: int | None = None, enclosed: Enclosed | None = None
) -> Opinion:
    """Say something on the document. The same words of the same person within two minutes are written once, unless
    something was taken back meanwhile.

    Raises Refused, Invalid.
    """
    line = None if line_id is None else routing.line(tx, line_id)
    actor = _may_speak(tx, who, document_id, line)
    return _said(tx, actor, document_id, line, "opinion", text, enclosed)


def _may_speak(tx: Tx, who: Who, document_id: int, line: Line | None) -> Actor:
    actor = rights.as_actor(who)
    document = documents.get(tx, document_id)
    if line is not None and rights.may(tx, actor, Act.GIVE_OPINION, rights.of_document(tx, document)):
        return rights.require(tx, actor, Act.GIVE_OPINION, rights.of_document(tx, document))
    if line is not None:
        return by_receiver(tx, actor, Act.GIVE_OPINION, line)
    return rights.require(tx, actor, Act.GIVE_OPINION, rights.of_document(tx, document))


def report(
    tx: Tx,
    who: Who,
    line_id: int,
    text: str,
    enclosed: Enclosed | None = None,
    *,
    version: int | None = None,
    quiet: bool = False,
) -> Line:
    """Report the result to the assigner, whose turn it is then; files become those of the document.

    `quiet`: the assigner gets the report as a letter already. Raises Refused, Stale, Invalid without a word.
    """
    line = open_line(tx, line_id, version)
    _require_handled(line)
    actor = by_receiver(tx, who, Act.REPORT, line)
    line = require_read(tx, line)
    document = documents.get(tx, line.document_id)
    changed = change(
        tx, line, version, state="reported", progress=100, reported_ms=tx.now_ms, holder_id=line.assigner_id,
    )  # fmt: skip
    _said(tx, actor, line.document_id, line, "report", text, enclosed)
    mail_face.follow(tx, changed)
    if line.assigner_id != actor.account_id and not quiet:
        who_says = name_of(tx, actor.account_id or 0)
        tell(tx, line.assigner_id, document, "Báo cáo", f"{who_says} báo cáo: {text.strip()}")
    return changed


def _require_handled(line: Line) -> None:
    if line.role in (INFORM, LEADER):
        word = rules().words.roles[line.role].lower()
        raise Refused(
            "Lượt “%(word)s” không phải lượt xử lý. %(because)s",
            word=word,
            because=because(rules().direct_rule, "lines"),
        )


def _said(
    tx: Tx, actor: Actor, document_id: int, line: Line | None, kind: str, text: str, enclosed: Enclosed | None
) -> Opinion:
    words = text.strip()
    if not words:
        raise Invalid("Chưa ghi nội dung.")
    if len(words) > LONGEST:
        raise Invalid("Nội dung dài quá %(longest)s ký tự.", longest=LONGEST)
    files = enclosed.files if enclosed is not None else ()
    if not files and (same := _just_said(tx, actor, document_id, kind, words)) is not None:
        return same
    values = {
        "document_id": document_id,
        "line_id": None if line is None else line.id,
        "author_id": actor.account_id,
        "kind": kind,
        "text": words,
        "content_id": None if enclosed is None else enclosed.content_id,
    }
    opinion_id = routing.add_opinion(tx, values)
    add_files(tx, document_id, files)
    told = "Báo cáo" if kind == "report" else "Ý kiến"
    names = f" Kèm: {', '.join(one.name for one in files)}." if files else ""
    note(tx, actor, document_id, kind, f"{told}: {words}{names}", line=values["line_id"])
    return next(one for one in routing.opinions_of(tx, document_id) if one.id == opinion_id)


def _just_said(tx: Tx, actor: Actor, document_id: int, kind: str, words: str) -> Opinion | None:
    undone = [one.at_ms for one in documents.events_of(tx, document_id) if one.kind == "undone"]
    for one in routing.opinions_of(tx, document_id):
        same = (one.author_id, one.kind, one.text) == (actor.account_id, kind, words)
        if same and tx.now_ms - one.at_ms < TWICE_MS and not any(at_ms >= one.at_ms for at_ms in undone):
            return one
    return None


def add_files(tx: Tx, document_id: int, files: Sequence[DocumentFile]) -> None:
    """Add files after those the document has; one that is there already, byte for byte, is not added again."""
    there = documents.files_of(tx, document_id)
    known = {(one.sha256, one.role) for one in there}
    place = max((one.position for one in there), default=-1) + 1
    fresh = [one for one in files if (one.sha256, one.role) not in known]
    documents.add_files(
        tx,
        document_id,
        [
            DocumentFile(
                place + n, one.content_id, one.path, one.name, one.content_type, one.size, one.sha256, one.role
            )
            for n, one in enumerate(fresh)
        ],
    )


def send_back(tx: Tx, who: Who, line_id: int, reason: str, *, version: int) -> Line:
    """The assigner is not content with a report: the work goes on. Raises Refused, Stale, Invalid."""
    line = open_line(tx, line_id, version)
    actor = by_giver(tx, who, Act.REASSIGN, line)
    if line.state != "reported":
        raise Refused("Lượt này chưa có báo cáo để trả lại. %(because)s", because=because(rules().direct_rule, "lines"))
    if not reason.strip():
        raise Invalid("Phải ghi lý do.")
    changed = change(tx, line, version, state="progress", holder_id=line.assignee_id)
    note(tx, actor, line.document_id, "sent_back", f"Trả lại báo cáo: {reason.strip()}", line=line.id)
    mail_face.follow(tx, changed)
    tell(tx, line.assignee_id, documents.get(tx, line.document_id), "Trả lại báo cáo", reason.strip())
    return changed


def take_back_report(tx: Tx, who: Who, line_id: int) -> Line:
    """The receiver goes on with what was reported, as long as it is not closed. Raises Refused."""
    line = open_line(tx, line_id)
    actor = by_receiver(tx, who, Act.REPORT, line)
    if line.state != "reported":
        raise Refused("Lượt này chưa báo cáo. %(because)s", because=because(rules().direct_rule, "lines"))
    changed = change(tx, line, line.version, state="progress", holder_id=line.assignee_id)
    note(tx, actor, line.document_id, "progress", "Lấy lại báo cáo để xử lý tiếp.", line=line.id)
    mail_face.follow(tx, changed)
    return changed


# ---- returning ----------------------------------------------------------------------------------------------
def give_back(tx: Tx, who: Who, line_id: int, reason: str, *, version: int | None = None) -> Line:
    """Return the line to its assigner, with a reason (wrong person, not within the field). Raises Refused, Stale."""
    line = open_line(tx, line_id, version)
    actor = by_receiver(tx, who, Act.RETURN, line)
    line = require_read(tx, line)
    if not reason.strip():
        raise Invalid("Trả lại phải ghi lý do. %(because)s", because=because(rules().lines["return_rule"], "lines"))
    ended = end(tx, line, "returned", reason.strip(), version=version, holder=line.assigner_id)
    document = documents.get(tx, line.document_id)
    told = f"{name_of(tx, line.assignee_id)} trả lại người giao: {reason.strip()}"
    note(tx, actor, document.id, "returned", told, line=line.id)
    tell(tx, line.assigner_id, document, "Trả lại", told)
    settle(tx, document.id)
    return ended


def accept_return(tx: Tx, who: Who, line_id: int, *, version: int) -> Line:
    """The assigner has seen the return and leaves it at that (a cooperating line, say). Raises Refused, Stale."""
    line = routing.line(tx, line_id)
    actor = by_giver(tx, who, Act.RECALL, line)
    if line.is_open or line.holder_id is None:
        raise Refused("Không còn gì phải quyết định về lượt này.")
    changed = change(tx, line, version, holder_id=None)
    note(tx, actor, line.document_id, "return_seen", "Đã xem việc trả lại.", line=line.id)
    return changed
