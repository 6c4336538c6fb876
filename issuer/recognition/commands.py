"""`mintmark trust-entry`, `trust-list` and `endorse`: what one issuer signs about others."""

import argparse
import json
from datetime import UTC, datetime, time
from pathlib import Path

from contexts.errors import DONE
from issuer.home.command_line import Commands, Needs
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.recognition import endorsement, trust_list
from issuer.wording.days import written_day
from verifier import clock, trust


def add_commands(commands: Commands) -> None:
    """Add `trust-entry`, `trust-list` and `endorse`."""
    entry = commands.add_parser("trust-entry", help="print this issuer's entry for trust lists")
    entry.add_argument("--kind", default="district", help="what kind of body the issuer is")
    entry.add_argument("--list", metavar="NAME", help="print a whole list with this name")
    entry.set_defaults(run=_trust_entry, needs=Needs.HOME)
    listed = commands.add_parser("trust-list", help="sign a trust list of others, and print it")
    listed.add_argument("file", type=Path, metavar="FILE", help="a MintmarkTrustList")
    listed.add_argument("--days", type=int, default=90, help="how long it holds; default: 90")
    listed.set_defaults(run=_trust_list, needs=Needs.HOME)
    endorsed = commands.add_parser("endorse", help="sign a word for another issuer, and print it")
    endorsed.add_argument("issuer", metavar="DID", help="its identifier")
    endorsed.add_argument("--name", required=True, help="its name, as people know it")
    endorsed.add_argument("--until", metavar="DAY", help="the last day, such as 2027-06-30")
    endorsed.set_defaults(run=_endorse, needs=Needs.HOME)


def _trust_entry(args: argparse.Namespace, issuer: Issuer) -> int:
    entry = trust_list.entry(issuer, kind=args.kind, now=clock.now())
    document = trust_list.unsigned(args.list, entry) if args.list else entry
    print(json.dumps(document, indent=2, ensure_ascii=False))
    return DONE


def _trust_list(args: argparse.Namespace, issuer: Issuer) -> int:
    recognized = trust.load(args.file.read_bytes())
    print(trust_list.sign(recognized, issuer, now=clock.now(), days=args.days).decode())
    return DONE


def _endorse(args: argparse.Namespace, issuer: Issuer) -> int:
    try:
        until = args.until and _end_of(args.until, issuer.settings)
    except ValueError:
        raise endorsement.EndorsementError(
            f"--until {args.until}: give a day, such as 2027-06-30"
        ) from None
    signed = endorsement.sign(issuer, args.issuer, name=args.name, now=clock.now(), until=until)
    print(signed.decode())
    return DONE


def _end_of(day: str, settings: Settings) -> datetime:
    """Return the last second of a day of the district."""
    return datetime.combine(written_day(day), time(23, 59, 59), settings.timezone or UTC)
