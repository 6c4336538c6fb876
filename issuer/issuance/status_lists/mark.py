"""How far status places were handed out, written down apart from the database (P2, P11).

A database that comes from a backup has forgotten the places that were handed out since; the mark in
`public/` has not. A home that was copied as a whole brings the mark along, so the mark also names
the moment when the system last changed a file beside it, which nobody can choose: in a copy it is
another one, whatever dates were kept.
"""

from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.home import published
from issuer.home.settings import Settings
from issuer.issuance.records.tables import StatusList
from verifier.parsing import strict_json

UNWRITTEN_SECONDS: Final = 60
"""What a mark is written in, with a slow disk; one that the system put there later is a copy."""
_COPY = "a copy"
_NEWEST = (
    select(StatusList.number, StatusList.next_place).order_by(StatusList.number.desc()).limit(1)
)


class Position(NamedTuple):
    """The newest list and how many of its places are taken; what is handed out makes it larger."""

    number: int
    places: int


UNUSED = Position(1, 0)


class _Mark(NamedTuple):
    position: Position
    original: str | None
    """What `_changed` says of the file beside it; None as long as nothing ran in this home."""


def position(session: Session) -> Position:
    """Return how far the database has handed out places."""
    row = session.connection().execute(_NEWEST).first()
    return Position(*row) if row else UNUSED


def is_ahead(settings: Settings, session: Session) -> bool:
    """True if the mark is ahead of the database. It is read first: it is never ahead of what was
    committed before."""
    mark = _read(settings)
    return mark is not None and mark.position > position(session)


def is_passed(settings: Settings, session: Session) -> bool:
    """True if the database may not know of every place that was handed out: the mark is ahead
    of it, or is a copy, or is missing although places were handed out."""
    if is_ahead(settings, session):
        return True
    mark = _read(settings)
    return position(session) > UNUSED if mark is None else _is_copied(settings, mark)


def keep_up(settings: Settings, reached: Position) -> None:
    """Make the mark say at least `reached`, on disk before this returns.

    Where there is none it cannot be known what was handed out, and the new one says so.
    """
    with published.locked(settings):
        mark = _read(settings)
        if mark is None:
            _write(settings, reached, _COPY)
        elif mark.position < reached or mark.original is None:
            _write(settings, max(mark.position, reached), mark.original or _new_original(settings))


def begin(settings: Settings, reached: Position) -> None:
    """Begin a mark where there is none, or only one of a home in which nothing ever ran."""
    with published.locked(settings):
        mark = _read(settings)
        if mark is None or mark.original is None:
            begin_anew(settings, max(reached, mark.position if mark else reached))


def begin_anew(settings: Settings, reached: Position) -> None:
    """Set the mark to `reached`, and make this home the original. Call it with the files locked."""
    _write(settings, reached, _new_original(settings))


def write_unused(settings: Settings) -> None:
    """Write the mark of a new home. A copy of it is a new home, too, until something runs there."""
    _write(settings, UNUSED, None)


def write_copied(settings: Settings) -> None:
    """Say in the home of `settings` that it is a copy, and may be behind the original."""
    _file(settings, ".original").unlink(missing_ok=True)
    mark = _read(settings)
    _write(settings, mark.position if mark else UNUSED, _COPY)


def _file(settings: Settings, name: str) -> Path:
    return published.file_of(settings, f"{settings.public_url}/{name}")


def _read(settings: Settings) -> _Mark | None:
    try:
        mark = strict_json.loads_object(_file(settings, "places").read_bytes())
        return _Mark(Position(int(mark["list"]), int(mark["places"])), mark["original"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(settings: Settings, reached: Position, original: str | None) -> None:
    mark = {"list": reached.number, "places": reached.places, "original": original}
    published.write(_file(settings, "places"), mark)


def _new_original(settings: Settings) -> str | None:
    file = _file(settings, ".original")
    file.unlink(missing_ok=True)
    published.write(file, {"see": "docs/operations.md, Restore"})
    return _changed(file)


def _is_copied(settings: Settings, mark: _Mark) -> bool:
    if mark.original is None:
        return False
    written = _file(settings, "places").stat()
    late = written.st_ctime - written.st_mtime > UNWRITTEN_SECONDS  # put into a home, dates and all
    return late or mark.original != _changed(_file(settings, ".original"))


def _changed(file: Path) -> str | None:
    """Return when the system last changed `file`, as text: the number is too large for JSON."""
    return str(file.stat().st_ctime_ns) if file.exists() else None
