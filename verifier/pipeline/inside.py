"""Credentials inside a credential, each with its own proof, dates, statuses and report.

These are endorsements of the credential, its achievement or its issuer (OB-49…51, OB-87), and
the badges of a Comprehensive Learner Record (CLR 2.0). None of them decides anything about the
credential around it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from contexts.content import content_of
from contexts.json_types import Json
from verifier.credential.model import Credential, folded_name, listed
from verifier.fetching import deadline
from verifier.pipeline.examine import (
    CheckKind,
    World,
    conclude,
    examine,
    out_of_time,
    parse_inner,
    unauthentic,
    unparsed,
)
from verifier.report import Check, Outcome, Params, Report
from verifier.structure.shape import check_endorsement

MAX_ENDORSEMENTS = 20
MAX_CREDENTIALS = 50
"""Each takes a canonicalization; a transcript of a degree has about 40 courses."""
_APART = ("verifiableCredential", "proof")
"""Members in which endorsements are not those of the credential around them."""


class Inside(NamedTuple):
    """The result of `look`: checks that name members with too many credentials, and a report on
    each endorsement and on each credential of a Comprehensive Learner Record."""

    checks: tuple[Check, ...]
    endorsements: tuple[Report, ...]
    credentials: tuple[Report, ...]


def look(document: Json, world: World) -> Inside:
    """Verify the credentials inside an authentic credential."""
    endorsements = _endorsements(document) if b"endorsement" in content_of(document) else []
    record, ids = _record(document), set[str]()
    if endorsements:
        _add_ids(document, ids)

    def is_endorsement(inner: Json) -> tuple[Check, ...]:
        return check_endorsement(inner, ids)

    return Inside(
        (
            *_check_count("endorsement", len(endorsements), MAX_ENDORSEMENTS),
            *_check_count("verifiableCredential", len(record), MAX_CREDENTIALS),
        ),
        tuple(_report(item, world, is_endorsement) for item in endorsements[:MAX_ENDORSEMENTS]),
        tuple(_report(item, world, world.check_kind) for item in record[:MAX_CREDENTIALS]),
    )


def check_holders(record: Credential, reports: Sequence[Report]) -> tuple[Check, ...]:
    """Return the note that a credential of a record does not name the holder of the record, though
    both name somebody: whoever signs a record can put a stranger's badge into it."""
    strangers = [
        f"{inner.name or inner.id or '?'} ({inner.recipient_name or inner.subject_id or '?'})"
        for inner in (report.credential for report in reports)
        if inner is not None and _names_another(record, inner)
    ]
    if not strangers:
        return ()
    params = {"names": ", ".join(strangers)[:200]}
    return (Check("parts", Outcome.COULD_NOT_CHECK, "inside_of_another", params),)


def _names_another(record: Credential, inner: Credential) -> bool:
    one, other = (
        {credential.subject_id, *credential.identities} - {None} for credential in (record, inner)
    )
    if not one or not other or one & other:
        return False
    names = [credential.recipient_name for credential in (record, inner)]
    return None in names or len({folded_name(name or "") for name in names}) > 1


def _check_count(member: str, count: int, most: int) -> tuple[Check, ...]:
    if count <= most:
        return ()
    params: Params = {"member": member, "most": most}
    return (Check("parts", Outcome.COULD_NOT_CHECK, "too_many_inside", params),)


def _report(item: Any, world: World, check_kind: CheckKind) -> Report:
    """Return the report on one inner credential: an object, a JWT, or an envelope around one."""
    if deadline.left() <= 0:
        return out_of_time("inside")
    if not isinstance(item, str | Mapping):
        unread = Check("parse", Outcome.COULD_NOT_CHECK, "inner_unreadable")
        return unauthentic("inside", "unknown", (unread,))
    try:
        secured = parse_inner(item)
    except ValueError as exc:
        securing, flaw = unparsed(exc)
        return unauthentic("inside", securing, (flaw,))
    return conclude("inside", secured, examine(secured, world, check_kind), world)


def _record(document: Json) -> list[Any]:
    """Return the credentials of a record: of its subjects, and of itself, where some write them."""
    holders = (*listed(document.get("credentialSubject")), document)
    return [
        item
        for holder in holders
        if isinstance(holder, Mapping)
        for item in listed(holder.get("verifiableCredential"))
    ]


def _endorsements(node: Json) -> list[Any]:
    """Return the endorsements of the credential, its achievement, and every profile in it."""
    endorsements: list[Any] = []
    for key, value in node.items():
        if key in ("endorsement", "endorsementJwt"):
            endorsements += listed(value)
        elif type(value) is dict and key not in _APART:
            endorsements += _endorsements(value)
        elif type(value) is list and key not in _APART:
            for item in value:
                if type(item) is dict:
                    endorsements += _endorsements(item)
    return endorsements


def _add_ids(node: Json, ids: set[str]) -> None:
    """Add what an endorsement may be about: whatever the credential names."""
    for key, value in node.items():
        if type(value) is str:
            if ":" in value or key == "id":  # an address stands for what has it as its id
                ids.add(value)
        elif key not in ("endorsement", "verifiableCredential", "proof"):
            for item in listed(value):
                if type(item) is dict:
                    _add_ids(item, ids)
                elif type(item) is str and ":" in item:
                    ids.add(item)
