"""The letters that the office will really get: each says in expected.json what must come out."""

import hashlib
import json
from datetime import datetime
from typing import Any

import pytest

from mailsvc.message.attachments import attachments, find_attachment
from mailsvc.message.forwarded import forwarded
from mailsvc.message.recognise import recognise
from mailsvc.message.scan import scan
from mailsvc.vietnamese.normal import nfc
from tests.places import SAMPLES

FILES: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text())["files"]
MAILS = {path: told for path, told in FILES.items() if told["kind"] == "eml"}
KINDS = {
    "delivery_report": "delivery_report",
    "auto_reply": "auto_reply",
    "read_receipt": "read_receipt",
    "bulk": "bulk",
}
# What these are is decided by the rules for documents; here they are files like any other.
LATER_ROLES = {"main", "original", "annex", "scan"}


def _ms(moment: str | None) -> int | None:
    return None if moment is None else int(datetime.fromisoformat(moment).timestamp() * 1000)


def _data(path: str) -> bytes:
    return (SAMPLES / path).read_bytes()


@pytest.mark.parametrize("path", MAILS)
def test_sender_recipient_subject_date_and_id(path: str) -> None:
    told = MAILS[path]["message"]
    found = scan(_data(path))
    assert found.subject == told["subject"]
    assert found.from_name == (told["from_name"] or "")
    assert found.from_address == told["from"]
    assert found.to_text == (told["to"] or "")
    assert found.sent_ms == _ms(told["date"])
    assert found.message_id == (told["message_id"] or "")


@pytest.mark.parametrize("path", MAILS)
def test_attachments(path: str) -> None:
    data = _data(path)
    scanned = scan(data)
    found = [one for one in attachments(data, scanned) if one.role != "damaged"]
    told = [one for one in MAILS[path]["attachments"] if not one.get("inside", "").startswith("edXML")]
    assert [(one.name, one.content_type, one.size, one.sha256, one.inside) for one in found] == [
        (one["name"], one["content_type"], one["size"], one["sha256"], one.get("inside", "")) for one in told
    ]
    assert [one.role for one in found] == ["other" if one["role"] in LATER_ROLES else one["role"] for one in told]
    for one in found:
        assert hashlib.sha256(one.read()).hexdigest() == one.sha256
        assert find_attachment(data, scanned, one.path) == one


@pytest.mark.parametrize("path", MAILS)
def test_origin_of_forwards(path: str) -> None:
    told = MAILS[path].get("forwarded")
    data = _data(path)
    found = forwarded(data, scan(data))
    if told is None:
        assert found is None
        return
    assert found is not None
    assert (found.from_name, found.from_address, found.subject) == (told["from_name"], told["from"], told["subject"])
    assert found.sent_ms == _ms(told["date"])
    assert found.message_id == (told["message_id"] or "")
    assert told["style"].startswith(found.style)


@pytest.mark.parametrize("path", MAILS)
def test_automatic_mail(path: str) -> None:
    data = _data(path)
    found = recognise(data, scan(data))
    assert found.kind == KINDS.get(MAILS[path]["class"], "")
    told = MAILS[path].get("report", {})
    if "original_message_id" in told or "in_reply_to" in told:
        assert found.original_message_id == told.get("original_message_id", told.get("in_reply_to"))
    if "recipient" in told:
        recipient = found.recipients[0]
        assert recipient.address == told["recipient"]
        assert recipient.action == told.get("action", told.get("disposition"))
        assert recipient.status == told.get("status", "")
    assert found.original_subject == told.get("original_subject", "")


@pytest.mark.parametrize("path", [path for path, told in MAILS.items() if "body_text" in told])
def test_text_of_the_body(path: str) -> None:
    assert scan(_data(path)).body_text.strip() == nfc(MAILS[path]["body_text"])


@pytest.mark.parametrize(
    ("name", "defect"),
    [("15-thieu-ranh-gioi", "unclosed"), ("15-ranh-gioi-sai", "boundary"), ("15-tieu-de-lap", "repeated")],
)
def test_damage_is_told(name: str, defect: str) -> None:
    assert defect in scan(_data(f"mail/{name}.eml")).defects


def test_a_cut_off_file_is_shown_as_damaged() -> None:
    data = _data("mail/15-thieu-ranh-gioi.eml")
    assert [one.role for one in attachments(data, scan(data))] == ["damaged"]


def test_hazards_are_told() -> None:
    data = _data("mail/04-zip-nguy-hiem.eml")
    assert [one.hazards for one in attachments(data, scan(data))] == [("path", "ratio")]


def test_text_of_hostile_html() -> None:
    text = scan(_data("mail/17-html-doc-hai.eml")).body_text
    assert "XSSMAU" not in text and "mời xem nội dung dưới đây." in text
