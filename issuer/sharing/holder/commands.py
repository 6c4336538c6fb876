"""`mintmark holder-link`: the address of a holder's own page, for a teacher who lost the mail."""

import argparse
import sys

from contexts.errors import DONE, FAILED
from issuer import issuance
from issuer.audit.log import COMMAND
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.issuance.letters import send_again
from issuer.issuance.manage import manage_url
from issuer.issuance.records import register
from issuer.sharing.holder import holder
from verifier import clock


def add_commands(commands: Commands) -> None:
    """Add `holder-link`."""
    link = commands.add_parser("holder-link", help="print the address of a holder's own page")
    link.add_argument("credential", metavar="ID", help="its address or the end of it, or a name")
    link.add_argument("--renew", action="store_true", help="a new one; the old opens nothing more")
    link.add_argument("--mail", action="store_true", help="mail it instead, as when it was issued")
    link.add_argument("--to", metavar="ADDRESS", help="with --mail: to this address")
    link.set_defaults(run=_holder_link)


def _holder_link(args: argparse.Namespace, issuer: Issuer) -> int:
    public_id = register.the_one(issuer, args.credential, now=clock.now())
    row = issuance.newest(issuer, public_id)
    if row is None:
        print(f"mintmark holder-link: no credential {public_id!r}", file=sys.stderr)
        return FAILED
    if args.mail:
        send_again(issuer, row.public_id, address=args.to, by=COMMAND, now=clock.now())
        print("it leaves by the next delivery (mintmark outbox list)")
    elif args.renew:
        print(holder.renew_link(issuer, row.public_id, by=COMMAND, now=clock.now()))
    else:
        print(manage_url(issuer.settings, row))
    return DONE
