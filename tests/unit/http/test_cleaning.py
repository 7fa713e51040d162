"""The first wall: what of a letter's HTML is left."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.http.cleaning import DEPTH_LIMIT, NotCleanableError, clean_letter, lines, nesting

PAYLOADS = (
    "<script>x</script>", "<img src=x onerror=x>", "<svg onload=x>", "<math><mi xlink:href='javascript:x'>",
    "<a href='javascript:x'>a</a>", "<a href='jav\tascript:x'>a</a>", "<a href='\u2028javascript:x'>a</a>",
    "<a href='vbscript:x'>a</a>", "<a href='data:text/html,x'>a</a>", "<a href='//hostile.example'>a</a>",
    "<iframe src=https://hostile.example></iframe>", "<object data=x></object>", "<embed src=x>", "<base href=x>",
    "<form action=https://hostile.example><input name=p></form>", "<meta http-equiv=refresh content='0;url=x'>",
    "<link rel=stylesheet href=x>", "<style>@import 'x'</style>", "<video poster=https://hostile.example/x></video>",
    "<body background=https://hostile.example/x>", "<td background=https://hostile.example/x>a</td>",
    "<div style='background:url(https://hostile.example)'>a</div>", "<div style='position:fixed'>a</div>",
    "<div style='width:expression(x)'>a</div>", "<div style='color:\\75rl(x)'>a</div>",
    "<div style='list-style-image:url(x)'>a</div>", "<img srcset='https://hostile.example/x 2x'>",
    "<img src='data:image/svg+xml,<svg onload=x>'>", "<img src='file:///etc/passwd'>",
    "<noscript><p title='</noscript><img src=x onerror=x>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=x&gt;'>",
    "<svg><style><img src=x onerror=x></style></svg>", "<template><script>x</script></template>",
    "<a href='https://a.example' ping='https://hostile.example'>a</a>", "<input autofocus onfocus=x>",
    "<div id=noi-dung class=shell>a</div>", "<xmp><img src=x onerror=x></xmp>", "<plaintext><script>x</script>",
)  # fmt: skip
FORBIDDEN = (
    "<script", "onerror", "onload", "onfocus", "javascript:", "vbscript:", "<iframe", "<object", "<embed", "<form",
    "<input", "<base", "<meta", "<link", "<style", "@import", "<svg", "<math", "hostile.example", "url(", "position",
    "expression", "srcset", "poster", "background=", "ping=", " id=", " class=", "file:", "data:text", "svg+xml",
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_active_content_goes(payload: str) -> None:
    html = clean_letter(f"<p>trước</p>{payload}<p>sau</p>", {}).html.lower()
    text = html.replace("&lt;", "\0")
    assert [piece for piece in FORBIDDEN if piece in text.split("\0")[0]] == []
    assert "trước" in html


@given(st.lists(st.sampled_from(PAYLOADS), min_size=1, max_size=6))
def test_combinations_give_no_new_tags(payloads: list[str]) -> None:
    html = clean_letter("".join(payloads), {}).html
    again = clean_letter(html, {}).html
    assert again == html or "<script" not in again.lower()
    for piece in ("<script", "<iframe", "<svg", "<style", "<object", "<form"):
        assert piece not in html.lower()


def test_harmless_formatting_stays() -> None:
    source = (
        '<table width="600" cellpadding="4"><tr><td bgcolor="#eee" style="padding: 4px; color: red">'
        '<b>đậm</b> <font color="blue" size="2">xanh</font> <a href="mailto:a@b.example">thư</a></td></tr></table>'
    )
    html = clean_letter(source, {}).html
    for piece in ("<table", 'bgcolor="#eee"', "padding:4px", "color:red", "<b>đậm</b>", "mailto:a@b.example"):
        assert piece in html


def test_pictures_are_those_that_came_along() -> None:
    source = (
        '<img src="cid:logo@x"><img src="cid:khac"><img src="https://t.example/p.gif"><img src="CID:logo@x" alt="a">'
    )
    cleaned = clean_letter(source, {"logo@x": "/anh/abc"})
    assert cleaned.html.count('src="/anh/abc"') == 2
    assert "khac" not in cleaned.html and "t.example" not in cleaned.html
    assert len(cleaned.remote) + cleaned.trackers == 1


def test_content_ids_cannot_leave_their_attribute() -> None:
    cleaned = clean_letter("<img src='cid:a\"onerror=x'>", {'a"onerror=x': "/anh/abc"})
    assert cleaned.html == '<img src="/anh/abc">'


def test_deep_and_large_letters_are_refused_quickly() -> None:
    started = time.monotonic()
    for source in ("<div>" * 100_000, "<b>" * 100_000, "<table><tr><td>" * 50_000, "a" * 2_000_001):
        with pytest.raises(NotCleanableError):
            clean_letter(source, {})
    assert time.monotonic() - started < 5


def test_end_tags_that_may_be_left_out_do_not_count() -> None:
    assert nesting("<p>" * 5000) == 0
    assert nesting("<ul><li>a<li>b</ul>" * 500) == 1
    assert nesting("<div>" * 7 + "</div>" * 7) == 7
    clean_letter("<p>dòng" * 5000, {})
    assert DEPTH_LIMIT > 100


def test_height_follows_the_text() -> None:
    short, long = lines("<p>một dòng</p>"), lines("<p>" + "chữ " * 2000 + "</p>")
    assert short < 8 < 60 < long
    assert lines("<br>" * 40) > 35
