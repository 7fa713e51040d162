"""docs/yeu-cau.md names every requirement R1–R64 with its feature, state and tests, and says the truth."""

from __future__ import annotations

from scripts.requirements_page import LAST, PAGE, faults, requirement_tests, rewritten


def test_the_page_is_true() -> None:
    assert list(faults(PAGE.read_text("utf-8"))) == []


def test_its_own_check_finds_what_is_wrong() -> None:
    page = PAGE.read_text("utf-8")
    first = next(line for line in page.splitlines() if line.startswith("| R9 |"))
    assert any("R9 has no row" in one for one in faults(page.replace(first + "\n", "")))
    assert any("R9: five cells" in one for one in faults(page.replace(first, first.replace("| có |", "| rồi |"))))
    assert any("does not exist" in one for one in faults(page + "\n`tests/office/test_r09_proof.py::test_no`\n"))
    some = next(name for files in requirement_tests()[9].values() for name in files)
    assert any("not those of the repository" in one for one in faults(page.replace(some, "test_r09_other")))
    assert rewritten(page) == page
    assert set(requirement_tests()) <= set(range(1, LAST + 1))
