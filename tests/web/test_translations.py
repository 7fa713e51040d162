"""Every text a person sees goes through gettext, and every text has its English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import jinja2
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.lexer import TOKEN_DATA

from mailsvc.documents.extraction.catalogue import document_types
from mailsvc.documents.labels import labels
from mailsvc.documents.outgoing.words import words as outgoing_words
from mailsvc.documents.rights import delegating
from mailsvc.documents.rights.matrix import matrix
from mailsvc.documents.routing.rules import rules
from mailsvc.documents.tasks.words import words as task_words
from mailsvc.imap.texts import english as imap_english
from mailsvc.reports import emulation
from tests.places import REPOSITORY
from webmail.i18n import WORD

WEBMAIL = REPOSITORY / "webmail"
TEMPLATES = WEBMAIL / "templates"
HTTP = REPOSITORY / "mailsvc" / "http"
NOT_YET = frozenset(
    name for path in (Path(__file__).parent / "not_yet").glob("*.txt") for name in path.read_text("utf-8").split()
)
"""Templates and modules from before the catalogues; the list only ever gets shorter."""
OFFICIAL = frozenset({"slip.html", "task_slip.html", "register_print.html", "handling_slip.py", "i18n.py"})
"""Forms of the office that are printed in Vietnamese for every reader, and the names of the languages themselves."""
TERMINAL = (
    "mailsvc/cli/", "mailsvc/app.py", "mailsvc/core/settings.py", "mailsvc/store/migrate.py",
    "mailsvc/accounts/demo.py", "mailsvc/mailauth/dkim_sign.py", "mailsvc/documents/rights/matrix.py",
    "mailsvc/documents/following/rules.py",
)  # fmt: skip
"""What is said at the terminal and in the log, by the command line and about files of configuration: to the office's
own two administrators, whose manual (docs/quan-tri.md) is Vietnamese as well."""
_OPTIONS = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
_FUNCTIONS = ("_", "N_", "V_", "gettext", "ngettext")
_PLACE = re.compile(r"%\((\w+)\)s")
_VIETNAMESE = re.compile("[ăđơưà-ãèéêìíò-õùúýẠ-ỹ]", re.IGNORECASE)


def _messages() -> dict[str, str]:
    """Each msgid of templates and modules, to the file it stands in."""
    found: dict[str, str] = {}
    for path in sorted([*TEMPLATES.rglob("*.html"), *WEBMAIL.rglob("*.py"), *HTTP.rglob("*.py")]):
        method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
        options = _OPTIONS if path.suffix == ".html" else {}
        keywords = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
        for _, message, *_rest in extract(method, BytesIO(path.read_bytes()), keywords, (), options):
            first = message[0] if isinstance(message, tuple) else message
            if first:
                found.setdefault(first, path.name)
    return found


def _raised() -> dict[str, set[str]]:
    """The Vietnamese texts of what the house raises, and of the phrases that are values of them, to the modules."""
    found: dict[str, set[str]] = {}
    for path in [*(REPOSITORY / "mailsvc").rglob("*.py"), *WEBMAIL.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else node if _is_phrase(node) else None
            text = call.args[0] if isinstance(call, ast.Call) and call.args else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and _VIETNAMESE.search(text.value):
                found.setdefault(text.value, set()).add(path.relative_to(REPOSITORY).as_posix())
    return found


def _configured() -> set[str]:
    """The words of the house in config/: what they call a state, a field, a role."""
    tables = [asdict(labels()), asdict(rules().words), asdict(task_words()), asdict(outgoing_words())]
    words = [table[name] for table in tables for name in table if name not in ("rules", "mail")]  # articles, and mail
    words += [matrix().roles, delegating.KINDS, emulation.WORDS, {one.name: one.name for one in document_types()}]
    return {text for one in words for text in one.values() if isinstance(text, str)}


def _is_phrase(node: ast.AST) -> bool:
    """A `Phrase("…")`, or an error's own `super().__init__("…")`."""
    called = node.func if isinstance(node, ast.Call) else None
    return (isinstance(called, ast.Name) and called.id == "Phrase") or (
        isinstance(called, ast.Attribute) and called.attr == "__init__"
    )


def _english() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((WEBMAIL / "locale" / "en").glob("*.po")):
        for message in read_po(BytesIO(path.read_bytes()), locale="en"):
            key = message.id[0] if isinstance(message.id, tuple) else message.id
            if key:
                forms = message.string if isinstance(message.string, tuple) else (message.string,)
                found[(WORD if message.context else "") + str(key)] = tuple(str(form) for form in forms)
    return found


def test_every_text_has_its_english() -> None:
    english = _english()
    texts = _messages() | dict.fromkeys(_configured(), "config")
    said = {text: english.get(text) or english.get(WORD + text, ("",)) for text in texts}
    missing = [f"{place}: {text}" for text, place in texts.items() if not all(said[text])]
    assert not missing, "\n".join(missing)


def test_translations_fill_in_the_same_things() -> None:
    english = _english().items()
    assert not [key for key, forms in english for form in forms if set(_PLACE.findall(form)) - set(_PLACE.findall(key))]


def test_no_translation_is_left_over() -> None:
    configured = _configured() | {WORD + one for one in _configured()}
    assert not set(_english()) - set(_messages()) - set(_raised()) - configured


def test_every_error_has_its_english() -> None:
    """Where a person may meet it: those of IMAP in imap/texts.py, the others in the catalogues of the web."""
    english, messages = _english(), _messages()
    missing = []
    for text, modules in _raised().items():
        if all(one.startswith("mailsvc/imap/") for one in modules):
            filled = _PLACE.sub("7", text)
            missing += [text] if imap_english(filled) == filled else []
        elif not all(one.startswith(TERMINAL) for one in modules) and text not in english and text not in messages:
            missing.append(text)
    assert not missing, "\n".join(sorted(missing))


def test_templates_say_nothing_past_gettext() -> None:
    bare = [f"{path.name}: {text}" for path in _watched("*.html") for text in _bare_texts(path)]
    assert not bare, "\n".join(bare)


def test_modules_say_nothing_past_gettext() -> None:
    bare = [f"{path.name}: {text}" for path in _watched("*.py") for text in _bare_strings(path)]
    assert not bare, "\n".join(bare)


def test_the_list_of_exceptions_is_true() -> None:
    """A file that has been translated goes off the list."""
    done = [path.name for path in _files("*.html") if path.name in NOT_YET and not list(_bare_texts(path))]
    done += [path.name for path in _files("*.py") if path.name in NOT_YET and not list(_bare_strings(path))]
    assert not done


def _files(pattern: str) -> list[Path]:
    return sorted(WEBMAIL.rglob(pattern))


def _watched(pattern: str) -> list[Path]:
    return [path for path in _files(pattern) if path.name not in NOT_YET | OFFICIAL]


def _bare_texts(path: Path) -> Iterator[str]:
    """Vietnamese words in the HTML itself, and in string literals of expressions that are not arguments of gettext."""
    source = path.read_text("utf-8")
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"])
    translating = False
    for _, kind, value in environment.lex(source):
        if kind == "block_begin":
            continue
        if kind == "name" and value in ("trans", "endtrans", "pluralize"):
            translating = value != "endtrans"
        if kind == TOKEN_DATA and not translating and _VIETNAMESE.search(value):
            yield " ".join(value.split())[:100]
    tree = environment.parse(source)
    known = {id(node) for call in tree.find_all(jinja2.nodes.Call) if _is_gettext(call) for node in call.args}
    for constant in tree.find_all(jinja2.nodes.Const):
        if id(constant) not in known and isinstance(constant.value, str) and _VIETNAMESE.search(constant.value):
            yield constant.value[:100]


def _is_gettext(call: jinja2.nodes.Call) -> bool:
    return isinstance(call.node, jinja2.nodes.Name) and call.node.name in ("_", "gettext", "ngettext")


def _bare_strings(path: Path) -> Iterator[str]:
    """Vietnamese string literals of a module that are neither docstrings nor arguments of gettext. What is raised is
    left to the page about errors, which translates it as a whole."""
    tree = ast.parse(path.read_text("utf-8"))
    known: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            known.add(id(node.value))
        marked = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS
        if marked or isinstance(node, ast.Raise):
            known.update(id(one) for one in ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in known:
            yield from (f"{node.lineno}: {text[:100]}" for text in [node.value] if _VIETNAMESE.search(text))
