"""Every target of targets.py: its seeds, made-up inputs, and libFuzzer for some seconds.

`MAILSVC_FUZZ_SECONDS=600` lets libFuzzer run longer, per target. What it finds becomes a file in seeds/ and a fix.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz import words
from tests.fuzz.targets import PARSERS, TARGETS

SECONDS = int(os.environ.get("MAILSVC_FUZZ_SECONDS", "3"))
HERE = Path(__file__).parent


def test_the_whole_grammar_is_fuzzed() -> None:
    assert len(PARSERS) >= 25


@pytest.mark.parametrize("target", TARGETS)
def test_seeds(target: str) -> None:
    assert words.seeds(target)
    for seed in words.seeds(target):
        TARGETS[target](seed)


@pytest.mark.parametrize("target", TARGETS)
def test_made_up_inputs(target: str) -> None:
    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(words.inputs(target))
    def anything(data: bytes) -> None:
        TARGETS[target](data)

    anything()


@pytest.mark.parametrize("target", [*TARGETS, "imap_session"])
def test_libfuzzer(target: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (tmp_path / "words").write_text(words.dictionary(target))
    command = [
        sys.executable, str(HERE / "run_atheris.py"), target, str(corpus), str(HERE / "seeds" / target),
        f"-max_total_time={SECONDS}", "-max_len=4096", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
        f"-dict={tmp_path / 'words'}", f"-artifact_prefix={tmp_path}/",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=SECONDS + 120)
    found = [path.read_bytes() for path in tmp_path.glob("*-*") if path.is_file()]
    assert done.returncode == 0, f"{found!r}\n{done.stdout.decode()[-3000:]}\n{done.stderr.decode()[-3000:]}"
    assert b"stat::number_of_executed_units" in done.stderr


