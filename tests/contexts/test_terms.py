"""No second word for what decides: a search over every scope of every bundled context (T1, T4).

A signature covers IRIs. If two terms meant the same IRI, a member could be moved under the
other name with the signature still fitting, out of sight of who reads the first.
"""

from collections import defaultdict

import pytest

from contexts import BUNDLED
from verifier.structure.gate import SINGLE

DECIDING = SINGLE - {"issuanceDate", "expirationDate"} | {
    "credentialStatus", "statusPurpose", "statusListIndex", "statusListCredential", "statusSize",
    "type", "id", "evidence", "identifier", "result", "resultDescription", "name", "narrative",
    "endorsement", "endorsementJwt", "proof", "digestMultibase", "tag", "alignment",
}  # fmt: skip


def scopes(context, path=""):
    """Yield (place, terms) of a context and of every scoped context in it."""
    if isinstance(context, dict):
        yield path, context
        for term, definition in context.items():
            if isinstance(definition, dict) and "@context" in definition:
                yield from scopes(definition["@context"], f"{path}/{term}")


ALL = [
    (f"{url}{path}", terms)
    for url, document in BUNDLED.items()
    for path, terms in scopes(document["@context"])
]


def iri(definition):
    return definition.get("@id") if isinstance(definition, dict) else definition


def is_property(term):
    """Types are written with a capital or a digit; the gate refuses them as members."""
    return term[:1].islower() or term.startswith("_")


NAMES = defaultdict(set)
for _, terms in ALL:
    for term, definition in terms.items():
        if not term.startswith("@") and iri(definition) is not None:
            NAMES[iri(definition)].add(term)


def test_the_search_reaches_the_scopes_that_decide():
    places = {place.rpartition("/")[2] for place, _ in ALL}
    assert {"VerifiableCredential", "BitstringStatusListEntry", "IdentityObject"} <= places


@pytest.mark.parametrize("term", sorted(DECIDING))
def test_a_member_that_decides_has_one_name_in_all_contexts(term):
    meanings = {iri(terms[term]) for _, terms in ALL if term in terms}
    assert meanings
    for meaning in meanings:
        assert {name for name in NAMES[meaning] if is_property(name)} == {term}


def test_only_id_and_type_are_other_names_of_keywords():
    aliases = {(term, m) for m, terms in NAMES.items() if m.startswith("@") for term in terms}
    assert aliases == {("id", "@id"), ("type", "@type")}


def test_no_bundled_context_sets_a_vocabulary_base_or_language():
    for place, terms in ALL:
        assert not {"@vocab", "@base", "@language", "@import", "@propagate"} & terms.keys(), place


def test_a_prefix_stands_only_for_a_vocabulary_and_so_for_no_document():
    prefixes = {
        definition
        for _, terms in ALL
        for definition in terms.values()
        if isinstance(definition, str) and definition[-1] in ":/?#[]@"
    }
    assert prefixes == {
        "http://www.w3.org/2001/XMLSchema#",
        "https://purl.imsglobal.org/spec/vc/ob/vocab.html#",
        "https://w3id.org/security#",
        "https://www.w3.org/2001/XMLSchema#",
        "https://www.w3.org/2018/credentials#",
    }
    explicit = [d for _, terms in ALL for d in terms.values() if isinstance(d, dict)]
    assert not [definition for definition in explicit if "@prefix" in definition]


def test_no_bundled_context_hides_members_in_a_container_by_name():
    for place, terms in ALL:
        for term, definition in terms.items():
            rules = definition if isinstance(definition, dict) else {}
            assert rules.get("@container") in (None, "@set", "@list", "@graph"), f"{place}: {term}"
            assert not {"@nest", "@reverse", "@index"} & rules.keys(), f"{place}: {term}"
