"""Settings: a wrong value is named with its key and what is allowed; the example file is the code's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailsvc.core import settings
from mailsvc.core.errors import Invalid

REPOSITORY = Path(__file__).resolve().parents[3]


def test_example_file_is_generated_from_the_code() -> None:
    assert (REPOSITORY / "config/mailsvc.example.toml").read_text("utf-8") == settings.example()


def test_example_file_gives_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "all.toml"
    lines = settings.example().splitlines()
    file.write_text("\n".join(line[1:] if line.startswith("#") and line[1:2] not in " #" else line for line in lines))
    assert settings.load(file, environ={}) == settings.load(environ={})


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("[smtp]\nmax_size = 100000\n")
    assert settings.load(file, environ={}).smtp.max_size == 100000
    found = settings.load(
        file, environ={"MAILSVC_SMTP__MAX_SIZE": "200000", "MAILSVC_ORGANISATION__DOMAINS": "A.vn, b.vn"}
    )
    assert found.smtp.max_size == 200000
    assert found.organisation.domains == ["a.vn", "b.vn"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"smtp": {"max_size": 5}}, ["smtp.max_size", "5", "65536"]),
        ({"smtp": {"size": 5}}, ["smtp.size", "max_size"]),
        ({"log": {"level": "LOUD"}}, ["log.level", "LOUD", "INFO"]),
        ({"imap": {"idle_minutes": "many"}}, ["imap.idle_minutes", "many", "số nguyên"]),
        ({"dkim": {"enabled": "perhaps"}}, ["dkim.enabled", "perhaps", "true"]),
        ({"nothing": {}}, ["nothing", "smtp"]),
        ({"organisation": {"domains": []}}, ["organisation.domains", "[]"]),
    ],
)
def test_wrong_values_are_explained(values: dict[str, object], words: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        settings.load(environ={}, **values)
    for word in words:
        assert word in caught.value.message


def test_a_wrong_value_ends_the_program_with_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mailsvc.cli.main", "serve", "--data", str(tmp_path)],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60, env=os.environ | {"MAILSVC_SMTP__MAX_SIZE": "x"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "smtp.max_size = 'x'" in done.stderr


def test_clear_logins_are_refused_beyond_loopback() -> None:
    with pytest.raises(Invalid) as caught:
        settings.load(environ={}, listen={"address": "0.0.0.0"}, imap={"clear_login_on_loopback": True})
    assert "clear_login_on_loopback" in caught.value.message


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"none\.toml"):
        settings.load(tmp_path / "none.toml", environ={})
    broken = tmp_path / "broken.toml"
    broken.write_text("[smtp\n")
    with pytest.raises(Invalid, match=r"broken\.toml"):
        settings.load(broken, environ={})
