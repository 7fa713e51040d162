"""Which letters hold a document: the sample letters, and invented ones around the borders of the rules."""

import json
from email.message import EmailMessage
from typing import Any

import pytest

from mailsvc.documents.extraction import worker
from mailsvc.documents.extraction.classify import Verdict, classify
from mailsvc.documents.extraction.duplicates import duplicate_keys
from mailsvc.documents.extraction.files import extract_path
from mailsvc.documents.extraction.reading import Reading, read_file
from mailsvc.documents.extraction.screen import Screen, screen
from mailsvc.documents.extraction.secrecy import in_letter, in_title
from mailsvc.message.attachments import attachments
from mailsvc.message.scan import scan
from tests.documents.accuracy import measure
from tests.documents.making import docx_table, package, paragraph
from tests.documents.making_pdf import scan_pdf
from tests.documents.papers import PAPERS
from tests.places import SAMPLES

needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the sample files are not here")
WORD = "vnd.openxmlformats-officedocument.wordprocessingml.document"
NEVER = ("bulk", "spam", "calendar", "delivery_report", "auto_reply", "read_receipt", "refused", "hold_secrecy")


@pytest.fixture(scope="module")
def letters() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Every sample letter: what is expected, what is found."""
    files = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))["files"]
    found = {name: (entry, extract_path(SAMPLES / name)) for name, entry in files.items() if name.startswith("mail/")}
    worker.close()
    return found


@needs_samples
def test_every_sample_letter_is_judged_right(letters: dict[str, tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for name, (expected, found) in letters.items():
        assert found["class"] in (expected["class"], *expected.get("accept_class", ())), name
        assert found["is_document"] == expected["is_document"], name
        assert found["secrecy"]["verdict"] == expected["secrecy"]["verdict"], name


@needs_samples
def test_documents_of_sample_letters(letters: dict[str, tuple[dict[str, Any], dict[str, Any]]]) -> None:
    read = [(n, e, f) for n, (e, f) in letters.items() if e["class"] == "document"]
    _, misses = measure((name, expected["document"], found["document"]) for name, expected, found in read)
    assert misses == []
    for name, expected, found in read:
        wanted = [one["code"] for one in expected.get("documents", [])]
        assert [one["code"] for one in found.get("documents", [])] == wanted, name
        roles = {(one["name"], one["role"], one.get("inside")) for one in expected["attachments"]}
        assert {(one["name"], one["role"], one.get("inside")) for one in found["attachments"]} == roles, name


@needs_samples
def test_edxml_messages_tell_their_fields(letters: dict[str, tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for name, (expected, found) in letters.items():
        if expected["class"] == "edxml_new":
            keys = ("code", "issue_date", "place", "issuer", "subject", "deadline", "urgency", "type_name")
            wanted = {key: expected["document"][key] for key in keys}
            assert {key: found["document"][key] for key in keys} == wanted, name


@needs_samples
def test_origin_of_forwarded_sample_letters(letters: dict[str, tuple[dict[str, Any], dict[str, Any]]]) -> None:
    for name, (expected, found) in letters.items():
        wanted, given = expected.get("forwarded"), found.get("forwarded")
        assert (wanted is None) == (given is None), name
        for key in ("from_name", "from", "subject", "date", "message_id"):
            assert not wanted or wanted[key] == given[key], (name, key)


@needs_samples
def test_stage_one_never_opens_an_entry_for_other_mail() -> None:
    files = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))["files"]
    for name, entry in files.items():
        if not name.startswith("mail/"):
            continue
        early = first_stage((SAMPLES / name).read_bytes())
        assert early.entry or not entry["is_document"], name
        if entry["class"] in NEVER and name != "mail/11-dau-mat-trong-van-ban.eml":  # that mark is inside the file
            assert not early.entry, name
        if not entry["is_document"] and early.entry:
            assert entry["class"] == "hold_secrecy", name


def first_stage(data: bytes) -> Screen:
    scanned = scan(data)
    return screen(data, scanned, attachments(data, scanned))


def letter(subject: str, text: str = "Kính gửi.", **fields: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = fields.pop("sender", "Trường Mẫu <vanthu@truongmau.example>")
    message["To"] = "vanthu@so.example"
    message["Subject"] = subject
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def attach(message: EmailMessage, name: str, data: bytes, kind: str = f"application/{WORD}") -> EmailMessage:
    main, sub = kind.split("/")
    message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message


def judge(message: EmailMessage) -> Verdict:
    data = message.as_bytes()
    return classify(data, scan(data), read=read_file)


LETTER = docx_table(PAPERS["letter of another province"])
CURRICULUM = package(
    paragraph("SƠ YẾU LÝ LỊCH", "center", bold=True)
    + paragraph("Họ và tên: Nguyễn Văn An. Sinh ngày 05 tháng 3 năm 1990 tại Tây Ninh.")
    + paragraph("Trình độ chuyên môn: cử nhân sư phạm Toán học. Kinh nghiệm giảng dạy mười hai năm.") * 5
)


def test_a_curriculum_is_no_document() -> None:
    verdict = judge(attach(letter("Hồ sơ của em"), "tai-lieu.docx", CURRICULUM))
    assert (verdict.mail_class, verdict.is_document, verdict.documents) == ("message", False, ())


def test_an_answer_with_a_file_needs_an_official_name() -> None:
    assert not first_stage(attach(letter("Re: cuối tuần"), "ghi-chu.docx", LETTER).as_bytes()).entry
    assert first_stage(attach(letter("Re: cuối tuần"), "12-BC-THPTABC.docx", LETTER).as_bytes()).entry
    assert first_stage(attach(letter("Re: Công văn 12/SGDĐT-VP"), "scan.docx", LETTER).as_bytes()).entry


@pytest.mark.parametrize(
    "field", [{"List_Id": "<tin.example>"}, {"Precedence": "bulk"}, {"Auto_Submitted": "auto-replied"}]
)
def test_bulk_and_automatic_mail_opens_nothing_even_with_a_document(field: dict[str, str]) -> None:
    assert not first_stage(attach(letter("Công văn", **field), "cong-van.docx", LETTER).as_bytes()).entry


def test_pdf_and_word_of_one_document_are_one() -> None:
    message = attach(letter("Gửi công văn"), "Công văn 345 (signed).pdf", scan_pdf(), "application/pdf")
    attach(message, "Công văn 345.docx", LETTER)
    attach(message, "phụ lục.xlsx", b"PK", "application/vnd.ms-excel")
    verdict = judge(message)
    assert [document.proposal and document.proposal.code for document in verdict.documents] == ["345/SGDĐT-GDTrH"]
    assert [file.role for file in verdict.files] == ["scan", "original", "annex"]


def test_forms_and_parts_beside_a_document_are_annexes() -> None:
    draft = docx_table(PAPERS["draft of a notice"])
    message = attach(letter("Gửi công văn"), "cong-van.docx", LETTER)
    attach(attach(message, "mau-bao-cao.docx", draft), "phu-luc.docx", LETTER)
    verdict = judge(message)
    assert [file.role for file in verdict.files] == ["main", "annex", "annex"]
    assert len(verdict.documents) == 1
    assert judge(attach(letter("Xin ý kiến dự thảo"), "du-thao.docx", draft)).is_document


def test_a_scan_alone_is_a_document_for_the_clerk() -> None:
    verdict = judge(attach(letter("Nộp"), "Scan_0012.pdf", scan_pdf(), "application/pdf"))
    assert verdict.is_document and verdict.proposal is None
    assert not judge(attach(letter("Ảnh"), "hinh anh.pdf", scan_pdf(), "application/pdf")).is_document


def test_a_damaged_word_file_is_not_registered_by_itself() -> None:
    verdict = judge(attach(letter("Gửi công văn"), "cong-van-so-7.docx", LETTER[:-300]))
    assert (verdict.mail_class, verdict.is_document) == ("malformed", False)


def test_a_mark_inside_a_file_holds_the_letter() -> None:
    paper = PAPERS["letter of another province"]
    marked = type(paper)(**{**{n: getattr(paper, n) for n in paper.__dataclass_fields__}, "urgency": "TUYỆT MẬT"})
    verdict = judge(attach(letter("Gửi công văn"), "cv.docx", docx_table(marked)))
    assert (verdict.mail_class, verdict.hold, verdict.is_document) == ("hold_secrecy", True, False)


@pytest.mark.parametrize(
    "text",
    ["[MẬT] Công văn 18", "Công văn 18 (Tối mật)", "MẬT: gửi Sở", "Gửi văn bản MẬT số 5", "TOI MAT: gui So",
     "[MAT] cv 5", "Độ mật: Mật", "TUYỆT MẬT", "Công văn mật số 7", "cv_18_(mật)"],
)  # fmt: skip
def test_marks_of_secrecy_are_seen(text: str) -> None:
    assert in_title(text)


@pytest.mark.parametrize(
    "text",
    ["Hướng dẫn đổi MẬT KHẨU hộp thư", "Tập huấn bảo mật", "BẢO MẬT THÔNG TIN", "giữ bí mật nhà nước",
     "Bán mật ong rừng", "TOI MAT XE, ai thay xin bao", "Mật độ xây dựng", "QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC",
     "Tài liệu LƯU HÀNH NỘI BỘ", "văn bản không mật", "Tôi mất thẻ", "HUONG DAN DOI MAT KHAU",
     "Cẩm nang bảo mật", "tuần trăng mật"],
)  # fmt: skip
def test_innocent_words_are_left_alone(text: str) -> None:
    assert in_title(text) == ""
    assert in_letter(text) == ""


def test_a_line_of_its_own_is_a_mark_in_a_letter() -> None:
    assert in_letter("Kính gửi Sở,\n\n   TỐI MẬT   \n\nNội dung") == "TỐI MẬT"


def test_duplicates_by_file_and_by_number() -> None:
    first = read_file(LETTER).proposal
    again = read_file(docx_table(PAPERS["letter of another province"]) + b"\n").proposal
    assert duplicate_keys(["AB"], first) == ("sha256:ab", *duplicate_keys([], again))
    assert duplicate_keys([], None) == ()
    assert duplicate_keys([], first)[0].endswith(":so giao duc va dao tao lam dong:2025")


def test_every_candidate_is_read_once() -> None:
    calls: list[int] = []

    def read(data: bytes) -> Reading:
        calls.append(len(data))
        return Reading()

    data = attach(letter("Gửi"), "a.docx", LETTER).as_bytes()
    assert classify(data, scan(data), read=read).mail_class == "message"
    assert calls == [len(LETTER)]
