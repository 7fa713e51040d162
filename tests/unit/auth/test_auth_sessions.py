"""Session values."""

from __future__ import annotations

from mailsvc.auth.sessions import (
    SessionRules,
    csrf_fits,
    csrf_token,
    is_live,
    new_token,
    open_session,
    token_hash,
    wants_touch,
)

NOW_MS = 1_800_000_000_000
RULES = SessionRules(idle_ms=1_000, whole_ms=5_000, touch_ms=100)


def test_token_is_not_in_what_is_stored() -> None:
    token, session = open_session(7, NOW_MS)
    assert session.token_hash == token_hash(token)
    assert len(session.token_hash) == 32
    assert token not in repr(session)
    assert open_session(7, NOW_MS)[0] != token
    assert len(new_token()) == 43


def test_session_ends_idle_and_by_age() -> None:
    _, session = open_session(7, NOW_MS)
    assert is_live(session, NOW_MS + 999, RULES)
    assert not is_live(session, NOW_MS + 1_000, RULES)
    busy = type(session)(session.token_hash, 7, NOW_MS, NOW_MS + 4_900)
    assert is_live(busy, NOW_MS + 4_999, RULES)
    assert not is_live(busy, NOW_MS + 5_000, RULES)


def test_seen_is_not_written_at_every_request() -> None:
    _, session = open_session(7, NOW_MS)
    assert not wants_touch(session, NOW_MS + 99, RULES)
    assert wants_touch(session, NOW_MS + 100, RULES)


def test_csrf_token_belongs_to_one_session() -> None:
    first, second = new_token(), new_token()
    assert csrf_fits(first, csrf_token(first))
    assert not csrf_fits(first, csrf_token(second))
    assert not csrf_fits(first, "")
    assert not csrf_fits(first, "\udce9ộ")
    assert not csrf_fits("\udce9", csrf_token(first))
