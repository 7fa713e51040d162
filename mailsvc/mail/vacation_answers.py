"""To whom an answer about absence goes, and to whom never; in the transaction of the letter that it answers.

So no letter that was taken over loses its answer or gets two, whatever dies when.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailsvc.core.clock import office_date
from mailsvc.mail import addresses, tracing, vacation
from mailsvc.mail.envelope import Envelope
from mailsvc.mail.letter import Letter, from_bytes
from mailsvc.mail.vacation import Answered
from mailsvc.message import headers
from mailsvc.message.addresses import addresses as read_addresses
from mailsvc.message.compose import compose
from mailsvc.store import accounts, contents, mailboxes, placements, queue, vacations
from mailsvc.store.accounts import Account
from mailsvc.store.mailboxes import Inbox
from mailsvc.store.placements import NewPlacement
from mailsvc.store.tx import Tx
from mailsvc.store.vacations import Vacation

DAY_MS = 86_400_000
OUTSIDE_A_DAY = 200
"""Answers of one person to the world in a day; a flood of forged senders makes no more. RFC 3834 §2"""
_HEADER_MAX = 262_144
_NAMING = frozenset({b"to", b"cc", b"bcc", b"resent-to", b"resent-cc", b"resent-bcc"})  # RFC 5230 §4.5
# RFC 5230 §4.6, RFC 3834 §2: nobody reads there.
_PROGRAMS = frozenset({"mailer-daemon", "listserv", "majordomo", "mailman", "nobody", "bounce", "bounces"})
_NO_REPLY = ("noreply", "donotreply", "khongtraloi", "khongphanhoi")


def answer(tx: Tx, domains: Sequence[str], envelope: Envelope, letter: Letter, inboxes: Sequence[Inbox]) -> None:
    """Answer for those of the letter's receivers who are away; `inboxes` are those it was put into."""
    absent = [box.account_id for box in inboxes if box.away]
    if not absent or not _by_hand(envelope.sender, letter):
        return
    local = addresses.is_local(envelope.sender, domains)
    if local and envelope.account_id is None:  # it only says that it comes from the house
        return
    asker = addresses.find(tx, domains, envelope.sender) if local else None
    if local and asker is None:
        return
    named = _named(domains, letter)
    for account_id in absent:
        away = vacation.current(tx, account_id)
        if away is None or (away.inside_only and not local) or (asker is not None and asker.id == account_id):
            continue
        own = {_plain(one, domains) for one in accounts.addresses_of(tx, account_id)}
        if own & named and _is_due(tx, account_id, away, envelope.sender, local):
            _send(tx, account_id, away, envelope, letter, asker)


def _by_hand(sender: str, letter: Letter) -> bool:
    """Whether a person wrote the letter, as far as a program can tell. RFC 3834 §2, RFC 5230 §4.6"""
    if not sender or letter.scan.auto.automatic or is_program(sender):
        return False
    names = {name.lower(): value.strip().lower() for name, value in _header(letter)}
    listed = any(name.startswith(b"list-") for name in names)  # RFC 2369 §3, RFC 2919 §3
    unwanted = names.get(b"x-auto-response-suppress", b"")
    asked_not_to = any(word in unwanted for word in (b"all", b"oof", b"autoreply"))
    junk = any(names.get(name, b"").startswith(b"yes") for name in (b"x-spam-flag", b"x-spam-status"))
    return not listed and not asked_not_to and not junk


def is_program(sender: str) -> bool:
    """Whether the address is one of those that only programs use."""
    local = addresses.split(sender)[0].strip('"').lower()
    bare = "".join(one for one in local if one.isalnum())
    if local in _PROGRAMS or any(bare.startswith(one) for one in _NO_REPLY):
        return True
    return local.startswith(("owner-", "bounce-", "bounces-", "bounce+", "bounces+")) or local.endswith(
        ("-request", "-owner", "-bounces")
    )


def _named(domains: Sequence[str], letter: Letter) -> set[str]:
    """Whom the letter is addressed to: only who stands in it is answered for. RFC 5230 §4.5"""
    return {
        _plain(one.mailbox, domains)
        for name, value in _header(letter)
        if name.lower() in _NAMING
        for one in read_addresses(value)
    }


def _plain(address: str, domains: Sequence[str]) -> str:
    """An address without subaddress, all domains of the house as one."""
    local, domain = addresses.split(address.lower())
    own = domain in domains
    return f"{local.partition(addresses.SEPARATOR)[0]}@{domains[0]}" if own else f"{local}@{domain}"


def _header(letter: Letter) -> list[tuple[bytes, bytes]]:
    return headers.values(bytes(letter.data[: min(letter.scan.header_end, _HEADER_MAX)]))


def _is_due(tx: Tx, account_id: int, away: Vacation, sender: str, local: bool) -> bool:
    """Once for each sender in some days (RFC 5230 §4.2), and not endlessly many to the world."""
    told_ms = vacations.told_ms(tx, account_id, sender.lower(), away.version)
    if told_ms and told_ms > tx.now_ms - away.every_days * DAY_MS:
        return False
    return local or vacations.told_since(tx, account_id, tx.now_ms - DAY_MS) < OUTSIDE_A_DAY


def _send(tx: Tx, account_id: int, away: Vacation, envelope: Envelope, letter: Letter, asker: Account | None) -> None:
    scan = letter.scan
    answered = Answered(envelope.sender, scan.subject, scan.message_id, scan.references)
    made = from_bytes(compose(vacation.letter(tx, account_id, away, answered)))
    if asker is not None and not _put(tx, asker, envelope.sender, made):
        return
    if asker is None:
        _queue(tx, envelope.sender, made)
    vacations.note_told(tx, account_id, envelope.sender.lower(), away.version)


def _put(tx: Tx, asker: Account, sender: str, made: Letter) -> bool:
    """Into the inbox of one of ours, as long as it has room; the clerks' inbox only takes what they are to enter."""
    box = mailboxes.inboxes(tx, [asker.id]).get(asker.id)
    if box is None or box.kind == "intake" or (box.room is not None and box.room < made.content.size):
        return False
    new = NewPlacement(contents.add(tx, made.content), made.content.size, tx.now_ms)
    placements.add_everywhere(tx, [box.mailbox_id], new)
    tracing.note_own(tx, new.content_id, made, sender, asker.id)
    return True


def _queue(tx: Tx, sender: str, made: Letter) -> None:
    """On its way with the null sender, and nobody is told when it cannot arrive. RFC 5230 §5.1"""
    domain, utf8 = addresses.split(sender)[1], int(not sender.isascii())
    content_id = contents.add(tx, made.content)
    row = queue.NewRow(content_id, "", sender, domain, notify="NEVER", smtputf8=utf8, account_id=queue.HOUSE)
    queue.add(tx, [row])
    tracing.note_own(tx, content_id, made, sender, None)


def keep_house(tx: Tx) -> None:
    """Switch off absences that are over, and forget whom was told long ago."""
    vacations.end_past(tx, office_date(tx.now_ms).isoformat())
    vacations.forget(tx, tx.now_ms - vacation.EVERY_DAYS * DAY_MS)
