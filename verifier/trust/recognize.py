"""Look an issuer up in trust lists, and find its newest key snapshot there (D3, T33)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from verifier.issuers.controller import Controller
from verifier.report import Answer, Verdict
from verifier.trust.lists import TrustEntry, TrustList

REFRESH_AFTER = timedelta(days=1)
"""A stored list that is older is downloaded again. If that does not work, its answers are reported
as those of a copy."""


def snapshot(lists: Iterable[TrustList], issuer: str, now: datetime) -> Controller | None:
    """Return the newest key snapshot of an issuer from entries that hold at `now`, or None."""
    snapshots = [
        entry.snapshot
        for trust_list in lists
        if (entry := trust_list.entries.get(issuer)) and entry.snapshot and entry.in_dates(now)
    ]
    return max(snapshots, key=lambda controller: controller.snapshot_of or now, default=None)


def snapshots(lists: Iterable[TrustList], issuer: str) -> list[Controller]:
    """Return every key snapshot of an issuer, whether or not its entry holds now."""
    entries = (trust_list.entries.get(issuer) for trust_list in lists)
    return [entry.snapshot for entry in entries if entry and entry.snapshot]


def recognize(lists: Iterable[TrustList], issuer: str, now: datetime) -> Verdict:
    """Return whether this verifier recognizes the issuer: the verdict *Recognized* (D3).

    The first list speaks, except that a listing in force comes before one that has ended, and
    one that a person made before one that nobody looked at.
    """
    lists = tuple(lists)
    if not lists:
        return Verdict(Answer.COULD_NOT_CHECK, "no_trust_list")
    listings = [
        (trust_list, trust_list.entries[issuer])
        for trust_list in lists
        if issuer in trust_list.entries
    ]
    listings.sort(key=lambda pair: (not pair[1].in_dates(now), bool(pair[1].unverified)))
    for trust_list, entry in listings:
        params = {
            "list": trust_list.name,
            "name": entry.name,
            "updated": trust_list.updated.isoformat(),
        }
        if not entry.in_dates(now):
            return Verdict(Answer.NO, "listing_ended", params)
        return _listed(trust_list, entry, params, now)
    return Verdict(
        Answer.NO, "not_listed", {"list": ", ".join(trust_list.name for trust_list in lists)}
    )


def _listed(
    trust_list: TrustList, entry: TrustEntry, params: dict[str, str], now: datetime
) -> Verdict:
    if entry.unverified:
        return Verdict(Answer.YES, "listed_unverified", {**params, "source": entry.unverified})
    if trust_list.retrieved and now - trust_list.retrieved > REFRESH_AFTER:
        retrieved = {"retrieved": trust_list.retrieved.isoformat()}
        return Verdict(Answer.YES, "listed_by_copy", {**params, **retrieved})
    return Verdict(Answer.YES, "listed", params)
