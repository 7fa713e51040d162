"""Errors of the documents' room, as kinds of those in core.errors.

AlreadyThere
└── AlreadyRegistered   the letter is in the register; `document` says under which number
Busy
└── Stale               somebody changed the row since it was shown; look again
"""

from __future__ import annotations

from mailsvc.core.errors import AlreadyThere, Busy
from mailsvc.store.documents import Document


class AlreadyRegistered(AlreadyThere):
    """The letter is in the register already."""

    def __init__(self, document: Document) -> None:
        number, year = document.arrival_number, document.year
        super().__init__("Thư này đã vào sổ: số đến %(number)s/%(year)s.", number=number, year=year)
        self.document = document


class Stale(Busy):
    """The row is not what the person saw when deciding."""

    def __init__(self) -> None:
        super().__init__("Người khác vừa sửa mục này; xin xem lại rồi làm tiếp.")
