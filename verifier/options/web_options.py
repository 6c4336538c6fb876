"""The options of commands that fetch, and the `Fetch` that follows them."""

import argparse
from collections.abc import Callable
from functools import partial

from verifier.fetching.fetch import Fetch, WebFetch, offline
from verifier.fetching.rules import host_and_port


def add_offline(parser: argparse.ArgumentParser) -> None:
    """Add `--offline`, with which nothing is fetched."""
    parser.add_argument(
        "--offline", action="store_true", help="ask nobody; use key snapshots in trust lists"
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for requests beyond public hosts on port 443."""
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        type=_listed,
        metavar="HOST:PORT",
        help="ask this public host on this port as well; may be repeated",
    )
    parser.add_argument(
        "--unsafe-loopback-http",
        action="store_true",
        help="allow http to localhost, for trying things out",
    )


def asking(args: argparse.Namespace) -> Callable[[], Fetch]:
    """Return a `make_fetch` for these options; it can be sent to another process."""
    if getattr(args, "offline", False):
        return _nobody
    unsafe: bool = args.unsafe_loopback_http
    return partial(WebFetch, allow=tuple(args.allow_host), unsafe_loopback_http=unsafe)


def asking_unless_offline(args: argparse.Namespace) -> Callable[[], Fetch] | None:
    """Return what `asking` does, or None with `--offline`."""
    return None if args.offline else asking(args)


def _nobody() -> Fetch:
    return offline


def _listed(text: str) -> tuple[str, int]:
    try:
        return host_and_port(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc
