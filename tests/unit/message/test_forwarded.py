"""Forwarded mail in the forms of every program, and what only looks like it."""

import pytest

from mailsvc.message.compose import File, Letter, Person, compose
from mailsvc.message.forwarded import Forwarded, forwarded
from mailsvc.message.scan import scan

NINE_MS = 1_778_553_900_000  # 12 May 2026, 09:45 at the office
PERSON = ("VP UBND tỉnh (demo)", "vpub@tinh.example")


def told(
    text: str, subject: str = "Fwd: Gửi công văn", html: str = "", files: tuple[File, ...] = ()
) -> Forwarded | None:
    data = compose(
        Letter(
            Person("", "a@so.example"),
            (Person("", "b@so.example"),),
            subject,
            text,
            "<x@so.example>",
            0,
            html,
            files=files,
        )
    )
    return forwarded(data, scan(data))


def block(*lines: str) -> str:
    return "Kính chuyển.\n\n" + "\n".join(lines) + "\n\nKính gửi quý Sở.\n"


@pytest.mark.parametrize(
    ("text", "style"),
    [
        (
            block(
                "---------- Forwarded message ---------",
                "From: VP UBND tỉnh (demo) <vpub@tinh.example>",
                "Date: Tue, May 12, 2026 at 9:45\u202fAM",
                "Subject: Gửi công văn",
                "To: <b@so.example>",
            ),
            "gmail",
        ),
        (
            block(
                "---------- Thư đã chuyển tiếp ---------",
                "Từ: VP UBND tỉnh (demo) <vpub@tinh.example>",
                "Ngày: Th 3, 12 thg 5, 2026 vào lúc 09:45",
                "Chủ đề: Gửi công văn",
                "Đến: <b@so.example>",
            ),
            "gmail",
        ),
        (
            block(
                "Từ: VP UBND tỉnh (demo) <vpub@tinh.example>",
                "Đã gửi: Thứ Ba, 12 Tháng Năm, 2026 9:45 SA",
                "Đến: Văn thư <b@so.example>; Ba <c@so.example>",
                "Chủ đề: Gửi công văn",
            ),
            "outlook",
        ),
        (
            block(
                "-----Original Message-----",
                "From: VP UBND tỉnh (demo) [mailto:vpub@tinh.example]",
                "Sent: Tuesday, May 12, 2026 9:45 AM",
                "To: b@so.example",
                "Subject: Gửi công văn",
            ),
            "outlook",
        ),
        (
            block(
                "-------- Thư chuyển tiếp --------",
                "Chủ đề: \tGửi công văn",
                "Ngày: \tTue, 12 May 2026 09:45:00 +0700",
                "Từ: \tVP UBND tỉnh (demo) <vpub@tinh.example>",
                "Đến: \tb@so.example",
            ),
            "thunderbird",
        ),
        (
            block(
                "----- Thư đã chuyển tiếp -----",
                'Từ: "VP UBND tỉnh (demo)" <vpub@tinh.example>',
                "Đến: b@so.example",
                "Đã gửi: Thứ Ba, 12 Tháng 5, 2026 9:45:00 SA",
                "Chủ đề: Gửi công văn",
            ),
            "zimbra",
        ),
        (
            block(
                "Bắt đầu thư được chuyển tiếp:",
                "",
                "> Từ: VP UBND tỉnh (demo) <vpub@tinh.example>",
                "> Chủ đề: Gửi công văn",
                "> Ngày: 09:45:00 GMT+7 12 tháng 5, 2026",
                "> Đến: b@so.example",
                "> ",
            ),
            "apple-mail",
        ),
        (
            block(
                "Begin forwarded message:",
                "",
                "From: VP UBND tỉnh (demo) <vpub@tinh.example>",
                "Date: May 12, 2026 at 9:45:00 AM GMT+7",
                "To: b@so.example",
                "Subject: Gửi công văn",
            ),
            "apple-mail",
        ),
    ],
)
def test_blocks_of_the_programs(text: str, style: str) -> None:
    found = told(text)
    assert found == Forwarded(style, *PERSON, "Gửi công văn", NINE_MS, "")


def test_html_alone() -> None:
    html = (
        "<html><head><style>p{}</style></head><body><p>Chuyển.</p><div><p class=MsoNormal><b>From:</b> VP UBND tỉnh "
        "(demo) &lt;vpub@tinh.example&gt; <br><b>Sent:</b> Tuesday, May 12, 2026 9:45 AM<br><b>To:</b> b<br>"
        "<b>Subject:</b> Gửi công văn<o:p></o:p></p></div><p>Kính gửi</p></body></html>"
    )
    found = told("", subject="FW: Gửi công văn", html=html)
    assert found is not None and (found.style, found.from_address, found.sent_ms) == ("outlook", PERSON[1], NINE_MS)


def test_lines_that_were_wrapped() -> None:
    found = told(
        block(
            "---------- Forwarded message ---------",
            "From: VP UBND tỉnh (demo) <vpub@tinh.example>",
            "Date: Tue, May 12, 2026 at 9:45 AM",
            "Subject: Công văn về việc tăng cường phòng, chống tai nạn đuối nước",
            "trẻ em trong dịp hè",
            "To: <b@so.example>",
        )
    )
    assert found is not None
    assert found.subject == "Công văn về việc tăng cường phòng, chống tai nạn đuối nước trẻ em trong dịp hè"


def test_the_innermost_block_wins_while_the_subjects_say_forward() -> None:
    outer = ["From: Đào <dao@so.example>", "Sent: Tuesday, May 12, 2026 11:00 AM", "Subject: FW: Gửi công văn"]
    inner = [
        "From: VP UBND tỉnh (demo) <vpub@tinh.example>",
        "Sent: Tuesday, May 12, 2026 9:45 AM",
        "Subject: Gửi công văn",
    ]
    deepest = ["From: Ai <ai@khac.example>", "Sent: Monday, May 11, 2026 9:45 AM", "Subject: Xin ý kiến"]
    found = told("\n".join((*outer, "", *inner, "", "Kính gửi", "", *deepest, "", "x")))
    assert found is not None and (found.from_address, found.subject) == (PERSON[1], "Gửi công văn")


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (block("From: A <a@b.example>", "Sent: Tuesday, May 12, 2026 9:45 AM", "To: b", "Subject: x"), "RE: x"),
        (block("From: A <a@b.example>", "Sent: Tuesday, May 12, 2026 9:45 AM", "To: b", "Subject: x"), "Trả lời: x"),
        ("Vào 09:45 12/05/2026, A đã viết:\n> Kính gửi\n", "Re: x"),
        ("Từ: 01/6/2026 mọi thư gửi về địa chỉ mới.\nNgày: thứ Hai\n", "Trả lời: Thông báo"),
        ("Kính gửi: Sở\nNgày: 12/5/2026\nChủ đề: họp\n", "Mời họp"),
        ("Không có gì.", "Fwd: trống"),
        ("", ""),
    ],
)
def test_what_is_no_forward(text: str, subject: str) -> None:
    assert told(text, subject) is None


def test_an_attached_message_and_a_forward_inside_it() -> None:
    deep = compose(Letter(Person("Gốc", "goc@tinh.example"), (), "Gốc", "thân", "<goc@tinh.example>", NINE_MS))
    found = told("Xem thư kèm.", files=(File("goc.eml", "message/rfc822", deep),))
    assert found == Forwarded("message/rfc822", "Gốc", "goc@tinh.example", "Gốc", NINE_MS, "<goc@tinh.example>")
    middle = compose(
        Letter(
            Person("", "m@so.example"),
            (),
            "Fwd: Gốc",
            "x",
            "<m@so.example>",
            0,
            files=(File("g.eml", "message/rfc822", deep),),
        )
    )
    found = told("Xem thư kèm.", files=(File("m.eml", "message/rfc822", middle),))
    assert found is not None and found.message_id == "<goc@tinh.example>"
    inline = compose(
        Letter(
            *(Person("", "m@so.example"), (), "Fwd: Gửi công văn"),
            block("From: VP <vpub@tinh.example>", "Sent: Tuesday, May 12, 2026 9:45 AM", "Subject: Gửi công văn"),
            *("<m@so.example>", 0),
        )
    )
    found = told("Xem thư kèm.", files=(File("m.eml", "message/rfc822", inline),))
    assert found is not None and (found.style, found.from_address) == ("outlook", "vpub@tinh.example")
