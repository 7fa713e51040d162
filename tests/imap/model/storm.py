"""Commands that several clients send at the same moment to one mailbox."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st
from ideal_account import Box, Flags

FLAGS = ["\\Seen", "\\Flagged", "\\Deleted", "\\Answered", "viec", "$Junk"]
bodies = st.integers(0, 40)
flag_sets = st.sets(st.sampled_from(FLAGS), max_size=3).map(sorted)
modes = st.sampled_from(["+", "+", "-", ""])


def letter(number: int) -> bytes:
    return b"Subject: %d\r\n\r\n%s\r\n" % (number, b"x" * number)


def lower(flags: list[str]) -> Flags:
    return frozenset(one.lower() for one in flags)


@dataclass(frozen=True)
class Act:
    """`back` are messages counted from the newest; what they are is known only when the storm begins."""

    verb: str
    back: list[int]
    mode: str
    flags: list[str]
    silent: bool
    body: int

    def uids(self, box: Box) -> list[int]:
        return sorted({max(1, box.uidnext - back) for back in self.back})

    def written(self, box: Box, *, numbers: bool = True, home: str = "INBOX") -> bytes:
        """`numbers`: whether the client may use sequence numbers; `home` is the mailbox as it is written."""
        some = ",".join(map(str, self.uids(box)))
        match self.verb:
            case "UID STORE":
                text = f"UID STORE {some} {self.mode}FLAGS{'.SILENT' if self.silent else ''} ({' '.join(self.flags)})"
                return text.encode()
            case "APPEND":
                return b"APPEND %s {%d+}\r\n%s" % (home.encode(), len(letter(self.body)), letter(self.body))
            case "FETCH 1:* (UID FLAGS)" if not numbers:
                return b"UID FETCH 1:* (FLAGS)"
            case _:
                return self.verb.replace("…", some).replace("INBOX", home).encode()

    @property
    def numbers_stand(self) -> bool:
        return self.verb.startswith("FETCH")


VERBS = [
    "UID STORE", "UID STORE", "UID STORE", "APPEND", "APPEND", "UID EXPUNGE …", "UID COPY … INBOX", "UID MOVE … A",
    "UID FETCH … (FLAGS)", "NOOP", "FETCH 1:* (UID FLAGS)", "EXPUNGE",
]  # fmt: skip
backs = st.lists(st.integers(0, 8), min_size=1, max_size=4)
acts = st.one_of(
    st.builds(Act, st.sampled_from(VERBS), backs, modes, flag_sets, st.booleans(), bodies),
    st.builds(Act, st.just("UID STORE"), backs, st.just("+"), st.just(["\\Deleted"]), st.booleans(), bodies),
)
storms = st.tuples(*(st.lists(acts, min_size=2, max_size=5) for _ in range(3)))
