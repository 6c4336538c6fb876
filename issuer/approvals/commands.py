"""`mintmark issue` and `mintmark webhook`: approvals from a file, and by the webhook."""

import argparse
from pathlib import Path

from contexts.errors import DONE, NOT_YET, UsageError
from issuer.approvals import correct_command, many
from issuer.approvals.table import command as table
from issuer.approvals.webhook import command as webhook_command
from issuer.approvals.webhook import deliveries
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.issuance.finish import finish_pending, pending
from issuer.issuance.status_lists import lists
from verifier import clock
from verifier.options import executors


def add_commands(commands: Commands) -> None:
    """Add `issue`, `webhook send` and `webhook check`."""
    issue = commands.add_parser("issue", help="issue what is pending, or a file of approvals")
    what = issue.add_mutually_exclusive_group(required=True)
    what.add_argument("--pending", action="store_true", help="finish what is not issued yet")
    what.add_argument("--table", type=Path, metavar="FILE", help="CSV or XLSX, an approval a row")
    what.add_argument("--template", metavar="ACHIEVEMENT", help="print the heads of such a table")
    what.add_argument("--approvals", type=Path, metavar="FILE", help="JSON, an approval a line")
    executors.add_options(issue, default=1)
    issue.add_argument("--source", help="the source that approved (default: the first one)")
    issue.add_argument("--dry-run", action="store_true", help="of a table: only say what would be")
    issue.add_argument("--mend", type=Path, metavar="FILE", help="where rows to mend are written")
    issue.set_defaults(run=_issue)
    listing = commands.add_parser(
        "deliveries", help="list what came in by webhook, and what became of it"
    )
    listing.add_argument("--last", type=int, default=deliveries.SIZE, metavar="N", help="so many")
    listing.set_defaults(run=_deliveries)
    correct_command.add_commands(commands)
    webhook_command.add_commands(commands)


def _issue(args: argparse.Namespace, issuer: Issuer) -> int:
    lists.mend(issuer, now=clock.now())
    if args.template is not None:
        return table.template(issuer, args.template)
    if args.table is not None:
        name = webhook_command.source_named(issuer.settings, args.source).name
        return table.run(args.table, issuer, source=name, dry=args.dry_run, mend=args.mend)
    if args.approvals is not None:
        source = webhook_command.source_named(issuer.settings, args.source)
        return _issue_many(args, issuer, source.name)
    if args.workers != 1 or args.cluster:
        raise UsageError("--workers and --cluster go with --approvals")
    for row, error in finish_pending(issuer, now=clock.now):
        print(f"{row.public_id}  {error or 'issued'}")
    return NOT_YET if pending(issuer) else DONE


def _issue_many(args: argparse.Namespace, issuer: Issuer, source: str) -> int:
    """Issue a file of approvals: in this process, in some of this machine, or on a cluster."""
    if args.cluster:
        if issuer.settings.database_url.startswith("sqlite"):
            raise UsageError("--cluster needs a database_url that every worker reaches: PostgreSQL")
        home = issuer.settings.home
        with executors.cluster(args.cluster) as workers:
            return many.run(args.approvals, issuer, source=source, executor=workers, opens=home)
    if args.workers <= 1:
        return many.run(args.approvals, issuer, source=source)
    with executors.local(args.workers, start="fork") as processes:
        return many.run(args.approvals, issuer, source=source, executor=processes)


def _deliveries(args: argparse.Namespace, issuer: Issuer) -> int:
    with issuer.database.reading() as session:
        lines = [
            (entry.received_at, entry.source, entry.event_id, f"{entry.state} {entry.public_id}")
            for entry in deliveries.accepted(session, size=args.last)
        ]
        lines += [
            (row.received_at, row.source, row.event_id, f"refused, {row.problem}: {row.detail}")
            for row in deliveries.refused(session, size=args.last)
        ]
    for at, source, event_id, fate in sorted(lines, reverse=True)[: args.last]:
        print(f"{at:%Y-%m-%d %H:%M:%S} UTC  {source}  {event_id}  {fate}")
    return DONE
