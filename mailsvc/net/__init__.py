"""The only rooms that listen or dial out: TLS, listeners, bounded connections, DNS."""
