import os

import pytest

from keys import durable_file


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file"


@pytest.mark.parametrize("write", [durable_file.create, durable_file.replace])
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_file_has_its_bytes_and_mode_whatever_the_umask(path, write, mode):
    old = os.umask(0o077)
    try:
        write(path, b"data", mode=mode)
    finally:
        os.umask(old)
    assert path.read_bytes() == b"data"
    assert path.stat().st_mode & 0o777 == mode
    assert path.stat().st_nlink == 1


def test_replace_replaces(path):
    durable_file.replace(path, b"old", mode=0o600)
    durable_file.replace(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"


def test_create_does_not(path):
    durable_file.create(path, b"old", mode=0o600)
    with pytest.raises(FileExistsError):
        durable_file.create(path, b"new", mode=0o600)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("write", [durable_file.create, durable_file.replace])
def test_a_write_that_fails_leaves_nothing_behind(path, write, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(path, b"data", mode=0o600)
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize("write", [durable_file.create, durable_file.replace])
def test_the_bytes_are_on_disk_before_the_name_is(path, write, monkeypatch):
    synced, real = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(path.exists()), real(fd)))
    write(path, b"data", mode=0o600)
    assert synced == [False, True]
