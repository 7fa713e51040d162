"""One search over the office: commands, mail, documents, people. Each kind has one source; a hit is an address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold, fold_each
from webmail import shell
from webmail.i18n import N_, gettext
from webmail.views import Rail


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. `note` says where or when; `icon` is one of parts.html."""

    title: str
    address: str
    note: str
    icon: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that can be found. `find(tx, account_id, query, most)` looks only where the person may."""

    code: str
    label: str
    find: Callable[[Tx, int, str, int], Sequence[Hit]]
    more: Callable[[str], str] | None = None
    """The address of the kind's own search page for a query, where it has one."""


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one kind."""

    kind: Kind
    hits: tuple[Hit, ...]


_COMMANDS = (
    (N_("Soạn thư"), "/thu/soan", "c", "draft", "all"),
    (N_("Vào sổ văn bản giấy"), "/van-ban-den/moi", "", "intake", "clerk"),
    (N_("Sổ văn bản đến"), "/van-ban-den", "", "book", "reads_register"),
    (N_("Theo dõi xử lý văn bản đến"), "/van-ban-den/theo-doi", "", "clock", "reads_register"),
    (N_("Dự thảo văn bản đi mới"), "/van-ban-di/moi", "", "sent", "all"),
    (N_("Giao việc mới"), "/cong-viec/moi", "", "task", "all"),
    (N_("Cài đặt cá nhân"), "/cai-dat", "", "gear", "all"),
    (N_("Cài phần mềm thư"), "/phan-mem-thu", "", "mail", "all"),
    (N_("Ủy quyền, người thay"), "/uy-quyen", "", "people", "all"),
    (N_("Quy chế"), "/quy-che", "", "book", "all"),
    (N_("Phím tắt"), "/phim-tat", "?", "keys", "all"),
)


def commands(rail: Rail, query: str, most: int) -> tuple[Hit, ...]:
    """What can be done or opened by name: the sections of the rail and the acts people look for."""
    known = [(gettext(one.label), one.address, one.key, one.icon) for one in shell.sections(rail)]
    allowed = {"all": True, "clerk": rail.rights.clerk, "reads_register": rail.rights.reads_register}
    known += [(gettext(name), address, key, icon) for name, address, key, icon, who in _COMMANDS if allowed[who]]
    words = fold(query).split()
    fitting = [one for one in known if all(word in fold(one[0]) for word in words)]
    return tuple(Hit(name, address, key, icon) for name, address, key, icon in fitting[:most])


def marked(text: str, query: str) -> Markup:
    """The text with what was looked for between <mark>s, whether typed with marks or without."""
    spots = sorted(_spots(text, query))
    made, done = Markup(), 0
    for start, end in spots:
        if start >= done:
            made += escape(text[done:start]) + Markup("<mark>") + escape(text[start:end]) + Markup("</mark>")
            done = end
    return made + escape(text[done:])


def _spots(text: str, query: str) -> list[tuple[int, int]]:
    """Where the words stand. Folding character by character keeps the places true."""
    folded = fold_each(text)
    places = [n for n, piece in enumerate(folded) for _ in piece]
    whole = "".join(folded)
    found = []
    for word in {fold(one) for one in query.split() if one.strip('"')}:
        start = whole.find(word)
        while word and start >= 0:
            found.append((places[start], places[start + len(word) - 1] + 1))
            start = whole.find(word, start + len(word))
    return found
