"""The IMAP doors of a running service: IMAP with STARTTLS, and over TLS from the first octet."""

from __future__ import annotations

import asyncio

from mailsvc.imap.doorkeeper import Doorkeeper
from mailsvc.imap.grammar.response import status
from mailsvc.mail.office import Office
from mailsvc.net.listeners import Gate, GateRules, Listener

BUSY = status(b"*", "BYE", "Máy chủ đang quá nhiều kết nối, xin thử lại sau", "UNAVAILABLE")


class ImapDoor:
    """Both IMAP listeners of the office. `start` and `stop` belong to one event loop."""

    def __init__(self, office: Office) -> None:
        settings = office.settings.imap
        self._listen = office.settings.listen
        self._work: asyncio.Task[None] | None = None
        self.keeper = Doorkeeper(office, office.tls)
        rules = GateRules(
            settings.max_connections, settings.max_connections_per_address, settings.max_connections_per_network
        )
        gate = Gate(rules)
        self.listeners = {
            "imap": Listener(self.keeper.handle, name="imap", gate=gate, busy=BUSY),
            "imaps": Listener(self.keeper.handle, name="imaps", gate=gate, tls=office.tls),  # RFC 8314 §3.2
        }

    @property
    def ports(self) -> dict[str, int]:
        """The port of each door, by its name in the settings."""
        return {name: listener.port for name, listener in self.listeners.items()}

    async def start(self) -> None:
        """Listen on the ports of the settings; a port 0 lets the system choose. Raises OSError."""
        self._work = asyncio.get_running_loop().create_task(self.keeper.run(), name="imap")
        for name, listener in self.listeners.items():
            port: int = getattr(self._listen, name)
            await listener.start([self._listen.address], self._listen.base_port + port if port else 0)

    async def stop(self, within: float = 5.0) -> None:
        """Say goodbye to everybody and close."""
        await asyncio.gather(*(listener.stop(within=within) for listener in self.listeners.values()))
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait([self._work])
