"""The process that handles input from strangers with C and Rust libraries, within limits of memory and files.

Reads calls from standard input and answers on standard output: two lengths, a JSON object, bytes.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
from typing import Any

HEAD = struct.Struct("!II")
READ_LIMIT = 256 * 1024 * 1024
MEMORY = 1024 * 1024 * 1024
OPEN_FILES = 32


def main() -> None:
    """Answer calls until standard input ends."""
    _confine()
    calls = sys.stdin.buffer
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while len(head := calls.read(HEAD.size)) == HEAD.size:
        call_size, payload_size = HEAD.unpack(head)
        call = json.loads(calls.read(call_size))
        about, data = _answer(call["task"], call["arguments"], calls.read(payload_size))
        text = json.dumps(about, ensure_ascii=False).encode("utf-8", "replace")
        answers.write(HEAD.pack(len(text), len(data)) + text)
        answers.write(data)
        answers.flush()


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def _answer(task: str, arguments: dict[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        if task == "clean":
            from mailsvc.http.cleaning import clean_letter

            text = payload.decode("utf-8", "replace")
            cleaned = clean_letter(text, arguments["pictures"], remote=bool(arguments.get("remote")))
            about = {name: getattr(cleaned, name) for name in ("remote", "trackers", "links", "height")}
            return about, cleaned.html.encode("utf-8", "replace")
        if task in ("quick-word", "quick-sheet"):
            from mailsvc.http.cleaning import clean_letter
            from mailsvc.http.quick_files import sheets_as_html, word_as_html

            made = word_as_html(payload) if task == "quick-word" else sheets_as_html(payload)
            return {}, clean_letter(made, {}).html.encode("utf-8", "replace")
        if task == "picture":
            from mailsvc.http.pictures import made_again

            return {}, made_again(payload, int(arguments["most"]), beacons=bool(arguments.get("beacons")))
        if task == "pages":
            from mailsvc.http.drawing import draw_pages

            drawn = draw_pages(payload, int(arguments["first"]), int(arguments["count"]))
            return {"total": drawn.total, "sizes": [len(one) for one in drawn.images]}, b"".join(drawn.images)
        if task == "word":
            from mailsvc.documents.extraction.docx import read_docx

            return {}, "\n".join(line.text for line in read_docx(payload).lines).encode("utf-8", "replace")
        if task == "quality":
            from mailsvc.documents.extraction.scan_quality import measure

            return measure(payload), b""
        if task == "compare":
            from mailsvc.documents.outgoing.compare import as_json, compare

            cut = int(arguments["cut"])
            rows = compare(payload[:cut].decode("utf-8", "replace"), payload[cut:].decode("utf-8", "replace"))
            return {}, json.dumps(as_json(rows), ensure_ascii=False).encode("utf-8", "replace")
        if task in ("book", "slip", "handling_slip", "report", "stamp", "copy_mark"):
            from mailsvc.reports.printing import printed

            return {}, printed(task, arguments, payload)
        return {"error": "unknown task"}, b""
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error)[:200]}"}, b""


if __name__ == "__main__":
    main()
