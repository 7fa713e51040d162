"""Reads IMAP parenthesised text strictly, so that what the scan renders is held to the grammar (RFC 9051 §9)."""

from typing import Any

QUOTED = frozenset(range(1, 128)) - {10, 13, 34, 92}


def read(text: bytes) -> Any:
    """Lists, bytes, None and numbers; raises AssertionError where the grammar is broken."""
    value, at = _value(text, 0)
    assert at == len(text), text[at : at + 40]
    return value


def _value(text: bytes, at: int) -> tuple[Any, int]:
    """One value; lists are kept on a stack, because hostile ones are deep."""
    stack: list[list[Any]] = []
    while True:
        value: Any
        if text[at : at + 1] == b"(":
            stack.append([])
            at += 1
            continue
        if text[at : at + 1] == b")":
            value, at = stack.pop(), at + 1
            assert value, "an empty list"
        else:
            value, at = _atom(text, at)
        if not stack:
            return value, at
        stack[-1].append(value)
        if text[at : at + 1] == b" ":
            at += 1
            assert text[at : at + 1] != b")"
        else:
            # Only bodies of a multipart, and addresses, stand side by side without a blank.
            assert text[at : at + 1] == b")" or (isinstance(value, list) and text[at : at + 1] == b"("), text[
                at - 9 : at + 9
            ]


def _atom(text: bytes, at: int) -> tuple[Any, int]:
    if text[at : at + 3] == b"NIL":
        return None, at + 3
    if text[at : at + 1] == b'"':
        end = text.index(b'"', at + 1)
        assert QUOTED.issuperset(text[at + 1 : end])
        return text[at + 1 : end], end + 1
    if text[at : at + 1] == b"{":
        mark = text.index(b"}\r\n", at)
        size = int(text[at + 1 : mark])
        content = text[mark + 3 : mark + 3 + size]
        assert len(content) == size and b"\0" not in content
        return content, mark + 3 + size
    end = at
    while text[end : end + 1].isdigit():
        end += 1
    assert end > at, text[at : at + 20]
    return int(text[at:end]), end


def check_envelope(envelope: Any) -> None:
    """date subject from sender reply-to to cc bcc in-reply-to message-id."""
    assert len(envelope) == 10
    for index in (0, 1, 8, 9):
        assert envelope[index] is None or isinstance(envelope[index], bytes)
    for index in range(2, 8):
        for address in envelope[index] or ():
            assert len(address) == 4 and all(item is None or isinstance(item, bytes) for item in address)


def check_body(body: Any, extended: bool) -> None:
    """Every body of a tree against the grammar of BODY or BODYSTRUCTURE."""
    stack = [body]
    while stack:
        body = stack.pop()
        if isinstance(body[0], list):
            parts = [item for item in body if isinstance(item, list)]
            count = next(i for i, item in enumerate(body) if isinstance(item, bytes))
            stack += parts[:count]
            rest = body[count + 1 :]
            assert len(rest) == (4 if extended else 0)
            _check_extension(rest)
            continue
        kind, subtype = body[0], body[1]
        assert isinstance(kind, bytes) and isinstance(subtype, bytes)
        _check_parameters(body[2])
        assert isinstance(body[5], bytes) and isinstance(body[6], int)
        at = 7
        if kind == b"MESSAGE" and subtype in (b"RFC822", b"GLOBAL"):
            check_envelope(body[7])
            stack.append(body[8])
            assert isinstance(body[9], int)
            at = 10
        elif kind == b"TEXT":
            assert isinstance(body[7], int)
            at = 8
        rest = body[at:]
        assert len(rest) == (4 if extended else 0)
        if extended:
            assert rest[0] is None or isinstance(rest[0], bytes)
            _check_extension(rest)


def _check_parameters(parameters: Any) -> None:
    assert parameters is None or (len(parameters) % 2 == 0 and all(isinstance(item, bytes) for item in parameters))


def _check_extension(rest: list[Any]) -> None:
    """First the parameters or the MD5, then disposition, language, location."""
    if not rest:
        return
    disposition, language, location = rest[1:]
    if disposition is not None:
        assert len(disposition) == 2 and isinstance(disposition[0], bytes)
        _check_parameters(disposition[1])
    assert language is None or all(isinstance(item, bytes) for item in language)
    assert location is None or isinstance(location, bytes)
