"""One issued credential as everybody may read it, from the rows that keep it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from issuer import issuance
from issuer.approvals import approval
from issuer.approvals.approval import Approval
from issuer.catalogue import versions
from issuer.catalogue.achievement import Achievement
from issuer.issuance.tables import CredentialRow, Revocation
from issuer.issuer import Issuer
from verifier import strict_json
from verifier.credential import Credential, view


class Standing(StrEnum):
    """Whether the issuer stands by a credential now."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Shared:
    """A credential with what its page needs. `json`, `jwt` and `to_share` are the bytes that were
    signed; `to_share` is for the holder's page alone."""

    public_id: str
    json: bytes
    jwt: bytes | None
    credential: Credential
    achievement: Achievement
    approval: Approval
    revoked_at: datetime | None = None
    reason: str | None = None
    to_share: bytes | None = field(default=None, repr=False)

    def standing(self, now: datetime) -> Standing:
        """Return how it stands at `now`; a revocation counts before any date."""
        if self.revoked_at is not None:
            return Standing.REVOKED
        starts, ends = self.credential.valid_from, self.credential.valid_until
        if ends is not None and ends < now:
            return Standing.EXPIRED
        return Standing.NOT_YET if starts is not None and starts > now else Standing.IN_FORCE


def find(issuer: Issuer, public_id: str) -> Shared | None:
    """Return the issued credential with that id; None if there is none, or not released yet."""
    return _shared(issuer, issuance.find(issuer, public_id))


def find_held(issuer: Issuer, token: str) -> Shared | None:
    """Return the credential whose holder's link has `token`; None if it was taken back."""
    return _shared(issuer, issuance.managed(issuer, token))


def _shared(issuer: Issuer, row: CredentialRow | None) -> Shared | None:
    if row is None or row.json is None:
        return None
    with issuer.database.reading() as session:
        revocation = session.get(Revocation, (row.list_number, row.list_index))
    return Shared(
        public_id=row.public_id,
        json=row.json,
        jwt=row.jwt,
        credential=view(strict_json.loads_object(row.json)),
        achievement=versions.read(row.approval.achievement_version),
        approval=approval.from_data(strict_json.loads_object(row.approval.content)),
        revoked_at=revocation.revoked_at if revocation else None,
        reason=revocation.reason if revocation else None,
        to_share=row.to_share,
    )
