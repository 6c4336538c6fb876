"""Evidence handed over as a file: the very file that was signed for, or not (D9, OB-38)."""

import base64
import hashlib

import pytest

from verifier.checks.evidence import check_evidence, digest_multibase
from verifier.credential.model import Credential, Evidence, Profile
from verifier.public_keys.multikey import base58_encode
from verifier.report import Outcome

FILE = b"six drafts, each with its revision"
SHA = {name: hashlib.new(name, FILE).digest() for name in ("sha256", "sha384", "sha512")}


def credential(*digests):
    evidence = tuple(Evidence(name=f"E{n}", digest=digest) for n, digest in enumerate(digests))
    return Credential(None, (), Profile("did:web:district.example"), evidence=evidence)


def base64url(data):
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "digest",
    [
        pytest.param(digest_multibase(SHA["sha256"]), id="sha-256"),
        pytest.param("z" + base58_encode(b"\x20\x30" + SHA["sha384"]), id="sha-384"),
        pytest.param("z" + base58_encode(b"\x13\x40" + SHA["sha512"]), id="sha-512"),
        pytest.param(base64url(b"\x12\x20" + SHA["sha256"]), id="base64url"),
    ],
)
def test_the_file_that_was_signed_for_is_unchanged(digest):
    check = check_evidence(credential(digest), FILE)
    assert (check.outcome, check.params["name"]) == (Outcome.PASSED, "E0")


def test_the_piece_that_fits_is_named_wherever_it_stands():
    check = check_evidence(credential(None, "zjunk", digest_multibase(SHA["sha256"])), FILE)
    assert check.params["name"] == "E2"


@pytest.mark.parametrize(
    "digest",
    [
        pytest.param(digest_multibase(hashlib.sha256(FILE + b".").digest()), id="another file"),
        pytest.param(digest_multibase(SHA["sha256"][:-1]), id="digest cut short"),
        pytest.param("z" + base58_encode(b"\x11\x14" + SHA["sha256"][:20]), id="sha-1"),
        pytest.param("z" + base58_encode(b"\x13\x40" + SHA["sha256"]), id="wrong hash named"),
        pytest.param("z" + base58_encode(b"\x12\x20"), id="no digest"),
        pytest.param("z", id="nothing"),
        pytest.param("sha256-abc", id="another notation"),
        pytest.param("z0OIl", id="not base58"),
        pytest.param("uñ", id="not base64url"),
        pytest.param("uA", id="base64url cut short"),
        pytest.param("z" + "2" * 9999, id="too long to decode"),
    ],
)
def test_what_is_not_the_digest_of_the_file_fails(digest):
    assert check_evidence(credential(digest), FILE).code == "evidence_not_this_file"


def test_without_a_digest_no_file_can_be_compared():
    check = check_evidence(credential(None), FILE)
    assert (check.name, check.outcome) == ("evidence", Outcome.COULD_NOT_CHECK)
    assert check.code == "evidence_without_digest"
