"""The facts of the health page in words: how each thing is, in a sentence with a colour, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from mailsvc.accounts.health import Backup, Facts
from mailsvc.core.settings import Settings
from mailsvc.core.ticking import Tick
from mailsvc.mail.discovery import Record
from mailsvc.mail.dns_check import Finding
from mailsvc.store import queue
from webmail import words
from webmail.i18n import N_, _

_LOW, _HOUR_MS, _DAY_HOURS = 0.1, 3_600_000, 24
_BACKLOG = 5000  # letters: more than an import of one mailbox leaves for a moment
UNKNOWN = "unknown"
_WANTING = ("warn", "stamp")

_TICKS = {
    "certificate": N_("Đọc lại chứng thư"),
    "sessions": N_("Dọn phiên đăng nhập cũ"),
    "absences": N_("Tắt trả lời vắng mặt đã qua"),
    "roles": N_("Mở hộp thư chung cho vai trò tới hạn"),
    "unit_names": N_("Đổi tên hộp thư theo đơn vị"),
    "audit_head": N_("Ký đầu chuỗi nhật ký"),
    "ways_back": N_("Dọn lần hoàn tác đã quá hạn"),
    "traces": N_("Dọn dấu vết thư cũ"),
    "following": N_("Nhắc hạn, thư đầu giờ, báo cáo"),
    "receipts": N_("Theo dõi văn bản đã phát hành"),
    "seen": N_("Ghi văn bản đã xem"),
}
_RIGHT = {
    "MX": N_("Đúng: thư gửi về máy này."),
    "SPF": N_("Đúng: máy của miền được gửi, máy khác bị nghi ngờ."),
    "DKIM": N_("Đúng: khóa công bố là khóa đang ký."),
    "DMARC": N_("Đúng: miền có chính sách với thư giả."),
}
_WRONG = {
    ("MX", "missing"): ("stamp", N_("Chưa có: nơi khác không biết gửi thư về đâu.")),
    ("MX", "other"): ("warn", N_("Đang trỏ tới %(found)s, không có máy này. Chỉ đúng nếu có máy chủ thư đứng trước.")),
    ("SPF", "missing"): ("warn", N_("Chưa có: thư gửi đi dễ bị coi là giả.")),
    ("SPF", "other"): ("warn", N_("Khác đề nghị: thiếu “mx” hoặc không kết thúc bằng ~all, -all. Đang có: %(found)s")),
    ("DKIM", "missing"): ("warn", N_("Chưa công bố khóa: không ai kiểm được chữ ký trên thư.")),
    ("DKIM", "other"): ("stamp", N_("Khóa công bố khác khóa đang ký: nơi nhận coi chữ ký là sai.")),
    ("DMARC", "missing"): ("warn", N_("Chưa có: không ai được dặn phải làm gì với thư giả danh miền này.")),
    ("DMARC", "other"): ("warn", N_("Không có chính sách đọc được (p=). Đang có: %(found)s")),
}


@dataclass(frozen=True, slots=True)
class State:
    """One thing that is looked after: how it is (good, warn, stamp, unknown), in a sentence, and what to do."""

    name: str
    colour: str
    text: str
    advice: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    """What it is made of: name and state of each."""


@dataclass(frozen=True, slots=True)
class RecordState:
    """A DNS record: `to_publish` when it is not right."""

    kind: str
    colour: str
    label: str
    text: str
    to_publish: Record | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """The whole page."""

    mail: list[State]
    machine: list[State]
    domains: list[tuple[str, list[RecordState]]]
    asked_ms: int
    """When the name servers were asked."""

    @property
    def wrong(self) -> list[str]:
        """The names of what wants a look."""
        names = [one.name for one in (*self.mail, *self.machine) if one.colour in _WANTING]
        return names + [f"{one.kind} {name}" for name, some in self.domains for one in some if one.colour in _WANTING]


def health(facts: Facts, settings: Settings, now_ms: int) -> Health:
    mail = [_queue_state(facts.waiting, now_ms), _index_state(facts.to_index)]
    machine = [
        _disk_state(facts.disk_free, facts.disk_total),
        _database_state(facts.database_size),
        _certificate_state(facts.certificate_days),
        _backup_state(facts.backup, settings.backup.warn_hours, now_ms),
        _ticks_state(facts.ticks, now_ms),
    ]
    domains = groupby(facts.dns.findings, key=lambda one: one.domain)
    records = [(name, [_record_state(one) for one in some]) for name, some in domains]
    return Health(mail, machine, records, facts.dns.at_ms)


# ---- mail ----------------------------------------------------------------------------------------------------------
def _queue_state(counts: queue.Counts, now_ms: int) -> State:
    name = _("Thư chờ gửi ra ngoài")
    if not counts.waiting:
        return State(name, "good", _("Không có thư nào chờ."))
    hours = (now_ms - (counts.oldest_ms or now_ms)) // _HOUR_MS
    text = _("%(n)s thư đang chờ, lâu nhất %(h)s giờ.", n=counts.waiting, h=hours)
    return State(name, "warn" if hours >= 1 else "good", text, _("Mở Hàng đợi để xem vì sao, gửi lại ngay nếu đã sửa."))


def _index_state(waiting: int) -> State:
    name = _("Chỉ mục tìm kiếm")
    if not waiting:
        return State(name, "good", _("Mọi thư đã vào chỉ mục."))
    text = _("%(n)s thư chờ vào chỉ mục.", n=words.count(waiting))
    if waiting < _BACKLOG:
        return State(name, "good", text, _("Tìm vẫn ra đủ; máy làm nốt khi rảnh."))
    return State(name, "warn", text, _("Tìm vẫn ra đủ nhưng chậm. Nếu số này không giảm, xem Lỗi gần đây."))


# ---- the machine ---------------------------------------------------------------------------------------------------
def _disk_state(free: int, total: int) -> State:
    text = _("Còn trống %(free)s trên %(total)s.", free=words.size(free), total=words.size(total))
    if free / total >= _LOW:
        return State(_("Đĩa"), "good", text)
    return State(_("Đĩa"), "stamp", text, _("Dọn hoặc thêm đĩa ngay: khi đầy, máy chủ hoãn nhận thư mới."))


def _database_state(size: int) -> State:
    text = _("%(size)s, chưa kể thư lớn nằm ở tệp riêng.", size=words.size(size))
    return State(_("Cơ sở dữ liệu"), "good", text, _("Kiểm tra toàn vẹn: mailsvc verify, mỗi tuần một lần."))


def _certificate_state(days: int | None) -> State:
    name = _("Chứng thư TLS")
    if days is None:
        return State(
            name, "warn", _("Đang dùng chứng thư tự ký."), _("Đặt chứng thư thật ở [tls] để điện thoại không cảnh báo.")
        )
    colour = "good" if days > 21 else "warn" if days > 7 else "stamp"
    advice = "" if days > 21 else _("Gia hạn chứng thư trước khi hết hạn.")
    return State(name, colour, _("Còn hiệu lực %(n)s ngày.", n=days), advice)


def _backup_state(backup: Backup, warn_hours: int, now_ms: int) -> State:
    name = _("Bản sao lưu")
    if not backup.folder:
        advice = _("Mỗi đêm chép thư mục dữ liệu (và PostgreSQL nếu dùng) sang máy khác, rồi đặt [backup] folder.")
        return State(name, "stamp", _("Chưa có bản sao lưu nào được biết tới."), advice)
    if backup.newest_ms is None:
        text = _("Chưa có bản sao lưu: thư mục %(folder)s trống hoặc không đọc được.", folder=backup.folder)
        return State(name, "stamp", text, _("Xem việc sao lưu có chạy không, dịch vụ có quyền đọc thư mục ấy không."))
    hours = max(0, (now_ms - backup.newest_ms) // _HOUR_MS)
    text = _("Bản mới nhất cách đây %(age)s.", age=_age(hours))
    if hours < warn_hours:
        return State(name, "good", text, _("Tuổi của tệp không nói bản sao dùng được: mỗi quý khôi phục thử một lần."))
    return State(name, "warn", text, _("Lẽ ra mới hơn %(n)s giờ: xem việc sao lưu vì sao không chạy.", n=warn_hours))


def _age(hours: int) -> str:
    if hours < 2 * _DAY_HOURS:
        return _("%(n)s giờ", n=hours)
    return _("%(n)s ngày", n=hours // _DAY_HOURS)


def _ticks_state(ticks: Sequence[Tick], now_ms: int) -> State:
    name = _("Việc tự chạy theo giờ")
    if not ticks:
        return State(name, UNKNOWN, _("Chưa biết: tiến trình này không chạy việc nào theo giờ."))
    lines = tuple((_(_TICKS.get(one.name, one.name)), _round(one, now_ms)) for one in ticks)
    late = [one for one in ticks if one.is_late(now_ms)]
    failed = [one for one in ticks if one.failed]
    if late:
        text = _("%(n)s việc trễ giờ.", n=len(late))
        return State(name, "warn", text, _("Xem Lỗi gần đây; khởi động lại dịch vụ nếu vẫn trễ."), lines)
    if failed:
        return State(name, "warn", _("%(n)s việc lần cuối bị lỗi.", n=len(failed)), _("Xem Lỗi gần đây."), lines)
    if all(one.last_ms is None for one in ticks):
        return State(name, "good", _("Dịch vụ vừa khởi động, chưa việc nào tới lượt."), "", lines)
    return State(name, "good", _("%(n)s việc chạy đúng giờ.", n=len(ticks)), "", lines)


def _round(one: Tick, now_ms: int) -> str:
    if one.last_ms is None:
        return _("trễ, chưa chạy lần nào") if one.is_late(now_ms) else _("chưa tới lượt")
    when = words.short_time(one.last_ms, now_ms)
    if one.is_late(now_ms):
        return _("trễ, lần cuối %(when)s", when=when)
    return _("lỗi lúc %(when)s", when=when) if one.failed else when


# ---- DNS -----------------------------------------------------------------------------------------------------------
def _record_state(one: Finding) -> RecordState:
    if one.state == "unknown":
        text = _("Máy chủ DNS không trả lời kịp; bấm “Hỏi lại” để thử lần nữa.")
        return RecordState(one.kind, UNKNOWN, _("Chưa biết"), text)
    if one.state == "right":
        return RecordState(one.kind, "good", _("Đúng"), _(_RIGHT[one.kind]))
    if one.state == "several":
        text = _("Có %(n)s bản ghi; chỉ được một, nơi nhận bỏ qua tất cả.", n=len(one.found))
        return RecordState(one.kind, "stamp", _("Thừa"), text, one.wanted)
    colour, text = _WRONG[one.kind, one.state]
    label = _("Thiếu") if one.state == "missing" else _("Khác")
    return RecordState(one.kind, colour, label, _(text, found=", ".join(one.found)), one.wanted)
