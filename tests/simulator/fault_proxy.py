"""What a world publishes, over real sockets and real TLS, with a fault before any host of it.

Every host that ends in `.example` leads here, at the usual port, as if it were public; the rest of
the way, names, certificates, HTTP and deadlines, is the real one.
"""

import random
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from authority import Authority
from raw_server import server

from verifier.fetching import fetch
from verifier.fetching.fetch import WebFetch

DEADLINE = 1.0
"""For a test of one of the `SLOW`."""
SLOW = ("latency", "drip")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def latency(connection: socket.socket, body: bytes) -> None:
    time.sleep(DEADLINE + 0.5)
    honest(connection, body)


def honest(connection: socket.socket, body: bytes) -> None:
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def reset(connection: socket.socket, body: bytes) -> None:
    connection.sendall(HEAD)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def truncation(connection: socket.socket, body: bytes) -> None:
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body[: len(body) // 2])


def unmarked_truncation(connection: socket.socket, body: bytes) -> None:
    """As a server does that says no length: where the body ends cannot be told from an end."""
    connection.sendall(HEAD + b"Connection: close\r\n\r\n" + body[: len(body) // 2])


def garbage(connection: socket.socket, body: bytes) -> None:
    connection.sendall(random.Random(22).randbytes(5000))


def garbled(connection: socket.socket, body: bytes) -> None:
    honest(connection, random.Random(22).randbytes(len(body)))


def drip(connection: socket.socket, body: bytes) -> None:
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body))
    for byte in body:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def answers(status: bytes, body: bytes) -> object:
    """Return a fault: every answer is this one."""
    return lambda connection, _: connection.sendall(
        b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)
    )


PAGE = b"<!DOCTYPE html><html><title>Log in to the network</title></html>"
FAULTS = {
    "latency": latency,
    "reset": reset,
    "truncation": truncation,
    "truncation without a length": unmarked_truncation,
    "garbage": garbage,
    "garbage in its place": garbled,
    "nothing": answers(b"200 OK", b""),
    "a page to log in": answers(b"200 OK", PAGE),
    "an apology in JSON": answers(b"200 OK", b'{"error":"down for maintenance"}'),
    "500": answers(b"500 Oh", PAGE),
    "503": answers(b"503 Later", b""),
    "429": answers(b"429 Too many", b""),
    "drip": drip,
    "a certificate of another": honest,
    "a certificate that has ended": honest,
    "nobody listening": honest,
    "no such name": honest,
}


class Web:
    """The web with its faults: `faults` maps a host to the name of one."""

    def __init__(self, documents: Mapping[str, object], port: int, authority: Authority) -> None:
        self.documents, self.port = documents, port
        self.faults: dict[str, str] = {}
        self.asked: list[str] = []
        self._hosts: list[str] = []
        self._authority = authority
        self._contexts: dict[tuple[str, str], ssl.SSLContext] = {}

    def fetch(self) -> WebFetch:
        """Return the `Fetch` of one verification."""
        return WebFetch()

    def context(self, connection: ssl.SSLSocket, host: str, _: ssl.SSLContext) -> None:
        """Choose the certificate: good for the host that is asked for, unless that is its fault."""
        fault = self.faults.get(host, "")
        if (host, fault) not in self._contexts:
            shown = "another.test" if fault == "a certificate of another" else host
            days = -1 if fault == "a certificate that has ended" else 1
            self._contexts[host, fault] = self._authority.server(shown, days=days)
        connection.context = self._contexts[host, fault]

    def answer(self, connection: socket.socket, request: bytes) -> None:
        """Answer as the host does, through its fault."""
        lines = request.decode("latin-1").split("\r\n")
        host = next(line[6:] for line in lines if line.lower().startswith("host: "))
        url = f"https://{host}{lines[0].split(' ')[1]}"
        self.asked.append(url)
        document = self.documents.get(url)
        if not isinstance(document, bytes):
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        FAULTS.get(self.faults.get(host, ""), honest)(connection, document)

    def address(self, host: str) -> str:
        """Return a stand-in for the address of a host."""
        if self.faults.get(host) == "no such name":
            raise socket.gaierror(-2, "Name or service not known")
        if host not in self._hosts:
            self._hosts.append(host)
        return f"127.1.0.{self._hosts.index(host) + 1}"

    def connect_to(self, address: str) -> tuple[str, int]:
        """Return where a stand-in really leads."""
        host = self._hosts[int(address.rpartition(".")[2]) - 1]
        if self.faults.get(host) == "nobody listening":
            raise ConnectionRefusedError(111, "Connection refused")
        return "127.0.0.1", self.port


@contextmanager
def web(documents: Mapping[str, object], folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Serve `documents`, bytes by URL, to whoever fetches while the block lasts."""
    authority = Authority(folder)
    tls = authority.server("unnamed.test")
    webs: list[Web] = []

    def answer(connection: socket.socket, request: bytes) -> None:
        webs[0].answer(connection, request)

    look_up, connect = socket.getaddrinfo, socket.create_connection

    def named(host: str, *arguments: object, **options: object) -> object:
        if isinstance(host, str) and host.endswith(".example"):
            host = webs[0].address(host)
        return look_up(host, *arguments, **options)

    def connected(address: tuple[str, int], *arguments: object, **options: object) -> object:
        if address[0].startswith("127.1.0.") and address[1] == 443:
            address = webs[0].connect_to(address[0])
        return connect(address, *arguments, **options)

    with server(answer, tls) as (port, _):
        webs.append(Web(documents, port, authority))
        tls.sni_callback = webs[0].context
        patch.setattr(socket, "getaddrinfo", named)
        patch.setattr(socket, "create_connection", connected)
        patch.setattr(fetch, "is_allowed", lambda address, loopback: not loopback)
        patch.setenv("SSL_CERT_FILE", str(authority.file))
        fetch._trusted.cache_clear()
        fetch._trusted()  # loads what would take a part of the first deadline
        try:
            yield webs[0]
        finally:
            fetch._trusted.cache_clear()
