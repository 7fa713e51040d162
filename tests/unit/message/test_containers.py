"""Zip, winmail.dat and S/MIME: what lies in them, and what may not come out."""

import io
import struct
import zipfile
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailsvc.message.archives import ArchiveLimits, Budget, guess_name, leaves_archive, list_zip, read_members
from mailsvc.message.attachments import Attachment, attachments
from mailsvc.message.scan import scan
from mailsvc.message.smime import Opaque, open_p7m
from mailsvc.message.tnef import read_tnef
from tests.places import SAMPLES


def zipped(*files: tuple[str, bytes], flag: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def sent(*files: tuple[str, str, bytes]) -> tuple[Attachment, ...]:
    message = EmailMessage(policy=SMTP)
    message.set_content("Kính gửi")
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(content, main, sub, filename=name)
    data = bytes(message)
    return attachments(data, scan(data))


def test_a_zip_with_folders_and_junk() -> None:
    packed = zipped(
        ("Hồ sơ/Đơn.pdf", b"%PDF"),
        ("Hồ sơ/Thumbs.db", b"x"),
        ("__MACOSX/._x", b"x"),
        ("Hồ sơ/", b""),
        ("a/.DS_Store", b""),
    )
    found = sent(("ho so.zip", "application/zip", packed))
    assert [(one.name, one.role, one.path, one.inside) for one in found] == [
        ("ho so.zip", "container", "2", ""),
        ("Đơn.pdf", "other", "2/Hồ sơ/Đơn.pdf", "ho so.zip"),
    ]
    assert found[1].read() == b"%PDF" and found[1].content_type == "application/pdf"


def test_documents_that_are_zips_inside_are_not_opened() -> None:
    word = zipped(("word/document.xml", b"<x/>"))
    found = sent(("a.docx", "application/zip", word), ("b.odt", "application/octet-stream", word))
    assert [(one.name, one.role) for one in found] == [("a.docx", "other"), ("b.odt", "other")]


def test_archives_in_archives_end_at_the_limit() -> None:
    inner = zipped(("day.txt", b"x"))
    for level in range(5):
        inner = zipped((f"{level}.zip", inner))
    found = sent(("ngoai.zip", "application/zip", inner))
    assert [one.role for one in found] == ["container"] * 4
    assert found[-1].hazards == ("depth",)


def test_programs_are_blocked_wherever_they_lie() -> None:
    found = sent(
        ("a.zip", "application/zip", zipped(("Cong van.pdf.exe", b"x"), ("b.txt", b"MZ\x90\x00"))),
        ("c.PDF.ScR. ", "application/pdf", b"x"),
        ("d.rar", "application/octet-stream", b"Rar!"),
    )
    assert [one.role for one in found] == ["container", "blocked", "blocked", "blocked", "container"]
    assert found[1].hazards == ("executable",)


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "C:\\a", "..\\a", "\\\\may\\a"])
def test_names_that_leave_the_archive(name: str) -> None:
    assert leaves_archive(name)
    listing = list_zip(zipped(("tot.txt", b"x"), (name, b"x")), Budget())
    assert listing.members == () and listing.hazards == ("path",)


def test_bombs_are_not_unpacked() -> None:
    zeros = zipped(("so khong.bin", bytes(30_000_000)))
    assert list_zip(zeros, Budget()).hazards == ("ratio",)
    many = zipped(*((f"{n}.txt", b"x") for n in range(50)))
    assert list_zip(many, Budget(ArchiveLimits(members=10))).hazards == ("count",)
    assert list_zip(zipped(("a", b"x" * 999)), Budget(ArchiveLimits(total=500))).hazards == ("total",)


def test_the_budget_is_shared() -> None:
    budget = Budget(ArchiveLimits(total=1500))
    packed = zipped(("a", b"x" * 999))
    assert list_zip(packed, budget).hazards == ()
    assert list_zip(packed, budget).hazards == ("total",)


def test_sizes_in_the_directory_that_lie() -> None:
    packed = bytearray(zipped(("a.txt", bytes(5_000_000))))
    directory = packed.index(b"PK\x01\x02")
    struct.pack_into("<I", packed, directory + 24, 10)
    listing = list_zip(bytes(packed), Budget())
    (pair,) = read_members(bytes(packed), listing.members)
    assert pair[1] is None or len(pair[1]) == 10


def test_encrypted_members_are_told() -> None:
    packed = bytearray(zipped(("mat.txt", b"x")))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    assert list_zip(bytes(packed), Budget()).hazards == ("encrypted",)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"bao cao.txt", "bao cao.txt"),
        ("Báo cáo.txt".encode(), "Báo cáo.txt"),
        (b"bao c\xb8o s\xac k\xd5t.docx", "bao cáo sơ kết.docx"),
        (b"B\xe1o c\xe1o t\xf4\xd2ng k\xea\xect.docx", "Báo cáo tổng kết.docx"),
        (b"caf\x82.txt", "café.txt"),
    ],
)
def test_names_in_old_code_pages(raw: bytes, name: str) -> None:
    assert guess_name(raw) == name


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 300), st.binary(max_size=6))
def test_damaged_archives_are_read_as_far_as_they_go(at: int, dirt: bytes) -> None:
    packed = zipped(("a.txt", b"abc" * 20), ("Đơn/b.txt", b"x"))
    at %= len(packed)
    packed = packed[:at] + dirt + packed[at + len(dirt) :]
    listing = list_zip(packed, Budget())
    for _member, content in read_members(packed, listing.members):
        assert content is None or len(content) < 1000


def _attribute(level: int, attribute: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, attribute, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def _unicode(number: int, text: str) -> bytes:
    value = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 0x1F, number, 1, len(value)) + value + bytes(-len(value) % 4)


def _named(text: str) -> bytes:
    name = "ten".encode("utf-16-le") + b"\0\0"
    value = text.encode("utf-16-le") + b"\0\0"
    head = (
        struct.pack("<HH", 0x1F, 0x8001) + bytes(16) + struct.pack("<II", 1, len(name)) + name + bytes(-len(name) % 4)
    )
    return head + struct.pack("<II", 1, len(value)) + value + bytes(-len(value) % 4)


def winmail() -> bytes:
    long_value = struct.pack("<HHI", 0x3, 0x3705, 1)
    message = struct.pack("<I", 3) + _named("bo qua") + long_value + _unicode(0x1000, "Kính gửi Sở")
    attachment = struct.pack("<I", 2) + long_value + _unicode(0x3707, "Giấy mời.docx")
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + _attribute(1, 0x00069007, struct.pack("<II", 1258, 0))
        + _attribute(1, 0x00018004, b"Gi\xe2\xecy m\xf5\xcci\0")
        + _attribute(1, 0x00069003, message)
        + _attribute(2, 0x00069002, bytes(14))
        + _attribute(2, 0x00018010, b"GIAYMO~1.DOC\0")
        + _attribute(2, 0x0006800F, b"noi dung")
        + _attribute(2, 0x00069005, attachment)
        + _attribute(2, 0x00069002, bytes(14))
        + _attribute(2, 0x00018010, b"b.txt\0")
        + _attribute(2, 0x0006800F, b"")
    )


def test_winmail() -> None:
    found = read_tnef(winmail())
    assert found is not None and not found.truncated
    assert (found.subject, found.text) == ("Giấy mời", "Kính gửi Sở")
    assert [(file.name, file.data) for file in found.files] == [("Giấy mời.docx", b"noi dung"), ("b.txt", b"")]
    shown = sent(("winmail.dat", "application/ms-tnef", winmail()))
    assert [(one.name, one.role, one.path) for one in shown] == [
        ("winmail.dat", "container", "2"),
        ("Giấy mời.docx", "other", "2/Giấy mời.docx"),
        ("b.txt", "other", "2/b.txt"),
    ]
    assert shown[1].read() == b"noi dung"


@given(st.integers(0, 600), st.binary(max_size=8))
def test_damaged_winmail_is_read_as_far_as_it_goes(at: int, dirt: bytes) -> None:
    whole = winmail()
    cut = whole[: at % len(whole)]
    for data in (cut, cut + dirt, cut + dirt + whole[len(cut) + len(dirt) :]):
        read_tnef(data)


def _tagged(tag: int, *content: bytes) -> bytes:
    joined = b"".join(content)
    size = len(joined)
    length = bytes((size,)) if size < 128 else bytes((0x82,)) + size.to_bytes(2, "big")
    return bytes((tag,)) + length + joined


def _endless(tag: int, *content: bytes) -> bytes:
    return bytes((tag, 0x80)) + b"".join(content) + b"\0\0"


SIGNED = _tagged(6, bytes.fromhex("2a864886f70d010702"))
DATA = _tagged(6, bytes.fromhex("2a864886f70d010701"))


def test_opaque_signatures_in_both_encodings() -> None:
    start = _tagged(2, b"\1") + _tagged(0x31)
    plain = _tagged(
        0x30, SIGNED, _tagged(0xA0, _tagged(0x30, start, _tagged(0x30, DATA, _tagged(0xA0, _tagged(4, b"thu")))))
    )
    assert open_p7m(plain) == Opaque("signed", b"thu")
    pieces = _endless(0x24, _tagged(4, b"t"), _endless(0x24, _tagged(4, b"h")), _tagged(4, b"u"))
    streamed = _endless(
        0x30, SIGNED, _endless(0xA0, _endless(0x30, start, _endless(0x30, DATA, _endless(0xA0, pieces))))
    )
    assert open_p7m(streamed) == Opaque("signed", b"thu")
    detached = _tagged(0x30, SIGNED, _tagged(0xA0, _tagged(0x30, start, _tagged(0x30, DATA))))
    assert open_p7m(detached).content == b""
    encrypted = _tagged(0x30, _tagged(6, bytes.fromhex("2a864886f70d010703")), _tagged(0xA0))
    assert open_p7m(encrypted) == Opaque("encrypted", b"")


@given(
    st.one_of(
        st.binary(max_size=60),
        st.lists(
            st.sampled_from([b"\x30\x80", b"\x24\x80", b"\0\0", SIGNED, b"\xa0\x80", b"\x04\x01x"]), max_size=30
        ).map(b"".join),
    )
)
def test_any_bytes_as_p7m(data: bytes) -> None:
    open_p7m(data)
    open_p7m(b"\x30\x80" + SIGNED + data)


def test_an_attached_p7m_of_a_sample_takes_the_place_of_its_message() -> None:
    data = (SAMPLES / "mail/16-smime-p7m.eml").read_bytes()
    (one,) = attachments(data, scan(data))
    assert one.path == "1/2" and one.inside == "smime.p7m" and one.read()[:2] == b"PK"


def test_pictures_in_the_text_are_inline_and_others_are_not() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<img src='cid:a@x'>"
        b"\r\n"
        b"--b\r\nContent-Type: image/png; name=a.png\r\nContent-ID: <a@x>\r\n\r\nx\r\n"
        b"--b\r\nContent-Type: image/jpeg; name=b.jpg\r\nContent-ID: <b@x>\r\nContent-Disposition: inline\r\n\r\nx\r\n"
        b"--b--\r\n"
    )
    assert [(one.name, one.role) for one in attachments(data, scan(data))] == [("a.png", "inline"), ("b.jpg", "other")]


def test_files_without_a_name_get_one() -> None:
    data = b"Content-Type: application/pdf\r\n\r\n%PDF"
    assert [(one.name, one.path) for one in attachments(data, scan(data))] == [("phan-1.pdf", "1")]


def test_what_a_report_returns_is_no_attachment() -> None:
    data = (
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Content-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n--b--\r\n"
    )
    assert attachments(data, scan(data)) == ()


def test_a_message_in_an_archive_is_a_file_and_a_container() -> None:
    inner = b'Content-Type: application/pdf; name="a.pdf"\r\n\r\nx'
    found = sent(("a.zip", "application/zip", zipped(("thu.eml", inner))), ("b.eml", "message/rfc822", inner))
    assert [(one.name, one.role, one.path, one.inside) for one in found] == [
        ("a.zip", "container", "2", ""),
        ("thu.eml", "container", "2/thu.eml", "a.zip"),
        ("a.pdf", "other", "2/thu.eml/1", "thu.eml"),
        ("a.pdf", "other", "3/1", "message/rfc822"),
    ]
