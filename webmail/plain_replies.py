"""What SMTP replies mean, in plain words: by the enhanced code (RFC 3463 §3), else by the code."""

from __future__ import annotations

import re

from webmail.i18n import N_, _

_CODES = re.compile(r"([245]\d\d)(?:[ -]([245]\.\d{1,3}\.\d{1,3}))?")
_PLAIN = {
    "1.0": N_("Địa chỉ nhận không dùng được."),
    "1.1": N_("Không có người nhận này ở nơi nhận."),
    "1.2": N_("Miền của địa chỉ nhận không có hoặc không có máy chủ thư."),
    "1.3": N_("Địa chỉ nhận viết sai."),
    "1.6": N_("Người nhận đã chuyển sang địa chỉ khác."),
    "1.8": N_("Nơi nhận không chấp nhận địa chỉ gửi."),
    "1.10": N_("Miền của địa chỉ nhận không nhận thư."),
    "2.0": N_("Hộp thư nhận có trở ngại."),
    "2.1": N_("Hộp thư nhận đã khóa."),
    "2.2": N_("Hộp thư nhận đã đầy."),
    "2.3": N_("Thư lớn quá mức hộp thư nhận cho phép."),
    "3.1": N_("Máy chủ hết chỗ trên đĩa."),
    "3.2": N_("Máy chủ đang bận."),
    "3.4": N_("Thư quá lớn."),
    "4.1": N_("Máy chủ bên nhận không trả lời."),
    "4.2": N_("Kết nối bị đứt hoặc quá chậm."),
    "4.3": N_("Không hỏi được DNS của miền nhận."),
    "4.4": N_("Không tìm ra đường tới máy chủ bên nhận."),
    "4.6": N_("Thư chạy vòng giữa các máy chủ."),
    "4.7": N_("Đã hết thời gian gửi."),
    "5.1": N_("Máy gửi dùng sai lệnh SMTP."),
    "5.3": N_("Quá nhiều người nhận trong một lần."),
    "6.0": N_("Nội dung thư sai quy cách (ví dụ dòng không kết thúc bằng CRLF)."),
    "6.3": N_("Nơi nhận không nhận được dạng nội dung này."),
    "6.7": N_("Nơi nhận không nhận địa chỉ có dấu."),
    "6.9": N_("Nơi nhận không nhận đầu thư có dấu."),
    "7.0": N_("Bị từ chối vì lý do bảo mật."),
    "7.1": N_("Nơi nhận từ chối theo quy định của họ."),
    "7.2": N_("Không được gửi tới danh sách nhận này."),
    "7.4": N_("Nơi nhận không có mã hóa mà thư cần."),
    "7.8": N_("Đăng nhập sai tên hoặc mật khẩu."),
}
_OWN = {
    "Relaying denied": N_("Người lạ nhờ chuyển thư ra ngoài; máy chủ không làm."),
    "You may not send as": N_("Người gửi không có quyền dùng địa chỉ gửi này."),
    "Returned to the sender": N_("Quản trị đã trả lại cho người gửi."),
    "reylist": N_("Bên nhận tạm hoãn máy lạ (danh sách xám); sẽ nhận ở lần sau."),
}


def plain(reply: str) -> str:
    """The reply as a sentence; '' for no reply."""
    found = _CODES.match(reply)
    if found is None:
        return ""
    for words, meaning in _OWN.items():
        if words in reply:
            return _(meaning)
    if found[1][0] == "2":
        return _("Bên nhận đã nhận thư.")
    status = (found[2] or "").partition(".")[2]
    if status in _PLAIN:
        return _(_PLAIN[status])
    if found[1][0] == "4":
        return _("Bên nhận tạm hoãn; hệ thống sẽ thử lại.")
    return _("Bên nhận từ chối.")
