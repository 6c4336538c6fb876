"""A cache of files that take long to draw: certificates, badges, previews, signed copies.

A file is named by the hash of everything it is made of, so it is never out of date. The folder may
be emptied at any time: what is asked for is made again.

    pdf = cached(settings.home, "pdf", (credential, badge, fonts), lambda: draw(credential))
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from issuer.drawing.typesetting import DRAWINGS
from keys import durable_file

MOST_FILES = 2_000
"""About 200 MB of certificates. Beyond it the oldest go, a tenth at a time."""
_READABLE = 0o644


def cached(home: Path, suffix: str, made_of: tuple[bytes, ...], make: Callable[[], bytes]) -> bytes:
    """Return what `make` makes of `made_of`, from the folder `home/cache` if it is there.

    A folder that cannot be written (a full disk) only costs the time to make it again.
    """
    digest = hashlib.sha256(_templates() + suffix.encode())
    for part in made_of:
        digest.update(hashlib.sha256(part).digest())
    file = home / "cache" / f"{digest.hexdigest()}.{suffix}"
    try:
        return file.read_bytes()
    except OSError:
        data = make()
    try:
        file.parent.mkdir(exist_ok=True)
        durable_file.replace(file, data, mode=_READABLE)
        _let_go(file.parent)
    except OSError:
        pass
    return data


@lru_cache(maxsize=1)
def _templates() -> bytes:
    """Return the hash of the Typst templates: a new design makes new files."""
    digest = hashlib.sha256()
    for file in sorted(DRAWINGS.glob("*.typ")):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.digest()


def _let_go(folder: Path) -> None:
    files = list(folder.iterdir())
    if len(files) <= MOST_FILES:
        return
    files.sort(key=lambda file: file.stat().st_mtime)
    for file in files[: MOST_FILES // 10]:
        file.unlink(missing_ok=True)
