"""What follows from a reply, decided without a clock of its own; reports hold whatever is in the letter."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsvc.core import settings as settings_module
from mailsvc.mail.bounce import About, wants
from mailsvc.mail.reply import said
from mailsvc.mail.settle import HOUR_MS, MINUTE_MS, Answer, judge
from mailsvc.store.queue import Row

SETTINGS = settings_module.load(environ={}, queue={"retry_minutes": [1, 5], "warn_hours": 4, "expire_hours": 10})
NOON = 1_795_496_400_000
ROW = Row(7, 1, "an@here.example", "ai@x.example", "x.example", NOON, 0, "", "", "", "", 0, 0, 1, 0)
ABOUT = About("an@here.example", "Báo cáo", "<1@here>", NOON, b"Subject: x\r\n\r\nx\r\n", 12)
LATER, NEVER, TAKEN = said(451, "4.0.0", "later"), said(550, "5.1.1", "never"), said(250, "2.0.0", "taken")


def fate(row: Row, reply: Any, after_ms: int = 0, reports_on: bool = True) -> tuple[str, int, str | None]:
    """(state, minutes until the next attempt, what is told)."""
    now_ms = NOON + after_ms
    (found,) = judge(SETTINGS, ABOUT, [Answer(row, reply, "mx", reports_on)], now_ms).fates
    return found.state, max(0, found.again_ms - now_ms) // MINUTE_MS, found.told


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 5), (2, 5), (90, 5)])
def test_pauses(attempts: int, minutes: int) -> None:
    assert fate(replace(ROW, attempts=attempts), LATER) == ("waiting", minutes, None)


def test_an_attempt_when_the_delay_is_due_and_when_time_is_over() -> None:
    row = replace(ROW, attempts=5)
    assert fate(row, LATER, 4 * HOUR_MS - MINUTE_MS) == ("waiting", 1, None)
    assert fate(row, LATER, 4 * HOUR_MS) == ("waiting", 5, "delayed")
    assert fate(replace(row, delay_told=1), LATER, 5 * HOUR_MS) == ("waiting", 5, None)
    assert fate(row, LATER, 10 * HOUR_MS - 2 * MINUTE_MS)[1] == 2
    assert fate(row, LATER, 10 * HOUR_MS) == ("failed", 0, "failed")


@pytest.mark.parametrize("after_ms", [0, 5 * HOUR_MS, 11 * HOUR_MS])
@pytest.mark.parametrize("reply", [LATER, NEVER, TAKEN])
@pytest.mark.parametrize("change", [{"sender": ""}, {"notify": "NEVER"}])
def test_never_told(after_ms: int, reply: Any, change: dict[str, str]) -> None:
    assert fate(replace(ROW, **change), reply, after_ms, reports_on=False)[2] is None


def test_success_is_told_only_when_asked_and_nobody_else_will() -> None:
    asked = replace(ROW, notify="SUCCESS,DELAY")
    assert fate(asked, TAKEN, reports_on=False)[2] == "relayed"
    assert fate(asked, TAKEN)[2] is None
    assert fate(ROW, TAKEN, reports_on=False)[2] is None
    assert not wants(["SUCCESS"], "FAILURE") and wants([], "DELAY") and not wants([], "SUCCESS")


def test_one_report_for_all_of_the_same_fate() -> None:
    answers = [Answer(replace(ROW, id=number, recipient=f"n{number}@x.example"), NEVER, "mx") for number in range(3)]
    verdict = judge(SETTINGS, ABOUT, [*answers, Answer(replace(ROW, id=9), TAKEN, "mx")], NOON)
    ((ids, _),) = verdict.reports
    assert ids == {0, 1, 2}


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=200, deadline=None)
@given(ANY, ANY, ANY, ANY, st.binary(max_size=80), st.sampled_from(["", "FULL"]))
def test_any_letter_can_be_reported(
    subject: str, message_id: str, recipient: str, reply: str, header: bytes, ret: str
) -> None:
    about = replace(ABOUT, subject=subject, message_id=message_id, data=header, header_end=len(header), ret=ret)
    row = replace(ROW, recipient=recipient or "x", orcpt=f"rfc822;{recipient}", envid="a b")
    ((_, report),) = judge(SETTINGS, about, [Answer(row, said(550, "5.1.1", reply), "mx")], NOON).reports
    data = bytes(report.data[:])
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert message["To"] == "an@here.example" and message.get_content_type() == "multipart/report"
    part: Any = list(message.iter_parts())[1]  # type: ignore[attr-defined]
    assert part.get_payload()[1]["Status"] == "5.1.1"
    assert b"\n" not in data.replace(b"\r\n", b"")[: report.scan.header_end]
