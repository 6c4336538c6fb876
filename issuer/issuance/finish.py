"""A prepared credential is signed, checked by our own verifier, and stored: as often as it takes.

Every step can be done again with the same outcome, so a crash at any point is mended by a
redelivery, by the next start, or by `mintmark issue --pending`.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from contexts import CanonicalizationError
from issuer.audit import log as audit
from issuer.database.database import UnavailableError
from issuer.home.issuer import Issuer
from issuer.issuance import manage
from issuer.issuance.problems import QuarantinedError
from issuer.issuance.records import forms
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import UNFINISHED, CredentialRow, CredentialState
from issuer.issuance.signing.proofs import Secured, secure
from issuer.issuance.signing.self_check import self_check
from issuer.issuance.status_lists import lists, mark, supersede
from issuer.issuance.status_lists.log_head import LogLostError
from issuer.outbox import queue
from keys.entry import KeyUse
from keys.signer import KeysError, Signer
from verifier.pipeline.memory import Memory
from verifier.proof.computed import Computed

log = logging.getLogger(__name__)

ISSUED = "credential.issued"
TOGETHER = 100
"""Credentials that are stored in one commit, to wait for the disk once. A crash costs their work,
some tenths of a second."""

Pending: TypeAlias = Row[int, str, str, str | None, int, bytes]
_PENDING = select(
    CredentialRow.id,
    CredentialRow.public_id,
    CredentialRow.state,
    CredentialRow.problem,
    CredentialRow.list_number,
    CredentialRow.document,
).where(UNFINISHED)
_THESE = _PENDING.where(CredentialRow.id.in_(bindparam("keys", expanding=True)))
_UNFINISHED = update(CredentialRow).where(CredentialRow.id == bindparam("key"), UNFINISHED)
_ISSUED = _UNFINISHED.values(state=CredentialState.ISSUED, problem=None)
Fresh: TypeAlias = Row[int, str, str, int]
_FRESH = (
    select(CredentialRow.id, CredentialRow.public_id, ApprovalRow.source, ApprovalRow.revision)
    .join(CredentialRow.approval)
    .where(
        CredentialRow.id.in_(bindparam("keys", expanding=True)),
        UNFINISHED,
    )
    .order_by(CredentialRow.id)
    .with_for_update(of=CredentialRow)
)
"""Matches credentials that no other worker has issued yet."""
_HELD_BACK = _UNFINISHED.values(state=CredentialState.QUARANTINED)


def issue(issuer: Issuer, keys: Sequence[int], *, now: datetime) -> list[QuarantinedError]:
    """Sign and store those of the credentials with these keys that are not issued yet; return why
    some were held back.

    Raises `KeysError` if nothing can be signed now, and `UnavailableError`.
    """
    with issuer.database.reading() as session:
        rows = session.connection().execute(_THESE, {"keys": keys}).all()
        reached = mark.position(session)
    if len(rows) < len(keys):  # who issued the others may have died before they were published
        with _or_unavailable():
            supersede.publish(issuer, keys, now=now)
    results = _finish(issuer, rows, reached, now) if rows else ()
    return [error for _, error in results if error is not None]


@contextmanager
def _or_unavailable() -> Iterator[None]:
    """Raise `UnavailableError` for what cannot be written or published here just now."""
    try:
        yield
    except (OSError, lists.BackupError, LogLostError) as exc:
        raise UnavailableError(str(exc)) from exc


def _finish(
    issuer: Issuer, rows: Sequence[Pending], reached: mark.Position, now: datetime
) -> Iterator[tuple[Pending, QuarantinedError | None]]:
    """Sign some credentials, check each, and store all in one commit; then give each, with why
    it was held back if it was. `reached` is how far places were handed out at least for them.

    Raises `KeysError` for the first that could not be signed, once those before it are stored
    and given, and `UnavailableError` with none of them stored.
    """
    results: list[tuple[Pending, Secured | str]] = []
    stopped = None
    with _or_unavailable():
        signers = issuer.signers()
        mark.keep_up(issuer.settings, reached)
        for number in {row.list_number for row in rows}:
            lists.renew(issuer, number, now=now)
        known = Memory(issuer.judged)  # the files may be others since
        try:
            for row in rows:
                results.append((row, _signed(issuer, row, signers, known, now)))
        except KeysError as exc:
            stopped = exc
        if _store(issuer, results, now):
            supersede.publish(issuer, [row.id for row, _ in results], now=now)
    for row, done in results:
        yield row, QuarantinedError(row.public_id, done) if isinstance(done, str) else None
    if stopped is not None:
        raise stopped


def _signed(
    issuer: Issuer, row: Pending, signers: Mapping[KeyUse, Signer], known: Memory, now: datetime
) -> Secured | str:
    """Return the forms of a credential, or what our own verifier objects to."""
    try:
        computed = Computed()
        secured = secure(row.document, signers, issuer.settings, computed)
        return self_check(issuer, secured, known, computed, now=now) or secured
    except CanonicalizationError as exc:
        return f"it cannot be signed: {exc}"


def _store(issuer: Issuer, results: Sequence[tuple[Pending, Secured | str]], now: datetime) -> bool:
    """Store the credentials unless another worker stored one first; the winner queues the mail.

    True if earlier revisions may have been withdrawn, by this worker or another.
    """
    fresh: Sequence[Fresh] = ()
    issued, held_back = [], []
    for row, done in results:
        if isinstance(done, Secured):
            ends = forms.columns(row.document, done.json, done.jwt, done.to_share)
            issued.append({"key": row.id, "issued_at": now, **ends})
        else:
            log.error("credential %s is quarantined: %s", row.public_id, done)
            held_back.append({"key": row.id, "problem": done})
    with issuer.database.writing() as session:
        execute = session.connection().execute
        if issued:
            fresh = session.execute(_FRESH, {"keys": [form["key"] for form in issued]}).all()
            execute(_ISSUED, issued)
            for credential in fresh:
                _tell(session, issuer, credential, now)
        if held_back:
            execute(_HELD_BACK, held_back)
    return len(fresh) < len(issued) or any(credential.revision > 1 for credential in fresh)


def _tell(session: Session, issuer: Issuer, row: Fresh, now: datetime) -> None:
    """Do what comes with issuing: record it, let it take the place of earlier revisions, and let a
    mail leave."""
    by, kind = audit.source(row.source), "issued"
    audit.record(session, by=by, action=ISSUED, about=row.public_id, now=now)
    if row.revision > 1:
        link = supersede.take_over(session, row.id, row.public_id, by=by, now=now)
        if link is not None:
            manage.hand_over(session, issuer.settings, row.id, generation=link)
            kind = "corrected"
    if issuer.settings.mail is not None:
        queue.put(session, kind, row.public_id, host=issuer.settings.host, now=now)
        session.flush()


def pending(issuer: Issuer) -> Sequence[Pending]:
    """Return every credential that is not issued yet, oldest first."""
    return _pending(issuer)[0]


def _pending(issuer: Issuer) -> tuple[Sequence[Pending], mark.Position]:
    with issuer.database.reading() as session:
        rows = session.execute(_PENDING.order_by(CredentialRow.id)).all()
        return rows, mark.position(session)


def finish_pending(
    issuer: Issuer, *, now: Callable[[], datetime]
) -> Iterator[tuple[Pending, Exception | None]]:
    """Finish what was left; give each credential, with the error that kept it from finishing.

    Stops at an error that would keep the others as well: locked keys, a full disk.
    """
    left, reached = _pending(issuer)
    while left:
        group, finished = left[:TOGETHER], 0
        try:
            for result in _finish(issuer, group, reached, now()):
                finished += 1
                yield result
        except (KeysError, UnavailableError) as exc:
            yield group[finished], exc
            return
        left = left[TOGETHER:]
