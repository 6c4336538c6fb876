"""The credentials that are measured, each time with other ids, names of nobody."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

from contexts.json_types import JsonObject
from issuer.catalog import files
from issuer.home.settings import Settings
from issuer.issuance.approval import from_data
from issuer.issuance.build import CONTEXTS, Reservation, build

EXAMPLES = Path(__file__).parent.parent / "examples"


def credentials() -> dict[str, JsonObject]:
    """Return one unsigned credential of each kind, by name."""
    example = _example()
    return {
        "small": _small(),
        "8 KB": example,
        "8 KB, endorsed": {**example, "endorsement": [_endorsement(example["id"])]},
        "70 KB": _large(example),
    }


def fresh(credential: JsonObject, number: int) -> JsonObject:
    """Return the credential as the issuer would make it for somebody else.

    What belongs to the achievement and the issuer stays, what belongs to the holder differs.
    """
    other = deepcopy(credential)
    other["id"] = f"{credential['id']}-{number}"
    subject = other["credentialSubject"]
    subject["id"] = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    subject["narrative"] = f"{subject.get('narrative', '')} Number {number}."
    other["awardedDate"] = f"2026-05-15T15:{number // 60 % 60:02d}:{number % 60:02d}Z"
    return other


def _example() -> JsonObject:
    """Build the credential of examples/approval.json."""
    approval = from_data(json.loads((EXAMPLES / "approval.json").read_bytes())["data"])
    achievements = {achievement.id: achievement for achievement in files.load(EXAMPLES)}
    settings = Settings(
        home=Path("/nowhere"),
        public_url="http://localhost:8202",
        issuer_id="did:web:localhost%3A8202",
        issuer_name="Example District",
        database_url="sqlite://",
        passphrase_file=Path("/nowhere"),
        credit_unit="hours",
    )
    reserved = Reservation(
        public_id="AAAAAAAAAAAAAAAAAAAAAA",
        list_number=1,
        list_index=94567,
        anonymous_id="urn:uuid:00000000-0000-4000-8000-000000000000",
        salt="c2FsdHNhbHRzYWx0c2FsdA",
        at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    )
    achievement = achievements["composing-with-foundational-rhythms"]
    return build(approval, achievement, settings=settings, reserved=reserved)


def _small() -> JsonObject:
    return {
        "@context": list(CONTEXTS),
        "id": "https://district.example/credentials/1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:web:localhost%3A8202", "type": ["Profile"], "name": "Example"},
        "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:00000000-0000-4000-8000-000000000000",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://district.example/achievements/1",
                "type": ["Achievement"],
                "name": "Rhythm",
                "description": "Students compose with rhythm.",
                "criteria": {"narrative": "Teach a unit; measure before and after."},
            },
        },
    }


def _endorsement(credential_id: str) -> JsonObject:
    return {
        "@context": list(CONTEXTS),
        "id": "https://partner.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": "did:web:partner.example", "type": ["Profile"], "name": "Partner"},
        "validFrom": "2026-11-02T00:00:00Z",
        "credentialSubject": {
            "id": credential_id,
            "type": ["EndorsementSubject"],
            "endorsementComment": "We have seen the work, and it is as good as it says.",
        },
        "proof": {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2026-11-02T00:00:00Z",
            "verificationMethod": "did:web:partner.example#key-1",
            "proofPurpose": "assertionMethod",
            "proofValue": "z" + "3" * 87,
        },
    }


def _large(example: JsonObject) -> JsonObject:
    """A portfolio of a year: the example with 170 pieces of evidence and 170 results."""
    description = example["credentialSubject"]["achievement"]["resultDescription"][0]["id"]
    evidence = [
        {
            "id": f"https://district.example/evidence/{number}",
            "type": ["Evidence"],
            "name": f"Week {number}",
            "description": "A lesson plan, its worksheet, and what students made of both. " * 2,
            "genre": "lesson plan",
            "audience": "coach",
        }
        for number in range(170)
    ]
    results = [
        {"type": ["Result"], "resultDescription": description, "value": f"{number} of 170"}
        for number in range(170)
    ]
    subject = {**example["credentialSubject"], "result": results}
    return {**example, "credentialSubject": subject, "evidence": evidence}
