"""Answers about absence: to whom, to whom never, how often, and what they say (RFC 3834, RFC 5230)."""

from __future__ import annotations

import email
import email.policy
import hashlib
from datetime import date
from email.message import EmailMessage

import pytest
from outbound_world import DOMAIN, Play, World

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid
from mailsvc.mail import vacation, vacation_answers
from mailsvc.mail.deliver import Post, deliver_each
from mailsvc.mail.envelope import Client, Envelope, Recipient
from mailsvc.mail.letter import from_bytes
from mailsvc.mail.vacation import Terms
from mailsvc.store import accounts, contents, queue, vacations
from mailsvc.store.tx import Tx

OUTSIDER = "ha@ngoai.example"
NORMAL = Terms(True, date(2026, 11, 24), date(2026, 11, 30), "", "Tôi đi công tác, việc gấp xin gọi văn phòng.", False)
DAY_MINUTES = 24 * 60


async def away(world: World, username: str = "an", terms: Terms = NORMAL) -> int:
    """A person with a second address who is away; the account."""
    account_id = await world.person(username)
    await world.office.db.write(accounts.add_address, account_id, f"{username}.nguyen@{DOMAIN}")
    await world.office.db.write(vacation.save, Actor(account_id), terms)
    return account_id


def written(world: World, to: str, fields: str, subject: str) -> bytes:
    world.letters_sent += 1
    given = "" if fields.lower().startswith(("to:", "cc:", "bcc:", "resent-")) else f"To: <{to}>\r\n"
    head = f"From: Ha <{OUTSIDER}>\r\n{given}Subject: {subject}\r\nMessage-ID: <{world.letters_sent}@ngoai.example>\r\n"
    rest = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nRiêng tư: số tài khoản 123456.\r\n"
    return (head + fields + rest).encode()


def post_of(
    world: World,
    to: str = f"an@{DOMAIN}",
    fields: str = "",
    *,
    sender: str = OUTSIDER,
    subject: str = "V/v họp",
    account_id: int | None = None,
) -> Post:
    data = written(world, to, fields, subject)
    envelope = Envelope(
        id=str(world.letters_sent),
        door="mx" if account_id is None else "submission",
        client=Client("192.0.2.7"),
        sender=sender,
        recipients=(Recipient(to),),
        received_ms=world.clock.now_ms(),
        digest=hashlib.sha256(data).digest(),
        account_id=account_id,
        smtputf8=not sender.isascii(),
    )
    return Post(world.office.settings.organisation.domains, envelope, from_bytes(data))


async def bring(world: World, *posts: Post) -> None:
    """Deliver letters of one moment as the writer does."""
    for told in await world.office.db.write(deliver_each, list(posts)):
        assert [one.ok for one in told] == [True]


async def waiting(world: World) -> list[str]:
    """Who is to be answered outside."""
    return [row.recipient for row in reversed(await world.rows()) if row.sender == ""]


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_stranger_is_answered_once_in_seven_days(play: Play) -> None:
    """RFC 5230 §4.2, §5; RFC 3834 §2, §3."""

    async def story(world: World) -> None:
        await away(world)
        server = await world.server()
        await bring(world, post_of(world))
        await bring(world, post_of(world, subject="V/v khác"), post_of(world))
        await world.attempt()
        (sent,) = server.letters
        assert sent.mail.startswith("MAIL FROM:<>") and len(sent.rcpts) == 1
        assert sent.rcpts[0].startswith(f"RCPT TO:<{OUTSIDER}>") and "NOTIFY=NEVER" in sent.rcpts[0]
        message = parsed(sent.data)
        assert message["From"] == f"An <an@{DOMAIN}>" and message["To"] == OUTSIDER
        assert message["Subject"] == "Vắng mặt: V/v họp"
        assert message["Auto-Submitted"] == "auto-replied" and message["X-Auto-Response-Suppress"] == "All"
        assert message["In-Reply-To"] == message["References"] == "<1@ngoai.example>"
        text = message.get_content()
        assert text.startswith(NORMAL.text) and vacation.CLOSING in text and "123456" not in sent.data.decode()
        world.clock.advance(7 * DAY_MINUTES * 60_000 - 1)  # noon of 1 December less a moment: it is over by now
        await bring(world, post_of(world))
        assert len(await waiting(world)) == 1

    play(story)


def test_told_again_after_seven_days_and_when_it_has_changed(play: Play) -> None:
    async def story(world: World) -> None:
        long = Terms(True, date(2026, 11, 24), date(2026, 12, 31), "Đi học", "Tôi đi học.", False)
        account_id = await away(world, terms=long)
        await bring(world, post_of(world))
        world.clock.advance(7 * DAY_MINUTES * 60_000 - 1)
        await bring(world, post_of(world))
        assert len(await waiting(world)) == 1
        world.clock.advance(1)
        await bring(world, post_of(world))
        assert len(await waiting(world)) == 2
        await world.office.db.write(vacation.save, Actor(account_id), long)  # nothing is new
        await bring(world, post_of(world))
        assert len(await waiting(world)) == 2
        changed = Terms(True, long.first, long.last, "Đi học", "Việc gấp gọi anh Bình.", False)
        await world.office.db.write(vacation.save, Actor(account_id), changed)
        await bring(world, post_of(world))
        assert len(await waiting(world)) == 3

    play(story)


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: auto-generated\r\n",
        "Auto-Submitted: auto-replied (vacation)\r\n",
        "Precedence: bulk\r\n",
        "Precedence: list\r\n",
        "List-Id: <bao-cao.ngoai.example>\r\n",
        "List-Help: <mailto:giup@ngoai.example>\r\n",
        "List-Unsubscribe: <mailto:thoi@ngoai.example>\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n",
        "X-Spam-Flag: YES\r\n",
        "Return-Path: <>\r\n",
        "To: nhom@ngoai.example\r\n",
        "Cc: an@ngoai.example\r\n",
    ],
)
def test_no_answer_to_what_no_person_wrote_to_the_person(play: Play, fields: str) -> None:
    """RFC 3834 §2, RFC 5230 §4.5 and §4.6."""

    async def story(world: World) -> None:
        await away(world)
        await bring(world, post_of(world, fields=fields))
        assert await waiting(world) == []

    play(story)


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "MAILER-DAEMON@ngoai.example",
        "no-reply@ngoai.example",
        "noreply+123@ngoai.example",
        "do_not_reply@ngoai.example",
        "khong-tra-loi@ngoai.example",
        "owner-nhom@ngoai.example",
        "nhom-request@ngoai.example",
        "bounces+an=sogddt@ngoai.example",
        f"an@{DOMAIN}",
        f"ai-do@{DOMAIN}",
    ],
)
def test_no_answer_to_programs_nor_to_who_only_says_he_is_of_the_house(play: Play, sender: str) -> None:
    async def story(world: World) -> None:
        an = await away(world)
        await world.person("ai-do")
        await bring(world, post_of(world, sender=sender))
        assert await waiting(world) == [] and len(await world.inbox(an)) == 1

    play(story)


@pytest.mark.parametrize(
    "fields",
    [
        f"To: Ai <ai@ngoai.example>, An <AN@{DOMAIN}>\r\n",
        f"To: ai@ngoai.example\r\nCc: an.nguyen@{DOMAIN}\r\n",
        f"Bcc: an+hop@{DOMAIN}\r\n",
        f"To: nhom@ngoai.example\r\nResent-To: an@{DOMAIN}\r\n",
        "To: an@tayninh.gov.vn\r\n",
    ],
)
def test_any_of_the_persons_own_addresses_counts(play: Play, fields: str) -> None:
    """RFC 5230 §4.5."""

    async def story(world: World) -> None:
        await away(world)
        await bring(world, post_of(world, fields=fields))
        assert await waiting(world) == [OUTSIDER]

    play(story)


def test_colleagues_are_answered_in_their_inboxes(play: Play) -> None:
    async def story(world: World) -> None:
        an, binh = await away(world), await world.person("binh")
        post = post_of(world, sender=f"binh@{DOMAIN}", account_id=binh)
        await bring(world, post)
        (answer,) = await world.inbox(binh)
        assert parsed(answer)["Subject"] == "Vắng mặt: V/v họp" and await waiting(world) == []
        await bring(world, post_of(world, sender=f"an@{DOMAIN}", account_id=an))
        assert len(await world.inbox(an)) == 2  # nobody is answered by himself

    play(story)


def test_two_who_are_away_do_not_answer_each_other_for_ever(play: Play) -> None:
    async def story(world: World) -> None:
        an, binh = await away(world), await away(world, "binh")
        await bring(world, post_of(world, sender=f"binh@{DOMAIN}", account_id=binh))
        assert (len(await world.inbox(an)), len(await world.inbox(binh))) == (1, 1)

    play(story)


def test_only_the_house_when_so_chosen(play: Play) -> None:
    async def story(world: World) -> None:
        await away(world, terms=Terms(True, NORMAL.first, NORMAL.last, "", "Vắng.", True))
        binh = await world.person("binh")
        await bring(world, post_of(world))
        await bring(world, post_of(world, sender=f"binh@{DOMAIN}", account_id=binh))
        assert await waiting(world) == [] and len(await world.inbox(binh)) == 1

    play(story)


def test_days_are_those_of_the_office(play: Play) -> None:
    """From the first midnight to the last one in the office's zone; then it goes off by itself."""

    async def story(world: World) -> None:  # it is noon of 24 November
        terms = Terms(True, date(2026, 11, 25), date(2026, 11, 26), "", "Vắng.", False)
        an = await away(world, terms=terms)
        for minutes, count in ((0, 0), (12 * 60 - 1, 0), (1, 1), (2 * DAY_MINUTES - 1, 2), (1, 2)):
            world.clock.advance(minutes * 60_000)
            await bring(world, post_of(world, sender=f"khach-{minutes}@ngoai.example"))
            assert len(await waiting(world)) == count, minutes
        found = await world.office.db.read(vacations.find, an)
        assert found is not None and found.active
        await world.office.db.write(vacation_answers.keep_house)
        found = await world.office.db.read(vacations.find, an)
        assert found is not None and not found.active and found.text == "Vắng."
        with pytest.raises(Invalid):
            await world.office.db.write(vacation.switch, Actor(an), True)

    play(story)


def test_a_flood_of_senders_is_not_answered_without_end(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vacation_answers, "OUTSIDE_A_DAY", 3)

    async def story(world: World) -> None:
        an, binh = await away(world), await world.person("binh")
        for number in range(5):
            await bring(world, post_of(world, sender=f"s{number}@ngoai.example"))
        assert len(await waiting(world)) == 3
        await bring(world, post_of(world, sender=f"binh@{DOMAIN}", account_id=binh))
        assert len(await world.inbox(binh)) == 1
        world.clock.advance(DAY_MINUTES * 60_000 + 1)
        await bring(world, post_of(world, sender="s9@ngoai.example"))
        assert len(await waiting(world)) == 4
        world.clock.advance(7 * DAY_MINUTES * 60_000 + 1)
        await world.office.db.write(vacation_answers.keep_house)
        assert await world.office.db.read(vacations.told_since, an, 0) == 0

    play(story)


def test_a_secret_subject_is_not_repeated(play: Play) -> None:
    async def story(world: World) -> None:
        await away(world)
        server = await world.server()
        await bring(world, post_of(world, subject="[MẬT] Kế hoạch phòng thủ"))
        await world.attempt()
        assert parsed(server.letters[0].data)["Subject"] == "Vắng mặt: An"

    play(story)


@pytest.mark.parametrize("sender", ["hà@ngoài.example", '"a b"@ngoai.example', "x" * 60 + "@ngoai.example"])
def test_unusual_senders_and_subjects_make_whole_letters(play: Play, sender: str) -> None:
    async def story(world: World) -> None:
        await away(world)
        await bring(world, post_of(world, sender=sender, subject="=?utf-8?q?x=0D=0ABcc:_y@z?= " + "á" * 900))
        (row,) = await world.office.db.read(queue.listing, None)
        assert row.recipient == sender
        (found,) = await world.office.db.read(_letters, world, row.content_id)
        message = parsed(found)
        assert message["Bcc"] is None and message["Subject"].startswith("Vắng mặt: x")

    play(story)


def _letters(tx: Tx, world: World, content_id: int) -> list[bytes]:
    return [bytes(contents.load(tx, world.office.blobs, content_id)[:])]


def test_what_is_wrong_is_said_by_field() -> None:
    today, day = date(2026, 11, 24), date(2026, 12, 1)
    for terms, wrong in (
        (Terms(True, None, None, "", "", False), {"first", "last", "text"}),
        (Terms(False, None, None, "", "", False), set()),
        (Terms(True, today, date(2026, 11, 23), "x" * 201, "a", False), {"last", "subject"}),
        (Terms(True, date(2026, 12, 2), day, "", "a", False), {"last"}),
        (Terms(True, today, date(2027, 12, 1), "", "y" * 4001, False), {"last", "text"}),
        (Terms(True, today, day, "", "a", False), set()),
    ):
        assert set(vacation.faults(terms, today)) == wrong
