"""R27, handbook §9: opinions, and the clocks from the signature over the number to the issue; on both databases."""

from __future__ import annotations

from mailsvc.documents.outgoing import deciding, numbers
from tests.office.following_world import hours, tick, told
from tests.office.incoming_world import Desk
from tests.office.outgoing_world import World

REMINDERS = ("Còn ", "Đến hạn", "Quá hạn", "Quá thời hạn", "Sắp hết")


def test_r27_the_clocks_of_an_outgoing_document(bureau: World) -> None:
    """Signed on Tuesday: numbered and issued by Wednesday evening."""
    desk = Desk(bureau.office, bureau.clock)
    desk.set_time("2026-11-24 10:00")
    document = bureau.begin()
    bureau.to_signed(document)
    for moment in hours("2026-11-24", "2026-11-26"):
        desk.set_time(moment)
        if moment == "2026-11-25 16:00":
            desk.write(numbers.request_number, desk["khuetm"], document.id)
        tick(desk)
    title = f"Đã ký, chưa có số: {document.subject}"
    assert told(desk, *REMINDERS) == [
        ("2026-11-25 15:00", "khuetm", f"Sắp hết thời hạn cấp số, 17:00 ngày 25/11/2026: {title}"),
        *[
            ("2026-11-26 07:00", who, f"Quá thời hạn cấp số, 17:00 ngày 25/11/2026: {title}")
            for who in ("daonth", "locpv", "lyhc")
        ],
    ]


def test_r27_opinions_that_were_asked_for(bureau: World) -> None:
    desk = Desk(bureau.office, bureau.clock)
    desk.set_time("2026-11-23 09:00")
    document = bureau.begin()
    desk.write(deciding.submit, bureau["khuetm"], document.id)
    desk.write(deciding.approve_content, bureau["dungmh"], document.id)
    people = [bureau["sonkc"], bureau["hand"]]
    desk.write(deciding.ask_opinions, bureau["khuetm"], document.id, people, "Xin ý kiến", "2026-11-27")
    for moment in hours("2026-11-23", "2026-11-27"):
        desk.set_time(moment)
        tick(desk)
    title = f"Cho ý kiến dự thảo: {document.subject}"
    found = [one for one in told(desk, *REMINDERS) if title in one[2]]
    assert [(one[0], one[1]) for one in found] == [
        ("2026-11-24 07:00", "hand"), ("2026-11-24 07:00", "sonkc"), ("2026-11-26 07:00", "hand"),
        ("2026-11-26 07:00", "sonkc"), ("2026-11-27 07:00", "hand"), ("2026-11-27 07:00", "sonkc"),
    ]  # fmt: skip
