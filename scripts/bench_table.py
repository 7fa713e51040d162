"""Measures a bench instance of this service and, where installed, Postfix and Dovecot beside it; prints one table.

The measuring client and the peers' set-ups are those of the rig in ../shared (MAILSVC_SHARED overrides). All servers
are durable, all in clear on loopback, measured in turn. Medians; each row carries its ratio to the peer and its aim.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
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
class Row:
    """A line of the table. `ratio` is ours over the peer's."""

    name: str
    ours: str
    peer: str
    ratio: str
    aim: str
    reached: bool | None


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
    os.environ["PEERS"] = str(folder)
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
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=RIG)
    if done.returncode:
        raise RuntimeError(f"{script} against {server.label}: {(done.stderr or done.stdout)[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return result


class Bench:
    """The measurements, each giving rows."""

    def __init__(self, ours: Server, peer: Server | None, quick: bool) -> None:
        self.ours, self.peer, self.quick = ours, peer, quick
        self.rows: list[Row] = []

    def both(self, measure: Callable[[Server], dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any] | None]:
        theirs = measure(self.peer) if self.peer else None
        return measure(self.ours), theirs

    def add(self, name: str, ours: float, peer: float | None, unit: str, aim: str, reached: bool | None) -> None:
        ratio = f"{ours / peer:.2f} ×" if peer else "–"
        theirs = f"{peer:g} {unit}" if peer is not None else "–"
        self.rows.append(Row(name, f"{ours:g} {unit}", theirs, ratio, aim, reached))
        print(f"{name}: {ours:g} {unit}, peer {theirs}, {ratio} (aim {aim})", file=sys.stderr)

    def accept(self) -> None:
        count, runs = ("1000", "1") if self.quick else ("3000", "3")

        def measure(server: Server) -> dict[str, Any]:
            fresh = ["--fresh-users", "user%04d@example.test", "--first", "100", "--pid", str(server.pid)]
            return rig("bench_accept.py", server, "--smtp-port", str(server.smtp), "-m", count, "--runs", runs, *fresh)

        ours, theirs = self.both(measure)
        mine = ours["delivered_per_s"]["median"]
        other = theirs["delivered_per_s"]["median"] if theirs else None
        reached = mine >= 2.5 * other if other else None
        self.add("accept: mails in the mailbox per second", mine, other, "/s", "≥ 2.5 ×", reached)

    def fan_out(self) -> None:
        def measure(server: Server) -> dict[str, Any]:
            return rig("bench_fanout.py", server, "--smtp-port", str(server.smtp), "--disk", str(server.folder))

        ours, theirs = self.both(measure)
        last = round(ours["last_s"] - ours["send_s"], 3)
        self.add("fan-out of 13.7 MB to 600: last has it after the data", last,
                 round(theirs["last_s"] - theirs["send_s"], 3) if theirs else None, "s", "≤ 1.0 s",
                 last <= 1.0 and ours["mailboxes_with_it"] == 600)  # fmt: skip
        growth = ours["copies_on_disk"]
        self.add("fan-out: disk growth over the message", growth, theirs["copies_on_disk"] if theirs else None, "×",
                 "≤ 1.1 ×", growth <= 1.1)  # fmt: skip

    def push(self) -> None:
        def measure(server: Server) -> dict[str, Any]:
            return rig("bench_push.py", server, "--smtp-port", str(server.smtp), "--user", "user0003@example.test",
                       "-n", "50" if self.quick else "200")  # fmt: skip

        ours, theirs = self.both(measure)
        for key, most in (("p50", 5), ("p99", 25)):
            mine = ours["accept_to_exists_ms"][key]
            other = theirs["accept_to_exists_ms"][key] if theirs else None
            self.add(f"push: 250 to EXISTS, {key}", mine, other, "ms", f"≤ {most} ms", mine <= most)
        accepted = ours["data_end_to_exists_ms"]["p50"]
        other = theirs["data_end_to_exists_ms"]["p50"] if theirs else None
        self.add("push: end of data to EXISTS, p50", accepted, other, "ms", "≤ 25 ms", accepted <= 25)

    def read(self, pack: Path) -> None:
        def measure(server: Server) -> dict[str, Any]:
            rig("load_mailbox.py", server, "--pack", str(pack), "--fresh", "--user", "bench@example.test")
            return rig("bench_read.py", server, "--user", "bench@example.test", timeout=1800)

        ours, theirs = self.both(measure)
        aims = {"fetch_envelope": 0.6, "fetch_bodystructure": 2.0, "fetch_uid_flags": 2.0,
                "sort_date": 0.8, "thread_refs": 0.8}  # fmt: skip
        most = {"search_text_en": 12, "search_body_vi": 11, "search_subject": 17, "search_from_vi": 28}
        for test, limit in most.items():  # what Dovecot takes with fts-xapian
            mine = ours["tests"][test]["ms"]["median"]
            other = theirs["tests"][test]["ms"]["median"] if theirs else None
            same = not theirs or ours["tests"][test]["count"] == theirs["tests"][test]["count"]
            name, reached = f"{test} over {ours['messages']} mails", mine <= limit and same
            self.add(name, mine, other, "ms", f"≤ {limit} ms", reached)
        for test, aim in aims.items():
            mine = ours["tests"][test]["ms"]["median"]
            other = theirs["tests"][test]["ms"]["median"] if theirs else None
            same = not theirs or ours["tests"][test].get("count") == theirs["tests"][test].get("count")
            reached = (mine <= aim * other and same) if other else None
            self.add(f"{test} over {ours['messages']} mails", mine, other, "ms", f"≤ {aim} ×", reached)

    def idle_memory(self) -> None:
        def measure(server: Server) -> dict[str, Any]:
            return rig("bench_idlemem.py", server, "-n", "200" if self.quick else "1000", "--pid", str(server.pid))

        ours, theirs = self.both(measure)
        mine = ours["pss_kib_per_connection"]
        other = theirs["pss_kib_per_connection"] if theirs else None
        self.add("memory per idle IMAP connection", mine, other, "KiB", "≤ 60 KiB", mine <= 60 and not ours["errors"])

    def accuracy(self) -> None:
        """What is read from the samples' docx and born-digital PDF: found and right, per field and in all."""
        from tests.documents import accuracy

        table, _ = accuracy.measure_samples(RIG.parent / "samples")
        for name, one in table.items():
            if one.there:
                found, right = accuracy.percent(one.found, one.there), accuracy.percent(one.right, one.given)
                self.rows.append(Row(f"extraction: {name}", f"{found:.1f} % / {right:.1f} %", "–", "–", "", None))
        found, right = accuracy.totals(table)
        reached = found >= 90 and right >= 97
        aim = "≥ 90 % found / 97 % right"
        self.rows.append(Row("extraction: all fields", f"{found:.1f} % / {right:.1f} %", "–", "–", aim, reached))


    def office(self) -> None:
        """100,000 incoming documents: pages within 150 ms at the 95th percentile, 50 numbers a second."""
        from scripts import bench_office

        with tempfile.TemporaryDirectory(prefix="mailsvc-office-") as folder:
            total, runs, numbers = (10_000, 10, 200) if self.quick else (100_000, 100, 2000)
            for one in bench_office.figures(Path(folder) / "data", total, runs, numbers):
                if one.name.startswith("numbers"):
                    self.add(f"office: {one.name}", round(one.median), None, "/s", "≥ 50 /s", one.median >= 50)
                else:
                    self.add(f"office: {one.name}, p95", round(one.p95, 1), None, "ms", "≤ 150 ms", one.p95 <= 150)


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | mailsvc | peer | ratio | to reach | reached |", "| --- | --- | --- | --- | --- | --- |"]
    words = {True: "yes", False: "NO", None: "no peer"}
    lines += [f"| {r.name} | {r.ours} | {r.peer} | {r.ratio} | {r.aim} | {words[r.reached]} |" for r in rows]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small counts, one run: to see that it works")
    parser.add_argument("--only", nargs="*", default=[], help="accept fan_out push read idle_memory accuracy office")
    parser.add_argument("--alone", action="store_true", help="without peers")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="mailsvc-bench-"))
    folder.chmod(0o755)  # the peers' own users pass through
    live = make_instance(folder)
    assert live.process is not None
    peer = None if options.alone else start_peers(folder / "peers")
    try:
        ours = Server("mailsvc", live.port("imap"), live.port("mx"), live.process.pid, live.data)
        bench = Bench(ours, peer, options.quick)
        for name in options.only or ["idle_memory", "push", "accept", "fan_out", "read", "accuracy", "office"]:
            if name == "read":
                pack = folder / "corpus.pack"
                count = "2000" if options.quick else "20000"
                subprocess.run([sys.executable, str(RIG / "gen_corpus.py"), "-n", count, str(pack)], check=True,
                               stdout=subprocess.DEVNULL)  # fmt: skip
                bench.read(pack)
            else:
                getattr(bench, name)()
        print(table(bench.rows))
    finally:
        live.stop()
        stop_peers(peer)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
