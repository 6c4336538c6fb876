"""`ecdsa-sd-2023` step by step against the examples of the specification, and against harm.

The examples use `https://w3id.org/citizenship/v4rc1`, a draft context that is not bundled.
Below stands one of our own that maps the same words to the IRIs which the published N-Quads
show, so that every step can be run from the JSON on.
"""

import copy
import hashlib

import nquads
import published
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from sharing import SharingIssuer
from world import World

from contexts import BUNDLED, FrozenContexts, WorkLimitError, canonicalize
from contexts.rdfc import line
from issuer.issuance.signing.selective import sign_statements
from verifier.parsing import base64url, pointers
from verifier.proof.cryptosuites import ECDSA_SD_2023, cbor, ecdsa_sd, sd_proof_value
from verifier.proof.cryptosuites.sd_proof_value import BaseProof, DerivedProof
from verifier.proof.cryptosuites.statements import (
    NotDivisibleError,
    Statements,
    revealed,
    secret_label,
)
from verifier.proof.cryptosuites.suite import ProofValueError
from verifier.proof.cryptosuites.transformation import configure_rdfc
from verifier.public_keys import multikey

VECTORS = published.vectors("w3c-ecdsa-sd-2023.json")
KEYS = VECTORS["keys"]
EXAMPLES = ["employ", "prc"]
SCHEMA, CITIZENSHIP = "https://schema.org/", "https://w3id.org/citizenship#"
DATE = "http://www.w3.org/2001/XMLSchema#dateTime"
THEIR_WORDS = {
    "@context": {
        "Person": f"{SCHEMA}Person",
        "image": {"@id": f"{SCHEMA}image", "@type": "@id"},
        "birthDate": {"@id": f"{SCHEMA}birthDate", "@type": DATE},
        "residentSince": {"@id": f"{CITIZENSHIP}residentSince", "@type": DATE},
        **{
            word: SCHEMA + word
            for word in ("additionalName", "familyName", "gender", "givenName", "identifier")
        },
        **{
            word: CITIZENSHIP + word
            for word in (
                "EmployablePerson",
                "EmploymentAuthorizationDocument",
                "EmploymentAuthorizationDocumentCredential",
                "PermanentResident",
                "PermanentResidentCard",
                "PermanentResidentCardCredential",
                "birthCountry",
                "commuterClassification",
                "employmentAuthorizationDocument",
                "lprCategory",
                "lprNumber",
                "permanentResidentCard",
            )
        },
    }
}
CONTEXTS = FrozenContexts({**BUNDLED, "https://w3id.org/citizenship/v4rc1": THEIR_WORDS})
HMAC = bytes.fromhex(KEYS["hmac"])


def private_key(pair):
    secret = multikey.multibase_decode(pair["secretKeyMultibase"])
    assert secret[:2] == b"\x86\x26"
    return ec.derive_private_key(int.from_bytes(secret[2:]), ec.SECP256R1())


BASE_KEY, PROOF_KEY = private_key(KEYS["base"]), private_key(KEYS["proof"])


@pytest.fixture(params=EXAMPLES)
def example(request):
    return VECTORS[request.param]


@pytest.fixture
def signed(example):
    return example["signed"]


@pytest.fixture
def statements(signed):
    return Statements(ecdsa_sd.unsecured(signed), HMAC, CONTEXTS)


def test_the_secret_keys_are_those_of_the_public_ones():
    for pair, key in ((KEYS["base"], BASE_KEY), (KEYS["proof"], PROOF_KEY)):
        assert multikey.encode(key.public_key()) == pair["publicKeyMultibase"]


def test_the_canonical_options_are_those_published(example, signed):
    options = {name: value for name, value in signed["proof"].items() if name != "proofValue"}
    configured = configure_rdfc()(ecdsa_sd.unsecured(signed), options)
    assert canonicalize(configured, contexts=CONTEXTS).decode() == example["canonicalOptions"]


def test_the_canonical_document_is_that_published(example, signed):
    canonical = canonicalize(ecdsa_sd.unsecured(signed), contexts=CONTEXTS)
    assert canonical.decode().splitlines(keepends=True) == example["canonical"]


def test_the_labeled_statements_are_those_published(example, statements):
    assert list(statements.lines) == example["labelled"]


def test_the_mandatory_group_is_that_published(example, statements):
    mandatory = statements.at(example["mandatoryPointers"])
    assert statements.indexes(mandatory) == example["mandatoryIndexes"]


def test_the_selective_and_combined_groups_are_those_published(example, statements):
    mandatory = statements.at(example["mandatoryPointers"])
    selective = statements.at(example["selectivePointers"])
    assert statements.indexes(selective) == example["selectiveIndexes"]
    assert statements.indexes(mandatory | selective) == example["combinedIndexes"]


def base_data(example):
    signed = example["signed"]
    return ecdsa_sd.base_data(
        signed, signed["proof"], HMAC, example["mandatoryPointers"], contexts=CONTEXTS
    )


def test_the_hashes_are_those_published(example):
    data = base_data(example)
    assert data.proof_hash.hex() == example["proofHash"]
    assert data.mandatory_hash.hex() == example["mandatoryHash"]


def test_the_base_proof_is_that_published_byte_for_byte(example):
    data = base_data(example)
    proof = BaseProof(
        base_signature=bytes.fromhex(example["baseSignature"]),
        public_key=multikey.to_bytes(PROOF_KEY.public_key()),
        hmac_key=HMAC,
        signatures=tuple(map(bytes.fromhex, example["signatures"])),
        mandatory_pointers=tuple(example["mandatoryPointers"]),
    )
    assert sd_proof_value.encode(proof) == example["signed"]["proof"]["proofValue"]
    assert sd_proof_value.decode(example["signed"]["proof"]["proofValue"]) == proof
    assert len(data.non_mandatory) == len(proof.signatures)


def test_signing_again_gives_the_published_signatures(example):
    """They were made with the nonces of RFC 6979, as ours are."""
    data = base_data(example)
    assert [s.hex() for s in sign_statements(PROOF_KEY, data.non_mandatory)] == example[
        "signatures"
    ]
    to_sign = data.to_sign(multikey.to_bytes(PROOF_KEY.public_key()))
    assert sign_statements(BASE_KEY, [to_sign])[0].hex() == example["baseSignature"]


def test_the_published_base_proof_holds(signed):
    code = ECDSA_SD_2023.check(signed, signed["proof"], BASE_KEY.public_key(), contexts=CONTEXTS)
    assert code == "signature_verified_whole"


def test_the_derived_credential_is_that_published_byte_for_byte(example, signed):
    copy = ecdsa_sd.disclose(
        signed, signed["proof"], example["selectivePointers"], contexts=CONTEXTS
    )
    assert copy == example["derived"]["revealed"]


def test_the_parts_of_the_derived_proof_are_those_published(example):
    wanted = example["derived"]
    value = sd_proof_value.decode(wanted["revealed"]["proof"]["proofValue"])
    assert value == DerivedProof(
        base_signature=bytes.fromhex(example["baseSignature"]),
        public_key=multikey.to_bytes(PROOF_KEY.public_key()),
        signatures=tuple(
            bytes.fromhex(example["signatures"][i]) for i in wanted["signatureIndexes"]
        ),
        labels={int(n[4:]): base64url.decode(label[1:]) for n, label in wanted["labels"].items()},
        mandatory_indexes=tuple(wanted["mandatoryIndexes"]),
    )


def test_a_reader_finds_the_published_statements_and_hash(example):
    wanted = example["derived"]
    value = sd_proof_value.decode(wanted["revealed"]["proof"]["proofValue"])
    lines = revealed(ecdsa_sd.unsecured(wanted["revealed"]), value.labels, CONTEXTS)
    assert list(lines) == wanted["labelled"]
    optional = [i for i in range(len(lines)) if i not in value.mandatory_indexes]
    assert optional == wanted["nonMandatory"]
    mandatory = "".join(lines[i] for i in value.mandatory_indexes)
    assert hashlib.sha256(mandatory.encode()).hexdigest() == wanted["mandatoryHash"]


def test_the_published_derived_proof_holds(example):
    document = example["derived"]["revealed"]
    code = ECDSA_SD_2023.check(
        document, document["proof"], BASE_KEY.public_key(), contexts=CONTEXTS
    )
    assert code == "signature_verified_part"


# From here on a badge of our own.

ISSUER = SharingIssuer("did:web:district.example")
STRANGER = SharingIssuer("did:web:other.example")
WORLD = World(issuer=ISSUER)
WHOLE = ISSUER.share(WORLD.badge())
PART = ecdsa_sd.disclose(WHOLE, WHOLE["proof"][0], ["/credentialSubject/result", "/evidence"])


def check(document, issuer=ISSUER):
    key = issuer.sd_key.public_key()
    return ECDSA_SD_2023.check(document, document["proof"], key, contexts=BUNDLED)


def with_value(document, **changes):
    value = sd_proof_value.decode(document["proof"]["proofValue"])
    parts = {name: getattr(value, name) for name in value.__slots__} | changes
    changed = sd_proof_value.encode(type(value)(**parts))
    return {**document, "proof": {**document["proof"], "proofValue": changed}}


def test_a_part_of_a_badge_holds():
    assert check(PART) == "signature_verified_part"


def test_no_other_key_made_it():
    assert check(PART, issuer=STRANGER) is None


def paths(value, way=()):
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for step, item in items:
            yield from paths(item, (*way, step))
    else:
        yield way


BASE = {**WHOLE, "proof": WHOLE["proof"][0]}
LEAVES = [
    pytest.param(document, way, id=f"{name}:{'/'.join(map(str, way))}")
    for name, document in (("part", PART), ("whole", BASE))
    for way in paths(ecdsa_sd.unsecured(document))
    if way[0] != "@context"
]


def at(document, way):
    for step in way:
        document = document[step]
    return document


def changed_leaf(document, way):
    changed = copy.deepcopy(document)
    value = at(document, way)
    if isinstance(value, bool):
        other = not value
    elif isinstance(value, str):
        other = "https://other.example/x" if way[-1] == "id" or ":" in value else value + "x"
    else:
        other = value + 1
    at(changed, way[:-1])[way[-1]] = other
    return changed


@pytest.mark.parametrize(("document", "way"), LEAVES)
def test_a_changed_leaf_is_found(document, way):
    try:
        code = check(changed_leaf(document, way))
    except ValueError:  # not canonical, or another number of nodes: just as good
        code = None
    assert code is None


@pytest.mark.parametrize(("document", "way"), LEAVES)
def test_a_leaf_taken_out_is_found(document, way):
    changed = copy.deepcopy(document)
    del at(changed, way[:-1])[way[-1]]
    try:
        code = check(changed)
    except ValueError:
        code = None
    assert code is None


@pytest.mark.parametrize("member", ["created", "verificationMethod", "proofPurpose"])
def test_a_changed_option_is_found(member):
    options = {**PART["proof"], member: "https://other.example/2027-01-01T00:00:00Z"}
    assert check({**PART, "proof": options}) is None


def test_parts_of_two_badges_do_not_mix():
    other = ISSUER.share(WORLD.badge(name="Another badge"))
    another = ecdsa_sd.disclose(other, other["proof"][0], ["/credentialSubject/narrative"])
    mixed = copy.deepcopy(PART)
    mixed["credentialSubject"]["narrative"] = another["credentialSubject"]["narrative"]
    value = sd_proof_value.decode(PART["proof"]["proofValue"])
    foreign = sd_proof_value.decode(another["proof"]["proofValue"])
    for signature in foreign.signatures:
        for place in range(len(value.signatures) + 1):
            signatures = (*value.signatures[:place], signature, *value.signatures[place:])
            assert check(with_value(mixed, signatures=signatures)) is None


def test_one_node_shown_as_two_is_found():
    """Each half is signed; that they are two is not."""
    split = copy.deepcopy(PART)
    (result,) = split["credentialSubject"]["result"]
    level = {"type": result["type"], "achievedLevel": result.pop("achievedLevel")}
    split["credentialSubject"]["result"].append(level)
    labels = sd_proof_value.decode(PART["proof"]["proofValue"]).labels
    for label in labels.values():
        assert check(with_value(split, labels={**labels, len(labels): label})) is None


HARM = {
    "a-signature-less": {"signatures": lambda v: v.signatures[1:]},
    "a-signature-twice": {"signatures": lambda v: (*v.signatures, v.signatures[0])},
    "signatures-in-another-order": {"signatures": lambda v: v.signatures[::-1]},
    "no-signatures": {"signatures": lambda _: ()},
    "nothing-mandatory": {"mandatory_indexes": lambda _: ()},
    "everything-mandatory": {
        "mandatory_indexes": lambda v: range(len(v.signatures) + len(v.mandatory_indexes)),
        "signatures": lambda _: (),
    },
    "an-index-beyond-the-end": {"mandatory_indexes": lambda v: (*v.mandatory_indexes, 10**6)},
    "labels-exchanged": {
        "labels": lambda v: dict(zip(v.labels, reversed(v.labels.values()), strict=True))
    },
    "a-label-less": {"labels": lambda v: dict(list(v.labels.items())[1:])},
    "a-label-too-many": {"labels": lambda v: {**v.labels, 99: bytes(32)}},
    "one-label-for-two-nodes": {"labels": lambda v: dict.fromkeys(v.labels, v.labels[0])},
    "another-base-signature": {"base_signature": lambda _: bytes(63) + b"\1"},
    "a-key-of-somebody-else": {
        "public_key": lambda _: multikey.to_bytes(STRANGER.sd_key.public_key())
    },
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_a_harmed_derived_proof_does_not_hold(harm):
    value = sd_proof_value.decode(PART["proof"]["proofValue"])
    changes = {name: change(value) for name, change in harm.items()}
    changes = {n: tuple(v) if isinstance(v, range) else v for n, v in changes.items()}
    assert check(with_value(PART, **changes)) is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"mandatory_pointers": ()}, id="no-pointers"),
        pytest.param({"mandatory_pointers": ("/name",)}, id="fewer-pointers"),
        pytest.param({"hmac_key": bytes(32)}, id="another-hmac-key"),
        pytest.param({"signatures": ()}, id="no-signatures"),
    ],
)
def test_a_harmed_base_proof_does_not_hold(change):
    assert check(BASE) == "signature_verified_whole"
    assert check(with_value(BASE, **change)) is None


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_derived_proof_with_changed_bytes_never_holds(data):
    raw = bytearray(base64url.decode(PART["proof"]["proofValue"][1:]))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] ^= data.draw(st.integers(1, 255))
    if bytes(raw) == base64url.decode(PART["proof"]["proofValue"][1:]):
        return
    changed = {**PART["proof"], "proofValue": "u" + base64url.encode(bytes(raw))}
    try:
        code = check({**PART, "proof": changed})
    except ProofValueError:
        code = None
    assert code is None


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=60) | st.binary(max_size=80).map(lambda raw: "u2V0B" + base64url.encode(raw))
)
def test_any_text_is_a_proof_value_or_a_proof_value_error(text):
    with pytest.raises(ProofValueError):
        sd_proof_value.decode(text)


@given(st.lists(st.integers(0, 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=99)))
def test_cbor_comes_back_as_it_was(items):
    nested = [*items, dict(enumerate(items)), [items]]
    assert cbor.decode(cbor.encode(nested)) == nested


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="nothing"),
        pytest.param("1801", id="a-long-way-of-writing-one"),
        pytest.param("190001", id="a-longer-way-of-writing-one"),
        pytest.param("20", id="a-negative-integer"),
        pytest.param("f4", id="false"),
        pytest.param("fb0000000000000000", id="a-float"),
        pytest.param("c000", id="a-tag"),
        pytest.param("9fff", id="an-array-without-length"),
        pytest.param("5f4100ff", id="bytes-without-length"),
        pytest.param("1c", id="a-reserved-length"),
        pytest.param("0000", id="two-items"),
        pytest.param("4200", id="bytes-too-short"),
        pytest.param("9bffffffffffffffff00", id="a-huge-array"),
        pytest.param("a200000001", id="a-key-twice"),
        pytest.param("a1410000", id="a-key-that-is-no-integer"),
        pytest.param("61ff", id="text-that-is-not-utf-8"),
        pytest.param("8181818181818100", id="nested-too-deep"),
    ],
)
def test_cbor_of_another_form_is_refused(data):
    with pytest.raises(cbor.CborError):
        cbor.decode(bytes.fromhex(data))


def test_a_document_of_too_many_statements_is_left_unchecked():
    document = {**ecdsa_sd.unsecured(WHOLE)}
    document["credentialSubject"] = copy.deepcopy(document["credentialSubject"])
    many = [f"tag {number}" for number in range(ecdsa_sd.MAX_STATEMENTS)]
    document["credentialSubject"]["achievement"]["tag"] = many
    with pytest.raises(WorkLimitError):
        ecdsa_sd.base_data(document, WHOLE["proof"][0], HMAC, ["/issuer"])


def test_what_has_no_nodes_to_name_is_left_unchecked():
    context = {"@context": {"data": {"@id": "https://other.example/data", "@type": "@json"}}}
    contexts = FrozenContexts({**BUNDLED, "https://other.example/context": context})
    document = {**ecdsa_sd.unsecured(WHOLE), "data": {"a": 1}}
    document["@context"] = [*document["@context"], "https://other.example/context"]
    with pytest.raises(NotDivisibleError):
        Statements(document, HMAC, contexts)


ODD = [
    "_:c14n0 <urn:x:p> _:c14n1 .",
    'a "quoted" word\nand _:c14n0 .\n<urn:bnid:0:/x> <urn:x:p> "y" .',
    "<urn:bnid:0:/credentialSubject> \\ \u2028 \x7f \u00a0",
]


@pytest.mark.parametrize("odd", ODD)
def test_a_text_that_looks_like_statements_stays_a_text(odd):
    """ECDSA Cryptosuites 1.0, 3.4.3: labels replace names of nodes, and nothing in a literal."""
    subject = WHOLE["credentialSubject"] | {"narrative": odd}
    document = {**ecdsa_sd.unsecured(WHOLE), "credentialSubject": subject, "description": odd}
    assert by_the_letter(document) == 0


def test_the_proof_of_a_credential_inside_stands_in_a_graph_with_a_name():
    endorsement = ISSUER.sign(
        {
            "@context": WORLD.badge()["@context"],
            "id": "urn:x:endorsement",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "issuer": ISSUER.did,
            "validFrom": "2026-11-01T00:00:00Z",
            "credentialSubject": {"type": ["EndorsementSubject"], "endorsementComment": "Good."},
        }
    )
    in_a_graph = by_the_letter({**ecdsa_sd.unsecured(WHOLE), "endorsement": [endorsement]})
    assert in_a_graph == len(endorsement["proof"][0])


def by_the_letter(document):
    """Compare with labels put into the parsed canonical form (3.4.2 to 3.4.4), and what two
    pointers select with what is there; return how many statements stand in a graph."""
    canonical = nquads.quads(canonicalize(document).decode().split("\n"))
    names = {term for quad in canonical for term in quad if term.startswith("_:")}
    labels = {name: secret_label(HMAC, name) for name in names}
    statements = Statements(document, HMAC, BUNDLED)
    assert list(statements.lines) == sorted(line(quad, labels) for quad in canonical)
    every = [f"/{name}" for name in document if name not in ("@context", "id", "type")]
    assert statements.indexes(statements.at(every)) == [*range(len(statements.lines))]
    one, two = statements.at(["/issuer"]), statements.at(["/credentialSubject"])
    assert one | two == statements.at(["/issuer", "/credentialSubject"])
    return sum(bool(graph) for *_, graph in canonical)


def test_a_pointer_of_an_issuer_into_nothing_is_a_damaged_proof():
    with pytest.raises(ProofValueError):
        ecdsa_sd.base_data(WHOLE, WHOLE["proof"][0], HMAC, ["/nothing"])


DOCUMENT = {
    "@context": ["c"], "id": "urn:a", "type": ["T"], "name": "n", "a/b": {"m~n": 1},
    "list": [{"id": "urn:1", "x": 1, "y": 2}, {"id": "_:b", "type": "U", "x": 3}, 7],
}  # fmt: skip
HEAD = {"@context": ["c"], "id": "urn:a", "type": ["T"]}


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        pytest.param(["/name"], {"name": "n"}, id="a-member"),
        pytest.param(["/list/0/x"], {"list": [{"id": "urn:1", "x": 1}]}, id="with-the-id-above"),
        pytest.param(["/list/1/x"], {"list": [{"type": "U", "x": 3}]}, id="without-a-blank-id"),
        pytest.param(
            ["/list/2", "/list/0/y"], {"list": [{"id": "urn:1", "y": 2}, 7]}, id="arrays-are-dense"
        ),
        pytest.param(["/list/0", "/list/0/y"], {"list": [DOCUMENT["list"][0]]}, id="overlapping"),
        pytest.param(["/a~1b/m~0n"], {"a/b": {"m~n": 1}}, id="escaped"),
        pytest.param([""], DOCUMENT, id="the-whole"),
    ],
)
def test_pointers_select(chosen, wanted):
    assert pointers.select(DOCUMENT, chosen) == HEAD | wanted


@pytest.mark.parametrize(
    "pointer",
    [
        "name",
        "/nothing",
        "/list/3",
        "/list/01",
        "/list/-",
        "/list/x",
        "/name/0",
        "/a~2b",
        "/list/٠",
    ],
)
def test_a_pointer_to_nothing_is_refused(pointer):
    with pytest.raises(pointers.PointerError):
        pointers.select(DOCUMENT, [pointer])


def test_no_pointers_select_nothing():
    assert pointers.select(DOCUMENT, []) is None
