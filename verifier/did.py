"""Issuers' own documents: where they are, and which keys they list (design D4, T5, T21).

A verification method counts only if the issuer's *own* document lists it under
`assertionMethod` with the issuer as its controller; anything else proves nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from verifier import jose, multikey, strict_json
from verifier.credential import instant, listed
from verifier.fetch import Fetch, FetchError
from verifier.multikey import MultikeyError, PublicKey
from verifier.report import Check, Outcome

MAX_DOCUMENT_BYTES = 256 * 1024
"""A DID document with a hundred keys has about 40 KB."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_SEGMENT = re.compile(r"[A-Za-z0-9._-]+")

PROOF_ERROR = "https://w3id.org/security#PROOF_VERIFICATION_ERROR"

Json = Mapping[str, Any]


class DidError(ValueError):
    """The issuer's identifier or document cannot be used. `code` is a row of the words;
    `certain` says whether that is a flaw of the issuer's (True) or could not be checked."""

    def __init__(self, code: str, detail: str, *, certain: bool) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.certain = certain


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """One key of an issuer, as its own document lists it.

    `key` is None for a kind of key that is not read here. `retired` is the date of the member
    `expires` (Controlled Identifiers 1.0) or of our own issuers' `retired`.
    """

    id: str
    key: PublicKey | None
    retired: datetime | None = None
    revoked: datetime | None = None

    def check_used_at(self, signed: datetime | None) -> Check:
        """Check that the issuer had not given the key up when it signed (T34).

        The time of signing is the signer's own word. So a date after the key was given up
        fails; after a key was withdrawn as unsafe, even an earlier date shows nothing, because
        whoever took the key can write any date.
        """
        for ended, code in ((self.revoked, "key_revoked"), (self.retired, "key_retired")):
            if ended is None:
                continue
            params = {"ended": ended.isoformat(), "method": self.id}
            if signed is not None and signed >= ended:
                return Check("key", Outcome.FAILED, f"{code}_before", params, PROOF_ERROR)
            if signed is None or code == "key_revoked":
                return Check("key", Outcome.COULD_NOT_CHECK, f"{code}_unsure", params)
        return Check("key", Outcome.PASSED, "key_of_issuer", {"method": self.id})


@dataclass(frozen=True, slots=True)
class Controller:
    """An issuer's document: its id and the keys that may make assertions for it.

    `snapshot_of` is None for the live document, else the day on which a trust list kept it.
    """

    id: str
    methods: tuple[VerificationMethod, ...]
    snapshot_of: datetime | None = None

    def method(self, reference: str) -> VerificationMethod | None:
        """Return the method with that id, or None: it is not the issuer's."""
        return next((method for method in self.methods if method.id == reference), None)


def resolve(did: str, fetch: Fetch) -> Controller:
    """Return the issuer's own document.

    did:key needs no fetch; did:web is fetched from its own address. Raises `DidError`.
    """
    if did.startswith("did:key:"):
        return _did_key(did)
    if not did.startswith("did:web:"):
        raise DidError("issuer_method_not_supported", did, certain=False)
    url = did_web_url(did)
    try:
        fetched = fetch(
            url, accept="application/did+json, application/json", max_bytes=MAX_DOCUMENT_BYTES
        )
    except FetchError as exc:
        raise DidError("issuer_unreachable", str(exc), certain=False) from exc
    try:
        document = strict_json.loads_object(fetched.body, max_bytes=MAX_DOCUMENT_BYTES)
    except strict_json.StrictJsonError as exc:
        raise DidError("issuer_document_unreadable", str(exc), certain=False) from exc
    return controller(document, did)


def did_web_url(did: str) -> str:
    """Return the address of a did:web document (did:web Method, section 3.2).

    Only `%3A` before a port is decoded; user info, IP addresses, dots that climb, encoded
    slashes and trailing dots are a `DidError`, because each has named another host before.
    """
    host, *path = did.removeprefix("did:web:").split(":")
    name, colon, port = re.sub("%3A", ":", host, count=1, flags=re.IGNORECASE).partition(":")
    sound = bool(_HOST.fullmatch(name)) and not name.rsplit(".", 1)[-1].isdigit()
    if colon:
        sound = sound and bool(_PORT.fullmatch(port)) and int(port) < 65536
    for segment in path:
        plain = unquote(segment)
        sound = sound and bool(_SEGMENT.fullmatch(plain)) and set(plain) != {"."}
    if not sound:
        raise DidError("issuer_id_malformed", did, certain=True)
    scheme = "http" if name.lower() == "localhost" else "https"
    where = "/".join(path) if path else ".well-known"
    return f"{scheme}://{name.lower()}{colon}{port}/{where}/did.json"


def controller(
    document: Json, expected_id: str, *, snapshot_of: datetime | None = None
) -> Controller:
    """Return the keys that `document` lists for assertions, if it is that issuer's document."""
    if document.get("id") != expected_id:
        raise DidError("issuer_document_of_another", str(document.get("id"))[:200], certain=False)
    described = {
        _absolute(entry.get("id"), expected_id): entry
        for member in ("verificationMethod", "assertionMethod")
        for entry in listed(document.get(member))
        if isinstance(entry, dict)
    }
    methods = []
    for entry in listed(document.get("assertionMethod")):
        reference = _absolute(entry.get("id") if isinstance(entry, dict) else entry, expected_id)
        method = _method(reference, described.get(reference), expected_id)
        if method is not None:
            methods.append(method)
    return Controller(expected_id, tuple(methods), snapshot_of)


def _absolute(reference: Any, base: str) -> str:
    text = reference if isinstance(reference, str) else ""
    return base + text if text.startswith("#") else text


def _method(reference: str, entry: Json | None, owner: str) -> VerificationMethod | None:
    """Read one method; one of another controller or with unreadable dates is not the issuer's."""
    if entry is None or entry.get("controller") != owner or not reference.startswith(owner + "#"):
        return None
    dates = {name: _date(entry.get(name)) for name in ("expires", "retired", "revoked")}
    if any(entry.get(name) is not None and date is None for name, date in dates.items()):
        return None
    return VerificationMethod(
        id=reference,
        key=_public_key(entry),
        retired=min(filter(None, (dates["expires"], dates["retired"])), default=None),
        revoked=dates["revoked"],
    )


def _date(value: Any) -> datetime | None:
    return instant(value) if isinstance(value, str) else None


def _public_key(entry: Json) -> PublicKey | None:
    """Return the key of a Multikey or of a JsonWebKey; None for kinds not read here."""
    encoded, jwk = entry.get("publicKeyMultibase"), entry.get("publicKeyJwk")
    try:
        if isinstance(encoded, str):
            return multikey.decode(encoded)
        if isinstance(jwk, dict):
            return jose.public_key(jwk)
    except (MultikeyError, jose.JoseError):
        pass
    return None


def _did_key(did: str) -> Controller:
    """did:key is its own document: the fragment must be the key itself (T5)."""
    encoded = did.removeprefix("did:key:")
    try:
        key = multikey.decode(encoded)
    except MultikeyError as exc:
        raise DidError("issuer_id_malformed", str(exc), certain=True) from exc
    return Controller(did, (VerificationMethod(f"{did}#{encoded}", key),))
