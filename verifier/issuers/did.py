"""Resolve an issuer's identifier to its own document: did:web, did:key, did:jwk, https (T5, T21).

>>> did_web_url("did:web:schools.example:north")
'https://schools.example/north/did.json'
"""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from verifier.fetching.fetch import LIMITS, Fetch, FetchError
from verifier.issuers.controller import (
    ASSERTION,
    Controller,
    DidError,
    VerificationMethod,
    controller,
    key_set,
)
from verifier.parsing import base64url, strict_json, web_address
from verifier.parsing.web_address import LOCALHOST, WebAddress
from verifier.public_keys import multikey
from verifier.public_keys.jwk import JwkError, from_jwk
from verifier.public_keys.multikey import MultikeyError

MAX_DOCUMENT_BYTES = 256 * 1024
"""A DID document with a hundred keys has about 40 KB."""
DOCUMENT_TYPES = "application/did+json, application/json, application/ld+json"
NOT_ASKED = "issuer_not_asked"
"""The code of the `DidError` where a limit of ours, not the issuer's site, is why there is none."""
KEY_SET_TYPES = "application/jwk-set+json, application/json"

_JWK_JCS = b"\xd1\xd6\x03"
"""What a did:key of EBSI begins with, before a JWK in the form of RFC 8785 (`jwk_jcs-pub`)."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_SEGMENT = re.compile(r"[A-Za-z0-9._-]+")


def resolve(
    issuer: str, fetch: Fetch, purpose: str = ASSERTION, *, sd_jwt_vc: bool = False
) -> Controller:
    """Return the issuer's own document, with its keys for a `purpose`; `DidError` if it cannot be
    obtained.

    did:key and did:jwk need no fetch; did:web and https are fetched from their own address. With
    `sd_jwt_vc`, the metadata of an https issuer of these come first.
    """
    if issuer.startswith("did:key:"):
        return _did_key(issuer)
    if issuer.startswith("did:jwk:"):
        return _did_jwk(issuer)
    if issuer.startswith("did:web:"):
        document = _document(did_web_url(issuer), DOCUMENT_TYPES, fetch)
        return controller(document, issuer, purpose=purpose)
    address = web_address.read(issuer)
    if address and (address.scheme == "https" or address.host == LOCALHOST):
        if purpose != ASSERTION:  # a key set does not say what its keys are for
            document = _document(address.text, DOCUMENT_TYPES, fetch)
            return controller(document, issuer, purpose=purpose)
        if sd_jwt_vc:
            try:
                return _metadata(issuer, address, fetch)
            except DidError as exc:
                if exc.code != "issuer_unreachable":
                    raise
        return _web_address(issuer, address, fetch)
    kind = ":".join(issuer.split(":")[:2]) if issuer.startswith("did:") else issuer
    raise DidError("issuer_method_not_supported", kind, certain=False)


def _document(url: str, accept: str, fetch: Fetch) -> dict[str, Any]:
    try:
        fetched = fetch(url, accept=accept, max_bytes=MAX_DOCUMENT_BYTES)
    except FetchError as exc:
        code = NOT_ASKED if exc.code in LIMITS else "issuer_unreachable"
        raise DidError(code, str(exc), certain=False) from exc
    try:
        return strict_json.loads_object(fetched.body, max_bytes=MAX_DOCUMENT_BYTES)
    except strict_json.StrictJsonError as exc:
        raise DidError("issuer_document_unreadable", str(exc), certain=False) from exc


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
    scheme = "http" if name.lower() == LOCALHOST else "https"
    where = "/".join(path) if path else ".well-known"
    return f"{scheme}://{name.lower()}{colon}{port}/{where}/did.json"


def _did_key(did: str) -> Controller:
    """did:key is its own document: the fragment must be the key itself (T5)."""
    encoded = did.removeprefix("did:key:")
    try:
        data = multikey.multibase_decode(encoded)
        if data.startswith(_JWK_JCS):
            key = from_jwk(strict_json.loads_object(data.removeprefix(_JWK_JCS)))
        else:
            key = multikey.decode(encoded)
    except (multikey.UnknownKeyTypeError, JwkError, strict_json.StrictJsonError) as exc:
        raise DidError("issuer_method_not_supported", str(exc)[:200], certain=False) from exc
    except MultikeyError as exc:
        raise DidError("issuer_id_malformed", str(exc), certain=True) from exc
    return Controller(did, (VerificationMethod(f"{did}#{encoded}", key),))


def _did_jwk(did: str) -> Controller:
    """did:jwk holds its one key, `#0`, which makes assertions unless it is for encryption."""
    try:
        jwk = strict_json.loads_object(base64url.decode(did.removeprefix("did:jwk:")))
    except (base64url.Base64UrlError, strict_json.StrictJsonError) as exc:
        raise DidError("issuer_id_malformed", str(exc), certain=True) from exc
    if "d" in jwk or jwk.get("use", "sig") != "sig":
        raise DidError("issuer_id_malformed", "not a public key for signatures", certain=True)
    try:
        key = from_jwk(jwk)
    except JwkError as exc:
        raise DidError("issuer_method_not_supported", str(exc), certain=False) from exc
    return Controller(did, (VerificationMethod(f"{did}#0", key),))


def _web_address(issuer: str, address: WebAddress, fetch: Fetch) -> Controller:
    """Resolve an issuer named by a web address: the keys that its document lists (OB-71), and the
    key set of its origin (OB-72).

    Many such issuers publish only one of the two, or a profile that does not mention keys. Only if
    both were read does the absence of a key mean anything.
    """
    origin_keys = f"{address.scheme}://{address.site}/.well-known/jwks.json"
    listed_keys: tuple[VerificationMethod, ...] = ()
    faults: list[DidError] = []
    own, sources = Controller(issuer, ()), 0
    for url, accept in ((address.text, DOCUMENT_TYPES), (origin_keys, KEY_SET_TYPES)):
        try:
            document = _document(url, accept, fetch)
            if url == origin_keys:
                methods = key_set(document, issuer)
            else:
                own = controller(document, issuer)
                methods = own.methods
        except DidError as exc:
            if exc.code == NOT_ASKED and not sources:
                raise
            faults.append(exc)
        else:
            listed_keys += methods
            sources += bool(methods)
    if len(faults) == 2:
        raise faults[0]
    if not listed_keys and not own.others:
        raise DidError("issuer_lists_no_keys", issuer, certain=False)
    return replace(own, methods=listed_keys, complete=own.complete and sources == 2)


def _metadata(issuer: str, address: WebAddress, fetch: Fetch) -> Controller:
    """Return the keys in the metadata of an issuer of SD-JWT VCs (SD-JWT VC, section 5), or in the
    key set that they name. It may publish others elsewhere."""
    place = f"/.well-known/jwt-vc-issuer{address.path.rstrip('/')}"
    document = _document(f"{address.scheme}://{address.site}{place}", KEY_SET_TYPES, fetch)
    if document.get("issuer") != issuer:
        raise DidError(
            "issuer_document_of_another", str(document.get("issuer"))[:200], certain=False
        )
    keys, named = document.get("jwks"), web_address.read(document.get("jwks_uri"))
    if keys is None and named and named.scheme == address.scheme:
        keys = _document(named.text, KEY_SET_TYPES, fetch)
    methods = key_set(keys, issuer) if isinstance(keys, dict) else ()
    if not methods:
        raise DidError("issuer_lists_no_keys", issuer, certain=False)
    return Controller(issuer, methods, complete=False)
