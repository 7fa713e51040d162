"""Quản trị: the tab "Nhật ký" is there only for those whom the audit trail lets in."""

from __future__ import annotations

from tests.web.webhouse import Site


def test_the_audit_trail_is_offered_only_to_those_who_may_read_it(site: Site) -> None:
    client = site.signed_in("admin")
    allowed = client.get("/nhat-ky").status_code == 200
    for path in ("/quan-tri", "/quan-tri/tai-khoan", "/quan-tri/nhap", "/quan-tri/hang-doi"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert ('href="/nhat-ky"' in answer.text) is allowed, path
