"""The grammar of IMAP: bytes in, frozen values out, and values to response bytes.

Nothing here touches a socket or the store.
"""
