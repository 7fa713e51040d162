"""What the house refuses, in the language of the person."""

from __future__ import annotations

import pickle
from contextvars import copy_context

from mailsvc.core.errors import MailsvcError, Phrase, Refused
from mailsvc.mail import access
from tests.web.test_composing import write
from tests.web.webhouse import Site, token_of
from webmail import i18n

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


def test_a_form_keeps_what_was_typed_and_says_why_in_english(site: Site) -> None:
    client = site.signed_in("nganltt")
    for language, wanted in (("en", "longer than 80 characters"), ("vi", "Tên thư mục dài quá 80 ký tự.")):
        token = token_of(client.get("/phim-tat"))
        client.post("/cai-dat/giao-dien", data={"ma": token, "language": language, "ve": "/phim-tat"})
        answer = client.post("/thu/thu-muc", data={"ma": token, "ten": "a" * 81, "trong": "0"})
        assert answer.status_code == 422
        assert wanted in answer.text
        assert "a" * 81 in answer.text


def test_a_letter_that_cannot_go_says_why_in_english(site: Site) -> None:
    client = site.signed_in("nganltt")
    token = token_of(client.get("/phim-tat"))
    client.post("/cai-dat/giao-dien", data={"ma": token, "language": "en", "ve": "/phim-tat"})
    answer = write(client, den="khong-co-ai, nganltt; a@@b", chu_de="Giữ tôi", chu="Chữ cũng giữ", viec="gui")
    assert answer.status_code == 422
    assert "“a@@b” is not a mail address. There is no mailbox “khong-co-ai@" in answer.text
    assert "Giữ tôi" in answer.text and "Chữ cũng giữ" in answer.text


def test_phrases_inside_an_error_are_translated_too() -> None:
    error = Refused(access.refusal("r"))
    assert error.message == "Bạn không có quyền đọc hộp thư này (thiếu quyền “r”)."
    assert copy_context().run(_in_english, error) == "You may not read this mailbox (the right “r” is missing)."
    assert i18n.said(error) == error.message


def _in_english(error: MailsvcError) -> str:
    i18n.speak(i18n.ENGLISH)
    return i18n.said(error)
