"""R1 for what people write and upload themselves: a draft with a mark is held, an upload with one is not taken in."""

from __future__ import annotations

import pytest

from mailsvc.core.actor import Actor
from mailsvc.core.errors import NotFound, Refused
from mailsvc.documents import held_decisions, proof
from mailsvc.documents.fields import InvalidFields
from mailsvc.documents.outgoing import draft
from mailsvc.store import contents, documents, guarding, outgoing
from tests.documents.making_pdf import scan_pdf
from tests.office.incoming_world import Desk
from tests.office.outgoing_world import ORIGINAL, World, word
from tests.office.test_r01_secrecy import inbox

SECRET = ("TỐI MẬT", "KẾ HOẠCH", "Nội dung.")
TWO = ("nganltt", "lyhc")


def all_well(world: World) -> list[str]:
    return world.office.db.read_now(proof.verify, [], b"")


def test_r01_a_marked_subject_is_refused_beside_its_field(bureau: World) -> None:
    with pytest.raises(InvalidFields, match="dấu mật"):
        bureau.begin("Nội dung.", subject="Kế hoạch (TỐI MẬT) kiểm tra")


def test_r01_a_draft_whose_file_is_marked_is_held_for_the_two(bureau: World) -> None:
    db = bureau.office.db
    made = bureau.begin(*SECRET)
    assert made.subject == "(đang tạm giữ)"
    assert any(one.startswith("Khẩn: tạm giữ") for one in db.read_now(inbox, "lyhc"))
    with pytest.raises(Refused, match="tạm giữ"):
        db.write_now(draft.change_fields, bureau["khuetm"], made.id, bureau.fields(subject="khác"))
    assert all_well(bureau) == []
    for name in TWO:
        db.write_now(held_decisions.decide, Actor(bureau[name]), 1, "release", "Chữ này không phải dấu mật")
    free = db.read_now(documents.get, made.id)
    assert free.subject == bureau.fields().subject
    assert all_well(bureau) == []


def test_r01_a_mark_in_a_later_version_holds_the_draft_and_removal_destroys_every_version(bureau: World) -> None:
    db = bureau.office.db
    made = bureau.begin("Nội dung.")
    assert made.subject != "(đang tạm giữ)"
    db.write_now(draft.add_version, bureau["khuetm"], made.id, bureau.packed(("moi.docx", word(*SECRET), ORIGINAL)))
    assert db.read_now(documents.get, made.id).subject == "(đang tạm giữ)"
    for name in TWO:
        db.write_now(held_decisions.decide, Actor(bureau[name]), 1, "remove", "Là bí mật nhà nước, đã lập biên bản")
    assert db.read_now(guarding.held, 1).kept == "{}"
    kept = {one.content_id for one in db.read_now(outgoing.files_of, made.id)}
    for content_id in kept:
        with pytest.raises(NotFound):
            db.read_now(contents.load, bureau.office.blobs, content_id)
    assert len(kept) == 2
    assert all_well(bureau) == []


def test_r01_an_upload_with_a_mark_is_not_taken_in_and_the_two_are_told(open_desk: Desk) -> None:
    document = open_desk.paper()
    place = f"/xu-ly/{document.id}"
    leader = open_desk.browser("nganltt")
    leader.open(f"{place}/chi-dao")
    leader.send("/chi-dao", noi_dung="Xử lý.", lead=f"p:{open_desk['khuetm']}", lead_han="30/11/2026")
    officer = open_desk.browser("khuetm")
    officer.open(place)
    mine = open_desk.line(document.id, "khuetm")
    files = [("tep", ("bao-cao.docx", word(*SECRET)))]
    refused = officer.send(f"/luot/{mine.id}/bao-cao", status=403, noi_dung="Báo cáo.", files=files)
    assert "dấu hiệu bí mật nhà nước" in refused
    assert any("từ chối tệp" in one for one in open_desk.read(inbox, "lyhc"))
    officer.open(place)
    innocent = word("Hướng dẫn đổi mật khẩu", "Bảo mật thông tin.")
    plain = [("tep", ("mat-khau.docx", innocent)), ("tep", ("q.pdf", scan_pdf()))]
    assert "Đã ghi báo cáo." in officer.send(f"/luot/{mine.id}/bao-cao", noi_dung="Báo cáo.", files=plain)
