"""jsonld.js in safe mode and rdf-canonize write the same canonical N-Quads as `contexts`.

PyLD, on which `contexts` stands, is not asked here: the two sides share no line of code.
"""

from copy import deepcopy
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import BADGE, CONTEXTS, Issuer

from contexts import CanonicalizationError, canonicalize, refuse_divergent
from verifier.public_keys import multikey


def badge(place: str = "", value: Any = None) -> dict[str, Any]:
    """Return a badge with one member, found by its dotted place, set to another value."""
    document: dict[str, Any] = deepcopy(BADGE)
    if place:
        *way, last = place.split(".")
        node = document
        for step in way:
            node = node[step]
        node[last] = value
    return document


ENDORSEMENT = {
    "@context": CONTEXTS,
    "id": "https://other.example/endorsements/1",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "issuer": {"id": "did:web:other.example", "type": ["Profile"]},
    "validFrom": "2026-11-02T00:00:00Z",
    "credentialSubject": {
        "id": BADGE["id"],
        "type": ["EndorsementSubject"],
        "endorsementComment": "As good as it says.",
    },
}
RESULTS = "credentialSubject.result"
DOCUMENTS = {
    "badge": badge(),
    "nested-credential": badge("endorsement", [ENDORSEMENT]),
    "equal-blank-nodes": badge("evidence", [{"type": ["Evidence"], "name": "A"}] * 3),
    "entangled-blank-nodes": badge(RESULTS, [{"type": ["Result"], "value": v} for v in "abcab"]),
    "quotes-and-line-ends": badge("name", 'a "b" \\ c\r\nd\te'),
    "control-characters": badge("name", "".join(map(chr, [*range(1, 32), 127, 128, 0x85]))),
    "far-planes": badge("name", "Nguyễn Ωμέγα Жук 🎺 \u2028 \ufeff \U0010fffd"),
    "composed-and-not": badge("name", "é e\u0301"),
    "language": badge("name", {"@value": "Ritmos", "@language": "es-MX"}),
    "direction": badge("name", {"@value": "קצב", "@language": "he", "@direction": "rtl"}),
    "whole-float": badge("credentialSubject.creditsEarned", 12.0),
    "fraction": badge("credentialSubject.creditsEarned", 0.1),
    "large-number": badge("credentialSubject.creditsEarned", 1e21),
    "largest-integer": badge("credentialSubject.creditsEarned", 2**53),
    "minus-nothing": badge("credentialSubject.creditsEarned", -0.0),
    "null": badge("description", None),
    "nothing-in-a-list": badge("evidence", []),
    "iri-with-what-iris-do-not-hold": badge("id", 'https://district.example/<a>"{b}|^`\\'),
    "iri-beyond-ascii": badge("credentialSubject.achievement.id", "https://district.example/ä/ö"),
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_both_write_the_same_quads(library, document):
    assert library.ask("canonicalize", document=document) == canonicalize(document).decode()


def test_both_write_the_same_quads_of_what_an_issuer_hands_out(library, issued):
    documents = [*issued.json.values(), *issued.published.values()]
    documents = [document for document in documents if "@context" in document]
    theirs = [library.ask("canonicalize", document=document) for document in documents]
    assert theirs == [canonicalize(document).decode() for document in documents]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
pieces = st.fixed_dictionaries(
    {"type": st.just(["Evidence"])}, optional={"name": texts, "genre": texts}
)


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=texts, credits=numbers, evidence=st.lists(pieces, max_size=4))
def test_both_write_the_same_quads_of_whatever_mintmark_would_sign(
    library, name, credits, evidence
):
    document = badge("credentialSubject.creditsEarned", credits)
    document |= {"name": name, "evidence": evidence}
    try:
        refuse_divergent(document)
    except CanonicalizationError:
        return
    assert library.ask("canonicalize", document=document) == canonicalize(document).decode()


FLAWED = {
    "undefined-term": badge("gpa", 4),
    "undefined-term-deep-inside": badge("credentialSubject.achievement.gpa", "4"),
    "undefined-type": badge("type", ["VerifiableCredential", "OpenBadgeCredential", "Diploma"]),
    "undefined-type-deep-inside": badge("credentialSubject.achievement.type", ["Skill"]),
    "relative-id": badge("id", "credentials/1"),
    "relative-reference": badge("issuer", "somebody"),
    "empty-id": badge("id", ""),
    "text-for-a-node": badge("credentialSubject.achievement.criteria", "Meet every criterion."),
    "unknown-keyword": badge("@note", "x"),
    "blank-node-for-a-term": badge("_:note", "x"),
    "no-context": badge("@context", []),
    "unlisted-context": badge("@context", [*CONTEXTS, "https://other.example/context.json"]),
    "space-in-an-iri": badge("id", "https://district.example/a b"),
    "undefined-datatype": badge("name", {"@value": "x", "@type": "note"}),
    "value-of-null": badge("name", {"@value": None}),
    "no-language-tag": badge("name", {"@value": "x", "@language": "not a tag"}),
    "statement-in-a-language-tag": badge(
        "name", {"@value": "x", "@language": "en .\n<urn:a> <urn:b> <urn:c"}
    ),
}


@pytest.mark.parametrize("document", FLAWED.values(), ids=FLAWED)
def test_both_refuse_what_a_signature_would_not_cover(library, library_error, document):
    with pytest.raises(library_error):
        library.ask("canonicalize", document=document)
    with pytest.raises(CanonicalizationError):
        canonicalize(document)


@pytest.mark.parametrize("credits", [1e-7, 5e-324])
def test_a_number_with_two_canonical_forms_is_not_signed(library, credits):
    document = badge("credentialSubject.creditsEarned", credits)
    assert library.ask("canonicalize", document=document) != canonicalize(document).decode()
    with pytest.raises(CanonicalizationError):
        refuse_divergent(document)


def test_an_inline_context_is_read_by_jsonld_js_and_refused_here(library):
    document = badge("@context", [*CONTEXTS, {"gpa": "https://x.example/gpa"}]) | {"gpa": 4}
    assert "https://x.example/gpa" in library.ask("canonicalize", document=document)
    with pytest.raises(CanonicalizationError):
        canonicalize(document)


def test_both_make_the_same_signature(library):
    seed = Ed25519PrivateKey.generate()
    ours = Issuer("did:web:district.example", proof_key=seed)
    library.ask("newIssuer", did=ours.did, seed=seed.private_bytes_raw().hex())
    method = f"{ours.did}#{multikey.encode(seed.public_key())}"
    created = "2026-11-01T00:00:00Z"
    theirs = library.ask("issue", did=ours.did, credential=BADGE, created=created)
    signed = ours.sign(BADGE, verificationMethod=method, created=created)
    assert signed["proof"] == [theirs["proof"]]
