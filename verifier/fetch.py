"""The one file that opens sockets. Everyone else is handed a `Fetch`."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back from a URL: the body, its media type without parameters, the URL asked."""

    url: str
    body: bytes
    media_type: str = ""


class FetchError(Exception):
    """The URL could not be had. `code` is a row of `words.py`; nothing is concluded from it."""

    def __init__(self, code: str, url: str, detail: str = "") -> None:
        super().__init__(f"{code}: {url} {detail}".rstrip())
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
