"""Fill the last column of docs/yeu-cau.md with the tests named test_rNN_…; `--check` only says whether it is true."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "yeu-cau.md"
STATES = ("có", "một phần", "chưa")
LAST = 64

_TEST = re.compile(r"^\s*(?:async )?def (test_r(\d\d)_\w+)", re.MULTILINE)
_ROW = re.compile(r"^\| R(\d+) \|")
_NAMED = re.compile(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`")


def requirement_tests() -> dict[int, dict[str, list[str]]]:
    """Requirement to file to its tests."""
    found: dict[int, dict[str, list[str]]] = {}
    for path in sorted(ROOT.glob("tests/**/*.py")):
        for name, number in _TEST.findall(path.read_text("utf-8")):
            found.setdefault(int(number), {}).setdefault(str(path.relative_to(ROOT)), []).append(name)
    return found


def rewritten(page: str) -> str:
    """The page with the tests that there are."""
    tests = requirement_tests()
    lines = []
    for line in page.splitlines():
        row = _ROW.match(line)
        if row is None:
            lines.append(line)
            continue
        cells = line.strip().strip("|").split("|")
        cells[-1] = f" {_shown(tests.get(int(row[1]), {}))} "
        lines.append("|" + "|".join(cells) + "|")
    return "\n".join(lines) + "\n"


def _shown(files: dict[str, list[str]]) -> str:
    return "<br>".join(f"`{path}`: {', '.join(f'`{name}`' for name in names)}" for path, names in files.items()) or "–"


def faults(page: str) -> Iterator[str]:
    """What is wrong with the page: rows that are missing, states that are none, tests named that do not exist."""
    rows = {int(row[1]): line for line in page.splitlines() if (row := _ROW.match(line))}
    for number in range(1, LAST + 1):
        if number not in rows:
            yield f"R{number} has no row"
            continue
        cells = [cell.strip() for cell in rows[number].strip().strip("|").split("|")]
        if len(cells) != 5 or cells[3] not in STATES:
            yield f"R{number}: five cells, the fourth one of {', '.join(STATES)}"
        elif cells[3] == "có" and cells[4] == "–" and not _NAMED.search(cells[2]):
            yield f"R{number} is said to be there and no test shows it"
    for path, name in _NAMED.findall(page):
        file = ROOT / path
        if not file.exists() or (name and f"def {name}(" not in file.read_text("utf-8")):
            yield f"`{path}{'::' + name if name else ''}` does not exist"
    if rewritten(page) != page:
        yield "the tests of the page are not those of the repository: run scripts/requirements_page.py"


def main() -> int:
    page = PAGE.read_text("utf-8")
    if "--check" not in sys.argv:
        page = rewritten(page)
        PAGE.write_text(page, "utf-8")
    found = list(faults(page))
    print("\n".join(found) or "docs/yeu-cau.md is true")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
