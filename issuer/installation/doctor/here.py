"""This machine: keys, database, disk, clock, backup, mail server, fonts, version."""

import ctypes
import json
import platform
import shutil
import smtplib
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from contexts.errors import MintmarkError
from issuer import migrations
from issuer.database.database import UnavailableError
from issuer.home.issuer import Issuer, LockedError
from issuer.home.publishing import bucket, published_rows
from issuer.home.settings import FILE, Settings
from issuer.installation import backup
from issuer.installation.doctor import people, rules
from issuer.installation.doctor.finding import Finding, failed, ok, unchecked, warning
from issuer.issuance.finish import pending
from issuer.issuance.records.unprintable import unprintable_credentials
from issuer.outbox.kinds import DeliveryError
from issuer.outbox.mail import connection
from issuer.outbox.mail_trouble import explain
from issuer.outbox.tables import MessageState, OutboxRow
from keys.signer import KeysError
from verifier import __version__
from verifier.web.limits import REDIS_SECONDS

_NOT_SYNCHRONIZED = 5
"""What adjtimex(2) returns while no time server keeps the clock: TIME_ERROR."""
_DEAD = select(func.count()).where(OutboxRow.state == MessageState.DEAD)


def look(issuer: Issuer, *, now: datetime) -> Iterator[Finding]:
    """Yield how each part of this machine stands."""
    settings = issuer.settings
    yield ok("version", f"Mintmark {__version__}, Python {platform.python_version()}")
    yield _keys(issuer)
    yield _owner(settings)
    yield from _database(issuer, now=now)
    yield rules.disk(shutil.disk_usage(settings.home).free)
    yield rules.clock(_synchronized())
    yield _backup(settings, now=now)
    yield _mail(settings)
    if settings.publish_bucket:
        yield _bucket(issuer)
    if settings.redis_url:
        yield _redis(settings)


def _keys(issuer: Issuer) -> Finding:
    try:
        issuer.check_keys()
    except LockedError as exc:
        return failed("keys", str(exc), "docs/keys.md, “Where the passphrase goes”")
    except (KeysError, OSError) as exc:
        return failed("keys", str(exc), "mintmark keys list; docs/keys.md")
    return ok("keys", "the passphrase opens them, and they fit what is published")


def _owner(settings: Settings) -> Finding:
    """Find files that the service cannot read or replace, as root's own copies are."""
    owner = settings.home.stat().st_uid
    strange = [path for path in settings.home.rglob("*") if path.lstat().st_uid != owner]
    if strange:
        remedy = f"chown -R --reference={settings.home} {settings.home}, then restart"
        message = f"{strange[0]} does not belong to the owner of the home ({len(strange)} such)"
        return failed("files", message, remedy)
    return ok("files", "all in the home belongs to its owner")


def _database(issuer: Issuer, *, now: datetime) -> Iterator[Finding]:
    try:
        migrations.check(issuer.database)
        yield ok("database", "it answers, and its schema is the newest")
        with issuer.database.reading() as session:
            dead = session.scalar(_DEAD) or 0
        yield from rules.waiting(len(pending(issuer)), dead)
        boxes = [
            f"{flaw.field} of {where}: {flaw.remedy}"
            for where, flaw in unprintable_credentials(issuer)
        ]
        yield rules.fonts(len(boxes), next(iter(boxes), ""))
        yield from people.look(issuer, now=now)
    except UnavailableError as exc:
        yield failed("database", str(exc), "systemctl status postgresql; see database_url")
        yield _after_database()
    except MintmarkError as exc:
        remedy = exc.remedy or "install the version that made it, or a newer one"
        yield failed("database", str(exc.args[0]), remedy)
        yield _after_database()


def _after_database() -> Finding:
    return unchecked(
        "credentials, mails, fonts, people", "the database cannot be read", "mend that first"
    )


def _synchronized() -> bool | None:
    """Return whether the kernel says that a time server keeps the clock; None where it does not."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _NOT_SYNCHRONIZED


def _backup(settings: Settings, *, now: datetime) -> Finding:
    try:
        note = json.loads((settings.home / backup.NOTE).read_bytes())
        return rules.backup(datetime.fromisoformat(note["at"]), note["folder"], now=now)
    except FileNotFoundError:
        return rules.backup(None, "", now=now)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        return unchecked("backup", f"{settings.home / backup.NOTE}: {exc}", "make one now")


def _bucket(issuer: Issuer) -> Finding:
    """Ask for the bucket, and put into it what waits."""
    name, remedy = (
        issuer.settings.publish_bucket,
        f"see [publish] in {FILE}, and the account boto3 finds",
    )
    try:
        bucket.check(issuer.settings)
        bucket.send(issuer.settings, issuer.database)
        with issuer.database.reading() as session:
            left = published_rows.not_in_bucket(session)
    except bucket.BucketError as exc:
        return failed("bucket", f"it takes nothing: {exc}", remedy)
    except UnavailableError:
        return unchecked("bucket", "the database cannot be read", "mend that first")
    if left:
        return warning("bucket", f"{left} files are not in {name} yet", "run this again")
    return ok("bucket", f"all that is published is in {name}")


def _mail(settings: Settings) -> Finding:
    """Connect and log in as a mail would, and send none."""
    mail = settings.mail
    if mail is None:
        lacks = "teachers are told nothing, and nobody is mailed a link to sign in"
        return warning("mail server", lacks, f"fill in [mail] in {FILE}")
    try:
        with connection(mail, settings.host) as smtp:
            smtp.noop()
    except (OSError, smtplib.SMTPException, DeliveryError) as exc:
        trouble = explain(exc, mail)
        return failed("mail server", trouble.what, trouble.remedy)
    return ok(
        "mail server", f"{mail.host}:{mail.port} lets us in; to try a mail: mintmark mail test"
    )


def _redis(settings: Settings) -> Finding:
    """Ask Redis whether it is there. While it is away, each worker counts by itself."""
    import redis  # an extra, without which these settings are not read

    patience = {"socket_connect_timeout": REDIS_SECONDS, "socket_timeout": REDIS_SECONDS}
    try:
        with redis.Redis.from_url(settings.redis_url, **patience) as client:
            client.ping()
    except ValueError:  # whose words may hold a part of the password
        return failed("Redis", "redis_url cannot be read", f"correct it in {FILE}")
    except redis.RedisError as exc:
        remedy = f"start it, or correct redis_url in {FILE}"
        return warning("Redis", f"each worker counts requests by itself: {exc}", remedy)
    return ok("Redis", "all workers count requests together")
