"""`mintmark-verify trust`: follow the trust lists of others."""

import argparse
import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from contexts.errors import DONE
from verifier import clock
from verifier.directories import nces
from verifier.options import web_options
from verifier.options.files import add_out, write
from verifier.parsing import web_address
from verifier.trust.lists import TrustList, TrustListError
from verifier.trust_lists import following, store
from verifier.trust_lists.obtain import ON_THIS_COMPUTER, registries
from verifier.wording.printed import printable


def run(args: argparse.Namespace) -> int:
    """Run one of the commands. Raises `TrustListError` when a list is not taken."""
    args.run(args, store.default_folder(os.environ), clock.now())
    return DONE


def parser() -> argparse.ArgumentParser:
    """Return the parser of what follows `trust`."""
    parser = argparse.ArgumentParser(
        prog="mintmark-verify trust",
        description="Keep the trust lists of others. mintmark-verify uses them, in their order, "
        "where no list is given with --trust.",
        epilog="They lie in MINTMARK_VERIFY_HOME, else where the data of a user lies.",
    )
    commands = parser.add_subparsers(required=True)
    add = commands.add_parser("add", help="keep the list of an address or a file; again: anew")
    add.add_argument("url", type=_address, metavar="URL", help="or a file on this computer")
    add.add_argument("--signer", default="", metavar="ID", help="who must have signed it")
    add.add_argument("--first", action="store_true", help="before all others, not after")
    web_options.add_options(add)
    add.set_defaults(run=_add)
    commands.add_parser("list", help="show what is kept").set_defaults(run=_list)
    remove = commands.add_parser("remove", help="keep a list no longer")
    remove.add_argument("which", metavar="URL|NUMBER")
    remove.set_defaults(run=_remove)
    build = commands.add_parser("build", help="make a list of the federal directory of districts")
    build.add_argument("--nces", required=True, metavar="FILE", help="the LEA universe, a CSV")
    build.add_argument("--state", default="", metavar="ST", help="only of this state, such as IL")
    add_out(build)
    build.set_defaults(run=_build)
    return parser


def _address(text: str) -> str:
    """Return a web address as it is, and the address of a file by its whole path."""
    return text if "://" in text else Path(text).resolve().as_uri()


def _add(args: argparse.Namespace, folder: Path, now: datetime) -> None:
    ask = web_options.asking(args)
    several = registries(args.url, fetch=ask())
    if several is None:
        added = following.add(
            folder, args.url, ask=ask, now=now, signer=args.signer, first=args.first
        )
        return _print(_about(added, args.url, now))
    for kind, url in several:
        if kind != "dcc-legacy":
            _print(f"not kept, because registries of the kind {kind} are not read here")
            continue
        try:
            added = following.add(folder, url, ask=ask, now=now)
            _print(_about(added, url, now))
        except TrustListError as exc:
            _print(f"not kept: {url}: {exc}")
    return None


def _list(_args: argparse.Namespace, folder: Path, now: datetime) -> None:
    subscriptions = store.subscriptions(folder)
    for number, followed in enumerate(subscriptions, 1):
        about = _about(store.stored_list(folder, followed), followed.url, now)
        _print(f"{number}. {about}")
    if not subscriptions:
        _print("no list is kept: mintmark-verify trust add URL")


def _remove(args: argparse.Namespace, folder: Path, _now: datetime) -> None:
    _print(f"no longer kept: {store.remove(folder, args.which).url}")


def _build(args: argparse.Namespace, _folder: Path, now: datetime) -> None:
    result = nces.build(Path(args.nces).read_bytes(), now=now, state=args.state)
    text = json.dumps(result.document) + "\n"  # in few bytes: there are nineteen thousand
    write(text, args.out)
    lines = [f"{len(result.document['entries']):,} entries, none verified by a person"]
    lines += [f"left out: {count:,} {why}" for why, count in result.left_out.items()]
    print("\n".join(lines), file=sys.stderr)


def _about(trust_list: TrustList, url: str, now: datetime) -> str:
    """Return the description of a followed list: its signer, then its own name, its age and
    size."""
    site = "this file" if url.startswith(ON_THIS_COMPUTER) else web_address.site(url)
    signature = f"signed by nobody: whoever controls {site} controls it"
    if trust_list.keeper:
        signature = printable(f"signed by {trust_list.keeper}, and pinned to that signer")
    age = f"had {_ago(now - trust_list.retrieved)}" if trust_list.retrieved else "of unknown age"
    return "\n".join(
        (
            f"“{printable(trust_list.name)}”, {signature}",
            f"   {url}",
            f"   issuers: {len(trust_list.entries):,}, as of {trust_list.updated:%Y-%m-%d}, {age}",
        )
    )


def _ago(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour ago"
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"


def _print(text: str) -> None:
    print("\n".join(printable(line) for line in text.splitlines()))
