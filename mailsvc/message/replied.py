"""What a person wrote in an answer, without the letter it answers and without the signature."""

from __future__ import annotations

import re

from mailsvc.message.buffer import Buffer
from mailsvc.message.parts import plain_text
from mailsvc.message.scan import Scan

READ_LIMIT = 200_000
"""Octets of the part that are read."""

# Lines after which mail clients put the quoted letter: Thunderbird, Gmail, Outlook, Apple, phones, in two languages.
_QUOTE_BEGINS = re.compile(
    r"^(?:>|-{2,}\s*(?:Original Message|Thư gốc|Thư chuyển tiếp|Forwarded message|Tin nhắn gốc)|_{10,}\s*$"
    r"|(?:On|Vào|Lúc|Ngày)\b.{0,300}(?:wrote|đã viết|viết)\s*:\s*$|(?:Sent from my|Đã gửi từ|Gửi từ)\b)",
    re.IGNORECASE,
)
# Outlook quotes with a small head: From, then Sent, To, Subject; some clients write the names in asterisks.
_HEAD_BEGINS = re.compile(r"^\*?(?:From|Từ|Người gửi)\s*:(?P<bold>\*)?", re.IGNORECASE)
_HEAD_GOES_ON = re.compile(r"^\*?(?:Sent|Date|Gửi|Ngày|To|Đến|Subject|Chủ đề)\s*:", re.IGNORECASE)
_SPLIT_LEAD = re.compile(r"^(?:On|Vào|Lúc|Ngày)\b.{0,300}$", re.IGNORECASE)
_LEAD_ENDS = re.compile(r"(?:wrote|đã viết|viết)\s*:\s*$", re.IGNORECASE)
_SIGNATURE = "-- "


def replied_text(data: Buffer, scanned: Scan) -> str:
    """The words of the answer; '' when it has none of its own."""
    texts = [part for part in scanned.parts if part.type == "text" and not part.filename]
    shown = [part for part in texts if part.disposition != "attachment"]
    chosen = next((part for part in shown if part.subtype == "plain"), shown[0] if shown else None)
    return "" if chosen is None else own_words(plain_text(data, chosen, READ_LIMIT))


def own_words(text: str) -> str:
    """The text above the quoted letter."""
    lines = text.replace("\r\n", "\n").split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if line == _SIGNATURE or _quotes(lines, number):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _quotes(lines: list[str], number: int) -> bool:
    """Whether the quoted letter begins here; its lead may be broken over two lines."""
    line = lines[number].strip()
    if _QUOTE_BEGINS.match(line):
        return True
    following = [one.strip() for one in lines[number + 1 : number + 4]]
    if (head := _HEAD_BEGINS.match(line)) is not None:  # “Từ: thứ Hai” may as well be the person's own words
        return bool(head["bold"]) or "@" in line or any(_HEAD_GOES_ON.match(one) for one in following)
    return bool(_SPLIT_LEAD.match(line) and following and _LEAD_ENDS.search(following[0]))
