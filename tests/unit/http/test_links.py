"""Signed addresses of pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.core.errors import NotFound
from mailsvc.http.links import PictureLink, check, sign

KEY = b"k" * 32
LINK = PictureLink(content_id=12, part=3, until_ms=1_000)


def test_what_was_signed_comes_back_until_its_time() -> None:
    token = sign(KEY, LINK)
    assert check(KEY, token, 1_000) == LINK
    with pytest.raises(NotFound):
        check(KEY, token, 1_001)
    with pytest.raises(NotFound):
        check(b"x" * 32, token, 0)


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_a_changed_letter_is_noticed(place: int, letter: str) -> None:
    token = sign(KEY, LINK)
    place %= len(token) - 1  # the last letter has bits that mean nothing
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(NotFound):
            check(KEY, changed, 0)


@given(st.text(max_size=100))
def test_anything_else_is_not_found(token: str) -> None:
    with pytest.raises(NotFound):
        check(KEY, token, 0)
