"""One issued credential, whole and as its holder lets others see it.

shared = find_shared(issuer, public_id)
shared.shown.name  # what a public page may read
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from issuer import issuance
from issuer.catalog import versions
from issuer.catalog.achievement import Achievement
from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.issuance import approval
from issuer.issuance.approval import Approval
from issuer.issuance.records.tables import CredentialRow, Revocation
from issuer.sharing import decision
from issuer.sharing.decision import Decision, Visibility
from verifier.credential.model import Credential
from verifier.credential.view import view
from verifier.parsing import strict_json
from verifier.web.report_page.facts import all_met


class Standing(StrEnum):
    """Whether a credential is in force now."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Shared:
    """A credential, whole and as it is shown.

    `credential`, `json`, `jwt`, `to_share` and `approval` are the whole, for its holder alone.
    A public page reads `shown`; a public form is made of `forms.disclosed`.
    """

    public_id: str
    json: bytes
    jwt: bytes | None
    credential: Credential
    shown: Credential
    achievement: Achievement
    approval: Approval
    decision: Decision
    met_all: bool
    """True if every criterion was met, which is shown even where the levels are hidden."""
    revoked_at: datetime | None = None
    reason: str | None = None
    to_share: bytes | None = field(default=None, repr=False)
    corrected_by: str | None = None
    """The credential that took its place, where that is the same person's."""
    only_withdrawn: bool = False
    """True if a correction was issued to somebody else: nothing more than that is said of it."""

    @property
    def private(self) -> bool:
        """True if it is shared with nobody: 410 at every public address of it."""
        return self.only_withdrawn or self.decision.visibility is Visibility.PRIVATE

    @property
    def listed(self) -> bool:
        """True if search engines and lists may name it."""
        return self.decision.visibility is Visibility.PUBLIC

    @property
    def whole_forms(self) -> tuple[str, ...]:
        """The forms that its holder can have."""
        return ("pdf", "png", "svg", "json", *(("jwt",) if self.jwt else ()))

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms at the public link: none that would show what is hidden.

        A JWT is signed as a whole, and without a proof to share parts of so is everything else.
        """
        if not self.decision.hides(self.credential.document):
            return self.whole_forms
        return ("pdf", "png", "svg", "json") if self.to_share else ()

    def decided(self, decision: Decision) -> "Shared":
        """Return the credential as another decision would show it."""
        shown = view(decision.shown(self.credential.document))
        return replace(self, decision=decision, shown=shown)

    def standing(self, now: datetime) -> Standing:
        """Return its standing at `now`; a revocation outweighs any date."""
        if self.revoked_at is not None:
            return Standing.REVOKED
        starts, ends = self.credential.valid_from, self.credential.valid_until
        if ends is not None and ends < now:
            return Standing.EXPIRED
        return Standing.NOT_YET if starts is not None and starts > now else Standing.IN_FORCE

    def stands(self, now: datetime) -> bool:
        """Return whether it is worth showing elsewhere: neither withdrawn nor ended."""
        return self.standing(now) in (Standing.IN_FORCE, Standing.NOT_YET)


def find_shared(issuer: Issuer, public_id: str) -> Shared | None:
    """Return the issued credential with that id; None without one, or before it is released."""
    return _shared(issuer, issuance.find(issuer, public_id))


def page_of_serial(issuer: Issuer, serial: str) -> str | None:
    """Return the address of the page of the credential with this serial number, if its holder lets
    everybody find it."""
    with issuer.database.reading() as session:
        public_id = session.scalar(_ID.where(CredentialRow.serial == serial))
    record = find_shared(issuer, public_id) if public_id else None
    if record is None or record.private or not record.listed:
        return None
    return f"{addresses.credential(issuer.settings, record.public_id)}.html"


def find_held(issuer: Issuer, token: str) -> Shared | None:
    """Return the credential that a holder's link opens; None if the link was replaced."""
    return _shared(issuer, issuance.managed(issuer, token))


def _shared(issuer: Issuer, row: CredentialRow | None) -> Shared | None:
    if row is None or row.json is None:
        return None
    with issuer.database.reading() as session:
        revocation = session.get(Revocation, (row.list_number, row.list_index))
        newer = row.leads_on and session.scalar(_ID.where(CredentialRow.id == row.superseded_by))
        # The holder decides on the newer one, also what is seen of this one.
        decided = decision.read(session, (newer and row.superseded_by) or row.id)
    document = strict_json.loads_object(row.json)
    credential = view(document)
    return Shared(
        public_id=row.public_id,
        json=row.json,
        jwt=row.jwt,
        credential=credential,
        shown=view(decided.shown(document)),
        achievement=versions.read(row.approval.achievement_version),
        approval=approval.from_data(strict_json.loads_object(row.approval.content)),
        decision=decided,
        met_all=all_met(credential),
        revoked_at=issuer.settings.local(revocation.revoked_at) if revocation else None,
        reason=revocation.reason if revocation else None,
        to_share=row.to_share,
        corrected_by=newer or None,
        only_withdrawn=row.superseded_by is not None and not row.leads_on,
    )


_ID = select(CredentialRow.public_id)
