"""Who is speaking: passwords, SASL machines, throttle, session values. No SQL and no sockets here."""
