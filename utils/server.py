"""Two habits of a server's process that cost time once TensorFlow is in it, ended. See also `ui/guards.py`."""

import ctypes
import gc
import os
import socket
from contextlib import suppress


def freeze() -> None:
    """Move everything alive out of the garbage collector's sight. Call once imports and the first models are done.

    TensorFlow leaves 365,000 objects; each full collection would walk them for 167 ms.
    """
    gc.collect()
    gc.freeze()


def let_go() -> None:
    """Free what nobody refers to any more, frozen objects among them, and hand the memory back to the system."""
    gc.unfreeze()
    freeze()
    with suppress(OSError, AttributeError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)


def answer_at_once() -> None:
    """Turn Nagle's algorithm off on the sockets this process listens on; connections inherit it.

    The socket that `streamlit run` opens leaves it on (its protocol number is 0, and asyncio turns it off for number 6
    only), so the body of every answer waits 40 ms for the other side's delayed acknowledgement of the head: a frame took
    52 ms in a kept-open connection and takes 12 without.

    Call in the server's lifespan: the socket is open by then, and nobody hands it to an application. Where a system has
    no `/dev/fd` nothing happens.
    """
    names = os.listdir("/dev/fd") if os.path.isdir("/dev/fd") else []
    for name in names:
        try:
            with socket.socket(fileno=os.dup(int(name))) as one:
                if one.type == socket.SOCK_STREAM and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            continue  # a file, a pipe, a socket of another kind
