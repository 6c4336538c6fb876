"""Beside DIDKit, which is compiled from Rust: the same credential, signed and verified by both.

DIDKit 0.3 reads data model 1.1, the first context of Open Badges 3.0 and `Ed25519Signature2020`, so
the 8 KB credential is written in these. Both hold the contexts in memory and resolve a `did:key`.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import didkit

from bench.contenders import CREATED, KEY, PUBLIC
from bench.documents import credentials, fresh
from contexts import BUNDLED
from contexts.json_types import JsonObject
from verifier.parsing import base64url, strict_json
from verifier.proof.cryptosuites import SUITES
from verifier.public_keys import multikey
from verifier.public_keys.jwk import to_jwk
from verifier.report import Outcome
from verifier.structure.gate import check_structure

SUITE = SUITES["Ed25519Signature2020"]
DID = f"did:key:{multikey.encode(PUBLIC)}"
OPTIONS = {
    "type": SUITE.proof_type,
    "created": CREATED,
    "verificationMethod": f"{DID}#{multikey.encode(PUBLIC)}",
    "proofPurpose": "assertionMethod",
}
_CONTEXTS = [
    "https://www.w3.org/2018/credentials/v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    "https://w3id.org/security/suites/ed25519-2020/v1",
]

_NEWER = {
    "validFrom", "awardedDate", "credentialStatus", "inLanguage", "mediaType", "digestMultibase",
}  # fmt: skip
"""What those contexts do not define, or say otherwise."""


_JWK = json.dumps({**to_jwk(PUBLIC), "d": base64url.encode(KEY.private_bytes_raw())})


def document(number: int) -> JsonObject:
    """Return the 8 KB credential as both read it, each time somebody else's."""
    credential: JsonObject = _without(fresh(credentials()["8 KB"], number), _NEWER)
    issuer = {**credential["issuer"], "id": DID}
    return {**credential, "@context": _CONTEXTS, "issuer": issuer, "issuanceDate": CREATED}


def _without(value: Any, members: set[str]) -> Any:
    if isinstance(value, list):
        return [_without(item, members) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _without(item, members) for name, item in value.items() if name not in members}


def sign(unsigned: JsonObject) -> str:
    """Return the credential with a proof of ours, which is verified as well."""
    signature = KEY.sign(SUITE.hash_data(unsigned, OPTIONS, PUBLIC))
    proof = {**OPTIONS, "proofValue": SUITE.encode(signature)}
    assert SUITE.check(unsigned, proof, PUBLIC, contexts=BUNDLED) is not None
    return json.dumps({**unsigned, "proof": proof})


def verify(text: str) -> None:
    """Parse, gate, canonicalize and verify, with the verifier's own functions."""
    read = strict_json.loads_object(text.encode())
    assert check_structure(read).outcome is Outcome.PASSED
    assert SUITE.check(read, read["proof"], PUBLIC, contexts=BUNDLED) is not None


def main() -> None:
    """Print a Markdown table: the least milliseconds of as many turns as asked for."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    size = len(json.dumps(document(0))) / 1000
    print(f"| {size:.0f} KB, data model 1.1, `{SUITE.name}` | sign | verify |")
    print("|---|--:|--:|")
    for name, seconds in asyncio.run(measure(rounds)).items():
        print(f"| {name} | " + " | ".join(f"{one * 1000:.2f} ms" for one in seconds) + " |")
    sys.stdout.flush()
    os._exit(0)  # DIDKit's threads abort a Python that ends in the usual way


async def measure(rounds: int) -> dict[str, list[float]]:
    """Return the least seconds that each took to sign and to verify, in turns."""
    took: dict[str, list[list[float]]] = {}
    for number in range(rounds + 1):
        unsigned = document(number)
        for name, (their_sign, their_verify) in {
            "Mintmark": (_ours(sign), _ours(verify)),
            "DIDKit 0.3 (Rust)": (_didkit_sign, _didkit_verify),
        }.items():
            signing, signed = await _timed(their_sign, unsigned)
            verifying, _ = await _timed(their_verify, signed)
            if number:  # the first is to warm up
                took.setdefault(name, []).append([signing, verifying])
    return {
        name: [min(column) for column in zip(*seconds, strict=True)]
        for name, seconds in took.items()
    }


async def _timed(work: Callable[[Any], Awaitable[Any]], argument: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    result = await work(argument)
    return time.perf_counter() - began, result


def _ours(work: Callable[[Any], Any]) -> Callable[[Any], Awaitable[Any]]:
    async def awaited(argument: Any) -> Any:
        return work(argument)

    return awaited


async def _didkit_sign(unsigned: JsonObject) -> str:
    options = {name: value for name, value in OPTIONS.items() if name != "created"}
    signed: str = await didkit.issue_credential(json.dumps(unsigned), json.dumps(options), _JWK)
    return signed


async def _didkit_verify(text: str) -> None:
    report = json.loads(await didkit.verify_credential(text, "{}"))
    assert report["checks"] == ["proof"], report
    assert not report["errors"], report


if __name__ == "__main__":
    main()
