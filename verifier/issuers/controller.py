"""The keys that an issuer's own document lists for assertions (design D4, T5).

A verification method counts only if the issuer's *own* document lists it under
`assertionMethod` with the issuer as its controller, or if the key set of the issuer's own origin
holds it. A key from anywhere else proves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contexts.errors import MintmarkError
from contexts.json_types import Json
from verifier.credential.model import listed, readable_instant
from verifier.public_keys import multikey
from verifier.public_keys.jwk import JwkError, from_jwk
from verifier.public_keys.multikey import MultikeyError, PublicKey
from verifier.report import Check, Outcome

PROOF_ERROR = "https://w3id.org/security#PROOF_VERIFICATION_ERROR"

ASSERTION = "assertionMethod"
_OTHER_PURPOSES = ("authentication", "keyAgreement", "capabilityInvocation", "capabilityDelegation")
_ENDS = ("expires", "retired", "revoked")
"""Members of a method that say when the issuer gave it up."""


class DidError(MintmarkError, ValueError):
    """The issuer's identifier or document cannot be used. `code` names the sentence; `certain` is
    True if the issuer is at fault, False if it could not be checked."""

    def __init__(self, code: str, detail: str, *, certain: bool) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.certain = certain


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """One key of an issuer, as its own document lists it.

    `key` is None for a key type that is not read here. `retired` is the date of the member
    `expires` (Controlled Identifiers 1.0) or of our own issuers' `retired`. `unreadable` names a
    date that is present but is not a time: the key may have been given up.
    """

    id: str
    key: PublicKey | None
    retired: datetime | None = None
    revoked: datetime | None = None
    unreadable: str | None = None

    def check_used_at(self, signed: datetime | None) -> Check:
        """Check that the issuer still used the key when it signed (T34).

        The signer chose the time of signing. So a date after the key was given up fails. After a
        key was revoked as compromised, even an earlier date proves nothing, because a thief can
        write any date.
        """
        for ended, before, unsure in (
            (self.revoked, "key_revoked_before", "key_revoked_unsure"),
            (self.retired, "key_retired_before", "key_retired_unsure"),
        ):
            if ended is None:
                continue
            params = {"ended": ended.isoformat(), "method": self.id}
            if signed is not None and signed >= ended:
                return Check("key", Outcome.FAILED, before, params, PROOF_ERROR)
            if signed is None or ended is self.revoked:
                return Check("key", Outcome.COULD_NOT_CHECK, unsure, params)
        if self.unreadable:
            params = {"member": self.unreadable, "method": self.id}
            return Check("key", Outcome.COULD_NOT_CHECK, "key_date_unreadable", params)
        return Check("key", Outcome.PASSED, "key_of_issuer", {"method": self.id})

    def unless_among(self, unsafe: Iterable["VerificationMethod"]) -> "VerificationMethod":
        """Return the method with the first date on which one of `unsafe` revokes the same key; with
        an unreadable date if one of them has that."""
        same = [
            method
            for method in unsafe
            if method.id == self.id or (method.key is not None and method.key == self.key)
        ]
        revoked = min((method.revoked for method in same if method.revoked), default=None)
        unreadable = next(
            (method.unreadable for method in same if not method.revoked), self.unreadable
        )
        return replace(self, revoked=revoked, unreadable=unreadable)


@dataclass(frozen=True, slots=True)
class Controller:
    """An issuer's document: its id and the keys that may make assertions for it.

    `snapshot_of` is None for the live document, else the day on which a trust list copied it.
    `complete` is False if the issuer may have other keys, because a place where it publishes keys
    could not be read or does not mention keys, or a key does not say whose it is. `unsafe` are the
    keys marked as compromised (`revoked`), whether or not they are still listed for assertions.
    `others` are the ids of keys that are published but not listed for assertions, `unowned` those
    of keys without a controller.
    """

    id: str
    methods: tuple[VerificationMethod, ...]
    snapshot_of: datetime | None = None
    complete: bool = True
    unsafe: tuple[VerificationMethod, ...] = ()
    others: tuple[str, ...] = ()
    unowned: tuple[str, ...] = ()

    def heeding(self, copies: Iterable["Controller"]) -> "Controller":
        """Return the document with every key marked as compromised that it or one of `copies` marks
        so, under any id (T34)."""
        unsafe = tuple(key for controller in (self, *copies) for key in controller.unsafe)
        if not unsafe:
            return self
        methods = tuple(method.unless_among(unsafe) for method in self.methods)
        return replace(self, methods=methods, unsafe=unsafe)

    def method(self, reference: str) -> VerificationMethod | None:
        """Return the method with that id, or None: it is not the issuer's."""
        return next((method for method in self.methods if method.id == reference), None)

    def check_absent(self, reference: str, signed: datetime | None) -> Check:
        """Return the check for a key that is not listed here.

        A snapshot does not contain keys that were added after it.
        """
        params = {"method": reference[:200]}
        if self.snapshot_of and not (signed and signed <= self.snapshot_of):
            params["retrieved"] = self.snapshot_of.isoformat()
            return Check("key", Outcome.COULD_NOT_CHECK, "key_not_in_snapshot", params)
        if _is_among(self.unowned, reference):
            return Check("key", Outcome.COULD_NOT_CHECK, "key_without_controller", params)
        code = "key_not_listed" if self.complete else "key_not_found"
        if _is_among(self.others, reference):
            code = "key_for_other_purposes"
        if self.complete:
            return Check("key", Outcome.FAILED, code, params, PROOF_ERROR)
        return Check("key", Outcome.COULD_NOT_CHECK, code, params)


def _is_among(ids: Iterable[str], reference: str) -> bool:
    return any(f"#{known}".endswith(f"#{reference.lstrip('#')}") for known in ids)


def controller(
    document: Json,
    expected_id: str,
    *,
    snapshot_of: datetime | None = None,
    purpose: str = ASSERTION,
) -> Controller:
    """Return the keys that `document` lists for assertions, or for another `purpose`, if it is that
    issuer's document. `publicKey` is what drafts of DID Core called `verificationMethod`."""
    if document.get("id") != expected_id:
        raise DidError("issuer_document_of_another", str(document.get("id"))[:200], certain=False)
    entries = [
        (_absolute(entry.get("id"), expected_id), entry)
        for member in ("verificationMethod", "publicKey", *_OTHER_PURPOSES, ASSERTION)
        for entry in listed(document.get(member))
        if isinstance(entry, dict)
    ]
    described, methods = dict(entries), []
    for entry in listed(document.get(purpose)):
        reference = _absolute(entry.get("id") if isinstance(entry, dict) else entry, expected_id)
        method = _method(reference, described.get(reference), expected_id)
        if method is not None:
            methods.append(method)
    every = [_method(reference, entry, expected_id) for reference, entry in entries]
    unsafe = tuple(m for m in every if m and (m.revoked or m.unreadable == "revoked"))
    named = {method.id for method in methods}
    others = tuple(m.id for m in every if m and m.id not in named)
    unowned = tuple(id for id, entry in entries if id and not entry.get("controller"))
    return Controller(
        expected_id,
        tuple(methods),
        snapshot_of,
        complete=not unowned,
        unsafe=unsafe,
        others=others,
        unowned=unowned,
    )


def key_set(document: Json, issuer: str) -> tuple[VerificationMethod, ...]:
    """Return the keys of a JWK Set (RFC 7517) of the issuer's own origin, each by its `kid`.

    Raises `DidError` if the set names another issuer (OB-72).
    """
    if document.get("iss", issuer) != issuer:
        raise DidError("issuer_document_of_another", str(document["iss"])[:200], certain=False)
    return tuple(
        VerificationMethod(entry["kid"] if isinstance(entry.get("kid"), str) else "", _key(entry))
        for entry in listed(document.get("keys"))
        if isinstance(entry, dict) and entry.get("use", "sig") == "sig"
    )


def _absolute(reference: Any, base: str) -> str:
    text = reference if isinstance(reference, str) else ""
    return base + text if text.startswith("#") else text


def _method(reference: str, entry: Json | None, owner: str) -> VerificationMethod | None:
    """Read one method; one of another controller is not the issuer's."""
    if entry is None or entry.get("controller") != owner or not reference.startswith(owner + "#"):
        return None
    dates = {name: readable_instant(entry.get(name)) for name in _ENDS}
    unreadable = (name for name in _ENDS if _is_said(entry.get(name)) and not dates[name])
    return VerificationMethod(
        id=reference,
        key=_public_key(entry),
        retired=min(filter(None, (dates["expires"], dates["retired"])), default=None),
        revoked=dates["revoked"],
        unreadable=next(unreadable, None),
    )


def _is_said(value: Any) -> bool:
    return value is not None and value is not False  # `revoked: false` ends nothing


def _public_key(entry: Json) -> PublicKey | None:
    """Return the key of a verification method in any of the forms in use: Multikey (and
    Ed25519VerificationKey2020), JsonWebKey (and JsonWebKey2020), and the base58 of
    Ed25519VerificationKey2018. None for kinds not read here."""
    encoded, base58 = entry.get("publicKeyMultibase"), entry.get("publicKeyBase58")
    try:
        if isinstance(encoded, str):
            return multikey.decode(encoded)
        if isinstance(base58, str) and str(entry.get("type")).startswith("Ed25519"):
            return multikey.ed25519_key(multikey.base58_decode(base58))
    except MultikeyError:
        return None
    return _key(entry.get("publicKeyJwk"))


def _key(jwk: Any) -> PublicKey | None:
    try:
        return from_jwk(jwk) if isinstance(jwk, dict) else None
    except JwkError:
        return None
