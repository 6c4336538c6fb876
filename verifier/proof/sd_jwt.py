"""SD-JWT: a token whose holder shows parts of it (RFC 9901; SD-JWT VC; VC-JOSE-COSE, section 3.1).

The issuer signs the digests of what the holder may show; here the shown parts are put where their
digests stand. Nothing is fetched: what a type (`vct`) means is for its reader to know.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from contexts.json_types import Json
from verifier.fetching.fetch import offline
from verifier.issuers.controller import DidError
from verifier.issuers.did import resolve
from verifier.parsing import base64url, strict_json
from verifier.proof import jose
from verifier.proof.jose import JoseError, Jws
from verifier.proof.jwt_payload import numeric_date
from verifier.public_keys.jwk import JwkError, from_jwk
from verifier.public_keys.multikey import PublicKey

MAX_DISCLOSURES = 500
MAX_DEPTH = 64
_HASHES = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
_FIXED = {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "@context"}
"""The claims that no holder may hide or choose (SD-JWT VC, section 3.2.2.2), and of which model it
is; in a credential of W3C's model its `type` as well."""
_TYPES = {jose.SD_JWT, "JWT", "VC+JWT", "VC+LD+JWT", "VC+LD+JSON+JWT"}
_CLAIMS = {"iss", "sub", "iat", "nbf", "exp", "jti", "cnf", "vct", "vct#integrity", "status", "aud"}
"""The claims of an SD-JWT VC that are not about its subject."""
_LIMITS = ("validUntil", "expirationDate", "credentialStatus", "status")


@dataclass(frozen=True, slots=True)
class SdJwt:
    """An SD-JWT: the token of its issuer with the shown parts in place, not yet verified.

    `hidden` says that something may be hidden where what limits a credential stands. `text` is
    what a key binding covers, `binding` the token that binds, if there is one.
    """

    jws: Jws
    text: str
    binding: str
    hash_name: str
    hidden: bool

    @property
    def vct(self) -> str | None:
        """The type of an SD-JWT VC, None for a credential of W3C's data model."""
        kind = self.jws.payload.get("vct")
        return kind if isinstance(kind, str) and "@context" not in self.jws.payload else None

    @property
    def document(self) -> Json | None:
        """The claims of an SD-JWT VC in the places of W3C's data model, but for its `status`; None
        for a credential of that model."""
        if self.vct is None:
            return None
        payload = self.jws.payload
        subject = {name: value for name, value in payload.items() if name not in _CLAIMS}
        dates = {"validFrom": payload.get("nbf"), "validUntil": payload.get("exp")}
        return {
            "type": [self.vct],
            "issuer": payload.get("iss"),
            "credentialSubject": subject | ({"id": payload["sub"]} if "sub" in payload else {}),
            **({"id": payload["jti"]} if "jti" in payload else {}),
            **{name: _date(value) for name, value in dates.items() if value is not None},
        }

    def holder_key(self) -> PublicKey | None:
        """Return the key that the issuer put into it (`cnf`): as a JWK, or as a DID that holds its
        key (RFC 7800, sections 3.2 and 3.4). None if there is none read here."""
        confirmed = self.jws.payload.get("cnf")
        confirmed = confirmed if isinstance(confirmed, dict) else {}
        jwk, kid = confirmed.get("jwk"), confirmed.get("kid")
        try:
            if isinstance(jwk, dict):
                return from_jwk(jwk)
            if isinstance(kid, str) and kid.startswith(("did:key:", "did:jwk:")):
                (method,) = resolve(kid.partition("#")[0], offline).methods
                return method.key if kid in (method.id, method.id.partition("#")[0]) else None
        except (JwkError, DidError):
            pass
        return None

    def binds(self, binding: Jws) -> bool:
        """Whether the key binding `binding` is for this SD-JWT and signed by the holder's key."""
        key = self.holder_key()
        digest = _digest(self.text, self.hash_name)
        fits = key is not None and jose.fits(binding.header["alg"], key)
        return bool(
            fits and key and binding.payload.get("sd_hash") == digest and jose.verify(binding, key)
        )


def is_one(text: str) -> bool:
    """Whether a text may be an SD-JWT: with disclosures, or a token of that type."""
    if "~" in text:
        return True
    try:
        header = strict_json.loads_object(base64url.decode(text.partition(".")[0]))
    except ValueError:
        return False
    return jose.type_name(header.get("typ")) == jose.SD_JWT


def parse(text: str) -> SdJwt:
    """Return an SD-JWT with the shown parts in place (RFC 9901, section 7.1).

    Raises `JoseError` for what breaks a rule of that section.
    """
    token, *parts = text.split("~")
    *disclosures, binding = parts or [""]
    if len(disclosures) > MAX_DISCLOSURES:
        raise JoseError("sd_jwt_odd", f"more than {MAX_DISCLOSURES} disclosures", certain=False)
    jws = jose.parse(token, _TYPES)
    name = jws.payload.get("_sd_alg", "sha-256")
    if not isinstance(name, str) or name not in _HASHES:
        raise JoseError("sd_jwt_odd", f"the hash {str(name)[:40]}", certain=False)
    shown = _Shown(disclosures, _HASHES[name])
    payload = shown.placed(jws.payload)
    text = text[: len(text) - len(binding)] if parts else f"{token}~"
    return SdJwt(replace(jws, payload=payload), text, binding, _HASHES[name], shown.hidden)


class _Place(Enum):
    """Where a digest stands: what may be hidden there."""

    CREDENTIAL = "a member of the credential"
    LIMIT = "a part of what limits it"
    FIXED = "a part of what no holder may choose"
    CLAIM = "a claim"


class _Shown:
    """The disclosures by their digests, while they are put in place."""

    def __init__(self, disclosures: list[str], hash_name: str) -> None:
        self._by_digest = {_digest(text, hash_name): _values(text) for text in disclosures}
        if len(self._by_digest) != len(disclosures):
            raise JoseError("sd_jwt_odd", "a disclosure twice")
        self._met: set[str] = set()
        self._fixed = _FIXED
        self._hide: tuple[_Place, ...] = ()
        self.hidden = False

    def placed(self, payload: Json) -> dict[str, Any]:
        """Return a payload with what is shown; every disclosure must have its place, once.

        What limits a credential of W3C's may be among what is hidden; an SD-JWT VC fixes it.
        """
        if "@context" in payload or "vct" not in payload:
            self._fixed = _FIXED | {"type"}
            self._hide = (_Place.CREDENTIAL, _Place.LIMIT)
        whole = self._node(payload, 0, _Place.CREDENTIAL)
        if unused := self._by_digest.keys() - self._met:
            # Anybody can add one to what an issuer signed, and some issuers do in good faith.
            odd = f"{len(unused)} disclosures without a place"
            raise JoseError("sd_jwt_odd", odd, certain=False)
        whole.pop("_sd_alg", None)
        return whole

    def _node(self, node: Json, depth: int, place: _Place) -> dict[str, Any]:
        if depth > MAX_DEPTH:
            raise JoseError("sd_jwt_odd", "deeply nested", certain=False)
        placed = {
            name: self._value(value, depth, self._under(place, name))
            for name, value in node.items()
            if name != "_sd"
        }
        if "..." in placed:
            raise JoseError("sd_jwt_odd", "a member of the name …")
        digests = node.get("_sd", [])
        if not isinstance(digests, list):
            raise JoseError("sd_jwt_odd", "_sd is no list")
        for digest in digests:
            values = self._meet(digest, place)
            if values is None:
                continue
            if len(values) != 3 or not isinstance(values[1], str):
                raise JoseError("sd_jwt_odd", "a disclosure that names no member")
            _, name, value = values
            if name in ("_sd", "...") or name in placed:
                raise JoseError("sd_jwt_odd", f"a disclosure of {name[:80]!r}")
            if self._under(place, name) is _Place.FIXED:
                raise JoseError("sd_jwt_odd", f"a disclosure of {name!r}", certain=False)
            placed[name] = self._value(value, depth, self._under(place, name))
        return placed

    def _under(self, place: _Place, name: str) -> _Place:
        """Return the place of a member; the one of `vc` holds a credential of data model 1.1."""
        if place is not _Place.CREDENTIAL or name == "vc":
            return place
        if name in self._fixed:
            return _Place.FIXED
        return _Place.LIMIT if name in _LIMITS else _Place.CLAIM

    def _value(self, value: Any, depth: int, place: _Place) -> Any:
        if isinstance(value, Mapping):
            return self._node(value, depth + 1, place)
        return [*self._items(value, depth + 1, place)] if isinstance(value, list) else value

    def _items(self, items: list[Any], depth: int, place: _Place) -> Iterator[Any]:
        if depth > MAX_DEPTH:
            raise JoseError("sd_jwt_odd", "deeply nested", certain=False)
        for item in items:
            if not (isinstance(item, Mapping) and "..." in item):
                yield self._value(item, depth, place)
                continue
            if len(item) != 1:
                raise JoseError("sd_jwt_odd", "a digest with members beside it")
            values = self._meet(item["..."], place)
            if values is not None:
                if len(values) != 2:
                    raise JoseError("sd_jwt_odd", "a disclosure that is no item of a list")
                yield self._value(values[1], depth, place)

    def _meet(self, digest: Any, place: _Place) -> list[Any] | None:
        """Return what is shown of a digest, None if nothing is: a part that is hidden, or a digest
        of nothing at all, which look the same."""
        if not isinstance(digest, str) or digest in self._met:
            raise JoseError("sd_jwt_odd", "a digest twice, or one that is no text")
        if place is _Place.FIXED:
            raise JoseError("sd_jwt_odd", _Place.FIXED.value, certain=False)
        self._met.add(digest)
        values = self._by_digest.get(digest)
        self.hidden |= values is None and place in self._hide
        return values


def _values(text: str) -> list[Any]:
    try:
        values = strict_json.loads(base64url.decode(text))
    except ValueError as exc:
        raise JoseError("sd_jwt_odd", f"a disclosure: {exc}") from exc
    if not isinstance(values, list) or len(values) not in (2, 3) or not isinstance(values[0], str):
        raise JoseError("sd_jwt_odd", "a disclosure that is no list of two or three")
    return values


def _digest(text: str, hash_name: str) -> str:
    return base64url.encode(hashlib.new(hash_name, text.encode()).digest())


def _date(value: Any) -> Any:
    moment: datetime | None = numeric_date(value)
    return value if moment is None else moment.isoformat()
