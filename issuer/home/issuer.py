"""One issuer in one process: its settings, its database, its keys.

with opened(load(home)) as issuer, issuer.database.reading() as session:
    ...
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from threading import Lock

from flask import current_app

from issuer.database.database import Database
from issuer.home.publishing import documents
from issuer.home.settings import Settings
from keys import passphrase
from keys.entry import KeyState
from keys.keyring import Keyring, Signers
from keys.self_test import self_test
from keys.signer import KeysError
from verifier import clock
from verifier.pipeline.memory import Memory


class LockedError(KeysError):
    """The passphrase is not there, so nothing can be signed; approvals are stored all the same."""


class Issuer:
    """One issuer in one process. Make it after a fork, never before."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database_url)
        self.keyring = Keyring(settings.home)
        self.judged = Memory()
        """What our own verifier found out about the files that are published here."""
        self._signers = Signers(settings.issuer_id, {})
        self._active: list[str] = []
        self._loading = Lock()

    def signers(self) -> Signers:
        """Return a signer for each key that the settings ask for and that is there, tested
        against the published document.

        Keys that were rotated are noticed here, published, and used without a restart. Raises
        `LockedError` without a passphrase, and `KeysError` if the keys cannot be used.
        """
        with self._loading:  # opening a key takes time and memory, so one thread does it for all
            active = [e.id for e in self.keyring.entries() if e.state is KeyState.ACTIVE]
            if not self._signers or active != self._active:
                signers = self.keyring.signers(
                    self.settings.issuer_id, self._passphrase(), self.settings.key_uses
                )
                document = documents.publish(self.settings, self.keyring, self.database)
                self_test(signers, document)
                self._signers, self._active = signers, active
            return self._signers

    def check_keys(self) -> None:
        """Raise `KeysError` as `signers` does, and for a key that is asked for and not there."""
        signers = self.signers()
        for use in self.settings.key_uses:
            signers[use]

    def _passphrase(self) -> bytes:
        try:
            return passphrase.find(os.environ, self.settings.passphrase_file)
        except KeysError as exc:
            raise LockedError(str(exc)) from exc


@contextmanager
def opened(settings: Settings) -> Iterator[Issuer]:
    """Give an issuer whose database connections are closed when the block ends."""
    issuer = Issuer(settings)
    try:
        yield issuer
    finally:
        issuer.database.close()


def current_issuer() -> Issuer:
    """Return the issuer whose application answers the current request."""
    issuer: Issuer = current_app.extensions["mintmark"]
    return issuer


def local_today() -> date:
    """Return what day it is in the district whose application answers the current request."""
    return current_issuer().settings.local(clock.now()).date()
