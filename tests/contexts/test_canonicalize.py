"""JSON to canonical N-Quads: nothing is dropped, guessed or forged on the way (T2, T3, T23)."""

import threading
import time
from copy import deepcopy

import pytest
from world import BADGE, CONTEXTS

from contexts import (
    CanonicalizationError,
    ContextNotListedError,
    DataLossError,
    WorkLimitError,
    canonicalize,
)
from contexts.errors import DATA_LOSS

SOON = 10.0
"""Seconds. Without the defense it would be hours; a slow machine is no flaw."""


def badge(**changes):
    return deepcopy(BADGE) | changes


def objects(value, place=()):
    """Yield the path of every object in a document."""
    if isinstance(value, dict):
        yield place
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, dict | list):
            yield from objects(item, (*place, key))


def at(document, place):
    for key in place:
        document = document[key]
    return document


ENDORSED = {
    "@context": CONTEXTS,
    "id": "https://partner.example/endorsements/1",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "issuer": {"id": "did:web:partner.example", "type": ["Profile"], "name": "Partner"},
    "validFrom": "2026-11-02T00:00:00Z",
    "credentialSubject": {
        "id": BADGE["id"],
        "type": ["EndorsementSubject"],
        "endorsementComment": "Well done.",
    },
}
LIST = {
    "@context": CONTEXTS[:1],
    "id": "https://district.example/status/1",
    "type": ["VerifiableCredential", "BitstringStatusListCredential"],
    "issuer": "did:web:district.example",
    "credentialSubject": {"id": "https://district.example/status/1#list"}
    | {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": "uAAAA"},
}
DOCUMENTS = {"badge": badge(endorsement=[ENDORSED]), "endorsement": ENDORSED, "status list": LIST}
PLACES = [
    pytest.param(name, place, id=f"{name} {'.'.join(map(str, place)) or 'root'}")
    for name, document in DOCUMENTS.items()
    for place in objects(document)
]


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_an_undefined_term_in_any_object_is_data_loss(name, place):
    document = deepcopy(DOCUMENTS[name])
    at(document, place)["gpa"] = "4.0"
    with pytest.raises(DataLossError, match="'gpa'"):
        canonicalize(document)


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_an_undefined_term_with_null_is_data_loss_as_well(name, place):
    document = deepcopy(DOCUMENTS[name])
    at(document, place)["gpa"] = None
    with pytest.raises(DataLossError):
        canonicalize(document)


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_an_undefined_type_in_any_object_is_data_loss(name, place):
    document = deepcopy(DOCUMENTS[name])
    node = at(document, place)
    types = node.get("type", [])
    node["type"] = [*(types if isinstance(types, list) else [types]), "Doctorate"]
    with pytest.raises(DataLossError, match="Doctorate"):
        canonicalize(document)


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_a_null_for_a_known_term_is_as_if_it_were_absent(name, place):
    document = deepcopy(DOCUMENTS[name])
    at(document, place)["digestSRI"] = None
    assert canonicalize(document) == canonicalize(DOCUMENTS[name])


@pytest.mark.parametrize(
    "iri",
    [
        pytest.param("credentials/1", id="relative path"),
        pytest.param("/credentials/1", id="absolute path"),
        pytest.param("//district.example/credentials/1", id="network path"),
        pytest.param("#1", id="fragment"),
        pytest.param("?x", id="query"),
        pytest.param("", id="empty"),
        pytest.param("@credential", id="like a keyword"),
        pytest.param("urn:x y", id="space"),
        pytest.param("urn:x\n<urn:a>", id="line break"),
        pytest.param("é:x", id="scheme in no alphabet of schemes"),
    ],
)
@pytest.mark.parametrize("member", ["id", "issuer", "type", "evidence"])
def test_what_is_no_absolute_iri_is_data_loss(member, iri):
    value = [*BADGE["type"], iri] if member == "type" else iri
    with pytest.raises(DataLossError):
        canonicalize(badge(**{member: value}))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"@value": "x", "@language": "en\n<a>"}, id="language with a line break"),
        pytest.param({"@value": "x", "@language": "english language"}, id="language with a space"),
        pytest.param({"@value": "x", "@language": "en_US"}, id="language with an underscore"),
        pytest.param({"@value": "x", "@type": "//example.org/t"}, id="relative datatype"),
        pytest.param({"@value": "x", "@type": "urn:x> <urn:y"}, id="datatype that ends early"),
        pytest.param({"@value": "x", "@type": "_:t"}, id="blank datatype"),
    ],
)
def test_a_value_object_that_could_forge_a_statement_is_refused(value):
    with pytest.raises(CanonicalizationError):
        canonicalize(badge(name=value))


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("plain", '"plain"'),
        ({"@value": "hola", "@language": "es-MX"}, '"hola"@es-mx'),
        ({"@value": "x", "@language": "ar", "@direction": "rtl"}, '"x"^^<https://www.w3.org/ns/i18n#ar_rtl>'),
        ('a "quote" \\ and\ttab\x07', r'"a \"quote\" \\ and\ttab\u0007"'),
        (True, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        (7, '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (7.0, '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (12.5, '"1.25E1"^^<http://www.w3.org/2001/XMLSchema#double>'),
    ],
)  # fmt: skip
def test_a_value_is_written_as_canonical_n_quads_write_it(value, literal):
    statements = canonicalize({"@context": CONTEXTS, "id": "urn:x", "name": value}).decode()
    assert statements == f"<urn:x> <https://schema.org/name> {literal} .\n"


@pytest.mark.parametrize(
    ("context", "error"),
    [
        pytest.param("https://example.org/c", ContextNotListedError, id="unlisted"),
        pytest.param("https://www.w3.org/ns/credentials/v2#", ContextNotListedError, id="fragment"),
        pytest.param({"gpa": "urn:gpa"}, CanonicalizationError, id="inline"),
        pytest.param(None, CanonicalizationError, id="null, which takes all terms away"),
        pytest.param([CONTEXTS[0]], CanonicalizationError, id="array in the array"),
        pytest.param(7, CanonicalizationError, id="number"),
    ],
)
@pytest.mark.parametrize("nested", [False, True], ids=["root", "nested"])
def test_a_context_that_is_not_a_listed_url_is_refused(context, error, nested):
    document = badge(endorsement=[deepcopy(ENDORSED)])
    (document["endorsement"][0] if nested else document)["@context"] = [*CONTEXTS, context]
    with pytest.raises(error):
        canonicalize(document)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"@context": CONTEXTS, "id": 7}, id="id is a number"),
        pytest.param({"@context": CONTEXTS, "id": "urn:x", "type": 7}, id="type is a number"),
        pytest.param({"@context": CONTEXTS, "@graph": 7}, id="graph is a number"),
        pytest.param({"@context": CONTEXTS, "@reverse": "x"}, id="reverse is text"),
        pytest.param({"@context": CONTEXTS, "name": {"@value": {"a": 1}}}, id="value is an object"),
        pytest.param({"@context": CONTEXTS, "id": "urn:x", "@index": 7}, id="index is a number"),
        pytest.param({"@context": CONTEXTS, "id": "urn:x", "name": "\ud800"}, id="half a pair"),
        pytest.param({"@context": CONTEXTS, "name": "\ud800"}, id="half a pair, unnamed"),
        pytest.param(badge(issuer={"id": "urn:x", "name": "\ud800"}), id="half a pair, remembered"),
    ],
)
def test_what_is_not_json_ld_is_an_error_of_ours(document):
    with pytest.raises(CanonicalizationError):
        canonicalize(document)


def test_an_iri_cannot_end_its_statement_early():
    forging = canonicalize(
        {"@context": CONTEXTS, "id": "urn:x", "image": "urn:x><urn:p><urn:o>.<urn:z"}
    )
    assert forging.count(rb"\u003E") == 3
    assert forging.count(b"<urn:p>") == 0


def test_an_error_names_the_problem_that_w3c_defines():
    with pytest.raises(DataLossError) as caught:
        canonicalize(badge(gpa="4.0"))
    assert caught.value.problem == DATA_LOSS


def many(count):
    return [{"type": "Evidence", "id": f"urn:x:{number}"} for number in range(count)]


def parts(count):
    return [{"type": "Evidence", "id": "urn:x", "name": f"n{number}"} for number in range(count)]


LARGE = [
    pytest.param({"evidence": many(3000)}, id="three thousand pieces of evidence"),
    pytest.param({"evidence": parts(2500)}, id="one piece of evidence in 2500 parts"),
    pytest.param({"name": [f"n{number}" for number in range(9000)]}, id="9000 names"),
    pytest.param({"endorsement": [{"@context": CONTEXTS}] * 101}, id="101 nested contexts"),
]


@pytest.mark.parametrize("members", LARGE)
def test_a_large_document_for_the_tables_is_read_soon(members):
    began = time.process_time()
    assert canonicalize(badge(**members))
    assert time.process_time() - began < SOON


@pytest.mark.parametrize("members", LARGE)
def test_a_large_document_for_the_fallback_is_refused_soon(members):
    began = time.process_time()
    with pytest.raises(WorkLimitError):
        canonicalize(badge(**members, **{"@index": "unusual"}))
    assert time.process_time() - began < SOON


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"evidence": many(30000)}, id="thirty thousand pieces of evidence"),
        pytest.param(
            {"type": [*BADGE["type"], *map("urn:t:{}".format, range(9000))]}, id="9000 types"
        ),
        pytest.param({"@context": CONTEXTS * 7}, id="fourteen contexts in one array"),
    ],
)
def test_a_document_made_to_be_slow_is_refused_soon(members):
    began = time.process_time()
    with pytest.raises(WorkLimitError):
        canonicalize(badge(**members))
    assert time.process_time() - began < SOON


def test_a_transcript_of_a_thousand_pieces_is_no_attack():
    assert canonicalize(badge(evidence=many(1000))).count(b"credentials#evidence>") == 1000


def test_threads_get_the_same_statements_as_one_alone():
    alone = [canonicalize(badge(name=f"n{number}")) for number in range(8)]
    statements = dict.fromkeys(range(8), "")

    def work(number):
        statements[number] = canonicalize(badge(name=f"n{number}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in statements]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(statements.values()) == alone
