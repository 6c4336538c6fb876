"""Sign a trust list, as a state or a consortium does that recognizes other issuers.

The result is a W3C `RecognizedEntityCredential` (Recognized Entities 1.0, section 3):

    sign(trust.load(file.read_bytes()), issuer, now=now, days=90)
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from issuer.database.database import to_json
from issuer.home.issuer import Issuer
from issuer.home.published import fetch_own
from issuer.issuance.build import timestamp
from issuer.issuance.signing.proofs import make_proofs
from keys.documents import did_document
from verifier.trust import TrustEntry, TrustList, TrustListError
from verifier.trust_lists.signed import read_signed


def sign(trust_list: TrustList, issuer: Issuer, *, now: datetime, days: int) -> bytes:
    """Return a trust list as a credential by this issuer, good for so many days.

    Its proof signs the JSON as it stands, because W3C's context for these words cannot be read
    beside that of credentials. Raises `TrustListError` for an entry that no person has checked,
    and for a list that our own verifier would not accept.
    """
    if unseen := next((entry for entry in trust_list.entries.values() if entry.unverified), None):
        raise TrustListError(f"{unseen.id} was verified by no person: look at it, or leave it out")
    settings, begins = issuer.settings, timestamp(now)
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential", "RecognizedEntityCredential"],
        "issuer": {"id": settings.issuer_id, "name": settings.issuer_name},
        "name": trust_list.name,
        "validFrom": begins,
        "validUntil": timestamp(now + timedelta(days=days)),
        "credentialSubject": [_entity(entry) for entry in trust_list.entries.values()],
    }
    over_json = [name.replace("rdfc", "jcs") for name in settings.proofs]
    proofs = make_proofs(document, issuer.signers(), dict.fromkeys(over_json), created=begins)
    signed = to_json({**document, "proof": proofs})
    read_signed(signed.decode(), fetch=fetch_own(settings), now=now)
    return signed


def entry(issuer: Issuer, *, kind: str, now: datetime) -> dict[str, Any]:
    """Return this issuer's own entry for the trust lists of others."""
    settings = issuer.settings
    return {
        "id": settings.issuer_id,
        "name": settings.issuer_name,
        "kind": kind,
        "didDocument": did_document(settings.issuer_id, issuer.keyring.entries()),
        "retrieved": timestamp(now),
    }


def unsigned(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trust list that holds one entry, as of the moment when that was made."""
    return {
        "type": "MintmarkTrustList",
        "version": 1,
        "name": name,
        "updated": entry["retrieved"],
        "entries": [entry],
    }


def _entity(entry: TrustEntry) -> dict[str, Any]:
    entity: dict[str, Any] = {"id": entry.id, "type": "RecognizedEntity", "name": entry.name}
    if entry.endorses or entry.valid_from or entry.valid_until:
        entity["recognizedTo"] = list(_actions(entry))
    return entity


def _actions(entry: TrustEntry) -> Iterator[dict[str, str]]:
    dates = {"validFrom": entry.valid_from, "validUntil": entry.valid_until}
    issue = {name: timestamp(moment) for name, moment in dates.items() if moment}
    yield {"type": "RecognizedAction", "action": "issue", **issue}
    if entry.endorses:
        yield {"type": "RecognizedAction", "action": "endorse"}
