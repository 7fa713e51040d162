"""Bounds of the HTTP door: sizes in bytes, times in seconds."""

from __future__ import annotations

HEAD_BYTES = 32 * 1024
"""Request line and header fields together."""
HEAD_FIELDS = 100
HEAD_SECONDS = 20.0
"""From the first octet of a request to the end of its header fields."""
BODY_BYTES = 1024 * 1024
"""A form without files."""
UPLOAD_BYTES = 32 * 1024 * 1024
"""A form with files, all of them together."""
UPLOAD_FILES = 20
BODY_SECONDS = 30.0
"""Between two pieces of a request body."""
SETUP_BYTES = 16 * 1024
"""A question of a mail program that sets itself up."""
FORM_FIELDS = 1000
KEEP_ALIVE_SECONDS = 60
CONNECTIONS = 2000
CONNECTIONS_PER_ADDRESS = 100
"""A browser opens six; loopback and trusted proxies are not counted."""
STOP_SECONDS = 1.5
"""What running requests are given when the service stops."""
