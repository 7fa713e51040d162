"""Break-glass (mở khẩn cấp): an administrator who must read content, with reason, one thing, for a short time.

Administration gives no right to read anybody's mail or documents (regulation, Article 6.2, 12.1; handbook §7.3). When
a trouble cannot be cleared otherwise, the owner and the leader are told at once by mail, and every reading is noted.
"""

from __future__ import annotations

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_datetime
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import rights, rules
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import main_organisation, organisation_of_unit
from mailsvc.mail import notice
from mailsvc.store import accounts, audit, contents, documents, guarding, mailboxes
from mailsvc.store.accounts import Account
from mailsvc.store.guarding import Glass
from mailsvc.store.tx import Tx

_SHORTEST_REASON = 10  # letters: a word is no reason
_HEADS = ("giam_doc", "lanh_dao_so", "chanh_van_phong")
_UNIT_HEADS = ("thu_truong_don_vi",)


def open_letter(tx: Tx, who: Actor, content_id: int, reason: str) -> Glass:
    """Open one letter. Raises NotFound, Refused for who is no administrator, Invalid without a proper reason."""
    contents.get(tx, content_id)
    return _open(tx, who, f"content/{content_id}", _owners(tx, content_id), reason, "một bức thư")


def open_document(tx: Tx, who: Actor, document_id: int, reason: str) -> Glass:
    """Open one document with its files."""
    found = documents.get(tx, document_id)
    keeper = [] if found.registered_by is None else [found.registered_by]
    return _open(tx, who, f"document/{document_id}", keeper, reason, f"văn bản “{found.code or found.subject}”")


def _open(tx: Tx, who: Actor, thing: str, owners: list[int], reason: str, what: str) -> Glass:
    actor = rights.require(tx, who, Act.BREAK_GLASS, rights.of_organisation(main_organisation(tx), thing))
    if actor.account_id is None:
        raise Refused("Mở khẩn cấp phải ghi tên một người quản trị; dùng --admin.")
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Invalid("Phải ghi rõ lý do mở khẩn cấp (sự cố gì, ai yêu cầu).")
    until_ms = tx.now_ms + int(rules.value(tx, "glass.minutes")) * 60_000
    values = {"admin_id": actor.account_id, "thing": thing, "reason": reason.strip(), "until_ms": until_ms}
    owner_id = owners[0] if owners else None
    made = guarding.add_glass(tx, values | {"owner_id": owner_id, "opened_ms": tx.now_ms})
    audit.record(tx, actor, "glass.open", thing, glass=made, reason=reason.strip(), until_ms=until_ms)
    _tell(tx, actor.account_id, owners, what, reason.strip(), until_ms)
    return guarding.glass(tx, made)


def read(tx: Tx, who: Actor, glass_id: int) -> Glass:
    """Note a reading through an open glass. Raises NotFound, Refused when it is somebody else's or its time is over."""
    found = guarding.glass(tx, glass_id)
    rights.require(tx, who, Act.BREAK_GLASS, rights.of_organisation(main_organisation(tx), found.thing))
    if found.admin_id != who.account_id:
        raise Refused("Lần mở khẩn cấp này là của người khác.")
    if tx.now_ms >= found.until_ms:
        raise Refused("Đã hết thời gian mở khẩn cấp; cần đọc nữa thì mở lại, ghi lý do mới.")
    audit.record(tx, who, "glass.read", found.thing, glass=glass_id)
    return found


def _owners(tx: Tx, content_id: int) -> list[int]:
    """Whose mailboxes the letter lies in; of a shared mailbox its members."""
    found: list[int] = []
    for mailbox_id, _, _, _ in guarding.places_of(tx, content_id):
        owner = accounts.get(tx, mailboxes.get(tx, mailbox_id).account_id)
        found += [owner.id] if owner.kind == "person" else [one.id for one in accounts.members_of(tx, owner.id)]
    return list(dict.fromkeys(found))


def leaders(tx: Tx, owner: Account | None) -> list[Account]:
    """Who leads the organisation the owner belongs to: the first role that somebody holds."""
    main = main_organisation(tx)
    org_code = organisation_of_unit(tx, owner.unit_code) if owner is not None else main
    today = office_datetime(tx.now_ms).date().isoformat()
    for role in (*(_UNIT_HEADS if org_code != main else ()), *_HEADS):
        held = [
            one
            for one in accounts.with_role(tx, role, today)
            if role in _HEADS or organisation_of_unit(tx, one.unit_code) == org_code
        ]
        if held:
            return held
    return []


def _tell(tx: Tx, admin_id: int, owners: list[int], what: str, reason: str, until_ms: int) -> None:
    admin = accounts.get(tx, admin_id)
    first = accounts.get(tx, owners[0]) if owners else None
    of_whom = f" của {first.full_name}" if first is not None else ""
    words = (
        f"{admin.full_name} (quản trị) vừa mở khẩn cấp {what}{of_whom} để đọc.\n"
        f"Lý do: {reason}\nĐến: {office_datetime(until_ms):%H:%M ngày %d/%m/%Y}. Mỗi lần đọc đều được ghi nhật ký.\n\n"
        "Nếu thấy việc này không đúng, xin báo ngay Chánh Văn phòng. "
        "Căn cứ: Quy chế Điều 6 khoản 2, Điều 12 khoản 1; thiết lập glass.minutes.\n"
    )
    told = [*owners, *(one.id for one in leaders(tx, first))]
    notice.tell(tx, [one for one in told if one != admin_id], f"Mở khẩn cấp: {admin.full_name} đọc {what}", words)
