"""Text of strangers as HTML: escaped piece by piece."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webmail.plaintext import text_as_html

ALLOWED = re.compile(
    r'<(?:/?blockquote|div class="lines"|/div|a href="(?:https?://|mailto:)[^"<>]*"'
    r'(?: target="_blank" rel="noopener noreferrer nofollow")?|/a|p class="cut"|/p)>'
)


@given(st.text(alphabet="<>\"'&=/:.@ahtpswjvb \n()[]>-", max_size=200))
def test_only_our_own_tags_come_out(text: str) -> None:
    html = str(text_as_html(text))
    assert "<" not in ALLOWED.sub("", html)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("xem https://a.example/b?c=1&d=2.", 'href="https://a.example/b?c=1&amp;d=2"'),
        ("(www.a.example)", 'href="http://www.a.example"'),
        ("gửi van.thu@so.example, nhé", 'href="mailto:van.thu@so.example"'),
        ("https://a.example/x_(y)", 'href="https://a.example/x_(y)"'),
        ('"https://a.example/"><script>', 'href="https://a.example/"'),
    ],
)
def test_addresses_become_links(text: str, link: str) -> None:
    assert link in text_as_html(text)


@pytest.mark.parametrize("text", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://"])
def test_other_schemes_do_not(text: str) -> None:
    assert "href" not in text_as_html(text)


def test_quotations_are_set_apart() -> None:
    html = text_as_html("trả lời\n> hỏi\n>> trước nữa\n> > và nữa\nhết")
    assert html.count("<blockquote>") == html.count("</blockquote>") == 3


def test_long_text_is_cut_and_quick() -> None:
    html = text_as_html("a@" * 300_000 + "http://" * 1000)
    assert "phần sau không hiện" in html
