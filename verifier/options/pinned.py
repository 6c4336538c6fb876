"""Contexts that the operator adds to the bundled ones (design D5)."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from contexts import BUNDLED, FrozenContexts
from contexts.errors import UsageError


class Pin(NamedTuple):
    """A context by its address, its bytes, and the SHA-256 that was agreed on."""

    url: str
    data: bytes
    sha256: str
    file: str


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that pins a context."""
    parser.add_argument(
        "--context",
        action="append",
        nargs=3,
        default=[],
        metavar=("URL", "FILE", "SHA256"),
        help="read this JSON-LD context from a file that has this hash; may be repeated",
    )


def read(args: argparse.Namespace) -> tuple[Pin, ...]:
    """Return the contexts that the options pin.

    Raises `UsageError`, which says what to change, for a file that cannot be read or has another
    digest, and for an address whose context is bundled.
    """
    try:
        pins = tuple(Pin(url, Path(file).read_bytes(), h, file) for url, file, h in args.context)
    except OSError as exc:
        raise UsageError(f"--context: cannot read {exc.filename}: {exc.strerror}") from exc
    for pin in pins:
        if pin.url in BUNDLED:
            raise UsageError(f"--context {pin.url}: this one comes with Mintmark; leave it out")
        try:
            BUNDLED.pinned(*pin[:3])
        except ValueError as exc:
            raise UsageError(f"--context {pin.file}: {exc}") from exc
    return pins


def contexts(pins: Iterable[Pin]) -> FrozenContexts:
    """Return the bundled contexts together with the pinned ones."""
    contexts = BUNDLED
    for pin in pins:
        contexts = contexts.pinned(*pin[:3])
    return contexts
