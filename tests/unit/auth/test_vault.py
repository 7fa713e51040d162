"""What is locked opens with the same secret under the same label only, and is another each time."""

from __future__ import annotations

import pytest

from mailsvc.auth.vault import Vault, WrongKey

PLAIN = b"12345678901234567890"


def test_what_is_locked_opens_with_the_same_secret() -> None:
    locked = Vault(b"ours").lock(PLAIN, "one")
    assert Vault(b"ours").unlock(locked, "one") == PLAIN
    assert PLAIN not in locked
    assert Vault(b"ours").lock(PLAIN, "one") != locked


@pytest.mark.parametrize("case", ["secret", "label", "changed", "cut", "form", "empty"])
def test_anything_else_does_not_open(case: str) -> None:
    locked = Vault(b"ours").lock(PLAIN, "one")
    given = {"changed": locked[:-1] + bytes([locked[-1] ^ 1]), "cut": locked[:9], "form": b"\x02" + locked[1:]}
    vault = Vault(b"theirs" if case == "secret" else b"ours")
    with pytest.raises(WrongKey):
        vault.unlock(b"" if case == "empty" else given.get(case, locked), "two" if case == "label" else "one")
