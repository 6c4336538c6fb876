"""The one door for approvals: webhook, file, desk and program all come in here (D17).

Who has a transaction of its own, because more than the approval has to be true or nothing, calls
`approve` inside it, and `issue` once it is committed:

    def release(session: Session) -> Prepared:
        session.get_one(Project, project).state = "approved"
        return approve(session, issuer, approval, source=PROGRAM, now=now)

    prepared = in_transaction(issuer, release, now=now)
    issue(issuer, [prepared.key], now=clock.now())

Who has none calls `issuance.receive`, which does all of it. Only the name of the source tells them
apart. `PROGRAM` is reserved: settings cannot name a sender so, and `receive` does not take it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from issuer.database.database import UnavailableError
from issuer.home.issuer import Issuer
from issuer.home.settings import PROGRAM
from issuer.issuance.approval import Approval
from issuer.issuance.prepare import Arrived, Prepared, prepare
from issuer.issuance.status_lists import lists, mark

ATTEMPTS: Final = 20
"""Each lost race leaves one fewer to lose, and no approval is delivered by twenty at once."""

Result = TypeVar("Result")


class RestoredError(UnavailableError):
    """The database does not know of every status place that was handed out (P2)."""


def approve(
    session: Session,
    issuer: Issuer,
    approval: Approval,
    *,
    source: str,
    by: str | None = None,
    now: datetime,
) -> Prepared:
    """Store an approval and prepare its credential in the transaction of `session`.

    `by` is who approves, for the audit log, where it is not the source itself. The same approval
    again is the credential it was. Raises `Refused`, `ConflictError` and `UnavailableError`; the
    transaction must then be undone, as `in_transaction` does.
    """
    return _approve_all(session, issuer, [Arrived(approval, by=by)], source, now)[0]


def in_transaction(issuer: Issuer, work: Callable[[Session], Result], *, now: datetime) -> Result:
    """Commit what `work` does with a session, and return what it returns.

    `work` is called again, in a new transaction, if another worker stored the same row first or if
    the database was restored from a backup and had to be made safe: it must change nothing else.
    Raises `UnavailableError`, and what `work` raises, with nothing committed.
    """
    for attempts_left in reversed(range(ATTEMPTS)):
        try:
            with issuer.database.writing() as session:
                return work(session)
        except RestoredError:
            lists.mend(issuer, now=now)
        except IntegrityError:
            if not attempts_left:
                raise
        except OSError as exc:
            raise UnavailableError(str(exc)) from exc
    raise RestoredError("the database was restored from a backup: run mintmark after-restore")


def store(
    issuer: Issuer, arrived: Sequence[Arrived], *, source: str, now: datetime
) -> list[Prepared]:
    """Commit some approvals from outside, no two alike, in one transaction.

    Raises `Refused`, `ConflictError` and `UnavailableError` with nothing committed, and
    `ValueError` for a reserved source.
    """
    if source == PROGRAM:
        raise ValueError(f"approvals of the source {source!r} come from inside alone")
    return in_transaction(
        issuer, lambda session: _approve_all(session, issuer, arrived, source, now), now=now
    )


def rehearse(issuer: Issuer, approval: Approval, *, source: str, now: datetime) -> bool:
    """Do all of `store` and undo it: raises what it would raise, and leaves nothing.

    Return whether the approval is a new one.
    """
    return rehearse_all(issuer, [approval], source=source, now=now)[0]


def rehearse_all(
    issuer: Issuer, approvals: Sequence[Approval], *, source: str, now: datetime
) -> list[bool]:
    """Do what `rehearse` does with some approvals at once; no two may have the same id."""
    with issuer.database.writing() as session:
        arrived = [Arrived(approval) for approval in approvals]
        prepared = prepare(session, issuer, arrived, source=source, now=now)
        session.rollback()
    return [one.new for one in prepared]


def _approve_all(
    session: Session, issuer: Issuer, arrived: Sequence[Arrived], source: str, now: datetime
) -> list[Prepared]:
    if mark.is_ahead(issuer.settings, session):
        raise RestoredError("the database was restored from a backup")
    return prepare(session, issuer, arrived, source=source, now=now)
