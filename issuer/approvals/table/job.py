"""Issue what stands in a table: a job in the database, which goes on wherever it was stopped.

job = hand_in(issuer, file.read_bytes(), source="desk", by=person(7), now=now)
for row in dry_run(issuer, job): ...
run(issuer, job, now=now)
progress(issuer, job)  # {Fate.ISSUED: 197, Fate.TO_MEND: 3}
to_mend(issuer, job)   # a table of the three, with the reasons
"""

import csv
import hashlib
import io
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from contexts.errors import MintmarkError, UsageError
from issuer.approvals import event
from issuer.approvals.table import columns
from issuer.approvals.table.tables import Fate, TableJobRow, TableRow
from issuer.home.issuer import Issuer
from issuer.issuance import Received, receive_all, rehearse
from issuer.issuance.approval import Approval
from issuer.issuance.prepare import Arrived
from issuer.issuance.problems import Refused
from issuer.issuance.records.register import plain
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.people.roster import table

TOGETHER: Final = 50
"""Rows that are issued in one step; after each, progress is in the database."""


class TableError(UsageError):
    """The file is no table of approvals."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would become of one row. `problem` says what to mend, if it could not be issued."""

    number: int
    name: str
    new: bool
    problem: str | None = None


def hand_in(issuer: Issuer, file: bytes, *, source: str, by: str, now: datetime) -> str:
    """Store the rows of a table and return the id of its job; nothing is issued yet.

    The same file from the same source is the job that it was. Raises `TableError`.
    """
    rows, digest = _rows(file), hashlib.sha256(file).hexdigest()
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


def dry_run(issuer: Issuer, job: str, *, now: datetime) -> Iterator[Rehearsed]:
    """Yield what would become of each row that waits or is to mend. Nothing is kept of it."""
    with issuer.database.reading() as session:
        source = _job(session, job).source
        waiting = _these(session, job, (Fate.WAITING, Fate.TO_MEND))
    for row in waiting:
        name = (row.cells or {}).get("name", "")
        try:
            new = rehearse(issuer, _approval(issuer, row), source=source, now=now)
            yield Rehearsed(row.number, name, new)
        except MintmarkError as exc:
            yield Rehearsed(row.number, name, new=True, problem=_words(exc))


def run(issuer: Issuer, job: str, *, now: datetime) -> None:
    """Issue every row that waits. It can be stopped at any moment and called again, by several
    processes at once as well: a row has one approval id, and so one credential.

    Raises `UnavailableError`; what is issued until then is noted.
    """
    with issuer.database.reading() as session:
        handed_in = _job(session, job)
    while group := _group(issuer, job):
        arrived: dict[int, Arrived] = {}
        outcomes: dict[int, Received | Exception] = {}
        for row in group:
            try:
                approval = _approval(issuer, row)
            except Refused as exc:
                outcomes[row.number] = exc
                continue
            event_id = f"table_{job}_{row.number}"
            arrived[row.number] = Arrived(approval, event_id, handed_in.actor)
        done = receive_all(issuer, list(arrived.values()), source=handed_in.source, now=now)
        outcomes |= zip(arrived, done, strict=True)
        with issuer.database.writing() as session:
            for number, outcome in outcomes.items():
                _note(session, handed_in.id, number, outcome)


def progress(issuer: Issuer, job: str) -> dict[Fate, int]:
    """Return how many rows have which fate. Raises `TableError` for an unknown job."""
    with issuer.database.reading() as session:
        now_issued = CredentialRow.state == CredentialState.ISSUED  # signed later, by whomever
        fate = case((now_issued, Fate.ISSUED), else_=TableRow.fate)
        counted = (
            select(fate, func.count())
            .outerjoin(CredentialRow, CredentialRow.public_id == TableRow.credential)
            .where(TableRow.job_pk == _job(session, job).id)
            .group_by(fate)
        )
        return {Fate(fate): count for fate, count in session.execute(counted)}


def to_mend(issuer: Issuer, job: str) -> bytes:
    """Return the rows to mend as CSV, with the reasons: mended, it is handed in like any table."""
    with issuer.database.reading() as session:
        rows = _these(session, job, (Fate.TO_MEND,))
        heads = list(dict.fromkeys(name for row in rows for name in row.cells or {}))
        heads = heads or columns.template(session)
    return written(
        [*heads, columns.REASON],
        [{**(row.cells or {}), columns.REASON: row.problem or ""} for row in rows],
    )


def written(heads: Sequence[str], rows: Sequence[dict[str, str]] = ()) -> bytes:
    """Return a table as CSV that spreadsheets open; no cell begins a formula."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(heads)
    sheet.writerows([plain(row.get(head, "")) for head in heads] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _rows(file: bytes) -> list[tuple[int, dict[str, str]]]:
    first, *rest = table.sheet(file) or [[]]
    heads = [columns.head(cell) for cell in first]
    if missing := [name for name in columns.NEEDED if name not in heads]:
        raise TableError(
            f"the table has no column {missing[0]!r}", remedy="take mintmark issue --template"
        )
    if twice := next((name for name in heads if name and heads.count(name) > 1), None):
        raise TableError(f"two columns are called {twice!r}", remedy="rename one")
    filled = ((number, cells) for number, cells in enumerate(rest, 2) if any(cells))
    return [(number, _cells(heads, cells)) for number, cells in filled]


def _cells(heads: Sequence[str], values: Sequence[str]) -> dict[str, str]:
    """Return what a row says, without the apostrophe that keeps a cell from being a formula."""
    pairs = zip(heads, values, strict=False)
    cells = {head: value.strip().removeprefix("'") for head, value in pairs}
    return {head: value for head, value in cells.items() if head and head != columns.REASON}


def _job(session: Session, public_id: str) -> TableJobRow:
    job = session.scalar(select(TableJobRow).where(TableJobRow.public_id == public_id))
    if job is None:
        raise TableError(f"no table was handed in as {public_id!r}")
    return job


def _these(session: Session, job: str, fates: Sequence[Fate]) -> Sequence[TableRow]:
    rows = select(TableRow).where(TableRow.job_pk == _job(session, job).id)
    return session.scalars(rows.where(TableRow.fate.in_(fates)).order_by(TableRow.number)).all()


def _group(issuer: Issuer, job: str) -> Sequence[TableRow]:
    with issuer.database.reading() as session:
        return _these(session, job, (Fate.WAITING,))[:TOGETHER]


def _approval(issuer: Issuer, row: TableRow) -> Approval:
    with issuer.database.reading() as session:
        data = columns.data(session, issuer.settings, row.cells or {})
    return event.approval_of(data)


def _note(session: Session, job: int, number: int, outcome: Received | Exception) -> None:
    """Write down what became of a row; what it said is not needed any more once it is approved."""
    if isinstance(outcome, Exception):
        values: dict[str, object] = {"fate": Fate.TO_MEND, "problem": _words(outcome)}
    else:
        signed = outcome.manage_url or outcome.superseded_by
        fate = Fate.ISSUED if signed else Fate.STORED
        values = {"fate": fate, "credential": outcome.credential_id, "cells": None}
    this = (TableRow.job_pk == job, TableRow.number == number)
    session.execute(update(TableRow).where(*this).values(values))


def _words(error: Exception) -> str:
    if isinstance(error, Refused):
        return "; ".join(
            f"{flaw.field.removeprefix('data.')} {flaw.detail} ({flaw.remedy})"
            for flaw in error.flaws
        )
    return str(error)
