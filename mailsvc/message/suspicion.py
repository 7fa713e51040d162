"""Signs that a letter is not from whom it seems to be. Pure: evidence in, findings out; the words are the door's.

Each sign is chosen so that ordinary mail does not show it: a warning that is always there is read by nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from mailsvc.vietnamese.fold import fold

_ADDRESS = re.compile(r"[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
_HOST = re.compile(r"(?:https?://)?(?:[^\s/@]{1,60}@)?((?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24})(?::\d+)?(?:[/?#]\S*)?")
_SECOND = frozenset({"com", "net", "org", "edu", "gov", "ac", "co", "info", "biz", "name", "health", "pro", "int"})
_TLDS = frozenset({"vn", "com", "net", "org", "info", "biz", "edu", "gov", "io", "me", "app", "xyz", "online", "site",
    "top", "click", "link", "shop", "club", "store", "live", "page", "dev", "asia", "example", "test", "cn", "ru",
    "uk", "us", "jp", "kr", "de", "fr", "eu", "co", "cc", "tk"})  # fmt: skip
_ALIKE = str.maketrans({
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ѕ": "s", "ј": "j", "ԁ": "d",
    "һ": "h", "ո": "n", "ɡ": "g", "ɩ": "i", "ı": "i", "α": "a", "ο": "o", "ν": "v", "τ": "t", "ρ": "p", "к": "k",
    "м": "m", "т": "t", "в": "b", "н": "h", "ё": "e", "0": "o", "1": "l", "3": "e", "5": "s", "|": "l",
})  # fmt: skip
_MACROS = (".docm", ".dotm", ".xlsm", ".xltm", ".xlam", ".pptm", ".potm", ".ppam", ".xll")
_SHORTEST_ALIKE = 6
_NAME_WORDS = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a letter.

    from_name, from_address: the author as written. reply_to: addresses that answers go to. links: (host in the text of
    a link, host it leads to). own_domains: those of the office. people: names in the office, folded. outside: it came
    from another server without a password. known: the reader has had mail from this address before. bulk: it marks
    itself as mail to many. files: (name, hazards) of what is attached.
    """

    from_name: str
    from_address: str
    own_domains: tuple[str, ...]
    reply_to: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    people: Collection[str] = ()
    outside: bool = False
    known: bool = True
    bulk: bool = False
    files: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A finding. `kind` is one of `name-address`, `name-person`, `name-house`, `own-domain`, `look-alike`,
    `strange-letters`, `reply-elsewhere`, `link-elsewhere`, `risky-file`; `shown` is what it looks like, `real` is what
    it is."""

    kind: str
    shown: str
    real: str


def suspicions(evidence: Evidence) -> tuple[Suspicion, ...]:
    """All findings, the gravest kinds first, each kind once."""
    found: dict[str, Suspicion] = {}
    for one in (*_sender(evidence), *_replies(evidence), *_links(evidence), *_files(evidence)):
        found.setdefault(one.kind, one)
    return tuple(found.values())


def _sender(evidence: Evidence) -> Iterator[Suspicion]:
    address, name = evidence.from_address, evidence.from_name
    domain = domain_of(address)
    own = [one.lower() for one in evidence.own_domains]
    inside = _is_own(domain, own)
    if inside and evidence.outside:
        yield Suspicion("own-domain", address, "")
    if not inside:
        yield from _look_alike(domain, own)
    named = _ADDRESS.search(name)
    if named and organisation(named[1].lower()) != organisation(domain):
        yield Suspicion("name-address", named[0], address)
    if inside or not domain:
        return
    folded = fold(name)
    if any(one in name.lower() for one in own) and not named:
        yield Suspicion("name-house", name, address)
    if len(folded.split()) >= _NAME_WORDS and folded in evidence.people:
        yield Suspicion("name-person", name, address)


def _look_alike(domain: str, own: Iterable[str]) -> Iterator[Suspicion]:
    """A domain that is not ours and looks like it, or that is written in letters of another script."""
    shown = readable(domain)
    for ours in own:
        if _resembles(shown, ours):
            yield Suspicion("look-alike", shown, ours)
            return
    if _mixes_scripts(shown):
        yield Suspicion("strange-letters", shown, domain)


def _resembles(domain: str, ours: str) -> bool:
    if not domain or _is_own(domain, [ours]):
        return False
    label = ours.split(".")[0]
    if skeleton(domain) == skeleton(ours):
        return True
    # The name of the house below the registered one is nobody else's; authorities alone get names under gov.vn.
    distinct = organisation(ours) != ours and not domain.endswith(".gov.vn")
    if distinct and len(label) >= _SHORTEST_ALIKE and organisation(domain) != organisation(ours):
        pieces = re.split(r"[.-]", skeleton(domain))
        if skeleton(label) in pieces:
            return True
        if any(_one_apart(piece, skeleton(label)) for piece in pieces):
            return True
    return _one_apart(skeleton(domain), skeleton(ours))


def _replies(evidence: Evidence) -> Iterator[Suspicion]:
    domain = organisation(domain_of(evidence.from_address))
    if evidence.bulk or not domain:
        return
    for address in evidence.reply_to:
        there = domain_of(address)
        if there and organisation(there) != domain and not _is_own(there, evidence.own_domains):
            yield Suspicion("reply-elsewhere", evidence.from_address, address)
            return


def _links(evidence: Evidence) -> Iterator[Suspicion]:
    own = [one.lower() for one in evidence.own_domains]
    for shown, real in evidence.links:
        if evidence.bulk and not _is_own(shown, own):
            continue  # newsletters count clicks through another host; that of our own house is never one of them
        if organisation(shown) != organisation(real):
            yield Suspicion("link-elsewhere", shown, readable(real))
    for _shown, real in evidence.links:
        for one in _look_alike(real, own):
            yield Suspicion("link-elsewhere", one.real, one.shown)


def _files(evidence: Evidence) -> Iterator[Suspicion]:
    if evidence.known:
        return
    for name, hazards in evidence.files:
        if {"executable", "encrypted"} & {*hazards} or name.lower().endswith(_MACROS):
            yield Suspicion("risky-file", name, evidence.from_address)
            return


# ---- hosts --------------------------------------------------------------------------------------------------
def host_in(text: str) -> str:
    """The host that a text names when it is an address of the web and nothing else; '' otherwise."""
    stripped = text.strip()
    found = _HOST.fullmatch(stripped) if len(stripped) < 2000 else None
    if found is None:
        return ""
    host = found[1].lower()
    known = stripped.lower().startswith(("http://", "https://", "www.")) or host.rpartition(".")[2] in _TLDS
    return host if known else ""


def domain_of(address: str) -> str:
    """The domain of a mail address in lower case."""
    return address.rpartition("@")[2].strip().strip(">").rstrip(".").lower() if "@" in address else ""


def organisation(host: str) -> str:
    """The part of a host name that belongs to one owner: `a.b.example.com` is `example.com`, `x.gov.vn` stays."""
    labels = host.lower().rstrip(".").split(".")
    kept = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND else 2
    return ".".join(labels[-kept:])


def readable(host: str) -> str:
    """The name with its encoded labels (`xn--…`) in the letters that are meant."""
    return ".".join(_decoded(label) for label in host.lower().split("."))


def skeleton(text: str) -> str:
    """What the text looks like: letters that are taken for each other are the same."""
    plain = fold(unicodedata.normalize("NFKC", text.lower()).translate(_ALIKE))
    return plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _is_own(domain: str, own: Iterable[str]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in own)


def _mixes_scripts(host: str) -> bool:
    """Letters of several scripts in one label, or a label of other letters that looks Latin all through."""
    for label in host.split("."):
        scripts = {unicodedata.name(c, "?").split()[0] for c in label if c.isalpha()}
        foreign = scripts - {"LATIN", "?"}
        if foreign and ("LATIN" in scripts or label.translate(_ALIKE).isascii()):
            return True
    return False


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter was left out, put in, changed, or two neighbours stand in the other order."""
    if one == other or len(other) < _SHORTEST_ALIKE or abs(len(one) - len(other)) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    swapped = one[:at] + one[at + 1 : at + 2] + one[at : at + 1] + one[at + 2 :]
    rests = {(one[at + 1 :], other[at + 1 :]), (one[at + 1 :], other[at:]), (one[at:], other[at + 1 :])}
    return swapped == other or any(a == b for a, b in rests)
