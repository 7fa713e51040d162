"""The frame around every page: the parts of the office, what waits in each, and who works in which post."""

from __future__ import annotations

from dataclasses import dataclass

from mailsvc.core.actor import Post
from mailsvc.documents.rights import posts_of
from mailsvc.documents.rights.matrix import matrix
from mailsvc.store import units
from mailsvc.store.tx import Tx
from webmail.house_words import titles
from webmail.i18n import N_
from webmail.views import Rail

MANAGE = "/quan-tri"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the office in the rail. `count`: what waits for this person there; `prefix` and `also`: its
    addresses."""

    address: str
    prefix: str
    label: str
    short: str
    icon: str
    key: str
    count: int = 0
    waiting: str = ""
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether the address belongs to this part."""
        return any(path == one or path.startswith(one + "/") for one in (self.prefix, *self.also))


def sections(rail: Rail) -> list[Section]:
    """The parts the person may open, in the order of the rail. Calendar, notices and programme come after `Văn bản
    đi`, with their own issue."""
    mine = rail.rights
    registers = mine.clerk or mine.reads_register
    documents = ("/van-ban-den", "/xu-ly")  # who has no register finds what was given to him in his work
    found = [
        Section(
            "/viec", "/viec", N_("Việc của tôi"), N_("Việc"), "check", "g v", rail.work, N_("việc chờ"),
            () if registers else documents,
        ),
        Section("/thu", "/thu", N_("Hộp thư"), N_("Thư"), "mail", "g t", rail.unread, N_("thư chưa đọc")),
    ]  # fmt: skip
    if registers:
        arriving = "/van-ban-den/cho-vao-so" if mine.clerk else "/van-ban-den"
        name = N_("Văn bản đến")
        found.append(
            Section(
                arriving, "/van-ban-den", name, N_("VB đến"), "intake", "g d", rail.waiting, N_("thư chờ vào sổ"),
                documents,
            )
        )  # fmt: skip
    found.append(Section("/van-ban-di", "/van-ban-di", N_("Văn bản đi"), N_("VB đi"), "sent", "g i"))
    found.append(Section("/cong-viec", "/cong-viec", N_("Giao việc"), N_("Giao việc"), "task", "g g"))
    found.append(Section("/danh-ba", "/danh-ba", N_("Danh bạ"), N_("Danh bạ"), "people", "g n"))
    if registers:
        found.append(Section("/thong-ke", "/thong-ke", N_("Báo cáo"), N_("Báo cáo"), "chart", "g b"))
    found.append(Section("/van-phong", "/van-phong", N_("Văn phòng"), N_("Văn phòng"), "book", "g p"))
    if mine.manages:
        found.append(Section(MANAGE, MANAGE, N_("Quản trị"), N_("Quản trị"), "server", "g q"))
    return found


@dataclass(frozen=True, slots=True)
class Desk:
    """A post as the switcher names it: `Văn thư · Văn phòng Sở`."""

    key: str
    label: str


def desks(tx: Tx, account_id: int) -> list[Desk]:
    """The posts the person may choose to work in."""
    roles = titles(matrix().roles)
    held = posts_of(tx, account_id)
    return [Desk(post.key, f"{roles.get(post.role, post.role)} · {_unit(tx, post)}") for post in held]


def _unit(tx: Tx, post: Post) -> str:
    return units.name(tx, post.unit_code)
