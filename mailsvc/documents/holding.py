"""Marks of secrecy (MẬT, TỐI MẬT, TUYỆT MẬT): what bears one is held for two named people (regulation, Article 7.2).

State secrets do not belong here; there is no field for a degree of secrecy anywhere. Whatever comes in with a mark, a
letter, an upload or a draft, disappears from everybody's sight, and the two people named by the rule secrecy.holders
are told at once, without a word of its content. They look and decide together (documents.held_decisions).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Refused
from mailsvc.documents import history, rules
from mailsvc.documents.extraction import worker
from mailsvc.documents.extraction.secrecy import in_letter, in_title
from mailsvc.documents.rights.posts import as_actor, posts_of
from mailsvc.documents.rights.units import main_organisation, organisation_of_unit
from mailsvc.mail import notice
from mailsvc.store import accounts, audit, documents, guarding, placements
from mailsvc.store.accounts import Account
from mailsvc.store.documents import Document
from mailsvc.store.guarding import Held
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx

HELD, RELEASED, REMOVED = "held", "released", "removed"
PAGE = "/tam-giu"
BLANK = "(đang tạm giữ)"
RULE = "Quy chế Điều 7 khoản 2; thiết lập secrecy.holders"
_MAIN_ROLES = ("giam_doc", "chanh_van_phong", "lanh_dao_so", "pho_van_phong", "van_thu")
_UNIT_ROLES = ("thu_truong_don_vi", "van_thu_don_vi")


def screen(*, titles: Iterable[str] = (), text: str = "") -> str:
    """The mark of secrecy in subjects and file names or in a text, as it stands there; '' when there is none. Pure."""
    for title in titles:
        found = in_title(title)
        if found:
            return found
    return in_letter(text)


def mark_of_files(files: Sequence[tuple[str, bytes]]) -> str:
    """The mark in the names or on the first pages of (name, octets); '' for none. For a worker: waits for the readers.

    Raises Busy when the readers stay busy: what was not looked at does not pass.
    """
    return screen(titles=[name for name, _ in files]) or next(
        (found for _, data in files if (found := worker.read(data).secret)), ""
    )


def refuse_upload(tx: Tx, who: Actor, name: str) -> None:
    """A file was not taken in for its mark: note it and tell the two people. The person still has the file."""
    org_code = organisation_of_unit(tx, accounts.get(tx, who.account_id or 0).unit_code)
    audit.record(tx, who, "held.refuse", "upload", file=name)
    person = accounts.get(tx, who.account_id or 0).full_name
    words = (
        f"{person} vừa tải lên tệp “{name}” có dấu hiệu bí mật nhà nước; hệ thống không nhận tệp.\n"
        f"Xin kiểm tra việc này theo Luật Bảo vệ bí mật nhà nước. Căn cứ: {RULE}.\n"
    )
    notice.tell(tx, [one.id for one in holders(tx, org_code)], "Khẩn: từ chối tệp có dấu hiệu bí mật", words)


def refuse_letter(tx: Tx, who: Actor, receivers: int) -> None:
    """A letter was not taken for the mark in its subject: note it and tell the two people."""
    account = accounts.get(tx, who.account_id or 0)
    audit.record(tx, who, "held.refuse", "mail", receivers=receivers)
    words = (
        f"{account.full_name} vừa gửi thư có dấu hiệu bí mật nhà nước ở tiêu đề; hệ thống không nhận gửi.\n"
        f"Xin kiểm tra việc này theo Luật Bảo vệ bí mật nhà nước. Căn cứ: {RULE}.\n"
    )
    two = holders(tx, organisation_of_unit(tx, account.unit_code))
    notice.tell(tx, [one.id for one in two], "Khẩn: từ chối thư có dấu hiệu bí mật", words)


def hold_draft(tx: Tx, who: Actor, document: Document, mark: str) -> int:
    """Hold a draft: its subject is shown blank meanwhile, nobody does anything with it."""
    item_id = hold(tx, who, document.org_code, f"document/{document.id}", mark, "dự thảo")
    if guarding.held(tx, item_id).kept == "{}":
        kept = {"subject": document.subject, "folded": documents.folded_of(tx, document.id)}
        guarding.change_held(tx, item_id, {"kept": json.dumps(kept, ensure_ascii=False)})
        documents.change(tx, document.id, {"subject": BLANK, "folded": ""})
        history.note(tx, who, document.id, "held", "Tạm giữ vì có dấu hiệu bí mật nhà nước; hai người đã được báo.")
    return item_id


def holders(tx: Tx, org_code: str) -> tuple[Account, ...]:
    """The two people who decide: those of the rule in the main organisation, else the first two heads and clerks."""
    named: list[Account] = []
    if org_code == main_organisation(tx):
        named = [one for name in rules.value(tx, "secrecy.holders") if (one := accounts.by_username(tx, name))]
    roles = _MAIN_ROLES if org_code == main_organisation(tx) else _UNIT_ROLES
    today = office_date(tx.now_ms).isoformat()
    for role in roles:
        named += [
            one
            for one in accounts.with_role(tx, role, today)
            if organisation_of_unit(tx, one.unit_code) == org_code and one not in named
        ][: 1 if len(named) < 2 else 0]
    return tuple(named[:2])


def seats(tx: Tx, who: Actor, org_code: str) -> tuple[int, ...]:
    """For which of the two the person may speak: himself, or who has let him stand in."""
    if who.account_id is None:
        return ()
    principals = {one.on_behalf_of for one in posts_of(tx, who.account_id)} | {who.account_id}
    return tuple(one.id for one in holders(tx, org_code) if one.id in principals)


def hold(
    tx: Tx, actor: Actor | int | None, org_code: str, thing: str, mark: str, origin: str, content_id: int | None = None
) -> int:
    """Hold a thing ("intake/5", "document/7"): its letter leaves all mailboxes, the two people are told. The item's id.

    A thing that is held already stays so.
    """
    known = guarding.held_of(tx, thing)
    if known is not None and known.state == HELD:
        return known.id
    places = [] if content_id is None else guarding.places_of(tx, content_id)
    for mailbox_id, uid, _, _ in places:
        placements.expunge(tx, mailbox_id, [uid])
    kept = [[mailbox_id, flags, keywords] for mailbox_id, _, flags, keywords in places]
    values = {"org_code": org_code, "thing": thing, "mark": mark, "origin": origin, "held_ms": tx.now_ms}
    item_id = guarding.add_held(tx, values | {"content_id": content_id, "places": json.dumps(kept)})
    audit.record(tx, as_actor(actor), "held.hold", thing, item=item_id)
    _alert(tx, org_code, item_id, origin)
    tx.wake("intake")
    return item_id


def keep_out(tx: Tx, thing: str, content_id: int) -> None:
    """The letter of a held thing came to lie somewhere once more: it leaves from there, too."""
    item = guarding.held_of(tx, thing)
    places = guarding.places_of(tx, content_id)
    for mailbox_id, uid, _, _ in places:
        placements.expunge(tx, mailbox_id, [uid])
    if item is not None and places:
        kept = json.loads(item.places) + [[mailbox_id, flags, words] for mailbox_id, _, flags, words in places]
        guarding.change_held(tx, item.id, {"places": json.dumps(kept)})
    audit.record(tx, None, "held.again", thing)


def _alert(tx: Tx, org_code: str, item_id: int, origin: str) -> None:
    two = holders(tx, org_code)
    names = " và ".join(one.full_name for one in two)
    words = (
        f"Hệ thống vừa tạm giữ mục số {item_id} vì có dấu hiệu bí mật nhà nước. Nguồn: {origin or 'không rõ'}.\n"
        f"Không ai khác xem được. Xin {names} xem và cùng quyết định ở trang Tạm giữ: {PAGE}/{item_id}\n"
        "Nếu đúng là bí mật nhà nước: gỡ khỏi hệ thống, lập biên bản, xử lý theo Luật Bảo vệ bí mật nhà nước.\n"
        f"Căn cứ: {RULE}.\n"
    )
    notice.tell(tx, [one.id for one in two], f"Khẩn: tạm giữ mục số {item_id}, chờ hai người quyết định", words)


def bring_back(tx: Tx, item: Held, size: int) -> dict[int, int]:
    """Put the letter of a released item back where it lay; the UIDs by mailbox."""
    found: dict[int, int] = {}
    for mailbox_id, flags, keywords in json.loads(item.places):
        new = NewPlacement(item.content_id or 0, size, item.held_ms, flags, keywords)
        found |= placements.add_everywhere(tx, [mailbox_id], new)
    return found


def is_held(tx: Tx, thing: str) -> bool:
    """Whether the thing is on hold now."""
    found = guarding.held_of(tx, thing)
    return found is not None and found.state == HELD


def require_free(tx: Tx, thing: str) -> None:
    """Raises Refused while the thing is on hold."""
    if is_held(tx, thing):
        raise Refused(
            "Mục này đang tạm giữ, chờ hai người có trách nhiệm quyết định ở trang %(page)s. Căn cứ: %(rule)s.",
            page=PAGE,
            rule=RULE,
        )
