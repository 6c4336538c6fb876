"""A port for a server that a test starts."""

import random
import socket
from contextlib import suppress


def free_port() -> int:
    """Return a port of this machine that nobody listens on.

    It is below those that systems take for connections to elsewhere, of which one would otherwise
    have it before the server does.
    """
    for port in random.SystemRandom().sample(range(10_000, 32_000), 100):
        with suppress(OSError), socket.socket() as free:
            free.bind(("127.0.0.1", port))
            return port
    raise OSError("a hundred ports in a row are taken")
