"""Where a sign-in or a form may lead next: local paths only."""

from __future__ import annotations

import re

_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_LONGEST = 2000


def local_path(text: str, otherwise: str = "/") -> str:
    """The text when it is a path on this host (with query), else `otherwise`.

    Two slashes or a backslash name another host to a browser, control characters are dropped by it; neither passes.
    """
    if len(text) > _LONGEST or _LOCAL.fullmatch(text) is None:
        return otherwise
    return text
