"""SASLprep (RFC 4013): one spelling for passwords and login names that look alike."""

from __future__ import annotations

import stringprep
from unicodedata import ucd_3_2_0 as unicode32

from mailsvc.core.errors import Invalid

_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def saslprep(text: str, *, stored: bool = False) -> str:
    """The prepared form of `text`.

    `stored=True` is for a password being set: code points that Unicode 3.2 had not assigned are then refused
    (RFC 4013 §2.5), because a later normalisation might change them; what a client presents may contain them.
    Raises Invalid when a character is prohibited, the directions are mixed, or nothing is left.
    """
    if text.isascii() and text.isprintable() and text:
        return text
    prepared = unicode32.normalize("NFKC", _mapped(text))  # RFC 4013 §2.2
    if not prepared:
        raise Invalid("Chuỗi trống hoặc chỉ gồm ký tự không nhìn thấy.")
    if any(prohibited(char) for char in prepared for prohibited in _PROHIBITED):  # RFC 4013 §2.3
        raise Invalid("Có ký tự không được dùng (ký tự điều khiển hoặc ký tự riêng).")
    if stored and any(stringprep.in_table_a1(char) for char in prepared):
        raise Invalid("Có ký tự chưa được hỗ trợ trong mật khẩu (ví dụ biểu tượng cảm xúc).")
    _check_directions(prepared)
    return prepared


def _mapped(text: str) -> str:
    """Odd spaces become spaces, invisible joiners vanish (RFC 4013 §2.1)."""
    return "".join(" " if stringprep.in_table_c12(char) else char for char in text if not stringprep.in_table_b1(char))


def _check_directions(text: str) -> None:
    """Right-to-left text is refused unless it is wholly so (RFC 3454 §6)."""
    if not any(stringprep.in_table_d1(char) for char in text):
        return
    ends = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    if not ends or any(stringprep.in_table_d2(char) for char in text):
        raise Invalid("Không được trộn chữ viết trái sang phải và phải sang trái.")
