"""What is handed in beside plain badges, one of each kind of report: presentations, tokens whose
parts are hidden, records with credentials inside, newer versions, Open Badges 2.0, odd files.

`OTHERS` are functions of a `World`, as in `cases.py`; each returns what is handed in.
"""

import json
from base64 import b64encode
from copy import deepcopy
from hashlib import sha256, sha512

from cases import DOCUMENT, FUTURE, LIST, LONG, PAST, VICTIM, method, published, signed
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from licenses import LICENSE, V2
from own_words import signed as signed_with_words
from own_words import with_words
from world import Issuer

from contexts import file_of
from verifier.checks.evidence import digest_multibase
from verifier.fetching.fetch import FetchError
from verifier.parsing import base64url
from verifier.proof import jose
from verifier.public_keys.jwk import to_jwk

CHALLENGE, DOMAIN = "a-challenge-of-ours", "https://office.example"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
NEWER = "https://district.example/credentials/1/newest"


def of_fixed_keys(did, number):
    proof_key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(31) + bytes([number]))
    return Issuer(did, proof_key, ec.derive_private_key(number, ec.SECP256R1()))


HOLDER = of_fixed_keys("did:web:holder.example", 2)
ENDORSER = of_fixed_keys("did:web:association.example", 3)


def published_holder(world):
    document = HOLDER.document
    document["authentication"] = document.pop("assertionMethod")
    world.publish_issuer(HOLDER, document)


# Credentials that are no badges


def a_license(world, **changes):
    return world.issuer.sign(deepcopy(LICENSE) | changes)


def license_jwt(world, header=None, **claims):
    """A license as a token; a claim of None is left out."""
    return world.issuer.jwt(deepcopy(LICENSE), header, claims)


def claimed(issuer, payload, **header):
    """Return a token of these claims alone."""
    nothing = dict.fromkeys(("iss", "jti", "sub", "nbf", "exp", "credentialSubject", "validFrom"))
    unsigned = {"credentialSubject": {}, "validFrom": "2026-11-01T00:00:00Z"}
    return issuer.jwt(unsigned, header, nothing | payload)


def own_words(world, **changes):
    return signed_with_words(world, with_words(**changes))


# Parts that are hidden (RFC 9901)


def disclosure(*values):
    return base64url.encode(json.dumps(["salt", *values]).encode())


def digest(text):
    return base64url.encode(sha256(text.encode()).digest())


NAME = disclosure("name", "Alex Example")
PUBLIC = {"jwk": to_jwk(HOLDER.jwt_key.public_key())}
VCT = {
    "iss": VICTIM, "vct": "https://board.example/license", "nbf": 1780000000, "sub": "urn:x:t",
    "_sd": [digest(NAME), digest("a decoy")], "cnf": PUBLIC,
}  # fmt: skip


def sd(world, *shown, typ="dc+sd-jwt", **changes):
    payload = {name: value for name, value in (VCT | changes).items() if value is not None}
    return "~".join([claimed(world.issuer, payload, typ=typ), *shown, ""])


def sd_license(world, *shown, **changes):
    subject = {"id": "did:example:t", "_sd": [digest(NAME)]}
    whole = deepcopy(LICENSE) | {"issuer": VICTIM, "credentialSubject": subject, "cnf": PUBLIC}
    return "~".join([claimed(world.issuer, whole | changes, typ="vc+sd-jwt"), *shown, ""])


def bound(text, holder=HOLDER, typ="kb+jwt", **changes):
    payload = {"iat": 1795000000, "nonce": CHALLENGE, "aud": DOMAIN, "sd_hash": digest(text)}
    return text + claimed(holder, payload | changes, typ=typ, kid=None)


def odd(*shown, **claims):
    return lambda world: sd(world, *shown, **claims)


# Presentations


def presentation(*credentials, **changes):
    whole = {"@context": [V2], "type": ["VerifiablePresentation"], "holder": HOLDER.did}
    return {**whole, "verifiableCredential": [*credentials], **changes}


def shown(world, whole, **options):
    published_holder(world)
    asked = {"challenge": CHALLENGE, "domain": DOMAIN, "proofPurpose": "authentication"}
    return HOLDER.sign(whole, **(asked | options))


def shown_jwt(world, whole, typ="vp+jwt", **claims):
    published_holder(world)
    asked = {"iss": HOLDER.did, "nonce": CHALLENGE, "aud": DOMAIN}
    return claimed(HOLDER, whole | asked | claims, typ=typ)


def self_asserted(world):
    mine = deepcopy(LICENSE) | {"issuer": HOLDER.did}
    return shown(world, presentation(mine))


def envelope(content, kind="application/vc+jwt", name="Credential"):
    return {"@context": V2, "type": f"EnvelopedVerifiable{name}", "id": f"data:{kind},{content}"}


def an_envelope(world):
    return envelope(license_jwt(world))


# Credentials inside


def endorsement(world, **changes):
    whole = {
        "@context": world.badge()["@context"], "id": "https://association.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"], "name": "Endorsed",
        "issuer": {"id": ENDORSER.did, "type": ["Profile"], "name": "Some Association"},
        "validFrom": "2026-10-01T00:00:00Z",
        "credentialSubject": {
            "id": "https://district.example/achievements/feedback/1",
            "type": ["EndorsementSubject"], "endorsementComment": "Rigorous, and **fair**.",
        },
    }  # fmt: skip
    return whole | changes


def endorsed(world, *items, member="endorsement", jwt=False, **changes):
    world.publish_issuer(ENDORSER)
    badge = world.badge(**changes) | {member: [*items]}
    return world.issuer.jwt(badge) if jwt else world.issuer.sign(badge)


def record(world, *badges, jwt=False, **changes):
    whole = {
        "@context": [*world.badge()["@context"], CLR], "id": "urn:uuid:2",
        "type": ["VerifiableCredential", "ClrCredential"], "name": "A record",
        "issuer": {"id": VICTIM, "type": ["Profile"]}, "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": {"id": "urn:x:t", "type": ["ClrSubject"],
                              "verifiableCredential": [*badges]},
    } | changes  # fmt: skip
    return world.issuer.jwt(whole) if jwt else world.issuer.sign(whole)


# Newer versions


def offering(world, newer=None, service=None, **changes):
    """A badge whose issuer offers a newer version, and that version, if there is one."""
    service = service or {"id": NEWER, "type": "1EdTechCredentialRefresh"}
    contexts = [*world.badge()["@context"], EXTENSIONS]
    changes |= {"@context": contexts, "refreshService": service}
    badge = {name: value for name, value in world.badge(**changes).items() if value is not None}
    if newer is not None:
        later = {"validFrom": "2026-11-10T00:00:00Z", "name": "Renewed"} | newer
        world.publish(NEWER, world.issuer.sign(badge | later))
    return world.issuer.sign(badge)


# Open Badges 2.0

SITE = "https://badges.example"
ADDRESS = f"{SITE}/assertions/1"
PRIVATE = rsa.generate_private_key(65537, 2048)
PEM = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
ASSERTION = {
    "@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": ADDRESS,
    "badge": f"{SITE}/badges/1", "issuedOn": "2026-05-15T12:00:00+00:00",
    "recipient": {"type": "email", "hashed": True, "salt": "deadsea", "identity": "sha256$00"},
    "verification": {"type": "hosted"}, "narrative": "Six lessons.",
    "evidence": [{"id": f"{SITE}/evidence", "name": "Lessons", "description": "Six of them.",
                  "narrative": "What was done.", "genre": "Video", "audience": "Parents"},
                 f"{SITE}/more"],
}  # fmt: skip
KEYWORDS = {"@id": ADDRESS, "@type": "Assertion"} | {
    name: value for name, value in ASSERTION.items() if name not in ("id", "type")
}
OLDEST = {"badge": f"{SITE}/badges/1", "recipient": "sha256$00", "verify": {"url": ADDRESS}}
SIGNED = ASSERTION | {"verification": {"type": "signed", "creator": f"{SITE}/key"}}


def site(world, badge=(), profile=(), key=(), revoked=()):
    """Publish an issuer of Open Badges 2.0."""
    world.publish(ADDRESS, ASSERTION)
    world.publish(f"{SITE}/badges/1", {
        "type": "BadgeClass", "id": f"{SITE}/badges/1", "name": "Feedback",
        "description": "Gives feedback.",
        "criteria": {"id": f"{SITE}/criteria", "narrative": "Do."},
        "image": f"{SITE}/image", "tags": ["a", 1, "b"], "issuer": f"{SITE}/issuer",
    } | dict(badge))  # fmt: skip
    world.publish(f"{SITE}/issuer", {
        "type": "Issuer", "id": f"{SITE}/issuer", "name": "Example District", "url": SITE,
        "email": "badges@badges.example", "publicKey": f"{SITE}/key",
        "revocationList": f"{SITE}/revoked",
    } | dict(profile))  # fmt: skip
    document = {"type": "CryptographicKey", "id": f"{SITE}/key", "owner": f"{SITE}/issuer"}
    world.publish(f"{SITE}/key", document | {"publicKeyPem": PEM} | dict(key))
    world.publish(f"{SITE}/revoked", {"revokedAssertions": [*revoked]})


def hosted(world, served=(), **published):
    """Hand in a hosted badge; `served` is what its own address says otherwise."""
    site(world, **published)
    world.publish(ADDRESS, ASSERTION | dict(served))
    return ASSERTION


def signed_2(world, payload=SIGNED, changed=False, **published):
    site(world, **published)
    data = jose.signing_input({"alg": "RS256"}, json.dumps(payload).encode())
    signature = PRIVATE.sign(data + b"." * changed, padding.PKCS1v15(), SHA256())
    return jose.compact(data, signature)


def leading_on(world, times):
    """A hosted badge whose issuer is named at another address, so many times."""
    assertion = hosted(world, badge={"issuer": f"{SITE}/issuer/{times}"})
    for number in range(times):
        named = f"{SITE}/issuer/{number}" if number else f"{SITE}/issuer"
        world.publish(f"{SITE}/issuer/{number + 1}", {"id": named, "name": "Example District"})
    return assertion


def gone(world, code, detail):
    site(world)
    world.documents[ADDRESS] = FetchError(code, ADDRESS, detail)
    return ASSERTION


MODEL_1 = "https://www.w3.org/2018/credentials/v1"
V2_SRI = "sha512-" + b64encode(sha512(file_of(V2)).digest()).decode()
V2_MULTIBASE = digest_multibase(sha256(file_of(V2)).digest())
SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)


def schema(world, **entry):
    entry = {"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"} | entry
    return world.issuer.jwt(world.badge(credentialSchema=[entry]))


OTHERS = {
    # no badges
    "a license": a_license,
    "a license as a JWT": license_jwt,
    "a license in its vc claim": lambda w: claimed(
        w.issuer, {"iss": VICTIM, "nbf": 1767225600, "jti": "urn:uuid:1", "vc": {
            **LICENSE, "@context": [MODEL_1], "issuanceDate": "2026-01-01T00:00:00Z"}}),
    "a license with a status in its vc claim": lambda w: claimed(
        w.issuer, {"vc": {**LICENSE, "@context": [V2], "status": {"status_list": {}}}}),
    "a license that ends in exp": lambda w: license_jwt(w, exp=1790000000),
    "a license with a status claim": lambda w: license_jwt(w, status={"status_list": {}, LONG: 1}),
    "a license with a status of text": lambda w: license_jwt(w, status="x"),
    "a license of a vc+jwt": lambda w: license_jwt(w, {"typ": "vc+jwt"}, exp=1790000000),
    "a license of a vc+jwt, begun in words": lambda w: license_jwt(w, {"typ": "vc+jwt"}, nbf="x"),
    "a license of a vc+jwt, to come": lambda w: license_jwt(w, {"typ": "vc+jwt"}, nbf=1990000000),
    "a license with odd members": lambda w: license_jwt(
        w, name={"@value": 1}, issuer={"id": VICTIM, "name": 7}, validUntil="soon",
        credentialStatus={}, termsOfUse=[{"type": "x"}], evidence=["x"], proof={"type": "x"}),
    "a license about nobody": lambda w: a_license(w, credentialSubject={}),
    "a license with words of its own": own_words,
    "a license with words of its own, changed": lambda w: own_words(w) | {"name": "Another"},
    "a license that renames": lambda w: a_license(w) | {"@context": [V2, {"name": "urn:x:n"}]},
    "a license with a term of no context": lambda w: a_license(w) | {LONG: 1},
    "two dates in the wrong order": lambda w: license_jwt(
        w, validUntil="2025-01-01T00:00:00Z", exp=None),
    "terms of use": lambda w: license_jwt(w, termsOfUse={"type": "Terms", "id": "urn:x:terms"}),
    "terms of use, and files": lambda w: license_jwt(
        w, termsOfUse={"type": "Terms"}, relatedResource={"id": "urn:x:1", "digestSRI": V2_SRI}),
    "its own word": lambda w: a_license(w, credentialSubject={"id": VICTIM}),
    # related resources and schemas
    "a resource that fits": lambda w: a_license(w, relatedResource={
        "id": V2, "digestSRI": V2_SRI, "digestMultibase": V2_MULTIBASE}),
    "a resource that differs": lambda w: a_license(w, relatedResource={
        "id": V2, "digestSRI": "sha384-AAAA " + V2_SRI.replace("A", "B")}),
    "a resource that is not held": lambda w: a_license(w, relatedResource=[
        {"id": V2, "digestSRI": f"sha256-AAAA {V2_SRI}?x"},
        {"id": "urn:x:1", "digestSRI": V2_SRI}]),
    "a resource without a digest": lambda w: w.issuer.jwt(LICENSE, None, {"relatedResource": V2}),
    "the schema of badges": schema,
    "a schema of another kind": lambda w: schema(w, type="JsonSchema" + LONG),
    "a schema of another address": lambda w: schema(w, id="https://a.example/" + LONG),
    "a schema by its address": lambda w: w.issuer.jwt(w.badge(credentialSchema=[SCHEMA])),
    "a badge of another model": lambda w: w.issuer.jwt(w.badge(**{"@context": [
        MODEL_1, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"],
        "issuanceDate": "2026-11-01T00:00:00Z"})),
    # parts that are hidden
    "an SD-JWT": lambda w: sd(w, NAME),
    "an SD-JWT with nothing shown": lambda w: sd(w, jti="urn:x:1", exp=1990000000),
    "an SD-JWT that ended": lambda w: sd(w, exp=1790000000),
    "an SD-JWT of an odd end": lambda w: sd(w, exp="soon"),
    "an SD-JWT with a status": lambda w: sd(w, status={"status_list": {"idx": 1}}),
    "an SD-JWT of nobody": lambda w: sd(w, iss=None),
    "an SD-JWT at a web address": lambda w: (published(w, (
        "https://district.example/.well-known/jwt-vc-issuer/i"), json.dumps({
        "issuer": "https://district.example/i", "jwks": {"keys": [
            to_jwk(w.issuer.jwt_key.public_key()) | {"kid": "jwt"}]}}).encode()),
        sd(w, iss="https://district.example/i"))[1],
    "an SD-JWT at a web address out of reach": lambda w: sd(w, iss="https://district.example/i"),
    "an SD-JWT of W3C's model": lambda w: sd_license(w, NAME),
    "an SD-JWT that hides a limit": lambda w: sd_license(w, _sd=[digest("validUntil")]),
    "an SD-JWT of another hash": odd(_sd_alg="md" + LONG),
    "a disclosure twice": odd(NAME, NAME),
    "a disclosure without a place": odd(disclosure("x", 1)),
    "a disclosure of a fixed claim": odd(
        disclosure("exp", 1), _sd=[digest(disclosure("exp", 1))]),
    "a disclosure of what is there": odd(
        disclosure("sub", 1), _sd=[digest(disclosure("sub", 1))]),
    "a disclosure of its own kind": odd(
        disclosure("_sd", []), _sd=[digest(disclosure("_sd", []))]),
    "a disclosure without a name": odd(disclosure("x"), _sd=[digest(disclosure("x"))]),
    "a disclosure with a name in a list": odd(NAME, _sd=None, place=[{"...": digest(NAME)}]),
    "a disclosure that is no list": odd("e30"),
    "a disclosure that is no JSON": odd("!"),
    "a disclosure of four": odd(disclosure(1, 2, 3)),
    "digests of text": odd(_sd="x"),
    "a digest of a number": odd(_sd=[7]),
    "a digest twice": odd(_sd=[digest("x")] * 2),
    "a digest with members beside it": odd(place=[{"...": digest("x"), "y": 1}]),
    "a digest in a fixed claim": odd(status={"_sd": [digest("x")]}),
    "a member of the name of a digest": odd(**{"...": 1}),
    "too many disclosures": odd(*["x"] * 501),
    # who shows it
    "a key that binds": lambda w: bound(sd(w, NAME)),
    "another's key": lambda w: bound(sd(w, NAME), ENDORSER),
    "a binding of another challenge": lambda w: bound(sd(w, NAME), nonce=LONG),
    "a binding for another": lambda w: bound(sd(w, NAME), aud=LONG),
    "a binding without a time": lambda w: bound(sd(w, NAME), iat=None),
    "a binding to come": lambda w: bound(sd(w, NAME), nbf=1990000000),
    "a binding of another type": lambda w: bound(sd(w, NAME), typ="jwt"),
    "a binding to no key": lambda w: bound(sd(w, NAME, cnf=None)),
    "a binding to a DID": lambda w: bound(sd(w, NAME, cnf={"kid": "did:jwk:" + base64url.encode(
        json.dumps(PUBLIC["jwk"]).encode())})),
    "a binding to a DID that is none": lambda w: bound(sd(w, NAME, cnf={"kid": "did:jwk:e30"})),
    "a binding to a secret": lambda w: bound(sd(w, NAME, cnf={"jwk": {"kty": "oct", "k": "AA"}})),
    "a presentation": lambda w: shown(w, presentation(a_license(w), signed(w))),
    "a presentation by its holder": lambda w: shown(w, presentation(
        a_license(w, credentialSubject={"id": HOLDER.did, "name": "Alex"}))),
    "a presentation of her own word": self_asserted,
    "a presentation without a proof": lambda w: presentation(a_license(w)),
    "a presentation of another challenge": lambda w: shown(
        w, presentation(a_license(w)), challenge=LONG),
    "a presentation for another": lambda w: shown(w, presentation(a_license(w)), domain=LONG),
    "a presentation that was changed": lambda w: shown(w, presentation()) | {
        "verifiableCredential": [a_license(w)]},
    "a presentation with an odd member": lambda w: shown_jwt(
        w, presentation(a_license(w), id="a b", type="VerifiablePresentation")),
    "a presentation for no authentication": lambda w: shown(
        w, presentation(a_license(w)), proofPurpose="assertionMethod"),
    "a presentation by nobody": lambda w: presentation(a_license(w), holder=None, proof={"a": 1}),
    "a presentation as a JWT": lambda w: shown_jwt(w, presentation(an_envelope(w))),
    "a presentation in a vp claim": lambda w: shown_jwt(
        w, {"vp": presentation(an_envelope(w))}),
    "a presentation beside another": lambda w: shown_jwt(
        w, {"vp": presentation(an_envelope(w)), "type": ["x"]}),
    "a presentation JWT by another": lambda w: shown_jwt(
        w, presentation(an_envelope(w)), iss="did:web:other.example"),
    "a presentation JWT by nobody": lambda w: shown_jwt(
        w, presentation(an_envelope(w), holder=None), iss=7),
    "a presentation JWT that ended": lambda w: shown_jwt(
        w, presentation(an_envelope(w)), exp=1790000000),
    "a presentation JWT to come": lambda w: shown_jwt(
        w, presentation(an_envelope(w)), nbf=1990000000),
    "a presentation JWT of an odd time": lambda w: shown_jwt(
        w, presentation(an_envelope(w)), nbf="x"),
    "a presentation JWT of another type": lambda w: shown_jwt(
        w, presentation(an_envelope(w)), typ=LONG),
    "a presentation JWT of another header": lambda w: claimed(
        HOLDER, presentation(an_envelope(w)), typ="vp+jwt", **{LONG: 1}),
    "a presentation JWT out of its envelope": lambda w: envelope(
        shown_jwt(w, presentation(an_envelope(w))), "application/vp+jwt", "Presentation"),
    "an envelope": an_envelope,
    "an envelope in base64": lambda w: envelope(
        b64encode(license_jwt(w).encode()).decode(), "text/plain;base64"),
    "an envelope of noise": lambda w: envelope("hello", LONG),
    "an envelope without data": lambda w: envelope("") | {"id": 7},
    "an envelope of COSE": lambda w: envelope("AA", "application/vc+COSE;base64"),
    "an envelope of odd base64": lambda w: envelope("e3!0=", "application/json;base64"),
    "an envelope of no base64": lambda w: envelope("a.b.c", "application/vc+jwt;base64"),
    "a proof that is a JWT": lambda w: {**LICENSE, "proof": {
        "type": "JwtProof2020", "jwt": license_jwt(w)}},
    "a JWS as JSON": lambda w: dict(zip(
        ("protected", "payload", "signature"), license_jwt(w).split("."), strict=True)),
    "two, one as text": lambda w: {"credentials": [license_jwt(w), json.dumps(signed(w))]},
    # inside
    "endorsed": lambda w: endorsed(w, ENDORSER.sign(endorsement(w))),
    "endorsed by a JWT": lambda w: endorsed(
        w, ENDORSER.jwt(endorsement(w)), member="endorsementJwt"),
    "endorsed in an envelope": lambda w: endorsed(
        w, envelope(ENDORSER.jwt(endorsement(w))), jwt=True),
    "endorsed by noise": lambda w: endorsed(w, "a.b.c", "{", jwt=True, member="endorsementJwt"),
    "endorsed by a number": lambda w: endorsed(w, 7, jwt=True),
    "endorsed, and changed": lambda w: endorsed(w, ENDORSER.sign(endorsement(w)) | {"name": "x"}),
    "endorsed by two models": lambda w: endorsed(
        w, ENDORSER.jwt(endorsement(w), None, {"vc": {}}), jwt=True, member="endorsementJwt"),
    "endorsed about another": lambda w: endorsed(w, ENDORSER.sign(endorsement(
        w, credentialSubject={"id": "urn:x:1", "type": ["EndorsementSubject"]}))),
    "a record": lambda w: record(w, signed(w)),
    "a record as a JWT": lambda w: record(w, w.issuer.jwt(w.badge()), 7, "x", jwt=True),
    "a record of two learners": lambda w: record(w, signed(w, credentialSubject={
        **w.badge()["credentialSubject"], "id": "urn:x:another"}), credentialSubject={
        "id": "urn:x:t", "type": ["ClrSubject"], "verifiableCredential": [signed(w)]}),
    # newer versions
    "renewed": lambda w: offering(w, {}),
    "renewed by the same": lambda w: offering(w, {"validFrom": "2026-11-01T00:00:00Z"}),
    "renewed under another id": lambda w: offering(w, {"id": "urn:x:2"}),
    "renewed without an id": lambda w: offering(w, {}, id=None),
    "renewed by noise": lambda w: (offering(w), published(w, NEWER, b"hello"))[0],
    "renewed out of reach": offering,
    "renewed, and changed": lambda w: (
        offering(w), published(w, NEWER, json.dumps(signed(w) | {"name": "x"}).encode()))[0],
    "renewed by another service": lambda w: w.issuer.jwt(
        w.badge(refreshService={"id": NEWER, "type": LONG})),
    "renewed at no address": lambda w: w.issuer.jwt(
        w.badge(refreshService={"type": "1EdTechCredentialRefresh"})),
    # Open Badges 2.0
    "a hosted badge": hosted,
    "a hosted badge with keywords of JSON-LD": lambda w: (site(w), published(
        w, ADDRESS, json.dumps(KEYWORDS).encode()), KEYWORDS)[2],
    "a hosted badge of 0.5": lambda w: (site(w), published(w, ADDRESS, json.dumps(
        OLDEST).encode()), OLDEST)[2],
    "a hosted badge of 1.0": lambda w: (site(w), published(w, ADDRESS, json.dumps({
        "uid": "1", "recipient": {"type": "telephone", "hashed": False, "identity": "1"},
        "badge": f"{SITE}/badges/1", "issuedOn": 1780000000, "expires": "2027-01-01",
        "verify": {"type": "hosted", "url": ADDRESS}}).encode()), json.loads(
        w.documents[ADDRESS]))[2],
    "a copy that differs": lambda w: hosted(w, {"narrative": "x", "expires": "2030-01-01"}),
    "a hosted badge withdrawn": lambda w: hosted(w, {"revoked": True}),
    "a hosted badge withdrawn for a reason": lambda w: hosted(
        w, {"revoked": True, "revocationReason": "An error. " + LONG}),
    "a hosted badge of which nothing is left": lambda w: (hosted(w), published(
        w, ADDRESS, json.dumps({"id": ADDRESS, "revoked": True}).encode()))[0],
    "a hosted badge withdrawn in words": lambda w: hosted(w, {"revoked": "yes"}),
    "a hosted badge ended": lambda w: hosted(w, {"expires": PAST}),
    "a hosted badge of an odd day": lambda w: hosted(w, {"expires": "soon", "issuedOn": []}),
    "a hosted badge of a year that no calendar has": lambda w: hosted(
        w, {"issuedOn": 253402300800}),
    "a hosted badge, gone": lambda w: gone(w, "http_status", "answered 410"),
    "a hosted badge out of reach": lambda w: gone(w, "too_slow", LONG),
    "a hosted badge elsewhere": lambda w: hosted(
        w, profile={"verification": {"startsWith": f"{SITE}/badges/"}}),
    "a hosted badge on an odd site": lambda w: hosted(
        w, profile={"verification": {"allowedOrigins": ["", 7]}}),
    "a hosted badge on any site": lambda w: hosted(
        w, profile={"verification": {"allowedOrigins": [""], "startsWith": ""}}),
    "a hosted badge on an allowed site": lambda w: hosted(
        w, profile={"verification": {"allowedOrigins": ["badges.example"], "startsWith": SITE}}),
    "a hosted badge of nobody": lambda w: hosted(w, badge={"issuer": None}),
    "a hosted badge of two": lambda w: hosted(w, badge={"issuer": [f"{SITE}/issuer", SITE]}),
    "a hosted badge of an unnamed": lambda w: hosted(w, profile={"name": None}),
    "a hosted badge whose profile leads on": lambda w: leading_on(w, 1),
    "a hosted badge whose profile leads on and on": lambda w: leading_on(w, 2),
    "a hosted badge of a number": lambda w: hosted(w, badge={"issuer": 7}),
    "a badge of no address": lambda w: {**ASSERTION, "id": "urn:x:1"},
    "a part of a badge": lambda w: {"@context": ASSERTION["@context"], "type": "BadgeClass"},
    "a signed badge": signed_2,
    "a signed badge of a nameless class": lambda w: signed_2(
        w, badge={"name": 7, "id": 7, "criteria": f"{SITE}/criteria"}),
    "a signed badge, changed": lambda w: signed_2(w, changed=True),
    "a signed badge, withdrawn": lambda w: signed_2(w, revoked=[
        "urn:x:1", {"id": ADDRESS, "revocationReason": "An error."}]),
    "a signed badge, withdrawn by its address": lambda w: signed_2(w, revoked=[ADDRESS]),
    "a signed badge that no list has": lambda w: signed_2(w, profile={"revocationList": None}),
    "a signed badge of an odd list": lambda w: signed_2(w, profile={"revocationList": 7}),
    "a signed badge of a list out of reach": lambda w: signed_2(
        w, profile={"revocationList": "https://a.example/" + LONG}),
    "a signed badge by another's key": lambda w: signed_2(w, key={"owner": SITE}),
    "a signed badge by no key": lambda w: signed_2(w, key={"publicKeyPem": "x"}),
    "a signed badge by a key that is not named": lambda w: signed_2(
        w, SIGNED | {"verification": {"type": "signed", "creator": f"{SITE}/key/2"}}),
    "a signed badge withdrawn by its uid": lambda w: signed_2(
        w, SIGNED | {"uid": "7"}, revoked=[7, {"uid": "7"}]),
    "a signed badge of an uid of no text": lambda w: signed_2(
        w, SIGNED | {"uid": None}, revoked=[None, {"id": 7}]),
    "a signed badge of a list with a list in it": lambda w: signed_2(w, revoked=[[ADDRESS]]),
    "a signed badge of a list that names nothing": lambda w: signed_2(
        w, revoked=[{"id": [ADDRESS]}, {"uid": {}}]),
    "a signed badge of others' list": lambda w: signed_2(w, revoked=["urn:x:1", 7, {"uid": 8}]),
    "a signed badge withdrawn by a number": lambda w: signed_2(
        w, SIGNED | {"uid": 7}, revoked=[{"uid": "7"}]),
    "a signed badge on a list of 1.x": lambda w: (
        signed_2(w, SIGNED | {"uid": "a1"}),
        published(w, f"{SITE}/revoked", b'{"a1": "An error.", "b2": "Another."}'))[0],
    "a signed badge not on a list of 1.x": lambda w: (
        signed_2(w, SIGNED | {"uid": "c3"}),
        published(w, f"{SITE}/revoked", b'{"a1": "An error."}'))[0],
    "a signed badge without an id": lambda w: signed_2(w, {
        name: value for name, value in SIGNED.items() if name != "id"}),
    "a signed badge by a key in its profile": lambda w: signed_2(
        w, key={"publicKeyPem": "x"}, profile={"publicKey": {
            "id": f"{SITE}/key", "owner": f"{SITE}/issuer", "publicKeyPem": PEM}}),
    "a signed badge by a key of nobody": lambda w: signed_2(w, key={"owner": None}),
    "a signed badge of an issuer at a long address": lambda w: signed_2(
        w, profile={"revocationList": f"{SITE}/revoked?{LONG}"}),
    "a signed badge without a creator": lambda w: signed_2(
        w, SIGNED | {"verification": {"type": "signed"}}),
    "a signed badge of an issuer without keys": lambda w: signed_2(w, profile={"publicKey": None}),
    "a signed badge by a key at a long address": lambda w: signed_2(
        w, SIGNED | {"verification": {"creator": f"{SITE}/{LONG}"}},
        profile={"publicKey": [{"id": f"{SITE}/{LONG}", "owner": SITE}, f"{SITE}/key"]}),
    # files and links
    "nothing": lambda w: b"",
    "a link to a license": lambda w: (published(
        w, "https://a.example/1", json.dumps(a_license(w)).encode()), b"https://a.example/1")[1],
    "a link out of reach": lambda w: (published(w, f"https://a.example/{LONG}", FetchError(
        "too_slow", "https://a.example", LONG)), f"https://a.example/{LONG}".encode())[1],
    "a link that is no longer shared": lambda w: (published(w, "https://a.example/1", FetchError(
        "http_status", "https://a.example/1", "answered 410")), b"https://a.example/1")[1],
    "a link that is refused": lambda w: (published(w, "https://a.example/1", FetchError(
        "address_refused", "https://a.example/1", "private")), b"https://a.example/1")[1],
    "a link to words": lambda w: (
        published(w, "https://a.example/1", b"https://b.example/1"), b"https://a.example/1")[1],
    "a page": lambda w: b"<!doctype html><title>x</title>",
    "a key twice": lambda w: b'{"a": 1, "a": 2}',
    "no JSON": lambda w: b'{"a": x}',
    "a list that says its end otherwise": lambda w: published(w, LIST, w.issuer.jwt(
        w.list_document(set()), {"typ": "vc+jwt"}, {"ValidUntil": FUTURE}).encode()),
    "an offer whose list is not there": lambda w: w.issuer.jwt(w.badge(
        credentialStatus=w.badge()["credentialStatus"] | {
            "statusPurpose": "refresh", "statusListCredential": "https://a.example/1"})),
    "a key that was never revoked": lambda w: method(w, revoked=False),
    "a key that was revoked on no day": lambda w: method(w, revoked=True),
    "a list in an envelope": lambda w: published(
        w, LIST, json.dumps(envelope(w.issuer.jwt(w.list_document(set())))).encode()),
    "a document that lists no keys": lambda w: published(
        w, DOCUMENT, json.dumps({"id": VICTIM}).encode()),
}  # fmt: skip
