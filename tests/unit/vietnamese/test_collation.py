"""The order of texts: ASCII as i;unicode-casemap has it (RFC 5051), Vietnamese as the alphabet has it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.vietnamese.fold import spellings
from mailsvc.vietnamese.sort import collation_key

ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126))


@given(ASCII, ASCII)
def test_ascii_sorts_as_its_capitals(one: str, other: str) -> None:
    assert (collation_key(one) < collation_key(other)) == (one.upper() < other.upper())


def test_vietnamese_letters_follow_their_plain_ones() -> None:
    order = ["an", "ăn", "ân", "ban", "ban a", "bàn", "bàn b", "bản", "bạn", "banh", "ca", "da", "đa", "e", "ez", "ê",
             "hoa", "hòa", "o", "oz", "ô", "ơ", "u", "ư", "vz"]  # fmt: skip
    assert sorted(reversed(order), key=collation_key) == order


NFD = unicodedata.normalize("NFD", "Kế hoạch")


@pytest.mark.parametrize(("one", "other"), [("BÁO CÁO", "báo cáo"), (NFD, "kế HOẠCH")])
def test_case_and_normal_form_do_not_count(one: str, other: str) -> None:
    assert collation_key(one) == collation_key(other)


@given(st.text(max_size=2000))
def test_every_text_has_a_storable_key(text: str) -> None:
    key = collation_key(text)
    assert "\0" not in key and len(key) < 20_000


def test_spellings() -> None:
    assert set(spellings("hoà")) == {"hoà", "hòa"}
    assert set(spellings("hòan thuý")) == {"hòan thuý", "hoàn thuý", "hòan thúy", "hoàn thúy"}
    assert spellings("quý") == ("quý",)
    assert len(spellings("hoà " * 50)) == 2
