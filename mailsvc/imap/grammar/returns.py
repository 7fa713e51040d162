"""`RETURN ( … )` of the searching commands (RFC 9051 §6.4.4, RFC 5267 §4, RFC 9394 §3.1, RFC 6203 §4)."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.grammar.fetch import Section, parse_items
from mailsvc.imap.grammar.partial import Partial, parse_partial

_NEEDS = {"SAVE": "SEARCHRES", "RELEVANCY": "SEARCH=FUZZY", "UPDATE": "CONTEXT=SEARCH", "CONTEXT": "CONTEXT=SEARCH"}
_OPTIONS = frozenset(("MIN", "MAX", "ALL", "COUNT", "PARTIAL", *_NEEDS))


Fetched = tuple[frozenset[str], tuple[Section, ...]]
"""Plain FETCH items and sections."""
NOTHING: Fetched = (frozenset(), ())


@dataclass(frozen=True, slots=True)
class Returns:
    """The options in capitals, never empty; `partial` when PARTIAL is one of them; `fetch` what is to be fetched of new
    messages that UPDATE tells of."""

    options: frozenset[str]
    partial: Partial | None = None
    fetch: Fetched = NOTHING

    def __contains__(self, option: str) -> bool:
        return option in self.options

    @property
    def only_save(self) -> bool:
        """Nothing is to be told, only kept."""
        return self.options == {"SAVE"}


ALL = Returns(frozenset(("ALL",)))


def parse_returns(cursor: Cursor) -> Returns | None:
    """`RETURN ( … ) SP`; `()` means ALL. None when there is none."""
    if cursor.data[cursor.pos : cursor.pos + 8].upper() != b"RETURN (":
        return None
    cursor.needs("ESEARCH", "RETURN")
    cursor.pos += 7
    found = cursor.parenthesised(lambda: _option(cursor), empty=True)
    partials = [one for _, one in found if isinstance(one, Partial)]
    fetched = next((one for _, one in found if isinstance(one, tuple)), NOTHING)
    options = frozenset(name for name, _ in found)
    if len(partials) > 1 or (partials and "ALL" in options):
        raise cursor.error("chỉ được một PARTIAL hoặc một ALL")
    cursor.space()
    return Returns(options, partials[0] if partials else None, fetched) if options else ALL


def _option(cursor: Cursor) -> tuple[str, Partial | Fetched | None]:
    word = cursor.word()
    if word not in _OPTIONS:
        raise cursor.error(f"tuỳ chọn RETURN {word[:40]} không có")
    if word in _NEEDS:
        cursor.needs(_NEEDS[word], word)
    if word == "UPDATE" and cursor.peek(b" ("):  # RFC 5465 §7
        cursor.needs("NOTIFY", "UPDATE (…)")
        cursor.space()
        return word, parse_items(cursor)
    if word != "PARTIAL":
        return word, None
    cursor.space()
    return word, parse_partial(cursor)
