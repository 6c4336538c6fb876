"""Is it still good: dates, and the issuer's status lists (OB-75…78, OB-85; T13, T14).

Whatever keeps a list from being read is "could not check", never "fine" and never "revoked".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from verifier import status_list
from verifier.credential import Credential, instant, listed
from verifier.fetch import Fetch, FetchError
from verifier.report import Check, Outcome

CLOCK_SKEW = timedelta(minutes=5)
MAX_LIST_BYTES = 2 * 1024 * 1024
"""A list of 131,072 random bits packs to 22 KB in base64; 10 million entries fit."""
LIST_TYPES = "application/vc, application/vc+ld+json, application/json, application/vc+jwt"

_INDEX = re.compile(r"0|[1-9][0-9]{0,15}")
_STOPS = {"revocation": "revoked", "suspension": "suspended"}
_RETRIEVAL = "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR"
_VERIFICATION = "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR"

Json = Mapping[str, Any]
ReadList = Callable[[bytes], Credential | None]
"""Returns the view of a status list credential that is authentic, else None."""


def check_validity_period(credential: Credential, *, now: datetime) -> Check:
    """Check that `now` is inside the validity period (OB 3.0, section 9, step 4)."""
    begins, ends = credential.valid_from, credential.valid_until
    if ends is not None and ends < now - CLOCK_SKEW:
        return _dated(Outcome.FAILED, "expired", ends)
    if begins is not None and begins > now + CLOCK_SKEW:
        return _dated(Outcome.FAILED, "not_yet_valid", begins)
    if ends is not None:
        return _dated(Outcome.PASSED, "valid_until", ends)
    return Check("validity_period", Outcome.PASSED, "no_end_date")


def _dated(outcome: Outcome, code: str, when: datetime) -> Check:
    return Check("validity_period", outcome, code, {"date": when.isoformat()})


def check_proof_dates(proofs: Sequence[Json], *, now: datetime) -> Check:
    """Check that no proof is past its own end or made in the future (Data Integrity 4.5)."""
    for proof in proofs:
        ends, made = (_instant(proof.get(member)) for member in ("expires", "created"))
        if ends is not None and ends < now - CLOCK_SKEW:
            params = {"date": ends.isoformat()}
            return Check("proof_dates", Outcome.FAILED, "proof_expired", params)
        if made is not None and made > now + CLOCK_SKEW:
            params = {"date": made.isoformat()}
            return Check("proof_dates", Outcome.FAILED, "proof_from_the_future", params)
    if any(proof.get("created") is None for proof in proofs):
        return Check("proof_dates", Outcome.PASSED, "signing_time_unknown")
    return Check("proof_dates", Outcome.PASSED, "proof_in_dates")


def check_status(
    credential: Credential, *, fetch: Fetch, now: datetime, read_list: ReadList
) -> tuple[Check, ...]:
    """Check every `credentialStatus` entry against its list."""
    entries = listed(credential.document.get("credentialStatus"))
    if not entries:
        return (Check("status", Outcome.NOT_APPLICABLE, "no_status"),)
    return tuple(_check_entry(entry, credential, fetch, now, read_list) for entry in entries)


def _check_entry(
    entry: Any, credential: Credential, fetch: Fetch, now: datetime, read_list: ReadList
) -> Check:
    if not isinstance(entry, dict) or listed(entry.get("type")) != ["BitstringStatusListEntry"]:
        kind = entry.get("type") if isinstance(entry, dict) else entry
        return _unknown("status_not_supported", {"type": str(kind)[:80]})
    purpose, index, url = (
        entry.get(member) for member in ("statusPurpose", "statusListIndex", "statusListCredential")
    )
    index = str(index) if isinstance(index, int) and not isinstance(index, bool) else index
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        problem = "https://www.w3.org/ns/credentials/status-list#MALFORMED_VALUE_ERROR"
        return _unknown("status_malformed", {"member": "statusListIndex"}, problem)
    if not isinstance(url, str) or not isinstance(purpose, str):
        return _unknown("status_malformed", {"member": "statusListCredential"})
    if entry.get("statusSize", 1) not in (1, "1") or purpose not in _STOPS:
        return _unknown("status_not_supported", {"type": f"purpose {purpose[:60]}"})
    try:
        fetched = fetch(url, accept=LIST_TYPES, max_bytes=MAX_LIST_BYTES)
    except FetchError as exc:
        return _unknown("status_unreachable", {"url": url[:200], "why": exc.code}, _RETRIEVAL)
    found = read_list(fetched.body)
    if found is None:
        return _unknown("status_list_not_authentic", {"url": url[:200]}, _VERIFICATION)
    return _check_list(found, credential.issuer.id, url, purpose, int(index), now)


def _check_list(
    found: Credential, issuer: str, url: str, purpose: str, index: int, now: datetime
) -> Check:
    """Check that it is the list the credential means, and read the entry (section 3.2)."""
    subjects = [item for item in listed(found.document.get("credentialSubject")) if item]
    subject = subjects[0] if len(subjects) == 1 and isinstance(subjects[0], dict) else {}
    same = (
        found.issuer.id == issuer
        and found.id in (None, url)
        and "BitstringStatusListCredential" in found.types
        and listed(subject.get("type")) == ["BitstringStatusList"]
        and purpose in listed(subject.get("statusPurpose"))
    )
    if not same:
        return _unknown("status_list_of_another", {"url": url[:200]}, _VERIFICATION)
    if check_validity_period(found, now=now).outcome is not Outcome.PASSED:
        return _unknown("status_list_out_of_date", {"url": url[:200]}, _VERIFICATION)
    encoded = subject.get("encodedList")
    try:
        bits = status_list.decode(encoded if isinstance(encoded, str) else "")
        stopped = status_list.bit(bits, index)
    except status_list.StatusListError as exc:
        return _unknown("status_list_unreadable", {"detail": str(exc)}, exc.problem)
    if stopped:
        return Check("status", Outcome.FAILED, _STOPS[purpose], {"url": url[:200]})
    return Check("status", Outcome.PASSED, f"not_{_STOPS[purpose]}", {"url": url[:200]})


def _unknown(code: str, params: Mapping[str, str], problem: str | None = None) -> Check:
    return Check("status", Outcome.COULD_NOT_CHECK, code, dict(params), problem)


def _instant(value: Any) -> datetime | None:
    return instant(value) if isinstance(value, str) else None
