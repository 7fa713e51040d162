"""What the office makes of IMAP: intake by copying, shared mailboxes, quotas."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from email.policy import SMTP

from world import World

from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store import accounts, contents, mailboxes, placements

INTAKE = "V&AQM-n b&HqM-n &AREevw-n/Ch&Ht0- v&AOA-o s&HtU-"


def letter(number: int) -> bytes:
    """A letter with a document in it."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = "so@moet.example", "vanthu@x.example"
    message["Subject"], message["Message-ID"] = f"Công văn {number}", f"<{number}@moet.example>"
    message.set_content("Kính gửi")
    message.add_attachment(b"%%PDF-1.4 %d" % number, maintype="application", subtype="pdf", filename=f"cv{number}.pdf")
    return message.as_bytes()


def test_a_copy_into_the_intake_folder_waits_for_the_register(world: World) -> None:
    world.write(office_mailboxes.set_up_intake, 1)
    woken: list[None] = []

    class Listener:
        def wake(self) -> None:
            woken.append(None)

    async def listen() -> None:
        world.office.db.bus.attach(Listener(), ("intake", 0))

    world.run(listen())
    client = world.login("an")
    client.append(letter(12))
    client.ok("SELECT INBOX")
    assert not woken
    client.ok(f'COPY 1 "{INTAKE}"')
    client.append(letter(13), INTAKE)
    assert woken
    box = world.read(mailboxes.by_name, 1, "Văn bản đến/Chờ vào sổ")
    assert box.messages == 2
    assert client.fails(f'DELETE "{INTAKE}"').startswith(b"NO [CANNOT]")


def test_shared_mailboxes_stand_below_their_name(world: World) -> None:
    unit = world.add_account("vanthu", kind="unit")
    world.write(accounts.grant, unit, 1, can_read=True, can_send=False)
    client = world.login("an")
    client.ok("ENABLE IMAP4rev2")
    assert client.ok("NAMESPACE") == ['* NAMESPACE (("" "/")) NIL (("Dùng chung/" "/"))'.encode()]
    names = [line.split(b'"/" ')[1].decode() for line in client.ok('LIST "" "Dùng chung/*"')]
    assert '"Dùng chung/vanthu"' in names
    assert '"Dùng chung/vanthu/Đã gửi"' in names
    prefix = ['* LIST (\\Noselect \\HasChildren) "/" "Dùng chung/"'.encode()]  # JavaMail asks so whether it exists
    assert client.ok('LIST "" "Dùng chung/"') == prefix
    assert client.ok('LIST "Dùng chung/" ""') == [b'* LIST (\\Noselect) "/" ""']
    assert client.ok('LIST "" "Hộp thư người khác/"') == []
    assert client.ok('LIST "" "Dùng chung/vanthu/"') == []
    client.append(b"Subject: 1\r\n\r\n", "Dùng chung/vanthu")
    client.ok('SELECT "Dùng chung/vanthu"')
    assert client.ok("FETCH 1 UID") == [b"* 1 FETCH (UID 1)"]
    client.ok('CREATE "Dùng chung/vanthu/Hồ sơ"')
    client.ok('MOVE 1 "Dùng chung/vanthu/Hồ sơ"')
    assert client.fails('CREATE "Dùng chung/khac"').startswith(b"NO [CANNOT]")
    assert client.fails('CREATE "Dùng chung/khac/x"').startswith(b"NO [NONEXISTENT]")
    assert client.fails('RENAME "Dùng chung/vanthu/Hồ sơ" "Của tôi"').startswith(b"NO [CANNOT]")
    other = world.login("binh")
    assert other.fails('SELECT "D&APk-ng chung/vanthu"').startswith(b"NO [NONEXISTENT]")


def test_a_full_mailbox_takes_all_or_nothing(world: World) -> None:
    client = world.login("an")
    world.write(accounts.set_quota, 1, 100)
    message = b"Subject: 1\r\n\r\n" + b"x" * 40
    two = b"APPEND INBOX {%d+}\r\n%s {%d+}\r\n%s" % (len(message), message, len(message), message)
    assert client.fails(two).startswith(b"NO [OVERQUOTA]")
    client.append(message)
    client.ok("SELECT INBOX")
    assert client.fails("COPY 1 INBOX").startswith(b"NO [OVERQUOTA]")
    assert len(world.read(placements.uids, world.read(mailboxes.by_name, 1, "INBOX").id)) == 1


def test_a_message_without_its_bytes_does_not_hide_the_others(world: World) -> None:
    client = world.login("an")
    client.append(b"Subject: lost\r\n\r\n" + b"x" * 200_000)
    client.append(b"Subject: kept\r\n\r\n")
    for file in (world.office.settings.folder / "blobs").glob("??/*"):
        file.unlink()
    client.ok("SELECT INBOX")
    lines, status = client.command("FETCH 1:2 (UID BODY.PEEK[])")
    assert lines[0] == b"* 1 FETCH (UID 1 BODY[] NIL)"
    assert b"kept" in lines[1]
    assert status.startswith(b"NO [CORRUPTION]")


def test_messages_are_kept_byte_for_byte(world: World) -> None:
    client = world.login("an")
    odd = b"Subject: \xff\xfe\r\nX: 1\nY\x0b: 2\r\n\r\n\rbare\nbare\r" + bytes(range(1, 256)) * 600 + b"\n.\n"
    for body in (odd, b"x", b"\r\n", odd + b"\x00" * 100):
        text = b"APPEND INBOX ~{%d+}\r\n%s" % (len(body), body)
        assert client.command(text)[1].startswith(b"OK")
        box = world.read(mailboxes.by_name, 1, "INBOX")
        (row,) = world.read(placements.rows, box.id, box.uidnext - 1, box.uidnext - 1, ("content_id",))
        stored = bytes(world.read(contents.load, world.office.blobs, row[0])[:])
        if b"\0" in body:  # BODY[] must not tell NUL, so the part is encoded, and nothing of it lost (RFC 3516 §4.4)
            (header, content), (own, octets) = stored.split(b"\r\n\r\n", 1), body.split(b"\r\n\r\n", 1)
            assert header == b"Content-Transfer-Encoding: base64\r\n" + own
            assert base64.b64decode(content) == octets
            body = stored
        assert stored == body
        client.ok("SELECT INBOX")
        (fetched,) = client.ok(f"UID FETCH {box.uidnext - 1} BODY.PEEK[]")
        assert b"{%d}\r\n%s)" % (len(body), body) in fetched
