"""What a reader is told about a letter that is perhaps not what it seems, and what to do then."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailsvc.http.visits import Visit
from mailsvc.message.addresses import addresses
from mailsvc.message.scan import Scan
from mailsvc.message.suspicion import Evidence, Suspicion, domain_of, suspicions
from mailsvc.store import acquaintance
from mailsvc.store.tx import Tx
from mailsvc.vietnamese.fold import fold
from webmail.i18n import N_, _
from webmail.opening import Contained, Placed

_RISKY = {"executable", "encrypted"}
_MACRO = re.compile(r"\.(?:doc|dot|xls|xlt|xla|ppt|pot)m$|\.(?:ppam|xlam|xll)$", re.IGNORECASE)
_WITH = re.compile(r"\bby (\S+) with (\S+) id ")
_WORDS = {
    "own-domain": N_(
        "Địa chỉ người gửi là của cơ quan (%(shown)s) nhưng thư lại từ máy chủ bên ngoài gửi đến, không qua đăng nhập."
    ),
    "look-alike": N_("Tên miền người gửi %(shown)s gần giống tên miền %(real)s của cơ quan nhưng không phải."),
    "strange-letters": N_("Tên miền người gửi %(shown)s viết bằng ký tự lạ trông như chữ thường (tên thật: %(real)s)."),
    "name-address": N_("Tên người gửi ghi địa chỉ %(shown)s, nhưng địa chỉ thật là %(real)s."),
    "name-house": N_("Tên người gửi “%(shown)s” mượn tên miền của cơ quan; địa chỉ thật là %(real)s ở bên ngoài."),
    "name-person": N_("Người gửi mang tên “%(shown)s” như người trong cơ quan, nhưng địa chỉ %(real)s ở bên ngoài."),
    "reply-elsewhere": N_("Thư gửi từ %(shown)s nhưng thư trả lời sẽ đến %(real)s, ở nơi khác."),
    "link-elsewhere": N_("Có liên kết ghi %(shown)s nhưng thật ra dẫn đến %(real)s."),
    "risky-file": N_("Người gửi %(real)s chưa từng gửi thư đến cơ quan, và gửi kèm tệp dễ chứa mã độc: %(shown)s."),
}
_ADVICE = {
    "reply-elsewhere": N_("Trước khi trả lời, hãy xem lại địa chỉ nhận; nếu nghi ngờ, gọi điện cho người gửi."),
    "link-elsewhere": N_("Đừng bấm và đừng nhập mật khẩu ở đó; hãy tự gõ địa chỉ quen dùng vào trình duyệt."),
    "risky-file": N_("Đừng mở tệp khi chưa hỏi lại người gửi qua điện thoại."),
}
_GENERAL = N_("Đừng làm theo thư khi chưa gọi hỏi lại người ấy theo số điện thoại đã biết; đừng cho mật khẩu.")
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Hint:
    """A sentence on what is wrong, and one on what to do."""

    text: str
    advice: str


def found(evidence: Evidence, links: tuple[tuple[str, str], ...]) -> tuple[Hint, ...]:
    """What there is to tell, in the language of the request; `links` are those of the HTML that lead elsewhere."""
    return tuple(_hint(one) for one in suspicions(replace(evidence, links=links)))


def _hint(one: Suspicion) -> Hint:
    text = _(_WORDS[one.kind], shown=one.shown[:_LONGEST], real=one.real[:_LONGEST])
    return Hint(text, _(_ADVICE.get(one.kind, _GENERAL)))


async def evidence(visit: Visit, opened: Placed, contained: Contained) -> Evidence:
    """What the office knows of the letter, links aside. Only letters that need it cost a look into the store."""
    scan, settings = contained.scan, visit.office.settings.organisation
    files = tuple((one.name, one.hazards) for one in contained.files)
    risky = any(_RISKY & {*hazards} or _MACRO.search(name) for name, hazards in files)
    outside = domain_of(scan.from_address) not in settings.domains
    asked = (scan.from_address, opened.line.content_id) if risky else ("", 0)
    known, named = await visit.office.db.read(_known, asked, scan.from_name if outside else "")
    return Evidence(
        from_name=scan.from_name,
        from_address=scan.from_address,
        own_domains=tuple(settings.domains),
        reply_to=_answers(scan),
        people=frozenset({fold(scan.from_name)} if named else ()),
        outside=_from_outside(scan, settings.host),
        known=known,
        bulk=bool(scan.auto.list_id or scan.auto.unsubscribe or scan.auto.precedence in ("bulk", "list")),
        files=files,
    )


def _known(tx: Tx, asked: tuple[str, int], name: str) -> tuple[bool, bool]:
    """Whether the address has written before, and whether somebody of the office has the name."""
    known = not asked[0] or acquaintance.has_written(tx, *asked)
    return known, bool(name) and acquaintance.is_called(tx, name)


def _answers(scan: Scan) -> tuple[str, ...]:
    for name, value in _fields(scan):
        if name == "reply-to":
            return tuple(one.mailbox for one in addresses(value.encode()) if one.mailbox)[:5]
    return ()


def _from_outside(scan: Scan, host: str) -> bool:
    """Whether the first Received field is ours and says that nobody had signed in: ESMTPA, ESMTPSA say it was so."""
    for name, value in _fields(scan):
        if name == "received":
            stamp = _WITH.search(" ".join(value.split()))
            word = stamp[2].upper() if stamp and stamp[1].lower() == host.lower() else "LMTP"
            return "LMTP" not in word and not word.endswith("A")
    return False


def _fields(scan: Scan) -> Sequence[tuple[str, str]]:
    lines = (line.partition(":") for line in scan.head_text.split("\n"))
    return [(name.strip().lower(), value.strip()) for name, _colon, value in lines]
