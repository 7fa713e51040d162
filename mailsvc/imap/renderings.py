"""Responses to a FETCH of many messages, kept for the next device that asks the same of messages nobody changed.

A rendering holds while its mailbox has the mod-sequence it was made at, or at least its own messages have: the same
number of them, none changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from mailsvc.imap.kept import Kept
from mailsvc.message.buffer import Buffer
from mailsvc.store import mailboxes, placements
from mailsvc.store.tx import Tx

ROOM = 48 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Slice:
    """A run of a large message, to be sent from where it lies."""

    data: Buffer
    start: int
    length: int


Piece = bytes | Slice


@dataclass(frozen=True, slots=True)
class Rendered:
    """`taken` of the batch's messages have been dealt with; of those, `missing` are no longer there and the contents of
    `damaged` could not be read."""

    pieces: list[Piece]
    taken: int
    missing: int
    damaged: int = 0

    @property
    def size(self) -> int:
        return sum(len(piece) for piece in self.pieces if isinstance(piece, bytes))


@dataclass(frozen=True, slots=True)
class Rendering:
    """`modseq` is the mailbox's when it was last known to hold, `stamp` that of its own messages (see `placements`)."""

    answer: Rendered
    modseq: int
    stamp: tuple[int, int]


class Renderings:
    """The renderings of one service."""

    def __init__(self) -> None:
        self._kept: Kept[Rendering] = Kept(ROOM)

    def of(
        self, tx: Tx, mailbox_id: int, span: tuple[int, int], key: Hashable, make: Callable[[], Rendered]
    ) -> Rendered:
        """What was kept under the key if it still holds, otherwise what `make` gives; for the UIDs of the span.

        The key says everything that the answer depends on besides the messages: mailbox, UIDs, numbers, attributes.
        """
        modseq = mailboxes.modseq(tx, mailbox_id)
        known = self._kept.get(key)
        if known is not None and known.modseq == modseq:
            return known.answer
        stamp = placements.stamp(tx, mailbox_id, *span)
        answer = known.answer if known is not None and known.stamp == stamp else make()
        self._kept.put(key, Rendering(answer, modseq, stamp), answer.size)
        return answer
