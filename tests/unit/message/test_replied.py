"""The words of an answer: what looks like the beginning of a quotation and is none."""

from __future__ import annotations

import pytest

from mailsvc.message.replied import own_words


@pytest.mark.parametrize("quote", ["Từ: Văn thư <a@b>", "*From:* Văn thư", "From: a@b.vn", "> cũ", "Đã gửi từ iPhone"])
def test_the_quotation_is_left_out(quote: str) -> None:
    assert own_words(f"Đã nhận.\n\n{quote}\nNội dung cũ") == "Đã nhận."


@pytest.mark.parametrize("words", ["Từ chối: đang nghỉ phép.", "Từ nay đến thứ Sáu xong.", "Từ 8 giờ: họp."])
def test_words_that_begin_with_tu_are_words(words: str) -> None:
    assert own_words(f"{words}\n\n> cũ") == words
