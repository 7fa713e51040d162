"""How a command that succeeded is answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """The tagged OK: its text ('' for a standard one) and response code without brackets."""

    text: str = ""
    code: str = ""


DONE = Done()
