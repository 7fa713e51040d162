"""Is this word a possible Vietnamese syllable? Onset, rime, at most one tone (handbook §6.4)."""

import re
import unicodedata

_ONSET = "(?:b|ch|c|d|đ|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|r|s|th|tr|t|v|x)?"
_RIME = (
    "(?:a|ă|â|e|ê|i|o|ô|ơ|u|ư|y|ai|ao|au|âu|ay|ây|eo|êu|ia|iêu|iu|oa|oai|oao|oay|oe|oeo|oi|ôi|ơi|ua|uâ|uây|ưa|uê|ui|ưi"
    "|uôi|ươi|ươu|ươ|ưu|uơ|uy|uya|uyu|yêu|uêu"
    "|(?:a|ă|â|e|ê|i|iê|o|ô|ơ|oa|oă|oe|u|uâ|ươ|uô|ư|yê|uyê|uê|uy|oo|uă|ue)(?:ch|c|m|ng|nh|n|p|t)"
    "|(?:uya|uây|oay|uyu))"
)
_SYLLABLE = re.compile(f"{_ONSET}{_RIME}")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\W\d_]+")


def is_syllable(word: str) -> bool:
    """True for a word that Vietnamese spelling allows, in any case and normal form."""
    spread = unicodedata.normalize("NFD", word.casefold())
    bare = _TONES.sub("", spread)
    if len(spread) - len(bare) > 1:
        return False
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None


def likeness(text: str) -> float:
    """The share of words with non-ASCII letters that are possible syllables; 0.0 when there is none such."""
    marked = [word for word in _WORD.findall(unicodedata.normalize("NFC", text)) if not word.isascii()]
    return sum(map(is_syllable, marked)) / len(marked) if marked else 0.0
