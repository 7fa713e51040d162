"""The names of document types for the form's list of suggestions."""

from __future__ import annotations

from functools import lru_cache

from mailsvc.documents.extraction.catalogue import document_types


@lru_cache(maxsize=1)
def type_names() -> tuple[str, ...]:
    """In the order of the catalogue."""
    return tuple(dict.fromkeys(one.name for one in document_types()))
