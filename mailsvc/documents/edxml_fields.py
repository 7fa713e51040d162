"""Register fields out of an edXML message, which states them itself (QCVN 102:2016; handbook §5.3)."""

from __future__ import annotations

import html
import re
from typing import Any

_HEAD = 64 * 1024
_BRIEF = re.compile(r"^\s*V\s*/\s*v\s*:?\s*", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})")
_PRIORITIES = {"0": "thuong", "1": "khan", "2": "thuong_khan", "3": "hoa_toc", "4": "hoa_toc_hen_gio"}


def edxml_fields(data: bytes) -> dict[str, Any]:
    """The keys of extraction.proposal that the message tells. The head only, never parsed as XML, never raises."""
    text = data[:_HEAD].decode("utf-8", "replace")
    number, notation = _value(text, "CodeNumber"), _value(text, "CodeNotation")
    signer = {
        "authority": _value(text, "Competence") or None,
        "position": _value(text, "Position") or None,
        "name": _value(text, "FullName") or None,
    }
    told: dict[str, Any] = {
        "type_name": _value(text, "TypeName"),
        "number": number,
        "notation": notation,
        "code": f"{number}/{notation}" if number and notation else "",
        "issue_date": _day(_value(text, "PromulgationDate")),
        "place": _value(_within(text, "PromulgationInfo"), "Place"),
        "issuer": _value(_within(text, "From"), "OrganName"),
        "subject": _BRIEF.sub("", _value(text, "Subject")),
        "deadline": _day(_value(text, "DueDate")),
        "urgency": _PRIORITIES.get(_value(text, "Priority"), "thuong"),
    }
    return {name: value or None for name, value in told.items()} | {"signer": signer if any(signer.values()) else None}


def _within(text: str, name: str) -> str:
    """What stands inside the first element of that name."""
    found = re.search(rf"<(?:\w{{1,20}}:)?{name}(?:\s[^<>]{{0,200}})?>", text)
    if found is None:
        return ""
    end = re.compile(rf"</(?:\w{{1,20}}:)?{name}\s*>").search(text, found.end())
    return text[found.end() : end.start()] if end is not None else ""


def _value(text: str, name: str) -> str:
    """The text of the first element of that name that holds nothing but text."""
    found = re.search(rf"<(?:\w{{1,20}}:)?{name}(?:\s[^<>]{{0,200}})?>([^<]{{0,2000}})<", text)
    return " ".join(html.unescape(found[1]).split()) if found else ""


def _day(value: str) -> str:
    found = _DAY.match(value)
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found is not None else ""
