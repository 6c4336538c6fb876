"""Issue the rows of a table by a job in the database, which resumes where it was stopped.

job = hand_in(issuer, file.read_bytes(), source="desk", by=person(7), now=now)
run(issuer, job, now=now)
progress(issuer, job)  # {Fate.ISSUED: 197, Fate.TO_MEND: 3}
to_mend(issuer, job)   # a table of the three, with the reasons
"""

import csv
import hashlib
import io
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from contexts.errors import UsageError
from contexts.json_types import Json
from issuer.approvals import event
from issuer.approvals.table import columns
from issuer.approvals.table.names import CatalogNames
from issuer.approvals.table.tables import Fate, TableJobRow, TableRow
from issuer.home.issuer import Issuer
from issuer.home.problem import Flaw
from issuer.issuance import Received, receive_all, rules
from issuer.issuance.approval import Approval, Chosen
from issuer.issuance.prepare import Arrived
from issuer.issuance.problems import Refused
from issuer.issuance.records.register import plain
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.people.roster import table
from verifier.wording.words import N_

TOGETHER: Final = 50
"""Rows that are issued in one step; after each, progress is in the database."""

LEFT: Final = (Fate.WAITING, Fate.TO_MEND)


class TableError(UsageError):
    """The file is no table of approvals: `sentence` says why, about the column or id `name`."""

    def __init__(self, sentence: str, name: str = "", *, remedy: str = "") -> None:
        super().__init__(f"{sentence} {name}".strip(), remedy=remedy)
        self.sentence = sentence
        self.name = name


def hand_in(
    issuer: Issuer, file: bytes, *, source: str, by: str, now: datetime, most: int | None = None
) -> str:
    """Store the rows of a table, at most `most`, and return the id of its job; nothing is issued
    yet.

    The same file from the same source returns the same job. Raises `TableError`, and
    `RosterError` for a file that is not a table.
    """
    rows, digest = _rows(file), hashlib.sha256(file).hexdigest()
    if most is not None and len(rows) > most:
        raise TableError(N_("Make two files of it. The most rows of one are:"), str(most))
    with issuer.database.writing() as session:
        known = select(TableJobRow.public_id).where(
            TableJobRow.source == source, TableJobRow.digest == digest
        )
        if (there := session.scalar(known)) is not None:
            return there
        job = TableJobRow(
            public_id=secrets.token_hex(11),
            source=source,
            digest=digest,
            actor=by,
            created_at=now,
        )
        session.add(job)
        session.flush()
        session.add_all(TableRow(job_pk=job.id, number=n, cells=cells) for n, cells in rows)
        return job.public_id


def discard(issuer: Issuer, job: str) -> bool:
    """Forget a job, unless it was begun; return whether it is forgotten.

    Raises `TableError` for an unknown one.
    """
    with issuer.database.writing() as session:
        row = find(session, job, lock=True)
        if row.begun_at is None:
            session.execute(delete(TableRow).where(TableRow.job_pk == row.id))
            session.delete(row)
        return row.begun_at is None


def run(issuer: Issuer, job: str, *, now: datetime) -> None:
    """Issue every row that waits. It can be stopped at any moment and called again, by several
    processes at once as well: a row has one approval id, and so one credential.

    Raises `UnavailableError`; what is issued until then is noted.
    """
    while step(issuer, job, now=now):
        pass


def step(issuer: Issuer, job: str, *, now: datetime) -> bool:
    """Issue the next `TOGETHER` rows that wait; False if none did. Raises what `run` raises."""
    with issuer.database.reading() as session:
        handed_in = find(session, job)
        group = rows_with(session, job, (Fate.WAITING,), TOGETHER)
    read = approvals_of(issuer, group)
    arrived = {
        number: Arrived(one, f"table_{job}_{number}", handed_in.actor)
        for number, one in read.items()
        if isinstance(one, Approval)
    }
    done = receive_all(issuer, list(arrived.values()), source=handed_in.source, now=now)
    outcomes = {number: one for number, one in read.items() if isinstance(one, Exception)}
    with issuer.database.writing() as session:
        for number, outcome in [*outcomes.items(), *zip(arrived, done, strict=True)]:
            _note(session, handed_in.id, number, outcome)
    return bool(group)


def progress(issuer: Issuer, job: str) -> dict[Fate, int]:
    """Return how many rows have which fate. Raises `TableError` for an unknown job."""
    with issuer.database.reading() as session:
        now_issued = CredentialRow.state == CredentialState.ISSUED  # signed later, by whomever
        fate = case((now_issued, Fate.ISSUED), else_=TableRow.fate)
        counted = (
            select(fate, func.count())
            .outerjoin(CredentialRow, CredentialRow.public_id == TableRow.credential)
            .where(TableRow.job_pk == find(session, job).id)
            .group_by(fate)
        )
        return {Fate(fate): count for fate, count in session.execute(counted)}


def credentials(session: Session, job: str, most: int) -> Sequence[tuple[int, str]]:
    """Return the number and the credential of the first `most` rows that became one."""
    issued = (TableRow.job_pk == find(session, job).id, TableRow.credential.is_not(None))
    rows = select(TableRow.number, TableRow.credential).where(*issued)
    rows = rows.order_by(TableRow.number).limit(most)
    return [(number, str(credential)) for number, credential in session.execute(rows)]


class ListedTable(NamedTuple):
    """A job in a list of jobs, with how many rows it has, and how many of them wait."""

    job: TableJobRow
    rows: int
    waiting: int
    to_mend: int


def last(session: Session, source: str, most: int) -> Sequence[ListedTable]:
    """Return the jobs of a source that were handed in last, the newest first."""
    with_fate = (func.sum(case((TableRow.fate == fate, 1), else_=0)) for fate in LEFT)
    rows = (
        select(TableJobRow, func.count(), *with_fate)
        .join(TableRow, TableRow.job_pk == TableJobRow.id)
        .where(TableJobRow.source == source)
        .group_by(TableJobRow.id)
        .order_by(TableJobRow.id.desc())
        .limit(most)
    )
    return [ListedTable(*row) for row in session.execute(rows)]


def to_mend(issuer: Issuer, job: str, reasons: Mapping[int, str] | None = None) -> bytes:
    """Return the rows to fix as CSV, with the reasons: fixed, it is handed in like any table.

    `reasons` has others than those that were noted, by the number of the row; its rows alone then.
    """
    with issuer.database.reading() as session:
        rows = rows_with(session, job, LEFT if reasons is not None else (Fate.TO_MEND,))
        why = {row.number: row.problem or "" for row in rows} if reasons is None else reasons
        rows = [row for row in rows if row.number in why]
        heads = list(dict.fromkeys(name for row in rows for name in row.cells or {}))
        heads = heads or columns.template(session)
    return written(
        [*heads, columns.REASON],
        [{**(row.cells or {}), columns.REASON: why[row.number]} for row in rows],
    )


def written(heads: Sequence[str], rows: Sequence[dict[str, str]] = ()) -> bytes:
    """Return a table as CSV that spreadsheets open; no cell begins a formula."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(heads)
    sheet.writerows([plain(row.get(head, "")) for head in heads] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _rows(file: bytes) -> list[tuple[int, dict[str, str]]]:
    heads, filled = table.headed(table.sheet(file), columns.NEEDED)
    if missing := [name for name in columns.NEEDED if name not in heads]:
        remedy = "take mintmark issue --template"
        raise TableError(N_("The table has no column with this head:"), missing[0], remedy=remedy)
    if twice := next((name for name in heads if name and heads.count(name) > 1), None):
        raise TableError(N_("Two columns have the same head:"), twice, remedy="rename one")
    rows = [(number, _cells(heads, cells)) for number, cells in filled]
    rows = [(number, cells) for number, cells in rows if not columns.is_example(cells)]
    if not rows:
        raise TableError(N_("The table has its heads and no row below them."))
    return rows


def _cells(heads: Sequence[str], values: Sequence[str]) -> dict[str, str]:
    """Return what a row says, without the apostrophe that keeps a cell from being a formula."""
    pairs = zip(heads, values, strict=False)
    cells = {head: value.strip().removeprefix("'") for head, value in pairs}
    return {head: value for head, value in cells.items() if head and head != columns.REASON}


def find(session: Session, public_id: str, *, lock: bool = False) -> TableJobRow:
    """Return a job; with `lock`, nobody else begins or discards it until the session ends.

    Raises `TableError` for an id that is unknown, or was discarded meanwhile.
    """
    rows = select(TableJobRow).where(TableJobRow.public_id == public_id)
    job = session.scalar(rows.with_for_update() if lock else rows)
    if job is None:
        raise TableError(N_("No table was handed in under this id:"), public_id)
    return job


def rows_with(
    session: Session, job: str, fates: Sequence[Fate], most: int | None = None
) -> Sequence[TableRow]:
    """Return the rows of a job that have one of these fates, in their order, `most` of them."""
    rows = select(TableRow).where(TableRow.job_pk == find(session, job).id)
    rows = rows.where(TableRow.fate.in_(fates)).order_by(TableRow.number).limit(most)
    return session.scalars(rows).all()


def approvals_of(issuer: Issuer, rows: Sequence[TableRow]) -> dict[int, Approval | Exception]:
    """Return the approval of each row by its number, or why it states none."""
    with issuer.database.reading() as session:
        catalog = CatalogNames(session)
        return {row.number: _approval(catalog, issuer, row) for row in rows}


def _approval(catalog: CatalogNames, issuer: Issuer, row: TableRow) -> Approval | Exception:
    data = columns.data(catalog, issuer.settings, row.cells or {})
    try:
        return event.approval_of(data)
    except Refused as exc:
        return Refused(_all_flaws(exc.flaws, data, catalog))


def _all_flaws(flaws: Sequence[Flaw], data: Json, catalog: CatalogNames) -> list[Flaw]:
    """Return the flaws of a row by the schema, and those of its achievement and levels by the
    catalog. Of an achievement that is unknown no level can be judged: it is named alone."""
    by_catalog = _flaws_by_catalog(data, catalog)
    better_said = {flaw.field for flaw in by_catalog}
    by_schema = (flaw for flaw in flaws if not flaw.field.startswith("data.levels"))
    return [*(flaw for flaw in by_schema if flaw.field not in better_said), *by_catalog]


def _flaws_by_catalog(data: Json, catalog: CatalogNames) -> list[Flaw]:
    title = str(data.get("achievement", {}).get("id", ""))
    achievement = catalog.achievement(title)
    if achievement is not None:
        comments = data.get("comments", {})
        return [*rules.level_flaws(data["levels"], comments, achievement.rubric)]
    unknown = rules.unknown(Chosen(title), field="data.achievement", id_known=False)
    return [unknown] if title else []


def _note(session: Session, job: int, number: int, outcome: Received | Exception) -> None:
    """Write down what became of a row; what it said is not needed any more once it is approved."""
    if isinstance(outcome, Exception):
        values: dict[str, object] = {"fate": Fate.TO_MEND, "problem": what_to_mend(outcome)}
    else:
        signed = outcome.manage_url or outcome.superseded_by
        fate = Fate.ISSUED if signed else Fate.STORED
        values = {"fate": fate, "credential": outcome.credential_id, "cells": None}
    this = (TableRow.job_pk == job, TableRow.number == number)
    session.execute(update(TableRow).where(*this).values(values))


def what_to_mend(error: Exception) -> str:
    """Return what to mend, as a file to mend says it."""
    if isinstance(error, Refused):
        return "; ".join(
            f"{flaw.field.removeprefix('data.')} {flaw.detail} ({flaw.remedy})"
            for flaw in error.flaws
        )
    return str(error)
