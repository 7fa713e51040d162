"""Every page through a real socket, without JavaScript."""

from __future__ import annotations

import re

from tests.web.webhouse import Site, sample, sample_names


def test_health_waits_for_every_door(site: Site) -> None:
    site.ready = False
    assert site.client().get("/healthz").status_code == 503
    site.ready = True
    answer = site.client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_start_page_goes_by_role(site: Site) -> None:
    assert site.signed_in("daonth").get("/").headers["location"] == "/van-ban-den/cho-vao-so"
    assert site.signed_in("nganltt").get("/").headers["location"] == "/van-ban-den"
    assert site.signed_in("phuongvh").get("/").headers["location"] == "/thu"


def test_every_sample_letter_opens(site: Site) -> None:
    client = site.signed_in("daonth")
    inbox = site.inbox("vanthu")
    for name in sample_names():
        uid = site.deliver(sample(name))
        page = client.get(f"/thu/{inbox}/{uid}")
        assert page.status_code == 200, (name, page.text[-600:])
        if '/noi-dung"' in page.text:
            assert client.get(f"/thu/{inbox}/{uid}/noi-dung").status_code == 200, name
        assert client.get(f"/thu/{inbox}/{uid}?xem=chu").status_code == 200, name
        assert client.get(f"/thu/{inbox}/{uid}/nguon.eml").content == sample(name), name
    listed = client.get(f"/thu/{inbox}")
    assert listed.status_code == 200
    assert client.get(f"/thu/{inbox}?trang=2").status_code == 200
    site.read_files()
    waiting = client.get("/van-ban-den/cho-vao-so")
    assert waiting.status_code == 200


def test_waiting_entries_open(site: Site) -> None:
    client = site.signed_in("daonth")
    for name in sample_names():
        site.deliver(sample(name))
    site.read_files()
    for tab in ("cho", "giu", "bo", "xong"):
        page = client.get(f"/van-ban-den/cho-vao-so?muc={tab}")
        assert page.status_code == 200
        for number in set(_entry_numbers(page.text)):
            shown = client.get(f"/van-ban-den/cho-vao-so/{number}")
            assert shown.status_code == 200, (number, shown.text[-800:])


def _entry_numbers(text: str) -> list[str]:
    return re.findall(r'href="/van-ban-den/cho-vao-so/(\d+)"', text)
