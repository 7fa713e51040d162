"""The posts a person holds on a day: own roles, those held for others by delegation, and the clerks' mailbox."""

from __future__ import annotations

from mailsvc.core.actor import Actor, Post
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Refused
from mailsvc.documents.rights.units import main_organisation, organisation_of_unit
from mailsvc.store import accounts, delegations, mailboxes
from mailsvc.store.accounts import Account
from mailsvc.store.delegations import AUTHORITY, HANDOVER, SUBSTITUTE, Delegation
from mailsvc.store.tx import Tx

MAIN_CLERK, UNIT_CLERK = "van_thu", "van_thu_don_vi"
CLERKS = frozenset({MAIN_CLERK, UNIT_CLERK})
DELEGATION_WORDS = {AUTHORITY: "thừa ủy quyền của", SUBSTITUTE: "thay", HANDOVER: "nhận bàn giao của"}


def posts_of(tx: Tx, account_id: int, on_date: str | None = None) -> tuple[Post, ...]:
    """The posts of the day (ISO, default today at the office), own ones first. None of a closed account."""
    day = on_date or _today(tx)
    account = accounts.get(tx, account_id)
    if not account.active:
        return ()
    own = _own_posts(tx, account, day)
    own += [one for one in _kept_registers(tx, account_id, own) if one not in own]
    return (*own, *_delegated(tx, account_id, day))


def _own_posts(tx: Tx, account: Account, day: str) -> list[Post]:
    found = accounts.role_rows(tx, account.id, day)
    return [Post(one.role, one.unit_code or account.unit_code, acting=bool(one.acting)) for one in found]


def _kept_registers(tx: Tx, account_id: int, own: list[Post]) -> list[Post]:
    """Who is a member of a clerks' mailbox keeps the registers it feeds."""
    main = main_organisation(tx)
    kept = [one for one in accounts.shared_with(tx, account_id) if one.kind == "role" and _is_intake(tx, one.id)]
    known = {organisation_of_unit(tx, post.unit_code) for post in own if post.role in CLERKS}
    return [
        Post(MAIN_CLERK if org == main else UNIT_CLERK, one.unit_code)
        for one in kept
        if (org := organisation_of_unit(tx, one.unit_code)) not in known
    ]


def _is_intake(tx: Tx, account_id: int) -> bool:
    return any(box.kind == "intake" for box in mailboxes.of_account(tx, account_id))


def _delegated(tx: Tx, account_id: int, day: str) -> list[Post]:
    """What others have delegated: posts of their own, never ones they hold by delegation themselves."""
    found: list[Post] = []
    for one in delegations.held_by(tx, account_id, day):
        principal = accounts.get(tx, one.principal_id)
        posts = [post for post in _own_posts(tx, principal, _last_day(one, day)) if _covers(one, post)]
        acts = frozenset(one.acts.split())
        found += [Post(post.role, post.unit_code, principal.id, one.kind, post.acting, acts) for post in posts]
    return found


def _last_day(one: Delegation, day: str) -> str:
    """A leaver's posts ended on the day before his work was handed over."""
    return one.posts_of_day or day


def _covers(one: Delegation, post: Post) -> bool:
    return one.role in ("", post.role) and one.unit_code in ("", post.unit_code)


def _today(tx: Tx) -> str:
    return office_date(tx.now_ms).isoformat()


# ---- who is there instead -----------------------------------------------------------------------------------
def substitute_of(tx: Tx, account_id: int, on_date: str | None = None) -> int | None:
    """Who receives what is meant for the person on that day: himself when he is there, his substitute (thay thế, bàn
    giao) when he is away or has left, the substitute's own substitute and so on; None when nobody is."""
    day = on_date or _today(tx)
    seen: set[int] = set()
    current = account_id
    while current not in seen:
        seen.add(current)
        stands_in = delegations.substitute(tx, current, day)
        if stands_in is None:
            return current if accounts.get(tx, current).active else None
        current = stands_in
    return None


def receiver(tx: Tx, account_id: int, on_date: str | None = None) -> tuple[int, str]:
    """The same with the reason to be written into the timeline ("" when it is the person himself).

    Raises Refused, with the reason, when the person has left and nobody stands in.
    """
    found = substitute_of(tx, account_id, on_date)
    meant = accounts.get(tx, account_id).full_name
    if found is None:
        raise Refused(
            "%(meant)s đã nghỉ hoặc tài khoản đã khóa, chưa có người thay: không chuyển được. Căn cứ: Quy chế "
            "Điều 8 khoản 1; thiết lập người thay ở trang Ủy quyền.",
            meant=meant,
        )
    if found == account_id:
        return found, ""
    return found, f"{accounts.get(tx, found).full_name} nhận thay {meant} (vắng mặt hoặc đã nghỉ)."


def display_name(tx: Tx, account_id: int | None, on_behalf_of: int | None = None, kind: str = AUTHORITY) -> str:
    """The name in a timeline: "Ngô Kim Uyên, thừa ủy quyền của Lâm Thị Thu Ngân"; '' for the office itself."""
    if account_id is None:
        return ""
    name = accounts.get(tx, account_id).full_name
    if on_behalf_of is None:
        return name
    return f"{name}, {DELEGATION_WORDS[kind]} {accounts.get(tx, on_behalf_of).full_name}"


def as_actor(who: Actor | int | None) -> Actor:
    """An account id as an actor in whichever post fits."""
    return who if isinstance(who, Actor) else Actor(who)
