"""Units over time: added, renamed, moved, merged and dissolved from a day on. What was before keeps its name.

Each unit is a row for each time in which it was the same; rows of one code never overlap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from mailsvc.accounts import administering, unit_names
from mailsvc.accounts.people import check_address
from mailsvc.core.actor import Actor
from mailsvc.core.clock import YEARS
from mailsvc.core.errors import AlreadyThere, Invalid, NotFound, Phrase, Refused
from mailsvc.documents.rights.units import main_organisation
from mailsvc.mail import addresses
from mailsvc.store import audit, units
from mailsvc.store.tx import Tx
from mailsvc.store.units import Unit
from mailsvc.vietnamese.normal import nfc

KINDS = ("phong", "truong", "trung_tam", "so")
"""How the register and the directory tell units apart."""
LONGEST = {"name": 200, "notation": 40, "email": 254, "note": 500}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a unit for a time. `notation` is its abbreviation in numbers of documents (ký hiệu)."""

    name: str
    kind: str
    parent_code: str = ""
    notation: str = ""
    email: str = ""
    note: str = ""


def facts_of(unit: Unit) -> Facts:
    return Facts(**{name: getattr(unit, name) for name in Facts.__dataclass_fields__})


def add(tx: Tx, actor: Actor, domains: Sequence[str], code: str, new: Facts, day: str) -> Unit:
    """A unit that exists from that day on. Raises Refused, Invalid, AlreadyThere: a code is used for one unit only."""
    administering.require(tx, actor)
    code = code.strip()
    if not _CODE.fullmatch(code):
        raise Invalid("Mã đơn vị chỉ gồm chữ không dấu, số và . _ -, ví dụ “GDTH”.")
    known = next((one for one in units.everything(tx) if one.code.lower() == code.lower()), None)
    if known is not None:
        raise AlreadyThere("Mã “%(code)s” đã dùng cho “%(name)s”; xin chọn mã khác.", code=known.code, name=known.name)
    unit = _checked(tx, domains, Unit(code=code, valid_from=day, valid_to=None, **asdict(new)))
    units.put(tx, unit)
    _note(tx, actor, "unit.add", code, after=_told(unit))
    return unit


def change(tx: Tx, actor: Actor, domains: Sequence[str], code: str, new: Facts, day: str) -> Unit:
    """The unit is so from that day on; the row before ends the day before. Raises Refused, NotFound, Invalid."""
    administering.require(tx, actor)
    _require_day(day)
    before = _on(tx, code, day)
    if before.valid_from == day:
        raise Invalid("Từ ngày %(day)s đã có một dòng; xin sửa dòng ấy trong lịch sử.", day=shown(day))
    _require_last(tx, before)
    unit = _checked(tx, domains, Unit(code=code, valid_from=day, valid_to=before.valid_to, **asdict(new)))
    if facts_of(unit) == facts_of(before):
        raise Invalid("Không có gì khác trước; chưa ghi gì.")
    today = units.find(tx, code)
    units.change(tx, before.valid_from, replace(before, valid_to=_day_before(day)))
    units.put(tx, unit)
    _note(tx, actor, "unit.change", code, before=_told(before), after=_told(unit))
    unit_names.follow(tx, actor, today, units.find(tx, code))
    return unit


def dissolve(tx: Tx, actor: Actor, code: str, day: str, into: str = "") -> Unit:
    """There is no such unit from that day on; `into` is the unit it becomes part of, '' for none.

    What hangs on it stays and is to be moved (`accounts.unit_leavings`). Raises Refused, NotFound, Invalid.
    """
    administering.require(tx, actor)
    _require_day(day)
    if code == main_organisation(tx):
        raise Refused("Đây là cơ quan của hệ thống này; không giải thể hay sáp nhập được ở đây.")
    before = _on(tx, code, _day_before(day))
    _require_last(tx, before)
    below = [one.name for one in units.listing(tx, day) if one.parent_code == code]
    if below:
        raise Invalid(
            "Còn đơn vị trực thuộc: %(below)s. Xin chuyển các đơn vị ấy sang cấp trên khác, hoặc giải thể trước.",
            below=", ".join(below),
        )
    note = before.note
    if into:
        target = units.find(tx, into, day)
        if target is None or into == code:
            raise Invalid("Chưa chọn đúng đơn vị nhận; đơn vị ấy phải còn trong ngày %(day)s.", day=shown(day))
        note = "; ".join(part for part in (note, f"sáp nhập vào {target.name} ({into}) từ {shown(day)}") if part)
    ended = replace(before, valid_to=_day_before(day), note=note[: LONGEST["note"]])
    units.change(tx, before.valid_from, ended)
    _note(tx, actor, "unit.merge" if into else "unit.dissolve", code, before=_told(before), from_day=day, into=into)
    return ended


def correct(
    tx: Tx,
    actor: Actor,
    domains: Sequence[str],
    code: str,
    first_day: str,
    new: Facts,
    term: tuple[str, str | None],
    *,
    seen: str,
) -> Unit:
    """Put right what one row says, its days included; `seen`: the state of the row as it was shown. Raises Refused,
    NotFound, Invalid for days of another row, and when somebody else was faster."""
    administering.require(tx, actor)
    before = _row(tx, code, first_day)
    if before.state() != seen:
        raise Invalid("Người khác vừa sửa dòng này, nay là như ở trên; chưa ghi gì. Xin xem lại rồi lưu.")
    unit = _checked(tx, domains, Unit(code=code, valid_from=term[0], valid_to=term[1], **asdict(new)), before)
    if code == main_organisation(tx) and unit.valid_to is not None and before.valid_to is None:
        raise Refused("Đây là cơ quan của hệ thống này; không giải thể hay sáp nhập được ở đây.")
    today = units.find(tx, code)
    units.change(tx, first_day, unit)
    _note(tx, actor, "unit.correct", code, before=_told(before), after=_told(unit))
    unit_names.follow(tx, actor, today, units.find(tx, code))
    return unit


def take_back(tx: Tx, actor: Actor, code: str, first_day: str) -> Unit:
    """Take away the latest row, entered by mistake: the one before it holds on as long. Raises Refused, NotFound."""
    administering.require(tx, actor)
    rows = units.history(tx, code)
    wrong = _row(tx, code, first_day)
    if len(rows) < 2 or rows[-1] != wrong:
        raise Refused("Chỉ bỏ được thay đổi mới nhất, khi trước nó còn dòng khác; dòng này thì xin sửa.")
    again = replace(rows[-2], valid_to=wrong.valid_to)
    today = units.find(tx, code)
    units.remove(tx, code, first_day)
    units.change(tx, again.valid_from, again)
    _note(tx, actor, "unit.take_back", code, before=_told(wrong), after=_told(again))
    unit_names.follow(tx, actor, today, units.find(tx, code))
    return again


# ---- what is checked ----------------------------------------------------------------------------------------
def _checked(tx: Tx, domains: Sequence[str], unit: Unit, instead_of: Unit | None = None) -> Unit:
    """The row with blanks put right. `instead_of` is the one it replaces."""
    clean = replace(unit, **{name: " ".join(nfc(getattr(unit, name)).split()) for name in LONGEST})
    if not clean.name:
        raise Invalid("Thiếu tên đơn vị.")
    if any(len(getattr(clean, name)) > most for name, most in LONGEST.items()):
        raise Invalid("Có ô dài quá %(most)s ký tự.", most=max(LONGEST.values()))
    if clean.kind not in KINDS:
        raise Invalid("Chưa chọn loại đơn vị.")
    _require_days(clean)
    if instead_of is not None:
        _require_room(tx, clean, instead_of.valid_from)
    _require_parent(tx, clean)
    return replace(clean, email=_email(tx, domains, clean))


def require_time(tx: Tx, unit: Unit) -> None:
    """Raises Invalid for a row that is written already when its days are none, or meet those of another row."""
    _require_days(unit)
    _require_room(tx, unit, unit.valid_from)


def _require_days(unit: Unit) -> None:
    _require_day(unit.valid_from)
    if unit.valid_to is not None:
        _require_day(unit.valid_to)
        if unit.valid_to < unit.valid_from:
            raise Invalid("Ngày cuối phải sau hoặc bằng ngày đầu.")


def _require_room(tx: Tx, unit: Unit, first_day: str) -> None:
    """Raises Invalid when another row than the one from `first_day` on has one of the days."""
    end = unit.valid_to or "9999"
    for other in units.history(tx, unit.code):
        if other.valid_from == first_day:
            continue
        if other.valid_from <= end and unit.valid_from <= (other.valid_to or "9999"):
            raise Invalid(
                "Trùng thời gian với dòng “%(name)s” (%(days)s); mỗi ngày một đơn vị chỉ có một dòng.",
                name=other.name,
                days=_days(other),
            )


def _require_parent(tx: Tx, unit: Unit) -> None:
    """The unit above exists on the first day, and does not lie below this one."""
    if not unit.parent_code:
        return
    known = {one.code: one.parent_code for one in units.listing(tx, unit.valid_from)}
    if unit.parent_code not in known:
        raise Invalid(
            "Đơn vị cấp trên “%(parent)s” không có trong ngày %(day)s.",
            parent=unit.parent_code,
            day=shown(unit.valid_from),
        )
    at, seen = unit.parent_code, set[str]()
    while at and at not in seen:
        if at == unit.code:
            raise Invalid("Đơn vị cấp trên không được nằm dưới chính đơn vị này.")
        seen.add(at)
        at = known.get(at, "")


def _email(tx: Tx, domains: Sequence[str], unit: Unit) -> str:
    """The address in lower case, which no other unit has in that time."""
    if not unit.email:
        return ""
    local, at, domain = unit.email.lower().rpartition("@")
    if not at or domain in domains:
        email = check_address(unit.email if at else f"{unit.email}@{domains[0]}", domains)
    elif local and "." in domain and not re.search(r"[\s<>,;()]", unit.email):
        email = unit.email.lower()
    else:
        raise Invalid("Địa chỉ “%(address)s” không đúng.", address=unit.email)
    for other in units.listing(tx, unit.valid_from):
        if other.code != unit.code and other.email == email:
            raise AlreadyThere("Địa chỉ “%(address)s” đã là của “%(name)s”.", address=email, name=other.name)
    owner = addresses.find(tx, domains, email) if addresses.is_local(email, domains) else None
    if owner is not None and owner.kind == "unit" and owner.unit_code not in ("", unit.code):
        name = units.name(tx, owner.unit_code)
        raise AlreadyThere("Địa chỉ “%(address)s” đã là của “%(name)s”.", address=email, name=name)
    return email


def _on(tx: Tx, code: str, day: str) -> Unit:
    """The row of that day. Raises NotFound for no such unit, Invalid when it did not exist on that day."""
    found = units.find(tx, code, day)
    if found is not None:
        return found
    latest = units.latest(tx, code)
    if latest is None:
        raise NotFound("Không có đơn vị “%(code)s”.", code=code)
    raise Invalid("Ngày %(day)s không có đơn vị “%(name)s”.", day=shown(day), name=latest.name)


def _row(tx: Tx, code: str, first_day: str) -> Unit:
    found = next((one for one in units.history(tx, code) if one.valid_from == first_day), None)
    if found is None:
        raise NotFound("Không có dòng này nữa; xin tải lại trang.")
    return found


def _require_last(tx: Tx, row: Unit) -> None:
    """Raises Invalid when a later row is there: what comes after it would be another past."""
    later = [one for one in units.history(tx, row.code) if one.valid_from > row.valid_from]
    if later:
        raise Invalid(
            "Đã ghi thay đổi từ %(day)s (“%(name)s”); xin sửa hoặc bỏ dòng ấy trước.",
            day=shown(later[0].valid_from),
            name=later[0].name,
        )


def _require_day(day: str) -> None:
    try:
        year = date.fromisoformat(day).year
    except ValueError:
        year = 0
    if year not in YEARS:
        raise Invalid("“%(day)s” không phải là ngày; xin viết ngày/tháng/năm.", day=day)


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def shown(day: str) -> str:
    """An ISO day as people write it."""
    return f"{day[8:10]}/{day[5:7]}/{day[:4]}"


def _days(unit: Unit) -> Phrase:
    first, last = shown(unit.valid_from), shown(unit.valid_to) if unit.valid_to else ""
    return Phrase("từ %(first)s đến %(last)s", first=first, last=last) if last else Phrase("từ %(first)s", first=first)


def _told(unit: Unit) -> dict[str, str | None]:
    return {name: value for name, value in asdict(unit).items() if name != "code"}


def _note(tx: Tx, actor: Actor, act: str, code: str, **detail: object) -> None:
    audit.record(tx, actor, act, f"unit/{code}", **detail)
