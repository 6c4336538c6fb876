"""A site that takes every connection and never says a word, and servers that may ask it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

WAITING = 64
"""Connections that the system takes while nobody accepts them."""


@contextmanager
def silent_site() -> Iterator[int]:
    """Give the port of the site, on this machine."""
    with socket.socket() as site:
        site.bind(("127.0.0.1", 0))
        site.listen(WAITING)
        yield site.getsockname()[1]


def find_every_name_here() -> None:
    """Let every name lead to this machine, though it is not public; all else stays as it is."""
    from verifier.fetching import fetch

    fetch._look_up = lambda url, host, port, until: ["127.0.0.1"]
    fetch.is_allowed = lambda address, loopback: True


def issuer_app():
    """Return the issuer's application as gunicorn starts it, for which every name is here."""
    from issuer.app import create_app_from_environment

    find_every_name_here()
    return create_app_from_environment()
