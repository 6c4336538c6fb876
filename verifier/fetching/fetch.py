"""The one file that opens sockets; everything else takes a `Fetch` as an argument.

Every address comes from an untrusted credential, so (T20, T22):

- only https, on port 443 or a port that the operator has allowed;
- the host is resolved once, all its addresses must be public, and the connection goes to an
  address that was checked, under the name of the host;
- a redirect must stay on the same origin;
- a total deadline, which neither a slow server nor a slow resolver can extend, a limit on bytes,
  no content encoding, and a budget of requests for each verification.

`cache.py` and `breaker.py` wrap a `Fetch` in another one.

>>> offline("https://a.example/", accept="*/*", max_bytes=1)
Traceback (most recent call last):
...
verifier.fetching.fetch.FetchError: https://a.example/: offline
"""

import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import Any, Protocol

from contexts.errors import MintmarkError
from verifier.fetching import deadline
from verifier.fetching import rules as fetch_rules
from verifier.fetching.rules import is_allowed
from verifier.parsing import web_address
from verifier.parsing.web_address import LOCALHOST

MAX_FETCHES = 8
"""An honest credential needs three: the issuer's document, a status list, a refresh."""
DEADLINE_SECONDS = 8.0
"""For one fetch, redirects and all."""
TOTAL_SECONDS = 20.0
"""For all fetches of one verification: eight slow hosts do not make it a minute."""
LIMITS = ("too_many_fetches", "out_of_time", "host_not_asked")
"""Codes of a `FetchError` that say nothing about the host, because it was not asked: whoever made
the credential can bring them about."""
MAX_REDIRECTS = 3
_USER_AGENT = b"mintmark-verify"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A response: the URL asked, the body, and its media type without parameters.

    `fresh_for` is how many seconds it may be cached, None if its sender does not say; `age` is how
    many seconds ago it was received.
    """

    url: str
    body: bytes
    media_type: str = ""
    fresh_for: int | None = None
    age: int = 0


class FetchError(MintmarkError):
    """The URL could not be fetched. `code` says why in a word; no conclusion is drawn from it."""

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
    """The `Fetch` of one verification: at most `MAX_FETCHES` URLs, each requested once.

    `allow` lists hosts that may be asked on another port than 443, as `host_and_port` returns them;
    they must be public all the same. `unsafe_loopback_http` also allows http to the host
    `localhost`, any port, for trying things out on one machine.
    """

    def __init__(
        self, *, allow: Iterable[tuple[str, int]] = (), unsafe_loopback_http: bool = False
    ) -> None:
        self._listed = frozenset(allow)
        self._loopback = unsafe_loopback_http
        self._responses: dict[str, Fetched | FetchError] = {}
        self._ends: float | None = None

    def __call__(self, url: str, *, accept: str, max_bytes: int) -> Fetched:
        """Return the resource at `url`; `FetchError` says which limit or fault ended it."""
        if url not in self._responses:
            if len(self._responses) >= MAX_FETCHES:
                raise FetchError("too_many_fetches", url, f"more than {MAX_FETCHES}")
            self._responses[url] = self._ask(url, accept, max_bytes)
        response = self._responses[url]
        if isinstance(response, FetchError):
            raise response
        return response

    def _ask(self, url: str, accept: str, max_bytes: int) -> Fetched | FetchError:
        now = time.monotonic()
        self._ends = self._ends or now + TOTAL_SECONDS
        last = min(self._ends, deadline.ends())
        until = min(now + DEADLINE_SECONDS, last)
        try:
            return self._follow(url, accept, max_bytes, until)
        except FetchError as exc:
            if exc.code == "too_slow" and until == last:  # others took its time
                return FetchError("out_of_time", url, "no answer in the time that was left")
            return exc

    def _follow(self, url: str, accept: str, max_bytes: int, until: float) -> Fetched:
        here = url
        for _ in range(MAX_REDIRECTS + 1):
            addresses = self._checked_addresses(here, until)
            status, headers, body = _get(here, addresses, accept, max_bytes, until)
            if status in (301, 302, 303, 307, 308) and "location" in headers:
                here = _redirected(url, here, headers["location"])
                continue
            if status != 200:
                code = "host_in_trouble" if status >= 500 else "http_status"
                raise FetchError(code, url, f"answered {status}")
            media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
            return Fetched(url, body, media_type, fetch_rules.fresh_for(headers))
        raise FetchError("redirected_elsewhere", url, f"more than {MAX_REDIRECTS} redirects")

    def _checked_addresses(self, url: str, until: float) -> list[str]:
        """Return the addresses to connect to, after every address of the host was checked."""
        try:
            host, port = fetch_rules.place(url, self._listed, loopback=self._loopback)
        except ValueError as exc:
            raise FetchError("address_refused", url, str(exc)) from exc
        local = self._loopback and host == LOCALHOST
        addresses = _look_up(url, host, port, until)
        if not addresses or not all(is_allowed(address, loopback=local) for address in addresses):
            raise FetchError("address_refused", url, f"{host} is not a public address")
        return addresses


def _look_up(url: str, host: str, port: int, until: float) -> list[str]:
    """Return the addresses of a host, each once.

    A thread asks for them, because the system's resolver knows no deadline of ours.
    """
    results: list[Any] = []

    def ask() -> None:
        try:
            results.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as exc:
            results.append(exc)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(max(0.0, until - time.monotonic()))
    if not results or time.monotonic() >= until:
        raise _too_slow(url)
    if isinstance(results[0], Exception):
        raise FetchError("host_not_found", url, f"no such host: {host}") from results[0]
    return list(dict.fromkeys(str(entry[4][0]) for entry in results[0]))


def _get(
    url: str, addresses: list[str], accept: str, max_bytes: int, until: float
) -> tuple[int, dict[str, str], bytes]:
    import httpcore

    headers = [
        (b"Accept", accept.encode()),
        (b"Accept-Encoding", b"identity"),
        (b"User-Agent", _USER_AGENT),
    ]
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=_trusted(),
                network_backend=_pinned_backend(addresses, until),
            ) as pool,
            pool.stream("GET", url, headers=headers) as response,
        ):
            named = _by_name(response.headers)
            if named.get("content-encoding", "identity") != "identity":
                raise FetchError("answer_unreadable", url, "sent a compressed answer")
            return response.status, named, _read(response.iter_stream(), url, max_bytes)
    except (httpcore.TimeoutException, TimeoutError) as exc:
        raise _too_slow(url) from exc
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as exc:
        raise FetchError("connection_lost", url, str(exc)[:200] or type(exc).__name__) from exc


def _redirected(url: str, here: str, location: str) -> str:
    """Return where a redirect leads, which must be the same origin."""
    before, target = web_address.read(here), web_address.joined(here, location)
    if before and target and target.origin == before.origin:
        return target.text
    raise FetchError("redirected_elsewhere", url, f"redirects to {location[:200]}")


@cache
def _trusted() -> Any:
    """Return what certificates are checked against: read once, as it takes longer than a fetch."""
    import httpx

    return httpx.create_ssl_context()


def _by_name(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    named: dict[str, str] = {}
    for name, value in ((k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in headers):
        named[name] = f"{named[name]}, {value}" if name in named else value
    return named


def _too_slow(url: str) -> FetchError:
    return FetchError("too_slow", url, f"no answer in {DEADLINE_SECONDS:.0f} seconds")


def _read(chunks: Iterable[bytes], url: str, max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise FetchError("answer_too_large", url, f"more than {max_bytes} bytes")
    return bytes(body)


def _pinned_backend(addresses: list[str], until: float) -> Any:
    """Return a network backend that connects to the first of `addresses` that answers, whatever
    the URL's host resolves to by then, and whose every read and write ends at `until`
    (monotonic seconds)."""
    import httpcore

    def left() -> float:
        remaining = until - time.monotonic()
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
            secured = self._inner.start_tls(ssl_context, server_hostname, left())
            # Where an answer says no length, an end that nobody signed is no end (RFC 9112, 9.8).
            secured.get_extra_info("socket").suppress_ragged_eofs = False
            return Stream(secured)

        def get_extra_info(self, info: str) -> Any:
            return self._inner.get_extra_info(info)

    class Backend(httpcore.NetworkBackend):
        def connect_tcp(self, host: str, port: int, *_: Any, **options: Any) -> Any:
            for tried, address in enumerate(addresses[:-1]):
                share = left() / (
                    len(addresses) - tried
                )  # one that is silent leaves time for others
                with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                    return self._connect(address, port, share)
            return self._connect(addresses[-1], port, left())

        def _connect(self, address: str, port: int, timeout: float) -> Any:
            return Stream(httpcore.SyncBackend().connect_tcp(address, port, timeout=timeout))

    return Backend()
