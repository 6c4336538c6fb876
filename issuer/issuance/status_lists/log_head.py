"""The head of the audit log, signed and published: what it covers cannot be taken back unseen.

It is a credential about `…/audit-log#NUMBER`, whose `digestMultibase` is the hash of that entry.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from contexts import BUNDLED
from contexts.errors import MintmarkError
from issuer.audit import log
from issuer.audit.log import ISSUER, RESTORED, Head
from issuer.home import addresses, published
from issuer.home.issuer import Issuer
from issuer.home.publishing import published_rows
from issuer.home.settings import Settings
from issuer.issuance.build import timestamp
from issuer.issuance.signing.proofs import make_proofs
from verifier.checks.evidence import digest_multibase
from verifier.parsing import strict_json
from verifier.pipeline.examine import World, examine, parse, verdict
from verifier.public_keys.multikey import multibase_decode
from verifier.report import Answer
from verifier.wording import words

RENEWAL = timedelta(days=1)
_CONTEXTS = ["https://www.w3.org/ns/credentials/v2"]


class LogLostError(MintmarkError):
    """The log does not have what the published head covers."""


class UnsignedError(MintmarkError):
    """The published head is not one that this issuer signed."""


def publish(issuer: Issuer, *, now: datetime) -> None:
    """Sign and write the head of the log as it is now.

    Raises `LogLostError` rather than publish less than before, and `KeysError` if nothing can be
    signed.
    """
    settings, signers = issuer.settings, issuer.signers()
    path = published.path_of(settings, addresses.log_head(settings))
    with published_rows.turn(issuer.database) as session:
        if lost(session, settings):
            raise LogLostError(
                "the audit log does not have what was published of it, as after a restore from"
                " a backup",
                remedy="run: mintmark after-restore",
            )
        document = _document(settings, log.head(session), now)
        proofs = make_proofs(document, signers, settings.proofs, created=document["validFrom"])
        signed = published.encoded({**document, "proof": proofs})
        published_rows.put(session, path, signed)
    published_rows.copy(settings, issuer.database, path)


def renew(issuer: Issuer, *, now: datetime) -> None:
    """Publish the head if its file is missing or more than a day old."""
    file = _file(issuer.settings)
    written = file.stat().st_mtime if file.exists() else 0
    if now.timestamp() - written > RENEWAL.total_seconds():
        publish(issuer, now=now)


def lost(session: Session, settings: Settings) -> Head | None:
    """Return the published head if the log does not have it, and does not say why."""
    head = published_head(settings)
    if head is None or log.hash_of(session, head.number) == head.hash:
        return None
    return None if _is_given_up(session, head) else head


def refuse_older(session: Session, settings: Settings, content: bytes) -> None:
    """Raise `LogLostError` if the published head covers what the head `content` does not, and the
    log does not say why."""
    before, after = published_head(settings), _head_of(content)
    if before is None or _is_given_up(session, before):
        return
    if after is None or after.number < before.number or lost(session, settings):
        raise LogLostError(
            f"the published head of the audit log covers {before.number} entries, and the"
            " database's does not have them all"
        )


def _is_given_up(session: Session, head: Head) -> bool:
    """True if the log says that a restore lost what `head` covers."""
    return any(entry.action == RESTORED for entry in log.about(session, head.hash))


def take_in(session: Session, settings: Settings, *, now: datetime) -> None:
    """Record that entries which the published head covers were lost with a restored database."""
    if head := lost(session, settings):
        details = {"number": head.number}
        log.record(session, by=ISSUER, action=RESTORED, about=head.hash, details=details, now=now)


def signed(issuer: Issuer, now: datetime) -> Head | None:
    """Return the published head; None if there is none yet.

    Raises `UnsignedError` if it is not shown to be signed by this issuer.
    """
    file = _file(issuer.settings)
    if not file.exists():
        return None
    world = World(published.fetch_own(issuer.settings), now, (), BUNDLED)
    try:
        answer = verdict(examine(parse(file.read_text()), world, None).proof_checks, "authentic")
    except ValueError as exc:
        raise UnsignedError(f"{file} cannot be read: {exc}") from exc
    if answer.answer is not Answer.YES:
        raise UnsignedError(f"{file} does not count. {words.text(answer)}")
    return published_head(issuer.settings)


def _document(settings: Settings, head: Head, now: datetime) -> dict[str, Any]:
    url = addresses.log_head(settings)
    return {
        "@context": _CONTEXTS,
        "id": url,
        "type": ["VerifiableCredential"],
        "issuer": settings.issuer_id,
        "validFrom": timestamp(now),
        "credentialSubject": {
            "id": f"{url}#{head.number}",
            "digestMultibase": digest_multibase(bytes.fromhex(head.hash)),
        },
    }


def published_head(settings: Settings) -> Head | None:
    """Return what the published head says, whoever signed it; None if it is missing or damaged."""
    try:
        return _head_of(_file(settings).read_bytes())
    except OSError:
        return None


def _head_of(content: bytes) -> Head | None:
    try:
        subject = strict_json.loads_object(content)["credentialSubject"]
        number = int(subject["id"].rpartition("#")[2])
        return Head(number, multibase_decode(subject["digestMultibase"])[2:].hex())
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _file(settings: Settings) -> Path:
    return published.file_of(settings, addresses.log_head(settings))
