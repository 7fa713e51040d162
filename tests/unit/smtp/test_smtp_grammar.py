"""The grammar of commands: what is taken, what is refused, and never another exception than BadSyntax."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.smtp import grammar
from mailsvc.smtp.errors import BadSyntax, UnknownParameter
from mailsvc.smtp.grammar import BdatCommand, Mailbox, MailCommand, RcptCommand

LONG_LABEL = "a" * 60


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("<an@so.example>", Mailbox("an", "so.example")),
        ("<An.Nguyen+viec@SO.Example>", Mailbox("An.Nguyen+viec", "so.example")),
        ('<"an nguyen"@so.example>', Mailbox("an nguyen", "so.example")),
        ('<"an\\"b\\\\c"@so.example>', Mailbox('an"b\\c', "so.example")),
        ('<""@so.example>', Mailbox("", "so.example")),
        ("<@relay.example,@other.example:an@so.example>", Mailbox("an", "so.example")),
        ("<an@[192.0.2.1]>", Mailbox("an", "[192.0.2.1]")),
        ("<an@[IPv6:2001:db8::1]>", Mailbox("an", "[ipv6:2001:db8::1]")),
        ("<an@[x400:whatever]>", Mailbox("an", "[x400:whatever]")),
        ("<văn.thư@sở.example>", Mailbox("văn.thư", "sở.example")),
        ("<e\u0302@e\u0302.example>", Mailbox("ê", "ê.example")),
        ("<a!#$%&'*+/=?^_`{|}~-@x.example>", Mailbox("a!#$%&'*+/=?^_`{|}~-", "x.example")),
        (f"<{'v' * 200}@so.example>", Mailbox("v" * 200, "so.example")),
        ("<Postmaster>", Mailbox("postmaster", "")),
    ],
)
def test_forward_path(path: str, expected: Mailbox) -> None:
    assert grammar.parse_rcpt(f"TO:{path}") == RcptCommand(expected)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "<>",
        "an@so.example",
        "<an@so.example",
        "<an>",
        "<@so.example>",
        "<an@>",
        "<an@so..example>",
        "<an@so.example.>",
        "<an@-so.example>",
        "<an@so-.example>",
        "<an@so_so.example>",
        "<.an@so.example>",
        "<an..b@so.example>",
        "<an b@so.example>",
        "<an@so.example>x",
        '<"an@so.example>',
        '<"a"b"@so.example>',
        "<an@[1.2.3.256]>",
        "<an@[1.2.3]>",
        "<an@[IPv6:zz::]>",
        "<an@[IPv6:fe80::1%eth0]>",
        "<an\x00@so.example>",
        "<an@so.example\t>",
        "<a\u0085n@so.example>",
        f"<an@{'.'.join([LONG_LABEL] * 5)}>",
        f"<{'a' * 600}@so.example>",
    ],
)
def test_wrong_paths(path: str) -> None:
    with pytest.raises(BadSyntax) as caught:
        grammar.parse_rcpt(f"TO:{path}")
    assert caught.value.code == 501


def test_mail_with_all_parameters() -> None:
    text = "FROM:<an@so.example> SIZE=12345 BODY=8bitmime SMTPUTF8 RET=hdrs ENVID=a+2Bb+3D AUTH=<>"
    assert grammar.parse_mail(text, auth=True) == MailCommand(
        Mailbox("an", "so.example"), 12345, "8BITMIME", True, "HDRS", "a+b=", "<>"
    )


def test_null_sender_and_blank_after_colon() -> None:
    assert grammar.parse_mail("from:<>") == MailCommand(None)
    assert grammar.parse_mail("From: <an@so.example>").sender == Mailbox("an", "so.example")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ("SIZE", 501),
        ("SIZE=", 501),
        ("SIZE=x", 501),
        ("SIZE=-1", 501),
        ("SIZE=١", 501),
        ("SIZE=" + "9" * 21, 501),
        ("SIZE=1 SIZE=1", 501),
        ("BODY=BINARYMIME", 501),
        ("SMTPUTF8=yes", 501),
        ("RET=ALL", 501),
        ("ENVID", 501),
        ("ENVID=a+zz", 501),
        ("ENVID=a+0D+0Ab", 501),
        ("ENVID=" + "a" * 101, 501),
        ("AUTH=<>", 555),
        ("HOLDFOR=1", 555),
        ("-A=1", 501),
        ("A==1", 501),
    ],
)
def test_wrong_mail_parameters(parameters: str, code: int) -> None:
    with pytest.raises(BadSyntax) as caught:
        grammar.parse_mail(f"FROM:<an@so.example> {parameters}")
    assert caught.value.code == code


def test_rcpt_with_dsn_parameters() -> None:
    found = grammar.parse_rcpt("TO:<an@so.example> NOTIFY=success,DELAY ORCPT=rfc822;An+2Bviec@so.example")
    assert found.notify == ("SUCCESS", "DELAY")
    assert found.orcpt == "rfc822;An+viec@so.example"
    assert grammar.parse_rcpt("TO:<a@b.example> NOTIFY=NEVER").notify == ("NEVER",)
    assert grammar.parse_rcpt("TO:<a@b.example> ORCPT=utf-8;v\\x{103}n@b.example").orcpt == "utf-8;văn@b.example"
    assert grammar.parse_rcpt("TO:<a@b.example> ORCPT=utf-8;văn@b.example").orcpt == "utf-8;văn@b.example"


@pytest.mark.parametrize(
    "parameters",
    [
        "NOTIFY",
        "NOTIFY=",
        "NOTIFY=NEVER,SUCCESS",
        "NOTIFY=DELAY,DELAY",
        "NOTIFY=SOMETIMES",
        "ORCPT=rfc822",
        "ORCPT=;a",
        "ORCPT=rfc822;a+0D+0Ab",
        "ORCPT=utf-8;\\x{110000}",
        "ORCPT=utf-8;\\x{d800}",
    ],
)
def test_wrong_rcpt_parameters(parameters: str) -> None:
    with pytest.raises(BadSyntax):
        grammar.parse_rcpt(f"TO:<an@so.example> {parameters}")


def test_unknown_parameters_have_their_own_code() -> None:
    with pytest.raises(UnknownParameter):
        grammar.parse_rcpt("TO:<an@so.example> FOO=1")


def test_bdat() -> None:
    assert grammar.parse_bdat("86 last") == BdatCommand(86, True)
    assert grammar.parse_bdat("0") == BdatCommand(0, False)
    for wrong in ("", "x", "1 2", "1 LAST x", "-1", "²", "1" * 21):
        with pytest.raises(BadSyntax):
            grammar.parse_bdat(wrong)


@pytest.mark.parametrize(
    ("mailbox", "text"),
    [
        (Mailbox("an", "so.example"), "an@so.example"),
        (Mailbox("an nguyen", "so.example"), '"an nguyen"@so.example'),
        (Mailbox('a"\\b', "so.example"), '"a\\"\\\\b"@so.example'),
        (Mailbox("postmaster", ""), "postmaster"),
    ],
)
def test_mailbox_as_text_is_quoted_no_more_than_needed(mailbox: Mailbox, text: str) -> None:
    assert str(mailbox) == text
    if mailbox.domain:
        assert grammar.parse_mailbox(text) == mailbox


def test_host_names() -> None:
    for right in ("mail.so.example", "localhost", "[192.0.2.1]", "[IPv6:::1]"):
        assert grammar.is_host_name(right)
    for wrong in ("", "a b", "a_b", "sở.example", "[1.2.3]", "a\r\nX: y", "x" * 300):
        assert not grammar.is_host_name(wrong)


@given(st.text(max_size=200))
def test_nothing_but_bad_syntax_is_raised(text: str) -> None:
    for parse in (grammar.parse_mail, grammar.parse_rcpt, grammar.parse_bdat):
        for prefix in ("", "FROM:<a@b.example> ", "TO:<a@b.example> ", "FROM:", "TO:<"):
            try:
                parse(prefix + text)
            except BadSyntax as wrong:
                assert wrong.text.isascii() or text
    grammar.parse_mailbox(text)
    grammar.is_host_name(text)
