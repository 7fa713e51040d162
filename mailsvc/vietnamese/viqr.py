"""VIQR: Vietnamese in ASCII as it was mailed over seven bits (handbook §6.2). Very ambiguous:
read so on request only."""

import re
import unicodedata

_HATS = {"^": "\u0302", "(": "\u0306", "+": "\u031b", "*": "\u031b"}
_TONES = {"'": "\u0301", "`": "\u0300", "?": "\u0309", "~": "\u0303", ".": "\u0323"}
_LETTER = re.compile(
    r"\\(?P<plain>['`?~.^(+*\\dD])"
    r"|(?P<vowel>[aAeEoOuU])(?P<hat>[\^(+*])(?P<tone>['`?~.]?)"
    r"|(?P<bare>[aAeEiIoOuUyY])(?P<mark>['`?~.])"
    r"|(?P<stroke>[dD][dD])"
)
_HATTED = frozenset(("a^", "a(", "e^", "o^", "o+", "o*", "u+", "u*"))


def decode_viqr(text: str) -> str:
    """NFC text; what is no mark of VIQR stays, a backslash takes a mark's meaning away."""
    return unicodedata.normalize("NFC", _LETTER.sub(_letter, text))


def _letter(found: re.Match[str]) -> str:
    if found["plain"]:
        return found["plain"]
    if found["stroke"]:
        return "Đ" if found["stroke"][0] == "D" else "đ"
    if found["bare"]:
        return found["bare"] + _TONES[found["mark"]]
    if found["vowel"].lower() + found["hat"] not in _HATTED:
        return found[0]
    return found["vowel"] + _HATS[found["hat"]] + _TONES.get(found["tone"], "")
