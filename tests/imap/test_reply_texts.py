"""The texts for people in English. RFC 5255 §3, RFC 4647 §3.4"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from mailsvc.imap import texts
from mailsvc.imap.texts import english

IMAP = Path(texts.__file__).parent
SAYING = {"BadCommand", "Refused", "TooMuch", "Farewell", "error", "Done", "status", "status_line", "_take"}
PLACE = {"status": 2, "status_line": 2, "_take": 1}


def said_in(path: Path) -> Iterator[str]:
    """The texts that a module says, with something in the place of what is filled in."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        at = PLACE.get(name, 0)
        if name in SAYING and len(node.args) > at:
            argument = node.args[at]
            both = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
            yield from (text for one in both if (text := written(one)))


def written(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(one.value if isinstance(one, ast.Constant) else "17" for one in node.values)  # type: ignore[misc]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_nearly_everything_the_door_says_can_be_said_in_english() -> None:
    """A text without its line is said in Vietnamese, which is no fault; a language of which much is missing is none."""
    modules = sorted(path for path in IMAP.rglob("*.py") if path.name != "texts.py")
    said = {text for path in modules for text in said_in(path) if not text.isascii()}
    missing = sorted(text for text in said if english(text) == text)
    assert len(said) > 100
    assert len(missing) < len(said) // 10, missing


def test_what_a_person_has_named_stays(world: World) -> None:
    client = world.login("an")
    client.ok("LANGUAGE en")
    client.ok("ENABLE UTF8=ACCEPT")
    assert client.fails('SELECT "Đã lưu {}"').decode() == 'NO [NONEXISTENT] There is no mailbox "Đã lưu {}".'
    assert client.fails("FETCH").decode().startswith("BAD Not now")
    assert client.command("NOOP")[1] == b"OK NOOP completed"


@pytest.mark.parametrize("wanted", ["vi", "VI", "vi-VN", '"vi-Latn-VN"', "xx vi", "default"])
def test_a_language_is_looked_up(world: World, wanted: str) -> None:
    client = world.login("an")
    assert client.ok(f"LANGUAGE {wanted}") == [b"* LANGUAGE (vi)"]
    assert client.fails("SELECT x").decode() == "NO [NONEXISTENT] Không có hộp thư “x”."


def test_it_is_forgotten_with_the_account_and_with_the_clear_connection(world: World) -> None:
    client = world.login("an")
    client.ok("LANGUAGE en")
    assert client.command("UNAUTHENTICATE")[1].endswith(b"Da roi tai khoan")
    client.ok("LANGUAGE en")
    assert client.command("STARTTLS")[1] == b"OK Begin TLS"
    client.start_tls()
    assert client.command("NOOP")[1] == b"OK NOOP xong"


def test_the_lines_of_the_catalogue_fit_together() -> None:
    marks = re.compile(r"\{…?\}")
    for text, told in texts._EXACT.items():
        assert marks.findall(text) == marks.findall(told), text
        assert told.replace("…", "").isascii(), told
