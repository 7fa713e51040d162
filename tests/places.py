"""Where the samples lie, and the hour that tests begin at."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MAILSVC_SHARED", REPOSITORY.parent / "shared"))
SAMPLES = SHARED / "samples"
NOON_MS = 1_795_496_400_000  # Tuesday, 24 November 2026, 12:00 at the office
