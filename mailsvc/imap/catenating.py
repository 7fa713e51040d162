"""The octets behind an IMAP URL of this account (RFC 4469 §3), as FETCH BODY would give them."""

from __future__ import annotations

from mailsvc.core.errors import MailsvcError, NotFound
from mailsvc.imap.errors import Refused
from mailsvc.imap.grammar.urls import MessageUrl, bad_url
from mailsvc.mail import access
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.message import section as sections
from mailsvc.message.parts import unpack_parts
from mailsvc.store import contents, mailboxes, placements
from mailsvc.store.blobs import Blobs
from mailsvc.store.mailboxes import Mailbox
from mailsvc.store.tx import Tx


def octets_of(
    tx: Tx, blobs: Blobs, account_id: int, selected: int | None, url: MessageUrl, written: bytes, room: int
) -> bytes:
    """The message or the part of it. Raises Refused: [BADURL] with the URL as `written`, [TOOBIG] beyond `room`."""
    try:
        box = _mailbox(tx, account_id, selected, url)
        if url.uidvalidity not in (None, box.uidvalidity):
            raise NotFound("the mailbox has been made anew")
        ((content_id,),) = placements.rows(tx, box.id, url.uid, url.uid, ("content_id",)) or [(0,)]
        data = contents.load(tx, blobs, content_id)
        parts = unpack_parts(contents.packed_parts(tx, content_id))
    except MailsvcError:
        raise bad_url(written) from None
    wanted = url.section
    names = [name.encode("ascii") for name in wanted.fields]
    found = sections.section(data, parts, wanted.part, wanted.text, names, wanted.partial)
    if found is None:
        raise bad_url(written)
    if (len(found) if isinstance(found, bytes) else found[1]) > room:
        raise Refused("Thư ghép lại sẽ quá lớn", "TOOBIG")
    return found if isinstance(found, bytes) else data[found[0] : found[0] + found[1]]


def _mailbox(tx: Tx, account_id: int, selected: int | None, url: MessageUrl) -> Mailbox:
    """Raises NotFound, Refused."""
    if url.mailbox is not None:
        return office_mailboxes.resolve(tx, account_id, url.mailbox)
    if selected is None:
        raise NotFound("no mailbox is selected")
    box = mailboxes.get(tx, selected)
    access.check(access.of(tx, account_id, box), "r", box.name)
    return box
