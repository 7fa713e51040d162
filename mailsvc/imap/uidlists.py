"""One list of UIDs for all sessions that see a mailbox the same way: a thousand phones on 20,000 messages hold one.

The lists are never changed in place; who needs another makes it and shares it in turn. On the event loop only.
"""

from __future__ import annotations

from array import array
from weakref import WeakValueDictionary

_lists: WeakValueDictionary[tuple[int, int, int], array[int]] = WeakValueDictionary()


def share(mailbox_id: int, uids: array[int]) -> array[int]:
    """An equal list that another session of the mailbox holds already, or this one from now on."""
    key = (mailbox_id, len(uids), uids[-1] if uids else 0)
    known = _lists.get(key)
    if known is None:
        _lists[key] = uids
        return uids
    return known if known == uids else uids
