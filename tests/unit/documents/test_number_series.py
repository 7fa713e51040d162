"""Number series as data: which scheme is in force, how codes are written; two texts compared."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.core.errors import Invalid
from mailsvc.documents.extraction.catalogue import document_types, type_named
from mailsvc.documents.outgoing import series
from mailsvc.documents.outgoing.compare import ADDED, REMOVED, SAME, compare
from mailsvc.documents.outgoing.series import copy_series, name_of, notation_of, scheme_of, series_of
from mailsvc.store.units import Unit

DAY = date(2026, 11, 24)


def unit(code: str, notation: str) -> Unit:
    return Unit(code, code, "", "", notation, "", "2016-01-01", None, "")


def scheme(organisations: str, since: str) -> series._Scheme:
    rules = ({"code": f"{organisations}-{since}", "name": "x", "types": ["*"]},)
    return series._scheme({"organisations": [organisations], "valid_from": since, "series": rules})


def test_the_newest_scheme_in_force_and_the_own_one_first() -> None:
    known = tuple(scheme(*one) for one in (("*", "2016-01-01"), ("*", "2027-01-01"), ("DV01", "2020-01-01")))

    def chosen(org: str, day: date) -> str:
        return scheme_of(known, org, day).rules[0].code

    assert chosen("SGDDT", DAY) == "*-2016-01-01"
    assert chosen("SGDDT", date(2027, 1, 1)) == "*-2027-01-01"
    assert chosen("DV01", DAY) == "DV01-2020-01-01"
    assert chosen("DV01", date(2019, 5, 5)) == "*-2016-01-01"
    with pytest.raises(Invalid, match="Chưa quy định dãy số"):
        chosen("SGDDT", date(2015, 12, 31))


def test_every_type_that_is_issued_has_a_series_and_a_notation() -> None:
    for kind in document_types():
        if kind.in_outgoing:
            assert series_of("SGDDT", kind, DAY).key.startswith("di/")
            assert notation_of(kind, unit("SGDDT", "SGDĐT"), unit("VP", "VP"))


def test_codes_are_written_as_the_decree_wants_them() -> None:
    """Decree 30/2020, Appendix I; handbook §1.3."""
    own, office = unit("SGDDT", "SGDĐT"), unit("VP", "VP")
    assert notation_of(type_named("Quyết định"), own, office) == "QĐ-SGDĐT"
    assert notation_of(type_named("Công văn"), own, office) == "SGDĐT-VP"
    assert notation_of(type_named("Công văn"), own, own) == "SGDĐT"
    assert notation_of(type_named("Tờ trình"), own, office) == "TTr-SGDĐT"
    decisions = series_of("SGDDT", type_named("Quyết định"), DAY)
    assert [decisions.written(n) for n in (1, 9, 10, 1581)] == ["01", "09", "10", "1581"]
    assert decisions.written(123, "a") == "123a"
    assert name_of("di/loai/TTr", "SGDDT", DAY) == "Tờ trình"
    assert copy_series("SGDDT", DAY).key == "sao/ban-sao"
    with pytest.raises(Invalid, match="chữ viết tắt"):
        notation_of(type_named("Quyết định"), unit("X", ""), None)


# ---- comparing ----------------------------------------------------------------------------------------------
WORDS = st.lists(st.sampled_from(["Điều", "khoản", "nộp", "báo", "cáo", "trước", "15", "20", "ngày"]), max_size=6)
TEXTS = st.lists(WORDS.map(" ".join), max_size=8).map("\n".join)


@given(TEXTS, TEXTS)
def test_a_comparison_loses_nothing(old: str, new: str) -> None:
    rows = compare(old, new)
    for side, text in (("left", old), ("right", new)):
        joined = ["".join(piece.text for piece in getattr(row, side)) for row in rows]
        assert [one for one in joined if one] == [line for line in text.split("\n") if line.strip()]
    same = [row for row in rows if row.kind == SAME]
    assert all(not piece.marked for row in same for piece in (*row.left, *row.right))
    assert all(not row.right for row in rows if row.kind == REMOVED)
    assert all(not row.left for row in rows if row.kind == ADDED)
    if old == new:
        assert len(same) == len(rows)


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert [row.kind for row in compare("Nguyễn", "Nguyễn")] == [SAME]
