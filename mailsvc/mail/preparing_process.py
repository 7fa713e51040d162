"""The second process that makes letters ready, see mailsvc/mail/preparing.py: `… FILE_DESCRIPTOR IDLE_SECONDS`.

Speaks in plain values (marshal): a list of messages in, a list of `letter.Packed` out.
"""

from __future__ import annotations

import marshal
import signal
import sys
from multiprocessing.connection import Connection

from mailsvc.mail.letter import packed
from mailsvc.mail.preparing import READY


def main() -> None:
    """Answer until the service closes its end or has had nothing to do for a while."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the service decides when it ends
    idle_seconds = float(sys.argv[2])
    with Connection(int(sys.argv[1])) as pipe:
        pipe.send_bytes(READY)
        try:
            while pipe.poll(idle_seconds):
                messages: list[bytes] = marshal.loads(pipe.recv_bytes())  # noqa: S302 - from the service itself
                pipe.send_bytes(marshal.dumps([packed(one) for one in messages]))
        except (EOFError, ConnectionError):
            pass


if __name__ == "__main__":
    main()
