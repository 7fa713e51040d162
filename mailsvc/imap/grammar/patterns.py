"""LIST patterns: `*` matches anything, `%` anything within one level (RFC 9051 §6.3.9).

A pattern runs as a set of positions held in the bits of one integer, so time grows with the name's length only,
however many wildcards a hostile pattern piles up.
"""

from __future__ import annotations

import re

from mailsvc.imap.errors import TooMuch
from mailsvc.imap.grammar.names import DELIMITER

MAX_PATTERN = 1000
_WILD_RUN = re.compile(r"[%*]*\*[%*]*|%+")


class Pattern:
    """One compiled LIST pattern, already joined with its reference name."""

    __slots__ = ("_letters", "_percents", "_stars", "text")

    def __init__(self, text: str) -> None:
        if len(text) > MAX_PATTERN:
            raise TooMuch(f"Mẫu tên hộp thư dài quá {MAX_PATTERN} ký tự")
        self.text = _WILD_RUN.sub(lambda run: "*" if "*" in run[0] else "%", text)
        self._letters: dict[str, int] = {}
        self._stars = self._percents = 0
        for position, letter in enumerate(self.text):
            if letter == "*":
                self._stars |= 1 << position
            elif letter == "%":
                self._percents |= 1 << position
            else:
                self._letters[letter] = self._letters.get(letter, 0) | 1 << position

    def matches(self, name: str) -> bool:
        """Whether the whole name fits; INBOX fits in either case of its letters."""
        letters = self._letters
        caseless = len("INBOX") if name == "INBOX" or name.startswith("INBOX/") else 0
        wild = self._stars | self._percents
        states = self._open(1, wild)
        for position, letter in enumerate(name):
            same = letters.get(letter, 0)
            if position < caseless:
                same |= letters.get(letter.lower(), 0)
            stay = self._stars if letter == DELIMITER else wild
            states = self._open((states & same) << 1 | states & stay, wild)
            if not states:
                return False
        return bool(states >> len(self.text) & 1)

    @staticmethod
    def _open(states: int, wild: int) -> int:
        """A wildcard may also match nothing; runs of wildcards were joined, so one step is enough."""
        return states | (states & wild) << 1


def compile_pattern(reference: str, text: str) -> Pattern:
    """The pattern under its reference; names are absolute here, so that is a plain prefix (RFC 9051 §6.3.9)."""
    return Pattern(reference + text)
