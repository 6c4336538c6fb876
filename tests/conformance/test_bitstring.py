"""The tests of W3C's suite for Bitstring Status List that do not skip themselves, by their names.

https://github.com/w3c/vc-bitstring-status-list-test-suite; twelve others skip themselves: seven of
members that our entries do not have, and five that the suite leaves out.
"""

import gzip
from copy import deepcopy

import pytest
from asking import ADDRESS, URL, with_changes

from verifier.parsing import base64url


@pytest.fixture(scope="module")
def credential(bound):
    return bound.issued(profile="bitstring")


@pytest.fixture(scope="module")
def listed(bound, credential):
    """The list that the credential's entry names."""
    url = credential["credentialStatus"]["statusListCredential"]
    return bound.client.get(url.removeprefix(ADDRESS)).json


def bits(listed):
    encoded = listed["credentialSubject"]["encodedList"]
    assert encoded.startswith("u")
    return gzip.decompress(base64url.decode(encoded[1:]))


def is_a_credential(whole):
    return {"@context", "type", "issuer", "credentialSubject", "proof"} <= set(whole)


ENTRY = {
    "Any expression of the data model in this section MUST be expressed in a conforming": bool,
    "If present, the id value is expected to be a URL ... MUST NOT be the URL for the status list.":
        lambda entry: entry["id"].startswith(f"{entry['statusListCredential']}#"),
    "The type property MUST be BitstringStatusListEntry.":
        lambda entry: entry["type"] == "BitstringStatusListEntry",
    "The purpose of the status entry MUST be a string.":
        lambda entry: entry["statusPurpose"] == "revocation",
    "The statusListIndex property MUST be an arbitrary size integer":
        lambda entry: str(int(entry["statusListIndex"])) == entry["statusListIndex"],
    "The statusListCredential property MUST be a URL to a verifiable credential.":
        lambda entry: entry["statusListCredential"].startswith(ADDRESS),
}  # fmt: skip
LIST = {
    "When the URL is dereferenced, the resulting verifiable credential MUST have type":
        lambda listed: "BitstringStatusListCredential" in listed["type"],
    "When a status list verifiable credential is published, it MUST be a conforming document":
        is_a_credential,
    "The verifiable credential that contains the status list MUST express a type property":
        lambda listed: "BitstringStatusListCredential" in listed["type"],
    "The type of the credential subject, which is the status list, MUST be BitstringStatusList.":
        lambda listed: listed["credentialSubject"]["type"] == "BitstringStatusList",
    "The value of the purpose property of the status entry, statusPurpose":
        lambda listed: listed["credentialSubject"]["statusPurpose"] == "revocation",
    "The encodedList property of the credential subject MUST be a Multibase-encoded": bits,
    "The uncompressed bitstring MUST be at least 16KB in size.":
        lambda listed: len(bits(listed)) >= 16 * 1024,
    "The following process ... when producing a BitstringStatusListCredential.": is_a_credential,
    "The following process ... when generating a status list bitstring.": bits,
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRY)
def test_entry(credential, name):
    assert is_a_credential(credential)
    assert ENTRY[name](credential["credentialStatus"])


@pytest.mark.parametrize("name", LIST)
def test_list(listed, name):
    assert LIST[name](listed)


def test_malformed_value(suite):
    """If an implementation of any of the algorithms in this section processes a property"""
    entry = {"type": "BitstringStatusListEntry", "statusListIndex": True,
             "statusListCredential": URL}  # fmt: skip
    for member in ("statusEntry", "credentialStatus"):
        assert suite.issue(with_changes({member: entry})).status_code == 400


@pytest.mark.parametrize("name", [
    "The following process ... when validating a verifiable credential",
    "The following process ... when expanding a compressed status list bitstring.",
])  # fmt: skip
def test_validating(suite, name):
    credential = suite.issued(profile="bitstring")
    assert suite.verify(credential) == 200


def test_a_list_is_verified_and_a_credential_without_its_list_is_not(bound, credential, listed):
    assert bound.verify(listed) == 200
    moved = deepcopy(credential)
    moved["credentialStatus"]["statusListCredential"] = f"{ADDRESS}/status/none"
    assert bound.verify(moved) == 400
