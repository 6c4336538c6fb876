"""`mintmark holder-link`: the address of a holder's own page, for a teacher who lost the mail."""

import argparse
import sys
from typing import Any

from issuer import issuance
from issuer.home.issuer import Issuer
from issuer.issuance.manage import manage_url
from issuer.issuance.records import register
from issuer.sharing.holder import holder


def add_holder_commands(commands: Any) -> None:
    """Add `holder-link` to a parser."""
    link = commands.add_parser("holder-link", help="print the address of a holder's own page")
    link.add_argument("credential", metavar="ID", help="its address or the end of it, or a name")
    link.add_argument("--renew", action="store_true", help="a new one; the old opens nothing more")


def run(args: argparse.Namespace, *, issuer: Issuer) -> int:
    """Print the address; return 1 if there is no such credential, or more than one."""
    public_id = register.the_one(issuer, args.credential)
    row = issuance.find(issuer, public_id)
    if row is None:
        print(f"mintmark holder-link: no credential {public_id!r}", file=sys.stderr)
        return 1
    renewed = args.renew and holder.renew_link(issuer, public_id)
    print(renewed or manage_url(issuer.settings, row))
    return 0
