"""The way of incoming documents on both kinds of database."""

from __future__ import annotations

import threading

from mailsvc.documents.errors import Stale
from mailsvc.documents.my_work import my_work
from mailsvc.documents.routing import closing, directing, handling, listing, recalling
from mailsvc.mail import mailboxes as office_mailboxes
from mailsvc.store import mailboxes, placements
from mailsvc.store.tx import Tx
from tests.office.incoming_world import DONE, ORG, WORK, Desk, cooperate, lead


def test_submit_direct_report_close(any_desk: Desk) -> None:
    desk = any_desk
    document = desk.paper()
    flow = desk.write(directing.submit, desk["daonth"], document.id, version=1)
    orders = [lead("u:GDTRH", "30/11/2026"), cooperate(f"p:{desk['huevt']}")]
    desk.write(directing.direct, desk["nganltt"], document.id, "A", orders, version=flow.version)
    assert [one.document.id for one in desk.read(listing.follow_up, ORG, listing.UNREAD).rows] == [document.id]
    assert desk.read(listing.follow_up, ORG, listing.OVERDUE).rows == ()
    line = desk.line(document.id, "gdtrh")
    asked = desk.write(recalling.ask_extension, desk["dungmh"], line.id, "04/12/2026", "Chờ.")
    desk.write(recalling.decide, desk["nganltt"], asked.id, True)
    desk.write(handling.report, desk["dungmh"], line.id, "Xong.")
    assert desk.read(my_work, desk["nganltt"]).count == 1
    line = desk.line(document.id, "gdtrh")
    desk.write(closing.close, desk["nganltt"], line.id, "Không cần trả lời.", version=line.version)
    assert (desk.flow(document.id).state, desk.flow(document.id).closed_how) == ("done", "consent")
    assert desk.read(my_work, desk["nganltt"]).count == 0


def _move(tx: Tx, desk: Desk, account_id: int, source: str, target: str) -> None:
    boxes = [mailboxes.by_name(tx, account_id, name) for name in (source, target)]
    wanted = placements.uids(tx, boxes[0].id)
    office_mailboxes.move(tx, desk.office.blobs, account_id, boxes[0].id, wanted, boxes[1])


def test_a_refused_move_leaves_nothing_half_done(any_desk: Desk) -> None:
    desk = any_desk
    document = desk.paper()
    orders = [lead(f"p:{desk['khuetm']}"), cooperate(f"p:{desk['huevt']}")]
    desk.write(directing.direct, desk["nganltt"], document.id, "A", orders, version=1)
    desk.write(_move, desk, desk["khuetm"], WORK, DONE)
    assert desk.line(document.id, "khuetm").state == "unread"
    assert len(desk.folder("khuetm", WORK)) == 1 and desk.folder("khuetm", DONE) == []
    desk.write(_move, desk, desk["huevt"], WORK, DONE)
    assert desk.line(document.id, "huevt").state == "reported"


def test_two_leaders_at_the_same_moment(any_desk: Desk) -> None:
    """One direction counts; the other is told, whoever comes first."""
    desk = any_desk
    document = desk.paper()
    told: list[str] = []

    def decide(username: str, receiver: str) -> None:
        try:
            desk.write(directing.direct, desk[username], document.id, "", [lead(receiver)], version=1)
            told.append("done")
        except Stale:
            told.append("stale")

    threads = [threading.Thread(target=decide, args=one) for one in (("nganltt", "u:GDTRH"), ("phuocdh", "u:KHTC"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told) == ["done", "stale"]
    assert len(desk.lines(document.id)) == 1
