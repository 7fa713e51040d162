"""`run_atheris.py TARGET CORPUS… -max_total_time=10 …`: libFuzzer on one target, until it finds something."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
with atheris.instrument_imports(include=["mailsvc"]):
    from tests.fuzz import session_rig, targets

if __name__ == "__main__":
    target = (targets.TARGETS | {"imap_session": session_rig.imap_session})[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
