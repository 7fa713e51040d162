"""Vietnamese first, English second. The msgids are the Vietnamese texts; English lies in locale/en, one file a room."""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from mailsvc.core.errors import HouseWord, MailsvcError, Phrase

VIETNAMESE, ENGLISH = "vi", "en"
LANGUAGES = {VIETNAMESE: "Tiếng Việt", ENGLISH: "English"}
LOCALE = Path(__file__).parent / "locale"
WORD = "word\x04"
_language: ContextVar[str] = ContextVar("language", default=VIETNAMESE)


def language() -> str:
    """The language of the request that is being answered."""
    return _language.get()


def speak(chosen: str) -> None:
    """From here on this request is answered in that language (`vi` for one we do not have). Each request is a task of
    its own, so it ends with it; threads that read see it too, those that write do not: what is stored is Vietnamese."""
    _language.set(chosen if chosen in LANGUAGES else VIETNAMESE)


def V_(text: str) -> str:
    """Marks a text of the office's own papers and letters: it is stored or printed, Vietnamese for every reader."""
    return text


def N_(text: str) -> str:
    """Marks a text that is translated later, where it is shown."""
    return text


def gettext(text: str) -> str:
    """The text in the language of the request; the Vietnamese one where English is missing."""
    found = _catalogue(language()).get(text)
    return found[0] if found else text


def house_word(text: str) -> str:
    """A word of the house (a state, a role, a field) in the language of the request. What is also the name of an act
    has a translation of its own, with the msgctxt `word`."""
    found = _catalogue(language()).get(WORD + text)
    return found[0] if found else gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The same for a count: English has a form for one, Vietnamese has not."""
    found = _catalogue(language()).get(one)
    if not found:
        return one if count == 1 else many
    return found[0] if count == 1 else found[-1]


def _(text: str, /, **values: object) -> str:
    """The text with its `%(name)s` filled in; values that are phrases of the house are translated too. Without values
    a percent sign is just itself."""
    if not values:
        return gettext(text)
    return gettext(text) % {name: told(one) if isinstance(one, str) else one for name, one in values.items()}


def said(what: MailsvcError | Phrase) -> str:
    """What an error or a phrase says to the person, in the language of the request."""
    if isinstance(what, HouseWord):
        return house_word(what.text)
    return _(what.text, **what.values)


def told(text: str) -> str:
    """A sentence that may be a phrase of the house: then in the language of the request."""
    return said(text) if isinstance(text, Phrase) else text


@cache
def _catalogue(chosen: str) -> dict[str, tuple[str, ...]]:
    """msgid to its forms. None for Vietnamese: the texts are their own translation."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((LOCALE / chosen).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=chosen):
                forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
                key = message.id[0] if isinstance(message.id, tuple | list) else message.id
                if key and all(forms):
                    context = f"{message.context}\x04" if message.context else ""
                    found[context + str(key)] = tuple(str(form) for form in forms)
    return found
