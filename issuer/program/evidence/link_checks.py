"""Check that others can open the links a teacher adds: when one is added, and every night (E57).

A link to a drive that asks for a sign-in cannot be opened by evaluators.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from issuer.home.issuer import Issuer
from issuer.outbox import queue
from issuer.outbox.kinds import DeliveryError, MessageKind, OvertakenError
from issuer.outbox.tables import OutboxRow
from issuer.program.evidence.tables import ArtifactRow
from issuer.program.projects.states import State
from issuer.program.projects.tables import ProjectRow
from verifier import clock
from verifier.fetching.fetch import Fetch, FetchError, WebFetch
from verifier.parsing import web_address
from verifier.wording.words import N_

LINK: Final = "evidence-link"
"""The kind of message that asks whether a link opens."""
EVERY: Final = timedelta(hours=20)
"""Once a night, whatever the hour of the look before."""
_MOST_BYTES: Final = 256 * 1024
_AT_ONCE: Final = 500
_READ_IN: Final = (State.ACTIVE, State.SUBMITTED)
_SIGN_IN_HOSTS: Final = frozenset(
    {
        "accounts.google.com",
        "login.microsoftonline.com",
        "login.live.com",
        "appleid.apple.com",
        "www.icloud.com",
        "account.box.com",
    }
)
_SIGN_IN_PATHS: Final = ("/login", "/signin", "/sign-in", "/sign_in", "/servicelogin", "/adfs/")


class LinkProblem(StrEnum):
    """Why others cannot open a link."""

    SIGN_IN = "sign_in"
    GONE = "gone"
    UNREACHABLE = "unreachable"


WORDS: Final[Mapping[str, str]] = {
    LinkProblem.SIGN_IN: N_(
        "This link asks for a sign-in, so reviewers cannot open it. Where you share it,"
        " choose “anyone with the link”."
    ),
    LinkProblem.GONE: N_("Nothing is at this address any more. Look at the link again."),
    LinkProblem.UNREACHABLE: N_(
        "This link could not be opened when we tried. Look whether it opens for you."
    ),
}


def problem(url: str, fetch: Fetch) -> LinkProblem | None:
    """Return why a link does not open for everybody; None if it does."""
    try:
        fetch(url, accept="*/*", max_bytes=_MOST_BYTES)
    except FetchError as exc:
        return _problem(exc)
    return None


def _problem(exc: FetchError) -> LinkProblem | None:
    if exc.code in ("answer_too_large", "answer_unreadable"):
        return None
    if exc.code == "http_status":
        is_private = exc.detail.endswith((" 401", " 403"))
        return LinkProblem.SIGN_IN if is_private else LinkProblem.GONE
    if exc.code == "redirected_elsewhere":
        target = web_address.read(exc.detail.rpartition(" ")[2])
        return LinkProblem.SIGN_IN if target and _asks_for_sign_in(target) else None
    return LinkProblem.UNREACHABLE


def _asks_for_sign_in(target: web_address.WebAddress) -> bool:
    path = target.path.lower()
    return target.host in _SIGN_IN_HOSTS or any(part in path for part in _SIGN_IN_PATHS)


def ask(session: Session, artifact: ArtifactRow, *, host: str, now: datetime) -> None:
    """Queue a check of a link in the outbox."""
    artifact.url_checked_at = now
    queue.put(session, LINK, artifact.public_id, host=host, now=now)


def look(issuer: Issuer, now: datetime) -> None:
    """Queue every link that was not checked since the night before."""
    before = now - EVERY
    due = (
        select(ArtifactRow)
        .join(ArtifactRow.project)
        .where(ArtifactRow.url.is_not(None), ProjectRow.state.in_(_READ_IN))
        .where(ArtifactRow.removed_at.is_(None), ArtifactRow.withdrawn_at.is_(None))
        .where(or_(ArtifactRow.url_checked_at.is_(None), ArtifactRow.url_checked_at < before))
        .limit(_AT_ONCE)
    )
    with issuer.database.reading() as session:
        if session.scalar(due.limit(1)) is None:
            return
    with issuer.database.writing() as session:
        for artifact in session.scalars(due.with_for_update(of=ArtifactRow)):
            ask(session, artifact, host=issuer.settings.host, now=now)


def _send(issuer: Issuer, row: OutboxRow) -> None:
    """Ask whether a link opens, and note the answer on its artifact."""
    its = select(ArtifactRow).where(ArtifactRow.public_id == row.about)
    with issuer.database.reading() as session:
        artifact = session.scalar(its)
    if artifact is None or artifact.url is None or artifact.removed_at or artifact.withdrawn_at:
        raise OvertakenError("this link is not handed in any more")
    answer = problem(artifact.url, WebFetch(allow=issuer.settings.allow_hosts))
    with issuer.database.writing() as session:
        artifact = session.scalar(its.with_for_update())
        if artifact is None:
            raise DeliveryError("its artifact is gone", for_good=True)
        artifact.url_problem, artifact.url_checked_at = answer, clock.now()


KIND: Final = MessageKind(LINK, _send, is_mail=False, look=look)
