"""Measures a bench instance of this service and, where installed, Postfix and Dovecot beside it; prints one table.

The measuring client and the peers' set-ups are those of the rig in ../shared (MAILSVC_SHARED overrides). All servers
are durable, all in clear on loopback, measured in turn. Medians; each row carries its ratio to the peer and its aim.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.bench_servers import (  # noqa: E402
    PASSWORD,
    RIG,
    Server,
    make_instance,
    program,
    rig,
    start_peers,
    stop_peers,
)  # fmt: skip

ALL = [
    "idle_memory", "push", "accept", "fan_out", "logins", "mixed", "read", "idle_large", "cold_select", "accuracy",
    "office", "web",
]  # fmt: skip

READING: tuple[tuple[str, float, float], ...] = (
    ("fetch_uid_flags", 1.0, 0),
    ("fetch_envelope", 0.35, 0),
    ("fetch_bodystructure", 1.0, 0),
    ("uid_fetch_bodies", 1.5, 0),
    ("search_text_en", 0.05, 12),
    ("search_body_vi", 0.05, 11),
    ("search_subject", 0, 17),
    ("search_from_vi", 0, 28),
    ("sort_date", 0.8, 0),
    ("thread_refs", 0.8, 0),
    ("store_add", 0.5, 0),
)
"""A test of bench_read.py, at most so many times the peer's time, at most so many milliseconds (0: no such aim).

The milliseconds are those of Dovecot with fts-xapian, measured once on a machine like ours.
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


def select_ms(port: int, times: int = 15) -> float:
    """Milliseconds of a SELECT of the large mailbox, by the rig's client; the median."""
    sys.path.insert(0, str(RIG))
    from peerlib import Imap  # type: ignore[import-not-found]

    client = Imap("127.0.0.1", port)
    client.login("bench@example.test", PASSWORD)
    taken = []
    for _ in range(times):
        began = time.monotonic()
        client.select()
        taken.append((time.monotonic() - began) * 1000)
    client.close()
    return round(statistics.median(taken), 1)


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
            loaded = rig("load_mailbox.py", server, "--pack", str(pack), "--fresh", "--user", "bench@example.test")
            read = rig("bench_read.py", server, "--user", "bench@example.test", timeout=1800)
            return {"loaded": loaded["msgs_per_s"], "select": select_ms(server.imap), **read}

        ours, theirs = self.both(measure)
        for test, ratio, most in READING:
            mine, other = ours["tests"][test], theirs["tests"].get(test, {}) if theirs else {}
            median = mine["ms"]["median"]
            peer = other["ms"]["median"] if "ms" in other else None
            same = "count" not in other or mine.get("count") == other["count"]
            aims = [f"≤ {ratio} ×"] if ratio else []
            aims += [f"≤ {most} ms"] if most else []
            reached = same and (not most or median <= most) and (not ratio or peer is None or median <= ratio * peer)
            self.add(f"{test} over {ours['messages']} mails", median, peer, "ms", ", ".join(aims),
                     reached if peer or most else None)  # fmt: skip
        self.add("SELECT of that mailbox, warm", ours["select"], theirs["select"] if theirs else None, "ms", "≤ 3 ms",
                 ours["select"] <= 3)  # fmt: skip
        self.more("MULTIAPPEND, 100 at a time", ours["loaded"], theirs["loaded"] if theirs else None, 1.2)

    def cold_select(self, restart: Callable[[], None]) -> None:
        """The first SELECT of the large mailbox after a start; after `read`."""
        restart()
        mine = select_ms(self.ours.imap, times=1)
        self.add("SELECT of that mailbox, cold", mine, None, "ms", "≤ 15 ms", mine <= 15)

    def more(self, name: str, ours: float, peer: float | None, ratio: float) -> None:
        """A row where more is better."""
        self.add(f"{name}, per second", ours, peer, "/s", f"≥ {ratio} ×", ours >= ratio * peer if peer else None)

    def logins(self) -> None:
        seconds, runs = ("1", "1") if self.quick else ("4", "5")

        def measure(server: Server) -> dict[str, Any]:
            return rig("bench_logins.py", server, "--user", "bench@example.test", "--secs", seconds, "--runs", runs)

        ours, theirs = self.both(measure)
        self.more("LOGIN, SELECT, LOGOUT with 20 clients", ours["per_s"]["median"],
                  theirs["per_s"]["median"] if theirs else None, 1.5)  # fmt: skip

    def mixed(self) -> None:
        def measure(server: Server) -> dict[str, Any]:
            seconds, runs = ("1", "1") if self.quick else ("5", "5")
            command = [sys.executable, str(ROOT / "scripts" / "bench_mixed.py"), "--port", str(server.imap)]
            return program([*command, "--secs", seconds, "--runs", runs])

        ours, theirs = self.both(measure)
        self.more("mixed load of 20 clients, commands", ours["per_s"], theirs["per_s"] if theirs else None, 1.0)

    def idle_memory(self) -> None:
        self._idle("memory per idle IMAP connection", 60)

    def idle_large(self) -> None:
        """After `read`, all connections on the large mailbox."""
        self._idle("memory per idle IMAP connection on the large mailbox", 20, "--users", "bench@example.test")

    def _idle(self, name: str, most: int, *arguments: str) -> None:
        def measure(server: Server) -> dict[str, Any]:
            count = "200" if self.quick else "1000"
            return rig("bench_idlemem.py", server, "-n", count, "--pid", str(server.pid), *arguments)

        ours, theirs = self.both(measure)
        mine = ours["pss_kib_per_connection"]
        other = theirs["pss_kib_per_connection"] if theirs else None
        self.add(name, mine, other, "KiB", f"≤ {most} KiB", mine <= most and not ours["errors"])

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
                elif one.name.startswith("reminders"):  # nobody waits for the sweep
                    self.add(f"office: {one.name}, p95", round(one.p95, 1), None, "ms", "", None)
                else:
                    self.add(f"office: {one.name}, p95", round(one.p95, 1), None, "ms", "≤ 150 ms", one.p95 <= 150)


    def web(self) -> None:
        """The web face in Chromium and over HTTP; no peer, the aims are milliseconds and kilobytes."""
        from scripts import bench_web

        with tempfile.TemporaryDirectory(prefix="mailsvc-web-") as folder:
            letters, documents, runs = (3000, 3000, 8) if self.quick else (100_000, 100_000, 24)
            for one in bench_web.figures(Path(folder), letters, documents, runs):
                aim = f"≤ {one.most:g} {one.unit}" if one.most else ""
                self.add(one.name, one.value, None, one.unit, aim, one.value <= one.most if one.most else None)


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | mailsvc | peer | ratio | to reach | reached |", "| --- | --- | --- | --- | --- | --- |"]
    words = {True: "yes", False: "NO", None: "no peer"}
    lines += [f"| {r.name} | {r.ours} | {r.peer} | {r.ratio} | {r.aim} | {words[r.reached]} |" for r in rows]
    return "\n".join(lines)


def make_corpus(folder: Path, count: int) -> Path:
    pack = folder / "corpus.pack"
    command = [sys.executable, str(RIG / "gen_corpus.py"), "-n", str(count), str(pack)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return pack


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small counts, one run: to see that it works")
    parser.add_argument("--only", nargs="*", default=[], choices=ALL, help="these alone")
    parser.add_argument("--alone", action="store_true", help="without peers")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="mailsvc-bench-"))
    folder.chmod(0o755)  # the peers' own users pass through
    live = make_instance(folder)
    assert live.process is not None
    peer = None if options.alone else start_peers(folder / "peers")
    try:
        bench = Bench(
            Server("mailsvc", live.port("imap"), live.port("mx"), live.process.pid, live.data), peer, options.quick
        )

        def restart() -> None:
            live.stop()
            live.start()
            assert live.process is not None
            bench.ours = replace(bench.ours, pid=live.process.pid)

        for name in options.only or ALL:
            match name:
                case "read":
                    bench.read(make_corpus(folder, 2000 if options.quick else 20_000))
                case "cold_select":
                    bench.cold_select(restart)
                case _:
                    getattr(bench, name)()
        print(table(bench.rows))
    finally:
        live.stop()
        stop_peers(peer)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
