"""Matches octets against ABNF (RFC 5234), written as the RFCs write it, with literals counted as IMAP counts them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

Ends = frozenset[int]
Match = Callable[["Run", int], Ends]
_TOKEN = re.compile(
    r'\s*(?:;[^\n]*\s*)*(?:(?P<string>"[^"]*")|(?P<hex>%x[0-9A-Fa-f]+(?:-[0-9A-Fa-f]+)?)|(?P<repeat>\d*\*\d*|\d+)'
    r"|(?P<name>[A-Za-z][A-Za-z0-9-]*)|(?P<sign>[()\[\]/]))"
)
_LITERAL = re.compile(rb"(~?)\{(0|[1-9]\d*)\}\r\n")
_OTHER_MEDIA = re.compile(rb'"(?!(?:text|multipart|message)")[!-!#-\[\]-~]+"', re.IGNORECASE)
_OTHER_MESSAGE = re.compile(rb'"(?!(?:rfc822|global)")[!-!#-\[\]-~]+"', re.IGNORECASE)
_UTF8 = re.compile(rb"[\xC2-\xDF][\x80-\xBF]|[\xE0-\xEF][\x80-\xBF]{2}|[\xF0-\xF4][\x80-\xBF]{3}")
NONE: Ends = frozenset()
NARROW: frozenset[str] = frozenset()
TEXTS = frozenset({"text-char", "no-bracket"})  # after LANGUAGE (RFC 5255 §3.4)
WIDE = TEXTS | {"quoted-char"}  # after ENABLE (RFC 6855 §3, RFC 9051 §9)


class Run:
    """One text being matched."""

    def __init__(self, text: bytes, wide: frozenset[str]) -> None:
        self.text = text
        self.wide = wide
        self.known: dict[tuple[str, int], Ends] = {}
        self.furthest = 0

    def ended(self, at: int) -> Ends:
        self.furthest = max(self.furthest, at)
        return frozenset((at,))


class Grammar:
    """Rules by their lower-case names."""

    def __init__(self, text: str) -> None:
        self.rules: dict[str, Match] = {
            "literal": _literal(b""),
            "literal8": _literal(b"~"),
            "other-media": _pattern(_OTHER_MEDIA),
            "other-message": _pattern(_OTHER_MESSAGE),
        }
        for name, more, body in re.findall(r"^([A-Za-z][\w-]*) *=(/?)((?:.*\n)(?:[ \t]+.*\n)*)", text + "\n", re.M):
            rule = _Reader(self, body).alternatives()
            before = self.rules.get(name.lower())
            assert (before is None) == (not more), name
            self.rules[name.lower()] = rule if before is None else _any([before, rule])
        for name in WIDE:
            self.rules[name] = _any([self.rules[name], _utf8(name)])

    def stuck(self, rule: str, text: bytes, wide: frozenset[str] = NARROW) -> int | None:
        """How far the text could be read, or None when all of it could. Rules in `wide` take UTF-8 too."""
        run = Run(text, wide)
        return None if len(text) in self.named(rule)(run, 0) else run.furthest

    def named(self, name: str) -> Match:
        key = name.lower()

        def match(run: Run, at: int) -> Ends:
            if (found := run.known.get((key, at))) is None:
                found = run.known[key, at] = self.rules[key](run, at)
            return found

        return match


class _Reader:
    """Reads the right side of a rule."""

    def __init__(self, grammar: Grammar, text: str) -> None:
        self.grammar = grammar
        self.tokens = [(one.lastgroup, one[one.lastgroup]) for one in _TOKEN.finditer(text) if one.lastgroup]

    def take(self, *signs: str) -> str:
        if self.tokens and self.tokens[0][1] in signs:
            return self.tokens.pop(0)[1]
        return ""

    def alternatives(self) -> Match:
        found = [self.sequence()]
        while self.take("/"):
            found.append(self.sequence())
        return _any(found) if len(found) > 1 else found[0]

    def sequence(self) -> Match:
        parts = []
        while self.tokens and self.tokens[0][1] not in ("/", ")", "]"):
            parts.append(self.repetition())
        return _all(parts) if len(parts) > 1 else parts[0]

    def repetition(self) -> Match:
        kind, token = self.tokens[0]
        if kind != "repeat":
            return self.element()
        del self.tokens[0]
        low, star, high = token.partition("*")
        return _repeat(self.element(), int(low or 0), int(high) if high else None if star else int(low))

    def element(self) -> Match:
        kind, token = self.tokens.pop(0)
        match kind:
            case "string":
                return _word(token[1:-1].encode())
            case "hex":
                first, _, last = token[2:].partition("-")
                return _octet(int(first, 16), int(last or first, 16))
            case "name":
                return self.grammar.named(token)
        inner = self.alternatives()
        assert self.take(")" if token == "(" else "]")
        return inner if token == "(" else _repeat(inner, 0, 1)


# ---- the ways to match ----
def _word(word: bytes) -> Match:
    lower = word.lower()

    def match(run: Run, at: int) -> Ends:
        end = at + len(lower)
        return run.ended(end) if run.text[at:end].lower() == lower else NONE

    return match


def _octet(first: int, last: int) -> Match:
    def match(run: Run, at: int) -> Ends:
        return run.ended(at + 1) if at < len(run.text) and first <= run.text[at] <= last else NONE

    return match


def _pattern(pattern: re.Pattern[bytes]) -> Match:
    def match(run: Run, at: int) -> Ends:
        found = pattern.match(run.text, at)
        return run.ended(found.end()) if found else NONE

    return match


def _literal(mark: bytes) -> Match:
    def match(run: Run, at: int) -> Ends:
        found = _LITERAL.match(run.text, at)
        if not found or found[1] != mark:
            return NONE
        end = found.end() + int(found[2])
        good = end <= len(run.text) and (mark or b"\x00" not in run.text[found.end() : end])
        return run.ended(end) if good else NONE

    return match


def _utf8(name: str) -> Match:
    def match(run: Run, at: int) -> Ends:
        found = _UTF8.match(run.text, at) if name in run.wide else None
        return run.ended(found.end()) if found else NONE

    return match


def _any(choices: list[Match]) -> Match:
    return lambda run, at: frozenset().union(*(one(run, at) for one in choices))


def _all(parts: list[Match]) -> Match:
    def match(run: Run, at: int) -> Ends:
        ends: Ends = frozenset((at,))
        for part in parts:
            ends = frozenset().union(*(part(run, end) for end in ends))
            if not ends:
                break
        return ends

    return match


def _repeat(part: Match, low: int, high: int | None) -> Match:
    def match(run: Run, at: int) -> Ends:
        ends: Ends = frozenset((at,))
        found = ends if low == 0 else NONE
        count = 0
        while ends and (high is None or count < high):
            ends = frozenset().union(*(part(run, end) for end in ends)) - found
            count += 1
            if count >= low:
                found |= ends
        return found

    return match


RESPONSES = Grammar(Path(__file__).with_name("responses.abnf").read_text("utf-8"))


def check_response(response: bytes, wide: frozenset[str] = NARROW) -> None:
    """A whole response with its CRLF and literals. Raises AssertionError with what could not be read."""
    at = RESPONSES.stuck("response", response, wide)
    assert at is None, f"no grammar for {response[max(0, at - 120) : at]!r} >>> {response[at : at + 80]!r}"
