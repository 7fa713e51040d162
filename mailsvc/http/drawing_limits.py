"""Bounds of page pictures, known to both sides of the pipe."""

from __future__ import annotations

WIDTH = 1100
"""Pixels across a page; A4 then has about 133 dots per inch."""
PIXELS = 6_000_000
PAGES = 4
"""Pages drawn in one call at most."""
