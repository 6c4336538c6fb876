"""Download a trust list, or read it from a file, signed or not, in any format, as one document.

The content is untrusted until it is parsed; a signed list is verified here.
"""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from verifier.fetching.fetch import Fetch, FetchError
from verifier.parsing import plain_text, strict_json, web_address
from verifier.trust.lists import MAX_LIST_BYTES, TrustListError, from_registry, is_registry
from verifier.trust_lists.signed import read_signed

MAX_REGISTRIES = 20
"""In one list of registries."""
ON_THIS_COMPUTER: Final = "file:"
"""How the address of a list in a file begins. Only who uses this verifier names one."""
LIST_TYPES = "application/vc, application/vc+jwt, application/json, application/ld+json, text/plain"


def registries(url: str, *, fetch: Fetch) -> list[tuple[str, str]] | None:
    """Return (kind, address) of each registry if a list of registries is at `url`, as the
    Digital Credentials Consortium publishes; else None."""
    body = _body(url, fetch)
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        return None
    try:
        items = strict_json.loads(body)[:MAX_REGISTRIES]
    except strict_json.StrictJsonError as exc:
        raise TrustListError(f"the list of registries at {url} is {exc}") from exc
    named = [(str(i.get("type")), str(i.get("url", ""))) for i in items if isinstance(i, dict)]
    return [(kind, at) for kind, at in named if not at.lower().startswith(ON_THIS_COMPUTER)]


def obtain(url: str, *, fetch: Fetch, now: datetime) -> dict[str, Any]:
    """Return the list at an address as a document of version 1, with `retrieved`, and with `keeper`
    if it is signed; a signed list is verified. `TrustListError` says what is wrong."""
    body = _body(url, fetch)
    try:
        text = plain_text.read(body).strip()
        plain = strict_json.loads_object(text, max_bytes=MAX_LIST_BYTES) if text[:1] == "{" else {}
    except ValueError as exc:
        raise TrustListError(f"what is at {url} cannot be read: {exc}") from exc
    if is_registry(plain):
        document = dict(from_registry(plain, f"Issuer registry of {web_address.site(url)}"))
    elif plain.get("type") == "MintmarkTrustList":
        document = {name: value for name, value in plain.items() if name != "keeper"}
    else:
        document = read_signed(text, fetch=fetch, now=now)
    return {**document, "retrieved": now.isoformat()}


def _body(url: str, fetch: Fetch) -> bytes:
    if url.startswith(ON_THIS_COMPUTER):
        return _file(web_address.file_at(url))
    try:
        return fetch(url, accept=LIST_TYPES, max_bytes=MAX_LIST_BYTES).body
    except FetchError as exc:
        raise TrustListError(f"it could not be had: {exc}") from exc


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_LIST_BYTES)
    except OSError as exc:
        raise TrustListError(f"it could not be had: {path}: {exc.strerror}") from exc
