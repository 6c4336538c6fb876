"""Credentials inside a credential, each with a proof, dates, statuses and a report of its own.

Endorsements (OB-49…51, OB-87): what others signed about the credential, its achievement or its
issuer. And the badges of a Comprehensive Learner Record (CLR 2.0). None of them decides
anything about the credential around it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from verifier.credential import listed
from verifier.examine import (
    CheckKind,
    World,
    conclude,
    examine,
    parse_inner,
    unauthentic,
    unparsed,
)
from verifier.report import Check, Outcome, Report
from verifier.shape import check_endorsement, check_shape

MAX_ENDORSEMENTS = 20
MAX_CREDENTIALS = 50
"""Each takes a canonicalisation; a transcript of a degree has about 40 courses."""
_OBJECT = (dict, Mapping)
"""A dict first: asking whether something is a Mapping takes ten times as long."""

Json = Mapping[str, Any]


def endorsements(document: Json, world: World) -> tuple[Report, ...]:
    """Return a report on each endorsement inside an authentic credential."""
    found = _endorsements(document)[:MAX_ENDORSEMENTS]
    ids = frozenset(_ids(document)) if found else frozenset()

    def check_kind(inner: Json) -> Check:
        return check_endorsement(inner, ids)

    return tuple(_report(item, world, check_kind) for item in found)


def credentials(document: Json, world: World) -> tuple[Report, ...]:
    """Return a report on each credential that a Comprehensive Learner Record holds."""
    found = _record(document)[:MAX_CREDENTIALS]
    return tuple(_report(item, world, check_shape) for item in found)


def check_counts(document: Json) -> tuple[Check, ...]:
    """Say which members hold more than is looked at; nothing for other credentials."""
    counts = {
        "endorsement": (len(_endorsements(document)), MAX_ENDORSEMENTS),
        "verifiableCredential": (len(_record(document)), MAX_CREDENTIALS),
    }
    return tuple(
        Check("parts", Outcome.COULD_NOT_CHECK, "too_many_inside", {"member": name, "most": most})
        for name, (count, most) in counts.items()
        if count > most
    )


def _report(item: Any, world: World, check_kind: CheckKind) -> Report:
    """Return the report on one inner credential: an object, a JWT, or an envelope around one."""
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
    subject = document.get("credentialSubject")
    return listed(subject.get("verifiableCredential")) if isinstance(subject, Mapping) else []


def _endorsements(node: Any) -> list[Any]:
    """Return the endorsements of the credential, its achievement, and every profile in it."""
    found: list[Any] = []
    if isinstance(node, list):
        for item in node:
            if not isinstance(item, str):
                found += _endorsements(item)
    elif isinstance(node, _OBJECT):
        for key, value in node.items():
            if key in ("endorsement", "endorsementJwt"):
                found += listed(value)
            elif not isinstance(value, str) and key not in ("verifiableCredential", "proof"):
                found += _endorsements(value)
    return found


def _ids(node: Any) -> Iterator[str]:
    """Yield what an endorsement may be about: whatever the credential names."""
    if isinstance(node, list):
        for item in node:
            yield from _ids(item)
    elif isinstance(node, Mapping):
        if isinstance(node.get("id"), str):
            yield node["id"]
        for key, value in node.items():
            if key not in ("endorsement", "verifiableCredential", "proof"):
                yield from _ids(value)
    elif isinstance(node, str) and node.startswith("did:"):
        yield node
