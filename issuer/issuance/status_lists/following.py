"""Each host serves what any host published: it copies the rows that came since it last looked.

follower = Follower(settings, database)
follower.look()
"""

import logging
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.database.database import Database
from issuer.home.publishing import documents, published_rows
from issuer.home.publishing.published_rows import PublishedRow
from issuer.home.settings import Settings
from issuer.issuance.status_lists import lists, log_head
from issuer.issuance.status_lists.log_head import LogLostError
from keys.signer import KeysError
from verifier import clock

log = logging.getLogger(__name__)


class Follower:
    """What one host has copied so far."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._newest = 0

    def look(self) -> None:
        """Copy what was published since the last look.

        What would take back a revocation, a key or an entry of the audit log stays as it is here,
        and the log says so: the database is older than this host's files, as after a restore.
        Raises `UnavailableError`, and `OSError` for a disk that cannot be written.
        """
        with self._database.reading() as session:
            last = session.scalar(select(func.max(PublishedRow.version))) or 0
            if last < self._newest:  # the database was put back
                self._newest = 0
            newer = select(PublishedRow.path, PublishedRow.version)
            newer = newer.where(PublishedRow.version > self._newest)
            rows = session.execute(newer.order_by(PublishedRow.version)).all()
        for row in rows:
            try:
                published_rows.copy(self._settings, self._database, row.path, guard=self._guard)
            except (lists.BackupError, KeysError, LogLostError) as exc:
                log.error("not copied from the database: %s", exc)
            self._newest = row.version

    def _guard(self, session: Session, file: Path, content: bytes) -> None:
        if file.name == "did.json":
            documents.refuse_loss("the database's did.json", file.read_bytes(), content)
        elif file.name == "jwks.json":
            document = file.with_name("did.json")  # whose row comes first
            documents.refuse_other_keys("the database's jwks.json", content, document.read_bytes())
        elif file.parent.name == "status":
            lists.refuse_older(file, content, now=clock.now())
        else:
            log_head.refuse_older(session, self._settings, content)
