"""Hooks of schemathesis: requests as a proxy passes them on, from many addresses, and among them
some with what is verified, which no schema can say."""

from copy import deepcopy
from itertools import count
from typing import Any

import schemathesis
from licenses import LICENSE, V2
from world import Issuer

from verifier.public_keys import multikey

_asked = count()
_key = Issuer("")
_encoded = multikey.encode(_key.proof_key.public_key())
_OWN = Issuer(f"did:key:{_encoded}", _key.proof_key)
_METHOD = {"verificationMethod": f"{_OWN.did}#{_encoded}", "created": "2020-01-01T00:00:00Z"}
_DATED = {"issuer": _OWN.did, "validFrom": "2020-01-01T00:00:00Z"}
_LICENSE = _OWN.sign(deepcopy(LICENSE) | _DATED, **_METHOD)
_SHOWN = {"@context": [V2], "type": "VerifiablePresentation", "verifiableCredential": [_LICENSE]}
SOUND = {
    "verifiableCredential": _LICENSE,
    "verifiablePresentation": _OWN.sign(_SHOWN, proofPurpose="authentication", **_METHOD),
}
"""By the member of a request in which it stands."""


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(_asked) // 30
    case.headers = {**(case.headers or {}), "X-Forwarded-For": f"198.51.100.{number % 250}"}
    case.body = _sound(case.body)


def _sound(body: Any) -> Any:
    """Put what is verified in the place of any object that stands for it."""
    if not isinstance(body, dict):
        return body
    return {
        name: SOUND[name] if name in SOUND and isinstance(value, dict) else value
        for name, value in body.items()
    }
