"""Mintmark reads what Digital Bazaar's libraries and jose sign."""

import json
from datetime import timedelta

import pytest
from world import NOW, World

from keys.entry import JWT_USES
from verifier import Answer
from verifier.checks import status_list
from verifier.issuers import did
from verifier.parsing import base64url

CREATED = "2026-11-01T00:00:00Z"
THEIR_DID = "did:web:other.example%3A8443:badges"
VC_1_1 = [
    "https://www.w3.org/2018/credentials/v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
    "https://w3id.org/vc/status-list/2021/v1",
    "https://w3id.org/security/suites/ed25519-2020/v1",
]
OLDER = ("Ed25519Signature2020", "eddsa-2022")
LIST_URL = "https://other.example:8443/badges/status/1"
INDEX = 94567
ISSUERS = {
    "did:web eddsa-rdfc-2022": (THEIR_DID, "eddsa-rdfc-2022"),
    "did:key eddsa-rdfc-2022": (None, "eddsa-rdfc-2022"),
    "did:web ecdsa-rdfc-2019 P-256": (THEIR_DID, "ecdsa-rdfc-2019 P-256"),
    "did:key ecdsa-rdfc-2019 P-384": (None, "ecdsa-rdfc-2019 P-384"),
    "did:web eddsa-jcs-2022": (THEIR_DID, "eddsa-jcs-2022"),
    "did:key ecdsa-jcs-2019 P-256": (None, "ecdsa-jcs-2019 P-256"),
    "did:web ecdsa-jcs-2019 P-384": (THEIR_DID, "ecdsa-jcs-2019 P-384"),
    "did:key eddsa-2022": (None, "eddsa-2022"),
    "did:web Ed25519Signature2020": (THEIR_DID, "Ed25519Signature2020"),
}


class TheirIssuer:
    """An issuer in Node; what it publishes can be had from the world."""

    def __init__(
        self, library, world: World, wanted: str | None, suite: str, alg: str = "ES256"
    ) -> None:
        self.library, self.world = library, world
        issuer = library.ask("newIssuer", did=wanted, suite=suite, alg=alg)
        self.did = issuer["did"]
        if self.did.startswith("did:web:"):
            world.publish(did.did_web_url(self.did), issuer["document"])
        self.publish_list(revoked=[])

    def publish_list(self, revoked: list[int]) -> None:
        arguments = {"did": self.did, "id": LIST_URL, "revoked": revoked, "created": CREATED}
        self.world.publish(LIST_URL, self.library.ask("issueStatusList", **arguments))

    def badge(self, **changes):
        issuer = {"id": self.did, "type": ["Profile"], "name": "Other Example District"}
        status = {
            "id": f"{LIST_URL}#{INDEX}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(INDEX),
            "statusListCredential": LIST_URL,
        }
        return self.world.badge(issuer=issuer, credentialStatus=status, **changes)

    def issue(self, **changes):
        arguments = {"did": self.did, "credential": self.badge(**changes), "created": CREATED}
        return self.library.ask("issue", **arguments)

    def issue_jwt(self, **changes) -> str:
        return self.library.ask("issueJwt", did=self.did, credential=self.badge(**changes))


@pytest.fixture(params=ISSUERS.values(), ids=ISSUERS)
def them(request, library, world) -> TheirIssuer:
    older = request.param[1] == OLDER[0]
    return (OlderIssuer if older else TheirIssuer)(library, world, *request.param)


@pytest.fixture(params=JWT_USES)
def them_by_did_web(request, library, world) -> TheirIssuer:
    return TheirIssuer(library, world, *ISSUERS["did:web eddsa-rdfc-2022"], request.param)


class OlderIssuer(TheirIssuer):
    """One that makes badges of data model 1.1, with the signatures and lists of their time."""

    def publish_list(self, revoked: list[int]) -> None:
        bits = status_list.with_bits(status_list.MIN_ENTRIES, set(revoked))
        whole = {
            "@context": VC_1_1[::2] + VC_1_1[3:],
            "id": LIST_URL,
            "type": ["VerifiableCredential", "StatusList2021Credential"],
            "issuer": self.did,
            "issuanceDate": CREATED,
            "credentialSubject": {
                "id": f"{LIST_URL}#list",
                "type": "StatusList2021",
                "statusPurpose": "revocation",
                "encodedList": status_list.encode(bits).removeprefix("u"),
            },
        }
        arguments = {"did": self.did, "credential": whole, "created": CREATED}
        self.world.publish(LIST_URL, self.library.ask("issue", **arguments))

    def badge(self, **changes):
        badge = super().badge()
        older = {"validFrom": "issuanceDate", "validUntil": "expirationDate", "awardedDate": None}
        badge = badge | {"@context": VC_1_1} | changes
        badge["credentialStatus"]["type"] = "StatusList2021Entry"
        for member in ("digestMultibase", "mediaType"):
            del badge["evidence"][0][member]
        named = {older.get(name, name): value for name, value in badge.items()}
        return {name: value for name, value in named.items() if name}


def verdicts(report):
    return report.authentic.code, report.current.code


def test_mintmark_accepts_a_badge_they_signed(world, them):
    assert verdicts(world.verify(them.issue())) == ("authentic", "current")


def test_mintmark_refuses_a_tampered_copy_of_theirs(world, them, tamper):
    verdict = world.verify(tamper(them.issue())).authentic
    if verdict.code == "data_loss":  # only added to: D2
        assert verdict.answer is Answer.COULD_NOT_CHECK
    else:
        assert (verdict.answer, verdict.code) == (Answer.NO, "signature_wrong")


def test_mintmark_refuses_their_badge_after_its_end(world, them):
    ended = them.issue(validUntil="2026-11-02T00:00:00Z")
    assert verdicts(world.verify(ended)) == ("authentic", "expired")


def test_mintmark_refuses_their_badge_when_their_list_revokes_it(world, them):
    badge = them.issue()
    them.publish_list(revoked=[INDEX])
    assert verdicts(world.verify(badge)) == ("authentic", "revoked")


def test_a_bit_beside_it_in_their_list_revokes_nothing(world, them):
    badge = them.issue()
    them.publish_list(revoked=[INDEX - 1, INDEX + 1])
    assert verdicts(world.verify(badge)) == ("authentic", "current")


def test_a_tampered_list_of_theirs_says_nothing(world, them):
    badge = them.issue()
    changed = json.loads(world.documents[LIST_URL]) | {"validUntil": "2099-01-01T00:00:00Z"}
    world.publish(LIST_URL, changed)
    report = world.verify(badge)
    assert verdicts(report) == ("authentic", "status_list_not_authentic")
    assert report.current.answer is Answer.COULD_NOT_CHECK


@pytest.mark.parametrize(
    "them", [them for them in ISSUERS.values() if them[1] in OLDER], indirect=True
)
def test_mintmark_says_of_an_older_signature_that_it_is_one(world, them):
    report = world.verify(them.issue())
    assert "signature_verified_legacy" in [check.code for check in report.checks]


NOT_DEFINED = {
    "a-term": ("credentialSubject", {"gpa": "4.0", "grades": {"art": ["A"]}}),
    "a-type": (
        "credentialSchema",
        {"id": "https://x.example/schema.json", "type": "1EdTechJsonSchemaValidator2019"},
    ),
    "an-address": (
        "credentialSubject",
        {"source": {"id": "assessor", "type": ["Profile"], "name": "Assessor"}},
    ),
}


@pytest.mark.parametrize("place", NOT_DEFINED)
def test_mintmark_calls_nothing_forged_that_was_signed_without_safe_mode(library, world, place):
    them = TheirIssuer(library, world, THEIR_DID, "eddsa-rdfc-2022 without safe mode")
    member, more = NOT_DEFINED[place]
    badge = them.issue(**{member: them.badge().get(member, {}) | more})
    verdict = world.verify(badge).authentic
    assert (verdict.answer, verdict.code) == (Answer.COULD_NOT_CHECK, "data_loss")
    changed = world.verify(badge | {"name": "Another"}).authentic
    assert (changed.answer, changed.code) == (Answer.NO, "data_loss")


def test_mintmark_accepts_a_jwt_that_jose_signed(world, them_by_did_web):
    assert verdicts(world.verify(them_by_did_web.issue_jwt())) == ("authentic", "current")


def test_mintmark_refuses_a_tampered_jwt_of_jose(world, them_by_did_web, tamper):
    header, payload, signature = them_by_did_web.issue_jwt().split(".")
    changed = tamper(json.loads(base64url.decode(payload)))
    payload = base64url.encode(json.dumps(changed).encode())
    report = world.verify(f"{header}.{payload}.{signature}")
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "signature_wrong")


def test_mintmark_refuses_a_jwt_of_jose_after_its_end(world, them_by_did_web):
    ends = NOW + timedelta(hours=1)
    ended = them_by_did_web.issue_jwt(validUntil=ends.isoformat())
    report = world.verify(ended, now=ends + timedelta(days=1))
    assert verdicts(report) == ("authentic", "expired")


def test_mintmark_refuses_a_jwt_of_jose_when_their_list_revokes_it(world, them_by_did_web):
    token = them_by_did_web.issue_jwt()
    them_by_did_web.publish_list(revoked=[INDEX])
    assert verdicts(world.verify(token)) == ("authentic", "revoked")
