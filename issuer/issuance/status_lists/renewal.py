"""While the server runs: sign status lists again in time (OB-77), and copy what other hosts
publish."""

import logging
import threading
import time
from datetime import datetime
from typing import Final

from issuer.home.issuer import Issuer, opened
from issuer.home.publishing import documents
from issuer.home.settings import Settings
from issuer.issuance.status_lists import lists
from issuer.issuance.status_lists.following import Follower
from verifier import clock

LOOK_SECONDS: Final = 3600
FOLLOW_SECONDS: Final = 10
"""How long after another host this one publishes; with `lists.TTL_MILLISECONDS` and the time for
which a file may be cached, a revocation is seen within a minute (P7)."""
log = logging.getLogger(__name__)


def start(settings: Settings) -> threading.Event:
    """Renew lists in the background until the returned event is set or this process ends."""
    stop = threading.Event()
    threading.Thread(target=_keep, args=(settings, stop), daemon=True, name="renewal").start()
    return stop


def _keep(settings: Settings, stop: threading.Event) -> None:
    with opened(settings) as issuer:  # its own: signers are not made for two threads
        follower = Follower(settings, issuer.database)
        looked = time.monotonic()
        while not stop.wait(FOLLOW_SECONDS):
            follow(issuer, follower, now=clock.now())
            if time.monotonic() - looked >= LOOK_SECONDS:
                look(issuer, now=clock.now())
                looked = time.monotonic()


def follow(issuer: Issuer, follower: Follower, *, now: datetime) -> None:
    """Copy what other hosts published, and publish what nobody did; log what fails."""
    try:
        follower.look()
        documents.publish_missed(issuer.settings, issuer.keyring, issuer.database)
        lists.publish_missed(issuer, now=now)
    except Exception as exc:  # a database that is away comes back; the thread must be there
        log.error("not published as the database has it: %s: %s", type(exc).__name__, exc)


def look(issuer: Issuer, *, now: datetime) -> None:
    """Renew the lists that are a day old; log what fails, and what will have ended soon."""
    try:
        documents.publish(issuer.settings, issuer.keyring, issuer.database)
        lists.renew_all(issuer, now=now)
    except Exception as exc:  # a database that is away comes back; the thread must be there
        log.error("status lists are not signed again: %s: %s", type(exc).__name__, exc)
    for warning in lists.ending_soon(issuer.settings, now=now):
        log.warning("%s (mend what is logged above, or run: mintmark publish)", warning)
