"""Folding, tone placement, normal form, order and syllables."""

import random
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.vietnamese.fold import canon, fold, fold_each, has_marks
from mailsvc.vietnamese.legacy import decode_tcvn3
from mailsvc.vietnamese.normal import nfc
from mailsvc.vietnamese.sort import name_key, sort_key
from mailsvc.vietnamese.syllable import is_syllable, likeness
from tests.places import SHARED

LETTERS = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
TEXTS = st.one_of(
    st.text(max_size=200), st.text(st.sampled_from(LETTERS + LETTERS.upper() + "\u0301\u0323 bc"), max_size=200)
)


def slow_fold(text: str) -> str:
    """The definition (handbook §6.5): casefold, NFD, drop combining marks, đ and its look-alikes to d."""
    spread = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(character for character in spread if not unicodedata.combining(character))
    return bare.replace("đ", "d").replace("ð", "d").replace("ɖ", "d")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường Hoà Thành", "duong hoa thanh"),
        ("123/SGDĐT-VP", "123/sgddt-vp"),
        ("Ð Ɖ đ ð", "d d d d"),
        ("Straße ﬁ", "strasse fi"),
        ("ABC", "abc"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(TEXTS)
def test_fold_equals_its_definition(text: str) -> None:
    assert fold(text) == slow_fold(text)
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_fold_of_every_character() -> None:
    for code in range(0x30000):
        if not 0xD800 <= code <= 0xDFFF:
            text = f"a{chr(code)} à"
            assert fold(text) == slow_fold(text)


@given(TEXTS, TEXTS)
def test_fold_works_piece_by_piece(one: str, other: str) -> None:
    assert fold(one + other) == fold(one) + fold(other)
    assert fold_each(one) == [fold(character) for character in one]


@pytest.mark.parametrize(
    ("text", "marked"), [("abc", False), ("ABC", False), ("đi", True), ("hoà", True), ("日本", False), ("", False)]
)
def test_has_marks(text: str, marked: bool) -> None:
    assert has_marks(text) is marked


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("hoà", "hòa"),
        ("thuý", "thúy"),
        ("khoẻ", "khỏe"),
        ("uỷ quyền", "ủy quyền"),
        ("HOẢ TỐC", "HỎA TỐC"),
        ("Thuỵ", "Thụy"),
        ("loè", "lòe"),
        ("xoá", "xóa"),
    ],
)
def test_both_schools_of_spelling_are_one(new: str, old: str) -> None:
    assert canon(new) == canon(old) == old
    assert canon(unicodedata.normalize("NFD", new)) == old


@pytest.mark.parametrize(
    "text", ["hoàn", "thuyền", "quý", "Quỳnh", "quà", "huỳnh", "ngoài", "khuỷu", "tuyết", "abc", "mùa", "của"]
)
def test_other_words_stay(text: str) -> None:
    assert canon(text) == text


@given(TEXTS)
def test_canon_changes_nothing_but_the_place_of_tones(text: str) -> None:
    assert fold(canon(text)) == fold(text)
    assert canon(canon(text)) == canon(text)


@given(TEXTS)
def test_nfc(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text) or len(text) > 30


def test_the_alphabet() -> None:
    words = [
        "an",
        "ao",
        "ào",
        "ảo",
        "ão",
        "áo",
        "ạo",
        "ăn",
        "ân",
        "ba",
        "cá",
        "da",
        "đa",
        "e",
        "ê",
        "o",
        "ô",
        "ơ",
        "u",
        "ư",
        "y",
    ]
    mixed = words[:]
    random.Random(7).shuffle(mixed)
    assert sorted(mixed, key=sort_key) == words


def test_order_of_phrases() -> None:
    assert sorted(["Trường 10", "Trường 2", "trường 2", "Truong 3"], key=sort_key)[0] == "Truong 3"
    assert sorted(["bà bé", "ba bốn"], key=sort_key) == ["ba bốn", "bà bé"]
    assert sorted(["Trường 10", "Trường 2"], key=sort_key) == ["Trường 2", "Trường 10"]
    assert sorted(["An Bình", "An"], key=sort_key) == ["An", "An Bình"]


def test_people_are_sorted_by_given_name() -> None:
    people = ["Lê An", "Nguyễn Văn An", "Lê Ánh", "Bùi Ân", "Trần Thị Bình", "Âu Dương Kiệt"]
    assert sorted(reversed(people), key=name_key) == people


@given(TEXTS)
def test_every_text_has_a_key(text: str) -> None:
    assert sort_key(text) == sort_key(text)
    name_key(text)


@pytest.mark.parametrize(
    "word", ["Đường", "nghiêng", "quý", "giã", "yêu", "khuỷu", "ưỡn", "thuở", "quốc", "Gì", "uyên", "ngoằn"]
)
def test_syllables(word: str) -> None:
    assert is_syllable(word) and is_syllable(unicodedata.normalize("NFD", word))


@pytest.mark.parametrize("word", ["café", "kÝnh", "gửii", "đx", "ớế", "zàm", ""])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)


def test_likeness() -> None:
    assert likeness("Kính gửi Sở") == 1.0
    assert likeness("kÝnh göi së") < 0.7
    assert likeness("abc") == 0.0


def test_tcvn3_table() -> None:
    rows = (SHARED / "domain" / "tcvn3.csv").read_text().splitlines()[1:]
    for row in rows:
        letter, _, code, *rest = row.split(",")
        if rest[-1].strip().lower() in ("true", "yes", "1"):
            continue
        assert decode_tcvn3(bytes.fromhex(code)) == letter, row
    assert decode_tcvn3(b"\xa0") is None


def test_folding_is_quick() -> None:
    text = "Kính gửi: Văn thư Sở Giáo dục và Đào tạo tỉnh Tây Ninh. " * 20_000
    start = time.process_time()
    fold(text)
    assert time.process_time() - start < 1


def test_every_character_folds_by_itself_whatever_stands_beside_it() -> None:
    characters = [chr(code) for code in range(0x3000) if not 0xD800 <= code < 0xE000]
    alone = [fold(one) for one in characters]
    assert [fold(f"Đ{one}") for one in characters] == [f"d{one}" for one in alone]
    assert [fold(f"ắ\n{one}ộ\r\nĐ") for one in characters] == [f"a\n{one}o\r\nd" for one in alone]
