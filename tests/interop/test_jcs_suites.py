"""The JCS suites: canonical JSON by the library of RFC 8785's author, signatures by PyNaCl and
cryptography; Mintmark reads them."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey
from published import vectors

from contexts.jcs import canonicalize_json
from verifier import Answer, multikey

EDWARDS = SigningKey(bytes(range(32)))
P256, P384 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())
EDWARDS_NAME = "z" + multikey.base58_encode(b"\xed\x01" + bytes(EDWARDS.verify_key))
VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=6), inner, max_size=4),
)  # fmt: skip


def by_edwards(data):
    return EDWARDS.sign(data).signature


def by_curve(key, size, hash_of):
    def sign(data):
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hash_of)))
        return r.to_bytes(size) + s.to_bytes(size)

    return sign


SIGNERS = {
    "eddsa-jcs-2022": ("eddsa-jcs-2022", EDWARDS_NAME, "sha256", by_edwards),
    "ecdsa-jcs-2019 P-256": (
        "ecdsa-jcs-2019", multikey.encode(P256.public_key()), "sha256",
        by_curve(P256, 32, SHA256())),
    "ecdsa-jcs-2019 P-384": (
        "ecdsa-jcs-2019", multikey.encode(P384.public_key()), "sha384",
        by_curve(P384, 48, SHA384())),
}  # fmt: skip


@pytest.fixture(params=SIGNERS.values(), ids=SIGNERS)
def theirs(request, library, world):
    """A badge with a number, signed over the library's canonical JSON."""
    suite, name, hash_name, sign = request.param
    issuer = f"did:key:{name}"
    badge = world.badge(issuer={"id": issuer, "type": ["Profile"], "name": "Académie “Exemple”"})
    del badge["credentialStatus"]
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": "2026-11-01T00:00:00Z",
        "verificationMethod": f"{issuer}#{name}",
        "proofPurpose": "assertionMethod",
        "@context": badge["@context"],
    }
    data = b"".join(
        hashlib.new(hash_name, library.ask("canonicalJson", value=part).encode()).digest()
        for part in (proof, badge)
    )
    return badge | {"proof": {**proof, "proofValue": "z" + multikey.base58_encode(sign(data))}}


def test_mintmark_accepts_a_badge_signed_over_their_canonical_json(world, theirs):
    report = world.verify(theirs)
    assert (report.authentic.code, report.current.code) == ("authentic", "current")


def test_mintmark_refuses_a_tampered_copy(world, theirs):
    theirs["credentialSubject"]["creditsEarned"] = 12.25
    assert world.verify(theirs).authentic.answer is Answer.NO


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(VALUES)
def test_both_write_any_value_alike(library, value):
    assert library.ask("canonicalJson", value=value) == canonicalize_json(value).decode()


@pytest.mark.parametrize("case", vectors("rfc8785.json"), ids=lambda case: case["name"])
def test_both_write_the_published_examples_alike(library, case):
    written = library.ask("canonicalJson", value=json.loads(case["input"]))
    assert written.encode().hex() == case["hex"]
