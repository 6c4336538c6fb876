"""Hosted badges: the document at the badge's address is the badge (Open Badges 2.0, *Hosted
Verification*).

The submitted copy is trusted only for that address; a note names the members that differ.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from contexts.json_types import Json
from verifier.checks.dates import check_validity_period
from verifier.checks.status import withdrawn_by
from verifier.credential.model import listed
from verifier.fetching.fetch import Fetch, FetchError
from verifier.open_badges_2.documents import DocumentUnavailableError, badge_and_profile, load, same
from verifier.open_badges_2.view import address_of, credential_of, is_object, text_or_id
from verifier.parsing import web_address
from verifier.report import Check, Examination, Outcome

_Read = TypeVar("_Read")

_FORM = {"@context", "id", "type", "uid", "verification", "verify", "image"}
"""Members that say how a copy is written and where it is from, not what was earned."""


def judge_hosted(submitted: Json, fetch: Fetch, now: datetime) -> Examination:
    """Return the examination of the badge that the issuer's site serves at the submitted
    address."""
    address = address_of(submitted)
    if address is None:
        raise DocumentUnavailableError("ob2_no_address", str(submitted.get("id")))
    hosted = _hosted(address, fetch)
    if "badge" not in hosted:
        return Examination((_withdrawn(hosted),))
    badge, profile = badge_and_profile(hosted, fetch)
    where = {"url": str(hosted["id"])[:200]}
    if not _may_host(profile, hosted["id"]):
        return Examination((Check("issuer", Outcome.FAILED, "ob2_other_site", where),))
    credential = credential_of(hosted, badge, profile)
    proof_checks = (Check("hosted", Outcome.PASSED, "ob2_hosted", where),)
    status_checks = (_withdrawn(hosted), check_validity_period(credential, now=now))
    return Examination(proof_checks, status_checks, credential, _differences(submitted, hosted))


def _hosted(address: str, fetch: Fetch) -> Json:
    """Return the document at the address: a badge, or only the statement that it is revoked.

    If the document is itself a copy of a badge at another address, follow that address once.
    """
    for _ in range(2):
        try:
            hosted = load(address, fetch)
        except FetchError as exc:
            if exc.code == "http_status" and exc.detail.endswith("410"):
                return {"id": address, "revoked": True}
            raise DocumentUnavailableError("ob2_hosted_unreachable", address) from exc
        if "badge" not in hosted and hosted.get("revoked") is not True:  # an apology
            raise DocumentUnavailableError("ob2_hosted_unreachable", address)
        own = address_of(hosted)
        if own is None or same(own, address):
            return {**hosted, "id": own or address}
        address = own
    raise DocumentUnavailableError("ob2_differs", address)


def _may_host(profile: Json, address: str) -> bool:
    """Whether the issuer allows its badges to be hosted at this address.

    Its profile may list `startsWith` and `allowedOrigins`. If it lists neither, only its own site
    may host them (Open Badges 2.0, *VerificationObject*).
    """
    here = web_address.read(address)
    starts = _policy(profile, "startsWith", web_address.read)
    sites = _policy(profile, "allowedOrigins", _site)
    if not starts and not sites:
        sites = [web_address.site(str(profile["id"]))]
    inside = here is not None and (not starts or any(map(here.is_within, starts)))
    return here is not None and inside and (not sites or here.site in sites)


def _policy(profile: Json, member: str, read: Callable[[Any], _Read | None]) -> list[_Read]:
    """Return the values of a member of the policy; an unreadable value is not the same as none."""
    policy = profile.get("verification") or {}
    entries = listed(policy.get(member)) if is_object(policy) else [None]
    values = [read(value) for value in entries if value != ""]
    readable = [value for value in values if value is not None]
    if len(readable) < len(values):
        raise DocumentUnavailableError("ob2_policy_unreadable", str(profile["id"]))
    return readable


def _site(origin: Any) -> str | None:
    """Return the site that an `allowedOrigins` names: a host, though some write an address."""
    named = web_address.read(origin)
    if named is None and isinstance(origin, str):
        named = web_address.read(f"https://{origin}")
    return named.site if named else None


def _withdrawn(hosted: Json) -> Check:
    where = {"url": str(hosted["id"])[:200]}
    if hosted.get("revoked") is True:
        check = withdrawn_by(hosted, where)
        return check if "reason" in check.params else replace(check, code="ob2_revoked")
    if hosted.get("revoked") not in (None, False):
        return Check("status", Outcome.COULD_NOT_CHECK, "status_malformed", {"member": "revoked"})
    return Check("status", Outcome.PASSED, "not_revoked", where)


def _differences(submitted: Json, hosted: Json) -> tuple[Check, ...]:
    """Return a note that names the members in which the copy differs, and a missing `expires`."""
    names = {*submitted, "expires"} - _FORM
    members = sorted(
        name for name in names if not _agree(name, submitted.get(name), hosted.get(name))
    )
    params = {"members": ", ".join(members)[:200]}
    return (Check("hosted", Outcome.PASSED, "ob2_copy_differs", params),) if members else ()


def _agree(name: str, one: Any, other: Any) -> bool:
    if name == "badge":
        return same(text_or_id(one), text_or_id(other))
    return bool(one == other)
