"""The check at start that this process signs with the published keys."""

import secrets
from collections.abc import Mapping
from typing import Any

from keys.documents import public_member
from keys.entry import KeyUse
from keys.signer import KeysError, Signer, is_signature


def self_test(signers: Mapping[KeyUse, Signer], published_document: Mapping[str, Any]) -> None:
    """Sign and verify a canary with each signer, and find its key in `published_document`.

    Raises `KeysError` if a signature does not verify, or if the document does not hold that
    very key, under that name, for assertions, neither retired nor revoked.
    """
    for use, signer in signers.items():
        name = signer.verification_method
        canary = b"mintmark canary " + secrets.token_bytes(16)
        if not is_signature(signer.public_key, signer.sign(canary), canary):
            raise KeysError(f"{name} signs, but its signature does not verify: do not issue")
        if fault := _fault(use, signer, published_document):
            raise KeysError(f"{name} {fault}: mintmark publish, then start again")


def _fault(use: KeyUse, signer: Signer, document: Mapping[str, Any]) -> str | None:
    name, controller = signer.verification_method, document.get("id")
    methods = document.get("verificationMethod", [])
    listed = [method for method in methods if method.get("id") == name]
    if len(listed) != 1 or name not in document.get("assertionMethod", []):
        return "is not in the published DID document"
    method = listed[0]
    if method.get("controller") != controller or name.partition("#")[0] != controller:
        return "is published under another controller"
    if method.keys() & {"retired", "expires", "revoked"}:
        return "is published as retired or compromised"
    expected = public_member(name, use, signer.public_key)
    if any(method.get(member) != value for member, value in expected.items()):
        return "is published with another public key"
    return None
