"""The reading process: files in, JSON out, over its own stdin and stdout. It may be killed at any moment.

Request: 4 bytes length and JSON {"size": n, "seconds": s}, then n bytes of the file. Answer: 4 bytes length and JSON.
Not imported by the service; started by worker.py as `python -m mailsvc.documents.extraction.child`.
"""

import ctypes
import json
import os
import resource
import struct
import sys
from typing import BinaryIO

from .reading import FILE_LIMIT, read_file

MEMORY = 1024 * 1024 * 1024  # bytes of address space
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000  # unshare(2)


def confine() -> None:
    """No cores, no files written, little memory, few descriptors, and no network where the kernel lets us leave it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NET)  # refused on hardened kernels: then the unit file must forbid it


def allow(seconds: float) -> None:
    """CPU time for the next file; the kernel ends the process beyond it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + max(seconds, 1.0)) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Answers until the other side closes."""
    while len(head := source.read(4)) == 4:
        request = json.loads(source.read(struct.unpack(">I", head)[0]))
        data = source.read(min(int(request["size"]), FILE_LIMIT))
        allow(float(request["seconds"]))
        try:
            answer = read_file(data).to_dict()
        except Exception as error:  # whatever a hostile file provokes is an answer, not the end of the child
            answer = {"error": type(error).__name__}
        packed = json.dumps(answer, ensure_ascii=False).encode()
        target.write(struct.pack(">I", len(packed)) + packed)
        target.flush()


def main() -> None:
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not reach the answers
    from . import docx, pdf  # noqa: F401  loaded once, before memory is limited

    confine()
    serve(source, target)


if __name__ == "__main__":
    main()
