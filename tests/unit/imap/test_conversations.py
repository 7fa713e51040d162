"""Threads: the steps of RFC 5256 §3 one by one, against a plain reading of them, and with hostile letters."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsvc.imap.conversations import Letter, by_references, by_subject, render


def letter(
    number: int, name: str = "", parents: str = "", subject: str = "", *, sent: int = 0, reply: int = 0
) -> Letter:
    return Letter(number, sent or number, reply, subject, name, parents)


def threads(*letters: Letter, subjects: bool = True) -> str:
    return render(by_references(letters, subjects=subjects)).decode()


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ([], ""),
        ([letter(1), letter(2)], "(1)(2)"),
        ([letter(1, "a"), letter(2, "b", "a"), letter(3, "c", "a b")], "(1 2 3)"),
        ([letter(1, "a"), letter(2, "b", "a"), letter(3, "c", "a")], "(1 (2)(3))"),
        ([letter(1, "c", "a b"), letter(2, "b", "a"), letter(3, "a")], "(3 2 1)"),
        # a message that is not there: one child takes its place, several stay siblings
        ([letter(1, "b", "a"), letter(2)], "(1)(2)"),
        ([letter(1, "b", "a"), letter(2, "c", "a")], "((1)(2))"),
        ([letter(1, "a"), letter(2, "c", "a b"), letter(3, "d", "a b")], "(1 (2)(3))"),
        # the same id twice: the second letter is somebody else
        ([letter(1, "a"), letter(2, "a"), letter(3, "b", "a")], "(1 3)(2)"),
        # circles
        ([letter(1, "a", "b"), letter(2, "b", "a")], "(2 1)"),
        ([letter(1, "a", "a")], "(1)"),
        ([letter(1, "a", "b c"), letter(2, "b", "c a"), letter(3, "c", "a b")], "(2 3 1)"),
        # siblings and threads by date
        ([letter(1, "a"), letter(2, "b", "a", sent=9), letter(3, "c", "a", sent=8)], "(1 (3)(2))"),
        ([letter(1, sent=5), letter(2, sent=4)], "(2)(1)"),
        # the reference in a letter itself counts more than what others say
        ([letter(1, "a"), letter(2, "d", "a c"), letter(3, "c", "b")], "(1)(3 2)"),
    ],
)
def test_references(letters: list[Letter], expected: str) -> None:
    assert threads(*letters) == expected


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ([letter(1, subject="x"), letter(2, subject="x", reply=1)], "(1 2)"),
        ([letter(1, subject="x", reply=1), letter(2, subject="x")], "(2 1)"),
        ([letter(1, subject="x"), letter(2, subject="x")], "((1)(2))"),
        ([letter(1, subject="x", reply=1), letter(2, subject="x", reply=1)], "((1)(2))"),
        ([letter(1, subject="x"), letter(2, subject="x"), letter(3, subject="x", reply=1)], "((1)(2)(3))"),
        ([letter(1, subject=""), letter(2, subject="")], "(1)(2)"),
        # a dummy with two children takes the others in
        ([letter(1, "b", "a", "x"), letter(2, "c", "a", "y"), letter(3, subject="x")], "((1)(2)(3))"),
        (
            [letter(1, "b", "a", "x"), letter(2, "c", "a"), letter(3, "d", "z", "x"), letter(4, "e", "z")],
            "((1)(2)(3)(4))",
        ),
    ],
)
def test_subjects_merge_threads(letters: list[Letter], expected: str) -> None:
    assert threads(*letters) == expected


def test_refs_leaves_subjects_aside_and_sorts_by_the_latest() -> None:
    letters = [letter(1, "a", subject="x"), letter(2, "b", subject="x"), letter(3, "c", "a", "x")]
    assert threads(*letters, subjects=False) == "(2)(1 3)"


def test_ordered_subject() -> None:
    letters = [letter(n, subject=subject) for n, subject in enumerate(("b", "a", "b", "b", ""), 1)]
    assert render(by_subject(letters)) == b"(1 (3)(4))(2)(5)"


# ---- a plain reading of the RFC -----------------------------------------------------------------------------------
class Node:
    def __init__(self, letter: Letter | None, place: int) -> None:
        self.letter, self.place = letter, place
        self.parent: Node | None = None
        self.children: list[Node] = []

    def hang(self, parent: Node | None) -> None:
        if self.parent is not None:
            self.parent.children.remove(self)
        self.parent = parent
        if parent is not None:
            parent.children.append(self)

    def above(self) -> list[Node]:
        found, node = [], self.parent
        while node is not None:
            found.append(node)
            node = node.parent
        return found

    def key(self) -> tuple[int, int]:
        return (self.letter.sent_ms, self.place) if self.letter else min(child.key() for child in self.children)

    def subject(self) -> str:
        return self.letter.base_subject if self.letter else min(self.children, key=Node.key).subject()

    def reply(self) -> bool:
        return bool(self.letter and self.letter.reply)


def plainly(letters: list[Letter]) -> str:
    table: dict[str, Node] = {}
    nodes = []
    for place, one in enumerate(letters):
        node = Node(one, place)
        nodes.append(node)
        if one.message_id and one.message_id not in table:
            table[one.message_id] = node
    for node in nodes:
        assert node.letter is not None
        chain = [table.setdefault(name, Node(None, 0)) for name in node.letter.parents.split()]
        for parent, child in pairwise(chain):
            if child.parent is None and parent is not child and child not in parent.above():
                child.hang(parent)
        last = chain[-1] if chain else None
        if last is not node.parent:
            node.hang(None)
            if last is not None and last is not node and node not in last.above():
                node.hang(last)
    roots = [one for one in dict.fromkeys((*nodes, *table.values())) if one.parent is None]
    roots = sorted((top for root in roots for top in prune(root, True)), key=Node.key)
    return "".join(map(write, sorted(merge(roots), key=Node.key)))


def prune(node: Node, top: bool) -> list[Node]:
    node.children = [kept for child in node.children for kept in prune(child, False)]
    if node.letter is not None:
        return [node]
    return [node] if top and len(node.children) > 1 else node.children


def merge(roots: list[Node]) -> list[Node]:
    table: dict[str, Node] = {}
    for root in roots:
        subject = root.subject()
        if not subject:
            continue
        there = table.get(subject)
        if there is None or (there.letter and (root.letter is None or (there.reply() and not root.reply()))):
            table[subject] = root
    kept = list(roots)
    for root in roots:
        subject = root.subject()
        there = table.get(subject) if subject else None
        if there is None or there is root:
            continue
        kept.remove(root)
        if there.letter is None and root.letter is None:
            there.children += root.children
        elif there.letter is None or (root.reply() and not there.reply()):
            there.children.append(root)
        else:
            table[subject] = dummy = Node(None, 0)
            dummy.children = [there, root]
            kept[kept.index(there)] = dummy
    return kept


def write(node: Node) -> str:
    words = [str(node.letter.number)] if node.letter else []
    below = sorted(node.children, key=Node.key)
    if len(below) == 1:
        words.append(write(below[0])[1:-1])
    elif below:
        words.append("".join(map(write, below)))
    return f"({' '.join(words)})"


NAMES = "abcdefgh"


@st.composite
def mailboxes(draw: st.DrawFn) -> list[Letter]:
    count = draw(st.integers(0, 14))
    return [
        Letter(
            number + 1,
            draw(st.integers(0, 9)),
            draw(st.integers(0, 1)),
            draw(st.sampled_from(["", "x", "y", "z"])),
            draw(st.sampled_from(["", *NAMES])),
            " ".join(dict.fromkeys(draw(st.lists(st.sampled_from(NAMES), max_size=4)))),
        )
        for number in range(count)
    ]


@settings(max_examples=600)
@given(mailboxes())
def test_threads_are_what_the_rfc_says(letters: list[Letter]) -> None:  # RFC 5256 §3
    told = threads(*letters)
    assert told == plainly(letters)
    assert sorted(map(int, re.findall(r"\d+", told))) == [one.number for one in letters]


# ---- hostile letters ----------------------------------------------------------------------------------------------
COUNT = 100_000


def chain(number: int) -> str:
    return f"m{number - 1}" if number > 1 else ""


@pytest.mark.parametrize(
    "letters",
    [
        pytest.param([letter(n, f"m{n}", chain(n)) for n in range(1, COUNT)], id="one long thread"),
        pytest.param([letter(n, f"m{n}", chain(n)) for n in range(COUNT, 0, -1)], id="newest first"),
        pytest.param([letter(n, f"m{n}", f"m{n % COUNT + 1}") for n in range(1, COUNT)], id="one great circle"),
        pytest.param([letter(n, f"m{n}", f"m{n ^ 1} m{n}") for n in range(1, COUNT)], id="many circles"),
        pytest.param([letter(n, f"m{n}", "x") for n in range(1, COUNT)], id="siblings"),
        pytest.param([letter(n, "same", "same") for n in range(1, COUNT)], id="one id"),
        pytest.param([letter(n, subject="x") for n in range(1, COUNT)], id="one subject"),
        pytest.param(
            [letter(n, f"m{n}", chain(n)) for n in range(1, COUNT // 2)]
            + [letter(COUNT + n, f"d{n // 2}", f"m{COUNT // 2 - 1} d{n // 2 + n % 2}") for n in range(COUNT // 2)],
            id="below a long thread",
        ),
        pytest.param([letter(n, "", f"d{n} d{n + 1}") for n in range(1, COUNT)], id="dummies in a row"),
    ],
)
def test_hostile_threads_end_soon(letters: list[Letter]) -> None:
    start = time.process_time()
    told = threads(*letters)
    assert time.process_time() - start < 20
    assert len(re.findall(r"\d+", told)) == len(letters)
