"""kill -9 while documents are directed: each is passed on as a whole or not at all."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from mailsvc.auth.passwords import PasswordHasher
from mailsvc.core.clock import SystemClock
from mailsvc.core.settings import Settings
from mailsvc.opening import close_office, open_office
from mailsvc.store import accounts, chain, documents, placements, routing
from mailsvc.store.tx import Tx
from tests.office.conftest import demo_folder
from tests.places import REPOSITORY

__all__ = ["demo_folder"]
SAFE = 25  # documents told before the power fails


def test_a_direction_is_whole_or_not_there(demo_folder: Path, settings: Settings, quick_hasher: PasswordHasher) -> None:
    shutil.copytree(demo_folder, settings.folder)
    command = [sys.executable, str(REPOSITORY / "tests/crash/directing.py"), str(settings.folder)]
    child = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, env={"PYTHONPATH": str(REPOSITORY)})
    assert child.stdout is not None
    told = [int(child.stdout.readline()) for _ in range(SAFE)]
    child.kill()
    told += [int(line) for line in child.stdout.read().split()]
    child.wait()
    office = open_office(settings, SystemClock(), quick_hasher)
    try:
        office.db.read_now(_look, told)
        assert office.db.read_now(chain.verify) == []
    finally:
        close_office(office)


def _look(tx: Tx, told: list[int]) -> None:
    numbers = documents.numbers(tx, "SGDDT", "in", documents.get(tx, told[0]).year)
    assert numbers == list(range(1, len(numbers) + 1))
    unit, officer = (accounts.by_username(tx, name) for name in ("gdtrh", "khuetm"))
    assert unit is not None and officer is not None
    passed = 0
    for document_id in range(1, len(numbers) + 1):
        lines, state = routing.lines_of(tx, document_id), routing.flow(tx, document_id).state
        kinds = [one.kind for one in documents.events_of(tx, document_id)]
        assert ("directed" in kinds) == (state == "directed") == (len(lines) == 2)
        assert document_id not in told or state == "directed"
        if lines:
            passed += 1
            (direction,) = routing.directions_of(tx, document_id)
            assert len(placements.of_content(tx, direction.content_id or 0, [unit.id, officer.id])) == 2
    assert passed >= SAFE
