"""A keyring on disk, cheap to open: the cost of a guess is a parameter of creation."""

from datetime import UTC, datetime

import pytest

from keys.key_file import Cost
from keys.keyring import Keyring

CHEAP = Cost(memory_kib=64, iterations=1, lanes=1)


@pytest.fixture
def now():
    return datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def passphrase():
    return b"a passphrase that only this test knows"


@pytest.fixture
def new_keyring(tmp_path):
    return Keyring(tmp_path, cost=CHEAP)


@pytest.fixture
def keyring(new_keyring, passphrase, now):
    new_keyring.create(passphrase, now=now)
    return new_keyring
