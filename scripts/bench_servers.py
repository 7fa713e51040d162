"""The servers that a bench measures: an instance of this service, and Postfix in front of Dovecot beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mailsvc.accounts import people  # noqa: E402
from mailsvc.accounts.people import NewPerson  # noqa: E402
from mailsvc.auth.passwords import PasswordHasher  # noqa: E402
from mailsvc.core import settings as settings_module  # noqa: E402
from mailsvc.opening import close_office, open_office  # noqa: E402
from tests.live import Live  # noqa: E402

RIG = Path(os.environ.get("MAILSVC_SHARED", ROOT.parent / "shared")) / "rig"
PASSWORD = "rigpassword1"
DOMAIN = "example.test"
CONFIG = """
[organisation]
domains = ["example.test"]
host = "mail.example.test"
[imap]
clear_login_on_loopback = true
max_connections_per_account = 2000
[log]
level = "WARNING"
"""


@dataclass(frozen=True)
class Server:
    """A server under test."""

    label: str
    imap: int
    smtp: int
    pid: int
    folder: Path


def make_instance(folder: Path) -> Live:
    """Our own bench instance: the rig's accounts, logins in clear on loopback."""
    config = folder / "bench.toml"
    config.write_text(CONFIG, "utf-8")
    data = folder / "data"
    office = open_office(settings_module.load(config, environ={}, data=str(data)))
    keys = PasswordHasher().derive_now(PASSWORD)
    names = ["bench", *(f"test{n}" for n in range(1, 51)), *(f"user{n:04d}" for n in range(1, 601))]

    def add(tx: Any) -> None:
        for name in names:
            people.add_person(tx, NewPerson(name, name, (f"{name}@{DOMAIN}",)), keys)

    office.db.write_now(add)
    close_office(office)
    return Live(data, environ={"MAILSVC_CONFIG": str(config)}, demo=False).start()


def start_peers(folder: Path) -> Server | None:
    """Postfix in front of Dovecot's LMTP; None when they are not installed."""
    if not (shutil.which("dovecot") and shutil.which("postfix") and RIG.exists()):
        return None
    os.environ |= {"PEERS": str(folder), "LOGIN": "perf", "NUSERS": "600"}  # at its best
    for script in ("setup_dovecot.sh", "setup_postfix.sh"):
        subprocess.run(["bash", str(RIG / script), "start"], check=True, stdout=subprocess.DEVNULL)
    pid = subprocess.run(["bash", str(RIG / "setup_dovecot.sh"), "pid"], check=True, capture_output=True, text=True)
    return Server("Postfix → Dovecot", 21143, 22025, int(pid.stdout), folder / "run" / "dovecot" / "mail")


def stop_peers(peer: Server | None) -> None:
    if peer is not None:
        for script in ("setup_postfix.sh", "setup_dovecot.sh"):
            subprocess.run(["bash", str(RIG / script), "stop"], check=False, stdout=subprocess.DEVNULL)


def rig(script: str, server: Server, *arguments: str, timeout: float = 900) -> dict[str, Any]:
    """Run one of the rig's programs against a server; its JSON."""
    command = [sys.executable, str(RIG / script), "--label", server.label, "--port", str(server.imap), *arguments]
    return program(command, timeout=timeout)


def program(command: list[str], timeout: float = 900) -> dict[str, Any]:
    """The JSON that a measuring program prints. Raises RuntimeError with its words when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=RIG)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {(done.stderr or done.stdout)[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return result
