"""Lists of people as they are uploaded: CSV as it is, a spreadsheet's first sheet made into CSV."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from mailsvc.core.errors import Invalid

MOST_ROWS = 2000
_MOST_UNPACKED = 50_000_000


def as_csv(data: bytes) -> bytes:
    """CSV in UTF-8. Raises Invalid for a spreadsheet that cannot be read, and for too many rows."""
    if not data.startswith(b"PK"):
        if max(data.count(b"\n"), data.count(b"\r")) > MOST_ROWS + 1:
            raise Invalid("Tệp có quá %(most)s dòng; xin chia nhỏ.", most=MOST_ROWS)
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _MOST_UNPACKED:
                raise Invalid("Tệp bảng tính quá lớn khi giải nén; chưa có gì được ghi.")
        sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False).worksheets[0]
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        for number, row in enumerate(sheet.iter_rows(values_only=True)):
            if number > MOST_ROWS:
                raise Invalid("Tệp có quá %(most)s dòng; xin chia nhỏ.", most=MOST_ROWS)
            writer.writerow(["" if one is None else str(one) for one in row])
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        raise Invalid("Không đọc được tệp bảng tính này; xin lưu lại dạng .xlsx hoặc CSV UTF-8.") from error
    return out.getvalue().encode()
