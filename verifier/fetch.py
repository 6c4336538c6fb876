"""The one file that opens sockets. Everyone else is handed a `Fetch`.

Every address comes from an untrusted credential, so (T20, T22): https on port 443 only; the
host is resolved once, every address it has must be public, and the connection goes to the
address that was checked; no redirect leaves the origin; a total deadline that a slow sender
cannot stretch; a byte cap; no content encoding; a budget of fetches for each verification.
"""

import ipaddress
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

MAX_FETCHES = 8
"""An honest credential needs three: the issuer's document, a status list, a refresh."""
DEADLINE_SECONDS = 8.0
"""For one fetch, redirects and all."""
TOTAL_SECONDS = 20.0
"""For all fetches of one verification: eight slow hosts do not make it a minute."""
MAX_REDIRECTS = 3
_USER_AGENT = b"mintmark-verify"

_UNICAST_6 = ipaddress.ip_network("2000::/3")
"""All that is handed out of IPv6. Outside it are translators to IPv4 (`64:ff9b::/96`,
`::a.b.c.d`), site-local and unassigned ranges, some of which Python calls global."""
# Not public, but not all known as such to Python's own tables: addresses that lead through
# a translator to private ones, and ranges set aside for documentation and benchmarks.
_BLOCKED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "2002::/16", "2001::/23", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back from a URL: the body, its media type without parameters, the URL asked."""

    url: str
    body: bytes
    media_type: str = ""


class FetchError(Exception):
    """The URL could not be had. `code` says why in a word; nothing is concluded from it."""

    def __init__(self, code: str, url: str, detail: str = "") -> None:
        super().__init__(f"{url}: {detail or code}")
        self.code = code
        self.url = url
        self.detail = detail


class Fetch(Protocol):
    """Fetch `url`, or raise `FetchError`. The world as a verification is allowed to see it."""

    def __call__(self, url: str, *, accept: str, max_bytes: int) -> Fetched:
        """Return at most `max_bytes` of the resource at `url`."""


def offline(url: str, *, accept: str, max_bytes: int) -> Fetched:
    """Refuse every URL: the `Fetch` of `--offline`."""
    raise FetchError("offline", url)


class WebFetch:
    """The `Fetch` of one verification: at most `MAX_FETCHES`, each URL once.

    `unsafe_loopback_http` also lets http through to the host `localhost`, any port, for trying
    things out on one machine.
    """

    def __init__(self, *, unsafe_loopback_http: bool = False) -> None:
        self._loopback = unsafe_loopback_http
        self._kept: dict[str, Fetched | FetchError] = {}
        self._ends: float | None = None

    def __call__(self, url: str, *, accept: str, max_bytes: int) -> Fetched:
        """Return the resource at `url`; `FetchError` says which limit or fault ended it."""
        if url not in self._kept:
            if len(self._kept) >= MAX_FETCHES:
                raise FetchError("too_many_fetches", url, f"more than {MAX_FETCHES}")
            try:
                self._kept[url] = self._follow(url, accept, max_bytes)
            except FetchError as exc:
                self._kept[url] = exc
        kept = self._kept[url]
        if isinstance(kept, FetchError):
            raise kept
        return kept

    def _follow(self, url: str, accept: str, max_bytes: int) -> Fetched:
        now, here = time.monotonic(), url
        self._ends = self._ends or now + TOTAL_SECONDS
        deadline = min(now + DEADLINE_SECONDS, self._ends)
        for _ in range(MAX_REDIRECTS + 1):
            if time.monotonic() >= deadline:  # looking up a name has a time limit of its own
                raise _too_slow(url)
            addresses = self._checked_addresses(here)
            status, headers, body = _get(here, addresses, accept, max_bytes, deadline)
            if status in (301, 302, 303, 307, 308) and "location" in headers:
                target = urljoin(here, headers["location"])
                if urlsplit(target)[:2] != urlsplit(here)[:2]:
                    raise FetchError("redirected_elsewhere", url, f"redirects to {target[:200]}")
                here = target
                continue
            if status != 200:
                raise FetchError("http_status", url, f"answered {status}")
            media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
            return Fetched(url, body, media_type)
        raise FetchError("redirected_elsewhere", url, f"more than {MAX_REDIRECTS} redirects")

    def _checked_addresses(self, url: str) -> list[str]:
        """Return the addresses to connect to, after every address of the host was checked."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as exc:
            raise FetchError("address_refused", url, "not a web address") from exc
        loopback = self._loopback and host == "localhost"
        if parts.username is not None or parts.scheme not in ("https", "http"):
            raise FetchError("address_refused", url, "not a plain web address")
        if not loopback and (parts.scheme != "https" or port not in (None, 443)):
            raise FetchError("address_refused", url, "only https on its usual port is fetched")
        try:
            found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as exc:
            raise FetchError("host_not_found", url, f"no such host: {host}") from exc
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not addresses or not all(is_allowed(each, loopback=loopback) for each in addresses):
            raise FetchError("address_refused", url, f"{host} is not a public address")
        return addresses


def is_allowed(address: str, *, loopback: bool = False) -> bool:
    """Whether a verification may connect to this IP address: public, or loopback if asked for."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if loopback:
        return ip.is_loopback
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _UNICAST_6:
        return False
    blocked = any(ip in network for network in _BLOCKED if network.version == ip.version)
    return ip.is_global and not ip.is_multicast and not blocked


def _get(
    url: str, addresses: list[str], accept: str, max_bytes: int, deadline: float
) -> tuple[int, dict[str, str], bytes]:
    import httpcore
    import httpx

    headers = [
        (b"Host", urlsplit(url).netloc.encode("ascii", "ignore")),
        (b"Accept", accept.encode()),
        (b"Accept-Encoding", b"identity"),
        (b"User-Agent", _USER_AGENT),
    ]
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=httpx.create_ssl_context(),
                network_backend=_pinned_backend(addresses, deadline),
            ) as pool,
            pool.stream("GET", url, headers=headers) as response,
        ):
            named = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
            if named.get("content-encoding", "identity") != "identity":
                raise FetchError("answer_unreadable", url, "sent a compressed answer")
            return response.status, named, _read(response.iter_stream(), url, max_bytes)
    except (httpcore.TimeoutException, TimeoutError) as exc:
        raise _too_slow(url) from exc
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as exc:
        raise FetchError("connection_lost", url, str(exc)[:200] or type(exc).__name__) from exc


def _too_slow(url: str) -> FetchError:
    return FetchError("too_slow", url, f"no answer in {DEADLINE_SECONDS:.0f} seconds")


def _read(chunks: Iterable[bytes], url: str, max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise FetchError("answer_too_large", url, f"more than {max_bytes} bytes")
    return bytes(body)


def _pinned_backend(addresses: list[str], deadline: float) -> Any:
    """Return a network backend that connects to the first of `addresses` that answers, whatever
    the URL's host resolves to by then, and whose every read and write ends at `deadline`
    (monotonic seconds)."""
    import httpcore

    def left() -> float:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise httpcore.ReadTimeout("deadline")
        return remaining

    class Stream(httpcore.NetworkStream):
        def __init__(self, inner: httpcore.NetworkStream) -> None:
            self._inner = inner

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            return self._inner.read(max_bytes, left())

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            self._inner.write(buffer, left())

        def close(self) -> None:
            self._inner.close()

        def start_tls(
            self, ssl_context: Any, server_hostname: Any = None, timeout: Any = None
        ) -> Any:
            return Stream(self._inner.start_tls(ssl_context, server_hostname, left()))

        def get_extra_info(self, info: str) -> Any:
            return self._inner.get_extra_info(info)

    class Backend(httpcore.NetworkBackend):
        def connect_tcp(self, host: str, port: int, *_: Any, **options: Any) -> Any:
            for address in addresses[:-1]:
                with suppress(httpcore.ConnectError):
                    return self._connect(address, port)
            return self._connect(addresses[-1], port)

        def _connect(self, address: str, port: int) -> Any:
            return Stream(httpcore.SyncBackend().connect_tcp(address, port, timeout=left()))

    return Backend()
