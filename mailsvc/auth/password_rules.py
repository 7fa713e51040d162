"""What a password must be, and why (NIST SP 800-63B: length and no known words, no rules about kinds of letters)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mailsvc.vietnamese.fold import fold

SHORTEST = 10
_KNOWN = frozenset(
    [
        "password",
        "passw0rd",
        "matkhau",
        "matkhau123",
        "qwertyuiop",
        "1234567890",
        "0123456789",
        "123456789",
        "12345678",
        "11111111",
        "00000000",
        "abcdefghij",
        "abc123456",
        "iloveyou",
        "anhyeuem",
        "emyeuanh",
        "vietnam123",
        "xinchao123",
        "taynninh",
        "tayninh123",
        "sogddt123",
        "giaoduc123",
        "admin12345",
        "administrator",
        "congthongtin",
        "vanphong123",
        "hanoi12345",
        "saigon1234",
        "1q2w3e4r5t",
        "qazwsxedc",
        "zaq12wsx",
    ]
)


def faults(password: str, words: Sequence[str] = ()) -> list[str]:
    """What is wrong with the password, in sentences with reasons; `words` are names of the person. [] when fine."""
    found = []
    folded = fold(password).replace(" ", "")
    if len(password) < SHORTEST:
        found.append(f"Mật khẩu cần ít nhất {SHORTEST} ký tự: mỗi ký tự thêm làm việc dò khó lên nhiều lần.")
    if len(set(folded)) < 5 and password:
        found.append("Mật khẩu lặp lại quá ít ký tự khác nhau; chương trình dò thử những chuỗi này đầu tiên.")
    if folded in _KNOWN or folded.rstrip("0123456789!@#.") in _KNOWN or _runs(folded):
        found.append("Mật khẩu này nằm trong danh sách hay bị dò nhất; xin chọn vài từ không liên quan với nhau.")
    names = [fold(one).replace(" ", "") for one in words]
    if any(len(one) >= 3 and one in folded and len(folded) - len(one) < 6 for one in names):
        found.append("Mật khẩu chứa tên của bạn hoặc tên đăng nhập; người quen đoán được ngay.")
    return found


def _runs(text: str) -> bool:
    """Only one run up or down: 123456789, zyxwvu."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(text) > 4 and steps in ({1}, {-1}, {0})
