"""Words of the house that come from configuration, in the language of the request.

What is stored and printed stays Vietnamese; the forms of the office take the words as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from mailsvc.documents.labels import Labels, labels
from webmail.i18n import VIETNAMESE, house_word, language

T = TypeVar("T")


def spoken(table: T) -> T:
    """A dataclass of such words (documents.labels, the words of routing, tasks and outgoing) as a page shows it."""
    if language() == VIETNAMESE:
        return table
    tables = {one.name: getattr(table, one.name) for one in fields(table)}  # type: ignore[arg-type]
    said = {name: titles(words) for name, words in tables.items() if _is_words(words)}
    return replace(table, **said)  # type: ignore[type-var]


def titles(words: Mapping[str, str]) -> dict[str, str]:
    """Stored value to its title."""
    return {value: house_word(title) for value, title in words.items()}


def spoken_labels() -> Labels:
    """The words of the register, for every template."""
    return spoken(labels())


def _is_words(found: Any) -> bool:
    return isinstance(found, Mapping) and all(isinstance(one, str) for one in found.values())
