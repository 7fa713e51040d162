"""What people do about their own ways in: the password, passwords of mail programs, browsers that are signed in."""

from __future__ import annotations

from mailsvc.auth.app_passwords import app_digest
from mailsvc.auth.password_rules import faults
from mailsvc.auth.passwords import PasswordKeys
from mailsvc.auth.scram import ScramKeys
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, NotFound
from mailsvc.store import accounts, audit, sessions, ways_in
from mailsvc.store.accounts import Account
from mailsvc.store.sessions import Browser
from mailsvc.store.tx import Tx

MOST_APPS = 20
ID_DIGITS = 16


def password_faults(account: Account, old: str, new: str, again: str) -> list[str]:
    """What is wrong with a new password, in sentences; [] when it will do."""
    found = faults(new, [account.username, *account.full_name.split()])
    if new != again:
        found.insert(0, "Hai lần nhập mật khẩu mới không giống nhau.")
    if new and new == old:
        found.insert(0, "Mật khẩu mới giống mật khẩu đang dùng.")
    return found


def change_password(tx: Tx, actor: Actor, keys: PasswordKeys, kept: bytes) -> None:
    """The new password, and an end of all sessions but the browser `kept` (hash). App passwords stay."""
    account_id = actor.account_id or 0
    accounts.set_password(tx, account_id, keys)
    sessions.remove_others(tx, account_id, kept)
    sessions.carry_over(tx, account_id, kept)
    audit.record(tx, actor, "account.password", f"account/{account_id}")


def add_app(tx: Tx, actor: Actor, name: str, password: str, keys: PasswordKeys) -> int:
    """Keep a mail program's password (made by `new_app_password`), with its SCRAM keys. Raises Invalid."""
    account_id = actor.account_id or 0
    if not name:
        raise Invalid("Xin đặt tên để sau này biết mật khẩu này của máy nào, ví dụ “Điện thoại của tôi”.")
    if len(ways_in.listing(tx, account_id)) >= MOST_APPS:
        raise Invalid("Đã có %(most)s mật khẩu ứng dụng; xin thu hồi những cái không dùng nữa.", most=MOST_APPS)
    scram = ScramKeys(keys.scram_salt, keys.scram_iterations, keys.stored_key, keys.server_key)
    made = ways_in.add(tx, account_id, name, app_digest(password), scram)
    audit.record(tx, actor, "account.app.add", f"account/{account_id}", name=name)
    return made


def revoke_app(tx: Tx, actor: Actor, app_id: int) -> str:
    """Take a program's password back; what is connected ends at once, browsers go on. Its name. Raises NotFound."""
    account_id = actor.account_id or 0
    name = next((one.name for one in ways_in.listing(tx, account_id) if one.id == app_id), None)
    if name is None or not ways_in.remove(tx, account_id, app_id):
        raise NotFound("Mật khẩu ứng dụng này không còn.")
    accounts.end_sessions(tx, account_id)
    sessions.carry_over(tx, account_id)
    audit.record(tx, actor, "account.app.revoke", f"account/{account_id}", name=name)
    return name


def browser_id(browser: Browser) -> str:
    """What names a session on its owner's page; it opens nothing."""
    return browser.token_hash.hex()[:ID_DIGITS]


def end_browser(tx: Tx, actor: Actor, wanted: str) -> None:
    """End one of the person's sessions. Raises NotFound."""
    for one in sessions.listing(tx, actor.account_id or 0):
        if browser_id(one) == wanted:
            sessions.remove(tx, one.token_hash)
            audit.record(tx, actor, "web.end_session", f"account/{actor.account_id}")
            return
    raise NotFound("Phiên này đã kết thúc.")


def end_others(tx: Tx, actor: Actor, kept: bytes) -> int:
    """End all of the person's sessions but that one; how many."""
    count = sessions.remove_others(tx, actor.account_id or 0, kept)
    audit.record(tx, actor, "web.end_session", f"account/{actor.account_id}", count=count)
    return count
