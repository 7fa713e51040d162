"""A register as it is bound: cover, columns, rows, and the mark that says from where and by whom it was printed.

The columns are those of Decree 30/2020, Appendix IV (handbook §1.6), in their order; they stand in `BOOKS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mailsvc.reports.sheets import Report, Table

INCOMING, OUTGOING, COPIES, HANDLING, POST = "den", "di", "sao", "giai-quyet", "buu-dien"


@dataclass(frozen=True, slots=True)
class Kind:
    """`columns`: (title, part of the width in percent)."""

    title: str
    columns: tuple[tuple[str, int], ...]


BOOKS: Mapping[str, Kind] = {
    INCOMING: Kind(
        "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN",
        (
            ("Ngày đến", 8), ("Số đến", 6), ("Tác giả", 12), ("Số, ký hiệu văn bản", 11),
            ("Ngày tháng văn bản", 8), ("Tên loại và trích yếu nội dung văn bản", 24),
            ("Đơn vị hoặc người nhận", 11), ("Ngày chuyển", 8), ("Ký nhận", 5), ("Ghi chú", 7),
        ),
    ),
    OUTGOING: Kind(
        "SỔ ĐĂNG KÝ VĂN BẢN ĐI",
        (
            ("Số, ký hiệu văn bản", 11), ("Ngày tháng văn bản", 8),
            ("Tên loại và trích yếu nội dung văn bản", 23), ("Người ký", 10), ("Nơi nhận văn bản", 13),
            ("Đơn vị, người nhận bản lưu", 9), ("Số lượng bản", 5), ("Ngày chuyển", 8), ("Ký nhận", 5), ("Ghi chú", 8),
        ),
    ),
    COPIES: Kind(
        "SỔ ĐĂNG KÝ BẢN SAO",
        (
            ("Số, ký hiệu bản sao", 11), ("Ngày tháng sao", 8), ("Hình thức sao; văn bản được sao", 24),
            ("Người ký", 11), ("Nơi nhận bản sao", 12), ("Đơn vị, người nhận bản lưu", 8), ("Số lượng bản", 5),
            ("Ngày chuyển", 8), ("Ký nhận", 5), ("Ghi chú", 8),
        ),
    ),
    HANDLING: Kind(
        "SỔ THEO DÕI GIẢI QUYẾT VĂN BẢN ĐẾN",
        (
            ("Số đến", 6), ("Tên loại, số, ký hiệu, ngày tháng và tên cơ quan ban hành", 28),
            ("Đơn vị hoặc người nhận", 18), ("Thời hạn giải quyết", 10), ("Tiến độ giải quyết", 14),
            ("Số, ký hiệu văn bản trả lời", 12), ("Ghi chú", 12),
        ),
    ),
    POST: Kind(
        "SỔ GỬI VĂN BẢN ĐI BƯU ĐIỆN",
        (
            ("Ngày chuyển", 11), ("Số, ký hiệu văn bản", 16), ("Nơi nhận văn bản", 31), ("Số lượng bì", 9),
            ("Ký nhận và dấu bưu điện", 18), ("Ghi chú", 15),
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Book:
    """A register ready for print. `period` and `numbers` are lines of the cover; `mark`: printed from where, when, by
    whom (handbook §1.9: printouts are marked as coming from the System)."""

    kind: str
    organisation: str
    year: int
    volume: str
    period: str
    numbers: str
    rows: tuple[tuple[str, ...], ...]
    mark: str

    @property
    def title(self) -> str:
        return BOOKS[self.kind].title

    @property
    def columns(self) -> tuple[tuple[str, int], ...]:
        return BOOKS[self.kind].columns

    @property
    def cover(self) -> tuple[str, ...]:
        """What stands on the cover below the title."""
        volume = f"Quyển số: {self.volume}" if self.volume else ""
        lines = (f"Năm: {self.year}", volume, self.numbers, self.period, f"Tổng số: {len(self.rows)} dòng")
        return tuple(one for one in lines if one)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def from_dict(values: Mapping[str, Any]) -> Book:
    """The value that to_dict wrote, through JSON."""
    return Book(**{**values, "rows": tuple(tuple(row) for row in values["rows"])})


def as_report(book: Book) -> Report:
    """The same for spreadsheets and Word: the numbers of the columns stand in the first row."""
    columns = tuple(title for title, _ in book.columns)
    numbered = tuple(f"({n})" for n in range(1, len(columns) + 1))
    table = Table(book.title.capitalize(), columns, (numbered, *book.rows))
    return Report(book.title, (book.organisation, *book.cover, book.mark), (table,), book.mark)
