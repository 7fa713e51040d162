"""Where the one search looks: a source for each kind of thing, every one within the person's rights."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from mailsvc.accounts import directory
from mailsvc.store.tx import Tx
from webmail import document_search, mail_search
from webmail.i18n import N_
from webmail.seeking import Hit, Kind


def _documents(tx: Tx, account_id: int, query: str, most: int) -> Sequence[Hit]:
    found = document_search.find(tx, account_id, query, most)
    return [Hit(one.title, one.address, one.note, "intake" if one.incoming else "sent") for one in found]


def _in_directory(query: str) -> str:
    return "/danh-ba?" + urlencode({"tim": query})


def _people(tx: Tx, account_id: int, query: str, most: int) -> Sequence[Hit]:
    found = directory.find_people(tx, query, most)
    return [
        Hit(one.name, f"/danh-ba?tim={one.username}", " · ".join(filter(None, (one.position, one.unit))), "person")
        for one in found
    ]


KINDS = (
    Kind("thu", N_("Thư"), mail_search.find, mail_search.more),
    Kind("van-ban", N_("Văn bản"), _documents, lambda query: "/van-ban-den?" + urlencode({"tim": query})),
    Kind("nguoi", N_("Người"), _people, _in_directory),
)
