"""edXML messages of the national exchange (QCVN 102:2016/BTTTT): recognised by their head, never parsed as XML here."""

import html
import re
from dataclasses import dataclass

_HEAD = 64 * 1024
_FORBIDDEN = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_MARK = re.compile(rb"<(?:\w+:)?edXML[\s>]", re.IGNORECASE)
_RECALL = "13"  # xin lấy lại


@dataclass(frozen=True, slots=True)
class EdXml:
    """kind: edxml_new, edxml_status, edxml_recall, refused (a document type declaration), or empty (no edXML).

    Texts are empty when absent. code: number and notation. document_id: as written.
    """

    kind: str = ""
    subject: str = ""
    code: str = ""
    document_id: str = ""
    status: str = ""
    organ_id: str = ""


def read_edxml(data: bytes) -> EdXml:
    """The head of the message. Linear, bounded, never raises for input; entities are not expanded."""
    head = data[:_HEAD]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head[:64]:
        head = head.decode("utf-16", "replace").encode()
    if _FORBIDDEN.search(head):
        return EdXml("refused")
    if not _MARK.search(head):
        return EdXml()
    text = head.decode("utf-8", "replace")
    status = _value(text, "StatusCode")
    number, notation = _value(text, "CodeNumber"), _value(text, "CodeNotation")
    code = f"{number}/{notation}" if number and notation else _value(text, "Code")
    kind = "edxml_new" if not status else "edxml_recall" if status == _RECALL else "edxml_status"
    return EdXml(kind, _value(text, "Subject"), code, _value(text, "DocumentId"), status, _value(text, "OrganId"))


def _value(text: str, name: str) -> str:
    """The text of the first element of that name that holds nothing but text."""
    found = re.search(rf"<(?:\w{{1,20}}:)?{name}(?:\s[^<>]{{0,200}})?>([^<]{{0,2000}})<", text)
    return " ".join(html.unescape(found[1]).split()) if found else ""
