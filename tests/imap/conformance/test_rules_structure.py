"""ENVELOPE, BODY and BODYSTRUCTURE against the parser of Python's email package. RFC 9051 §7.5.2"""

from __future__ import annotations

import email
import random
from collections.abc import Iterator
from email.errors import StartBoundaryNotFoundDefect
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import getaddresses
from pathlib import Path
from typing import Any

import pytest
from speaker import Speaker, speaker
from world import World

from tests.places import SAMPLES


@pytest.fixture
def an(world: World) -> Speaker:
    return speaker(world)


def fetched(client: Speaker, message: bytes, items: str = "ENVELOPE BODY BODYSTRUCTURE") -> dict[bytes, Any]:
    client.append(message)
    count = client.ok("SELECT INBOX").of(b"EXISTS")[0][0]
    return client.ok(f"FETCH {count} ({items})").fetched()[count]


# ---- the oracle -------------------------------------------------------------------------------------------------
def leaves(message: Message, prefix: str = "") -> Iterator[tuple[str, Message]]:
    """Section numbers and parts that are not multiparts, in reading order."""
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        for number, part in enumerate(message.get_payload(), 1):
            yield from below(part, f"{prefix}{number}")
    else:
        yield from below(message, f"{prefix}1")


def below(part: Message, section: str) -> Iterator[tuple[str, Message]]:
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        yield from leaves(part, section + ".")
        return
    yield section, part
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        yield from leaves(part.get_payload(0), section + ".")


def told_leaves(structure: list[Any], prefix: str = "", number: int = 1) -> Iterator[tuple[str, list[Any]]]:
    """The same of a BODY or BODYSTRUCTURE."""
    if isinstance(structure[0], list):
        for at, part in enumerate([one for one in structure if isinstance(one, list)][: parts_of(structure)], 1):
            yield from told_below(part, f"{prefix}{at}")
    else:
        yield from told_below(structure, f"{prefix}{number}")


def parts_of(structure: list[Any]) -> int:
    return next(at for at, one in enumerate(structure) if not isinstance(one, list))


def told_below(part: list[Any], section: str) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(part[0], list):
        yield from told_leaves(part, section + ".")
        return
    yield section, part
    if part[0].upper() == b"MESSAGE" and part[1].upper() == b"RFC822":
        yield from told_leaves(part[8], section + ".")


def check_envelope(told: list[Any], message: Message) -> None:
    assert len(told) == 10
    for at, name in ((0, "Date"), (1, "Subject"), (8, "In-Reply-To"), (9, "Message-ID")):
        value = None if message.get(name) is None else str(message.get(name))
        assert (told[at] is None) == (value is None), name
        if value is not None and value.isascii():
            assert told[at].decode().split() == value.split(), name
    for at, name in ((2, "From"), (5, "To"), (6, "Cc"), (7, "Bcc")):
        given = [str(value) for value in message.get_all(name, [])][: 1 if name == "From" else None]
        values = [value for value in given if value.isascii() and ":" not in value]
        if values == given:
            expected = [address for _, address in getaddresses(values) if address]
            assert [b"%b@%b" % (one[2], one[3]) for one in told[at] or ()] == [one.encode() for one in expected], name
    for at, name in ((3, "Sender"), (4, "Reply-To")):
        if not message.get(name):
            assert told[at] == told[2], name


def check_structure(client: Speaker, items: dict[bytes, Any], message: Message) -> None:
    whole, short = items[b"BODYSTRUCTURE"], items[b"BODY"]
    if any(isinstance(defect, StartBoundaryNotFoundDefect) for defect in message.defects):
        assert whole[0] == b"TEXT"  # a multipart without parts cannot be written down
        return
    expected = dict(leaves(message))
    told = dict(told_leaves(whole))
    assert list(told) == list(expected)
    assert list(dict(told_leaves(short))) == list(expected)
    count = client.ok("NOOP") and client.ok("SEARCH ALL").of(b"SEARCH")[0][-1]
    for section, part in expected.items():
        one = told[section]
        assert (one[0] + b"/" + one[1]).decode().lower() == part.get_content_type(), section
        assert one[5].decode().lower() == str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower(), section
        octets = client.ok(f"FETCH {count} BODY.PEEK[{section}]").fetched()[count][f"BODY[{section}]".encode()]
        assert one[6] == len(octets), section
        if one[0].upper() == b"TEXT":
            assert one[7] in (octets.count(b"\n"), octets.count(b"\n") + 1), section
        if not part.is_multipart() and octets.isascii():
            given = part.get_payload()
            assert octets.replace(b"\r\n", b"\n").rstrip() == given.encode().replace(b"\r\n", b"\n").rstrip(), section


# ---- messages ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", sorted((SAMPLES / "mail").glob("*.eml")), ids=lambda path: path.stem)
def test_sample_letters_are_described_as_the_stdlib_reads_them(an: Speaker, path: Path) -> None:  # RFC 9051 §7.5.2
    data = path.read_bytes()
    items = fetched(an, data)
    message = email.message_from_bytes(data)
    check_envelope(items[b"ENVELOPE"], message)
    check_structure(an, items, message)


@pytest.mark.parametrize("seed", range(25))
def test_generated_letters_are_described_as_the_stdlib_reads_them(an: Speaker, seed: int) -> None:  # RFC 9051 §7.5.2
    data = generated(random.Random(seed)).as_bytes(policy=SMTP)
    items = fetched(an, data)
    message = email.message_from_bytes(data)
    check_envelope(items[b"ENVELOPE"], message)
    check_structure(an, items, message)


def generated(chance: random.Random, depth: int = 0) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    people = [
        "a@x.example",
        "Ann B <ann@y.example>",
        '"Q, R" <q.r@z.example>',
        "Trần Văn <t@v.example>",
        "u@[10.0.0.1]",
    ]
    for name in ("From", "Sender", "To", "Cc", "Bcc", "Reply-To"):
        if chance.random() < 0.6:
            some = chance.sample(people[:-1], 1 if name in ("From", "Sender") else chance.randint(1, 3))
            message[name] = ", ".join(some)
    for name, value in (("Subject", "Báo cáo " * chance.randint(0, 20)), ("Message-ID", "<1@x.example>"),
                        ("In-Reply-To", "<0@x.example>"), ("Date", "Tue, 24 Nov 2026 09:00:00 +0700")):  # fmt: skip
        if chance.random() < 0.7:
            message[name] = value
    message.set_content(chance.choice(["plain\n", "một\nhai\n", "x" * 2000 + "\n"]))
    if chance.random() < 0.5:
        message.add_alternative("<p>html</p>\n", subtype="html")
    for _ in range(chance.randint(0, 3)):
        if chance.random() < 0.4 and depth < 3:
            message.add_attachment(generated(chance, depth + 1))
        else:
            message.add_attachment(chance.randbytes(50), maintype="application", subtype="pdf", filename="tệp đính.pdf")
    return message


def envelope(client: Speaker, header: bytes) -> list[Any]:
    told: list[Any] = fetched(client, header + b"\r\nbody\r\n", "ENVELOPE")[b"ENVELOPE"]
    return told


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        (b"a@x.example", [[None, None, b"a", b"x.example"]]),
        (b"Ann <a@x.example>", [[b"Ann", None, b"a", b"x.example"]]),
        (b'"Ann \\"Q\\" B" <a@x.example>', [[b'Ann "Q" B', None, b"a", b"x.example"]]),
        (b'"a b"@x.example', [[None, None, b"a b", b"x.example"]]),
        (b"<@hop.example,@two.example:a@x.example>", [[None, b"@hop.example,@two.example", b"a", b"x.example"]]),
        (b"a@x.example (Ann)", [[b"Ann", None, b"a", b"x.example"]]),
        (b"a@[10.0.0.1]", [[None, None, b"a", b"[10.0.0.1]"]]),
        (b"Team: a@x.example, B <b@x.example>;",
         [[None, None, b"Team", None], [None, None, b"a", b"x.example"], [b"B", None, b"b", b"x.example"], [None] * 4]),
        (b"undisclosed-recipients:;", [[None, None, b"undisclosed-recipients", None], [None] * 4]),
        (b"=?utf-8?q?Tr=E1=BA=A7n?= <t@x.example>", [[b"=?utf-8?q?Tr=E1=BA=A7n?=", None, b"t", b"x.example"]]),
        (b"a@x.example,\r\n b@x.example", [[None, None, b"a", b"x.example"], [None, None, b"b", b"x.example"]]),
        (b"a@x.example,, b@x.example,", [[None, None, b"a", b"x.example"], [None, None, b"b", b"x.example"]]),
    ],
)  # fmt: skip
def test_addresses(an: Speaker, value: bytes, addresses: list[Any]) -> None:  # RFC 9051 §7.5.2
    assert envelope(an, b"To: " + value + b"\r\n")[5] == addresses


def test_missing_fields_are_nil_and_empty_ones_are_empty(an: Speaker) -> None:  # RFC 9051 §7.5.2
    assert envelope(an, b"X: y\r\n") == [None] * 10
    told = envelope(an, b"Subject:\r\nDate: \r\nMessage-ID:\r\nTo:\r\nCc: \r\n")
    assert (told[0], told[1], told[9]) == (b"", b"", b"")
    assert told[5:8] == [None, None, None]


def test_sender_and_reply_to_default_to_from(an: Speaker) -> None:  # RFC 9051 §7.5.2
    told = envelope(an, b"From: a@x.example\r\nSender:\r\n")
    assert told[2] == told[3] == told[4] == [[None, None, b"a", b"x.example"]]
    told = envelope(an, b"From: a@x.example\r\nSender: s@x.example\r\nReply-To: r@x.example\r\n")
    assert (told[3][0][2], told[4][0][2]) == (b"s", b"r")


def test_folded_fields_are_unfolded(an: Speaker) -> None:  # RFC 9051 §7.5.2
    told = envelope(an, b"Subject: one\r\n two\r\n\tthree\r\n")
    assert told[1] == b"one two\tthree"


def test_eight_bit_and_quotes_in_fields_are_sendable(an: Speaker) -> None:  # RFC 9051 §4.3
    told = envelope(an, 'Subject: "Trần" \\ x\r\nFrom: Trần <a@x.example>\r\n'.encode())
    assert told[1] == '"Trần" \\ x'.encode()
    assert told[2][0][0] == "Trần".encode()


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (b"", [b"TEXT", b"PLAIN"]), (b"Content-Type: text\r\n", [b"TEXT", b"PLAIN"]),
        (b"Content-Type: image/PNG\r\n", [b"IMAGE", b"PNG"]), (b"Content-Type: \r\n", [b"TEXT", b"PLAIN"]),
        (b"Content-Type: multipart/mixed\r\n", None), (b"Content-Type: multipart/mixed; boundary=none\r\n", None),
        (b"Content-Type: message/rfc822\r\n", None), (b"Content-Type: message/partial; id=x; number=1\r\n", None),
    ],
)  # fmt: skip
def test_odd_types_still_give_a_wellformed_structure(an: Speaker, header: bytes, told: Any) -> None:  # RFC 9051 §9 body
    items = fetched(an, header + b"\r\nbody\r\n")
    for name in (b"BODY", b"BODYSTRUCTURE"):
        structure = items[name]
        if told is not None:
            assert structure[:2] == told
        if isinstance(structure[0], list):
            assert parts_of(structure) >= 1
        else:
            assert all(isinstance(one, bytes) for one in (structure[0], structure[1], structure[5]))
            assert isinstance(structure[6], int)
            if structure[0] == b"TEXT":
                assert structure[7] == 1


def test_extension_data_of_parts(an: Speaker) -> None:  # RFC 9051 §7.5.2
    header = (
        b'Content-Type: application/pdf; name="a b.pdf"\r\nContent-Disposition: attachment;'
        b' filename="a b.pdf"; size=4\r\n'
        b"Content-ID: <1@x>\r\nContent-Description: A thing\r\nContent-MD5: Q2hlY2s=\r\nContent-Language: vi, en\r\n"
        b"Content-Location: http://x.example/\r\nContent-Transfer-Encoding: BASE64\r\n"
    )
    items = fetched(an, header + b"\r\nAAAA")
    assert items[b"BODY"] == [b"APPLICATION", b"PDF", [b"NAME", b"a b.pdf"], b"<1@x>", b"A thing", b"BASE64", 4]
    assert items[b"BODYSTRUCTURE"][7:] == [
        b"Q2hlY2s=", [b"ATTACHMENT", [b"FILENAME", b"a b.pdf", b"SIZE", b"4"]], [b"vi", b"en"], b"http://x.example/",
    ]  # fmt: skip
