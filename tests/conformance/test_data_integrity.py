"""The tests of W3C's suites for EdDSA and ECDSA, by their names; each runs for each profile.

https://github.com/w3c/vc-di-eddsa-test-suite, https://github.com/w3c/vc-di-ecdsa-test-suite, and
what both share, https://github.com/w3c-ccg/data-integrity-test-suite-assertion
"""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from asking import EMBEDDED, GONE, URL, V1, V2, chained, proven, with_changes
from conformance_server import PROFILES

from contexts import CanonicalizationError, canonicalize
from verifier.proof.cryptosuites import sd_proof_value
from verifier.public_keys import multikey

SD = "ecdsa-sd-2023"
SIGNING = [*EMBEDDED, SD]
EDDSA, ECDSA = ([name for name in SIGNING if name.startswith(kind)] for kind in ("eddsa", "ecdsa"))
KEYS = {"z6Mk": 64, "zDna": 64, "z82L": 96}
"""By the first letters of a key, the length of its signatures."""
WINDSAILING = {
    "@protected": True,
    "ExampleAchievementCredential": "urn:example:ExampleAchievementCredential",
    "WindsailingAchievement": {"@id": "urn:example:WindsailingAchievement", "@context": {
        "@protected": True, "id": "@id", "type": "@type", "sailNumber": "urn:example:sailNumber",
        "sails": {"@id": "urn:example:sails", "@context": {
            "@protected": True, "sailName": "urn:example:sailName", "size": "urn:example:size",
            "year": "urn:example:year"}},
        "boards": {"@id": "urn:example:boards", "@context": {
            "@protected": True, "boardName": "urn:example:boardName", "brand": "urn:example:brand",
            "year": "urn:example:year"}}}},
    "achievements": {"@id": "urn:example:achievements", "@type": "@id"},
}  # fmt: skip
SAILED = {
    "@context": [V2, WINDSAILING],
    "type": ["VerifiableCredential", "ExampleAchievementCredential"],
    "credentialSubject": {"id": URL, "name": "Alice", "achievements": [
        {"type": "WindsailingAchievement", "sailNumber": "Sea1",
         "sails": [{"size": 5.5, "sailName": "Gull", "year": 2023},
                   {"size": 7.0, "sailName": "Tern", "year": 2020}],
         "boards": [{"boardName": "B170", "brand": "Wave", "year": 2022}]}]},
}  # fmt: skip
SUBJECT = "/credentialSubject/achievements/0"


def sound(suite, name, changes=None):
    """Return a credential that is verified: for selective disclosure, a copy."""
    if name != SD:
        return suite.issued(changes, name)
    base = suite.issued(changes, name, mandatoryPointers=["/issuer"])
    return derived(suite, base, ["/credentialSubject"])


def derived(suite, base, pointers):
    body = {"verifiableCredential": base, "options": {"selectivePointers": pointers}}
    answer = suite.client.post("/credentials/derive", json=body)
    assert answer.status_code == 201, answer.json
    return answer.json


# What an issuer's proof looks like


def quads(credential):
    """Return what a proof says, as RDF."""
    options = {k: v for k, v in credential["proof"].items() if k not in ("proofValue", "@context")}
    return canonicalize({"@context": credential["@context"], **options}).decode()


def says(text):
    return lambda credential: text in quads(credential)


def has_text(member):
    return lambda credential: isinstance(credential["proof"][member], str)


def is_of_its_length(credential):
    """Whether its value is in the multibase of its suite, and of the length of its key."""
    proof = credential["proof"]
    value = proof["proofValue"]
    if proof["cryptosuite"] == SD:
        return sd_proof_value.encode(sd_proof_value.decode(value)) == value
    return len(multikey.multibase_decode(value)) == KEYS[key_of(credential)[:4]]


def key_of(credential):
    """Return the key of its method, as a Multikey."""
    did, _, fragment = credential["proof"]["verificationMethod"].partition("#")
    assert did == f"did:key:{fragment}"
    return multikey.encode(multikey.decode(fragment))


def has_a_key(credential):
    return credential["proof"]["verificationMethod"].endswith(key_of(credential))


def is_complete(credential):
    return {"type", "cryptosuite", "verificationMethod", "proofPurpose"} <= set(credential["proof"])


def has_a_type(credential):
    return credential["proof"]["type"] == "DataIntegrityProof"


def has_a_suite(credential):
    return credential["proof"]["cryptosuite"] in {suite for suite, _ in PROFILES.values()}


def is_ascii(credential):
    return credential["proof"]["proofValue"].isascii()


DATED = says('"^^<http://www.w3.org/2001/XMLSchema#dateTime>')
PURPOSE = says("proofPurpose> <https://w3id.org/security#assertionMethod>")
METHOD = says("verificationMethod> <did:key:")
SUITE = says("^^<https://w3id.org/security#cryptosuiteString>")
TYPED = says("<https://w3id.org/security#DataIntegrityProof>")

FORMAT = {
    "When expressing a data integrity proof on an object, a proof property MUST be used.":
        lambda credential: "proof" in credential,
    "If present (proof), its value MUST be either a single object, or an unordered set of objects.":
        lambda credential: isinstance(credential["proof"], dict),
    "(proof.id) An optional identifier for the proof, which MUST be a URL.":
        lambda credential: "id" not in credential["proof"],
    "The specific type of proof MUST be specified as a string that maps to a URL.": TYPED,
    "The type property MUST contain the string DataIntegrityProof.": has_a_type,
    "The proofValue property MUST be used, as specified in 2.1 Proofs.": has_text("proofValue"),
    "If the proof type is DataIntegrityProof, cryptosuite MUST be specified": has_a_suite,
    "If specified (proof.cryptosuite), its value MUST be a string.": has_text("cryptosuite"),
    "A verification method is the means and information needed ... maps to a [URL].": METHOD,
    "The reason the proof was created ... MUST be specified as a string that maps to a URL.":
        PURPOSE,
    "(proof.proofValue) ... MUST use a header and encoding as described in Section 2.4":
        is_of_its_length,
    "Cryptographic suite designers MUST use mandatory proof value properties": is_complete,
    "The value of the cryptosuite property MUST be a string that identifies the suite.":
        has_a_suite,
    "... the type of the cryptosuite value MUST be the ... cryptosuiteString subtype": SUITE,
    "An OPTIONAL string value (proof.previousProof) or unordered list of string values.":
        lambda credential: "previousProof" not in credential["proof"],
}  # fmt: skip
DATA_MODEL = {
    "The publicKeyMultibase value of the verification method MUST start with ... (z)": has_a_key,
    "Any other encoding MUST NOT be allowed. (verificationMethod)": has_a_key,
    "The type property MUST be DataIntegrityProof.": has_a_type,
    "The cryptosuite property of the proof MUST be ... one of this specification": has_a_suite,
    "EdDSA: The proofValue property of the proof MUST be a detached EdDSA signature":
        is_of_its_length,
}  # fmt: skip
ALGORITHMS = {
    "The transformation options MUST contain a type identifier ... and a cryptosuite identifier":
        is_complete,
    "Whenever this algorithm encodes strings, it MUST use UTF-8 encoding.": is_ascii,
    "If options.type is not set to the string DataIntegrityProof ... an error MUST be raised":
        lambda credential: has_a_type(credential) and has_a_suite(credential),
    "The proof options MUST contain a type identifier ... and MUST contain a cryptosuite":
        is_complete,
    "If proofConfig.type is not set to DataIntegrityProof ... an error MUST be raised":
        lambda credential: has_a_type(credential) and has_a_suite(credential),
    "If proofConfig.created is ... not a valid [XMLSCHEMA11-2] datetime": DATED,
    "The proof options MUST contain a type identifier ... and MAY contain a cryptosuite":
        is_complete,
    "ECDSA: When generating ECDSA signatures, ... expressed according to section 7 of [RFC4754]":
        is_of_its_length,
    "ECDSA: For P-256 keys, the default hashing function, SHA-2 with 256 bits of output":
        is_of_its_length,
    "ECDSA: For P-384 keys, SHA-2 with 384-bits of output MUST be used": is_of_its_length,
}  # fmt: skip
ISSUED = {**FORMAT, **DATA_MODEL, **ALGORITHMS}


def asked_of(name, profile):
    """Whether a test is asked of a profile: some are of one of the two suites alone."""
    kind, colon, _ = name.partition(":")
    return not colon or kind.lower() == profile[:5]


@pytest.mark.parametrize(
    ("name", "profile"), [(n, p) for n in ISSUED for p in SIGNING if asked_of(n, p)]
)
def test_issuer(bound, issued, name, profile):
    assert ISSUED[name](issued[profile])


@pytest.fixture(scope="module")
def issued(bound):
    """A credential of each profile."""
    return {name: sound(bound, name) for name in SIGNING}


NOT_ISSUED = {
    "Implementations that use JSON-LD processing ... when data is dropped": [
        {"type": ["VerifiableCredential", "InvalidType"]},
        {"credentialSubject": {"id": URL, "invalidTerm": "a"}}],
    "If the algorithm produces an error, the error MUST be propagated": [
        {"credentialSubject": GONE}],
}  # fmt: skip


@pytest.mark.parametrize("profile", [name for name in SIGNING if "jcs" not in name])
@pytest.mark.parametrize("name", NOT_ISSUED)
def test_issuer_refuses(bound, name, profile):
    for changes in NOT_ISSUED[name]:
        assert bound.issue(with_changes(changes), profile).status_code == 400, changes


# What a verifier makes of a proof


def changed(**changes):
    """A sound credential whose proof is changed."""

    def make(suite, name):
        whole = sound(suite, name)
        return {**whole, "proof": with_changes(changes, whole["proof"])}

    return make


def signed_with(**options):
    """A credential whose proof signs other options than a profile gives it."""

    def make(suite, name):
        profile = suite.profile(name)
        with suppress(CanonicalizationError, KeyError):  # what RDF cannot say, or no suite signs so
            return proven(profile, with_changes({"issuer": profile.did}), **options)
        return changed(**options)(suite, name)

    return make


def holding(**changes):
    """A sound credential with members that were added after it was signed."""
    return lambda suite, name: with_changes(changes, sound(suite, name))


def shorter(suite, name):
    whole = sound(suite, name)
    return {**whole, "proof": {**whole["proof"], "proofValue": whole["proof"]["proofValue"][1:]}}


def longer(suite, name):
    whole = sound(suite, name)
    value = multikey.multibase_decode(whole["proof"]["proofValue"]) + bytes(32)
    return {**whole, "proof": {**whole["proof"], "proofValue": "z" + multikey.base58_encode(value)}}


def otherwise_canonicalized(suite, name):
    """Signed by the suite's own key, over the bytes of the other way to make them."""
    profile = suite.profile(name)
    here, there = ("rdfc", "jcs") if "rdfc" in profile.suite else ("jcs", "rdfc")
    other = replace(profile, suite=profile.suite.replace(here, there))
    document = with_changes({"issuer": profile.did})
    context = {"@context": document["@context"]} if there == "rdfc" else {}
    return proven(other, document, cryptosuite=profile.suite, **context)


def a_chain(previous, first=None):
    """Two proofs, of which the second covers the one before; the first may be changed."""

    def make(suite, name):
        profile = suite.profile(name)
        whole = chained(profile, with_changes({"issuer": profile.did}), previous)
        whole["proof"][0] |= first or {}
        return whole

    return make


NO_VALUE = [changed(proofValue=GONE), changed(proofValue=None), shorter]
FIRST, MISSING = "urn:uuid:0001", "urn:uuid:0009"

REFUSED = {
    "When deserializing to RDF, implementations MUST ensure that the base URL is set to null.": [
        holding(type=["VerifiableCredential", "UndefinedCredential"])],
    "Conforming processors MUST produce errors when non-conforming documents are consumed.": [
        signed_with(type="UnknownProofType")],
    "If either securedDocument is not a map or securedDocument.proof is not a map": [
        holding(proof=GONE), holding(proof=None), holding(proof="a text")],
    "If one or more of proof.type, proof.verificationMethod, and proof.proofPurpose": [
        changed(type=GONE), changed(verificationMethod=GONE), changed(proofPurpose=GONE)],
    "The type property MUST contain the string DataIntegrityProof.": [
        signed_with(type="UnknownProofType")],
    "The proofValue property MUST be used, as specified in 2.1 Proofs.": NO_VALUE,
    "(proof.proofValue) A string value that contains the base-encoded binary data": NO_VALUE,
    "Implementations that use JSON-LD processing ... when data is dropped": [
        holding(undefinedTerm="IfDroppedWillVerify"),
        holding(type=["VerifiableCredential", "UndefinedType"])],
    "The value of the cryptosuite property MUST be a string": [
        signed_with(cryptosuite="UnknownCryptosuite")],
    "If the cryptosuite field is not the string of the suite, an error MUST be raised.": [
        signed_with(cryptosuite="unknown-cryptosuite-2017")],
    "More: other values of a proof": [
        signed_with(proofPurpose="capabilityInvocation"), signed_with(created="invalidDate"),
        signed_with(expires="2020-01-01T00:00:00Z"), changed(domain="another.example"),
        changed(verificationMethod="did:key:invalidVm"), changed(challenge="another"),
        changed(proofValue="uAAAA"), holding(name="Mallory"), holding(proof=[])],
}  # fmt: skip
REFUSED_IN_FULL = {
    "If the proofValue field, when decoded to raw bytes, is not 64 bytes in length": [longer],
    "fails verification when credential is not canonicalized correctly.": [
        otherwise_canonicalized],
    "If a proof with id equal to previousProof does not exist in allProofs": [
        a_chain(MISSING)],
    "If any element of previousProof list has an id ... that does not match": [
        a_chain([MISSING]), a_chain([FIRST, MISSING])],
    "Each value identifies another data integrity proof, all of which MUST also verify": [
        a_chain(FIRST, {"proofValue": "z1111"})],
    "Proof Chains: If a proof with id value equal to the value of previousProof": [
        a_chain(FIRST, {"id": MISSING})],
}  # fmt: skip
"""Of proofs that show everything: for selective disclosure there are no chains."""
HOLDS = {
    "MUST verify a valid VC": [sound],
    "interop: should verify what this issuer issues": [sound],
    "An OPTIONAL string value (proof.previousProof) ... MUST verify before the current": [
        a_chain(FIRST)],
    "If an unordered list (proof), all referenced proofs in the array MUST verify.": [
        a_chain([FIRST])],
}  # fmt: skip


@pytest.mark.parametrize("profile", SIGNING)
@pytest.mark.parametrize("name", REFUSED)
def test_verifier_refuses(suite, name, profile):
    for make in REFUSED[name]:
        assert suite.verify(make(suite, profile), checks=["proof"]) == 400, make


@pytest.mark.parametrize("profile", EMBEDDED)
@pytest.mark.parametrize("name", REFUSED_IN_FULL)
def test_verifier_refuses_in_full(suite, name, profile):
    for make in REFUSED_IN_FULL[name]:
        assert suite.verify(make(suite, profile), checks=["proof"]) == 400, make


@pytest.mark.parametrize("profile", EMBEDDED)
@pytest.mark.parametrize("name", HOLDS)
def test_verifier(suite, name, profile):
    for make in HOLDS[name]:
        assert suite.verify(make(suite, profile), checks=["proof"]) == 200, make


@pytest.mark.parametrize("profile", SIGNING)
def test_an_expected_purpose_is_the_proofs(bound, profile):
    """If expectedProofPurpose was given, and it does not match proof.proofPurpose"""
    whole = sound(bound, profile)
    assert bound.verify(whole, checks=["proof"], expectedProofPurpose="authentication") == 400
    assert bound.verify(whole, checks=["proof"], expectedProofPurpose="assertionMethod") == 200


# ecdsa-sd-2023


def a_copy(*pointers, must=("/issuer",), changes=None, value=None):
    """A copy that shows what pointers name."""

    def make(suite):
        base = suite.issue(with_changes(changes or {}, SAILED), SD, mandatoryPointers=[*must]).json
        return with_changes(value or {}, derived(suite, base, [*pointers]))

    return make


def a_copy_with(**changes):
    def make(suite):
        whole = a_copy("/credentialSubject/id")(suite)
        return {**whole, "proof": {**whole["proof"], **changes}}

    return make


def a_copy_in_parts(**parts):
    """A copy whose proof is of other parts."""

    def make(suite):
        value = a_copy("/credentialSubject/id")(suite)["proof"]["proofValue"]
        parted = replace(sd_proof_value.decode(value), **parts)
        return a_copy_with(proofValue=sd_proof_value.encode(parted))(suite)

    return make


def with_another_header(suite):
    value = a_copy("/credentialSubject/id")(suite)["proof"]["proofValue"]
    return a_copy_with(proofValue=f"u{value[4:]}")(suite)


DISCLOSED = {
    "MUST verify a valid VC with an ecdsa-sd-2023 proof.": (a_copy("/credentialSubject/id"), 200),
    "MUST verify a valid VC with nested disclosed properties.": (
        a_copy(f"{SUBJECT}/sails/0/size"), 200),
    "MUST verify a valid VC with disclosed properties and bnodes.": (
        a_copy(f"{SUBJECT}/sails/0", changes={"id": GONE}), 200),
    "MUST verify with full array revealed properties": (a_copy(f"{SUBJECT}/sails"), 200),
    "MUST verify with fewer array revealed properties": (
        a_copy(f"{SUBJECT}/sails/1", f"{SUBJECT}/boards"), 200),
    "MUST verify w/o first element revealed properties": (a_copy(f"{SUBJECT}/sails/1"), 200),
    'If the "proofValue" string does not start with "u", an error MUST be raised.': (
        a_copy_with(proofValue="a"), 400),
    'If the "cryptosuite" field is not the string "ecdsa-sd-2023"': (
        a_copy_with(cryptosuite="invalid-cryptosuite"), 400),
    "MUST fail to verify a modified disclosed credential.": (
        a_copy("/credentialSubject/id", value={"credentialSubject": {"id": "urn:invalid"}}), 400),
    "If the decodedProofValue does not start with the ECDSA-SD disclosure proof header bytes": (
        with_another_header, 400),
    **{f"If the result is not an array of the following five elements: {part}": (
        a_copy_in_parts(**{part: value}), 400) for part, value in {
            "base_signature": bytes(63), "public_key": bytes(34), "signatures": (bytes(63),),
            "labels": {0: bytes(31)}, "mandatory_indexes": ("0",)}.items()},
    "More: a changed value": (
        lambda suite: json.loads(json.dumps(a_copy(must=["/issuer", f"{SUBJECT}/sails/1"])(suite))
                                 .replace("Tern", "Kite")), 400),
}  # fmt: skip


@pytest.mark.parametrize("name", DISCLOSED)
def test_disclosure(suite, name):
    make, status = DISCLOSED[name]
    assert suite.verify(make(suite), checks=["proof"]) == status


def test_a_copy_shows_the_ids_and_types_on_the_way_to_what_it_shows(bound):
    """All non-blank node identifiers, and all types, in the path of any JSON Pointer MUST be
    included in the selection"""
    subject = a_copy(f"{SUBJECT}/sails/0/size")(bound)["credentialSubject"]
    sailed = {"type": "WindsailingAchievement", "sails": [{"size": 5.5}]}
    assert subject == {"id": URL, "achievements": [sailed]}


def test_a_base_proof_is_accepted_by_decision(suite):
    """The suite asks for the opposite: "MUST fail to verify a base proof." (D27)"""
    assert suite.verify(suite.issued({}, SD, mandatoryPointers=["/issuer"])) == 200


@pytest.mark.parametrize("pointers", [["/no/such/place"], ["not a pointer"], [7]])
def test_a_pointer_to_nothing_is_refused(bound, pointers):
    """Set value to parentValue.path. If value is now undefined, an error MUST be raised"""
    assert bound.issue(SAILED, SD, mandatoryPointers=pointers).status_code == 400
    base = bound.issue(SAILED, SD, mandatoryPointers=["/issuer"]).json
    body = {"verifiableCredential": base, "options": {"selectivePointers": pointers}}
    assert bound.client.post("/credentials/derive", json=body).status_code == 400


@pytest.mark.parametrize("body", [{}, {"verifiableCredential": 7}, {"verifiableCredential": {}}])
def test_what_has_no_base_proof_is_not_derived(bound, body):
    assert bound.client.post("/credentials/derive", json=body).status_code == 400


# Both data models

VERSIONS = [(name, V2) for name in PROFILES]
VERSIONS += [(name, V1) for name in PROFILES if name != "bitstring"]  # which is of 2.0 alone


@pytest.mark.parametrize(("profile", "version"), VERSIONS)
def test_each_profile_issues_what_the_verifier_verifies(bound, profile, version):
    old = version == V1
    dated = {"issuanceDate": "2020-01-01T00:00:00Z"} if old else {}
    subject = {"id": "did:example:subject"} | ({} if old else {"name": "Alice"})
    changes = {"@context": [version], "credentialSubject": subject, **dated}
    credential = bound.issued(changes, profile, mandatoryPointers=["/issuer"])
    assert bound.verify(credential, checks=["proof"]) == 200


@pytest.mark.parametrize("profile", EMBEDDED)
def test_several_proofs_all_count(bound, profile):
    credential = bound.issued({}, profile)
    twice = {**credential, "proof": [credential["proof"], credential["proof"]]}
    assert bound.verify(twice) == 200
    twice["proof"][1] = {**credential["proof"], "proofValue": "z1111"}
    assert bound.verify(twice) == 400
