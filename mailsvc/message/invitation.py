"""Invitations that come by mail: one event of a text/calendar part read, and the answer to it written.

The part is data from strangers: its size and the number of its components are bounded before it is read, and every
text is cut (RFC 5545 §3.6.1, RFC 5546 §3.2, RFC 6047 §2.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from icalendar import Calendar, Component, Event, vCalAddress, vText

OCTETS = 256 * 1024
_COMPONENTS = 200
_PEOPLE = 200
_TEXT = 2000
OFFICE = timezone(timedelta(hours=7))
"""What a time without a zone is taken for."""
METHODS = frozenset({"REQUEST", "CANCEL", "REPLY", "PUBLISH", "COUNTER"})
ANSWERS = frozenset({"ACCEPTED", "DECLINED", "TENTATIVE"})


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody of the event. status: PARTSTAT in capitals, NEEDS-ACTION when nothing is said (RFC 5545 §3.2.12)."""

    name: str
    address: str
    status: str = "NEEDS-ACTION"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """The event that a letter is about.

    method: in capitals, one of METHODS. start_ms, end_ms: moments; of an event of whole days those of midnight in the
    office's zone, the end excluded. repeats: FREQ of the rule, '' for a single event; until_ms: its last day, None when
    it has none. single: whether it is about one occurrence of a series. source: the calendar object as it came.
    """

    method: str
    uid: str
    sequence: int
    summary: str
    location: str
    description: str
    start_ms: int
    end_ms: int
    whole_days: bool
    repeats: str
    until_ms: int | None
    single: bool
    organizer: Attendee | None
    attendees: tuple[Attendee, ...]
    cancelled: bool
    source: bytes

    def attendee(self, address: str) -> Attendee | None:
        """Who is invited with that address."""
        return next((one for one in self.attendees if one.address.lower() == address.lower()), None)


def read_invitation(data: bytes) -> Invitation | None:
    """The first event of the calendar object; None for what is none, or too much. Never raises for input."""
    if len(data) > OCTETS or data.upper().count(b"BEGIN:") > _COMPONENTS:
        return None
    try:
        calendar = Calendar.from_ical(data)
        event = next(iter(calendar.walk("VEVENT")), None)
        method = str(calendar.get("METHOD", "")).strip().upper()
        return _read(event, method, data) if event is not None and method in METHODS else None
    except Exception:  # the reader of the library raises what it likes for broken objects
        return None


def _read(event: Component, method: str, data: bytes) -> Invitation | None:
    begun = event.decoded("DTSTART", None)
    uid = str(event.get("UID", ""))[:_TEXT]
    if begun is None or not uid:
        return None
    start, whole = _moment(begun)
    rule = event.get("RRULE")
    until = (rule.get("UNTIL") or [None])[0] if rule else None
    people = _people(event.get("ATTENDEE"))
    organizer = next(iter(_people(event.get("ORGANIZER"))), None)
    return Invitation(
        method=method,
        uid=uid,
        sequence=int(event.get("SEQUENCE", 0)),
        summary=_text(event, "SUMMARY"),
        location=_text(event, "LOCATION"),
        description=_text(event, "DESCRIPTION"),
        start_ms=start,
        end_ms=_end(event, begun, start),
        whole_days=whole,
        repeats=str((rule.get("FREQ") or [""])[0]).upper() if rule else "",
        until_ms=_moment(until)[0] if until is not None else None,
        single="RECURRENCE-ID" in event,
        organizer=organizer,
        attendees=people,
        cancelled=method == "CANCEL" or str(event.get("STATUS", "")).upper() == "CANCELLED",
        source=data,
    )


def _end(event: Component, begun: date | datetime, start_ms: int) -> int:
    ended, lasts = event.decoded("DTEND", None), event.decoded("DURATION", None)
    if ended is not None:
        return max(_moment(ended)[0], start_ms)
    if isinstance(lasts, timedelta):
        return start_ms + max(0, int(lasts.total_seconds() * 1000))
    return start_ms if isinstance(begun, datetime) else start_ms + 86_400_000


def _moment(value: date | datetime) -> tuple[int, bool]:
    """(milliseconds since 1970, whether it is a day)."""
    whole = not isinstance(value, datetime)
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=OFFICE)
    return int(moment.timestamp() * 1000), whole


def _people(given: Any) -> tuple[Attendee, ...]:
    several: Iterable[Any] = given if isinstance(given, list) else [given] if given is not None else []
    return tuple(one for one in map(_person, list(several)[:_PEOPLE]) if one is not None)


def _person(given: Any) -> Attendee | None:
    address = str(given).strip()
    address = address[7:] if address.lower().startswith("mailto:") else address
    if "@" not in address or len(address) > 320 or any(c.isspace() or c in "<>,;" for c in address):
        return None
    parameters = getattr(given, "params", {})
    status = str(parameters.get("PARTSTAT", "NEEDS-ACTION")).upper()
    optional = str(parameters.get("ROLE", "")).upper() in ("OPT-PARTICIPANT", "NON-PARTICIPANT")
    return Attendee(str(parameters.get("CN", ""))[:200].strip(), address, status, optional)


def _text(event: Component, name: str) -> str:
    given = event.get(name, "")
    return str(given[0] if isinstance(given, list) and given else given)[:_TEXT].strip()


def write_answer(invitation: Invitation, who: Attendee, answer: str, now_ms: int) -> bytes:
    """The calendar object of an answer: METHOD:REPLY with the one attendee who answers (RFC 5546 §3.2.3).

    `answer` is one of ANSWERS. Raises ValueError for another one, or when nobody invited.
    """
    if answer not in ANSWERS or invitation.organizer is None:
        raise ValueError("nothing to answer")
    asked = next(iter(Calendar.from_ical(invitation.source).walk("VEVENT")))
    reply = Calendar()
    for name, value in (("VERSION", "2.0"), ("PRODID", "-//mailsvc//VI"), ("METHOD", "REPLY")):
        reply.add(name, value)
    event = Event()
    for name in ("UID", "SEQUENCE", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION"):
        if name in asked:
            event[name] = asked[name]
    event.add("DTSTAMP", datetime.fromtimestamp(now_ms / 1000, UTC))
    event["ORGANIZER"] = asked["ORGANIZER"]
    mine = vCalAddress(f"mailto:{who.address}")
    mine.params["PARTSTAT"] = vText(answer)
    if who.name:
        mine.params["CN"] = vText(who.name)
    event["ATTENDEE"] = mine
    reply.add_component(event)
    return bytes(reply.to_ical())
