"""Each published file in a bucket as well, from which a CDN serves it at the same address.

    bucket.send(settings, database)

A row is committed first, so a file that a bucket did not take waits there, and issuing waits for
no bucket. Files go in the order in which they were published, from one host at a time: a list that
was overtaken on the way is never the last one there. Accounts are those that boto3 finds: in the
environment, in `~/.aws`, or by the machine's role.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select, update

from contexts.errors import MintmarkError
from issuer.database.database import Database
from issuer.home import published
from issuer.home.publishing import published_rows
from issuer.home.publishing.published_rows import PublishedRow
from issuer.home.settings import Settings
from keys import durable_file

SECONDS: Final = 5
"""How often a host looks whether something waits: with `published.MAX_AGE`, a revocation is seen
by who asks a CDN within a minute (P7)."""
_CONNECT_SECONDS, _ANSWER_SECONDS = 3, 10
_TURN: Final = 0x6D696E75
"""The advisory lock of the host that sends; any number does that nobody else uses."""
log = logging.getLogger(__name__)


class BucketError(MintmarkError):
    """The bucket did not take a file. It waits, with those that were published after it."""


def send(settings: Settings, database: Database) -> int:
    """Put into the bucket what was published since, oldest first; return how many files that were.

    Leaves it to another host that is just doing so. Raises `BucketError` at the first file that is
    not taken, and `UnavailableError`.
    """
    sent = 0
    with _turn(settings, database) as ours:
        while ours and (row := _next(database)):
            _put(settings, row.path, row.content)
            with database.writing() as session:
                this = update(PublishedRow).where(PublishedRow.path == row.path)
                session.execute(this.values(in_bucket=row.version))
            sent += 1
    return sent


def check(settings: Settings) -> None:
    """Raise `BucketError` if the bucket cannot be reached."""
    with _telling(f"bucket {settings.publish_bucket}"):
        _client(settings.publish_endpoint, settings.publish_region).head_bucket(
            Bucket=settings.publish_bucket
        )


def start(settings: Settings) -> threading.Event:
    """Send in the background until the returned event is set or this process ends."""
    stop = threading.Event()
    threading.Thread(target=_keep, args=(settings, stop), daemon=True, name="bucket").start()
    return stop


def _keep(settings: Settings, stop: threading.Event) -> None:
    with closing(Database(settings.database_url)) as database:
        while not stop.wait(SECONDS):
            try:
                send(settings, database)
            except Exception as exc:  # a bucket that is away comes back; the thread must be there
                name = type(exc).__name__
                log.error("published here, and not in the bucket: %s: %s", name, exc)


@contextmanager
def _turn(settings: Settings, database: Database) -> Iterator[bool]:
    """Give True while nobody else sends: no other process on SQLite, no other host elsewhere."""
    if database.engine.dialect.name != "postgresql":
        with durable_file.locked(settings.home / ".bucket.lock"):
            yield True
        return
    with database.reading() as session:  # which holds the lock as long as it is open
        yield bool(session.scalar(select(func.pg_try_advisory_xact_lock(_TURN))))


def _next(database: Database) -> PublishedRow | None:
    oldest = select(PublishedRow).where(published_rows.NOT_IN_BUCKET).order_by(PublishedRow.version)
    with database.reading() as session:
        return session.scalar(oldest.limit(1))


def _put(settings: Settings, path: str, content: bytes) -> None:
    with _telling(path):
        _client(settings.publish_endpoint, settings.publish_region).put_object(
            Bucket=settings.publish_bucket,
            Key=path,
            Body=content,
            ContentType=published.media_types(Path(path))[0],
            CacheControl=published.CACHE_CONTROL,
        )


@contextmanager
def _telling(what: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError  # an extra

    try:
        yield
    except (BotoCoreError, ClientError) as exc:
        raise BucketError(f"{what}: {exc}") from exc


@cache
def _client(endpoint: str, region: str) -> Any:
    import boto3  # an extra
    from botocore.config import Config

    asking = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_ANSWER_SECONDS,
        retries={"total_max_attempts": 1},  # we ask again ourselves, and in order
        request_checksum_calculation="when_required",  # stores other than Amazon's know no other
        s3={"addressing_style": "path" if endpoint else "auto"},
    )
    return boto3.session.Session().client(
        "s3",
        region_name=region or None,
        endpoint_url=endpoint or None,
        config=asking,
    )
