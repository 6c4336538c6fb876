"""Badges in the shapes that others issue: none is called forged, and what cannot be checked has
a name (formats.md lists where each shape is published).

Contents are ours; contexts, types, proofs, identifiers and statuses are theirs. Signatures are
made by PyLD with PyNaCl, and by jwcrypto: no code of this project signs here.
"""

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass, field

import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from nacl.signing import SigningKey
from published import vectors
from pyld import jsonld

from contexts import BUNDLED, ContextNotListedError
from verifier import Answer
from verifier.issuers import did
from verifier.public_keys import multikey
from verifier.structure.shape import GAPS
from verifier.wording import words

V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
INTEGRITY = "https://w3id.org/security/data-integrity/"
SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}
BOOSTS = "https://ctx.wallet.example/boosts/1.0.1.json"
KEY = SigningKey(bytes(range(32)))
MULTIKEY = "z" + multikey.base58_encode(b"\xed\x01" + bytes(KEY.verify_key))
DID_KEY = f"did:key:{MULTIKEY}"
JWT_KEY = JWK.generate(kty="OKP", crv="Ed25519")


def load(url, _options):
    """Load for PyLD: the bundled contexts, and one that only a wallet knows."""
    boost = {"@context": {"BoostCredential": "https://wallet.example/#BoostCredential"}}
    document = boost if url == BOOSTS else BUNDLED[url]
    return {"contentType": "", "contextUrl": None, "documentUrl": url, "document": document}


def digest(document):
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return hashlib.sha256(jsonld.normalize(document, options).encode()).digest()


def prove(document, method, kind="eddsa-rdfc-2022", contexts=None):
    """Return a proof by KEY; `contexts` where the proof's are not those of the document."""
    proof = {
        "type": kind if kind.startswith("Ed25519") else "DataIntegrityProof",
        "created": "2026-11-01T00:00:00Z",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    if proof["type"] == "DataIntegrityProof":
        proof["cryptosuite"] = kind
    used = contexts or document["@context"]
    if kind == "Ed25519Signature2018":
        return {**proof, "jws": detached(digest({"@context": used, **proof}) + digest(document))}
    signature = KEY.sign(digest({"@context": used, **proof}) + digest(document)).signature
    return {**proof, "proofValue": "z" + multikey.base58_encode(signature)}


def detached(hashes):
    """Return the JWS of RFC 7797 over bytes that it does not hold."""
    header = base64.urlsafe_b64encode(b'{"alg":"EdDSA","b64":false,"crit":["b64"]}').rstrip(b"=")
    signature = KEY.sign(header + b"." + hashes).signature
    return f"{header.decode()}..{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def achievement(**changes):
    return {
        "id": "urn:uuid:bd6d9316-0000-4000-8000-5f7f5bd22922",
        "type": ["Achievement"],
        "name": "Reading for Meaning®",
        "description": "Teaches “close reading” – with texts that matter.",
        "criteria": {"narrative": "A portfolio, judged against **four** criteria."},
    } | changes


def badge(contexts, issuer, **changes):
    dated = "issuanceDate" if contexts[0] == V1 else "validFrom"
    return {
        "@context": contexts,
        "id": "urn:uuid:2fe53dc9-0000-4000-8000-0d00f6663b6c",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Reading for Meaning®",
        "issuer": issuer,
        dated: "2026-10-01T15:06:31Z",
        "credentialSubject": {
            "id": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            "type": ["AchievementSubject"],
            "achievement": achievement(),
        },
    } | changes


def profile(identifier, **changes):
    return {"type": ["Profile"], "id": identifier, "name": "Some Academy"} | changes


@dataclass
class Foreign:
    """What a platform hands out, what it publishes, and what a report should say of it."""

    handed: object
    authentic: str = "authentic"
    current: str = "current"
    published: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)


def did_document(identifier, method):
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": identifier,
        "verificationMethod": [
            {
                "id": method,
                "type": "Multikey",
                "controller": identifier,
                "publicKeyMultibase": MULTIKEY,
            }
        ],
        "assertionMethod": [method],
    }


def consortium_wallet():
    """Digital Credentials Consortium: data model 1.1, both kinds of signature in one set."""
    contexts = [V1, OB + "-3.0.3.json", INTEGRITY + "v2", ED25519_2020]
    whole = badge(
        contexts, profile(DID_KEY, image={"id": "https://a.example/i.png", "type": "Image"})
    )
    method = f"{DID_KEY}#{MULTIKEY}"
    proofs = [prove(whole, method, kind) for kind in ("Ed25519Signature2020", "eddsa-rdfc-2022")]
    return Foreign(whole | {"proof": proofs})


def consortium_fixture():
    """The consortium's own fixtures: the learner by a plain name, without id or identifier."""
    contexts = [V1, OB + "-3.0.3.json", INTEGRITY + "v2", ED25519_2020]
    whole = badge(contexts, profile(DID_KEY, url="https://academy.example"))
    whole["credentialSubject"] |= {"name": "Taylor Example"}
    del whole["credentialSubject"]["id"]
    method = f"{DID_KEY}#{MULTIKEY}"
    proofs = [prove(whole, method, kind) for kind in ("eddsa-rdfc-2022", "Ed25519Signature2020")]
    return Foreign(whole | {"proof": proofs})


def consortium_without_a_begin():
    """The least of these fixtures, in data model 2.0: without `validFrom` as well."""
    whole = badge([V2, OB + "-3.0.3.json"], profile(DID_KEY))
    del whole["credentialSubject"]["id"], whole["validFrom"]
    proof = prove(whole, f"{DID_KEY}#{MULTIKEY}")
    return Foreign(whole | {"proof": proof}, notes=["names_nobody", "begin_missing"])


def consortium_did_web():
    """The same consortium, by did:web, with the first context of Open Badges 3.0."""
    name = "did:web:registry.academy.example"
    whole = badge([V1, OB + ".json", ED25519_2020], profile(name, type="Profile"))
    method = f"{name}#{MULTIKEY}"
    entry = {
        "id": method,
        "type": "Ed25519VerificationKey2020",
        "controller": name,
        "publicKeyMultibase": MULTIKEY,
    }
    document = {"id": name, "assertionMethod": [entry]}
    proof = prove(whole, method, "Ed25519Signature2020")
    return Foreign(whole | {"proof": proof}, published={did.did_web_url(name): document})


def vendor_backpack():
    """Credly: data model 2.0, a did:web with a path, a schema, pictures with captions."""
    name = "did:web:vendor.example:api:v1:obi:v3:issuers:e0e2733e"
    image = {"id": "https://images.vendor.example/i.png", "type": "Image", "caption": "Logo of A®"}
    whole = badge(
        [V2, OB + "-3.0.3.json", EXTENSIONS],
        profile(name, image=image, email="info@vendor.example", url="https://academy.example/"),
        credentialSchema=[SCHEMA],
        id="https://vendor.example/api/v1/obi/v3/open_badge_credentials/2116ec78",
        awardedDate="2026-09-30T00:00:00.000Z",
    )
    proof = prove(whole, f"{name}#key-0")
    return Foreign(
        whole | {"proof": [proof]},
        published={did.did_web_url(name): did_document(name, f"{name}#key-0")},
    )


def university_course():
    """MIT Learn: data model 2.0 under the older signature, the learner by a hash."""
    identity = {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399",
        "identityType": "emailAddress",
        "salt": "Kosher",
    }
    whole = badge([V2, OB + "-3.0.3.json", ED25519_2020], profile(DID_KEY))
    whole["credentialSubject"] |= {
        "identifier": [identity],
        "activityStartDate": "2026-02-24T00:00:00Z",
    }
    proof = prove(whole, f"{DID_KEY}#{MULTIKEY}", "Ed25519Signature2020")
    return Foreign(whole | {"proof": proof})


def reference_portal():
    """1EdTech's reference portal: data model 1.1, an unsigned list of what was withdrawn."""
    name = "did:web:portal.example:wellspring:org:da1e96e9"
    listed = "https://portal.example/revocations/1"
    whole = badge(
        [V1, OB + "-3.0.1.json", EXTENSIONS, ED25519_2020],
        profile(name, type="Profile", address={"type": "Address", "addressCountry": "Japan"}),
        type=["VerifiableCredential", "AchievementCredential"],
        credentialStatus={"id": listed, "type": "1EdTechRevocationList"},
        credentialSchema=[SCHEMA],
    )
    method = f"{name}#key-0"
    document = did_document(name, method)
    published = {did.did_web_url(name): document, listed: {"revokedCredential": []}}
    proof = prove(whole, method, "Ed25519Signature2020")
    return Foreign(whole | {"proof": [proof]}, published=published)


def sample_with_a_key_in_its_address():
    """1EdTech's samples: an https issuer whose key stands in a fragment and nowhere else."""
    page = "https://academy.example/issuers/565049"
    whole = badge(
        [V1, OB + "-3.0.1.json", INTEGRITY + "v1"],
        profile(page),
        type=["VerifiableCredential", "AchievementCredential"],
    )
    proof = prove(whole, f"{page}#{MULTIKEY}", "eddsa-2022")
    published = {page: {"id": page, "type": "Profile", "name": "Some Academy"}}
    return Foreign(whole | {"proof": [proof]}, "issuer_lists_no_keys", "not_authentic", published)


def wallet_boost():
    """LearnCard: a type and a context of the wallet's own."""
    whole = badge(
        [V2, OB + "-3.0.3.json", BOOSTS],
        {"id": DID_KEY},
        type=["VerifiableCredential", "OpenBadgeCredential", "BoostCredential"],
        validFrom="2026-09-10T19:49:11.208Z",
    )
    whole["credentialSubject"]["achievement"]["achievementType"] = "ext:Developer"
    proof = prove(whole, f"{DID_KEY}#{MULTIKEY}")
    return Foreign(whole | {"proof": proof}, "context_not_listed", "not_authentic")


def wallet_template():
    """LearnCard's templates before it published a context: the definitions stand in the badge."""
    inline = {"BoostCredential": "https://wallet.example/#BoostCredential"}
    whole = badge(
        [V1, OB + "-3.0.2.json", inline],
        {"id": DID_KEY},
        type=["VerifiableCredential", "OpenBadgeCredential", "BoostCredential"],
    )
    method, contexts = f"{DID_KEY}#{MULTIKEY}", [V1, ED25519_2020]
    proof = prove(whole, method, "Ed25519Signature2020", contexts)
    return Foreign(whole | {"proof": proof}, "structure_inline_context", "not_authentic")


def course_platform():
    """Open edX: data model 1.1 with a status list of 2021, shorter than a list may be."""
    listed = "https://courses.example/credentials/status-list/2021/v1/1/"
    list_2021 = "https://w3id.org/vc/status-list/2021/v1"
    whole = badge(
        [V1, OB + "-3.0.1.json", list_2021, ED25519_2020],
        profile(DID_KEY, type="Profile"),
        credentialStatus={
            "id": f"{listed}#5",
            "type": "StatusList2021Entry",
            "statusPurpose": "revocation",
            "statusListIndex": "5",
            "statusListCredential": listed,
        },
    )
    method = f"{DID_KEY}#{MULTIKEY}"
    encoded = base64.b64encode(gzip.compress(bytes(10_000))).decode()
    statuses = {
        "@context": [V1, list_2021, ED25519_2020],
        "id": listed,
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "issuer": {"id": DID_KEY},
        "issuanceDate": "2026-10-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{listed}#list",
            "type": "StatusList2021",
            "statusPurpose": "revocation",
            "encodedList": encoded,
        },
    }
    statuses["proof"] = prove(statuses, method, "Ed25519Signature2020")
    proof = prove(whole, method, "Ed25519Signature2020")
    return Foreign(
        whole | {"proof": proof}, current="status_list_unreadable", published={listed: statuses}
    )


def badge_server():
    """Open Educational Badges, a Badgr server: an https issuer that is its own document, proof
    options under one context, an unsigned list, the learner by a hash and without an id."""
    page = "https://api.badges.example/public/issuers/x1?v=3_0"
    listed = "https://api.badges.example/public/assertions/y1/revocations"
    whole = badge(
        [V2, OB + "-3.0.3.json", EXTENSIONS],
        profile(page, url="https://academy.example/", email="badges@academy.example"),
        id="https://api.badges.example/public/assertions/y1?v=3_0",
        evidence=[],
        validFrom="2026-10-01T15:06:31.112358+00:00",
        credentialStatus={"id": listed, "type": "1EdTechRevocationList"},
    )
    del whole["credentialSubject"]["id"]
    whole["credentialSubject"]["identifier"] = [
        {
            "type": "IdentityObject",
            "identityHash": "sha256$" + "b5" * 32,
            "identityType": "emailAddress",
            "hashed": True,
            "salt": "Kosher",
        }
    ]
    method = f"{page}#key-0"
    published = {
        page: profile(page) | did_document(page, method),
        listed: {"id": listed, "issuer": page, "revokedCredential": []},
    }
    return Foreign(whole | {"proof": [prove(whole, method, contexts=V2)]}, published=published)


def badge_server_without_a_controller():
    """The same server, whose document names no controller of the key."""
    shape = badge_server()
    page = shape.handed["issuer"]["id"]
    shape.published[page]["verificationMethod"][0]["controller"] = ""
    shape.authentic, shape.current = "issuer_lists_no_keys", "not_authentic"
    return shape


def plugfest():
    """The first interoperability tests of the field: a signature of 2018, as a detached JWS."""
    whole = badge([V1, OB + ".json"], profile(DID_KEY, type="Profile"))
    whole["credentialSubject"]["achievement"]["image"] = "https://academy.example/badge.png"
    return Foreign(whole | {"proof": prove(whole, f"{DID_KEY}#{MULTIKEY}", "Ed25519Signature2018")})


def ledger_agent():
    """Indicio: an identifier on a ledger, which this verifier does not ask."""
    name = "did:indy:ledger:test:Y4zmgeL7gnnKY5MtdhPvTz"
    status = "https://www.w3.org/ns/credentials/status/v1"
    whole = badge([V1, OB + "-3.0.3.json", status, ED25519_2020], profile(name))
    proof = prove(whole, f"{name}#assert", "Ed25519Signature2020")
    return Foreign(whole | {"proof": proof}, "issuer_method_not_supported", "not_authentic")


def jwt(payload, **header):
    token = JWS(json.dumps(payload))
    token.add_signature(JWT_KEY, None, json.dumps({"alg": "EdDSA", **header}))
    return token.serialize(compact=True)


def identity_wallet():
    """walt.id and Sphereon: data model 1.1 inside a `vc` claim, issued by a did:jwk."""
    public = JWT_KEY.export_public(as_dict=True)
    name = "did:jwk:" + base64.urlsafe_b64encode(json.dumps(public).encode()).decode().rstrip("=")
    whole = badge([V1, OB + ".json"], profile(name))
    claims = {"iss": name, "sub": whole["credentialSubject"]["id"], "jti": whole["id"]}
    nbf = 1790867191  # 2026-10-01T15:06:31Z
    return Foreign(jwt({**claims, "iat": nbf, "nbf": nbf, "vc": whole}, kid=f"{name}#0", typ="JWT"))


def national_service():
    """edubadges: a JWT, a context and a schema of their own beside the standard's."""
    name = "did:web:badges.example:issuers:9-TYGj4dTn"
    more = "https://badges.example/contexts/extracurricular.json"
    whole = badge(
        [V2, OB + "-3.0.3.json", more],
        profile(name),
        credentialSchema=[SCHEMA, SCHEMA | {"id": "https://badges.example/schemas/e.json"}],
    )
    whole["credentialSubject"]["achievement"] |= {
        "type": ["Achievement", "ExtracurricularAchievement"],
        "timeInvestment": 13,
        "inLanguage": "en-US",
    }
    method = f"{name}#key-1"
    token = jwt({**whole, "iss": name, "nbf": 1790867191}, kid=method, typ="vc+jwt")
    return Foreign(token, published={did.did_web_url(name): jwk_document(name, method)})


def jwk_document(name, method):
    entry = {
        "id": method,
        "type": "JsonWebKey2020",
        "controller": name,
        "publicKeyJwk": JWT_KEY.export_public(as_dict=True),
    }
    return {"id": name, "verificationMethod": [entry], "assertionMethod": [method]}


def consortium_without_a_learner():
    """The same consortium's fixtures: an issuer that is only its DID, and nobody named."""
    whole = badge([V1, OB + "-3.0.2.json", ED25519_2020], DID_KEY)
    del whole["credentialSubject"]["id"]
    whole["credentialSubject"]["achievement"] |= {
        "achievementType": "Diploma",
        "criteria": {"type": "Criteria", "narrative": "A portfolio."},
        "image": {"id": "https://academy.example/badge.png", "type": "Image"},
    }
    proof = prove(whole, f"{DID_KEY}#{MULTIKEY}", "Ed25519Signature2020")
    return Foreign(whole | {"proof": proof}, notes=["names_nobody"])


def national_microcredential():
    """edubadges, microcredentials: study load, assessment and supervision as terms of their own,
    two schemas, a context that nobody else holds."""
    name = "did:web:badges.example:issuers:42NB"
    more = "https://badges.example/contexts/educredential.json"
    whole = badge(
        [V2, OB + "-3.0.3.json", more],
        profile(
            name,
            otherIdentifier=[
                {"type": "IdentifierEntry", "identifier": "42NB", "identifierType": "ext:BRIN"}
            ],
            address={"type": ["Address"], "addressCountryCode": "NL", "postalCode": "1337"},
        ),
        validUntil="2031-08-30T00:00:00Z",
        credentialSchema=[SCHEMA, SCHEMA | {"id": "https://badges.example/schemas/ects.json"}],
    )
    grade = "https://badges.example/results/1"
    whole["credentialSubject"]["achievement"] |= {
        "type": ["Achievement", "EducredentialAchievement"],
        "inLanguage": "en-EN",
        "participationType": "onsite or blended",
        "assessmentType": "testing",
        "identityChecked": True,
        "supervisionType": "onsite with identity verification",
        "ECTS": 3.0,
        "alignment": [
            {"type": ["Alignment"], "targetType": "ext:EQF", "targetName": "EQF level 4",
             "targetCode": "4", "targetUrl": "https://badges.example/eqf"}
        ],
        "resultDescription": [
            {"id": grade, "type": ["ResultDescription"], "name": "Final grade", "valueMin": "1",
             "valueMax": "10", "requiredValue": "6", "resultType": "ext:ECTSGradeScore"}
        ],
    }  # fmt: skip
    whole["credentialSubject"]["result"] = [
        {"type": ["Result"], "resultDescription": grade, "value": "8.5"}
    ]
    document = jwk_document(name, f"{name}#key-1")
    ends = 1945814400  # 2031-08-30
    token = jwt({**whole, "iss": name, "nbf": 1790867191, "exp": ends}, kid=f"{name}#key-1")
    return Foreign(token, published={did.did_web_url(name): document})


def wallet_service():
    """walt.id, newer versions: data model 2.0 in a `vc` claim, issued by a did:key, whose `kid`
    is the DID alone; the issuer's and the learner's id come from the claims."""
    public = JWT_KEY.export_public(as_dict=True)
    encoded = base64.urlsafe_b64decode(public["x"] + "=")
    name = "did:key:z" + multikey.base58_encode(b"\xed\x01" + encoded)
    whole = badge([V2, OB + "-3.0.3.json"], profile(name))
    for node in (whole["issuer"], whole["credentialSubject"]):
        del node["id"]
    claims = {"iss": name, "sub": "did:key:z6MkExample", "jti": whole["id"], "iat": 1790867191}
    nbf = {"nbf": 1790867191, "exp": 1822403191}
    return Foreign(jwt({**claims, **nbf, "vc": whole}, kid=name, typ="JWT"))


def sealed_signature():
    """Velocert: a JWT that is an electronic seal by ETSI's JAdES as well, with a certificate and
    the key in its header, by an https issuer that publishes a key set."""
    page = "https://academy.example/issuers/123"
    public = JWT_KEY.export_public(as_dict=True)
    whole = badge([V1, OB + ".json"], profile(page, type="Profile"))
    whole |= {"validFrom": whole["issuanceDate"], "validUntil": "2031-08-30T00:00:00Z"}
    claims = {"iss": page, "sub": whole["credentialSubject"]["id"], "jti": whole["id"]}
    claims |= {"nbf": 1790867191, "exp": 1945814400}
    header = {"typ": "JWT", "x5c": ["MIIC", "MIID"], "sigT": "2026-10-01T15:06:31Z", "jwk": public}
    published = {"https://academy.example/.well-known/jwks.json": {"keys": [public]}}
    return Foreign(jwt({**whole, **claims}, **header), published=published)


def directory_service():
    """Microsoft Entra Verified ID: data model 1.1 without issuer and dates in the `vc` claim, a
    status of its own kind, and types that its customers choose. It says of no Open Badge."""
    name = "did:web:verified.academy.example"
    inner = {
        "@context": [V1],
        "type": ["VerifiableCredential", "TeacherMicroCredential"],
        "credentialSubject": {"givenName": "Jordan", "credential": "Reading for Meaning"},
        "credentialStatus": {
            "id": "urn:uuid:6f6d7a6e-0000-4000-8000-000000000000?bit-index=7",
            "type": "RevocationList2021Status",
            "statusListIndex": 7,
        },
    }
    claims = {"iss": name, "sub": "did:ion:EiExample", "jti": "urn:pic:17", "iat": 1790867191}
    method = f"{name}#signing-key-17"
    token = jwt({**claims, "exp": 1945814400, "vc": inner}, kid=method, typ="JWT")
    published = {did.did_web_url(name): jwk_document(name, method)}
    return Foreign(token, "signed_no_badge", "not_authentic", published)


def ledger_service():
    """Dock: an issuer on a ledger that this verifier does not ask, with a signature of 2018."""
    name = "did:dock:5GUBvwnV6UyRWZ7wjsBptSquiSHGr9dXAy8dZYUR9WdjmLUr"
    whole = badge([V1, OB + ".json"], name)
    proof = prove(whole, f"{name}#keys-1", "Ed25519Signature2018")
    return Foreign(whole | {"proof": proof}, "issuer_method_not_supported", "not_authentic")


def tenant_of_a_platform():
    """CredTrail (Longsight): a did:web with a path, a bitstring list of the platform's own."""
    name = "did:web:platform.example:tenants:school"
    listed = "https://platform.example/credentials/status/school/1"
    method = f"{name}#key-1"
    whole = badge(
        [V2, OB + "-3.0.3.json"],
        profile(name),
        credentialStatus={
            "id": f"{listed}#94",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "94",
            "statusListCredential": listed,
        },
    )
    bits = "u" + base64.urlsafe_b64encode(gzip.compress(bytes(16_384))).decode().rstrip("=")
    statuses = {
        "@context": [V2],
        "id": listed,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": name,
        "validFrom": "2026-10-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{listed}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": bits,
        },
    }
    published = {
        did.did_web_url(name): did_document(name, method),
        listed: statuses | {"proof": prove(statuses, method)},
    }
    return Foreign(whole | {"proof": prove(whole, method)}, published=published)


PLATFORMS = [
    consortium_wallet, consortium_fixture, consortium_without_a_begin, consortium_did_web,
    vendor_backpack, university_course, reference_portal,
    sample_with_a_key_in_its_address, wallet_boost, wallet_template, course_platform, badge_server,
    badge_server_without_a_controller, plugfest, ledger_agent, identity_wallet, national_service,
    consortium_without_a_learner, national_microcredential, wallet_service, sealed_signature,
    directory_service, ledger_service, tenant_of_a_platform,
]  # fmt: skip


def report_of(world, foreign):
    for url, document in foreign.published.items():
        world.publish(url, document)
    return world.verify(foreign.handed)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.__name__)
def test_what_a_report_says_of_a_foreign_badge(world, platform):
    foreign = platform()
    report = report_of(world, foreign)
    assert (report.authentic.code, report.current.code) == (foreign.authentic, foreign.current)
    assert [check.code for check in report.checks if check.code in GAPS] == foreign.notes


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.__name__)
def test_no_honest_foreign_badge_is_called_forged(world, platform):
    report = report_of(world, platform())
    assert Answer.NO not in {report.authentic.answer, report.current.answer}


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.__name__)
def test_what_could_not_be_checked_is_explained(world, platform):
    verdicts = report_of(world, platform()).verdicts()
    for verdict in (verdicts["authentic"], verdicts["current"]):
        assert words.text(verdict)
        assert words.next_step(verdict) or verdict.answer is not Answer.COULD_NOT_CHECK


@pytest.mark.parametrize(
    "platform",
    [
        consortium_wallet,
        vendor_backpack,
        university_course,
        reference_portal,
        badge_server,
        plugfest,
    ],
    ids=lambda platform: platform.__name__,
)
def test_a_foreign_badge_under_another_name_is_refused(world, platform):
    foreign = platform()
    foreign.handed["credentialSubject"]["achievement"]["name"] = "Something else"
    report = report_of(world, foreign)
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "signature_wrong")


@pytest.mark.parametrize("signed", vectors("plugfests.json"), ids=lambda vector: vector["name"])
def test_a_badge_that_others_signed_is_authentic(world, signed):
    report = world.verify(signed)
    assert (report.authentic.code, report.current.code) == ("authentic", "current")
    changed = world.verify(signed | {"issuanceDate": "2022-11-05T00:00:00Z"})
    assert (changed.authentic.answer, changed.authentic.code) == (Answer.NO, "signature_wrong")


def test_a_context_pinned_by_whoever_runs_the_verifier_lets_the_wallets_badge_through(world):
    with pytest.raises(ContextNotListedError):
        BUNDLED[BOOSTS]
    data = json.dumps(load(BOOSTS, None)["document"]).encode()
    pinned = BUNDLED.pinned(BOOSTS, data, hashlib.sha256(data).hexdigest())
    report = world.verify(wallet_boost().handed, contexts=pinned)
    assert report.authentic.answer is Answer.YES


@pytest.mark.parametrize("listed", [reference_portal, badge_server])
def test_a_foreign_badge_that_its_issuer_lists_is_withdrawn(world, listed):
    foreign = listed()
    url = foreign.handed["credentialStatus"]["id"]
    foreign.published[url]["revokedCredential"] = [{"id": foreign.handed["id"], "revoked": True}]
    assert report_of(world, foreign).current.code == "revoked"
