"""Forms that differ from the usual template: one check each, through a Word file."""

from typing import Any

import pytest

from mailsvc.documents.extraction.deadline import read_deadline
from mailsvc.documents.extraction.issuer import full_name
from mailsvc.documents.extraction.number import number_line
from mailsvc.documents.extraction.reading import read_file
from tests.documents.making import MOTTO, PARTY, SLOGAN, package, paragraph, table


def centre(*lines: str, bold: bool = False) -> str:
    return "".join(paragraph(line, "center", bold=bold) for line in lines)


def head(
    left: list[str], date: str = "Tây Ninh, ngày 10 tháng 3 năm 2026", right: tuple[str, ...] = (MOTTO, SLOGAN)
) -> str:
    return table([[centre(*left), centre(*right, date)]])


def sign(*lines: str) -> str:
    right = centre(*lines, bold=True)
    return table([[paragraph("Nơi nhận:") + paragraph("- Như trên;") + paragraph("- Lưu: VT."), right]])


BODY = paragraph("Nhà trường thực hiện nội dung nêu trên theo đúng quy định hiện hành của ngành./.")
SCHOOL = ["SỞ GIÁO DỤC VÀ ĐÀO TẠO TÂY NINH", "TRƯỜNG THPT LÊ QUÝ ĐÔN"]
PRINCIPAL = sign("HIỆU TRƯỞNG", "Trần Văn Bình")

FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "type and subject in one paragraph": (
        head([*SCHOOL, "Số: 12/QĐ-LQĐ"])
        + paragraph("QUYẾT ĐỊNH", "center", bold=True)
        + centre("Về việc khen thưởng học sinh", "đạt thành tích học kỳ I", bold=True)
        + centre("HIỆU TRƯỞNG TRƯỜNG THPT LÊ QUÝ ĐÔN", bold=True)
        + paragraph("Căn cứ Điều lệ trường trung học;", italic=True)
        + BODY
        + PRINCIPAL,
        {
            "type_name": "Quyết định",
            "subject": "Về việc khen thưởng học sinh đạt thành tích học kỳ I",
            "code": "12/QĐ-LQĐ",
        },
    ),
    "subject in capitals on the type line": (
        head([*SCHOOL, "Số: 5/KH-THPTLQĐ"])
        + centre("KẾ HOẠCH TỔ CHỨC HỘI THI", "GIÁO VIÊN DẠY GIỎI CẤP TRƯỜNG", bold=True)
        + centre("-----------")
        + BODY
        + PRINCIPAL,
        {"type_name": "Kế hoạch", "number": "5", "subject": "TỔ CHỨC HỘI THI GIÁO VIÊN DẠY GIỎI CẤP TRƯỜNG"},
    ),
    "old V/v under the type name": (
        head([*SCHOOL, "Số: 18/TB-THPTLQĐ"])
        + centre("THÔNG BÁO", "V/v nghỉ Tết Nguyên đán", bold=True)
        + BODY
        + PRINCIPAL,
        {"type_name": "Thông báo", "subject": "nghỉ Tết Nguyên đán"},
    ),
    "names in small letters": (
        head(["Sở GD&ĐT Tây Ninh", "Trường THPT Lê Quý Đôn", "Số: 07/CV-THPTLQĐ", "V/v xin tổ chức dạy thêm"])
        + paragraph("Kính gửi: Sở Giáo dục và Đào tạo Tây Ninh", "center")
        + BODY
        + sign("Hiệu trưởng", "(Đã ký)", "ThS. Trần Văn Bình"),
        {
            "type_name": "Công văn",
            "type_abbr": None,
            "issuer": "Trường Trung học phổ thông Lê Quý Đôn",
            "signer": {"authority": None, "position": "Hiệu trưởng", "name": "Trần Văn Bình"},
            "addressed_to": ["Sở Giáo dục và Đào tạo Tây Ninh"],
        },
    ),
    "several recipients in one paragraph": (
        head(["UBND TỈNH TÂY NINH", "SỞ TÀI CHÍNH", "Số: 900/STC-QLNS", "V/v quyết toán năm 2025"])
        + paragraph("Kính gửi: - Sở Giáo dục và Đào tạo; - Sở Y tế; - Các trường trực thuộc.")
        + BODY
        + sign("TL. GIÁM ĐỐC", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG", "Lê Thị Hạnh"),
        {
            "issuer": "Sở Tài chính Tây Ninh",
            "addressed_to": ["Sở Giáo dục và Đào tạo", "Sở Y tế", "Các trường trực thuộc"],
            "signer": {
                "authority": "TL. GIÁM ĐỐC / KT. CHÁNH VĂN PHÒNG",
                "position": "PHÓ CHÁNH VĂN PHÒNG",
                "name": "Lê Thị Hạnh",
            },
        },
    ),
    "recipients in a table": (
        head(["UBND TỈNH TÂY NINH", "SỞ TÀI CHÍNH", "Số: 901/STC-QLNS", "V/v quyết toán năm 2025"])
        + table([[paragraph("Kính gửi:"), paragraph("- Sở Giáo dục và Đào tạo;") + paragraph("- Sở Y tế.")]])
        + BODY
        + sign("GIÁM ĐỐC", "Lê Thị Hạnh"),
        {"addressed_to": ["Sở Giáo dục và Đào tạo", "Sở Y tế"], "subject": "quyết toán năm 2025"},
    ),
    "minutes with two signers": (
        head([*SCHOOL, "Số: 02/BB-THPTLQĐ"])
        + centre("BIÊN BẢN", "Họp Hội đồng trường lần thứ nhất", bold=True)
        + paragraph("Hôm nay, ngày 10 tháng 3 năm 2026, Hội đồng trường họp phiên thứ nhất./.")
        + table([[centre("THƯ KÝ", "Lâm Thị Tuyết", bold=True), centre("CHỦ TỌA", "Trần Văn Bình", bold=True)]]),
        {
            "type_name": "Biên bản",
            "subject": "Họp Hội đồng trường lần thứ nhất",
            "signer": {"authority": None, "position": "CHỦ TỌA", "name": "Trần Văn Bình"},
        },
    ),
    "party cell": (
        head(["ĐẢNG BỘ XÃ TÂN HÒA", "CHI BỘ TRƯỜNG THPT LÊ QUÝ ĐÔN", "*", "Số 03-NQ/CB"], right=(PARTY,))
        + centre("NGHỊ QUYẾT", "lãnh đạo thực hiện nhiệm vụ tháng 4", bold=True)
        + BODY
        + table(
            [
                [
                    paragraph("Nơi nhận:") + paragraph("- Lưu Chi bộ."),
                    centre("T/M CHI BỘ", "BÍ THƯ", "Trần Văn Bình", bold=True),
                ]
            ]
        ),
        {
            "code": "03-NQ/CB",
            "type_name": "Nghị quyết",
            "issuer": "Chi bộ Trường Trung học phổ thông Lê Quý Đôn",
            "signer": {"authority": "T/M CHI BỘ", "position": "BÍ THƯ", "name": "Trần Văn Bình"},
        },
    ),
    "people's committee of a commune, office below": (
        head(["UBND XÃ TÂN HÒA", "PHÒNG VĂN HÓA - XÃ HỘI", "Số: 44/VHXH", "V/v rà soát trẻ 5 tuổi"])
        + paragraph("Kính gửi: Các trường mầm non trên địa bàn xã", "center")
        + BODY
        + sign("TRƯỞNG PHÒNG", "Lê Hữu Nghĩa"),
        {"issuer": "Phòng Văn hóa - Xã hội xã Tân Hòa", "code": "44/VHXH", "type_name": "Công văn"},
    ),
    "short date, name in capitals": (
        head([*SCHOOL, "Số : 20 /TTr-THPTLQĐ"], date="Tây Ninh, ngày 5/1/2026")
        + centre("TỜ TRÌNH", "Về việc mua sắm thiết bị", bold=True)
        + BODY
        + sign("HIỆU TRƯỞNG", "TRẦN VĂN BÌNH"),
        {
            "issue_date": "2026-01-05",
            "code": "20/TTr-THPTLQĐ",
            "signer": {"authority": None, "position": "HIỆU TRƯỞNG", "name": "Trần Văn Bình"},
        },
    ),
    "letter without a V/v": (
        head(["UBND TỈNH TÂY NINH", "SỞ NỘI VỤ", "Số: 77/SNV-CCVC"])
        + paragraph("Kính gửi: Sở Giáo dục và Đào tạo", "center")
        + BODY
        + sign("GIÁM ĐỐC", "Phạm Thị Lan"),
        {"type_name": "Công văn", "subject": None, "code": "77/SNV-CCVC"},
    ),
    "contract, number below the title": (
        centre(MOTTO, SLOGAN, bold=True)
        + centre("HỢP ĐỒNG", "Mua bán thiết bị dạy học", bold=True)
        + centre("Số: 15/2026/HĐMB-TBDH")
        + paragraph("Hôm nay, ngày 10 tháng 3 năm 2026, tại Tây Ninh, chúng tôi gồm:")
        + BODY
        + table(
            [[centre("ĐẠI DIỆN BÊN A", "Trần Văn Bình", bold=True), centre("ĐẠI DIỆN BÊN B", "Lê Thị Hạnh", bold=True)]]
        ),
        {
            "type_name": "Hợp đồng",
            "code": "15/2026/HĐMB-TBDH",
            "subject": "Mua bán thiết bị dạy học",
            "issue_date": None,
        },
    ),
    "citizen's letter": (
        centre(MOTTO, SLOGAN, bold=True)
        + centre("ĐƠN ĐỀ NGHỊ", "Về việc xin chuyển trường cho con", bold=True)
        + paragraph("Kính gửi: Sở Giáo dục và Đào tạo Tây Ninh", "center")
        + paragraph("Tôi tên là Nguyễn Thị Hoa, thường trú tại xã Tân Hòa, tỉnh Tây Ninh.")
        + table([["", centre("Tây Ninh, ngày 10 tháng 3 năm 2026", "NGƯỜI LÀM ĐƠN", "Nguyễn Thị Hoa", bold=True)]]),
        {"type_name": "Đơn thư", "number": None, "addressed_to": ["Sở Giáo dục và Đào tạo Tây Ninh"]},
    ),
    "youth union": (
        head(["TỈNH ĐOÀN TÂY NINH", "***", "Số: 120-KH/TĐTN-TTNTH"], right=("ĐOÀN TNCS HỒ CHÍ MINH",))
        + centre("KẾ HOẠCH", "Tổ chức chiến dịch hè năm 2026", bold=True)
        + BODY
        + sign("TM. BAN THƯỜNG VỤ", "PHÓ BÍ THƯ", "Lê Hữu Nghĩa"),
        {
            "code": "120-KH/TĐTN-TTNTH",
            "issuer": "Tỉnh đoàn Tây Ninh",
            "issue_date": "2026-03-10",
            "type_name": "Kế hoạch",
        },
    ),
    "blank number and day with dots": (
        head([*SCHOOL, "Số: ……/BC-THPTLQĐ"], date="Tây Ninh, ngày …… tháng 3 năm 2026")
        + centre("BÁO CÁO", "Kết quả kiểm tra nội bộ", bold=True)
        + BODY
        + PRINCIPAL,
        {"number": None, "code": None, "notation": "BC-THPTLQĐ", "issue_date": None, "place": "Tây Ninh"},
    ),
    "numbers of other documents do not count": (
        head([*SCHOOL, "Số: 33/BC-THPTLQĐ"])
        + centre("BÁO CÁO", "Việc thực hiện Công văn số 2456/SGDĐT-GDTrH", bold=True)
        + paragraph("Thực hiện Công văn số 2456/SGDĐT-GDTrH yêu cầu gửi trước ngày 15/10/2025, trường báo cáo./.")
        + PRINCIPAL,
        {"code": "33/BC-THPTLQĐ", "issue_date": "2026-03-10", "deadline": None},
    ),
    "urgency in its own box above the names": (
        table([[paragraph("KHẨN", "center", bold=True), ""]])
        + head(["UBND TỈNH TÂY NINH", "SỞ Y TẾ", "Số: 410/SYT-NVY", "V/v phòng dịch sốt xuất huyết"])
        + paragraph("Kính gửi: Sở Giáo dục và Đào tạo", "center")
        + BODY
        + sign("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "BS.CKII. Lê Hữu Nghĩa"),
        {
            "urgency": "khan",
            "issuer": "Sở Y tế Tây Ninh",
            "superior_printed": "UBND TỈNH TÂY NINH",
            "signer": {"authority": "KT. GIÁM ĐỐC", "position": "PHÓ GIÁM ĐỐC", "name": "Lê Hữu Nghĩa"},
        },
    ),
    "signature on the right without a table": (
        head([*SCHOOL, "Số: 41/TB-THPTLQĐ"])
        + centre("THÔNG BÁO", "Về lịch thi học kỳ II", bold=True)
        + BODY
        + paragraph("Nơi nhận:")
        + paragraph("- Các tổ;")
        + paragraph("HIỆU TRƯỞNG", "right", bold=True)
        + paragraph("Trần Văn Bình", "right", bold=True),
        {"signer": {"authority": None, "position": "HIỆU TRƯỞNG", "name": "Trần Văn Bình"}},
    ),
    "joint plan": (
        head(["SỞ GIÁO DỤC VÀ ĐÀO TẠO - CÔNG AN TỈNH", "Số: 55/KHLT-SGDĐT-CAT"])
        + centre("KẾ HOẠCH LIÊN TỊCH", "Bảo đảm an ninh trường học", bold=True)
        + BODY
        + PRINCIPAL,
        {"type_name": "Kế hoạch", "code": "55/KHLT-SGDĐT-CAT", "subject": "Bảo đảm an ninh trường học"},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_form(name: str) -> None:
    body, expected = FORMS[name]
    proposal = read_file(package(body)).proposal
    assert proposal is not None
    given = proposal.to_dict()
    assert {key: given[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("printed", "superior", "name"),
    [
        ("TRƯỜNG THPT LÊ HỒNG PHONG", "SỞ GD&ĐT TÂY NINH", "Trường Trung học phổ thông Lê Hồng Phong"),
        ("TRƯỜNG TH & THCS VŨ HỘI", "UBND XÃ A", "Trường Tiểu học và Trung học cơ sở Vũ Hội"),
        ("SỞ GIÁO DỤC VÀ ĐÀO TẠO", "UBND TP. CẦN THƠ", "Sở Giáo dục và Đào tạo Cần Thơ"),
        ("PHÒNG GD&ĐT", "UBND HUYỆN CHÂU THÀNH", "Phòng Giáo dục và Đào tạo huyện Châu Thành"),
        ("THANH TRA TỈNH", "UBND TỈNH TÂY NINH", "Thanh tra tỉnh Tây Ninh"),
        ("VĂN PHÒNG", "TỈNH ỦY TÂY NINH", "Văn phòng Tỉnh ủy Tây Ninh"),
        ("TRUNG TÂM GDNN - GDTX GÒ DẦU", "", "Trung tâm Giáo dục nghề nghiệp - Giáo dục thường xuyên Gò Dầu"),
        ("CÔNG AN TỈNH TÂY NINH", "BỘ CÔNG AN", "Công an tỉnh Tây Ninh"),
        ("UỶ BAN NHÂN DÂN XÃ HOÀ HIỆP", "", "Ủy ban nhân dân xã Hoà Hiệp"),
    ],
)
def test_full_names(printed: str, superior: str, name: str) -> None:
    assert full_name(printed, superior) == name


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Số: 1581/QĐ-SGDDT", "1581/QĐ-SGDDT"),
        ("Số 67-KL/TU", "67-KL/TU"),
        ("Số: 12 /KH-UBND", "12/KH-UBND"),
        ("Số: 123/SGD&ĐT-VP", "123/SGD&ĐT-VP"),
        ("Số: 30/2020/NĐ-CP", "30/2020/NĐ-CP"),
        ("Số : 22 / HD – SGDĐT", "22/HD-SGDĐT"),
        ("Số: 123a/QÐ-SGDÐT", "123a/QĐ-SGDĐT"),
        ("Số: 2 2/HD-SGDĐT", "22/HD-SGDĐT"),
        ("Số: 15-QĐ/TWĐTN-VP", "15-QĐ/TWĐTN-VP"),
        ("Số: 12/BC-THPT Bàu Sen", "12/BC-THPT Bàu Sen"),
        ("Số:        /SGDĐT-TCCB", ""),
        ("Số: …/2026/QĐ-UBND", ""),
    ],
)
def test_numbers(line: str, code: str) -> None:
    found = number_line(line)
    assert found is not None and found[0] is not None
    assert found[0].code == code


@pytest.mark.parametrize(
    "line", ["Số lượng: 30 học sinh", "Số liệu năm 2026", "Sổ đăng ký", "Sở Giáo dục", "1. Nội dung"]
)
def test_other_lines_are_no_number_lines(line: str) -> None:
    assert number_line(line) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Đề nghị nộp báo cáo về Phòng trước thứ Sáu (ngày 10/10/2026).", "2026-10-10"),
        ("Hạn nộp: 30/10/2026.", "2026-10-30"),
        ("Hạn cuối gửi bài dự thi là ngày 20/11/2026.", "2026-11-20"),
        ("Gửi báo cáo về Sở trước 17g00 ngày 12.10.2026.", "2026-10-12"),
        ("Báo cáo gửi về Sở trước ngày 10/01 để tổng hợp.", "2027-01-10"),
        ("Báo cáo kết quả về Sở trong ngày 09/10/2026.", "2026-10-09"),
        ("Trẻ em sinh trước ngày 01/01/2027 được nhập học.", ""),
        ("Báo cáo trước ngày 15/12 hằng năm.", ""),
        ("Báo cáo định kỳ trước ngày 25 hằng tháng.", ""),
        ("Từ ngày 01/10/2026 đến ngày 15/10/2026 các trường tự kiểm tra.", ""),
        ("Báo cáo theo công văn yêu cầu trước ngày 15/8/2026.", ""),
    ],
)
def test_deadlines(text: str, day: str) -> None:
    assert read_deadline([text], "2026-09-25", 2026).day == day
