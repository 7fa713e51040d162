"""The second factor: enrolling an authenticator app, checking its codes, recovery codes, taking it away.

The apps' secrets are locked at rest (`auth.vault`), each for its account.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.auth import totp
from mailsvc.auth.vault import Vault, WrongKey
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, Refused
from mailsvc.store import accounts, audit, sessions, ways_in
from mailsvc.store.tx import Tx

FREE_FAILURES = 5
FIRST_WAIT_MS = 30_000
LONGEST_WAIT_MS = 900_000


@dataclass(frozen=True, slots=True)
class Checked:
    """`right`: the code was taken. `wait_ms`: not even looked at; ask again after that time. `recovery`: of paper.
    `lost`: no code of the app can be right any more, for the installation's secret is another."""

    right: bool
    wait_ms: int = 0
    recovery: bool = False
    lost: bool = False


def begin(tx: Tx, vault: Vault, account_id: int) -> bytes:
    """The secret to be scanned; the same until it is confirmed. Raises Refused when there is a factor already."""
    known = ways_in.factor(tx, account_id)
    if known is not None and known.confirmed_ms:
        raise Refused("Xác thực hai lớp đã bật; muốn đổi điện thoại thì tắt rồi bật lại.")
    waiting = _unlocked(vault, account_id, known)
    if waiting is not None:
        return waiting
    secret = totp.new_secret()
    ways_in.begin_factor(tx, account_id, vault.lock(secret, _label(account_id)))
    return secret


def waiting(tx: Tx, vault: Vault, account_id: int) -> bytes | None:
    """The secret that was begun and is not confirmed yet."""
    known = ways_in.factor(tx, account_id)
    return None if known is None or known.confirmed_ms else _unlocked(vault, account_id, known)


def confirm(tx: Tx, vault: Vault, actor: Actor, code: str, kept: bytes) -> list[str]:
    """Switch it on with the first code of the app; the recovery codes, which are shown once.

    Programs that logged in with the person's own password end; the web session `kept` (hash) goes on. Raises Invalid.
    """
    account_id = actor.account_id or 0
    secret = waiting(tx, vault, account_id)
    if secret is None:
        raise Invalid("Chưa có mã QR đang chờ xác nhận; xin mở lại trang xác thực hai lớp.")
    step = totp.fitting_step(secret, _digits(code), tx.now_ms, 0)
    if step is None:
        raise Invalid("Mã chưa đúng. Xem mã mới nhất trong ứng dụng; giờ của điện thoại phải đặt tự động.")
    ways_in.change_factor(tx, account_id, confirmed_ms=tx.now_ms, last_step=step, failures=0, failed_ms=0)
    codes = renew_recovery(tx, actor)
    accounts.end_sessions(tx, account_id)
    sessions.carry_over(tx, account_id, kept)
    audit.record(tx, actor, "account.factor.on", f"account/{account_id}")
    return codes


def renew_recovery(tx: Tx, actor: Actor) -> list[str]:
    """New recovery codes; the old ones are worth nothing any more."""
    codes = totp.new_recovery_codes()
    ways_in.set_recovery(tx, actor.account_id or 0, [totp.recovery_digest(one) for one in codes])
    audit.record(tx, actor, "account.factor.codes", f"account/{actor.account_id}")
    return codes


def check(tx: Tx, vault: Vault, account_id: int, code: str) -> Checked:
    """Look at a code of the app, or a recovery code. Each is taken once; wrong ones make the next wait longer."""
    known = ways_in.factor(tx, account_id)
    if known is None or not known.confirmed_ms:
        return Checked(False)
    wait_ms = _wait_ms(known, tx.now_ms)
    if wait_ms:
        return Checked(False, wait_ms)
    secret = _unlocked(vault, account_id, known)
    step = totp.fitting_step(secret, _digits(code), tx.now_ms, known.last_step) if secret else None
    if step is not None:
        ways_in.change_factor(tx, account_id, last_step=step, failures=0)
        return Checked(True)
    if ways_in.use_recovery(tx, account_id, totp.recovery_digest(code)):
        ways_in.change_factor(tx, account_id, failures=0)
        audit.record(tx, account_id, "account.factor.recovery", f"account/{account_id}")
        return Checked(True, recovery=True)
    ways_in.change_factor(tx, account_id, failures=known.failures + 1, failed_ms=tx.now_ms)
    return Checked(False, lost=secret is None)


def switch_off(tx: Tx, actor: Actor, account_id: int) -> None:
    """Take the factor away: the person himself after a code, or an administrator for somebody who lost his telephone.

    Everything logged in ends but the actor's own browsers.
    """
    if not ways_in.remove_factor(tx, account_id):
        return
    if actor.account_id != account_id:
        accounts.end_sessions(tx, account_id)
    audit.record(tx, actor, "account.factor.off", f"account/{account_id}")


# ---- secrets at rest -----------------------------------------------------------------------------------------------
def lock_all(tx: Tx, vault: Vault) -> int:
    """Lock the secrets that still lie open, from before they were locked; how many."""
    found = [(account_id, secret) for account_id, secret in ways_in.factor_secrets(tx) if _is_open(secret)]
    for account_id, secret in found:
        ways_in.change_factor(tx, account_id, secret=vault.lock(secret, _label(account_id)))
    return len(found)


def have_open(tx: Tx) -> bool:
    """Whether any secret lies open."""
    return any(_is_open(secret) for _, secret in ways_in.factor_secrets(tx))


def lost(tx: Tx, vault: Vault) -> list[int]:
    """The accounts whose secret this installation cannot unlock: its own secret is not the one of their day."""
    return [
        account_id
        for account_id, secret in ways_in.factor_secrets(tx)
        if not _is_open(secret) and _opened(vault, account_id, secret) is None
    ]


def _is_open(secret: bytes) -> bool:
    return len(secret) == totp.SECRET_BYTES  # what is locked is longer


def _label(account_id: int) -> str:
    return f"second factor of {account_id}"


def _unlocked(vault: Vault, account_id: int, known: ways_in.Factor | None) -> bytes | None:
    return None if known is None else _opened(vault, account_id, known.secret)


def _opened(vault: Vault, account_id: int, secret: bytes) -> bytes | None:
    try:
        return vault.unlock(secret, _label(account_id))
    except WrongKey:
        return None


def _digits(code: str) -> str:
    return code.replace(" ", "")


def _wait_ms(known: ways_in.Factor, now_ms: int) -> int:
    """How long no code is looked at: nothing for the first failures, then twice as long each time."""
    beyond = known.failures - FREE_FAILURES
    if beyond < 0:
        return 0
    pause = min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(beyond, 10))
    return max(0, known.failed_ms + pause - now_ms)
