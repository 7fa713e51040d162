"""A real service in a process of its own, as `scripts/run` starts it, for tests that go through the front door."""

from __future__ import annotations

import csv
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
OFFSETS = {"lmtp": 24, "mx": 25, "http": 80, "imap": 143, "submissions": 465, "submission": 587, "imaps": 993}
START_SECONDS = 120.0
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class DemoUser:
    """A line of demo-accounts.csv."""

    address: str
    password: str
    name: str
    unit: str
    role: str

    @property
    def username(self) -> str:
        return self.address.partition("@")[0]


@dataclass
class Live:
    """A service on a data folder; it can be stopped, killed and started again on the same ports."""

    data: Path
    base_port: int = 0
    environ: dict[str, str] = field(default_factory=dict)
    demo: bool = True
    process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        return "127.0.0.1"

    def port(self, door: str) -> int:
        return self.base_port + OFFSETS[door]

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port('http')}"

    @property
    def log(self) -> str:
        return (self.data.parent / f"{self.data.name}.log").read_text("utf-8", errors="replace")

    def start(self) -> Live:
        """Start and wait until /healthz answers 200. Raises AssertionError with the log when it does not."""
        self.base_port = self.base_port or free_base_port()
        log = open(self.data.parent / f"{self.data.name}.log", "ab")  # noqa: SIM115 - the child keeps it
        command = [sys.executable, "-m", "mailsvc.cli.main", "serve", "--data", str(self.data)]
        command += ["--base-port", str(self.base_port), *(["--demo"] if self.demo else [])]
        environ = {key: value for key, value in os.environ.items() if not key.startswith("MAILSVC_")}
        self.process = subprocess.Popen(command, cwd=REPOSITORY, stdout=log, stderr=log, env=environ | self.environ)
        log.close()
        self._wait_ready()
        return self

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        self.process = None
        return code

    def kill(self) -> None:
        """SIGKILL, as when the power fails."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOP_SECONDS)
        self.process = None

    def cli(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run `mailsvc --data DATA …`."""
        command = [sys.executable, "-m", "mailsvc.cli.main", "--data", str(self.data), *arguments]
        return subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, text=True, input=given, timeout=60,
            env=os.environ | self.environ,
        )  # fmt: skip

    def users(self) -> list[DemoUser]:
        with open(self.data / "demo-accounts.csv", encoding="utf-8", newline="") as file:
            return [DemoUser(**row) for row in csv.DictReader(file)]

    def user(self, role: str) -> DemoUser:
        """The first demo account with that role."""
        return next(one for one in self.users() if role in one.role.split("|"))

    def _wait_ready(self) -> None:
        assert self.process is not None
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"the service ended with {self.process.returncode}:\n{self.log[-4000:]}")
            try:
                with urllib.request.urlopen(self.url + "/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)  # polls a port that is not open yet; there is no event to wait for
        raise AssertionError(f"not ready after {START_SECONDS} s:\n{self.log[-4000:]}")


def free_base_port() -> int:
    """A base port whose seven ports are all free."""
    for _ in range(200):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            base = 10_000 + probe.getsockname()[1] % 20_000
        if all(_is_free(base + offset) for offset in OFFSETS.values()):
            return base
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
