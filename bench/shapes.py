"""Shapes that make JSON or a JWT dear to read, alone and composed at random.

Each takes an unsigned badge and how many bytes it may add, and returns the badge made dearer. What
changes after signing stands in `AFTER`: it breaks the signature, as an attacker need not sign.
"""

import json
import random
from collections.abc import Callable
from typing import Any

from bench.contenders import CREATED, KEY, PUBLIC
from bench.whole import badge
from contexts.json_types import JsonObject
from issuer.issuance.build import CONTEXTS
from verifier.proof import jose
from verifier.proof.cryptosuites import SUITES
from verifier.public_keys import multikey

Shape = Callable[[JsonObject, int], JsonObject]

DID = f"did:key:{multikey.encode(PUBLIC)}"
METHOD = f"{DID}#{multikey.encode(PUBLIC)}"
_LISTED = [
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/data-integrity/v1",
    "https://w3id.org/security/suites/ed25519-2020/v1",
    "https://w3id.org/vc/status-list/2021/v1",
]
_random = random.Random(0)


def unsigned() -> JsonObject:
    """Return an honest badge of 8 KB that can be verified offline, without its proof."""
    document: JsonObject = json.loads(badge(1))
    del document["proof"]
    return document


def honest(size: int) -> JsonObject:
    """Return an honest badge of about `size` bytes: evidence is what grows."""
    document = unsigned()
    return _evidence(document, size - len(json.dumps(document)))


def in_json(document: JsonObject) -> bytes:
    """Return the document with a proof."""
    return json.dumps({**document, "proof": [proof(document, "eddsa-rdfc-2022")]}).encode()


def in_jwt(document: JsonObject) -> bytes:
    """Return the document as a VC-JWT."""
    header = {"alg": "EdDSA", "kid": METHOD, "typ": "JWT"}
    signed = jose.signing_input(header, json.dumps(document).encode())
    return jose.compact(signed, KEY.sign(signed)).encode()


def proof(document: JsonObject, name: str) -> JsonObject:
    """Return a sound proof by a suite, or one that is none where the document cannot be signed."""
    suite = SUITES[name]
    options = {
        "type": suite.proof_type,
        "created": CREATED,
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
    }
    if suite.proof_type == "DataIntegrityProof":
        options["cryptosuite"] = name
    try:
        value = suite.encode(KEY.sign(suite.hash_data(document, options, PUBLIC)))
    except ValueError:
        value = suite.encode(bytes(64))
    return {**options, suite.member: value}


def _many(document: JsonObject, member: str, make: Callable[[int], Any], room: int) -> JsonObject:
    """Return the document with as many more entries of a member as there is room for."""
    length = len(json.dumps(make(10**4))) + 2
    entries = [make(number) for number in range(max(1, room // length))]
    return {**document, member: [*_listed(document.get(member)), *entries]}


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _in_subject(shape: Shape) -> Shape:
    def inside(document: JsonObject, room: int) -> JsonObject:
        return {**document, "credentialSubject": shape(document["credentialSubject"], room)}

    return inside


def _in_achievement(shape: Shape) -> Shape:
    def inside(subject: JsonObject, room: int) -> JsonObject:
        return {**subject, "achievement": shape(subject["achievement"], room)}

    return _in_subject(inside)


def _evidence(document: JsonObject, room: int) -> JsonObject:
    def make(number: int) -> JsonObject:
        return {
            "id": f"https://district.example/evidence/{number}",
            "type": ["Evidence"],
            "name": f"Week {number}",
        }

    return _many(document, "evidence", make, room)


def _small_values(document: JsonObject, room: int) -> JsonObject:
    return _in_achievement(lambda a, r: _many(a, "tag", lambda n: f"{n:x}", r))(document, room)


def _numbers(document: JsonObject, room: int) -> JsonObject:
    def one(number: int) -> JsonObject:
        return {"type": ["Result"], "value": number * 1.1e300}

    return _in_subject(lambda s, r: _many(s, "result", one, r))(document, room)


def _look_alikes(document: JsonObject, room: int) -> JsonObject:
    return _in_achievement(
        lambda a, r: _many(a, "alignment", lambda _: {"type": ["Alignment"], "targetName": "x"}, r)
    )(document, room)


def _look_alike_trees(document: JsonObject, room: int) -> JsonObject:
    def one(_: int) -> JsonObject:
        levels = [{"type": ["RubricCriterionLevel"], "name": "x"} for _ in range(6)]
        return {"type": ["ResultDescription"], "name": "x", "rubricCriterionLevel": levels}

    return _in_achievement(lambda a, r: _many(a, "resultDescription", one, r))(document, room)


def _graphs(document: JsonObject, room: int) -> JsonObject:
    """Nested credentials with the same proofs: each a graph of its own."""
    copies = [{"type": ["DataIntegrityProof"], "cryptosuite": "x"} for _ in range(20)]

    def one(_: int) -> JsonObject:
        return {"type": ["VerifiableCredential"], "proof": copies}

    return _many(document, "endorsement", one, room)


def _endorsement(number: int, **more: Any) -> JsonObject:
    return {
        "@context": list(CONTEXTS),
        "id": f"urn:e:{number}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": DID, "type": ["Profile"]},
        "validFrom": CREATED,
        "credentialSubject": {"id": unsigned()["id"], "type": ["EndorsementSubject"]},
        **more,
    }


def _endorsements(document: JsonObject, room: int) -> JsonObject:
    """Twenty of them share the room."""
    inner = [_evidence(_endorsement(n), room // 20 - 900) for n in range(20)]
    signed = [{**one, "proof": proof(one, "eddsa-rdfc-2022")} for one in inner]
    return {**document, "endorsement": signed}


def _endorsements_undefined(document: JsonObject, room: int) -> JsonObject:
    inner = [_evidence(_endorsement(n), room // 20 - 3000) for n in range(20)]
    proofs = [proof(_endorsement(1), "eddsa-rdfc-2022")] * 8
    return {**document, "endorsement": [{**one, "proof": proofs, "zz": 1} for one in inner]}


def _endorsements_unusual(document: JsonObject, room: int) -> JsonObject:
    """Each only for the reference processor."""
    unusual = {"@value": "x", "@direction": "ltr"}
    inner = [_small_part(_endorsement(n, name=unusual), room // 20 - 900) for n in range(20)]
    signed = [{**one, "proof": proof(one, "eddsa-rdfc-2022")} for one in inner]
    return {**document, "endorsement": signed}


def _small_part(document: JsonObject, room: int) -> JsonObject:
    return _many(document, "evidence", lambda n: {"type": ["Evidence"], "name": f"{n}"}, room)


def _endorsements_many_signatures(document: JsonObject, room: int) -> JsonObject:
    endorsement = _endorsement(1)
    signature = proof(endorsement, "eddsa-jcs-2022")
    return {**document, "endorsement": [{**endorsement, "proof": [signature] * 10}] * 20}


def _endorsement_jwts(document: JsonObject, room: int) -> JsonObject:
    jwts = [in_jwt(_evidence(_endorsement(n), room // 30)).decode() for n in range(20)]
    return {**document, "endorsementJwt": jwts}


def _jwts_within_jwts(document: JsonObject, room: int) -> JsonObject:
    inner = _evidence(_endorsement(0), room // 8)
    for number in range(6):
        inner = _endorsement(number, endorsementJwt=[in_jwt(inner).decode()])
    return {**document, "endorsementJwt": [in_jwt(inner).decode()]}


def _endorsed_endorsements(document: JsonObject, room: int) -> JsonObject:
    """Each issuer endorsed by the next, and all of it in each."""
    inner = _evidence(_endorsement(0), room - 6000)
    for number in range(1, 8):
        issuer = {"id": f"did:web:n{number}.example", "type": ["Profile"], "endorsement": [inner]}
        inner = _endorsement(number, issuer=issuer)
    return {**document, "issuer": {**document["issuer"], "endorsement": [inner]}}


def _nested_endorsements(document: JsonObject, room: int) -> JsonObject:
    """Each in the next, signed, and all with the ids of what is around them."""
    inner = _evidence(_endorsement(0), room - 14_000)
    for number in range(1, 14):
        shared = _evidence(_endorsement(number), 0)
        inner = {**shared, "endorsement": [{**inner, "proof": proof(inner, "eddsa-rdfc-2022")}]}
    return {**document, "endorsement": [{**inner, "proof": proof(inner, "eddsa-rdfc-2022")}]}


def _unusual_value(document: JsonObject, room: int) -> JsonObject:
    """Read by the reference processor alone."""
    return {**document, "description": {"@value": "x", "@direction": "rtl"}}


def _odd_datatype(document: JsonObject, room: int) -> JsonObject:
    double = {"@value": "1.0", "@type": "http://www.w3.org/2001/XMLSchema#double"}
    return {**document, "description": double}


def _odd_contexts(document: JsonObject, room: int) -> JsonObject:
    """Sets of contexts that nobody used before."""
    chosen = _random.sample(_LISTED, _random.randint(1, 5))
    return {**document, "@context": [*document["@context"], *chosen]}


def _odd_contexts_inside(document: JsonObject, room: int) -> JsonObject:
    inner = [_odd_contexts(_endorsement(n), 0) for n in range(min(100, 1 + room // 600))]
    return {**document, "endorsement": inner}


def _types(document: JsonObject, room: int) -> JsonObject:
    return _many(document, "type", lambda n: f"urn:t:{n}", room)


def _statuses(document: JsonObject, room: int) -> JsonObject:
    def one(number: int) -> JsonObject:
        return {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "1",
            "statusListCredential": f"https://a{number}.example/1",
        }

    return _many(document, "credentialStatus", one, room)


def _identifiers(document: JsonObject, room: int) -> JsonObject:
    def one(number: int) -> JsonObject:
        return {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": f"sha256${number:064x}",
            "identityType": "emailAddress",
            "salt": "x",
        }

    return _in_subject(lambda s, r: _many(s, "identifier", one, r))(document, room)


def _related(document: JsonObject, room: int) -> JsonObject:
    """Digests of a context that comes with us."""
    return _many(
        document,
        "relatedResource",
        lambda n: {"id": CONTEXTS[1], "digestSRI": f"sha384-{'A' * 60}{n:04d}"},
        room,
    )


def _schemas(document: JsonObject, room: int) -> JsonObject:
    return _many(
        document,
        "credentialSchema",
        lambda n: {"id": f"https://a.example/{n}", "type": "1EdTechJsonSchemaValidator2019"},
        room,
    )


def _deep(document: JsonObject, room: int) -> JsonObject:
    def chain(depth: int) -> JsonObject:
        node: JsonObject = {"type": ["Profile"], "id": "urn:end"}
        for number in range(depth):
            node = {"type": ["Profile"], "id": f"urn:p:{number}", "parentOrg": node}
        return node

    nested = chain(50)
    copies = [nested] * max(1, room // len(json.dumps(nested)))
    return {**document, "evidence": copies}


def _keys(document: JsonObject, room: int) -> JsonObject:
    """Members that nothing defines, each another."""
    return document | {f"k{number}": 1 for number in range(room // 14)}


def _escapes(document: JsonObject, room: int) -> JsonObject:
    return {**document, "description": '"\\\u0001\u007f' * (room // 16)}


def _records(document: JsonObject, room: int) -> JsonObject:
    subject = document["credentialSubject"]
    inner = [_evidence(_endorsement(n), room // 50 - 900) for n in range(50)]
    signed = [{**one, "proof": proof(one, "eddsa-rdfc-2022")} for one in inner]
    return {**document, "credentialSubject": {**subject, "verifiableCredential": signed}}


BEFORE: dict[str, Shape] = {
    shape.__name__.removeprefix("_"): shape
    for shape in (
        _evidence, _small_values, _numbers, _look_alikes, _look_alike_trees, _graphs,
        _endorsements, _endorsements_undefined, _endorsements_unusual,
        _endorsements_many_signatures, _endorsement_jwts, _jwts_within_jwts,
        _endorsed_endorsements, _nested_endorsements, _unusual_value, _odd_datatype, _odd_contexts,
        _odd_contexts_inside, _types, _statuses, _identifiers, _related, _schemas, _deep,
        _keys, _escapes, _records,
    )
}  # fmt: skip


def _undefined_term(signed: JsonObject) -> JsonObject:
    return {**signed, "zz": 1}


def _undefined_type(signed: JsonObject) -> JsonObject:
    return {**signed, "type": [*_listed(signed["type"]), "Undefined"]}


def _relative_id(signed: JsonObject) -> JsonObject:
    return {**signed, "image": {"id": "a picture", "type": "Image"}}


def _ten_proofs(signed: JsonObject) -> JsonObject:
    return {**signed, "proof": (_listed(signed["proof"]) * 10)[:10]}


def _a_proof_by_each_suite(signed: JsonObject) -> JsonObject:
    document = {member: value for member, value in signed.items() if member != "proof"}
    names = [*SUITES, *SUITES][:10]
    return {**signed, "proof": [proof(document, name) for name in names if "2018" not in name]}


def _undefined_in_proofs(signed: JsonObject) -> JsonObject:
    return {**signed, "proof": [{**one, "zz": 1} for one in signed["proof"]]}


def _look_alikes_in_proofs(signed: JsonObject) -> JsonObject:
    odd = [{"type": "DataIntegrityProof"} for _ in range(20)]
    return {**signed, "proof": [{**one, "proof": odd} for one in signed["proof"]]}


AFTER: dict[str, Callable[[JsonObject], JsonObject]] = {
    shape.__name__.removeprefix("_"): shape
    for shape in (
        _undefined_term, _undefined_type, _relative_id, _ten_proofs, _a_proof_by_each_suite,
        _undefined_in_proofs, _look_alikes_in_proofs,
    )
}  # fmt: skip


def compose(names: tuple[str, ...], size: int, *, jwt: bool) -> bytes:
    """Return a file of about `size` bytes of the shapes with these names, in their order."""
    document = unsigned()
    before = [name for name in names if name in BEFORE]
    room = max(0, size - len(json.dumps(document)))
    for name in before:
        document = BEFORE[name](document, room // len(before))
    if jwt:
        return in_jwt(document)
    signed = json.loads(in_json(document))
    for name in names:
        if name in AFTER:
            signed = AFTER[name](signed)
    return json.dumps(signed).encode()


def draw(choice: random.Random) -> tuple[str, ...]:
    """Return the names of up to five shapes."""
    return tuple(choice.sample([*BEFORE, *AFTER], choice.randint(1, 5)))


def drawn_again(names: tuple[str, ...], choice: random.Random) -> tuple[str, ...]:
    """Return the names with one left out, added or put elsewhere."""
    others = [name for name in (*BEFORE, *AFTER) if name not in names]
    changed = [*names, choice.choice(others)]
    if len(changed) > 2:
        changed.pop(choice.randrange(len(changed) - 1))
    choice.shuffle(changed)
    return tuple(changed)
