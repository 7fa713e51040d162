"""Finding documents from anywhere: without diacritics, and only what the person may read."""

from __future__ import annotations

from mailsvc.documents.routing import directing
from tests.office.incoming_world import Desk, lead
from webmail import document_search


def test_documents_are_found_by_who_may_read_them(desk: Desk) -> None:
    first = desk.paper()
    second = desk.paper(subject="tổ chức hội thi Khoa học kỹ thuật", code="88/KH-UBND", issuer="Bộ Giáo dục và Đào tạo")
    desk.write(directing.direct, desk["nganltt"], second.id, "Làm.", [lead(f"p:{desk['khuetm']}", "")], version=1)

    def find(username: str, query: str, limit: int = 8) -> list[str]:
        found = desk.read(document_search.find, desk[username], query, limit)
        return [one.address for one in found]

    assert find("nganltt", "duoi nuoc") == [f"/van-ban-den/{first.year}/1"]
    assert find("nganltt", "khoa hoc 88/kh") == [f"/van-ban-den/{first.year}/2"]
    assert find("nganltt", "bo giao duc") == [f"/van-ban-den/{first.year}/2"]
    assert find("nganltt", "") == [] and find("nganltt", "không có đâu") == []
    assert find("khuetm", "khoa hoc") == [f"/xu-ly/{second.id}"]
    assert find("khuetm", "duoi nuoc") == [] and find("hand", "khoa hoc") == []
    assert len(find("nganltt", "to chuc", 1)) == 1
    note = desk.read(document_search.find, desk["nganltt"], "88", 5)[0].note
    assert "2/2026" in note and "88/KH-UBND" in note
