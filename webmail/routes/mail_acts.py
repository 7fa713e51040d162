"""What is done with letters: seen or not, moved away and back, put forward for the register."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from mailsvc.core.errors import Invalid, NotFound
from mailsvc.documents import intake
from mailsvc.documents.case import Case, examine
from mailsvc.documents.errors import AlreadyRegistered
from mailsvc.http.paths import local_path
from mailsvc.http.visits import Visit, post
from mailsvc.mail import access
from mailsvc.mail import mailboxes as work
from mailsvc.message.scan import scan
from mailsvc.store import mailboxes, private_flags
from mailsvc.store.blobs import Blobs, Buffer
from mailsvc.store.flags import SEEN
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx
from webmail import views
from webmail.opening import open_letter
from webmail.pages import go
from webmail.views import Folder

_MOST = 500
_PLACES = {"luu-tru": "\\Archive", "thung-rac": "\\Trash", "thu-rac": "\\Junk"}
_NOT_THERE = "Chưa chọn thư nào."


async def act(visit: Visit) -> Response:
    """One letter or many (`uid` repeated); `viec` says what: da-doc, chua-doc, luu-tru, thung-rac, chuyen."""
    mailbox_id, deed = visit.whole("mailbox"), visit.field("viec", 20)
    chosen = _chosen(visit)
    back = local_path(visit.field("ve"), f"/thu/{mailbox_id}")
    if not chosen:
        return go(visit, back, _NOT_THERE)
    if deed in ("da-doc", "chua-doc"):
        count = await visit.office.db.write(_mark, visit.who.account.id, mailbox_id, chosen, deed == "da-doc")
        return go(visit, back, f"Đã đánh dấu {count} thư là {'đã đọc' if deed == 'da-doc' else 'chưa đọc'}.")
    target = visit.field("den", 20) if deed == "chuyen" else deed
    pairs, box, name = await visit.office.db.write(
        _move, visit.office.blobs, visit.who.account.id, mailbox_id, chosen, target
    )
    fields = (("viec", "chuyen"), ("den", str(mailbox_id)), *(("uid", str(new)) for _, new in pairs))
    undo = f"/thu/{box}/viec" if pairs else ""
    return go(visit, back, f"Đã chuyển {len(pairs)} thư vào “{name}”.", undo, fields)


def _chosen(visit: Visit) -> list[int]:
    texts = [str(one) for one in visit.form.getlist("uid")][:_MOST]
    return sorted({int(one) for one in texts if one.isascii() and one.isdigit() and len(one) < 16})


def _folder(tx: Tx, account_id: int, mailbox_id: int) -> Folder:
    """A mailbox the person may open. Raises NotFound."""
    return views.find_folder(views.shelves(tx, account_id), mailbox_id)[1]


def _mark(tx: Tx, account_id: int, mailbox_id: int, uids: Sequence[int], seen: bool) -> int:
    guest = _folder(tx, account_id, mailbox_id).guest
    if guest is not None:
        access.demand(guest.rights, "s")
    rows = private_flags.rows_of(tx, guest, mailbox_id, uids, ("uid", "flags", "keywords"))
    wanted = [(uid, old, old | SEEN if seen else old & ~SEEN, words) for uid, old, words in rows]
    changes = [one for one in wanted if one[1] != one[2]]
    private_flags.set_flags(tx, guest, mailbox_id, changes)
    return len(changes)


def _move(
    tx: Tx, blobs: Blobs, account_id: int, mailbox_id: int, uids: Sequence[int], place: str
) -> tuple[list[tuple[int, int]], int, str]:
    """Move to a place of the same account (archive, trash), or to a mailbox by number; (UIDs, target, its name)."""
    source = _folder(tx, account_id, mailbox_id).box
    target = _target(tx, account_id, source, place)
    if target.id == source.id:
        raise Invalid("Thư đã ở trong hộp thư đó.")
    pairs = work.move(tx, blobs, account_id, source.id, uids, target)
    return pairs, target.id, views.folder_title(target.name)


def _target(tx: Tx, account_id: int, source: Mailbox, place: str) -> Mailbox:
    if place in _PLACES:
        found = mailboxes.with_special_use(tx, source.account_id, _PLACES[place])
        if found is None:
            raise NotFound("Hộp thư này không có thư mục đó; xin tạo trong chương trình thư.")
        return found
    if not (place.isascii() and place.isdigit() and len(place) < 16):
        raise Invalid("Không rõ chuyển thư đi đâu.")
    return _folder(tx, account_id, int(place)).box


async def register(visit: Visit) -> Response:
    """ "Vào sổ" on any letter: an entry with its proposal, and on to its form."""
    opened = await open_letter(visit)
    case = await visit.office.work(_examined, opened.data)
    try:
        entry = await visit.office.db.write(intake.open_by_hand, visit.actor, opened.folder.id, opened.line.uid, case)
    except AlreadyRegistered as error:
        found = error.document
        return go(visit, f"/van-ban-den/{found.year}/{found.arrival_number}", error.message)
    return go(visit, f"/van-ban-den/cho-vao-so/{entry.id}")


def _examined(data: Buffer) -> Case:
    return examine(data, scan(data))


ROUTES = (post("/thu/{mailbox}/viec", act), post("/thu/{mailbox}/{uid}/vao-so", register))
