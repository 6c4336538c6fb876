"""Files named on the command line."""

import argparse
import sys
from pathlib import Path
from typing import Final

from contexts.errors import UsageError
from verifier.intake.submission import MAX_CREDENTIAL_BYTES

WHOLE: Final = -1
"""For a file of any size: evidence may be a film."""


def read_file(name: str, *, at_most: int = MAX_CREDENTIAL_BYTES * 10) -> bytes:
    """Return the first bytes of a file. Raises `UsageError` if it cannot be read."""
    try:
        with Path(name).open("rb") as file:
            return file.read(at_most)
    except OSError as exc:
        raise UsageError(f"cannot read {name}: {exc.strerror}") from exc


def add_out(parser: argparse.ArgumentParser) -> None:
    """Add `--out`, for a file that is not there yet."""
    parser.add_argument("--out", metavar="FILE", help="where to write it (a new file)")


def write(text: str, name: str | None) -> None:
    """Write `text` into a new file, or to standard output if there is no name."""
    if name is None:
        sys.stdout.write(text)
    else:
        with Path(name).open("x", encoding="utf-8") as file:
            file.write(text)
