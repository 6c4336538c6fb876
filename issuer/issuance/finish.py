"""A prepared credential is signed, checked by our own verifier, and stored: as often as it takes.

Every step can be done again with the same outcome, so a crash at any point is mended by a
redelivery, by the next start, or by `mintmark issue --pending`.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import select, update

from contexts import CanonicalizationError
from issuer import published
from issuer.issuance import lists
from issuer.issuance.prepare import UnavailableError, available
from issuer.issuance.signing import Secured, secure
from issuer.issuance.tables import CredentialRow, State
from issuer.issuer import Issuer
from keys.signer import KeysError
from verifier import strict_json, verify
from verifier.report import Answer, Report

log = logging.getLogger(__name__)


class QuarantinedError(Exception):
    """The signed credential did not pass our own verifier, and was not released."""

    def __init__(self, public_id: str, why: str) -> None:
        super().__init__(f"credential {public_id} is quarantined: {why}")
        self.public_id = public_id
        self.why = why


def finish(issuer: Issuer, key: int) -> CredentialRow:
    """Return the issued credential with that key, which is signed and stored now if need be.

    Raises `QuarantinedError`, `KeysError` if nothing can be signed now, `UnavailableError`.
    """
    with available():
        with issuer.database.reading() as session:
            row = session.get_one(CredentialRow, key)
        if row.state == State.ISSUED:
            return row
        signers = issuer.signers()
        lists.renew(issuer, row.list_number)
        try:
            secured = secure(strict_json.loads_object(row.unsigned), signers, issuer.settings)
            why = self_check(issuer, secured)
        except CanonicalizationError as exc:
            why = f"it cannot be signed: {exc}"
        if why:
            _quarantine(issuer, row, why)
            raise QuarantinedError(row.public_id, why)
        return _store(issuer, key, secured)


def self_check(issuer: Issuer, secured: Secured) -> str | None:
    """Return what our own verifier objects to, seeing only our own published files; or None."""
    fetch = published.fetch_own(issuer.settings)
    for form in (secured.json, secured.jwt, secured.to_share):
        if form is not None:
            report = verify(form, fetch=fetch, now=datetime.now(UTC))
            if why := _objection(report):
                return why
    return None


def _objection(report: Report) -> str | None:
    for name in ("authentic", "current"):
        verdict = report.verdicts()[name]
        if verdict.answer is not Answer.YES:
            return f"{report.carrier}: {name} is {verdict.answer} ({verdict.code})"
    return None


def _store(issuer: Issuer, key: int, secured: Secured) -> CredentialRow:
    """Store the forms unless somebody was faster, and return what is stored: the first wins."""
    with issuer.database.writing() as session:
        session.execute(
            update(CredentialRow)
            .where(CredentialRow.id == key, CredentialRow.state != State.ISSUED)
            .values(
                state=State.ISSUED,
                problem=None,
                json=secured.json,
                jwt=secured.jwt,
                to_share=secured.to_share,
                issued_at=datetime.now(UTC),
            )
        )
        return session.get_one(CredentialRow, key)


def _quarantine(issuer: Issuer, row: CredentialRow, why: str) -> None:
    log.error("credential %s is quarantined: %s", row.public_id, why)
    with issuer.database.writing() as session:
        session.execute(
            update(CredentialRow)
            .where(CredentialRow.id == row.id, CredentialRow.state != State.ISSUED)
            .values(state=State.QUARANTINED, problem=why)
        )


def pending(issuer: Issuer) -> list[CredentialRow]:
    """Return every credential that is not issued yet, oldest first."""
    unfinished = select(CredentialRow).where(CredentialRow.state != State.ISSUED)
    with issuer.database.reading() as session:
        return list(session.scalars(unfinished.order_by(CredentialRow.id)))


def finish_pending(issuer: Issuer) -> Iterator[tuple[CredentialRow, Exception | None]]:
    """Finish what was left; give each credential, with the error that kept it from finishing.

    Stops at an error that would keep the others as well: locked keys, a full disk.
    """
    for row in pending(issuer):
        try:
            yield finish(issuer, row.id), None
        except QuarantinedError as exc:
            yield row, exc
        except (KeysError, UnavailableError) as exc:
            yield row, exc
            return
