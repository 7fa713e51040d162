"""SIGKILL while fifty clerks give numbers to outgoing documents: no gap, no double, what was told is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailsvc.core import settings
from mailsvc.opening import close_office, open_office
from mailsvc.store import issued
from tests.live import REPOSITORY, Live

NUMBERING = Path(__file__).parent / "numbering.py"


@pytest.mark.crash
def test_outgoing_numbers_survive_a_kill_without_gap_or_double(tmp_path: Path) -> None:
    data = tmp_path / "data"
    told: list[int] = []
    for kill_after in (20, 90):
        environ = os.environ | {"PYTHONPATH": str(REPOSITORY)}
        child = subprocess.Popen(
            [sys.executable, str(NUMBERING), str(data)], stdout=subprocess.PIPE, text=True, env=environ
        )
        assert child.stdout is not None
        for line in child.stdout:
            told.append(int(line))
            if len(told) >= kill_after:
                break
        child.kill()
        told += [int(line) for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        child.wait(10)
    assert len(told) == len(set(told))
    checked = Live(data).cli("verify", "--json")
    assert json.loads(checked.stdout)["findings"] == [], checked.stdout + checked.stderr
    office = open_office(settings.load(environ={}, data=str(data)))
    try:
        year = office.db.read_now(issued.years, "SGDDT")[0]
        numbers = [one.number for one in office.db.read_now(issued.of_series, "SGDDT", "di/quyet-dinh", year)]
    finally:
        close_office(office)
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(told) <= set(numbers)
