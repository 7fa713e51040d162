"""Text search over real and made letters equals looking at every one: marks, tones, case, fields. RFC 9051 §6.4.4

The matching here is written anew, and header fields are read by Python's own library.
"""

from __future__ import annotations

import email
import email.policy
import random
import re
import unicodedata
from dataclasses import dataclass

import pytest
from world import Client, World, on_both

from mailsvc.message.scan import scan
from mailsvc.store import search
from tests.places import SAMPLES

TONES = "\u0300\u0301\u0303\u0309\u0323"
FIELDS = {"SUBJECT": "subject", "FROM": "from", "TO": "to", "CC": "cc", "BCC": "bcc", "HEADER Message-ID": "message-id"}
WORDS = ["hoà bình", "Hòa Bình", "hoa", "Thuý", "thúy", "quý III", "Qúy", "hoàn thành", "hòan", "khoẻ", "Đường",
         "duong", "ẾCH", "straße", "İstanbul", "A\u0301", "50%", "a_b", 'nói "có"', "\\chéo", "İ", "ﬁn", "xoè tay",
         "thuở"]  # fmt: skip


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def bare(text: str) -> str:
    spread = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter)).translate({0x111: "d", 0xF0: "d"})


def pattern(needle: str) -> re.Pattern[str]:
    """The needle with the tone of oa, oe, uy (not after q) on either vowel."""
    out, at, text = [], 0, composed(needle)
    while at < len(text):
        pair = text[at : at + 2]
        spread = unicodedata.normalize("NFD", pair)
        letters = "".join(one for one in spread if one not in TONES)
        tones = [one for one in spread if one in TONES]
        if letters in ("oa", "oe", "uy") and len(tones) == 1 and text[at - 1 : at] != "q":
            first = unicodedata.normalize("NFC", letters[0] + tones[0]) + letters[1]
            second = letters[0] + unicodedata.normalize("NFC", letters[1] + tones[0])
            out.append(f"(?:{first}|{second})")
            at += 2
        else:
            out.append(re.escape(text[at]))
            at += 1
    return re.compile("".join(out))


def holds(text: str, needle: str) -> bool:
    if bare(needle) == needle.casefold() or needle.isascii():
        return bare(needle) in bare(text)
    return pattern(needle).search(composed(text)) is not None


@dataclass
class Letter:
    data: bytes
    fields: list[tuple[str, str]]
    body: str

    @classmethod
    def read(cls, data: bytes) -> Letter:
        found = scan(data)
        lines = [line.partition(": ") for line in found.head_text.splitlines()]
        fields = [(name.lower(), value.strip()) for name, _, value in lines]
        if data.partition(b"\r\n\r\n")[0].isascii():  # of raw 8-bit fields Python makes nothing
            parsed = email.message_from_bytes(data, policy=email.policy.compat32)
            for at, (name, raw) in enumerate(parsed.items()):
                if "=?" not in raw:
                    assert fields[at][0] == name.lower()
                    fields[at] = name.lower(), re.sub(r"\r?\n(?=[ \t])", "", raw).strip()
        return cls(data, fields, found.body_text)

    def matches(self, key: str, needle: str) -> bool:
        if key == "BODY":
            return holds(self.body, needle)
        if key == "TEXT":
            head = "".join(f"{name}: {value}\n" for name, value in self.fields)
            return holds(self.body, needle) or holds(head, needle)
        return any(name == FIELDS[key] and holds(value, needle) for name, value in self.fields)


def made(chance: random.Random, number: int) -> bytes:
    words = [chance.choice(WORDS) for _ in range(6)]
    head = f"From: {words[0].title()} <n{number}@x.example>\r\nSubject: {words[1]} {words[2]}\r\n"
    head += f"To: {words[3]} <t@x.example>\r\n" if number % 2 else ""
    return f"{head}Cc: c{number}@y.example\r\n\r\n{' '.join(words[2:])}\r\n{number}\r\n".encode()


def samples() -> list[bytes]:
    files = [path.read_bytes() for path in sorted((SAMPLES / "mail").glob("*.eml"))]
    return [re.sub(rb"(?<!\r)\n", b"\r\n", data) for data in files if len(data) < 400_000]


def needle(chance: random.Random, letters: list[Letter]) -> str:
    letter = chance.choice(letters)
    source = chance.choice([letter.body[:20_000], *(value for _, value in letter.fields), *WORDS])
    line = chance.choice([line for line in source.splitlines() if line.strip()] or ["x"])
    size, start = chance.randint(1, 12), chance.randrange(max(1, len(line)))
    text = "".join(one for one in line[start : start + size] if one.isprintable()) or "x"
    change = chance.randrange(5)
    if change == 0:
        text = bare(text)
    elif change == 1:
        text = text.upper()
    elif change == 2:
        text = unicodedata.normalize("NFD", text)
    elif change == 3:
        text += chance.choice("aáqz ")
    return text


@on_both
@pytest.mark.parametrize("indexed", [False, True])
def test_every_text_search_equals_looking_at_every_letter(
    world: World, indexed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW_NARROW", 20 if indexed else 1 << 32)  # with and without the index
    chance = random.Random(20_26)
    client = world.login("an")
    letters = [Letter.read(data) for data in (*samples(), *(made(chance, number) for number in range(60)))]
    chance.shuffle(letters)
    for number, letter in enumerate(letters):
        client.append(letter.data)
        if indexed and number == len(letters) // 2:  # the newer half is not in the index yet
            while world.write(search.index_pending, 1000):
                pass
    client.ok("SELECT INBOX")
    for _ in range(400):
        compare(client, letters, chance.choice(["TEXT", "BODY", *FIELDS]), needle(chance, letters))


def compare(client: Client, letters: list[Letter], key: str, text: str) -> None:
    raw = text.encode()
    (line,) = client.ok(f"SEARCH CHARSET UTF-8 {key} {{{len(raw)}+}}\r\n".encode() + raw)
    found = [int(word) for word in line.split()[2:]]
    assert found == [number for number, one in enumerate(letters, 1) if one.matches(key, text)], (key, text)


@on_both
def test_the_tone_may_stand_on_either_vowel(world: World) -> None:
    client = world.login("an")
    for subject in ("hoà bình", "hòa bình", "hoa binh", "hoàn", "hóa"):
        client.append(f"Subject: {subject}\r\n\r\n".encode())
    client.ok("SELECT INBOX")
    answers = [("hoà", b"1 2 4"), ("hòa", b"1 2 4"), ("HOÀ BÌNH", b"1 2"), ("hoa", b"1 2 3 4 5"), ("hoá", b"5")]
    for asked, found in answers:
        raw = asked.encode()
        (line,) = client.ok(b"SEARCH SUBJECT {%d+}\r\n%b" % (len(raw), raw))
        assert line == b"* SEARCH " + found
