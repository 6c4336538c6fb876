"""Read the passphrase from a file or a descriptor.

Never an argument and never the value of an environment variable: both can be read by other
processes, and end in shell histories and crash reports.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from keys.signer import KeysError

FILE_VARIABLE = "MINTMARK_KEY_PASSPHRASE_FILE"
DESCRIPTOR_VARIABLE = "MINTMARK_KEY_PASSPHRASE_FD"
MIN_BYTES = 16
"""A machine reads it, nobody types it; sixteen random base64 characters are 96 bits."""
MAX_BYTES = 1024
_REMEDY = "make one with: (umask 077; openssl rand -base64 32 > FILE)"


def find(environ: Mapping[str, str], setting: Path | None) -> bytes:
    """Return the passphrase: from the descriptor in `environ`, its file, or the file in `setting`.

    Raises `KeysError` if none is named, or if the named one cannot be read or is unsound.
    """
    if number := environ.get(DESCRIPTOR_VARIABLE):
        return _sound(_read_descriptor(number), f"descriptor {number}")
    if name := environ.get(FILE_VARIABLE):
        return read_file(Path(name))
    if setting is not None:
        return read_file(setting)
    raise KeysError(
        f"no passphrase for the keys: set passphrase_file in mintmark.toml, or {FILE_VARIABLE},"
        f" or {DESCRIPTOR_VARIABLE}"
    )


def read_file(path: Path) -> bytes:
    """Return the passphrase in `path`, without the newline at its end.

    Group-readable is allowed, as systemd and container secrets are made so; a file that
    everybody can read raises `KeysError`.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & stat.S_IROTH:
                raise KeysError(f"everybody can read the passphrase file: chmod 600 {path}")
            return _sound(file.read(MAX_BYTES + 2), str(path))
    except OSError as exc:
        raise KeysError(f"cannot read the passphrase file {path}: {exc.strerror}") from exc


def _read_descriptor(number: str) -> bytes:
    try:
        descriptor = int(number)
        try:
            return os.pread(descriptor, MAX_BYTES + 2, 0)  # so that every worker can read it
        except OSError:
            with open(descriptor, "rb", closefd=False) as pipe:
                return pipe.read(MAX_BYTES + 2)
    except (OSError, ValueError) as exc:
        raise KeysError(
            f"cannot read {DESCRIPTOR_VARIABLE}={number}: {exc} (it must be the number of an"
            " open descriptor)"
        ) from exc


def _sound(data: bytes, source: str) -> bytes:
    passphrase = data.removesuffix(b"\n").removesuffix(b"\r")
    if not MIN_BYTES <= len(passphrase) <= MAX_BYTES:
        raise KeysError(
            f"the passphrase from {source} must have {MIN_BYTES} to {MAX_BYTES} bytes, on one"
            f" line ({_REMEDY})"
        )
    if b"\n" in passphrase:
        raise KeysError(f"the passphrase from {source} has more than one line ({_REMEDY})")
    return passphrase
