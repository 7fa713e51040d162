"""Loose text search with a score (RFC 6203): words in any order, marks and case aside, one slip of the finger forgiven.

A message must hold at least half of the words. Words in the subject weigh more than the sender's, those more than the
rest; the very phrase, and the very marks, are worth something too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import text

from mailsvc.store import search
from mailsvc.store.tx import Prepared, Tx
from mailsvc.vietnamese.fold import fold, has_marks

MAX_WORDS = 8
NEWEST = 3000
"""Messages, newest first, whose words are looked through for one that is nearly the word sought."""
SHORTEST = 4
"""Letters a word has at least to be forgiven a slip."""
IN_SUBJECT, FROM_SENDER, ELSEWHERE, NEARLY = 100, 80, 60, 0.6

_WORD = re.compile(r"\w+")
_FIELDS = Prepared(
    text(
        "SELECT p.uid, coalesce(k.subject_folded, k.subject), coalesce(k.senders_folded, k.senders) "
        "FROM placements p JOIN letter_keys k ON k.content_id = p.content_id "
        "WHERE p.mailbox_id = :mailbox ORDER BY p.uid DESC LIMIT :most"
    )
)

Scores = dict[int, float]


def find(tx: Tx, mailbox_id: int, field: str, needle: str) -> Scores:
    """UIDs that match loosely, each with a score above 0 and up to 100. `field` is TEXT, BODY or a header's name."""
    words = list(dict.fromkeys(_WORD.findall(fold(needle))))[:MAX_WORDS]
    if not words:
        return dict.fromkeys(_strictly(tx, mailbox_id, field, needle), 100.0)
    sums: Scores = defaultdict(float)
    held: dict[int, int] = defaultdict(int)
    for word in words:
        for uid, score in _word_scores(tx, mailbox_id, field, word).items():
            sums[uid] += score
            held[uid] += 1
    found = {uid: total / len(words) * 0.8 for uid, total in sums.items() if 2 * held[uid] >= len(words)}
    phrases = [fold(needle)] + ([needle] if has_marks(needle) else [])
    share = 20 / len(phrases)
    for phrase in phrases:
        for uid in _strictly(tx, mailbox_id, field, phrase):
            found[uid] = found.get(uid, 0.0) + share
    return found


def spread(scores: Scores) -> dict[int, int]:
    """Whole scores from 1 to 100, the best one 100 (RFC 6203 §4)."""
    best = max(scores.values(), default=0.0) or 1.0
    return {uid: max(1, min(100, round(100 * score / best))) for uid, score in scores.items()}


def _strictly(tx: Tx, mailbox_id: int, field: str, needle: str) -> set[int]:
    if field in ("TEXT", "BODY"):
        return search.find_uids(tx, mailbox_id, needle, "text" if field == "TEXT" else "body")
    return search.find_header_uids(tx, mailbox_id, field, needle)


def _word_scores(tx: Tx, mailbox_id: int, field: str, word: str) -> Scores:
    found: Scores = dict.fromkeys(_strictly(tx, mailbox_id, field, word), float(ELSEWHERE))
    if field == "TEXT":
        found |= dict.fromkeys(search.find_header_uids(tx, mailbox_id, "from", word), float(FROM_SENDER))
        found |= dict.fromkeys(search.find_header_uids(tx, mailbox_id, "subject", word), float(IN_SUBJECT))
    elif field != "BODY":
        found = dict.fromkeys(found, float(IN_SUBJECT))
    if not found and len(word) >= SHORTEST:
        found = {uid: NEARLY * score for uid, score in _nearly(tx, mailbox_id, field, word).items()}
    return found


def _nearly(tx: Tx, mailbox_id: int, field: str, word: str) -> Scores:
    """Messages among the newest whose subject or sender has a word that is one slip away."""
    found: Scores = {}
    for uid, subject, senders in tx.rows(_FIELDS, mailbox=mailbox_id, most=NEWEST):
        if field in ("TEXT", "BODY", "subject") and _has_near(subject, word):
            found[uid] = float(IN_SUBJECT)
        elif field in ("TEXT", "from") and _has_near(senders, word):
            found[uid] = float(FROM_SENDER)
    return found


def _has_near(line: str | None, word: str) -> bool:
    return line is not None and any(is_near(one, word) for one in _words(line, len(word)))


def _words(line: str, size: int) -> Iterator[str]:
    """The words of about that length."""
    return (one for one in _WORD.findall(line[:2000]) if abs(len(one) - size) <= 1)


def is_near(one: str, other: str) -> bool:
    """Whether one letter is missing, too much or wrong, or two neighbours stand the other way round."""
    start = _common(zip(one, other, strict=False))
    end = _common(zip(reversed(one[start:]), reversed(other[start:]), strict=False))
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == 2 and left == right[::-1])


def _common(pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs from the beginning are alike."""
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count
