"""A time as people write it, and the moment that it is.

Where clocks go forward an hour is missing, and where they go back one is there twice:

    moment_of(datetime(2026, 11, 9), ZoneInfo("America/Chicago"))         # 2026-11-09 06:00 UTC
    moment_of(datetime(2027, 3, 14, 2, 30), ZoneInfo("America/Chicago"))  # NoSuchTime
    moment_of(datetime(2026, 11, 1, 1, 30), ZoneInfo("America/Chicago"))  # TimeIsTwice
"""

from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from contexts.errors import MintmarkError


class Occurrence(IntEnum):
    """Which of the two is meant, where a local time is there twice (PEP 495's ``fold``)."""

    FIRST = 0
    SECOND = 1


class NoSuchTime(MintmarkError):
    """Clocks skip this local time; ``after`` is the first that exists after it."""

    def __init__(self, local: datetime, zone: ZoneInfo) -> None:
        self.after = _back(local.replace(tzinfo=zone, fold=0), zone)
        super().__init__(
            f"{local:%Y-%m-%d %H:%M} does not exist in {zone.key}: clocks go forward over it."
            f" Write {self.after:%H:%M}, for example."
        )


class TimeIsTwice(MintmarkError):
    """Clocks show this local time twice, and nobody said which is meant."""

    def __init__(self, local: datetime, zone: ZoneInfo) -> None:
        super().__init__(
            f"{local:%Y-%m-%d %H:%M} is there twice in {zone.key}, because clocks go back."
            " Choose the first or the second."
        )


def moment_of(local: datetime, zone: ZoneInfo, occurrence: Occurrence | None = None) -> datetime:
    """Return the moment, in UTC, at which clocks in a zone show a local time (without offset).

    Raises `NoSuchTime` and `TimeIsTwice`; the latter only without an `occurrence`.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if _back(first, zone).replace(tzinfo=None) != local:
        raise NoSuchTime(local, zone)
    if occurrence is None and first.utcoffset() != second.utcoffset():
        raise TimeIsTwice(local, zone)
    return (second if occurrence is Occurrence.SECOND else first).astimezone(UTC)


def last_day_before(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local day that a moment ends: midnight ends the day before."""
    return (moment.astimezone(zone) - timedelta(microseconds=1)).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which a day begins in a zone."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return _back(midnight, zone).astimezone(UTC)


def _back(local: datetime, zone: ZoneInfo) -> datetime:
    """Return what clocks show at the moment that is computed from a local time."""
    return local.astimezone(UTC).astimezone(zone)
