"""Capabilities that are not told to clients known to break on them, by what they call themselves (RFC 2971).

RFC 2971 §3 wants nobody treated differently for a name; so a row needs a public thread that shows the fault, hides what
the client cannot use anyway, and is taken out when the client is mended. What is hidden still works when it is asked
for. For a client that is not here an administrator can switch a capability off for the account.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quirk:
    """`name` and `version` are patterns for the whole values of these fields."""

    name: str
    version: str
    hidden: frozenset[str]
    reason: str
    thread: str


QUIRKS = (
    Quirk(
        name=r"Microsoft Office 365",
        version=r".*",
        hidden=frozenset(("UIDONLY",)),
        reason="enables UIDONLY and then fetches by sequence numbers, so that no letter is shown",
        thread="https://github.com/modern-email/defects/issues/49",
    ),
    Quirk(
        name=r"K-9 Mail.*|Thunderbird.*",
        version=r"12\..*",
        hidden=frozenset(("UTF8=ACCEPT",)),
        reason="turns the letters with marks of folder names into question marks and cannot open those folders",
        thread="https://github.com/thunderbird/thunderbird-android/issues/9480",
    ),
)


def hidden_from(fields: Mapping[str, str]) -> frozenset[str]:
    """What is hidden from a client with these ID fields (names in lower case)."""
    name, version = fields.get("name", "").strip(), fields.get("version", "").strip()
    found = frozenset[str]()
    for quirk in QUIRKS:
        if re.fullmatch(quirk.name, name, re.IGNORECASE) and re.fullmatch(quirk.version, version, re.DOTALL):
            found |= quirk.hidden
    return found
