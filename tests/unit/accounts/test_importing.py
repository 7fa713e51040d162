"""Importing units and people from CSV files, right and faulty ones."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import openpyxl
import pytest

from mailsvc.accounts import importing, people, tables
from mailsvc.core.errors import Invalid
from mailsvc.mail import addresses, mailboxes
from mailsvc.mail.office import Office
from mailsvc.store import accounts, units
from tests.places import SAMPLES

ORG = SAMPLES / "org"


@pytest.fixture
def organisation(office: Office) -> Office:
    """The office with the units and people of the samples."""
    domains = office.settings.organisation.domains
    office.db.write_now(importing.import_units, domains, "SGDDT", (ORG / "units.csv").read_bytes())
    verdicts = office.db.read_now(importing.check_people, domains, (ORG / "accounts.csv").read_bytes())
    assert {one.verdict for one in verdicts} == {"ok"}
    office.db.write_now(lambda tx: [people.add_person(tx, one.person, None) for one in verdicts if one.person])
    return office


def test_the_whole_organisation_comes_in(organisation: Office) -> None:
    db = organisation.db
    assert len(db.read_now(units.listing)) == 57
    assert len(db.read_now(accounts.listing, "person")) == 160
    assert len(db.read_now(accounts.listing, "unit")) == 56


def as_spreadsheet(data: bytes) -> bytes:
    """The rows of a CSV file in the first sheet of a workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return tables.as_csv(out.getvalue())


REASONS = {
    "duplicate username (exists in accounts.csv)": "là của Vũ Thị Thanh Thúy",
    "duplicate row in the same file": "Trùng dòng",
    "bad address": "không đúng",
    "foreign domain": "không thuộc miền",
    "unknown unit": "Không có đơn vị “PHONGX”",
    "name missing": "Thiếu họ tên",
    "username with a space or diacritics": "không có dấu cách",
    "unknown role": "“sieu_nhan” không có",
    "formula in a name (CSV injection)": "công thức",
}


@pytest.mark.parametrize("packed", [bytes, as_spreadsheet], ids=["csv", "xlsx"])
def test_faulty_file_gets_the_expected_verdict_on_each_row(
    organisation: Office, packed: Callable[[bytes], bytes]
) -> None:
    expected = json.loads((SAMPLES / "expected.json").read_text("utf-8"))["files"]["org/accounts-loi.csv"]["rows"]
    domains = organisation.settings.organisation.domains
    data = packed((ORG / "accounts-loi.csv").read_bytes())
    verdicts = organisation.db.read_now(importing.check_people, domains, data)
    assert len(verdicts) == len(expected)
    for one, row in zip(verdicts, expected, strict=True):
        assert (one.line, one.username, one.verdict) == (row["line"], row["username"].strip(), row["verdict"])
        assert one.kind == ("new" if row["verdict"] == "ok" else "error")
        if row["verdict"] == "error":
            assert REASONS[row["reason"]] in one.reason, row
    by_line = {one.line: one.person for one in verdicts}
    assert by_line[3] is not None and by_line[3].full_name == "Bùi Thị Thêm"
    assert by_line[13] is not None and by_line[13].username == "cachtr"
    assert by_line[13] is not None and by_line[13].full_name == "Châu Khoảng Trắng"
    assert by_line[15] is not None and by_line[15].username == "hoapt"


def test_both_domains_and_subaddresses_lead_to_one_mailbox(organisation: Office) -> None:
    domains = organisation.settings.organisation.domains
    forms = (
        "daonth@sogddt.tayninh.gov.vn",
        "DaoNTH@tayninh.gov.vn",
        "daonth+vb@tayninh.gov.vn",
        "daonth+a+b@SOGDDT.tayninh.gov.vn",
    )
    found = {organisation.db.read_now(addresses.find, domains, form) for form in forms}
    assert {one.username for one in found if one} == {"daonth"}
    assert organisation.db.read_now(addresses.find, domains, "nobody@tayninh.gov.vn") is None


def test_clerks_share_the_role_mailbox_and_have_the_intake_folder(organisation: Office) -> None:
    clerk = organisation.db.read_now(accounts.by_username, "daonth")
    other = organisation.db.read_now(accounts.by_username, "nganltt")
    assert clerk and other
    seen = {one.name: one.mailbox for one in organisation.db.read_now(mailboxes.visible, clerk.id)}
    assert seen["Dùng chung/vanthu"].kind == "intake"
    assert seen[mailboxes.INTAKE_FOLDER].kind == "intake"
    assert "Dùng chung/vp" in seen
    assert not any("vanthu" in one.name for one in organisation.db.read_now(mailboxes.visible, other.id))


def test_sending_as(organisation: Office) -> None:
    domains = organisation.settings.organisation.domains
    clerk = organisation.db.read_now(accounts.by_username, "daonth")
    assert clerk

    def may(address: str) -> bool:
        return organisation.db.read_now(addresses.may_send_as, domains, clerk.id, address)

    assert may("daonth@tayninh.gov.vn") and may("daonth+x@sogddt.tayninh.gov.vn")
    assert may("vanthu@sogddt.tayninh.gov.vn") and may("vp@tayninh.gov.vn")
    assert not may("nganltt@sogddt.tayninh.gov.vn")
    assert not may("bgd@sogddt.tayninh.gov.vn")
    assert not may("daonth@gmail.com")


def test_a_file_of_another_kind_is_refused(organisation: Office) -> None:
    domains = organisation.settings.organisation.domains
    with pytest.raises(Invalid, match=r"Tệp thiếu cột"):
        organisation.db.read_now(importing.check_people, domains, b"a,b\n1,2\n")
    with pytest.raises(Invalid, match="UTF-8"):
        organisation.db.read_now(importing.check_people, domains, "username\nH\xf2a".encode("latin-1"))
