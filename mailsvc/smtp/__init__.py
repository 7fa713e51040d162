"""The SMTP doors: MX (port 25), submission (465 and 587) and LMTP (24)."""
