import os

import pytest

from keys.passphrase import DESCRIPTOR_VARIABLE, FILE_VARIABLE, find, read_file
from keys.signer import KeysError

SECRET = b"sixteen bytes or more"


@pytest.fixture
def file(tmp_path):
    return written(tmp_path / "passphrase", SECRET + b"\n")


def written(path, data, mode=0o600):
    path.write_bytes(data)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"], ids=["nothing", "newline", "crlf"])
def test_the_line_end_is_no_part_of_it(tmp_path, end):
    assert read_file(written(tmp_path / "p", SECRET + end)) == SECRET


def test_the_setting_is_used_when_nothing_else_is_named(file):
    assert find({}, file) == SECRET


def test_the_named_file_goes_before_the_setting(file, tmp_path):
    other = written(tmp_path / "other", b"another passphrase")
    assert find({FILE_VARIABLE: str(other)}, file) == b"another passphrase"


def test_a_pipe_goes_before_all(file):
    reading, writing = os.pipe()
    os.write(writing, b"through the pipe it came\n")
    os.close(writing)
    try:
        environ = {DESCRIPTOR_VARIABLE: str(reading), FILE_VARIABLE: "/nowhere"}
        assert find(environ, file) == b"through the pipe it came"
    finally:
        os.close(reading)


def test_every_worker_can_read_the_descriptor_of_a_file(file):
    with file.open("rb") as opened:
        environ = {DESCRIPTOR_VARIABLE: str(opened.fileno())}
        assert [find(environ, None) for _ in range(3)] == [SECRET] * 3


def test_no_passphrase_names_the_three_ways():
    with pytest.raises(
        KeysError, match=rf"passphrase_file .*{FILE_VARIABLE}.*{DESCRIPTOR_VARIABLE}"
    ):
        find({}, None)


def test_a_group_readable_file_is_read_as_systemd_makes_them_so(tmp_path):
    assert read_file(written(tmp_path / "p", SECRET, 0o440)) == SECRET


def test_a_file_that_everybody_can_read_is_refused(file):
    file.chmod(0o644)
    with pytest.raises(KeysError, match=f"chmod 600 {file}"):
        read_file(file)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n", id="a-newline"),
        pytest.param(b"hunter2", id="short"),
        pytest.param(b"x" * 1025, id="long"),
        pytest.param(b"first line of two\nsecond line", id="two-lines"),
    ],
)
def test_an_unsound_passphrase_is_refused_with_the_way_to_a_sound_one(tmp_path, data):
    with pytest.raises(KeysError, match="openssl rand -base64 32"):
        read_file(written(tmp_path / "p", data))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(KeysError, match=f"{tmp_path}/gone: No such file"):
        read_file(tmp_path / "gone")


@pytest.mark.parametrize("number", ["nine", "-1", "99999"])
def test_a_descriptor_that_is_not_open_is_named(number):
    with pytest.raises(KeysError, match=f"{DESCRIPTOR_VARIABLE}={number}"):
        find({DESCRIPTOR_VARIABLE: number}, None)
