"""One badge for each kind of report: how it is made, and the world that it is checked in.

`CASES` and `OPTIONS` are functions of a `World`: a case returns what is handed in, an option
the arguments that a sound badge is verified with.
"""

import json

from world import Issuer

from verifier.checks import status_list
from verifier.fetching.fetch import FetchError, offline
from verifier.parsing import base64url
from verifier.public_keys import multikey
from verifier.public_keys.jwk import to_jwk

LONG = "x" * 300
COIN = "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"
VICTIM = "did:web:district.example"
DOCUMENT = "https://district.example/.well-known/did.json"
LIST = "https://district.example/status/1"


def signed(world, **changes):
    return world.issuer.sign(world.badge(**changes))


def proof(world, **changes):
    """The badge, with its proof changed after signing; `...` takes a member out."""
    badge = signed(world)
    changed = {k: v for k, v in (badge["proof"][0] | changes).items() if v is not ...}
    return badge | {"proof": [changed]}


def method(world, **changes):
    """The badge, with the issuer's method of its proof changed in the issuer's document."""
    document = world.issuer.document
    document["verificationMethod"][0] |= changes
    world.publish_issuer(world.issuer, document)
    return signed(world)


def published(world, url, body):
    world.documents[url] = body
    return signed(world)


def listed(world, **changes):
    world.publish_list(changes.pop("revoked", set()), **changes)
    return signed(world)


def status(world, **changes):
    entry = world.badge()["credentialStatus"] | changes
    return signed(world, credentialStatus={k: v for k, v in entry.items() if v is not ...})


def named(world, did, **options):
    """A badge in the name of another issuer, signed under its method."""
    badge = world.badge(issuer={"id": did, "type": ["Profile"]})
    return world.issuer.sign(badge, verificationMethod=f"{did}#proof", **options)


def self_signed(world):
    key = multikey.encode(world.issuer.proof_key.public_key())
    did = f"did:key:{key}"
    badge = world.badge(issuer={"id": did, "type": ["Profile"]})
    del badge["credentialStatus"]
    return world.issuer.sign(badge, verificationMethod=f"{did}#{key}")


def by_a_stranger(world, **changes):
    """Return a JWT in the victim's name, by a key that is not the victim's."""
    return Issuer(VICTIM).jwt(world.badge(), changes)


def header(world, **changes):
    return world.issuer.jwt(world.badge(), changes)


def claims(world, **changes):
    return world.issuer.jwt(world.badge(), None, changes)


def jwt_method(world, **changes):
    document = world.issuer.document
    document["verificationMethod"][1] |= changes
    world.publish_issuer(world.issuer, document)
    return world.issuer.jwt(world.badge())


def stranger_too(world):
    stranger = Issuer("did:web:" + "stranger." * 20 + "example")
    badge = signed(world)
    return badge | {"proof": [*badge["proof"], *stranger.sign(world.badge())["proof"]]}


def foreign_list(world):
    attacker = Issuer("did:web:attacker.example")
    world.publish_issuer(attacker)
    world.publish(LIST, attacker.sign(world.list_document(set()) | {"issuer": attacker.did}))
    return signed(world)


def revocation_list(world, body, **entry):
    kind = {"id": "https://district.example/revoked.json", "type": "1EdTechRevocationList"} | entry
    contexts = [
        *world.badge()["@context"],
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ]
    world.documents[kind["id"]] = body if isinstance(body, bytes) else json.dumps(body).encode()
    return world.issuer.jwt(world.badge(credentialStatus=kind, **{"@context": contexts}))


def sized(world, value, purpose, **changes):
    bits = value << (status_list.MIN_ENTRIES - 1 - 94567) * 2
    packed = status_list.encode(bits.to_bytes(status_list.MIN_ENTRIES // 4))
    world.publish_list(set(), subject={"encodedList": packed, "statusPurpose": purpose})
    return status(world, statusPurpose=purpose, statusSize=2, **changes)


PAST, FUTURE = "2026-11-10T00:00:00Z", "2026-12-10T00:00:00Z"
ID = "https://district.example/credentials/1"
MESSAGES = [{"status": "0x2", "message": "under review " + LONG}]
CASES = {
    # intake and parse
    "sound": signed,
    "sound as a JWT": lambda w: w.issuer.jwt(w.badge()),
    "words": lambda w: b"hello",
    "cut short": lambda w: b'{"a": ',
    "a JWT cut short": lambda w: w.issuer.jwt(w.badge()).rpartition(".")[0] + ".!",
    "a link": lambda w: b"https://district.example/" + LONG.encode(),
    # structure and shape
    "restructured": lambda w: signed(w) | {"@" + LONG: []},
    "a list for one": lambda w: signed(w) | {"validUntil": [PAST, FUTURE]},
    "no badge": lambda w: signed(w, type=["VerifiableCredential"]),
    "no subject": lambda w: signed(w) | {"credentialSubject": None},
    "no name": lambda w: signed(w, name=None),
    # proof and key
    "changed": lambda w: signed(w) | {"name": "Another"},
    "unsigned": lambda w: signed(w) | {"proof": []},
    "a proof of text": lambda w: signed(w) | {"proof": "x"},
    "no proof value": lambda w: proof(w, proofValue=...),
    "no type of proof": lambda w: proof(w, type=...),
    "a short proof value": lambda w: proof(w, proofValue="z11"),
    "created in words": lambda w: w.issuer.sign(w.badge(), created="soon"),
    "another purpose": lambda w: proof(w, proofPurpose=LONG),
    "another suite": lambda w: proof(w, cryptosuite=LONG),
    "another type of proof": lambda w: proof(w, type=LONG, cryptosuite=...),
    "a link of a chain": lambda w: proof(w, previousProof="urn:uuid:1"),
    "eleven proofs": lambda w: signed(w) | {"proof": signed(w)["proof"] * 11},
    "another's proof": lambda w: proof(w, verificationMethod="did:web:other.example#" + LONG),
    "another's proof beside": stranger_too,
    "another key": lambda w: proof(w, verificationMethod=f"{VICTIM}#" + LONG),
    "an undefined term": lambda w: signed(w) | {LONG: 1},
    "an unlisted context": lambda w: signed(w)
    | {"@context": [*w.badge()["@context"], "urn:" + LONG]},
    "too much": lambda w: signed(w) | {"evidence": [{"type": "Evidence"}] * 30_000},
    "a key not known": lambda w: method(w, publicKeyMultibase="zQ3shNotAKeyOfOurs"),
    "a key of another kind": lambda w: method(
        w, publicKeyMultibase=multikey.encode(w.issuer.jwt_key.public_key())
    ),
    "a key retired before": lambda w: method(w, expires="2026-10-01T00:00:00Z"),
    "a key retired after": lambda w: method(w, expires=PAST),
    "a key compromised before": lambda w: method(w, revoked="2026-10-01T00:00:00Z"),
    "a key compromised after": lambda w: method(w, revoked=PAST),
    "a key retired, no date": lambda w: method(w, expires=PAST)
    | {"proof": [{k: v for k, v in signed(w)["proof"][0].items() if k != "created"}]},
    "its own key": self_signed,
    # issuer
    "out of reach": lambda w: published(w, DOCUMENT, FetchError("too_slow", DOCUMENT, LONG)),
    "answers a page": lambda w: published(w, DOCUMENT, b"<html>"),
    "answers for another": lambda w: published(w, DOCUMENT, json.dumps({"id": LONG}).encode()),
    "an identifier of no kind": lambda w: named(w, "did:example:" + LONG),
    "an identifier that climbs": lambda w: named(w, "did:web:district.example:..:" + LONG),
    "no key in did:key": lambda w: named(w, "did:key:z6Mk"),
    "a key of a coin in did:key": lambda w: named(w, f"did:key:{COIN}"),
    "nothing in did:jwk": lambda w: named(w, "did:jwk:e30"),
    "a secret in did:jwk": lambda w: named(w, "did:jwk:" + base64url.encode(b'{"d": 1}')),
    "no JSON in did:jwk": lambda w: named(w, "did:jwk:AAAA"),
    "an https issuer out of reach": lambda w: named(w, "https://other.example/i"),
    # JWT
    "another algorithm": lambda w: header(w, alg=LONG),
    "another header": lambda w: header(w, **{LONG: 1}),
    "another type of token": lambda w: header(w, typ=LONG),
    "another's kid": lambda w: by_a_stranger(w, kid="did:web:other.example#" + LONG),
    "a kid not listed": lambda w: by_a_stranger(w, kid="#" + LONG),
    "a jwk not listed": lambda w: header(
        w, kid=None, jwk=to_jwk(Issuer(VICTIM).jwt_key.public_key())
    ),
    "no kid": lambda w: header(w, kid=None),
    "a signature that does not fit": lambda w: w.issuer.jwt(w.badge())[:-86] + "A" * 86,
    "a JWT key not known": lambda w: jwt_method(w, publicKeyJwk={"kty": "oct"}),
    "a JWT issuer out of reach": lambda w: (
        published(w, DOCUMENT, FetchError("too_slow", DOCUMENT, LONG)), w.issuer.jwt(w.badge()),
    )[1],
    "claims that differ": lambda w: claims(w, iss="did:web:other.example"),
    "claims left out": lambda w: claims(w, iss=None, jti=None),
    "two data models": lambda w: claims(w, vc={}),
    # dates
    "expired": lambda w: signed(w, validUntil=PAST),
    "in force until": lambda w: signed(w, validUntil=FUTURE),
    "not yet valid": lambda w: signed(w, validFrom=FUTURE),
    "an expired proof": lambda w: w.issuer.sign(w.badge(), expires=PAST),
    "a proof from the future": lambda w: w.issuer.sign(w.badge(), created=FUTURE),
    "a proof without a date": lambda w: w.issuer.sign(w.badge(), created=None),
    # status
    "revoked": lambda w: listed(w, revoked={94567}),
    "suspended": lambda w: (
        w.publish_list({94567}, subject={"statusPurpose": "suspension"}),
        status(w, statusPurpose="suspension"),
    )[1],
    "not suspended": lambda w: (
        w.publish_list(set(), subject={"statusPurpose": "suspension"}),
        status(w, statusPurpose="suspension"),
    )[1],
    "no status": lambda w: signed(w, credentialStatus=None),
    "nine statuses": lambda w: signed(w, credentialStatus=[
        w.badge()["credentialStatus"] | {"id": f"urn:{n}"} for n in range(9)
    ]),
    "another kind of status": lambda w: w.issuer.jwt(
        w.badge(credentialStatus={"id": "urn:x", "type": LONG})
    ),
    "a status of text": lambda w: w.issuer.jwt(w.badge(credentialStatus="urn:x")),
    "another purpose of status": lambda w: status(w, statusPurpose=LONG),
    "no index": lambda w: status(w, statusListIndex=...),
    "no size": lambda w: w.issuer.jwt(
        w.badge(credentialStatus=w.badge()["credentialStatus"] | {"statusSize": "x"})
    ),
    "no purpose": lambda w: status(w, statusPurpose=...),
    "no list": lambda w: status(w, statusListCredential=...),
    "an index past the end": lambda w: status(w, statusListIndex="131072"),
    "a list not there": lambda w: status(w, statusListCredential="https://a.example/" + LONG),
    "a list of another": foreign_list,
    "a list that is none": lambda w: published(w, LIST, b"<html>"),
    "a list at its end": lambda w: listed(w, validUntil=PAST),
    "a list that is no bits": lambda w: listed(w, subject={"encodedList": "u" + LONG}),
    "a list without bits": lambda w: listed(w, subject={"encodedList": None}),
    "a list too short for its size": lambda w: status(w, statusSize=2),
    "a list of text": lambda w: published(w, LIST, w.issuer.jwt(
        w.list_document(set()), claims={"sub": None, "credentialSubject": "urn:x"}
    ).encode()),
    "a list at a long address": lambda w: (
        w.publish(f"{LIST}/{LONG}", w.issuer.sign(w.list_document({94567}, id=f"{LIST}/{LONG}"))),
        status(w, statusListCredential=f"{LIST}/{LONG}"),
    )[1],
    "another's list at a long address": lambda w: (
        w.publish(f"{LIST}/{LONG}", w.issuer.sign(w.list_document(set(), id="urn:" + LONG))),
        status(w, statusListCredential=f"{LIST}/{LONG}"),
    )[1],
    "odd messages": lambda w: sized(w, 2, "message", statusMessage=[
        {"status": "0x2"}, {"message": "a"}, {"status": "2", "message": "b"},
    ]),
    "a message of text": lambda w: w.issuer.jwt(w.badge(
        credentialStatus=sized(w, 2, "message")["credentialStatus"] | {"statusMessage": ["x"]}
    )),
    "a message": lambda w: sized(w, 2, "message", statusMessage=MESSAGES),
    "a message without words": lambda w: sized(w, 3, "message"),
    "a newer version": lambda w: sized(w, 1, "refresh"),
    "no newer version": lambda w: sized(w, 0, "refresh"),
    "on a revocation list": lambda w: revocation_list(
        w, {"issuer": VICTIM, "revokedCredential": [{"id": ID}]}
    ),
    "not on a revocation list": lambda w: revocation_list(
        w, {"revokedCredential": ["urn:x", {"id": ID, "revoked": False}]}
    ),
    "an odd entry on a revocation list": lambda w: revocation_list(
        w, {"revokedCredential": ["urn:x", 7]}
    ),
    "on a revocation list that says more": lambda w: revocation_list(
        w, {"issuer": {"id": VICTIM}, "revokedCredential": [{"id": ID, "revoked": None}]},
        id="https://district.example/" + LONG,
    ),
    "a revocation list of another": lambda w: revocation_list(
        w, {"issuer": {"id": "did:web:other.example"}, "revokedCredential": []}
    ),
    "no revocation list": lambda w: revocation_list(w, b"[]"),
    "an empty revocation list": lambda w: revocation_list(w, {}),
    "a revocation list not there": lambda w: (
        revocation_list(w, b""),
        w.documents.pop("https://district.example/revoked.json"),
    )[0],
    "a revocation list without address": lambda w: w.issuer.jwt(
        w.badge(credentialStatus={"type": "1EdTechRevocationList"})
    ),
}  # fmt: skip
OPTIONS = {
    "offline": lambda w: {"fetch": offline},
    "offline with a snapshot": lambda w: {"fetch": offline, "trust": [w.trust_list(w.issuer)]},
    "listed": lambda w: {"trust": [w.trust_list(w.issuer)]},
    "not listed": lambda w: {"trust": [w.trust_list(Issuer("did:web:other.example"))]},
    "a listing ended": lambda w: {"trust": [w.trust_list(w.issuer, validUntil=PAST)]},
    "presented": lambda w: {"presented_by": "a@example.com"},
    "presented by another": lambda w: {"presented_by": "b@example.com"},
    "with evidence": lambda w: {"evidence": [b"foo", b"bar"]},
}
