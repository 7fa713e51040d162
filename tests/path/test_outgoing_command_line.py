"""`mailsvc outgoing …` beside a running service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live import Live


@pytest.mark.client
def test_series_after_the_paper_book_and_registers_as_files(live: Live, tmp_path: Path) -> None:
    clerk = live.user("van_thu").username
    begun = live.cli("outgoing", "begin", "Giấy mời", "41", "--by", clerk, "--year", "2020")
    assert "số tiếp theo là 42" in begun.stdout, begun.stderr
    refused = live.cli("outgoing", "begin", "Giấy mời", "41", "--by", live.user("chuyen_vien").username)
    assert refused.returncode != 0 and "Bạn không được" in refused.stderr + refused.stdout
    assert json.loads(live.cli("outgoing", "list", "--json").stdout) == []
    for form, head in (("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
        target = tmp_path / f"so-di.{form}"
        done = live.cli("outgoing", "export", str(target), "--by", clerk)
        assert done.returncode == 0, done.stderr
        assert target.read_bytes().startswith(head)
    wrong = live.cli("outgoing", "export", str(tmp_path / "so.txt"), "--by", clerk)
    assert wrong.returncode != 0 and "phải kết thúc bằng" in wrong.stderr + wrong.stdout
    assert live.cli("verify", "--json").returncode == 0
