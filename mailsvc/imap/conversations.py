"""Threads of messages (RFC 5256 §3): ORDEREDSUBJECT, REFERENCES, and REFS, which leaves subjects aside.

Nothing here is recursive and no walk is without bound: a thread may have a hundred thousand members, and References
may go in circles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

STEPS = 50
"""Steps up a tree for each message, on the average, after which a link counts as one that closes a circle."""
NOBODY = -1


class Letter(NamedTuple):
    """What a message is threaded by: its number, when it was sent, and its keys (store.letter_keys)."""

    number: int
    sent_ms: int
    reply: int
    base_subject: str
    message_id: str
    parents: str


class Tree(NamedTuple):
    """Threads: `letters[n]` is node n, higher nodes are dummies; the roots, and the children of the nodes that have
    some, in order."""

    letters: Sequence[Letter]
    roots: list[int]
    children: dict[int, list[int]]


# ---- ORDEREDSUBJECT -----------------------------------------------------------------------------------------------
def by_subject(letters: Sequence[Letter]) -> Tree:
    """Messages with the same base subject; the first one is the parent of the others."""
    order = sorted((letter.base_subject, letter.sent_ms, node) for node, letter in enumerate(letters))
    children: dict[int, list[int]] = {}
    roots = []
    for _, group in groupby(order, key=itemgetter(0)):
        first, *rest = (node for _, _, node in group)
        roots.append(first)
        if rest:
            children[first] = rest
    roots.sort(key=lambda n: (letters[n].sent_ms, n))
    return Tree(letters, roots, children)


# ---- REFERENCES ---------------------------------------------------------------------------------------------------
def by_references(letters: Sequence[Letter], *, subjects: bool = True) -> Tree:
    """Replies below what they reply to. With `subjects` threads with the same subject become one (step 5); without,
    threads stand by their latest message, as REFS wants it."""
    links = _Links(len(letters))
    for node, names in enumerate(_named(letters, links)):
        links.chain(names)
        links.place(node, names[-1] if names else NOBODY)
    roots, children = _pruned(links.parent, len(letters))
    keys = [(letter.sent_ms, node) for node, letter in enumerate(letters)]
    keys += [(0, 0)] * (len(links.parent) - len(letters))
    forest = _Forest(letters, roots, children, keys)
    forest.sort_children()
    forest.sort_roots()
    if subjects:
        forest.merge_subjects()
        forest.sort_children()
        forest.sort_roots()
    else:
        forest.sort_by_latest()
    return Tree(letters, forest.roots, forest.children)


def _named(letters: Sequence[Letter], links: _Links) -> Iterable[list[int]]:
    """For each message the nodes that its references name. Of messages with the same id the first has it."""
    node_of: dict[str, int] = {}
    for node, letter in enumerate(letters):
        if letter.message_id:
            node_of.setdefault(letter.message_id, node)
    for letter in letters:
        names = letter.parents.split(" ") if letter.parents else []
        found = []
        for name in names:
            if name not in node_of:
                node_of[name] = links.dummy()
            found.append(node_of[name])
        yield found


class _Links:
    """Step 1: parents by node. A link is not made where it would close a circle."""

    def __init__(self, count: int) -> None:
        self.parent = [NOBODY] * count
        self.has_children = bytearray(count)
        self.steps = STEPS * (count + 100)

    def dummy(self) -> int:
        self.parent.append(NOBODY)
        self.has_children.append(0)
        return len(self.parent) - 1

    def chain(self, names: Sequence[int]) -> None:
        """Step 1.A: each reference becomes the parent of the next, unless that has one."""
        for at in range(1, len(names)):
            if self.parent[names[at]] == NOBODY:
                self._link(names[at - 1], names[at])

    def place(self, node: int, parent: int) -> None:
        """Step 1.B: the last reference is the parent, whatever others said."""
        if self.parent[node] == parent:
            return
        self.parent[node] = NOBODY
        if parent != NOBODY:
            self._link(parent, node)

    def _link(self, parent: int, child: int) -> None:
        if not self._is_below(parent, child):
            self.parent[child] = parent
            self.has_children[parent] = 1

    def _is_below(self, node: int, ancestor: int) -> bool:
        """Whether the node is the other one or below it."""
        if not self.has_children[ancestor]:
            return node == ancestor
        while node not in (ancestor, NOBODY):
            node = self.parent[node]
            self.steps -= 1
            if self.steps < 0:
                return True
        return node == ancestor


def _pruned(parent: Sequence[int], count: int) -> tuple[list[int], dict[int, list[int]]]:
    """Steps 2 and 3: the roots, and the children of the nodes without the dummies that can go."""
    below: dict[int, list[int]] = {}
    tops = []
    for node, above in enumerate(parent):
        if above == NOBODY:
            tops.append(node)
        else:
            below.setdefault(above, []).append(node)
    order = [node for node in tops if node in below]
    for node in order:
        order.extend(below.get(node, ()))
    kept: dict[int, list[int]] = {}
    for node in reversed(order):  # children come before their parents
        above = parent[node]
        if above == NOBODY:
            continue
        theirs = kept.setdefault(above, [])
        if node < count:
            theirs.append(node)
        else:  # a dummy's children take its place; the shorter list moves
            mine, theirs = sorted((kept.pop(node, []), theirs), key=len)
            theirs.extend(mine)
            kept[above] = theirs
    roots = []
    for node in tops:
        if node < count or len(kept.get(node, ())) > 1:
            roots.append(node)
        else:
            roots.extend(kept.get(node, ()))
    return roots, kept


class _Forest:
    """Steps 4 to 6. `keys` is what siblings are sorted by: when they were sent, then their place in the mailbox."""

    def __init__(
        self, letters: Sequence[Letter], roots: list[int], children: dict[int, list[int]], keys: list[tuple[int, int]]
    ) -> None:
        self.letters = letters
        self.roots = roots
        self.children = children
        self.keys = keys

    def is_dummy(self, node: int) -> bool:
        return node >= len(self.letters)

    def sort_children(self) -> None:
        by = self.keys.__getitem__
        for some in self.children.values():
            if len(some) > 1:
                some.sort(key=by)

    def sort_roots(self) -> None:
        """A dummy counts by its first child."""
        for node in self.roots:
            if self.is_dummy(node):
                self.keys[node] = self.keys[self.children[node][0]]
        self.roots.sort(key=self.keys.__getitem__)

    def sort_by_latest(self) -> None:
        """Threads by the latest message in them."""
        latest = {root: max(self.keys[node] for node in self._whole(root)) for root in self.roots}
        self.roots.sort(key=latest.__getitem__)

    def _whole(self, root: int) -> list[int]:
        nodes = [root]
        for node in nodes:
            nodes.extend(self.children.get(node, ()))
        return nodes[1:] if self.is_dummy(root) else nodes

    def subject(self, root: int) -> Letter:
        """The message whose subject is the thread's."""
        return self.letters[self.children[root][0] if self.is_dummy(root) else root]

    def is_reply(self, root: int) -> bool:
        return not self.is_dummy(root) and bool(self.letters[root].reply)

    def merge_subjects(self) -> None:
        """Step 5: threads with the same base subject become one."""
        table = self._subject_table()
        kept: dict[int, None] = dict.fromkeys(self.roots)
        for root in self.roots:
            subject = self.subject(root).base_subject
            first = table.get(subject, root) if subject else root
            if first != root:
                del kept[root]
                table[subject] = self._merged(root, first)
                if table[subject] != first:
                    del kept[first]
                    kept[table[subject]] = None
        self.roots = list(kept)

    def _subject_table(self) -> dict[str, int]:
        """Step 5.B: for each subject the root that the others go to: a dummy before a message, that before a reply."""
        table: dict[str, int] = {}
        for root in self.roots:
            subject = self.subject(root).base_subject
            if not subject:
                continue
            there = table.setdefault(subject, root)
            better = self.is_dummy(root) or (self.is_reply(there) and not self.is_reply(root))
            if there != root and not self.is_dummy(there) and better:
                table[subject] = root
        return table

    def _merged(self, root: int, first: int) -> int:
        """Step 5.C: put the root to the one in the table; the node that then stands for both."""
        if self.is_dummy(first) and self.is_dummy(root):
            self.children[first].extend(self.children[root])
            return first
        if self.is_dummy(first) or (self.is_reply(root) and not self.is_reply(first)):
            self.children.setdefault(first, []).append(root)
            return first
        self.children[len(self.keys)] = [first, root]
        self.keys.append((0, 0))
        return len(self.keys) - 1


# ---- the response -------------------------------------------------------------------------------------------------
def render(tree: Tree) -> bytes:
    """`(2)(3 6 (4 23)(44 7 96))`: the threads by the numbers of their messages."""
    out: list[str] = []
    todo: list[int | None] = list(reversed(tree.roots))  # None: a parenthesis to close
    count = len(tree.letters)
    while todo:
        node = todo.pop()
        out.append(")" if node is None else "(")
        while node is not None:
            real = node < count
            if real:
                out.append(str(tree.letters[node].number))
            below = tree.children.get(node, ())
            if len(below) == 1:
                out.append(" " if real else "")
                node = below[0]
                continue
            if below:
                out.append(" " if real else "")
                todo.append(None)
                todo.extend(reversed(below))
            else:
                out.append(")")
            node = None
    return "".join(out).encode("ascii")
