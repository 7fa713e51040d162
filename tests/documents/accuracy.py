"""How well the extraction does: per field, how many that exist were found and how many that were given are right."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailsvc.vietnamese.fold import canon, fold

FIELDS = (
    "type_name",
    "type_abbr",
    "number",
    "notation",
    "code",
    "issue_date",
    "place",
    "issuer",
    "issuer_printed",
    "superior_printed",
    "subject",
    "signer.authority",
    "signer.position",
    "signer.name",
    "urgency",
    "deadline",
    "deadline_text",
    "addressed_to",
    "meeting.start",
    "meeting.place",
    "meeting.chair",
    "secrecy",
)
_NAMES = ("issuer", "issuer_printed", "superior_printed", "addressed_to")


@dataclass
class Count:
    """Of one field: there = the document has it, given = a value was proposed, right = it is the expected one."""

    there: int = 0
    found: int = 0
    given: int = 0
    right: int = 0


def value_of(document: Mapping[str, Any] | None, name: str) -> Any:
    """The value of a dotted field, None when absent or empty."""
    value: Any = document or {}
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value or None


def plain(value: Any) -> Any:
    """NFC, blanks joined; lists part by part."""
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFC", value).split())
    return [plain(one) for one in value] if isinstance(value, list) else value


def is_right(name: str, expected: Any, given: Any) -> bool:
    """Names of organisations after folding, a deadline's words when one holds the core of the other, others exactly."""
    expected, given = plain(expected), plain(given)
    if name in _NAMES and expected is not None:
        return fold(json.dumps(expected, ensure_ascii=False)) == fold(json.dumps(given, ensure_ascii=False))
    if name == "deadline_text" and expected and given:
        core = expected.split("...")[-1].split("(")[0].strip()
        return core in given or given in core
    if isinstance(expected, str) and isinstance(given, str):
        return canon(expected) == canon(given)
    return bool(expected == given)


def measure(
    pairs: Iterable[tuple[str, Mapping[str, Any], Mapping[str, Any] | None]],
) -> tuple[dict[str, Count], list[str]]:
    """Counts per field over (file, expected document, given document), and a line for each difference."""
    table = {name: Count() for name in FIELDS}
    misses: list[str] = []
    for file, expected, given in pairs:
        for name in FIELDS:
            wanted, got = value_of(expected, name), value_of(given, name)
            count = table[name]
            right = wanted is not None and got is not None and is_right(name, wanted, got)
            count.there += wanted is not None
            count.found += right
            count.given += got is not None
            count.right += right
            if wanted != got and not right:
                misses.append(f"{file}: {name}: expected {wanted!r}, got {got!r}")
    return table, misses


def percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0


def totals(table: Mapping[str, Count]) -> tuple[float, float]:
    """Found % of what is there, right % of what was given, over all fields."""
    there = sum(count.there for count in table.values())
    given = sum(count.given for count in table.values())
    return percent(sum(c.found for c in table.values()), there), percent(sum(c.right for c in table.values()), given)


def report(table: Mapping[str, Count]) -> str:
    """The table as text."""
    lines = [f"{'field':<18}{'there':>6}{'found %':>9}{'given':>7}{'right %':>9}"]
    for name, count in table.items():
        found, right = percent(count.found, count.there), percent(count.right, count.given)
        lines.append(f"{name:<18}{count.there:>6}{found:>9.1f}{count.given:>7}{right:>9.1f}")
    found, right = totals(table)
    there, given = sum(count.there for count in table.values()), sum(count.given for count in table.values())
    lines.append(f"{'all':<18}{there:>6}{found:>9.1f}{given:>7}{right:>9.1f}")
    return "\n".join(lines)


def sample_documents(
    folder: Path, kinds: tuple[str, ...] = ("docx", "pdf", "signed")
) -> list[tuple[Path, dict[str, Any]]]:
    """Files of the sample set with a text layer, and what must be read from them."""
    files = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["files"]
    return [
        (folder / name, entry["document"])
        for name, entry in files.items()
        if name.split("/")[0] in kinds and entry.get("document")
    ]


def measure_samples(folder: Path) -> tuple[dict[str, Count], list[str]]:
    """The sample set read in this process: counts and differences."""
    from mailsvc.documents.extraction.reading import read_file

    pairs = []
    for path, expected in sample_documents(folder, ("docx", "pdf", "signed", "format")):
        proposal = read_file(path.read_bytes()).proposal
        given = proposal.to_dict() if proposal is not None else None
        pairs.append((path.relative_to(folder).as_posix(), expected, given))
    return measure(pairs)


if __name__ == "__main__":  # python -m tests.documents.accuracy SAMPLES
    counts, differences = measure_samples(Path(sys.argv[1]))
    print("\n".join([*differences, report(counts)]))
