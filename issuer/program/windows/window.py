"""Windows for proposals and completions (R18, R19): when they are open, and for whom longer.

window = Window(Purpose.PROPOSAL, opens, closes, ZoneInfo("America/Chicago"))
window.takes(received)      # True while opens ≤ received < closes + grace (I13)
window.decided_by           # date(2026, 12, 8), thirty days after its last day
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from issuer.home.problem import FieldError
from issuer.program.windows.local_time import last_day_before
from issuer.wording.days import day_after
from verifier.wording.words import N_

DAYS_TO_DECIDE: Final = 30
"""About a month after a window closes, everybody has their decision (R34)."""


class Purpose(StrEnum):
    """What a window takes in."""

    PROPOSAL = "proposal"
    COMPLETION = "completion"


class WindowRefused(FieldError):
    """A window cannot be as it was written; `field` names what to change."""


@dataclass(frozen=True)
class Window:
    """One time of the year in which proposals, or completions, are taken.

    `opens` and `closes` are moments and stay what they are when the district's zone is edited
    (E3); `zone` is the one they were written in. `grace` goes on after `closes` without being
    told to anyone. `exceptions` lets single persons in until a later moment (E6).
    """

    purpose: Purpose
    opens: datetime
    closes: datetime
    zone: ZoneInfo
    grace: timedelta = timedelta(0)
    exceptions: Mapping[int, datetime] = field(default_factory=dict)
    days_to_decide: int = DAYS_TO_DECIDE

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            wrong = N_("The window closes before it opens. Write a later time.")
            raise WindowRefused("closes", wrong)
        if self.grace < timedelta(0):
            raise WindowRefused("grace", N_("The grace period cannot be less than nothing."))

    def takes(self, received: datetime, person: int | None = None) -> bool:
        """True if what was received at a moment is in time, for everybody or for this person.

        `received` is when the request began (I13), by the server's clock alone (E5).
        """
        if received < self.opens:
            return False
        ends = self.closes + self.grace
        return received < max(ends, self.exceptions.get(person, ends) if person else ends)

    @property
    def length(self) -> timedelta:
        """How long it is open; of two weeks, one hour more or less where clocks change."""
        return self.closes - self.opens

    @property
    def last_day(self) -> date:
        """The last local day on which it is open; closing at midnight ends the day before."""
        return last_day_before(self.closes, self.zone)

    @property
    def decided_by(self) -> date:
        """The local day by which everybody has a decision (R34)."""
        return day_after(self.last_day, self.days_to_decide)


def moved(
    window: Window, opens: datetime, closes: datetime, received: Iterable[tuple[datetime, int]]
) -> Window:
    """Return the window at another time; `received` tells when each person handed something in.

    Raises `WindowRefused` if one of them would be outside (E8).
    """
    new = replace(window, opens=opens, closes=closes)
    outside = [moment for moment, person in received if not new.takes(moment, person)]
    if outside:
        wrong = N_("Something that was handed in would be outside. Choose times that keep it.")
        raise WindowRefused("opens" if min(outside) < opens else "closes", wrong)
    return new


def current(windows: Iterable[Window], purpose: Purpose, now: datetime) -> Window | None:
    """Return the window that is open for everybody, if one is; of several, the first to close."""
    is_open = [window for window in windows if window.purpose is purpose and window.takes(now)]
    return min(is_open, key=lambda window: window.closes, default=None)
