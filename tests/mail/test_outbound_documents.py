"""An issued document on its way to other servers: what arrives there, and what the receipt table learns of it."""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib

from outbound_world import Play, World

from mailsvc.accounts.importing import check_people, import_units
from mailsvc.accounts.people import add_person
from mailsvc.documents.outgoing import linking, receipts
from mailsvc.store import outgoing
from mailsvc.store import receipts as store
from mailsvc.store.tx import Tx
from tests.office.outgoing_world import meet
from tests.places import REPOSITORY


def demo(tx: Tx, domains: list[str]) -> None:
    import_units(tx, domains, "SGDDT", (REPOSITORY / "config" / "demo-units.csv").read_bytes())
    for verdict in check_people(tx, domains, (REPOSITORY / "config" / "demo-accounts.csv").read_bytes()):
        assert verdict.person is not None
        add_person(tx, verdict.person, None)


def test_an_issued_document_reaches_other_servers(play: Play) -> None:
    async def story(world: World) -> None:
        db, domains = world.office.db, world.office.settings.organisation.domains
        await db.write(demo, domains)
        bureau = await asyncio.to_thread(meet, world.office, world.clock)
        good, bad = await world.server("tinh.example"), await world.server("huyen.example", "127.0.0.2")
        bad.script.always["RCPT:vanthu@huyen.example"] = "550 5.1.1 No such user"
        outside = "UBND tỉnh <vanthu@tinh.example>\nHuyện <vanthu@huyen.example>\nlưu@tinh.example"
        document = await asyncio.to_thread(bureau.issued, "DV01", outside=outside)
        await world.attempt()
        await db.write(receipts.refresh, document.id)

        letter = good.letters[0]
        assert letter.mail.startswith("MAIL FROM:<vanthu@sogddt.tayninh.gov.vn>")
        parsed = email.message_from_bytes(letter.data, policy=email.policy.default)
        assert parsed["Subject"] == f"{document.code}: {document.subject}"
        assert parsed["Return-Path"] is None and parsed["DKIM-Signature"] is not None
        wanted = {one.sha256 for one in await db.read(outgoing.files_of, document.id, 1)}
        sent = {hashlib.sha256(part.get_content()).hexdigest() for part in parsed.iter_attachments()}
        assert sent == wanted  # octet for octet

        rows = {one.address: one for one in await db.read(store.of_document, document.id)}
        assert rows["vanthu@tinh.example"].arrived_ms == world.clock.now_ms()
        assert "No such user" in rows["vanthu@huyen.example"].reply and rows["vanthu@huyen.example"].failed_ms
        assert rows["lưu@tinh.example"].arrived_ms  # an address in Vietnamese (RFC 6531)

        told = len(good.letters)
        await db.write(linking.recall, bureau["daonth"], domains, document.id, "Ban hành nhầm")
        await world.attempt()
        news = email.message_from_bytes(good.letters[told].data, policy=email.policy.default)
        assert news["Subject"].startswith("Thu hồi: ") and news["In-Reply-To"] == parsed["Message-ID"]

    play(story)


def test_a_recalled_document_is_not_sent_any_more(play: Play) -> None:
    async def story(world: World) -> None:
        db, domains = world.office.db, world.office.settings.organisation.domains
        await db.write(demo, domains)
        bureau = await asyncio.to_thread(meet, world.office, world.clock)
        server = await world.server("tinh.example")
        document = await asyncio.to_thread(bureau.issued, outside="vanthu@tinh.example")
        await db.write(linking.recall, bureau["daonth"], domains, document.id, "Ban hành nhầm")
        await world.attempt()
        assert server.letters == []  # neither the document nor the news of its recall
        (row,) = await db.read(store.of_document, document.id)
        assert row.failed_ms and row.reply == "Thu hồi trước khi gửi"

    play(story)
