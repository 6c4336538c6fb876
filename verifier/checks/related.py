"""Files whose digest the issuer signed: `relatedResource` (VCDM 2.0, section 5.3).

Nothing is fetched. Only contexts that this verifier holds can be compared: the issuer says which
bytes it meant, and those bytes define the credential's terms.
"""

import base64
import hashlib
import hmac
from typing import Any

from contexts import earlier_digests, file_of, is_as_published
from contexts.json_types import Json
from verifier.checks.evidence import hash_and_digest
from verifier.credential.model import listed
from verifier.report import Check, Outcome

MAX_RESOURCES = 20
"""An honest credential names its contexts and a few pictures."""
SECURITY_ERROR = "https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR"
_HASHES = ("sha512", "sha384", "sha256")


def check_related(document: Json) -> tuple[Check, ...]:
    """Check the digests of the related resources that are held here.

    A wrong digest is an error. One of bytes that were published before, or that may have been,
    could not be checked.
    """
    resources = _resources(document)[:MAX_RESOURCES]
    files = ((resource, _file(resource)) for resource in resources)
    return tuple(_check(resource, file) for resource, file in files if file is not None)


def names_others(document: Json) -> bool:
    """Whether it has related resources that are not held here, or more than are compared."""
    resources = _resources(document)
    return len(resources) > MAX_RESOURCES or any(_file(item) is None for item in resources)


def _resources(document: Json) -> list[Any]:
    """Return the related resources; an address alone states as much as a node with nothing else."""
    resources = listed(document.get("relatedResource"))
    return [{"id": item} if isinstance(item, str) else item for item in resources]


def _file(resource: Any) -> bytes | None:
    url = resource.get("id") if isinstance(resource, dict) else None
    return file_of(url) if isinstance(url, str) else None


def _check(resource: Json, file: bytes) -> Check:
    url: str = resource["id"]
    digests = [str(text) for text in listed(resource.get("digestSRI"))]
    digests += [_as_sri(str(text)) for text in listed(resource.get("digestMultibase"))]
    if digests and all(_is_sri_of(text, file) for text in digests):
        return Check("related", Outcome.PASSED, "resource_fits", {"url": url})
    earlier = earlier_digests(url)
    if not is_as_published(url) or all(set(_sri_parts(text)) & {*earlier} for text in digests):
        return Check("related", Outcome.COULD_NOT_CHECK, "resource_not_compared", {"url": url})
    return Check("related", Outcome.FAILED, "resource_differs", {"url": url}, SECURITY_ERROR)


def _as_sri(multibase: str) -> str:
    """Return a `digestMultibase` as Subresource Integrity writes it, "" if it holds no digest."""
    name, digest = hash_and_digest(multibase) or ("", b"")
    return f"{name}-{base64.b64encode(digest).decode()}" if name else ""


def _sri_parts(text: str) -> list[str]:
    """Return the digests of a `digestSRI`, which may be several, without their options."""
    return [part.partition("?")[0] for part in text.split()]


def _is_sri_of(text: str, file: bytes) -> bool:
    """Whether the strongest digests in `text` have that of `file` among them (Subresource
    Integrity, section 3.3)."""
    parts = [part.partition("-") for part in _sri_parts(text)]
    for name in _HASHES:
        digests = [digest for prefix, _, digest in parts if prefix == name]
        if digests:
            own = base64.b64encode(hashlib.new(name, file).digest()).decode()
            return any(hmac.compare_digest(own, part) for part in digests if part.isascii())
    return False
