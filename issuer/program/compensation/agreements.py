"""What the district's contract says: a row for each change, the newest in force.

agreement = current(session)        # None: the district pays nothing, and nobody sees a word
agreement.contract                  # None while a rule is not set; `agreement.missing` names it
change(session, settings={"as_of": "year_start"}, by=person, zone=zone, now=now)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.audit.log import person as actor
from issuer.audit.log import record
from issuer.people.tables import PersonRow
from issuer.program.compensation.reckoning.contract import Contract, NotSet, read_contract
from issuer.program.compensation.reckoning.fiscal_year import FiscalYear, fiscal_year
from issuer.program.compensation.tables import AgreementRow

COLUMNS: Final = ("staff_number", "name", "amount", "awards", "run")
"""What a line of the file for payroll can hold."""


@dataclass(frozen=True)
class Agreement:
    """The contract as the district wrote it down.

    `clauses` says by rule where the contract says so; `columns` has the head of each column of the
    file for payroll, in their order. `zone` is the one by whose days money counts.
    """

    settings: Mapping[str, str]
    clauses: Mapping[str, str]
    columns: Mapping[str, str]
    zone: ZoneInfo
    contract: Contract | None
    missing: Mapping[str, str]

    def day(self, moment: datetime) -> date:
        """Return the district's day at a moment."""
        return moment.astimezone(self.zone).date()


def current(session: Session) -> Agreement | None:
    """Return what is in force; None for a district that pays nothing."""
    row = session.scalar(select(AgreementRow).order_by(AgreementRow.id.desc()).limit(1))
    return _read(row) if row is not None and row.pays else None


def for_what_runs(session: Session) -> Agreement | None:
    """Return what moves claims that are there: what is in force or, while a rule of it is not set,
    the last one that was whole. None for a district that pays nothing."""
    agreement = current(session)
    if agreement is None or agreement.contract is not None:
        return agreement
    for row in session.scalars(select(AgreementRow).order_by(AgreementRow.id.desc())):
        if (earlier := _read(row)).contract is not None:
            return earlier
    return agreement


def all_of(session: Session) -> list[tuple[datetime, Agreement]]:
    """Return everything that was ever in force, the oldest first, each with when it began."""
    rows = session.scalars(select(AgreementRow).order_by(AgreementRow.id))
    return [(row.created_at, _read(row)) for row in rows]


def _read(row: AgreementRow) -> Agreement:
    settings, contract, missing = row.content["settings"], None, {}
    try:
        contract = read_contract(settings)
    except NotSet as exc:
        missing = exc.settings
    return Agreement(
        settings,
        row.content["clauses"],
        row.content["columns"],
        ZoneInfo(row.content["zone"]),
        contract,
        missing,
    )


def year_of(contract: Contract, day: date) -> FiscalYear:
    """Return the district's fiscal year of a day."""
    return fiscal_year(day, contract.year_start)


def year_before(contract: Contract, year: FiscalYear) -> FiscalYear:
    """Return the district's fiscal year before another."""
    return year_of(contract, year.first - timedelta(days=1))


def change(
    session: Session,
    *,
    by: PersonRow,
    zone: ZoneInfo,
    now: datetime,
    settings: Mapping[str, str] | None = None,
    clauses: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    pays: bool = True,
) -> None:
    """Put rules in force, from now on, unless they are; what is not given stays as it was.

    A rule may be left out, and is then asked for. Raises `NotSet` for one that cannot be read.
    """
    before = session.scalar(select(AgreementRow).order_by(AgreementRow.id.desc()).limit(1))
    earlier = before.content if before else {"settings": {}, "clauses": {}, "columns": {}}
    content = {
        "settings": earlier["settings"] if settings is None else _readable(settings),
        "clauses": earlier["clauses"] if clauses is None else dict(clauses),
        "columns": earlier["columns"] if columns is None else dict(columns),
        "zone": zone.key,
    }
    if before and (before.pays, before.content) == (pays, content):
        return
    session.add(AgreementRow(pays=pays, content=content, created_at=now, created_by=by.id))
    session.flush()
    record(session, by=actor(by.id), action="pay.agreed", about="pay", now=now)


def _readable(settings: Mapping[str, str]) -> dict[str, str]:
    written = {rule: text.strip() for rule, text in settings.items() if text.strip()}
    try:
        read_contract(written)
    except NotSet as exc:
        if wrong := {rule: why for rule, why in exc.settings.items() if rule in written}:
            raise NotSet(wrong) from exc
    return written
