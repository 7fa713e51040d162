"""Address lists (RFC 5322 §3.4), read tolerantly and in linear time."""

import re
from functools import lru_cache
from typing import NamedTuple

from mailsvc.message.headers import decode

_SPECIAL = rb'"(),:;<>@\[\]\\\s'
# What nearly every address looks like: name <local@domain>, or local@domain alone.
# Possessive, because a blank may belong to two neighbouring pieces and must not be tried for both.
_SIMPLE = re.compile(
    rb'\s*+(?:"([^"\\]*+)"\s*+|([^"(),:;<>@\[\]\\]*+))<([^' + _SPECIAL + rb"]++)@([^" + _SPECIAL + rb"]++)>\s*+(?:,|\Z)"
    rb"|\s*+([^" + _SPECIAL + rb"]++)@([^" + _SPECIAL + rb"]++)\s*+(?:,|\Z)"
)
_TOKEN = re.compile(
    rb'\s*(?:("(?:[^"\\]|\\.)*(?:"|\Z))|(\[[^\]]*(?:\]|\Z))|([(),:;<>@])|((?:\\.|[^' + _SPECIAL + rb"])+)|(.))",
    re.DOTALL,
)
_PARENTHESIS = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


class Address(NamedTuple):
    """Raw parts of one address: display name, source route, local part, domain.

    Group marks are addresses too: start (None, None, name, None), end (None, None, None, None), as in an ENVELOPE.
    """

    name: bytes | None
    route: bytes | None
    local: bytes | None
    domain: bytes | None

    @property
    def mailbox(self) -> str:
        """local@domain as text; '' for a group mark."""
        if self.local is None or self.domain is None:
            return ""
        local, domain = decode(self.local), decode(self.domain)
        return f"{local}@{domain}" if domain else local

    @property
    def display(self) -> str:
        """The display name decoded, '' when there is none."""
        return decode(self.name) if self.name else ""


def addresses(value: bytes) -> tuple[Address, ...]:
    """All addresses and group marks of an unfolded value, in order."""
    return _remembered(value) if len(value) <= _MEMORABLE else _read(value)


def _read(value: bytes) -> tuple[Address, ...]:
    found: list[Address] = []
    at = 0
    while at < len(value):
        simple = _SIMPLE.match(value, at)
        if simple is None:
            found.extend(_Reader(value, at).read())
            break
        quoted, phrase, local, domain, bare, host = simple.groups()
        if bare is not None:
            found.append(Address(None, None, bare, host))
        else:
            name = quoted if quoted is not None else b" ".join(phrase.split())
            found.append(Address(name or None, None, local, domain))
        at = simple.end()
    return tuple(found)


_MEMORABLE = 200
_remembered = lru_cache(maxsize=2048)(_read)  # the same people write and are written to


class _Reader:
    """Reads whatever the fast form does not know: comments, groups, routes, literals, broken addresses."""

    def __init__(self, value: bytes, at: int) -> None:
        self.value = value
        self.at = at
        self.found: list[Address] = []
        self.in_group = False
        self._clear()

    def _clear(self) -> None:
        self.words: list[tuple[bytes, bool]] = []
        self.comment = b""
        self.phrase: list[tuple[bytes, bool]] | None = None
        self.route = b""

    def read(self) -> list[Address]:
        while (token := _TOKEN.match(self.value, self.at)) is not None:
            self.at = token.end()
            quoted, literal, special, atom, _stray = token.groups()
            if special is not None:
                self._special(special)
            elif quoted is not None:
                self.words.append((_ESCAPED.sub(rb"\1", quoted[1:].removesuffix(b'"')), True))
            elif literal is not None or atom is not None:
                self.words.append((literal if literal is not None else atom, False))
        self._finish()
        if self.in_group:
            self.found.append(Address(None, None, None, None))
        return self.found

    def _special(self, special: bytes) -> None:
        if special == b",":
            self._comma()
        elif special == b"<":
            self.phrase, self.words = self.words if self.phrase is None else self.phrase, []
        elif special == b"(":
            self.comment = self._comment()
        elif special == b":":
            self._colon()
        elif special == b";":
            self._finish()
            if self.in_group:
                self.found.append(Address(None, None, None, None))
                self.in_group = False
        elif special == b"@":
            self.words.append((b"@", False))

    def _comma(self) -> None:
        # Inside <…> a comma separates the hops of a source route (RFC 5322 §4.4).
        if self.phrase is not None and self.words and self.words[0] == (b"@", False):
            self.words.append((b",", False))
        else:
            self._finish()

    def _colon(self) -> None:
        if self.phrase is not None:
            self.route = b"".join(word for word, _ in self.words)
            self.words = []
        elif self.words and not self.in_group and (b"@", False) not in self.words:
            self.found.append(Address(None, None, _phrase(self.words), None))
            self.in_group = True
            self._clear()

    def _comment(self) -> bytes:
        depth, start = 1, self.at
        for mark in _PARENTHESIS.finditer(self.value, self.at):
            if mark[0] not in (b"(", b")"):
                continue
            depth += 1 if mark[0] == b"(" else -1
            if depth == 0:
                self.at = mark.end()
                return _ESCAPED.sub(rb"\1", self.value[start : mark.start()]).strip()
        self.at = len(self.value)
        return self.value[start:].strip()

    def _finish(self) -> None:
        phrase, words = self.phrase, self.words
        if not words and not phrase:
            self._clear()
            return
        local, domain = _split(words)
        name = _phrase(phrase) if phrase else b""
        if phrase is None and domain == b"" and len(words) > 1:
            local = _phrase(words)
        self.found.append(Address(name or self.comment or None, self.route or None, local, domain))
        self._clear()


def _phrase(words: list[tuple[bytes, bool]]) -> bytes:
    return b" ".join(word for word, _ in words)


def _split(words: list[tuple[bytes, bool]]) -> tuple[bytes, bytes]:
    """Local part and domain at the last bare @; without one all is local part and the domain is empty."""
    for index in range(len(words) - 1, -1, -1):
        if words[index] == (b"@", False):
            return b"".join(word for word, _ in words[:index]), b"".join(word for word, _ in words[index + 1 :])
    return b"".join(word for word, _ in words), b""
