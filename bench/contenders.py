"""Who is measured: each can sign a credential and verify one, and says what it checks on the way.

All get the same documents, contexts from memory, and one Ed25519 key.
"""

import hashlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contexts import BUNDLED, canonicalize, walk
from contexts.json_types import JsonObject
from issuer.issuance.signing.proofs import SUITE, make_proof
from verifier.parsing import strict_json
from verifier.report import Outcome
from verifier.structure.gate import check_structure

Seconds = list[float]

ISSUER = "did:web:localhost%3A8202"
METHOD = f"{ISSUER}#key-1"
CREATED = "2026-11-22T12:00:00Z"
KEY = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
PUBLIC = KEY.public_key()


@dataclass(frozen=True)
class Contender:
    """`sign` and `verify` take some documents and return the seconds that each took. `is_here`
    says that it works in this process, whose memory can be looked at."""

    name: str
    checks: str
    sign: Callable[[list[Any]], Seconds]
    verify: Callable[[list[Any]], Seconds]
    is_here: bool = True


OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": SUITE.name,
    "created": CREATED,
    "verificationMethod": METHOD,
    "proofPurpose": "assertionMethod",
}


class _Signer:
    """Our key in memory, as the issuer's signers show themselves."""

    verification_method = METHOD
    algorithm = "Ed25519"
    public_key = PUBLIC

    def sign(self, data: bytes) -> bytes:
        return KEY.sign(data)


def sign(document: JsonObject) -> JsonObject:
    """Return the document with a proof, made as the issuer makes it."""
    return {**document, "proof": [make_proof(document, _Signer(), created=CREATED)]}


def verify(text: str) -> None:
    """Parse, gate, canonicalize and verify, with the verifier's own functions."""
    document = strict_json.loads_object(text.encode())
    (proof,) = document["proof"]
    assert check_structure(document).outcome is Outcome.PASSED
    assert SUITE.check(document, proof, PUBLIC, contexts=BUNDLED) is not None


def sign_alone(document: JsonObject) -> bytes:
    """Canonicalize, hash and sign, as the others do: no new signature is verified."""
    return KEY.sign(SUITE.hash_data(document, OPTIONS, PUBLIC))


def verify_alone(text: str) -> None:
    """Parse as everybody does, canonicalize, hash and verify: what PyLD's row does."""
    document = json.loads(text)
    (proof,) = document["proof"]
    assert SUITE.check(document, proof, PUBLIC, contexts=BUNDLED) is not None


def _times(work: Callable[[Any], object]) -> Callable[[list[Any]], Seconds]:
    def timed(documents: list[Any]) -> Seconds:
        seconds = []
        for document in documents:
            began = time.perf_counter()
            work(document)
            seconds.append(time.perf_counter() - began)
        return seconds

    return timed


def _forgetful(work: Callable[[list[Any]], Seconds]) -> Callable[[list[Any]], Seconds]:
    """The same with nothing remembered from one credential to the next."""

    def without(documents: list[Any]) -> Seconds:
        remembered, walk.REPEATED = walk.REPEATED, frozenset()
        try:
            return work(documents)
        finally:
            walk.REPEATED = remembered

    return without


@contextmanager
def contenders() -> Iterator[list[Contender]]:
    """Everybody who is installed here; the first is the floor, the second PyLD alone."""
    ours = _times(sign), _times(verify)
    alone = _times(sign_alone), _times(verify_alone)
    bare, full = "undefined terms, signature", "strict JSON, structure, undefined terms, signature"
    with _javascript() as javascript:
        yield [
            _floor(),
            _pyld(),
            Contender("proof alone, no memo", bare, _forgetful(alone[0]), _forgetful(alone[1])),
            Contender("proof alone", bare, *alone),
            Contender("Mintmark, no memo", full, _forgetful(ours[0]), _forgetful(ours[1])),
            Contender("Mintmark", full, *ours),
            *_installed(_openbadgeslib),
            *_installed(_openvc),
            *javascript,
        ]


def _floor() -> Contender:
    """What any implementation must do: parse, hash the canonical bytes, one Ed25519 operation."""
    signature = KEY.sign(bytes(64))

    def floor_sign(document: JsonObject) -> None:
        hashlib.sha256(_canonical(document)).digest()
        KEY.sign(bytes(64))

    def floor_verify(text: str) -> None:
        json.loads(text)
        hashlib.sha256(_canonical(text)).digest()
        PUBLIC.verify(signature, bytes(64))

    return Contender("floor", "none", _times(floor_sign), _times(floor_verify))


_BYTES: dict[int, bytes] = {}


def _canonical(document: JsonObject | str) -> bytes:
    """Bytes as long as the canonical form: to make them is not part of the floor."""
    return _BYTES[len(str(document)) // 1000]


def measure_canonical(document: JsonObject) -> None:
    """Tell the floor how long the canonical form of such a document is."""
    data = canonicalize(document)
    for text in (str(document), json.dumps(sign(document))):
        for near in (-1, 0, 1):
            _BYTES[len(text) // 1000 + near] = data


def _pyld() -> Contender:
    from pyld import jsonld

    def load(url: str, _options: Any) -> JsonObject:
        return {"contextUrl": None, "documentUrl": url, "document": BUNDLED[url]} | _STATIC

    def hash_data(document: JsonObject) -> bytes:
        document = dict(document)
        proof = document.pop("proof", [{"type": "DataIntegrityProof", "created": CREATED}])[0]
        options = {k: v for k, v in proof.items() if k != "proofValue"}
        options["@context"] = document["@context"]
        how = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
        quads = [jsonld.normalize(part, dict(how)) for part in (options, document)]
        return b"".join(hashlib.sha256(part.encode()).digest() for part in quads)

    def pyld_verify(text: str) -> None:
        document = json.loads(text)
        data = hash_data(document)
        with suppress(Exception):  # its escapes are not those of RDFC-1.0; the work is the same
            PUBLIC.verify(SUITE.decode(document["proof"][0]["proofValue"]), data)

    return Contender(
        "PyLD 3.3",
        "signature",
        _times(lambda document: KEY.sign(hash_data(document))),
        _times(pyld_verify),
    )


_STATIC = {"contentType": "application/ld+json", "tag": "static"}


def _installed(make: Callable[[], Contender]) -> list[Contender]:
    try:
        return [make()]
    except ImportError as exc:
        print(f"not measured: {exc}")
        return []


def _openbadgeslib() -> Contender:
    from openbadgeslib.ob3 import ldp

    private = KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = PUBLIC.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def low_level(text: str) -> None:
        document = json.loads(text)
        (document["proof"],) = document["proof"]
        ldp.verify_data_integrity_proof(document, public)

    def low_level_sign(document: JsonObject) -> None:
        ldp.add_data_integrity_proof(document, private, METHOD)

    return Contender(
        "openbadgeslib 4.6", "structure, signature", _times(low_level_sign), _times(low_level)
    )


def _openvc() -> Contender:
    from openvc.keys import Ed25519SigningKey
    from openvc.proof.data_integrity import DataIntegrityProofSuite

    suite = DataIntegrityProofSuite()
    pem = KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = Ed25519SigningKey.from_pem(pem, METHOD)
    extra = {url: BUNDLED[url] for url in BUNDLED if "imsglobal" in url}

    def openvc_sign(document: JsonObject) -> None:
        suite.add_proof(document, signing_key=key, verification_method=METHOD, extra_contexts=extra)

    def openvc_verify(text: str) -> None:
        document = json.loads(text)
        (document["proof"],) = document["proof"]
        jwk = key.public_jwk()
        suite.verify(document, public_key_jwk=jwk, extra_contexts=extra, check_temporal=False)

    return Contender(
        "openvc-core 1.37",
        "undefined terms, signature, purpose",
        _times(openvc_sign),
        _times(openvc_verify),
    )


@contextmanager
def _javascript() -> Iterator[list[Contender]]:
    folder = Path(__file__).parent / "js"
    if not (folder / "node_modules").is_dir():
        print("not measured: JavaScript (npm ci in bench/js)")
        yield []
        return
    node = subprocess.Popen(
        ["node", "bench.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    checks = "undefined terms, key of issuer, dates, signature"
    yield [
        Contender(name, checks, _asked(node, scope, "sign"), _asked(node, scope, "verify"), False)
        for scope, name in (
            ("digitalbazaar", "Digital Bazaar JS"),
            ("digitalcredentials", "DCC JS"),
        )
    ]
    assert node.stdin
    node.stdin.close()
    node.wait()


def _asked(node: "subprocess.Popen[str]", stack: str, call: str) -> Callable[[list[Any]], Seconds]:
    def ask(documents: list[Any]) -> Seconds:
        assert node.stdin
        assert node.stdout
        node.stdin.write(json.dumps({"stack": stack, "call": call, "documents": documents}) + "\n")
        node.stdin.flush()
        answer = json.loads(node.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"{stack} {call}: {answer['error']}")
        return [milliseconds / 1000 for milliseconds in answer["milliseconds"]]

    return ask
