"""Trust lists of others, followed: added by address, pinned to their signer, and kept up to date.

A new version replaces the copy only if it is sound: same signer, not older, not empty. Otherwise
the last good copy stays in use, and the caller gets a warning.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from verifier.clock import now as system_clock
from verifier.fetching.fetch import Fetch
from verifier.trust.lists import TrustList, TrustListError, trust_list_in
from verifier.trust.recognize import REFRESH_AFTER
from verifier.trust_lists import store
from verifier.trust_lists.obtain import obtain
from verifier.trust_lists.store import Subscription

RETRY_AFTER = timedelta(minutes=15)
"""A request that failed is not repeated with every verification."""

MakeFetch = Callable[[], Fetch]
"""Returns a new `Fetch` for each list, because a `Fetch` has a budget."""
Clock = Callable[[], datetime]


def add(
    folder: Path, url: str, *, ask: MakeFetch, now: datetime, signer: str = "", first: bool = False
) -> TrustList:
    """Follow the list at `url`, pinned to its signer; the last in order, or the first.

    A list that is followed already is refreshed and stays at its place. Raises `TrustListError`
    if the list is not sound, or if its signer is not `signer`.
    """
    followed = next((item for item in store.subscriptions(folder) if item.url == url), None)
    if followed is not None:
        try:
            if signer not in ("", followed.signer):
                raise TrustListError(
                    f"it is pinned to {followed.signer or 'nobody'}: remove it first"
                )
            return _refresh(folder, followed, ask(), now)
        except TrustListError as exc:
            raise TrustListError(f"{exc} (the copy that is kept stays)") from exc
    document = obtain(url, fetch=ask(), now=now)
    if signer:
        _refuse_other_signer(document, store.subscription(url, signer))
    trust_list = _sound(document)
    new = store.subscription(url, document.get("keeper", ""))
    store.insert(folder, new, document, now, first=first)
    return trust_list


def current_lists(
    folder: Path, *, ask: MakeFetch | None, now: datetime
) -> tuple[tuple[TrustList, ...], tuple[str, ...]]:
    """Return the followed lists in their order, and warnings about those that are out of date.

    A list older than `REFRESH_AFTER` is requested again, unless `ask` is None (offline).
    """
    lists: list[TrustList] = []
    warnings: list[str] = []
    for followed in store.subscriptions(folder):
        trust_list = store.stored_list(folder, followed)
        if _is_old(trust_list, now):
            try:
                if ask is None:
                    raise TrustListError("offline, so it was not asked for again")
                if now - store.last_requested(folder, followed) < RETRY_AFTER:
                    raise TrustListError("it could not be had a short while ago")
                trust_list = _refresh(folder, followed, ask(), now)
            except (TrustListError, OSError) as exc:
                retrieved = trust_list.retrieved
                copy = f"{retrieved:%Y-%m-%d}" if retrieved else "unknown age"
                warnings.append(f"list “{trust_list.name}”: the copy of {copy} is used; {exc}")
        lists.append(trust_list)
    return tuple(lists), tuple(warnings)


def files(folder: Path) -> dict[str, Path]:
    """Return the files of the followed lists, by address."""
    return {followed.url: folder / followed.file for followed in store.subscriptions(folder)}


class LiveLists(Sequence[TrustList]):
    """The followed lists, read anew at each use, for a server that runs for months."""

    def __init__(self, folder: Path, ask: MakeFetch | None, clock: Clock = system_clock):
        self._folder, self._ask, self._clock = folder, ask, clock
        self._lists: tuple[TrustList, ...] = ()

    def __iter__(self) -> Iterator[TrustList]:
        """Yield the lists, the most authoritative first; if the folder is damaged, the lists that
        it held last."""
        try:
            self._lists, _ = current_lists(self._folder, ask=self._ask, now=self._clock())
        except TrustListError as exc:
            import logging  # slow to import, and seldom needed

            logging.getLogger(__name__).warning("%s", exc)
        return iter(self._lists)

    def __len__(self) -> int:
        return len(tuple(iter(self)))

    def __getitem__(self, place: Any) -> Any:
        return tuple(iter(self))[place]


def _refresh(folder: Path, followed: Subscription, fetch: Fetch, now: datetime) -> TrustList:
    """Replace the copy by the present version of the list; keep it if that is not sound."""
    old = store.stored_list(folder, followed)
    store.mark_requested(folder, followed, now)
    document = obtain(followed.url, fetch=fetch, now=now)
    _refuse_other_signer(document, followed)
    new = _sound(document)
    if new.updated < old.updated:
        raise TrustListError(
            f"the list there now is of {new.updated:%Y-%m-%d}, older than the copy that is kept"
        )
    store.replace_copy(folder, followed, document, now)
    return new


def _refuse_other_signer(document: Mapping[str, Any], followed: Subscription) -> None:
    if (signer := document.get("keeper", "")) != followed.signer:
        raise TrustListError(
            f"the list at {followed.url} is signed by {signer or 'nobody'}, not by "
            f"{followed.signer or 'nobody, as when it was added'}: refused (if that is right: "
            "trust remove it, then trust add it)"
        )


def _sound(document: Mapping[str, Any]) -> TrustList:
    trust_list = trust_list_in(document)
    if not trust_list.entries:
        raise TrustListError("the list names no issuer that it recognizes")
    return trust_list


def _is_old(trust_list: TrustList, now: datetime) -> bool:
    return trust_list.retrieved is None or now - trust_list.retrieved > REFRESH_AFTER
