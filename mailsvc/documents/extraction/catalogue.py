"""Office data read once: document types, spelling of organisations, positions (config/*.toml)."""

import os
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mailsvc.vietnamese.fold import canon, fold

from .layout import squeeze

LETTER = "Công văn"  # the type without a type line and without an abbreviation


def config_folder() -> Path:
    """The folder of the office data: MAILSVC_CONFIG_DIR, or config/ beside the package."""
    named = os.environ.get("MAILSVC_CONFIG_DIR")
    return Path(named) if named else Path(__file__).resolve().parents[3] / "config"


@dataclass(frozen=True, slots=True)
class DocumentType:
    """One type of document. abbreviation is empty for công văn, thư công and types without one."""

    name: str
    abbreviation: str
    is_administrative: bool
    in_outgoing: bool
    normative: bool
    aliases: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """heads and the keys of words in small letters with their marks (Vụ is not Vũ); the others folded."""

    heads: tuple[str, ...]
    localities: tuple[str, ...]
    levels: tuple[str, ...]
    cities: tuple[str, ...]
    words: dict[str, str]


@lru_cache(maxsize=1)
def document_types() -> tuple[DocumentType, ...]:
    with open(config_folder() / "document_types.toml", "rb") as file:
        entries = tomllib.load(file)["type"]
    return tuple(
        DocumentType(
            name=entry["name"],
            abbreviation=entry["abbreviation"],
            is_administrative=entry["is_administrative"],
            in_outgoing=entry["in_outgoing"],
            normative=entry.get("normative", False),
            aliases=tuple(entry.get("aliases", ())),
            names=tuple(entry.get("names", ())),
        )
        for entry in entries
    )


@lru_cache(maxsize=1)
def spelling() -> Spelling:
    with open(config_folder() / "issuers.toml", "rb") as file:
        data = tomllib.load(file)
    return Spelling(
        heads=tuple(sorted((canon(word).casefold() for word in data["heads"]), key=len, reverse=True)),
        localities=tuple(fold(word) for word in data["localities"]),
        levels=tuple(fold(word) for word in data["levels"]),
        cities=tuple(fold(word) for word in data["cities"]),
        words={canon(printed).casefold(): spelled for printed, spelled in data["words"].items()},
    )


@lru_cache(maxsize=1)
def _by_title() -> tuple[tuple[str, DocumentType], ...]:
    titles = [(fold(name), kind) for kind in document_types() for name in (kind.name, *kind.names)]
    return tuple(sorted(titles, key=lambda pair: len(pair[0]), reverse=True))


@lru_cache(maxsize=1)
def _by_abbreviation() -> dict[str, DocumentType]:
    """By the abbreviation in small letters, and without marks where that names one type only (HD and HĐ are two)."""
    pairs = [(short, kind) for kind in document_types() for short in (kind.abbreviation, *kind.aliases) if short]
    folded = [fold(short) for short, _ in pairs]
    plain = {fold(short): kind for short, kind in pairs if folded.count(fold(short)) == 1}
    return plain | {short.casefold(): kind for short, kind in pairs}


def type_of_title(text: str) -> tuple[DocumentType, str] | None:
    """The type whose name begins the line, and the rest of the line; None when there is none."""
    line = squeeze(text)
    if re.fullmatch(r"(?:\w ){4,}\w", line):  # Q U Y Ế T Đ Ị N H
        bare = fold(line.replace(" ", ""))
        return next(((kind, "") for name, kind in _by_title() if name.replace(" ", "") == bare), None)
    key = fold(line)
    for name, kind in _by_title():
        if key == name or (key.startswith(name + " ") and len(key) == len(line)):
            return kind, line[len(name) :].strip()
    return None


def type_of_abbreviation(short: str) -> DocumentType | None:
    """The type of `QĐ`, `TTr`, also written `QD`."""
    known = _by_abbreviation()
    return known.get(short.casefold()) or known.get(fold(short))


def type_named(name: str) -> DocumentType:
    """Raises KeyError when the catalogue has no such type."""
    for kind in document_types():
        if kind.name == name:
            return kind
    raise KeyError(name)


@lru_cache(maxsize=1)
def positions() -> tuple[str, ...]:
    """Words, folded, with which a position in a signature block begins."""
    with open(config_folder() / "signers.toml", "rb") as file:
        return tuple(fold(word) for word in tomllib.load(file)["positions"])
