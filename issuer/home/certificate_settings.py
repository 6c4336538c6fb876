"""The tables `[certificate]` and `[[signatories]]`: the paper, a seal, and who signs when.

    who = settings.certificate.signing(date(2026, 5, 15), chosen=("superintendent",))

A picture is never needed: without one, a certificate has a line to sign on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Final

from verifier.parsing.strict_toml import Table, TomlError

MOST: Final = 3
"""Signatories that fit beside each other."""


class Paper(StrEnum):
    """A size of paper."""

    LETTER = "letter"
    A4 = "a4"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who signs in an office: `since` is the first day and `until` the last, if known."""

    office: str
    name: str
    title: str
    signature: Path | None = None
    since: date = date.min
    until: date = date.max

    def held(self, day: date) -> bool:
        """Return whether the office was theirs on that day."""
        return self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class CertificateSettings:
    """What the district's certificates look like. `offices` sign where the catalog names none."""

    paper: Paper = Paper.LETTER
    seal: Path | None = None
    offices: tuple[str, ...] = ()
    holders: tuple[Holder, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """Every office that somebody holds or held."""
        return frozenset(holder.office for holder in self.holders)

    def signing(self, day: date, chosen: Sequence[str] = ()) -> list[Holder]:
        """Return who signed on that day, in the order of the offices; nobody who came later."""
        held = {holder.office: holder for holder in self.holders if holder.held(day)}
        return [held[office] for office in chosen or self.offices if office in held]


def read_certificate(table: Table, people: Sequence[Table], *, home: Path) -> CertificateSettings:
    """Return what both tables set; `TomlError` if that cannot work."""
    holders = tuple(_holder(one, home) for one in people)
    _refuse_two_at_once(holders)
    known = tuple(dict.fromkeys(holder.office for holder in holders))
    offices = table.lines("signatories") or known
    if unknown := [office for office in offices if office not in known]:
        raise TomlError(
            f"certificate.signatories: no [[signatories]] has the office {unknown[0]!r}"
        )
    if len(offices) > MOST:
        raise TomlError(
            f"{len(offices)} offices sign and {MOST} fit: choose in certificate.signatories"
        )
    paper = table.line("paper", required=False) or Paper.LETTER
    if paper not in set(Paper):
        raise TomlError(f"certificate.paper must be one of {', '.join(Paper)}: {paper!r}")
    seal = _file("certificate.seal", table.line("seal", required=False), home)
    table.refuse_rest()
    return CertificateSettings(Paper(paper), seal, offices, holders)


def _holder(table: Table, home: Path) -> Holder:
    holder = Holder(
        office=table.line("office"),
        name=table.line("name"),
        title=table.line("title"),
        signature=_file(table.path("signature"), table.line("signature", required=False), home),
        since=_day(table, "since", date.min),
        until=_day(table, "until", date.max),
    )
    if holder.until < holder.since:
        raise TomlError(f"{table.path('until')} is before since")
    table.refuse_rest()
    return holder


def _file(key: str, name: str, home: Path) -> Path | None:
    if name and not (home / name).is_file():
        raise TomlError(
            f"{key}: there is no file {home / name} (put it there, or take out the line)"
        )
    return home / name if name else None


def _day(table: Table, key: str, default: date) -> date:
    text = table.line(key, required=False)
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        raise TomlError(f'{table.path(key)} must be a day such as "2026-07-01": {text!r}') from None


def _refuse_two_at_once(holders: Sequence[Holder]) -> None:
    for office, group in groupby(
        sorted(holders, key=lambda one: (one.office, one.since)), key=lambda one: one.office
    ):
        last = date.min
        for number, holder in enumerate(group):
            if number and holder.since <= last:
                raise TomlError(
                    f"signatories: two hold the office {office!r} at once (give since and until)"
                )
            last = holder.until
