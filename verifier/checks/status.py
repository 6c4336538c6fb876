"""Status: revoked, suspended, or with a message (OB-75…78; T13, T14).

A list that cannot be read gives "could not check", never "not revoked" and never "revoked".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from contexts.json_types import Json
from verifier.checks import status_list
from verifier.checks.dates import check_validity_period
from verifier.credential.model import Credential, listed
from verifier.fetching.fetch import Fetch, Fetched, FetchError
from verifier.parsing import strict_json, web_address
from verifier.report import Check, Outcome

MAX_LIST_BYTES = 2 * 1024 * 1024
"""A list of 131,072 random bits packs to 22 KB in base64; 10 million entries fit."""
LIST_TYPES = "application/vc, application/vc+ld+json, application/json, application/vc+jwt"
MAX_ENTRIES = 8
"""An honest credential has one entry, or one each for withdrawal and suspension."""
MAX_SIZE = 8
"""Bits of one entry: 256 messages."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,15}")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,2}")
_DECIDE = {
    "revocation": ("revoked", "not_revoked"),
    "suspension": ("suspended", "not_suspended"),
}
"""Purpose of an entry to the codes of a set bit and of one that is not set."""
_LISTS = {
    "BitstringStatusListEntry": ("BitstringStatusListCredential", "BitstringStatusList"),
    "StatusList2021Entry": ("StatusList2021Credential", "StatusList2021"),
}
"""Type of an entry to the types of its list and of the list's subject."""
_PROBLEMS = "https://www.w3.org/ns/credentials/status-list#"
_RETRIEVAL = _PROBLEMS + "STATUS_RETRIEVAL_ERROR"
_VERIFICATION = _PROBLEMS + "STATUS_VERIFICATION_ERROR"
_MALFORMED = _PROBLEMS + "MALFORMED_VALUE_ERROR"

ReadList = Callable[[bytes], Credential | None]
"""Returns the view of a status list credential that is authentic, else None."""


@dataclass(frozen=True, slots=True)
class _StatusEntry:
    """One `credentialStatus` entry: where to look, and what the value there means."""

    type: str
    purpose: str
    index: int
    url: str
    size: int
    messages: Mapping[int, str]


def check_status(
    credential: Credential, *, fetch: Fetch, now: datetime, read_list: ReadList
) -> tuple[Check, ...]:
    """Check every `credentialStatus` entry against its list."""
    entries = listed(credential.document.get("credentialStatus"))
    if not entries:
        return (Check("status", Outcome.NOT_APPLICABLE, "no_status"),)
    if len(entries) > MAX_ENTRIES:
        return (_unknown("status_malformed", {"member": f"{len(entries)} entries"}),)
    return tuple(_check_entry(entry, credential, fetch, now, read_list) for entry in entries)


def check_status_claim(claim: Any, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """Return the checks of a JWT's status with one of its `status` claim, which leads to a Token
    Status List (IETF). Those are not read here, and a claim is not the same as none."""
    if claim is None:
        return checks
    kinds = ", ".join(claim) if isinstance(claim, dict) else str(claim)
    unread = _unknown("status_not_supported", {"type": f"status: {kinds}"[:80]})
    return (unread, *(check for check in checks if check.code != "no_status"))


def _check_entry(
    entry: Any, credential: Credential, fetch: Fetch, now: datetime, read_list: ReadList
) -> Check:
    kinds = [str(kind) for kind in listed(entry.get("type"))] if isinstance(entry, dict) else []
    if kinds == ["1EdTechRevocationList"]:
        return _check_revocation_list(entry, credential, fetch)
    if len(kinds) != 1 or kinds[0] not in _LISTS:
        return _unknown("status_not_supported", {"type": str(kinds)[:80]})
    read = _read_entry(entry, kinds[0])
    if isinstance(read, Check):
        return read
    check = _look_up(read, credential, fetch, now, read_list)
    if read.purpose == "refresh" and check.outcome is Outcome.COULD_NOT_CHECK:
        return replace(check, outcome=Outcome.NOT_APPLICABLE)  # it decides nothing
    return check


def _look_up(
    read: _StatusEntry, credential: Credential, fetch: Fetch, now: datetime, read_list: ReadList
) -> Check:
    try:
        asked = web_address.by_https(read.url)
        fetched = fetch(asked, accept=LIST_TYPES, max_bytes=MAX_LIST_BYTES)
    except FetchError as exc:
        params = {"url": read.url[:200], "why": exc.code}
        return _unknown("status_unreachable", params, _RETRIEVAL)
    status_list_credential = read_list(fetched.body)
    if status_list_credential is None:
        return _unknown("status_list_not_authentic", {"url": read.url[:200]}, _VERIFICATION)
    return _aged(_check_list(status_list_credential, credential.issuer.id, read, now), fetched)


def _aged(check: Check, fetched: Fetched) -> Check:
    """Return the check with the age in seconds of a cached response."""
    return replace(check, params={**check.params, "age": fetched.age}) if fetched.age else check


def _read_entry(entry: Json, kind: str) -> _StatusEntry | Check:
    purpose, index, url = (
        entry.get(member) for member in ("statusPurpose", "statusListIndex", "statusListCredential")
    )
    index, size = _digits(index), _digits(entry.get("statusSize", 1))
    if index is None or size is None:
        member = "statusListIndex" if index is None else "statusSize"
        return _unknown("status_malformed", {"member": member}, _MALFORMED)
    if not isinstance(url, str) or not isinstance(purpose, str):
        member = "statusPurpose" if isinstance(url, str) else "statusListCredential"
        return _unknown("status_malformed", {"member": member})
    if not 1 <= size <= MAX_SIZE or purpose not in (*_DECIDE, "message", "refresh"):
        return _unknown("status_not_supported", {"type": f"purpose {purpose[:60]}"})
    return _StatusEntry(kind, purpose, index, url, size, _messages(entry))


def _digits(value: Any) -> int | None:
    """Return a number that stands as a number or as plain digits (T14)."""
    return int(value) if _INDEX.fullmatch(str(value)) else None


def _messages(entry: Json) -> dict[int, str]:
    """Return the messages by their values, which are written in hexadecimal (section 2.1)."""
    messages = {}
    for item in listed(entry.get("statusMessage")):
        value, text = (
            (item.get("status"), item.get("message")) if isinstance(item, dict) else (None, None)
        )
        if isinstance(text, str) and isinstance(value, str) and _HEXADECIMAL.fullmatch(value):
            messages[int(value, 16)] = text
    return messages


def _check_list(
    status_list_credential: Credential, issuer: str, entry: _StatusEntry, now: datetime
) -> Check:
    """Check that it is the list the credential means, and read the entry (section 3.2)."""
    subjects = [
        item for item in listed(status_list_credential.document.get("credentialSubject")) if item
    ]
    subject = subjects[0] if len(subjects) == 1 and isinstance(subjects[0], dict) else {}
    list_type, subject_type = _LISTS[entry.type]
    where = {"url": entry.url[:200]}
    same = (
        status_list_credential.issuer.id == issuer
        and list_type in status_list_credential.types
        and listed(subject.get("type")) == [subject_type]
        and entry.purpose in listed(subject.get("statusPurpose"))
    )
    if not same:
        return _unknown("status_list_of_another", where, _VERIFICATION)
    if check_validity_period(status_list_credential, now=now).outcome is not Outcome.PASSED:
        return _unknown("status_list_out_of_date", where, _VERIFICATION)
    encoded = subject.get("encodedList")
    try:
        bits = status_list.decode(encoded if isinstance(encoded, str) else "", entry.size)
        value = status_list.entry(bits, entry.index, entry.size)
    except status_list.StatusListError as exc:
        return _unknown("status_list_unreadable", {"detail": str(exc)}, exc.problem)
    if not value and not _is_at_home(status_list_credential, entry.url):
        return _unknown("status_list_of_another", where, _VERIFICATION)
    return _meaning(entry, value)


def _is_at_home(status_list_credential: Credential, url: str) -> bool:
    """Whether a list names no other site than the one that the credential sends to.

    Its `id` MAY be the address (section 2.2), and many name another place of the same site. From
    elsewhere it may be any list of that issuer's, in which nobody has withdrawn this credential.
    """
    own = status_list_credential.document.get("id")
    if own is None:
        return True
    named, asked = web_address.read(own), web_address.read(url)
    secure = web_address.read(web_address.by_https(url))
    return named is not None and named.origin in {
        address.origin for address in (asked, secure) if address
    }


def _meaning(entry: _StatusEntry, value: int) -> Check:
    """Return the check for the value of an entry (section 2.2). Only revocation and suspension are
    decided here; a message is for the reader to judge."""
    where = {"url": entry.url[:200]}
    if entry.purpose == "refresh":
        code = "refresh_offered" if value else "no_refresh_offered"
        return Check("status", Outcome.PASSED, code, where)
    if entry.purpose == "message":
        message = entry.messages.get(value, str(value))[:200]
        return _unknown("status_message", {"message": message, **where})
    code_set, code_not_set = _DECIDE[entry.purpose]
    if value:
        return Check("status", Outcome.FAILED, code_set, where)
    return Check("status", Outcome.PASSED, code_not_set, where)


def _check_revocation_list(entry: Json, credential: Credential, fetch: Fetch) -> Check:
    """Look a credential up in a `1EdTechRevocationList`: unsigned JSON at an address that the
    issuer signed (OB-78). Listed credentials are revoked; the list may be incomplete."""
    url = entry.get("id")
    if not isinstance(url, str):
        return _unknown("status_malformed", {"member": "credentialStatus.id"})
    where = {"url": url[:200]}
    try:
        asked = web_address.by_https(url)
        fetched = fetch(asked, accept="application/json", max_bytes=MAX_LIST_BYTES)
        document = strict_json.loads_object(fetched.body, max_bytes=MAX_LIST_BYTES)
    except FetchError as exc:
        return _unknown("status_unreachable", {**where, "why": exc.code}, _RETRIEVAL)
    except strict_json.StrictJsonError as exc:
        return _unknown("status_list_unreadable", {"detail": str(exc)}, _RETRIEVAL)
    return _aged(_check_revoked(document, credential, where), fetched)


def _check_revoked(document: Json, credential: Credential, where: Mapping[str, str]) -> Check:
    issuer = document.get("issuer", credential.issuer.id)
    issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
    revoked = document.get("revokedCredential")
    revoked = [revoked] if isinstance(revoked, dict | str) else revoked
    if issuer != credential.issuer.id:
        return _unknown("status_list_of_another", where, _VERIFICATION)
    if not isinstance(revoked, list) or credential.id is None:
        return _unknown("status_list_unreadable", {"detail": "no revokedCredential"}, _VERIFICATION)
    unread = False
    for item in revoked:
        name, withdrawn = (
            (item.get("id"), item.get("revoked")) if isinstance(item, dict) else (item, None)
        )
        named = same_id(name, credential.id) if isinstance(name, str) else None
        if named and withdrawn in (None, True):
            return withdrawn_by(item, where)
        unread = unread or named is None or (named and withdrawn is not False)
    if unread:  # which may be this credential
        return _unknown("status_list_unreadable", {"detail": "an entry"}, _VERIFICATION)
    return Check("status", Outcome.PASSED, "not_on_revocation_list", where)


def withdrawn_by(entry: Any, where: Mapping[str, str]) -> Check:
    """Return the check of what an entry withdraws, with its `revocationReason` if it has one."""
    reason = entry.get("revocationReason") if isinstance(entry, dict) else None
    if not isinstance(reason, str) or not reason.strip():
        return Check("status", Outcome.FAILED, "revoked", where)
    return Check("status", Outcome.FAILED, "revoked_because", {**where, "reason": reason[:200]})


def same_id(one: str, other: str) -> bool:
    """Whether two identifiers name the same (OB-89): percent-decoded, then trimmed."""
    return unquote(one).strip() == unquote(other).strip()


def _unknown(code: str, params: Mapping[str, str], problem: str | None = None) -> Check:
    return Check("status", Outcome.COULD_NOT_CHECK, code, dict(params), problem)
