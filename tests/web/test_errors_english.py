"""What the house refuses, in the language of the person."""

from __future__ import annotations

import pickle

from mailsvc.core.errors import Phrase, Refused
from tests.web.webhouse import Site, token_of

MISSING = "/van-ban-den/2026/9876"


def test_a_refusal_with_values_is_said_in_the_language_chosen(site: Site) -> None:
    client = site.signed_in("nganltt")
    assert "Không có văn bản đến số 9876 năm 2026." in client.get(MISSING).text
    token = token_of(client.get("/phim-tat"))
    client.post("/cai-dat/giao-dien", data={"ma": token, "language": "en", "ve": "/phim-tat"})
    answer = client.get(MISSING)
    assert answer.status_code == 404
    assert "There is no incoming document with arrival number 9876 in 2026." in answer.text
    assert "Không có văn bản đến số 9876 năm 2026." in site.signed_in("daonth").get(MISSING).text


def test_an_error_keeps_its_text_and_values() -> None:
    error = Refused("Còn %(share)s%%. %(why)s", share=7, why=Phrase("Căn cứ: %(rule)s.", rule="Điều 8"))
    assert (str(error), error.message) == ("Còn 7%. Căn cứ: Điều 8.",) * 2
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.text, again.values) == (str(error), error.text, error.values)
    assert Refused("Còn 7%.").message == "Còn 7%."
