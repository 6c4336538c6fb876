"""The folder of trust lists that this verifier follows: an index, and a file for each list.

The modification time of a file is the time at which its list was last requested.

>>> subscriptions(Path("/nowhere"))
()
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from verifier.parsing import strict_json
from verifier.trust.lists import TrustList, TrustListError, load

_INDEX = "lists.json"


@dataclass(frozen=True, slots=True)
class Subscription:
    """The address of a list, its required signer, and the file that holds the copy.

    `signer` is empty for an unsigned list; then anybody who controls the address controls the list.
    """

    url: str
    signer: str
    file: str


def subscription(url: str, signer: str) -> Subscription:
    """Return the subscription to the list at `url`, signed by `signer`."""
    return Subscription(url, signer, f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.json")


def default_folder(environ: Mapping[str, str]) -> Path:
    """Return `MINTMARK_VERIFY_HOME`, else a folder where programs keep a user's data."""
    if named := environ.get("MINTMARK_VERIFY_HOME"):
        return Path(named)
    data = environ.get("XDG_DATA_HOME", "")
    base = Path(data) if data.startswith("/") else Path(environ.get("HOME", "/"), ".local/share")
    return base / "mintmark-verify"


def subscriptions(folder: Path) -> tuple[Subscription, ...]:
    """Return the subscriptions in the folder, the most authoritative first.

    Raises `TrustListError` if the index cannot be read.
    """
    index = folder / _INDEX
    try:
        return tuple(Subscription(**item) for item in strict_json.loads(index.read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, ValueError, TypeError) as exc:
        raise TrustListError(
            f"{index} cannot be read ({exc}): remove it, and add your lists again"
        ) from exc


def stored_list(folder: Path, subscribed: Subscription) -> TrustList:
    """Return the copy in the folder; `TrustListError` if it cannot be read."""
    path = folder / subscribed.file
    try:
        return _loaded(path, path.stat().st_mtime_ns)
    except (OSError, TrustListError) as exc:
        raise TrustListError(
            f"{path} cannot be read ({exc}): mintmark-verify trust remove {subscribed.url}, "
            "then add it"
        ) from exc


@lru_cache(maxsize=32)
def _loaded(path: Path, _changed: int) -> TrustList:
    """A server reads the same files for every verification."""
    return load(path.read_bytes())


def insert(
    folder: Path, new: Subscription, document: Mapping[str, Any], now: datetime, *, first: bool
) -> None:
    """Store a list under a new subscription, which becomes the first or the last in order."""
    folder.mkdir(parents=True, exist_ok=True)
    replace_copy(folder, new, document, now)
    others = subscriptions(folder)
    _write_index(folder, (new, *others) if first else (*others, new))


def remove(folder: Path, which: str) -> Subscription:
    """Remove a list by its address or its number in the order, from 1, and return it.

    Raises `TrustListError` if there is no such list.
    """
    present = subscriptions(folder)
    for number, subscribed in enumerate(present, 1):
        if which in (subscribed.url, str(number)):
            _write_index(folder, tuple(other for other in present if other is not subscribed))
            (folder / subscribed.file).unlink(missing_ok=True)
            return subscribed
    raise TrustListError(f"no list {which}: give its address or its number, see: trust list")


def last_requested(folder: Path, subscribed: Subscription) -> datetime:
    """Return the time at which the list was last requested."""
    return datetime.fromtimestamp((folder / subscribed.file).stat().st_mtime, UTC)


def mark_requested(folder: Path, subscribed: Subscription, now: datetime) -> None:
    """Record that the list is requested now."""
    os.utime(folder / subscribed.file, (now.timestamp(), now.timestamp()))


def replace_copy(
    folder: Path, subscribed: Subscription, document: Mapping[str, Any], now: datetime
) -> None:
    """Store a new version of a list, requested now."""
    _replace(folder / subscribed.file, document)
    mark_requested(folder, subscribed, now)


def _write_index(folder: Path, order: tuple[Subscription, ...]) -> None:
    _replace(folder / _INDEX, [asdict(subscribed) for subscribed in order])


def _replace(path: Path, value: Any) -> None:
    """Write JSON to `path` in one step for every reader."""
    new = path.with_name(f".new-{secrets.token_hex(8)}")
    try:
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
