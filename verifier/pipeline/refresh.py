"""A newer version of a credential, if its issuer offers one: `1EdTechCredentialRefresh`.

The offer is followed once, after the proof (OB-79, OB-84). If anything goes wrong, the report is
on the original.
"""

from typing import TypeAlias

from contexts import work
from verifier.checks.status import same_id
from verifier.credential.model import Credential, listed
from verifier.fetching.fetch import FetchError
from verifier.intake.carriers import read_submission
from verifier.intake.submission import CREDENTIAL_TYPES, MAX_CREDENTIAL_BYTES, IntakeError
from verifier.parsing import web_address
from verifier.pipeline.examine import SecuredDocument, World, examine, parse
from verifier.report import Check, Examination, Outcome, Params, worst

_KIND = "1EdTechCredentialRefresh"

Followed: TypeAlias = tuple[SecuredDocument, Examination, tuple[Check, ...]]


def follow(secured: SecuredDocument, examination: Examination, world: World) -> Followed:
    """Return the newer version of a credential with its examination, else the original; and a
    note."""
    original = examination.credential
    services = listed(original.document.get("refreshService")) if original else []
    if original is None or not services:
        return secured, examination, ()
    service = services[0] if len(services) == 1 and isinstance(services[0], dict) else {}
    kind, url = service.get("type"), service.get("id")
    if _KIND not in listed(kind) or not isinstance(url, str):
        return secured, examination, (_note("refresh_not_supported", {"type": str(kind)[:80]}),)
    where = {"url": url[:200]}
    try:
        asked = web_address.by_https(url)
        fetched = world.fetch(asked, accept=CREDENTIAL_TYPES, max_bytes=MAX_CREDENTIAL_BYTES)
        work.add(len(fetched.body))
        newer = parse(read_submission(fetched.body).text)
    except (FetchError, IntakeError, ValueError):
        return secured, examination, (_note("refresh_unreachable", where),)
    newer_examination = examine(newer, world, world.check_kind)
    if worst(newer_examination.proof_checks) is not None or newer_examination.credential is None:
        return secured, examination, (_note("refresh_not_authentic", where),)
    if not _is_same(original, newer_examination.credential):
        return secured, examination, (_note("refresh_of_another", where),)
    if original.valid_from is None or newer_examination.credential.valid_from is None:
        return secured, examination, (_note("refresh_without_dates", where),)
    if newer_examination.credential.valid_from <= original.valid_from:
        unchanged = Check("refresh", Outcome.PASSED, "refresh_is_the_same", where)
        return secured, examination, (unchanged,)
    return newer, newer_examination, (Check("refresh", Outcome.PASSED, "refreshed", where),)


def _is_same(one: Credential, other: Credential) -> bool:
    """Whether two credentials are versions of one (OB-89)."""
    if one.id is None or other.id is None:
        return False
    return same_id(one.id, other.id) and same_id(one.issuer.id, other.issuer.id)


def _note(code: str, params: Params) -> Check:
    return Check("refresh", Outcome.COULD_NOT_CHECK, code, params)
