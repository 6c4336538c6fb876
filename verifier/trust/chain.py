"""Endorsement chains: an issuer that is on no list, but that somebody on a list endorses.

A state signs an `EndorsementCredential` (Open Badges 3.0, B.1.12) whose subject is a district's
profile. The district carries it in its badges, or a list passes it on. It recognizes an issuer
only if `LICENSED` is among the types of its subject, because districts also endorse teachers, who
do not thereby issue. Nothing is fetched to find a chain, each link is verified like any
credential, and the length of a chain is limited: see `MAX_LINKS`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias

from verifier.report import Answer, Verdict
from verifier.trust.lists import TrustList

LICENSED = "urn:mintmark:LicensedIssuer"
"""The type of a subject that may issue credentials, and pass that word on (`docs/trust.md`)."""
MAX_LINKS = 3
"""A state, its regional service, a district, its school: three endorsements."""
MAX_CHAINS = 4
"""Each takes up to three verifications; an honest badge carries one."""
MAX_FOUND = 100
"""Of which those that license the issuer are verified first."""
MAX_ENDORSEMENTS = 20
"""Of one issuer; more are not looked at."""

Item: TypeAlias = str | Mapping[str, Any]
"""An endorsement: a JWT, or an object with its proof."""


@dataclass(frozen=True, slots=True)
class Link:
    """One endorsement, not verified yet: `by` endorses `about`, as an issuer if `licenses`, and
    carries `held`, the endorsements of `by` itself. `judge` verifies it and returns the answers
    *Authentic* and *Current*."""

    by: str
    about: str | None
    licenses: bool
    held: tuple[Item, ...]
    judge: Callable[[], tuple[Answer, Answer]]


Read: TypeAlias = Callable[[Item], Link | None]


def endorsed(
    issuer: str, held: Iterable[Item], lists: tuple[TrustList, ...], now: datetime, *, read: Read
) -> Verdict | None:
    """Return the verdict *Recognized* on an unlisted issuer, if a chain of endorsements leads from
    it to somebody on a list; else None.

    A chain that holds counts. Otherwise the verdict names a chain that could not be checked, or one
    that was revoked or has expired; a forged chain is ignored. Endorsements that do not license the
    issuer are reported as praise.
    """
    passed_on = [
        link for trust_list in lists for item in trust_list.endorsements if (link := read(item))
    ]
    chains = islice(_chains(issuer, tuple(held), passed_on, lists, now, read), MAX_FOUND)
    first = sorted(chains, key=lambda chain: not _licenses(chain))[:MAX_CHAINS]
    verdicts = [verdict for chain in first if (verdict := _judge(chain, lists, now))]
    order = (Answer.YES, Answer.COULD_NOT_CHECK, Answer.NO)
    return min(verdicts, key=lambda verdict: order.index(verdict.answer), default=None)


def _chains(
    issuer: str,
    held: tuple[Item, ...],
    passed_on: list[Link],
    lists: tuple[TrustList, ...],
    now: datetime,
    read: Read,
    below: tuple[Link, ...] = (),
) -> Iterator[tuple[Link, ...]]:
    """Yield the chains from `issuer` up to somebody listed, the shortest first."""
    own = (read(item) for item in held[:MAX_ENDORSEMENTS])
    below_ids = {link.about for link in below} | {issuer}
    links = [
        link
        for link in (*(link for link in own if link), *passed_on)
        if link.about == issuer and link.by not in below_ids  # a circle leads nowhere
    ]
    for link in links:
        if _listed(link.by, lists, now):
            yield (*below, link)
    if len(below) + 1 < MAX_LINKS:
        for link in links:
            yield from _chains(link.by, link.held, passed_on, lists, now, read, (*below, link))


def _listed(by: str, lists: tuple[TrustList, ...], now: datetime) -> tuple[str, TrustList] | None:
    """Return the name of a body whose endorsements count, and the list that says so: the signer of
    a list, or an endorsing body on one. None for others."""
    for trust_list in lists:
        entry = trust_list.entries.get(by)
        if entry and entry.in_dates(now) and entry.endorses and not entry.unverified:
            return entry.name, trust_list
        if trust_list.keeper and trust_list.keeper == by:
            return trust_list.name, trust_list
    return None


def _licenses(chain: tuple[Link, ...]) -> bool:
    return all(link.licenses for link in chain)


def _judge(chain: tuple[Link, ...], lists: tuple[TrustList, ...], now: datetime) -> Verdict | None:
    """Return the verdict that a chain gives on the issuer at its lower end, or None."""
    verdict = _verify(chain, lists, now)
    if verdict is None or _licenses(chain):
        return verdict
    praised = verdict.answer is Answer.YES
    return Verdict(Answer.NO, "only_endorsed", verdict.params) if praised else None


def _verify(chain: tuple[Link, ...], lists: tuple[TrustList, ...], now: datetime) -> Verdict | None:
    """Verify every link, from the one who is listed down; None for a chain of forged ones."""
    listed = _listed(chain[-1].by, lists, now)
    if listed is None:  # only what ends with somebody listed is a chain
        return None
    params = {"by": listed[0], "id": chain[-1].by, "list": listed[1].name}
    between = " → ".join(link.by for link in reversed(chain[:-1]))
    if between:
        params["through"] = between
    unsure = False
    for link in reversed(chain):
        authentic, current = link.judge()
        if authentic is Answer.NO:
            return None
        if authentic is Answer.YES and current is Answer.NO:
            return Verdict(Answer.NO, "endorsement_ended", params)
        unsure = unsure or Answer.COULD_NOT_CHECK in (authentic, current)
    if unsure:
        return Verdict(Answer.COULD_NOT_CHECK, "endorsement_unchecked", params)
    return Verdict(Answer.YES, "endorsed_through" if between else "endorsed", params)
