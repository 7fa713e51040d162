"""Two clerks in one mailbox: what one has read the other has not; rights that end are felt on the next page."""

from __future__ import annotations

import httpx

from mailsvc.store import mailbox_rights
from tests.web.webhouse import Site, sample, token_of

LETTER = "01-ext-bo.eml"


def unread(page: httpx.Response) -> int:
    return page.text.count("letter-row unread")


def test_read_is_ones_own(site: Site) -> None:
    box = site.inbox("vanthu")
    dao, loc = site.signed_in("daonth"), site.signed_in("locpv")
    before = unread(dao.get(f"/thu/{box}"))
    uid = site.deliver(sample(LETTER))
    assert dao.get(f"/thu/{box}/{uid}").status_code == 200
    assert unread(dao.get(f"/thu/{box}")) == before
    assert unread(loc.get(f"/thu/{box}")) == before + 1
    assert 'class="few">1' in loc.get("/thu").text and 'class="few">1' not in dao.get("/thu").text
    token = token_of(dao.get(f"/thu/{box}"))
    dao.post(f"/thu/{box}/viec", data={"ma": token, "uid": [str(uid)], "viec": "chua-doc"})
    assert unread(dao.get(f"/thu/{box}")) == before + 1
    token = token_of(loc.get(f"/thu/{box}"))
    loc.post(f"/thu/{box}/viec", data={"ma": token, "uid": [str(uid)], "viec": "da-doc"})
    assert unread(loc.get(f"/thu/{box}")) == before
    assert unread(dao.get(f"/thu/{box}")) == before + 1


def test_rights_decide_what_may_be_done(site: Site) -> None:
    box = site.inbox("vanthu")
    uid = site.deliver(sample(LETTER))
    loc = site.signed_in("locpv")
    token = token_of(loc.get(f"/thu/{box}"))
    site.office.db.write_now(mailbox_rights.put, box, "$thanh_vien", "lr")
    assert loc.get(f"/thu/{box}/{uid}").status_code == 200
    assert unread(loc.get(f"/thu/{box}")) >= 1  # without the right to mark it stays unread
    for deed in ("da-doc", "thung-rac"):
        answer = loc.post(f"/thu/{box}/viec", data={"ma": token, "uid": [str(uid)], "viec": deed})
        assert answer.status_code == 403
        assert "Bạn không có quyền" in answer.text
    site.office.db.write_now(mailbox_rights.put, box, "$thanh_vien", "")
    for address in (f"/thu/{box}", f"/thu/{box}/{uid}"):
        assert loc.get(address).status_code == 404
