"""The house rules that no linter knows: layers, sizes, the RFC map. Prints every breach; exits 1 when there is one."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LIMIT, FILE_STOP = 400, 600
FUNCTION_LIMIT, FUNCTION_STOP = 40, 80

GROUND = {"store", "message", "vietnamese", "auth", "mailauth", "net", "core"}
WORK = {"mail", "documents", "agenda", "accounts", "reports"}
DOORS = {"smtp", "imap", "dav", "http", "webmail"}
TOP = {"cli", "jobs", "app", "opening"}
PURE = {"message", "vietnamese"}

_ANY_RFC = re.compile(r"\bRFC ?(\d{3,5})\b")


def sources() -> list[Path]:
    """All Python files of the product."""
    return sorted([*ROOT.glob("mailsvc/**/*.py"), *ROOT.glob("webmail/**/*.py")])


def room_of(path: Path) -> str:
    """The room a file belongs to: `store`, `imap`, `webmail`, `app` …"""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "webmail":
        return "webmail"
    return parts[1] if len(parts) > 2 else path.stem


def imports_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, room) for each import of one of our rooms."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module] if node.module != "mailsvc" else [f"mailsvc.{alias.name}" for alias in node.names]
        for name in names:
            steps = name.split(".")
            if steps[0] == "webmail":
                yield getattr(node, "lineno", 0), "webmail"
            elif steps[0] == "mailsvc" and len(steps) > 1:
                yield getattr(node, "lineno", 0), steps[1]


def allowed(room: str, target: str) -> bool:
    """Whether a room may import another: downwards only; doors never each other; the pure rooms only themselves."""
    if room == target or room in TOP or room == "__init__":
        return True
    if room in PURE:
        return target in PURE
    if room in GROUND:
        return target in GROUND
    if room in WORK:
        return target in GROUND | WORK
    if room in DOORS:
        return target in GROUND | WORK or {room, target} == {"http", "webmail"}
    return False


def layer_breaches() -> Iterator[str]:
    for path in sources():
        room = room_of(path)
        tree = ast.parse(path.read_text("utf-8"))
        for line, target in imports_of(tree):
            if not allowed(room, target):
                yield f"{path.relative_to(ROOT)}:{line}: {room} must not import {target}"
        yield from _ground_breaches(path, room, tree)


def _ground_breaches(path: Path, room: str, tree: ast.AST) -> Iterator[str]:
    """Only store/ knows SQL; only net/ dials out or listens."""
    for node in ast.walk(tree):
        module = ""
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
        elif isinstance(node, ast.Import):
            module = node.names[0].name
        top = module.split(".")[0]
        if top in {"sqlalchemy", "sqlite3", "psycopg", "alembic"} and room != "store":
            yield f"{path.relative_to(ROOT)}:{node.lineno}: only store/ knows SQL, not {room}"
        if top in {"smtplib", "imaplib", "http.client", "urllib.request", "requests"} and room != "net":
            yield f"{path.relative_to(ROOT)}:{node.lineno}: only net/ dials out, not {room}"


def size_breaches() -> Iterator[str]:
    """Hard stops are breaches; the softer limits are told by `--advice`."""
    for path in sources():
        text = path.read_text("utf-8")
        where = path.relative_to(ROOT)
        if (lines := text.count("\n")) > FILE_STOP:
            yield f"{where}: {lines} lines, at most {FILE_STOP}"
        for name, line, length in functions(text):
            if length > FUNCTION_STOP:
                yield f"{where}:{line}: {name} has {length} lines, at most {FUNCTION_STOP}"


def advice() -> Iterator[str]:
    for path in sources():
        text = path.read_text("utf-8")
        where = path.relative_to(ROOT)
        if (lines := text.count("\n")) > FILE_LIMIT:
            yield f"{where}: {lines} lines, better at most {FILE_LIMIT}"
        for name, line, length in functions(text):
            if length > FUNCTION_LIMIT:
                yield f"{where}:{line}: {name} has {length} lines, better at most {FUNCTION_LIMIT}"


def functions(text: str) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


def rfc_breaches() -> Iterator[str]:
    """A claimed RFC has a reference in the code and a test; a reference names a listed RFC."""
    claims = tomllib.loads((ROOT / "mailsvc/rfc.toml").read_text("utf-8"))["rfc"]
    referenced: dict[str, Path] = {}
    for path in sources():
        for match in _ANY_RFC.finditer(path.read_text("utf-8")):
            referenced.setdefault(match.group(1), path)
    tested = {
        match.group(1)
        for path in [*ROOT.glob("tests/**/*.py"), *ROOT.glob("tests/**/*.txt")]
        for match in _ANY_RFC.finditer(path.read_text("utf-8", errors="replace"))
    }
    for number, path in sorted(referenced.items()):
        if number not in claims:
            yield f"{path.relative_to(ROOT)}: RFC {number} is not in mailsvc/rfc.toml"
    for number, claim in claims.items():
        if claim["state"] not in {"yes", "partly", "no"}:
            yield f"mailsvc/rfc.toml: RFC {number}: state is yes, partly or no"
        if claim["state"] == "yes" and number not in referenced:
            yield f"mailsvc/rfc.toml: RFC {number} is claimed and has no reference in the code"
        if claim["state"] == "yes" and number not in tested:
            yield f"mailsvc/rfc.toml: RFC {number} is claimed and no test names it"


def main() -> int:
    if "--advice" in sys.argv:
        print("\n".join(advice()))
        return 0
    breaches = [*layer_breaches(), *size_breaches(), *rfc_breaches()]
    for breach in breaches:
        print(breach)
    print(f"house rules: {len(breaches)} breaches in {len(sources())} files")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
