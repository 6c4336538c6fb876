"""Validity: the dates of a credential and of its proofs (OB-85; T11)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contexts.json_types import Json
from verifier.credential.model import Credential, readable_instant
from verifier.proof.jwt_payload import numeric_date
from verifier.report import Check, Outcome

CLOCK_SKEW = timedelta(minutes=5)


def check_validity_period(credential: Credential, *, now: datetime) -> Check:
    """Check that `now` is inside the validity period (OB 3.0, section 9, step 4).

    A date that is present but cannot be read could not be checked: it counts neither as passed nor
    as still to come.
    """
    begins, ends = credential.valid_from, credential.valid_until
    if ends is not None and now - ends > CLOCK_SKEW:
        return _dated(Outcome.FAILED, "expired", ends)
    if begins is not None and begins - now > CLOCK_SKEW:
        return _dated(Outcome.FAILED, "not_yet_valid", begins)
    if limits := [member for member in credential.unreadable if member != "awardedDate"]:
        params = {"member": ", ".join(limits)}
        return Check("validity_period", Outcome.COULD_NOT_CHECK, "date_unreadable", params)
    if ends is not None:
        return _dated(Outcome.PASSED, "valid_until", ends)
    return Check("validity_period", Outcome.PASSED, "no_end_date")


def _dated(outcome: Outcome, code: str, when: datetime) -> Check:
    return Check("validity_period", outcome, code, {"date": when.isoformat()})


def check_proof_dates(proofs: Sequence[Json], *, now: datetime) -> Check:
    """Check that no proof is past its own end or made in the future (Data Integrity 4.5)."""
    unread = None
    for proof in proofs:
        ends, created = (readable_instant(proof.get(member)) for member in ("expires", "created"))
        if over := _out_of_dates(created, ends, now):
            return over
        for member, read in (("expires", ends), ("created", created)):
            if proof.get(member) is not None and read is None:
                unread = f"proof.{member}"
    if unread:
        return _unreadable(unread)
    if any(proof.get("created") is None for proof in proofs):
        return Check("proof_dates", Outcome.PASSED, "signing_time_unknown")
    return Check("proof_dates", Outcome.PASSED, "proof_in_dates")


def check_token_dates(payload: Json, *, now: datetime) -> Check:
    """Check that the signature of a JWT holds now, by its `nbf` and `exp` (RFC 7519, 4.1)."""
    begins, ends = (numeric_date(payload.get(claim)) for claim in ("nbf", "exp"))
    if over := _out_of_dates(begins, ends, now):
        return over
    for claim, read in (("nbf", begins), ("exp", ends)):
        if payload.get(claim) is not None and read is None:
            return _unreadable(claim)
    return Check("proof_dates", Outcome.PASSED, "proof_in_dates")


def _out_of_dates(begins: datetime | None, ends: datetime | None, now: datetime) -> Check | None:
    """Return the check that fails if a signature ended, or has not begun; None otherwise."""
    if ends is not None and now - ends > CLOCK_SKEW:
        return Check("proof_dates", Outcome.FAILED, "proof_expired", {"date": ends.isoformat()})
    if begins is not None and begins - now > CLOCK_SKEW:
        params = {"date": begins.isoformat()}
        return Check("proof_dates", Outcome.FAILED, "proof_from_the_future", params)
    return None


def _unreadable(member: str) -> Check:
    return Check("proof_dates", Outcome.COULD_NOT_CHECK, "date_unreadable", {"member": member})
