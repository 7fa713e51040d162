"""The SMTP doors of a running service: MX, submission with STARTTLS and over TLS, LMTP."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence

from mailsvc.core.settings import Settings
from mailsvc.mail.office import Office
from mailsvc.mail.policy import Policy
from mailsvc.net.listeners import Gate, GateRules
from mailsvc.net.tls import ServerTls
from mailsvc.smtp import profiles
from mailsvc.smtp.house import OfficeHouse
from mailsvc.smtp.limits import Limits
from mailsvc.smtp.listener import Listener


class SmtpDoor:
    """All SMTP listeners of the office. `start` and `stop` belong to one event loop."""

    def __init__(
        self, office: Office, tls: ServerTls, *, policy: Policy | None = None, limits: Limits | None = None
    ) -> None:
        settings = office.settings
        self._settings = settings
        self.house = OfficeHouse(office, policy)
        self._tasks: list[asyncio.Task[None]] = []
        limits = limits or limits_of(settings)
        smtp = settings.smtp
        rules = GateRules(smtp.max_connections, smtp.max_connections_per_address, smtp.max_connections_per_network)
        gate = Gate(rules)

        def listener(profile: profiles.Profile, *, implicit_tls: bool = False) -> Listener:
            return Listener(profile, self.house, limits=limits, tls=tls, implicit_tls=implicit_tls, gate=gate)

        self.listeners = {
            "mx": listener(profiles.MX),
            "submission": listener(profiles.SUBMISSION),
            "submissions": listener(profiles.SUBMISSION, implicit_tls=True),  # RFC 8314 §3.3
            "lmtp": listener(profiles.LMTP),
        }

    @property
    def ports(self) -> dict[str, int]:
        """The port of each door, by its name in the settings."""
        return {name: listener.port for name, listener in self.listeners.items()}

    async def start(self, inherited: Mapping[str, Sequence[socket.socket]] | None = None) -> None:
        """Listen on the ports of the settings; a port 0 lets the system choose. Raises OSError.

        `inherited`: sockets of socket activation, by the name of the door; those doors take them instead.
        """
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self.house.watch()), loop.create_task(self.house.refusals.run())]
        listen = self._settings.listen
        for name, listener in self.listeners.items():
            if inherited and inherited.get(name):
                await listener.start_on(inherited[name])
                continue
            port: int = getattr(listen, name)
            await listener.start([listen.address], listen.base_port + port if port else 0)

    async def stop(self, within: float = 5.0) -> None:
        """Close the doors; sessions may finish their present command."""
        await asyncio.gather(*(listener.stop(within) for listener in self.listeners.values()))
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)


def limits_of(settings: Settings) -> Limits:
    """The bounds that the settings give; the others stay as they are."""
    return Limits(
        message_size=settings.smtp.max_size,
        recipients=settings.smtp.max_recipients,
        spool_memory=settings.store.inline_limit,
    )
