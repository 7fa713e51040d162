"""The HTTP door: server, sessions, protection of forms, headers and errors. What the pages show is in webmail/."""
