"""Erasing a person: every record of her projects goes, and every zip that was made for her."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from issuer.home.issuer import current_issuer
from issuer.people.tables import PersonRow
from issuer.program.evidence.home_files import files
from issuer.program.records import disposal, own_data
from issuer.program.records.tables import DataExportRow


def erasing(
    session: Session, person: PersonRow, *, by: PersonRow | None, now: datetime
) -> Callable[[], None]:
    """Dispose of all records of a person who is erased; return what to do once that is committed.

    Raises `RegisterError`.
    """
    gone = disposal.erase(session, person, by=by, now=now)
    zips = session.scalars(select(DataExportRow).where(DataExportRow.person_pk == person.id)).all()
    paths = [own_data.path(current_issuer().settings, row) for row in zips]

    def finish() -> None:
        disposal.delete_files(files(), gone)
        for path in paths:
            path.unlink(missing_ok=True)

    return finish
