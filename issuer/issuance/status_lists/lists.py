"""Status lists as the world sees them: signed files, made anew from rows (OB-77, D12, P7)."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.errors import MintmarkError
from issuer.audit import log as audit
from issuer.home import addresses, published
from issuer.home.issuer import Issuer
from issuer.home.publishing import published_rows
from issuer.home.publishing.published_rows import PublishedRow
from issuer.home.settings import Settings
from issuer.issuance.build import timestamp
from issuer.issuance.records.tables import CredentialRow, CredentialState, Revocation, StatusList
from issuer.issuance.signing.proofs import make_proofs, signing_methods
from issuer.issuance.status_lists import log_head, mark, places
from issuer.issuance.status_lists.log_head import LogLostError
from issuer.outbox import queue
from verifier.checks import status_list
from verifier.credential.model import instant, listed
from verifier.parsing import strict_json

TTL_MILLISECONDS = 30_000
"""How long a reader may use its copy: a revocation is seen within a minute (P7)."""
VALIDITY = timedelta(days=7)
RENEWAL = timedelta(days=1)
"""A list is signed again at least this often, so that six failures in a row do no harm."""
WARNING = timedelta(hours=48)
"""If less time is left, the operator is warned: renewal has failed five times by then."""
log = logging.getLogger(__name__)
REVOKED = "credential.revoked"
REASON_CORRECTED = "revocation.reason_corrected"
_CONTEXTS = ["https://www.w3.org/ns/credentials/v2"]


class NotIssuedError(MintmarkError):
    """There is no credential with that id."""


class BackupError(MintmarkError):
    """The database is older than what is published: it was restored from a backup."""


def publish_all(issuer: Issuer, *, now: datetime) -> list[int]:
    """Sign and write the head of the audit log and every status list, the one for the next
    credential too; return their numbers."""
    size = issuer.settings.status_list_size
    with issuer.database.writing() as session:
        places.open_list(session, size=size, now=now)
        numbers = list(session.scalars(select(StatusList.number).order_by(StatusList.number)))
    for number in numbers:
        publish(issuer, number, now=now)
    log_head.publish(issuer, now=now)
    return numbers


def publish(issuer: Issuer, number: int, *, now: datetime) -> None:
    """Publish one list as its rows are; it is signed only where that changes something.

    Its rows are read while it is locked for publishing, so the last publisher has seen at least
    what everybody before had. Raises `BackupError` rather than take back a revocation that
    is published, `KeysError` if nothing can be signed, and `UnavailableError`.
    """
    signers, profiles = issuer.signers(), issuer.settings.proofs
    url = addresses.status_list(issuer.settings, number)
    path = published.path_of(issuer.settings, url)
    file = issuer.settings.public / path
    with published_rows.turn(issuer.database) as session:
        bits = places.bits(session, session.get_one(StatusList, number))
        refuse_loss(file, bits)
        before = session.get(PublishedRow, path)
        if before is None or not _stands(
            before.content, bits, signing_methods(signers, profiles), now
        ):
            document = _document(issuer.settings.issuer_id, url, bits, now)
            proofs = make_proofs(document, signers, profiles, created=timestamp(now))
            signed = {**document, "proof": proofs if len(proofs) > 1 else proofs[0]}
            published_rows.put(session, path, published.encoded(signed))
    published_rows.copy(issuer.settings, issuer.database, path)


def _document(issuer_id: str, url: str, bits: bytes, now: datetime) -> dict[str, Any]:
    return {
        "@context": _CONTEXTS,
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id,
        "validFrom": timestamp(now),
        "validUntil": timestamp(now + VALIDITY),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": status_list.encode(bits),
            "ttl": TTL_MILLISECONDS,
        },
    }


def _stands(content: bytes, bits: bytes, methods: list[str], now: datetime) -> bool:
    """True if a list that was published holds these bits, and need not be signed again yet."""
    signed = _signed(content)
    return (
        bits_of(content) == bits
        and signed is not None
        and signed.signed_by == methods
        and timedelta() <= now - signed.since <= RENEWAL
    )


def publish_if_missing(issuer: Issuer, number: int, indexes: set[int], *, now: datetime) -> None:
    """Publish a list unless its file has these revocations."""
    bits = _published_bits(_file_of(issuer.settings, number))
    if bits is None or not all(status_list.bit(bits, index) for index in indexes):
        publish(issuer, number, now=now)


def refuse_loss(file: Path, bits: bytes) -> None:
    """Raise `BackupError` if `file` publishes a revocation that is not among `bits`."""
    before = _published_bits(file)
    if before is not None and int.from_bytes(before) & ~int.from_bytes(bits):
        raise BackupError(
            f"{file} publishes revocations that the database does not know, as after a restore"
            " from a backup",
            remedy="run: mintmark after-restore",
        )


def refuse_older(file: Path, content: bytes, *, now: datetime) -> None:
    """Raise `BackupError` if `file` publishes a revocation that the list `content` lacks, or was
    signed after it: an older list ends earlier."""
    refuse_loss(file, bits_of(content) or b"")
    ours, theirs = _signed(file.read_bytes()), _signed(content)
    if ours and (theirs is None or theirs.since < ours.since <= now):
        raise BackupError(f"{file} was signed after the list that the database has")


def _published_bits(file: Path) -> bytes | None:
    """Return the bits of a published list; None if it is missing or damaged."""
    try:
        return bits_of(file.read_bytes())
    except OSError:
        return None


def bits_of(content: bytes) -> bytes | None:
    """Return the bits of a signed list; None if it is damaged."""
    try:
        subject = strict_json.loads_object(content)["credentialSubject"]
        return status_list.decode(subject["encodedList"])
    except (ValueError, KeyError):
        return None


def renew_all(issuer: Issuer, *, now: datetime) -> None:
    """Publish every list that has to be: see `renew`."""
    with issuer.database.reading() as session:
        numbers = session.scalars(select(StatusList.number)).all()
    for number in numbers:
        renew(issuer, number, now=now)
        publish_if_missing(issuer, number, _revoked(issuer, number), now=now)
    log_head.renew(issuer, now=now)


def publish_missed(issuer: Issuer, *, now: datetime) -> None:
    """Publish revocations of the last day whose publishing failed or was interrupted."""
    recent = select(Revocation.list_number).where(Revocation.revoked_at > now - RENEWAL)
    with issuer.database.reading() as session:
        numbers = session.scalars(recent.distinct()).all()
    for number in numbers:
        publish_if_missing(issuer, number, _revoked(issuer, number), now=now)


def renew(issuer: Issuer, number: int, *, now: datetime) -> None:
    """Publish the list if its file is missing, damaged or more than a day old.

    If other keys signed it, the keys have changed, and every list is published again.
    """
    current = _read(_file_of(issuer.settings, number))
    if current is None or now - current.since > RENEWAL:
        publish(issuer, number, now=now)
    elif current.signed_by != signing_methods(issuer.signers(), issuer.settings.proofs):
        publish_all(issuer, now=now)


def _revoked(issuer: Issuer, number: int) -> set[int]:
    rows = select(Revocation.list_index).where(Revocation.list_number == number)
    with issuer.database.reading() as session:
        return set(session.scalars(rows))


def ending_soon(settings: Settings, *, now: datetime) -> Iterator[str]:
    """Give a warning for each published list that holds for less than 48 hours from `now`."""
    for file in _files(settings):
        left = current.until - now if (current := _read(file)) else timedelta()
        if left <= timedelta():
            yield f"status list {file.name} has ended: nobody can confirm a credential of it now"
        elif left < WARNING:
            yield f"status list {file.name} ends in {left // timedelta(hours=1)} hours"


def ages(settings: Settings, *, now: datetime) -> Iterator[tuple[str, timedelta]]:
    """Give the number of each published list, and how long ago it was signed."""
    for file in _files(settings):
        if current := _read(file):
            yield file.name, now - current.since


def _file_of(settings: Settings, number: int) -> Path:
    return published.file_of(settings, addresses.status_list(settings, number))


def _files(settings: Settings) -> list[Path]:
    folder = published.file_of(settings, f"{settings.public_url}/status")
    return sorted(file for file in folder.glob("[0-9]*") if file.name.isdecimal())


class _Signed(NamedTuple):
    since: datetime
    until: datetime
    signed_by: list[str]


def _read(file: Path) -> _Signed | None:
    """Return when and by which keys a published list was signed; None if missing or damaged."""
    try:
        signed, written = _signed(file.read_bytes()), file.stat().st_mtime
    except OSError:
        return None
    written_at = datetime.fromtimestamp(written, UTC)
    return signed and signed._replace(since=min(signed.since, written_at))


def _signed(content: bytes) -> _Signed | None:
    try:
        document = strict_json.loads_object(content)
        since, until = instant(document["validFrom"]), instant(document["validUntil"])
        signed_by = [proof["verificationMethod"] for proof in listed(document["proof"])]
    except (ValueError, KeyError, TypeError):
        return None
    return _Signed(since, until, signed_by) if since and until else None


def revoke(issuer: Issuer, public_id: str, *, reason: str, by: str, now: datetime) -> bool:
    """Revoke one credential, as `revoke_all` does; False if it was revoked before."""
    return bool(revoke_all(issuer, [public_id], reason=reason, by=by, now=now))


def revoke_all(
    issuer: Issuer, public_ids: Sequence[str], *, reason: str, by: str, now: datetime
) -> set[str]:
    """Revoke credentials: their rows are committed, all or none, then their lists published,
    before this returns.

    `by` is who does it, for the audit log. Their holders are told by mail. Return those that were
    not revoked before; the lists are published all the same. Raises `NotIssuedError`, with none
    revoked; with their rows there, `KeysError` if a list could not be signed, `BackupError` and
    `OSError` if it could not be published: revoking them again does.
    """
    with issuer.database.writing() as session:
        these = select(CredentialRow).where(CredentialRow.public_id.in_(public_ids))
        rows = session.scalars(these.order_by(CredentialRow.id).with_for_update()).all()
        if unknown := set(public_ids) - {row.public_id for row in rows}:
            raise NotIssuedError(f"no credential {min(unknown)!r}")
        fresh = {row.public_id for row in rows if _revoke(session, issuer, row, reason, by, now)}
    for number in sorted({row.list_number for row in rows}):
        publish(issuer, number, now=now)
    return fresh


def unpublished(issuer: Issuer, public_ids: Sequence[str]) -> set[str]:
    """Return those of the credentials that are revoked without their list saying so here, as after
    a revocation whose list could not be signed or written."""
    revoked = (
        select(CredentialRow.public_id, CredentialRow.list_number, CredentialRow.list_index)
        .join(
            Revocation,
            (Revocation.list_number == CredentialRow.list_number)
            & (Revocation.list_index == CredentialRow.list_index),
        )
        .where(CredentialRow.public_id.in_(public_ids))
    )
    with issuer.database.reading() as session:
        rows = session.execute(revoked).all()
    numbers = {number for _, number, _ in rows}
    bits = {number: _published_bits(_file_of(issuer.settings, number)) for number in numbers}
    return {
        public_id
        for public_id, number, index in rows
        if (known := bits[number]) is None or not status_list.bit(known, index)
    }


def _revoke(
    session: Session, issuer: Issuer, row: CredentialRow, reason: str, by: str, now: datetime
) -> bool:
    if not places.revoke(session, row.list_number, row.list_index, reason=reason, now=now):
        return False
    audit.record(session, by=by, action=REVOKED, about=row.public_id, now=now)
    if row.state == CredentialState.ISSUED and issuer.settings.mail is not None:
        queue.put(session, "withdrawn", row.public_id, host=issuer.settings.host, now=now)
    return True


def correct_reason(issuer: Issuer, public_id: str, *, reason: str, by: str, now: datetime) -> bool:
    """Replace the public reason of a revocation; False if the credential is not revoked.

    The list holds a bit and no reason, so nothing is signed again.
    """
    with issuer.database.writing() as session:
        statement = select(CredentialRow).where(CredentialRow.public_id == public_id)
        row = session.scalar(statement)
        place = row and session.get(Revocation, (row.list_number, row.list_index))
        if place and place.reason != reason:
            place.reason = reason
            audit.record(session, by=by, action=REASON_CORRECTED, about=public_id, now=now)
    return bool(place)


def begin(issuer: Issuer, *, now: datetime) -> None:
    """Publish every list as a start does: see `mend`, which comes first where it has to.

    Published revocations that the database does not know tell of a restored backup as well.
    """
    mend(issuer, now=now)
    try:
        publish_all(issuer, now=now)
    except (BackupError, LogLostError):
        after_restore(issuer, now=now)
    with issuer.database.reading() as session:
        reached = mark.position(session)
    mark.begin(issuer.settings, reached)


def after_restore(issuer: Issuer, *, now: datetime) -> tuple[int, int]:
    """Make a database restored from a backup safe to issue from (P2).

    Takes in what the published lists know and the backup does not, then closes every open
    list. Returns the number of revocations taken in and the number of the new list.
    """
    with published.locked(issuer.settings):
        with issuer.database.writing() as session:
            adopted, number = _take_in(session, issuer.settings, now)
        mark.begin_anew(issuer.settings, mark.Position(number, 0))
    publish_all(issuer, now=now)
    return adopted, number


def mend(issuer: Issuer, *, now: datetime) -> None:
    """Do what `after_restore` does, but publish nothing, if places may be handed out of which the
    database does not know."""
    with published.locked(issuer.settings):
        with issuer.database.writing() as session:
            if not mark.is_passed(issuer.settings, session):
                return
            adopted, number = _take_in(session, issuer.settings, now)
        # Last: if it fails, all of this is done once more, which costs a list and nothing else.
        mark.begin_anew(issuer.settings, mark.Position(number, 0))
    log.warning(
        "this database or this home is a copy that was put back: took in %d revocation(s) from the"
        " published lists, and opened status list %d for what is issued from now on",
        *(adopted, number),
    )


def _take_in(session: Session, settings: Settings, now: datetime) -> tuple[int, int]:
    adopted = 0
    for file in _files(settings):
        if (bits := _published_bits(file)) is not None:
            adopted += places.adopt(session, int(file.name), bits, now=now)
    log_head.take_in(session, settings, now=now)
    return adopted, places.close_all(session, size=settings.status_list_size, now=now)
