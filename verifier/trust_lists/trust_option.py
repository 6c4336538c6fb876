"""The lists that a command recognizes issuers by: those of `--trust`, else the followed ones."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import datetime

from contexts.errors import UsageError
from verifier import trust
from verifier.options import web_options
from verifier.options.files import read_file
from verifier.trust import TrustList, TrustListError
from verifier.trust_lists import following, store
from verifier.trust_lists.following import LiveLists
from verifier.wording.printed import printable


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--trust`."""
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="FILE",
        help="a trust list; may be repeated; without it, those of: mintmark-verify trust",
    )


def lists(args: argparse.Namespace, *, now: datetime) -> tuple[TrustList, ...]:
    """Return the given trust lists, else the followed ones.

    Raises `UsageError` or `TrustListError` for one that cannot be used.
    """
    return tuple(map(_read, args.trust)) if args.trust else followed(args, now=now)


def live_lists(args: argparse.Namespace) -> Sequence[TrustList]:
    """Return the same for a server: followed lists are refreshed while it runs."""
    if args.trust:
        return tuple(map(_read, args.trust))
    return LiveLists(store.default_folder(os.environ), web_options.asking_unless_offline(args))


def followed(args: argparse.Namespace, *, now: datetime) -> tuple[TrustList, ...]:
    """Return the lists that `mintmark-verify trust` follows, refreshed if old.

    A copy that is used although it is old is named on standard error.
    """
    home, ask = store.default_folder(os.environ), web_options.asking_unless_offline(args)
    trust_lists, warnings = following.current_lists(home, ask=ask, now=now)
    for line in warnings:
        print(f"mintmark-verify: {printable(line)}", file=sys.stderr)
    return trust_lists


def _read(name: str) -> TrustList:
    if name.startswith(("https://", "http://")):
        raise UsageError(
            f"--trust takes a file; a list at an address: mintmark-verify trust add {name}"
        )
    try:
        return trust.load(read_file(name))
    except TrustListError as exc:
        raise UsageError(f"{name}: {exc}") from exc
