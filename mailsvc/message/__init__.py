"""Internet messages as values: bytes in, frozen values out; nothing here touches a socket, a file or a clock."""
