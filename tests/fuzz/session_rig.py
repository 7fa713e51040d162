"""A running IMAP door that takes any octets: what it says to them, and what it logs as a fault of its own."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from mailsvc.auth.passwords import PasswordHasher
from mailsvc.core import settings as settings_module
from mailsvc.core.clock import FixedClock
from mailsvc.opening import close_office, open_office
from tests.imap.world import PASSWORD, Client, World

NOON_MS = 1_795_496_400_000
GREETING_LOGIN = f'login LOGIN an "{PASSWORD}"\r\n'.encode()
SELECTED = b"select SELECT INBOX\r\n"


class SessionRig:
    """One office for all inputs, with some letters; `database` is a URL, '' for SQLite."""

    def __init__(self, database: str = "") -> None:
        self.folder = tempfile.TemporaryDirectory()
        doors = ("lmtp", "mx", "submissions", "submission", "imap", "imaps", "http")
        settings = settings_module.load(
            environ={},
            data=str(Path(self.folder.name) / "data"),
            listen={"base_port": 0, **dict.fromkeys(doors, 0)},
            store={"url": database},
            imap={"clear_login_on_loopback": True},
            smtp={"max_size": 100_000},
        )
        self.hasher = PasswordHasher(memory_kib=64, passes=1, iterations=4096)
        self.world = World(open_office(settings, FixedClock(NOON_MS), self.hasher), self.hasher)
        self.world.start()
        self.world.add_account("an")
        client = self.world.login("an")
        for number in range(3):
            client.append(b"Subject: %d\r\nContent-Type: text/html\r\n\r\n<p>x\r\n" % number)
        client.close()
        self.faults: list[str] = []
        handler = logging.Handler(logging.ERROR)
        handler.emit = self._note  # type: ignore[method-assign]
        logging.getLogger().addHandler(handler)

    def _note(self, record: logging.LogRecord) -> None:
        self.faults.append(record.getMessage() + str(record.exc_info and record.exc_info[1]))

    def close(self) -> None:
        self.world.stop()
        close_office(self.world.office)
        self.hasher.close()
        self.folder.cleanup()

    def talk(self, data: bytes, *, logged_in: bool) -> bytes:
        """Everything the server says to these octets, until it closes; the client closes its side after them."""
        client = Client(self.world.ports["imap"])
        try:
            client._socket.settimeout(30)
            client.send((GREETING_LOGIN + SELECTED if logged_in else b"") + data)
            client._socket.shutdown(1)
            said = client.rest()
        except (ConnectionResetError, BrokenPipeError):  # it hung up while we were still sending
            said = b""
        finally:
            client.close()
        assert self.faults == [], self.faults
        assert b"SERVERBUG" not in said, said
        return said


_rig: SessionRig | None = None


def imap_session(data: bytes) -> None:
    """A fuzz target: the first octet says whether the client has logged in."""
    global _rig
    _rig = _rig or SessionRig()
    said = _rig.talk(data[1:], logged_in=bool(data[:1] < b"\xc0"))
    assert not said or said.endswith(b"\r\n") or b"COMPRESS" in data.upper(), said
