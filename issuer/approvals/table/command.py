"""`mintmark issue --table FILE`: try a table of approvals, issue it, and get back what to fix."""

import sys
from pathlib import Path

from contexts.errors import DONE, FAILED, NOT_YET
from issuer.approvals.table import columns, job, rehearsal
from issuer.approvals.table.tables import Fate
from issuer.audit.log import COMMAND
from issuer.home.issuer import Issuer
from verifier import clock


def run(file: Path, issuer: Issuer, *, source: str, dry: bool, mend: Path | None) -> int:
    """Issue a table, or say with `dry` what would become of each row; rows to mend go to `mend`.

    Return 0 if all are issued, 1 if rows are to be mended, 3 if some could not be signed yet.
    """
    now = clock.now()
    handed_in = job.hand_in(issuer, file.read_bytes(), source=source, by=COMMAND, now=now)
    if dry:
        return _dry_run(issuer, handed_in)
    job.run(issuer, handed_in, now=now)
    counts = job.progress(issuer, handed_in)
    issued, stored, wrong = (counts.get(f, 0) for f in (Fate.ISSUED, Fate.STORED, Fate.TO_MEND))
    print(f"{issued} issued, {stored} stored and not signed yet, {wrong} to mend")
    if wrong:
        target = mend or file.with_name(f"{file.stem}-to-fix.csv")
        target.write_bytes(job.to_mend(issuer, handed_in))
        print(f"mend these and hand them in as a table: {target}", file=sys.stderr)
        return FAILED
    return NOT_YET if stored else DONE


def _dry_run(issuer: Issuer, handed_in: str) -> int:
    status = DONE
    for row in rehearsal.dry_run(issuer, handed_in, now=clock.now()):
        fate = row.problem or ("would be issued" if row.new else "was issued before")
        print(f"row {row.number}: {row.name}: {fate}")
        status = FAILED if row.problem else status
    return status


def template(issuer: Issuer, achievement: str) -> int:
    """Print the heads of a table, with the criteria of an achievement."""
    with issuer.database.reading() as session:
        heads = columns.template(session, achievement)
    sys.stdout.write(job.written(heads).decode())
    return DONE
