"""Whatever is handed in where credentials of every kind are asked for, a report comes out (T9)."""

import json
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from licenses import V2
from own_words import WORDS, signed, with_words
from world import NOW, Issuer, World

from verifier import Answer, verify, verify_all, verify_presentation
from verifier.proof import jose
from verifier.wording import printed

WORLD = World()
HOLDER = Issuer("did:key:z6MkneMkZqwqRiU5mJzSG3kDwzt9P8C59N4NGTfBLfSGE7c7")
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
NAMES = [
    *("@context", "@id", "@type", "@protected", "@version", "@container", "@vocab", "@value", "id"),
    *("type", "proof", "previousProof", "holder", "verifiableCredential", "challenge", "domain"),
    *("_sd", "...", "_sd_alg", "cnf", "jwk", "vct", "exp", "status", "iss", "relatedResource"),
    *("credentialSubject", "issuer", "validUntil", "name", "termsOfUse", "ex", "license", "grade"),
]
TEXTS = st.sampled_from([V2, *NAMES, "ex:grade", "urn:x", "1.1", "sha-256", "a.b.c~d~", "_:b"])
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, width=16)
ANY_JSON = st.recursive(
    SCALARS | TEXTS | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=15,
)
LICENSE = signed(WORLD, with_words(WORDS))
SHOWN = {
    "@context": [V2, {"remark": "urn:x:remark"}],
    "type": ["VerifiablePresentation"],
    "holder": HOLDER.did,
    "verifiableCredential": [LICENSE],
    "proof": {**LICENSE["proof"], "proofPurpose": "authentication", "challenge": "c"},
}
PAYLOAD = {
    "iss": WORLD.issuer.did,
    "vct": "urn:x:license",
    "_sd_alg": "sha-256",
    "_sd": ["x"],
    "cnf": {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
    "list": [{"...": "y"}],
}


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))


def changed(document, path, value):
    whole = deepcopy(document)
    *way, last = path
    here = whole
    for step in way:
        here = here[step]
    here[last] = value
    return whole


def anywhere(document):
    where = st.sampled_from([path for path in places(document) if path])
    return st.builds(changed, st.just(document), where, ANY_JSON)


def reports_on(data):
    reports = [verify(data, fetch=WORLD.fetch, now=NOW, general=True, challenge="c")]
    reports += verify_all(data, make_fetch=lambda: WORLD.fetch, now=NOW, general=True)
    for report in reports:
        printed.as_text("x", report, details=True)
        json.dumps(printed.as_json(report))
    return reports


@QUICK
@given(ANY_JSON | anywhere(LICENSE) | anywhere(SHOWN))
def test_any_json_gets_a_report(value):
    data = json.dumps(value).encode()
    reports_on(data)
    shown = verify_presentation(data, make_fetch=lambda: WORLD.fetch, now=NOW, challenge="c")
    assert shown.held.answer is not Answer.YES


@QUICK
@given(ANY_JSON | anywhere(WORDS))
def test_any_context_gets_a_report(context):
    document = {**LICENSE, "@context": [V2, context]}
    reports_on(json.dumps(document).encode())


@QUICK
@given(anywhere(PAYLOAD), st.lists(ANY_JSON, max_size=2), st.booleans())
def test_any_sd_jwt_gets_a_report(payload, disclosures, binds):
    header = {"alg": "ES256", "kid": f"{WORLD.issuer.did}#jwt", "typ": "dc+sd-jwt"}
    token = jose.compact(jose.signing_input(header, json.dumps(payload).encode()), b"\1" * 64)
    shown = [
        jose.signing_input({}, json.dumps(disclosure).encode()).decode().partition(".")[2]
        for disclosure in disclosures
    ]
    binding = token if binds else ""
    reports_on("~".join([token, *shown, binding]).encode())


@pytest.mark.parametrize("depth", [40, 62, 200])
def test_what_is_nested_deeply_gets_a_report(depth):
    value: object = "x"
    for _ in range(depth):
        value = {"@context": [V2, {"a": "urn:x:a"}], "verifiableCredential": [value]}
    reports_on(json.dumps(value).encode())
