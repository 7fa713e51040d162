"""Pieces from which the fuzzed inputs are put together, so that they come far enough in to be interesting."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

SEEDS = Path(__file__).parent / "seeds"

IMAP = [
    b"BODY", b"BODY.PEEK", b"[", b"]", b"HEADER.FIELDS", b"(", b")", b"<0.10>", b"1:*", b"$", b"*", b"%", b"NOT", b"OR",
    b"TEXT", b"{3}\r\nabc", b"{3+}\r\nab", b"~{1}\r\n\x00", b'"q\\"s"', b'"', b"\\", b"\\Seen", b"1-Jan-2020",
    b"RETURN", b"FLAGS", b"+FLAGS", b"CHARSET", b"UTF-8", b"MODSEQ", b"UNCHANGEDSINCE", b"CHANGEDSINCE", b"VANISHED",
    b"&AGE-", b"&", b"\xff", b"\x00", b"\r\n", b"99999999999", b"SUBJECT", b"UID", b"ALL", b"STATUS", b"MESSAGES",
    b"SUBSCRIBED", b"NIL", b"INBOX", b"=", b".", b",", b":", b"QRESYNC", b"PARTIAL", b"1:-1", b"FUZZY", b"mailboxes",
    b"/private/comment", b"lrs", b"STORAGE", b"SET", b"(REVERSE DATE)", b"REFERENCES", b"DEPTH", b"SELECTED",
]  # fmt: skip
MESSAGE = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b"\0", b";", b":", b",", b'"', b"\\", b"=", b"?=", b"=?", b"--",
    b"--a", b"--a--", b"\r\n--a\r\n", b"\r\n--a--\r\n", b"boundary=a", b"Content-Type: ", b"multipart/mixed; ",
    b"multipart/digest; boundary=a\r\n\r\n", b"message/rfc822\r\n\r\n", b"text/html; charset=", b"utf-7", b"From: ",
    b"windows-1258", b"To: ", b"Subject: ", b"Date: ", b"Content-Transfer-Encoding: base64\r\n", b"begin 644 a\n",
    b"filename*0*=utf-8''%", b"References: ", b"Re: ", b"[fwd: ",
    b"<", b">", b"@", b"(", b")", b"a:b;", b"=?utf-8?b?w6A", b"=?x?q?=A", b"<script>", b"&#", b"\xc3", b"\xa0",
    b"\xcc\x81", b"\xff", b"application/ms-tnef", b"\x78\x9f\x3e\x22", b"PK\x03\x04", b"\x30\x80",
    b"Tue, 24 Nov 2026 09:00:00 +0700", b"application/pkcs7-mime",
]  # fmt: skip
SMTP = [
    b"FROM:<", b"TO:<", b"a@x.example", b">", b" SIZE=9", b" SMTPUTF8", b" NOTIFY=NEVER", b" ORCPT=rfc822;", b" LAST",
    b"+2B", b"[127.0.0.1]", b"[IPv6:::1]", b'"a b"', b"@b,@c:", b"\xc3\xa0", b"\xff", b"\0", b"\r\n.\r\n", b"\r\n..",
    b"\n", b"\r", b"Received: x\r\n", b"Return-Path: <a>\r\n", b" RET=HDRS", b" ENVID=", b" BODY=8BITMIME", b" AUTH=<>",
]  # fmt: skip
PIECES = {"imap_grammar": IMAP, "imap_values": IMAP, "smtp_commands": SMTP, "smtp_data": SMTP}


def pieces(target: str) -> list[bytes]:
    return PIECES.get(target, MESSAGE)


def seeds(target: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((SEEDS / target).iterdir())]


def inputs(target: str) -> st.SearchStrategy[bytes]:
    """Soups of pieces and octets, and seeds with something put in or taken out."""
    some = st.one_of(st.sampled_from(pieces(target)), st.just(b" "), st.binary(max_size=3))
    soup = st.lists(some, max_size=40).map(b"".join)

    def changed(seed: bytes, at: int, gone: int, new: bytes) -> bytes:
        at = at % (len(seed) + 1)
        return seed[:at] + new + seed[at + gone :]

    numbers = st.integers(0, 1 << 16)
    mutant = st.builds(changed, st.sampled_from(seeds(target)), numbers, st.sampled_from([0, 0, 1, 5, 60]), soup)
    return st.one_of(st.builds(bytes.__add__, st.binary(min_size=1, max_size=1), soup), mutant, st.binary(max_size=200))


def dictionary(target: str) -> str:
    """The pieces as libFuzzer reads them."""
    lines = ("".join(f"\\x{octet:02x}" for octet in piece) for piece in pieces(target))
    return "".join(f'"{line}"\n' for line in lines)
