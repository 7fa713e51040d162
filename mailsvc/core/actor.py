"""Who acts: the person, the post (chức danh) he acts in, in whose place, and through which door.

The audit trail, the timelines and the rights all speak of this one value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Post:
    """A post somebody holds: a role in a unit (codes).

    `on_behalf_of`: the account whose post it is when it is held by delegation (ủy quyền, thay thế, bàn giao), `kind`
    that of the delegation; `acting`: a head for the time being (quyền, phụ trách). `acts`: names of the only acts the
    delegation covers; empty covers all.
    """

    role: str
    unit_code: str
    on_behalf_of: int | None = None
    kind: str = ""
    acting: bool = False
    acts: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """As written in the audit trail: `truong_phong@GDTH`."""
        return f"{self.role}@{self.unit_code}"

    @property
    def key(self) -> str:
        """Tells the posts of one person apart: `truong_phong@GDTH`, `truong_phong@GDTH/7` when held for account 7."""
        return self.label if self.on_behalf_of is None else f"{self.label}/{self.on_behalf_of}"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something. `account_id` None is the office itself (a job, the first start).

    `post` None: whichever of the person's posts lets him do it; `rights.require` fills it in. `door`: web, imap, smtp,
    cli, job; `peer`: the network address he comes from.
    """

    account_id: int | None
    post: Post | None = None
    door: str = ""
    peer: str = ""

    @property
    def on_behalf_of(self) -> int | None:
        return None if self.post is None else self.post.on_behalf_of

    @property
    def post_label(self) -> str:
        return "" if self.post is None else self.post.label

    @property
    def source(self) -> str:
        """`web 10.0.0.7`."""
        return f"{self.door} {self.peer}".strip()

    def with_post(self, post: Post) -> Actor:
        return replace(self, post=post)


HOUSE = Actor(None, door="job")
"""The office itself."""
