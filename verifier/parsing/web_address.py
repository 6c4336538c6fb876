"""Web addresses with only one possible reading (T20, T21). Nothing in this file raises.

User names, backslashes, letters beyond ASCII, and dot segments, plain or encoded, are refused,
because programs read them differently or because they lead out of the folder that a prefix names
(RFC 3986, 3.3 and 5.2.4).

>>> read("https://a.example/x").site
'a.example'
>>> read("https://user@a.example/x") is None
True
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

LOCALHOST = "localhost"
MAX_LENGTH = 8000
"""RFC 9110, 4.1: what every recipient should be able to read."""
_PORTS = {"https": 443, "http": 80}
_PLAIN = re.compile(r"[!-\[\]-~]+")
_SEPARATORS = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http or https address: `host` in lower case, `port` the usual one where none is written,
    `query` without its question mark. `text` is what was read, without its fragment."""

    text: str
    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port (RFC 6454, section 4)."""
        return self.scheme, self.host, self.port

    @property
    def site(self) -> str:
        """The host, with its port unless it is the usual one. It is the same for http and https,
        because one owner has both."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def secure(self) -> str:
        """The address with https, except on this very machine."""
        scheme = self.scheme if self.host == LOCALHOST else "https"
        return f"{scheme}://{self.site}{self.path}" + (f"?{self.query}" if self.query else "")

    def is_same(self, other: "WebAddress | None") -> bool:
        """Whether both name one place on one site, by http or https."""
        return other is not None and self._place == other._place

    def is_within(self, start: "WebAddress") -> bool:
        """Whether it begins with `start`, which ends where a part of an address ends: at `/` in
        the path, at `=` or `&` in a query."""
        if self.site != start.site:
            return False
        if start.query:
            whole = start.query if start.query.endswith(("=", "&", "/")) else f"{start.query}&"
            begins = self.query == start.query or self.query.startswith(whole)
            return self.path == start.path and begins
        folder = start.path if start.path.endswith("/") else f"{start.path}/"
        return self.path == start.path or self.path.startswith(folder)

    @property
    def _place(self) -> tuple[str, str, str]:
        return self.site, self.path, self.query


def read(text: object) -> WebAddress | None:
    """Return the http or https address in `text`, None for whatever else it is."""
    if not isinstance(text, str) or len(text) > MAX_LENGTH or not _PLAIN.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # half a bracket, a port that there is not
        return None
    usual = _PORTS.get(parts.scheme)
    if usual is None or not parts.hostname or "@" in parts.netloc or port == 0:
        return None
    if _climbs(parts.path):
        return None
    whole = text.partition("#")[0]
    host, path = parts.hostname, parts.path or "/"
    return WebAddress(whole, parts.scheme, host, port or usual, path, parts.query)


def site(text: str) -> str:
    """The host, with its port unless it is the usual one: the same for http and https."""
    address = read(text)
    return address.site if address else text


def by_https(text: str) -> str:
    """Return the address with https, or the text itself if it is not a web address."""
    address = read(text)
    return address.secure if address else text


def file_at(url: str) -> Path:
    """Return the file of this computer that a `file:` address names (RFC 8089)."""
    return Path(unquote(urlsplit(url).path))


def joined(base: str, reference: str) -> WebAddress | None:
    """Return where a reference leads from `base` (RFC 3986, 5.2), None for no web address."""
    try:
        return read(urljoin(base, reference))
    except ValueError:
        return None


def _climbs(path: str) -> bool:
    """Whether a path has dot segments, as some server or other would read it: encoded, encoded
    twice, divided by a backslash, or with parameters (`..;`)."""
    plain = unquote(unquote(unquote(path)))
    segments = (segment.partition(";")[0] for segment in _SEPARATORS.split(plain))
    return any(segment in (".", "..") for segment in segments)
