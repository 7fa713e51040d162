"""Lines of a history in English. What is stored stays Vietnamese: a line is recognised by the sentence it begins with,
and what people wrote themselves in it is left as they wrote it.

In the sentences, `name` and `people` stand for names, `text` for somebody's own words, `word` for a word of the house
(config/), `changes` for fields that were changed, `decision` for a direction with its receivers; the others have no
blanks in them.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from mailsvc.documents.labels import labels
from mailsvc.documents.outgoing.fields import NAMES_SHOWN
from mailsvc.documents.outgoing.words import words as outgoing_words
from mailsvc.documents.routing.rules import rules
from mailsvc.documents.tasks.words import words as task_words
from webmail.i18n import N_, V_, VIETNAMESE, _, house_word, language

_LONGEST = 4000
SENTENCES = (
    # incoming documents
    N_("Nhận bản giấy."),
    N_("Nhận thư của %(name)s: “%(text)s” (%(word)s)."),
    N_("Vào sổ văn bản đến, số đến %(number)s."),
    N_("Đang xử lý, %(percent)s %%."),
    N_("Bắt đầu xử lý."),
    N_("Báo cáo: %(text)s"),
    N_("Ý kiến: %(word)s."),
    N_("Ý kiến: %(text)s"),
    N_("Trả lại báo cáo: %(text)s"),
    N_("Lấy lại báo cáo để xử lý tiếp."),
    N_("Lấy lại dự thảo khi lãnh đạo đơn vị chưa mở."),
    N_("Lấy lại dự thảo khi Văn phòng chưa mở."),
    N_("Lấy lại việc bỏ dự thảo."),
    N_("Lấy lại việc trả lại người soạn thảo."),
    N_("Lấy lại chỉ đạo khi chưa ai đọc."),
    N_("Lấy lại việc chuyển khi chưa ai đọc."),
    N_("Lấy lại việc giao khi chưa ai đọc."),
    N_("Lấy lại việc chuyển tiếp khi chưa ai đọc."),
    N_("Lấy lại việc giao lại khi chưa ai đọc."),
    N_("Lấy lại việc lưu để biết."),
    N_("Lấy lại việc kết thúc."),
    N_("Lấy lại việc trả lại người giao."),
    N_("Lấy lại việc trả lại báo cáo."),
    N_("Lấy lại việc đã xem."),
    N_("Lấy lại tiến độ vừa ghi."),
    N_("Lấy lại việc gia hạn."),
    N_("Lấy lại việc ghi bản giấy."),
    N_("Lấy lại việc mở lại."),
    N_("Lấy lại câu trả lời đề nghị."),
    N_("Lấy lại việc từ chối."),
    N_("Đã xem việc trả lại."),
    N_("%(word)s lượt của %(name)s."),
    N_("Xin gia hạn đến %(day)s: %(text)s"),
    N_("Đề nghị lấy lại lượt chuyển: %(text)s"),
    N_("Xin kết thúc không cần văn bản trả lời: %(text)s"),
    N_("Đồng ý %(word)s đến %(day)s."),
    N_("Không đồng ý %(word)s đến %(day)s."),
    N_("Đồng ý %(word)s."),
    N_("Không đồng ý %(word)s."),
    N_("Gia hạn cho %(name)s đến %(day)s."),
    N_("Kết thúc lượt của %(name)s."),
    N_("Kết thúc văn bản (có văn bản xử lý kèm theo)."),
    N_("Kết thúc văn bản (lãnh đạo đồng ý không cần trả lời)."),
    N_("Kết thúc văn bản (phối hợp xong)."),
    N_("Mở lại văn bản: %(text)s"),
    N_("Lưu để biết. %(decision)s"),
    N_("Hai người có trách nhiệm quyết định: không phải bí mật, cho đi tiếp."),
    N_("Hai người có trách nhiệm quyết định: gỡ khỏi hệ thống."),
    N_("Đôn đốc."),
    N_("Đề nghị tiêu hủy nội dung; từ lúc này không ai mở được."),
    N_("Đồng ý tiêu hủy: nội dung tệp không còn."),
    N_("Không đồng ý tiêu hủy."),
    N_("Tệp có thể mang dấu độ mật (%(text)s); xin kiểm tra ngay."),
    N_("Tạm giữ vì có dấu hiệu bí mật nhà nước; hai người đã được báo."),
    # outgoing documents
    N_("Bắt đầu dự thảo %(number)s."),
    N_("Phiên bản %(number)s: bỏ bớt tệp."),
    N_("Phiên bản %(number)s: %(text)s"),
    N_("Dự thảo đã sửa sau khi duyệt: phải kiểm tra lại thể thức và trình người ký lại."),
    N_("Dự thảo đã sửa sau khi duyệt: phải trình lại lãnh đạo đơn vị và người ký."),
    N_("Trình lãnh đạo đơn vị duyệt nội dung."),
    N_("Duyệt nội dung."),
    N_("Chuyển Văn phòng kiểm tra thể thức."),
    N_("Thể thức đạt; trình lãnh đạo ký."),
    N_("Ký phiên bản %(number)s."),
    N_("Trả lại ở bước “%(word)s”."),
    N_("Lấy ý kiến %(people)s, hạn %(day)s."),
    N_("Lấy ý kiến %(people)s."),
    N_("Trình lấy số; tệp Word đã gửi văn thư."),
    N_("Cấp số %(code)s, ngày %(day)s (số chen, lý do: %(text)s)."),
    N_("Cấp số %(code)s, ngày %(day)s."),
    N_("Hủy số %(code)s."),
    N_("Đưa bản ký/scan: %(text)s"),
    N_("Bỏ dự thảo."),
    N_("Phát hành đến %(count)s nơi nhận."),
    N_("Nhắc %(count)s nơi nhận chưa mở."),
    N_("%(word)s văn bản %(text)s"),
    N_("Đính chính bởi %(text)s"),
    N_("Thay thế bởi %(text)s"),
    N_("Sửa đổi, bổ sung bởi %(text)s"),
    N_("Bãi bỏ bởi %(text)s"),
    N_("Thu hồi bởi %(text)s"),
    N_("Thu hồi."),
    N_("%(word)s %(count)s bản, số %(code)s."),
    N_("Trình ký bản giấy (văn bản chính)."),
    N_("Duyệt thể thức bản giấy."),
    N_("Bản giấy: %(word)s: %(text)s"),
    N_("Bản giấy: %(word)s."),
    # tasks
    N_("Giao việc cho %(people)s."),
    N_("Đã nhận việc."),
    N_("Từ chối."),
    N_("Đang làm, %(percent)s %%."),
    N_("Trả lại để làm tiếp."),
    N_("Kết thúc: %(word)s."),
    N_("Vẫn giao: %(text)s"),
    N_("Bổ sung: %(text)s"),
    N_("Rút lại."),
    N_("Rút lại việc vừa giao khi chưa ai mở."),
    N_("Xin gia hạn đến %(day)s."),
    N_("Đồng ý gia hạn đến %(day)s."),
    N_("Không đồng ý gia hạn."),
    N_("Kiến nghị không tính trễ."),
    N_("Chấp nhận kiến nghị."),
    N_("Không chấp nhận kiến nghị."),
    # where nothing nearer fits
    N_("Sửa %(changes)s."),
    N_("%(name)s trả lại người giao: %(text)s"),
    N_("%(name)s: %(decision)s"),
    N_("%(decision)s"),
    N_("%(word)s (%(text)s)."),
    N_("%(word)s."),
)
_NAME = re.compile(r"%\((\w+)\)s")
_CHANGE = re.compile(V_(r"(^|; )([^:“”;]{1,80}): (“.*?”) thành (“.*?”)(?=; |$)"), re.DOTALL)
_DUE = re.compile(V_(r" \(hạn (\d\d/\d\d/\d{4})\)"))


def retold(line: str) -> str:
    """The line in the language of the request; as it stands when no sentence of the house is recognised."""
    if language() == VIETNAMESE or len(line) > _LONGEST:
        return line
    return _english(line)


@lru_cache(maxsize=4096)
def _english(line: str) -> str:
    for sentence, pattern in _patterns():
        found = pattern.fullmatch(line)
        if found is not None:
            values = {name: _value(name, text) for name, text in found.groupdict().items() if name != "tail"}
            return f"{_(sentence, **values) if values else _(sentence)}{_tail(found['tail'])}"
    return line


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each sentence with what recognises it, and whatever somebody added behind it as `tail`."""
    return tuple((one, re.compile(_pattern(one) + r"(?P<tail>(?: .*)?)", re.DOTALL)) for one in SENTENCES)


def _pattern(sentence: str) -> str:
    pieces = _NAME.split(sentence)  # text, name, text, name … text
    made = [re.escape(text.replace("%%", "%")) for text in pieces]
    made[1::2] = [f"(?P<{name}>{_shape(name)})" for name in pieces[1::2]]
    return "".join(made)


def _shape(name: str) -> str:
    known = "|".join(re.escape(one) for one in sorted(_house(), key=len, reverse=True))
    shapes = {
        "name": r"[^“”:\n]{1,300}?",
        "people": r"[^“”:\n]{1,2000}?",
        "text": r".*?",
        "changes": r".*”",
        "word": known,
        "decision": rf"(?:{'|'.join(map(re.escape, rules().words.kinds.values()))})(?:: “.*”)?\..*",
    }
    return shapes.get(name, r"\S+?")


@cache
def _house() -> dict[str, str]:
    """Every word of the house as a sentence may have it, to how it is written in config/."""
    routing, tasks, going = rules().words, task_words(), outgoing_words()
    tables = [
        routing.states, routing.lines, routing.roles, routing.requests, routing.paper, tasks.roles, tasks.grades,
        going.states, going.steps, going.opinions, going.paper, going.relations, going.copies, labels().channels,
    ]  # fmt: skip
    every = [one for table in tables for one in table.values()]
    return {one.lower(): one for one in every} | {one: one for one in every}


def _value(name: str, text: str) -> str:
    if name == "word":
        said = house_word(_house()[text])
        return said if text[:1].isupper() else said[:1].lower() + said[1:]
    if name == "changes":
        return _CHANGE.sub(_change, text)
    if name == "people":
        return _roles_said(text)
    return _decision(text) if name == "decision" else text


def _change(found: re.Match[str]) -> str:
    between, field, before, after = found.groups()
    known = {*labels().fields.values(), *map(str, NAMES_SHOWN.values())}
    values = {"between": between, "field": house_word(field) if field in known else field}
    return _("%(between)s%(field)s: %(before)s thành %(after)s", **values, before=before, after=after)


def _decision(text: str) -> str:
    """`Bút phê: “…”. Chủ trì: A (hạn 30/11/2026). Phối hợp: B, C.` with its kind, roles and days in English."""
    words = rules().words
    kinds, roles = ("|".join(map(re.escape, table.values())) for table in (words.kinds, words.roles))
    found = re.fullmatch(rf"({kinds})((?:: “.*”)?\.)(.*)", text, re.DOTALL)
    if found is None:
        return text
    kind, said, receivers = found.groups()
    receivers = re.sub(rf" ({roles}): ", lambda one: f" {house_word(one[1])}: ", receivers)
    receivers = _DUE.sub(lambda one: _(" (hạn %(day)s)", day=one[1]), receivers)
    return f"{house_word(kind)}{said}{receivers}"


def _roles_said(people: str) -> str:
    """`An (chủ trì), Bình (phối hợp)`"""
    named = "|".join(re.escape(one.lower()) for one in task_words().roles.values())
    return re.sub(rf"\(({named})\)", lambda one: f"({_value('word', one[1])})", people)


def _tail(text: str) -> str:
    """What somebody added in his own words; only the word for a reason is the house's."""
    mark = V_(" Lý do: ")
    return _(" Lý do: %(text)s", text=text[len(mark) :]) if text.startswith(mark) else text
