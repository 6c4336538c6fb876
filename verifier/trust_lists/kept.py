"""The lists of others that this verifier keeps: added by address, pinned to who signs them,
asked for again when they have grown old.

A new version replaces the kept one only if it is sound: signed by the same, not older, not empty.
Whatever goes wrong, the last good copy stays and is used, and somebody is told. What is kept is
the list, never a verdict. The time of a file is the time at which its list was last asked for.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from verifier.fetching.fetch import Fetch
from verifier.parsing import strict_json
from verifier.trust.lists import TrustList, TrustListError, load, read
from verifier.trust.recognize import REFRESH_AFTER
from verifier.trust_lists.obtain import obtain

RETRY_AFTER = timedelta(minutes=15)
"""A list that could not be had is not asked for again at every look."""
_INDEX = "lists.json"

Ask = Callable[[], Fetch]
"""A fresh `Fetch`: the budget of one is for one list."""
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Pin:
    """Where a list is had from, and who must have signed it; `signer` is empty for a list that
    nobody signs, which whoever controls the address controls."""

    url: str
    signer: str
    file: str


def home(environ: Mapping[str, str]) -> Path:
    """Return the folder of kept lists: `MINTMARK_VERIFY_HOME`, else where data of users lies."""
    if named := environ.get("MINTMARK_VERIFY_HOME"):
        return Path(named)
    data = environ.get("XDG_DATA_HOME", "")
    base = Path(data) if data.startswith("/") else Path(environ.get("HOME", "/"), ".local/share")
    return base / "mintmark-verify"


def pins(folder: Path) -> tuple[Pin, ...]:
    """Return the lists that are kept, the most authoritative first."""
    index = folder / _INDEX
    try:
        return tuple(Pin(**each) for each in strict_json.loads(index.read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, ValueError, TypeError) as exc:
        raise TrustListError(
            f"{index} cannot be read ({exc}): remove it, and add your lists again"
        ) from exc


def kept(folder: Path, pin: Pin) -> TrustList:
    """Return the copy of a list as it lies in the folder."""
    path = folder / pin.file
    try:
        return _loaded(path, path.stat().st_mtime_ns)
    except (OSError, TrustListError) as exc:
        raise TrustListError(
            f"{path} cannot be read ({exc}): mintmark-verify trust remove {pin.url}, then add it"
        ) from exc


@lru_cache(maxsize=32)
def _loaded(path: Path, _changed: int) -> TrustList:
    """A server looks at the same files with every question."""
    return load(path.read_bytes())


def add(
    folder: Path, url: str, *, ask: Ask, now: datetime, signer: str = "", first: bool = False
) -> TrustList:
    """Get a list and keep it, pinned to who signed it; the last in order, or the first.

    One that is kept is asked for again, at its place. `signer` refuses any other at once.
    """
    old = next((pin for pin in pins(folder) if pin.url == url), None)
    if old is not None:
        try:
            if signer not in ("", old.signer):
                raise TrustListError(f"it is pinned to {old.signer or 'nobody'}: remove it first")
            return _refresh(folder, old, ask(), now)
        except TrustListError as exc:
            raise TrustListError(f"{exc} (the copy that is kept stays)") from exc
    document = obtain(url, fetch=ask(), now=now)
    pin = Pin(
        url, document.get("keeper", ""), f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"
    )
    if signer:
        _refuse_other_signer(document, Pin(url, signer, pin.file))
    found = _sound(document)
    folder.mkdir(parents=True, exist_ok=True)
    _save(folder / pin.file, document, now)
    rest = pins(folder)
    _write_index(folder, (pin, *rest) if first else (*rest, pin))
    return found


def remove(folder: Path, which: str) -> Pin:
    """Forget a list, by its address or its number in the order from 1."""
    held = pins(folder)
    for number, pin in enumerate(held, 1):
        if which in (pin.url, str(number)):
            _write_index(folder, tuple(each for each in held if each is not pin))
            (folder / pin.file).unlink(missing_ok=True)
            return pin
    raise TrustListError(f"no list {which}: give its address or its number, see: trust list")


def in_use(
    folder: Path, *, ask: Ask | None, now: datetime
) -> tuple[tuple[TrustList, ...], tuple[str, ...]]:
    """Return the kept lists in their order, and what is to be told about their age.

    A list older than `REFRESH_AFTER` is asked for again; without `ask`, offline, none is.
    """
    lists: list[TrustList] = []
    told: list[str] = []
    for pin in pins(folder):
        found = kept(folder, pin)
        if _is_old(found, now):
            try:
                if ask is None:
                    raise TrustListError("offline, so it was not asked for again")
                if now - _asked(folder / pin.file) < RETRY_AFTER:
                    raise TrustListError("it could not be had a short while ago")
                found = _refresh(folder, pin, ask(), now)
            except (TrustListError, OSError) as exc:
                copy = f"{found.retrieved:%Y-%m-%d}" if found.retrieved else "unknown age"
                told.append(f"list “{found.name}”: the copy of {copy} is used; {exc}")
        lists.append(found)
    return tuple(lists), tuple(told)


class InUse(Sequence[TrustList]):
    """The kept lists as they are at each look, for a server that runs for months."""

    def __init__(self, folder: Path, ask: Ask | None, clock: Clock = lambda: datetime.now(UTC)):
        self._folder, self._ask, self._clock = folder, ask, clock
        self._lists: tuple[TrustList, ...] = ()

    def __iter__(self) -> Iterator[TrustList]:
        """Yield the lists, the most authoritative first; while the folder is damaged, those that
        were last in it."""
        try:
            self._lists, _ = in_use(self._folder, ask=self._ask, now=self._clock())
        except TrustListError as exc:
            import logging  # slow to import, and seldom needed

            logging.getLogger(__name__).warning("%s", exc)
        return iter(self._lists)

    def __len__(self) -> int:
        return len(tuple(iter(self)))

    def __getitem__(self, place: Any) -> Any:
        return tuple(iter(self))[place]


def _refresh(folder: Path, pin: Pin, fetch: Fetch, now: datetime) -> TrustList:
    """Replace a kept list by its present version; the copy stays if that is not sound."""
    path = folder / pin.file
    old = kept(folder, pin)
    os.utime(path, (now.timestamp(), now.timestamp()))
    document = obtain(pin.url, fetch=fetch, now=now)
    _refuse_other_signer(document, pin)
    found = _sound(document)
    if found.updated < old.updated:
        raise TrustListError(
            f"the list there now is of {found.updated:%Y-%m-%d}, older than the copy that is kept"
        )
    _save(path, document, now)
    return found


def _refuse_other_signer(document: Mapping[str, Any], pin: Pin) -> None:
    if (signer := document.get("keeper", "")) != pin.signer:
        raise TrustListError(
            f"the list at {pin.url} is signed by {signer or 'nobody'}, not by "
            f"{pin.signer or 'nobody, as when it was added'}: refused (if that is right: trust "
            "remove it, then trust add it)"
        )


def _sound(document: Mapping[str, Any]) -> TrustList:
    found = read(document)
    if not found.entries:
        raise TrustListError("the list names no issuer that it recognizes")
    return found


def _is_old(found: TrustList, now: datetime) -> bool:
    return found.retrieved is None or now - found.retrieved > REFRESH_AFTER


def _asked(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _save(path: Path, document: Mapping[str, Any], now: datetime) -> None:
    _replace(path, document)
    os.utime(path, (now.timestamp(), now.timestamp()))


def _write_index(folder: Path, order: tuple[Pin, ...]) -> None:
    _replace(folder / _INDEX, [asdict(pin) for pin in order])


def _replace(path: Path, value: Any) -> None:
    """Make `path` hold JSON, in one step for every reader."""
    new = path.with_name(f".new-{secrets.token_hex(8)}")
    try:
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
