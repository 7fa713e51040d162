"""One connection of the model test: it speaks, keeps its mirror, and finds out when its mailbox is gone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from client_mirror import Mirror
from ideal_account import Box, Flags
from world import World

from tests.imap.conformance.speaker import Reply, Speaker, parse_untagged, speaker

NAMES = ("INBOX", "A", "A/b", "A/b/c", "Đen", "Đen/Việc")
LEVELS = {"Đen": "&ARA-en", "Việc": "Vi&Hsc-c", "Dùng chung": "D&APk-ng chung"}  # in modified UTF-7
PATIENCE = 60  # seconds; the machine may be busy


def written(name: str) -> str:
    """The name as a client writes it that has not enabled IMAP4rev2."""
    return "/".join(LEVELS.get(level, level) for level in name.split("/"))


def read_name(raw: bytes) -> str:
    back = {wire: level for level, wire in LEVELS.items()}
    return "/".join(back.get(level, level) for level in raw.decode("ascii").split("/"))


def new_speaker(world: World, username: str) -> Speaker:
    one = speaker(world, username)
    one.socket.settimeout(PATIENCE)
    return one


class Seat:
    """`mirror` is None while no mailbox is selected; `idle` is the tag of an IDLE under way."""

    def __init__(self, world: World, username: str) -> None:
        self.world, self.username = world, username
        self._sit_down()

    def _sit_down(self) -> None:
        self.speaker = new_speaker(self.world, self.username)
        self.mirror: Mirror | None = None
        self.idle: bytes | None = None
        self.condstore = self.qresync = self.rev2 = self.uidonly = False
        self.log: deque[object] = deque(maxlen=60)  # what was said last, for who has to find out

    def wire(self, name: str) -> str:
        return f'"{name if self.rev2 else written(name)}"'

    def start(self, command: str | bytes) -> bytes:
        tag = self.speaker.start(command)
        self.log.append((tag, command))
        return tag

    # ---- commands -----------------------------------------------------------------------------------------------
    def do(self, command: str | bytes, *, stands: bool = False, leaves: bool = False) -> Reply:
        """Any command. `stands`: numbers may not change during it; `leaves`: it leaves the mailbox, if it succeeds."""
        self.stop_idling()
        return self.finish(self.start(command), stands=stands, leaves=leaves)

    def ok(self, command: str | bytes, *, stands: bool = False, leaves: bool = False) -> Reply:
        reply = self.do(command, stands=stands, leaves=leaves)
        assert reply.status == b"OK", (command, reply)
        return reply

    def finish(
        self, tag: bytes, *, stands: bool = False, leaves: bool = False, first: Callable[[Mirror], None] | None = None
    ) -> Reply:
        """Read the reply into the mirror; `first` is what the client knows without being told (.SILENT)."""
        reply = self.speaker.finish(tag)
        self.log.append((tag, reply.untagged, reply.status, reply.code))
        if self.mirror is None:
            return reply
        if first is not None and reply.status == b"OK":
            first(self.mirror)
        if leaves and reply.status == b"OK":
            self.mirror = None
            return reply
        try:
            self.mirror.take(reply.untagged, numbers_stand=stands)
        except AssertionError as error:
            raise AssertionError(error, *self.log) from None
        if reply.code and reply.code[0] == b"HIGHESTMODSEQ":
            self.mirror.highest = max(self.mirror.highest, reply.code[1])
        if self.mirror.box.deleted and reply.status == b"OK":
            self.expect_goodbye()
        return reply

    def expect_goodbye(self) -> None:
        """The mailbox was deleted: the session ends after the tagged reply, and the client comes back."""
        try:
            while not (line := self.speaker.line()).startswith(b"* BYE "):
                assert line.startswith(b"* "), line
            assert self.speaker.file.readline() == b""
        finally:
            self.speaker.socket.close()
        self._sit_down()

    # ---- following ----------------------------------------------------------------------------------------------
    def follow_modseqs(self) -> None:
        """The client has done something that enables CONDSTORE (RFC 7162 §3.1)."""
        self.condstore = True
        if self.mirror is not None:
            self.mirror.condstore = True

    def select(self, box: Box, command: str, *, readonly: bool) -> Reply:
        """SELECT or EXAMINE of a mailbox that is there."""
        self.stop_idling()
        tag = self.start(command)
        reply = self.speaker.finish(tag)
        self.log.append((tag, reply.untagged, reply.status, reply.code))
        assert reply.status == b"OK", (command, reply)
        closed = [at for at, one in enumerate(reply.untagged) if one[0] == b"OK" and one[1] == [b"CLOSED"]]
        assert len(closed) == (self.mirror is not None), reply
        if self.mirror is not None:
            self.mirror.take(reply.untagged[: closed[0]])
        self.mirror = Mirror(box, readonly=readonly)
        self.mirror.condstore, self.mirror.qresync, self.mirror.uidonly = self.condstore, self.qresync, self.uidonly
        self.mirror.take(reply.untagged[closed[0] if closed else 0 :])
        return reply

    def news(self) -> None:
        """NOOP: afterwards the client knows everything."""
        self.ok("NOOP")
        if self.mirror is not None:
            self.agree()

    def agree(self) -> None:
        assert self.mirror is not None
        wrong = list(self.mirror.differences())
        assert not wrong, (wrong, *self.log)

    def learn_uids(self) -> None:
        """Ask for the UIDs of new messages, as every client does, until no newer ones are told meanwhile."""
        asked = 0
        while self.mirror is not None and len(self.mirror) > asked:
            if all(entry.uid is not None for entry in self.mirror.entries):
                return
            asked = len(self.mirror)
            self.fetch_all("UID")

    def learn_flags(self) -> None:
        if self.mirror is not None and len(self.mirror):
            self.fetch_all("UID FLAGS")

    def fetch_all(self, items: str) -> Reply:
        if self.uidonly:
            return self.ok(f"UID FETCH 1:* ({items})")
        return self.ok(f"FETCH 1:* ({items})", stands=True)

    def silently(self, uids: Iterable[int], mode: str, flags: Flags) -> Callable[[Mirror], None]:
        """What a client does to its own picture when it stores with .SILENT."""
        wanted = set(uids)

        def act(mirror: Mirror) -> None:
            for entry in mirror.entries:
                if entry.uid in wanted and entry.flags is not None:
                    old = entry.flags
                    entry.flags = old | flags if mode == "+" else old - flags if mode == "-" else flags

        return act

    # ---- IDLE ---------------------------------------------------------------------------------------------------
    def start_idling(self) -> None:
        self.stop_idling()
        self.idle = self.start("IDLE")
        while not (line := self.speaker.response())[0].startswith(b"+ "):
            self._pushed(*line)

    def hear(self) -> None:
        """Wait until what was pushed makes the picture true."""
        if self.idle is None or self.mirror is None:
            return
        if self.mirror.box.deleted:
            self.expect_goodbye()
            return
        while any(self.mirror.differences()):
            self._pushed(*self.speaker.response())

    def _pushed(self, text: bytes, literals: list[bytes]) -> None:
        assert text.startswith(b"* "), text
        if self.mirror is not None:
            self.mirror.take([parse_untagged(text[2:], literals, utf8=self.speaker.utf8)])

    def stop_idling(self) -> None:
        if self.idle is not None:
            tag, self.idle = self.idle, None
            self.speaker.send(b"DONE\r\n")
            reply = self.finish(tag)
            assert reply.status == b"OK", reply

    def leave(self) -> None:
        self.speaker.socket.close()
