"""The real house behind the doors: the office with its store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mailsvc.auth.authenticate import Authenticator
from mailsvc.core.clock import Clock
from mailsvc.mail import addresses, deliver, lists
from mailsvc.mail.envelope import Envelope, Outcome
from mailsvc.mail.office import Office
from mailsvc.mail.policy import Policy
from mailsvc.mail.secret_policy import NoSecrets
from mailsvc.mail.sender_policy import OwnFrom
from mailsvc.mail.tracing import Refusals, TurnedAway
from mailsvc.smtp.ports import Standing
from mailsvc.store.accounts import Account
from mailsvc.store.blobs import Spool
from mailsvc.store.groups import Group
from mailsvc.store.tx import Tx

FRESH_MS = 2000
"""How old an answer about an account may be; the store tells of changes in the directory, not of room used up."""

REMEMBERED = 20_000

Whose = Account | Group | None
Known = tuple[int, Whose]
"""Until when it holds (ms), and whose the address is: an account's, an address list's, or nobody's."""
_NO_LIST = {lists.PRIVATE: Standing.PRIVATE, lists.EMPTY: Standing.EMPTY, lists.TOO_MANY: Standing.EMPTY}


class OfficeHouse:
    """Answers the doors' questions, remembering for a moment whose an address is: it is asked for each recipient.

    Submitted letters bear a name of their sender, whatever else the `policy` wants.
    """

    def __init__(self, office: Office, policy: Policy | None = None) -> None:
        self._office = office
        self._domains = office.settings.organisation.domains
        self._accounts: dict[str, Known] = {}
        self._generation = 0
        self.policy: Policy = OwnFrom(office, NoSecrets(office, policy))
        self.refusals = Refusals(office)

    @property
    def host(self) -> str:
        return self._office.settings.organisation.host

    @property
    def clock(self) -> Clock:
        return self._office.clock

    @property
    def authenticator(self) -> Authenticator:
        return self._office.authenticator

    @property
    def spool_folder(self) -> Path:
        return self._office.spool_folder

    async def standing(self, address: str, sender: str, size: int, account_id: int | None) -> Standing:
        if not addresses.is_local(address, self._domains):
            return Standing.ELSEWHERE
        account = await self._whose(address)
        if account is None:
            return Standing.UNKNOWN
        if isinstance(account, Group):
            refusal = await self._office.db.read(_list_refusal, account, account_id is not None)
            return Standing.HERE if refusal is None else _NO_LIST[refusal]
        if not account.active:
            return Standing.CLOSED
        if account.quota_bytes and size > account.quota_bytes:
            return Standing.FULL
        if account.quota_bytes and max(size, 1) > account.quota_bytes - account.used_bytes:
            return Standing.NO_ROOM
        return Standing.HERE

    async def may_send(self, account_id: int) -> bool:
        return await self._office.db.read(addresses.may_send, account_id)

    async def may_send_as(self, account_id: int, address: str) -> bool:
        return await self._office.db.read(addresses.may_send_as, self._domains, account_id, address)

    def turned_away(self, one: TurnedAway) -> None:
        self.refusals.note(one)

    async def deliver(self, envelope: Envelope, spool: Spool) -> list[Outcome]:
        return await deliver.deliver(self._office, envelope, spool)

    async def watch(self) -> None:
        """Forget what was remembered whenever accounts or addresses change. Runs until cancelled."""
        with self._office.db.bus.subscribe(("directory", 0)) as changes:
            while True:
                await changes.wait()
                self._generation += 1
                self._accounts.clear()

    async def expect(self, wanted: Sequence[str]) -> None:
        now_ms = self._office.clock.now_ms()
        await self._learn([one for one in wanted if self._known(one, now_ms) is None], now_ms)

    async def _whose(self, address: str) -> Whose:
        now_ms = self._office.clock.now_ms()
        known = self._known(address, now_ms) or (await self._learn([address], now_ms))[address]
        return known[1]

    def _known(self, address: str, now_ms: int) -> Known | None:
        known = self._accounts.get(address)
        return known if known is not None and known[0] > now_ms else None

    async def _learn(self, wanted: Sequence[str], now_ms: int) -> dict[str, Known]:
        """Look the addresses up in one go and remember them, unless the directory has changed meanwhile."""
        if not wanted:
            return {}
        generation = self._generation
        owners = await self._office.db.read(_find_all, self._domains, wanted)
        found = {address: (now_ms + FRESH_MS, owner) for address, owner in zip(wanted, owners, strict=True)}
        if generation == self._generation:
            if len(self._accounts) >= REMEMBERED:
                self._accounts.clear()
            self._accounts.update(found)
        return found


def _find_all(tx: Tx, domains: Sequence[str], wanted: Sequence[str]) -> list[Whose]:
    return [_find(tx, domains, one) if addresses.is_local(one, domains) else None for one in wanted]


def _find(tx: Tx, domains: Sequence[str], address: str) -> Whose:
    return addresses.find(tx, domains, address) or lists.find(tx, domains, address)


def _list_refusal(tx: Tx, group: Group, inside: bool) -> Outcome | None:
    return lists.refusal(tx, group, inside=inside)
