"""Bytes in a declared, misdeclared or undeclared charset to NFC text. Nothing here raises for input."""

import codecs
import re

from mailsvc.vietnamese.normal import nfc

# Python also has codecs that are no charsets (zlib, punycode, unicode_escape): only these may be named by a sender.
_ALLOWED = frozenset(
    (
        *(f"utf-{width}" for width in ("7", "8", "16", "16-le", "16-be", "32", "32-le", "32-be")),
        *(f"iso8859-{number}" for number in range(1, 17) if number != 12),
        *(f"cp{page}" for page in (*range(1250, 1259), 437, 850, 852, 855, 866, 874, 932, 949, 950)),
        *("ascii", "koi8-r", "koi8-u", "tis-620", "mac-roman", "kz1048"),
        *("gb2312", "gbk", "gb18030", "hz", "big5", "big5hkscs"),
        *("shift_jis", "euc_jp", "euc_jis_2004", "iso2022_jp", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_ext"),
        *("euc_kr", "johab", "iso2022_kr"),
    )
)
_ALIASES = {
    # Western mail that says Latin-1 means Windows-1252: the C1 controls are never meant.
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "x-windows-1258": "cp1258",
    "cp-1258": "cp1258",
    "windows1258": "cp1258",
    "win-1258": "cp1258",
    "x-cp1252": "cp1252",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "x-gbk": "gbk",
    "iso-8859-8-i": "iso8859-8",
    "utf-16": "utf-16",
}
_UNDECLARED = frozenset({"", "us-ascii", "ascii", "unknown", "unknown-8bit", "x-unknown", "default", "none", "8bit"})
# Windows-1258 writes a tone as a byte of its own after the vowel.
_TONE_AFTER_VOWEL = re.compile(rb"[aeiouyAEIOUY\xc2\xca\xd4\xc3\xd5\xdd\xe2\xea\xf4\xe3\xf5\xfd][\xcc\xd2\xde\xec\xf2]")
_TONE_BYTES = re.compile(rb"[\xcc\xd2\xde\xec\xf2]")
_VIETNAMESE_LETTERS = re.compile(rb"[\xd0\xf0\xc3\xe3\xd5\xf5\xdd\xfd]")
_HIGH = re.compile(rb"[\x80-\xff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_CODECS: dict[str, str] = {}
_CODECS_KEPT = 500


def codec_name(charset: str) -> str | None:
    """The Python codec for a MIME charset; '' when the sender declared none; None when it is unknown."""
    known = _CODECS.get(charset)
    if known is not None:
        return known or None
    name = charset.strip().strip("\"'").lower()
    if name in _UNDECLARED:
        return ""
    try:
        found = _ALIASES.get(name) or codecs.lookup(_ALIASES.get(name, name)).name
    except (LookupError, ValueError):
        found = ""
    found = found if found in _ALLOWED else ""
    if len(_CODECS) < _CODECS_KEPT:
        _CODECS[charset] = found
    return found or None


def decode_text(data: bytes, charset: str = "") -> str:
    """Text in NFC without NUL; undecodable bytes become U+FFFD.

    us-ascii and missing declarations are read as UTF-8 when they are that; unknown charsets and broken UTF-8 are
    guessed between UTF-8, Windows-1258 and Windows-1252.
    """
    return clean(to_text(data, charset))


def to_text(data: bytes, charset: str) -> str:
    """As decode_text, without the normal form: for pieces that are joined first."""
    codec = codec_name(charset) if charset else ""
    if codec and codec not in ("utf-8", "ascii"):
        return _by_codec(data, codec)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        hurt = data.decode("utf-8", "replace")
    # Mostly sound UTF-8 with a broken byte is still UTF-8; every foreign letter broken is another charset.
    broken = hurt.count("\ufffd")
    return hurt if broken * 8 < len(_HIGH.findall(data)) else guess(data)


def _by_codec(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec, "replace")
    except (UnicodeError, LookupError):
        return guess(data)
    # UTF-7 can spell lone surrogates, which no database stores.
    return _SURROGATES.sub("\ufffd", text) if codec == "utf-7" else text


def clean(text: str) -> str:
    """NFC, no NUL: databases refuse it."""
    if "\0" in text:
        text = text.replace("\0", "")
    return nfc(text)


def guess(data: bytes) -> str:
    """UTF-8 when it is UTF-8, else Windows-1258 or Windows-1252 by what the bytes look like; not normalised."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1258" if looks_like_1258(data) else "cp1252", "replace")


def looks_like_1258(data: bytes) -> bool:
    """True for bytes that read as Vietnamese in Windows-1258: tone bytes stand after vowels, or ă đ ơ ư occur."""
    after_vowel = len(_TONE_AFTER_VOWEL.findall(data))
    elsewhere = len(_TONE_BYTES.findall(data)) - after_vowel
    if after_vowel or elsewhere:
        return after_vowel > elsewhere
    return _VIETNAMESE_LETTERS.search(data) is not None


def mend_mojibake(text: str) -> str:
    """UTF-8 that some hop read as Windows-1252 (`CÃ´ng vÄƒn`), read back; other text unchanged."""
    if text.isascii():
        return text
    try:
        raw = b"".join(_western_byte(character) for character in text)
        mended = raw.decode("utf-8")
    except (UnicodeError, KeyError):
        return text
    return mended


def _western_byte(character: str) -> bytes:
    code = ord(character)
    # The five holes of Windows-1252 pass as C1 controls.
    if code < 0x80 or code in (0x81, 0x8D, 0x8F, 0x90, 0x9D):
        return bytes((code,))
    return character.encode("cp1252")
