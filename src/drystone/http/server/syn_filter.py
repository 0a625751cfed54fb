"""Lets a listening TCP socket take no new client while it finishes with the last ones.

There is no call for "stop listening but keep the queue": closing resets whoever the
kernel has let in since the last `accept`, and whoever is in the middle of the
handshake. A packet filter on the socket itself can do it: it drops each SYN, so
nobody new comes, and lets the third packet of a handshake pass, so those that had
begun arrive in the queue and are accepted. A client whose SYN was dropped sends it
again a second later, and is then refused by the closed port or let in by whoever
listens there next.

The filter stays with the socket, so every process that shares it is affected.

Sources: RFC 9293, section 3.1 (flags in the 14th byte of the header); socket(7),
SO_ATTACH_FILTER; Linux Documentation/networking/filter.rst. Needs no privilege.
"""

from __future__ import annotations

import socket
import struct
import sys
from array import array
from contextlib import suppress
from typing import Final

_SO_ATTACH_FILTER: Final = 26  # asm-generic/socket.h; Python has no name for it
_FLAGS_OFFSET: Final = 13
_SYN: Final = 0x02
_DROP: Final = 0
_KEEP: Final = 0xFFFF_FFFF

# Each instruction: operation, jump if true, jump if false, operand.
_PROGRAM: Final = (
    (0x30, 0, 0, _FLAGS_OFFSET),  # load the byte of flags
    (0x45, 0, 1, _SYN),  # is SYN set? else jump over one
    (0x06, 0, 0, _DROP),  # return: keep no byte
    (0x06, 0, 0, _KEEP),  # return: keep all
)


def drop_new_handshakes(listening: socket.socket) -> bool:
    """Attach the filter; tell whether the kernel took it."""
    if not sys.platform.startswith("linux"):
        return False
    code = array("B", b"".join(struct.pack("=HBBI", *instruction) for instruction in _PROGRAM))
    address, _ = code.buffer_info()
    with suppress(OSError):
        # struct sock_fprog: a count and a pointer; the kernel copies what it points to.
        program = struct.pack("@HP", len(_PROGRAM), address)
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
        return True
    return False
