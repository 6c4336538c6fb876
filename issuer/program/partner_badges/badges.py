"""A partner's badge in a project: added, checked by our verifier, counted if it is valid (R22).

badge = add(session, project, data, now=now)        # a file, or the link to one
note(badge, report_on(badge.submitted, badge.project.person, fetch, now=now), now=now)
standing(badge, partners.by_issuer(session))        # BadgeStanding.COUNTS
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.errors import MintmarkError
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.partner_badges import partners
from issuer.program.partner_badges.tables import PartnerBadgeRow
from issuer.program.policy import Policy
from issuer.program.projects.submission import Findings
from issuer.program.projects.tables import ProjectRow, VersionRow
from issuer.program.windows.window import Purpose
from verifier import verify
from verifier.checks import recipient
from verifier.fetching.fetch import Fetch, offline
from verifier.parsing import web_address
from verifier.report import Answer, Outcome, Report, Verdict
from verifier.wording.printed import as_json
from verifier.wording.words import N_

MOST_BYTES: Final = 1024 * 1024
MOST_BADGES: Final = 10
_ITS_OWN: Final = ("authentic", "current")
_THEIRS: Final = "theirs"
_QUESTIONS: Final = (*_ITS_OWN, _THEIRS)


class BadgeStanding(StrEnum):
    """Whether a badge counts as input, and what of it is still open."""

    WAITS = "waits"
    COUNTS = "counts"
    NO_PARTNER = "no_partner"
    UNSURE = "unsure"
    DOES_NOT_COUNT = "does_not_count"


class BadgeRefused(MintmarkError):
    """The badge is not taken; the message says what to do instead."""


def add(
    session: Session, project: ProjectRow, data: bytes, *, now: datetime
) -> PartnerBadgeRow | None:
    """Add a badge, a file or the link to one, to be checked, and return it; None if it is there.
    Raises `BadgeRefused`."""
    if not 0 < len(data) <= MOST_BYTES:
        raise BadgeRefused(N_("A badge has 1 byte to 1 MB. Add its file as you received it."))
    there = current(session, project)
    if any(row.submitted == data for row in there):
        return None
    if len(there) >= MOST_BADGES:
        raise BadgeRefused(N_("A project has at most 10 badges. Take one out first."))
    if not _is_link(data) and (reason := _unreadable(data, now)):
        raise BadgeRefused(reason)
    row = PartnerBadgeRow(
        public_id=new_id(),
        project=project,
        submitted=data,
        sha256="" if _is_link(data) else hashlib.sha256(data).hexdigest(),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def report_on(data: bytes, person: PersonRow, fetch: Fetch, *, now: datetime) -> Report:
    """Return our verifier's report on a badge, with whether it is this person's: by a verified
    address or the DID of the register, since many people share a name."""
    report = verify(data, fetch=fetch, now=now)
    if report.credential is None:
        return report
    known = [row.address for row in person.addresses if row.verified_at]
    known += [person.did] if person.did else []
    verdicts = [recipient.judge(report.credential, one) for one in known]
    return replace(report, theirs=min(verdicts, key=_rank, default=None))


def note(row: PartnerBadgeRow, report: Report, *, now: datetime) -> None:
    """Keep a report with the badge that it is on."""
    earned = report.credential
    row.report, row.checked_at = as_json(report), now
    row.issuer = earned.issuer.id[:500] if earned else ""
    achievement = earned.achievement if earned else None
    row.name = ((achievement.name if achievement else earned.name or "") if earned else "")[:200]


def standing(row: PartnerBadgeRow, listed: Mapping[str, str]) -> BadgeStanding:
    """Return whether a badge counts: authentic, in force, this teacher's, and of a partner."""
    if row.report is None:
        return BadgeStanding.WAITS
    verdicts = row.report["verdicts"]
    answers = {verdicts.get(name, {}).get("verdict", Answer.COULD_NOT_CHECK) for name in _QUESTIONS}
    if Answer.NO in answers:
        return BadgeStanding.DOES_NOT_COUNT
    if Answer.COULD_NOT_CHECK in answers:
        return BadgeStanding.UNSURE
    return BadgeStanding.COUNTS if row.issuer in listed else BadgeStanding.NO_PARTNER


def verdicts(row: PartnerBadgeRow) -> list[Verdict]:
    """Return what the kept report answers on the badge itself, to be said in any language."""
    answers = _answers(row)
    return [
        Verdict(Answer(answers[name]["verdict"]), answers[name]["code"], answers[name]["params"])
        for name in _ITS_OWN
        if name in answers
    ]


def is_theirs(row: PartnerBadgeRow) -> Answer:
    """Return whether the kept report found that a badge is the teacher's own."""
    return Answer(_answers(row).get(_THEIRS, {}).get("verdict", Answer.COULD_NOT_CHECK))


def _answers(row: PartnerBadgeRow) -> Mapping[str, Any]:
    return row.report["verdicts"] if row.report else {}


def current(session: Session, project: ProjectRow) -> Sequence[PartnerBadgeRow]:
    """Return the badges of a project, in the order in which they came."""
    rows = select(PartnerBadgeRow).where(
        PartnerBadgeRow.project_pk == project.id, PartnerBadgeRow.removed_at.is_(None)
    )
    return session.scalars(rows.order_by(PartnerBadgeRow.id)).all()


def of_project(session: Session, project: ProjectRow, public_id: str) -> PartnerBadgeRow | None:
    """Return a badge of a project, also one that was taken out; None if it has no such badge."""
    rows = select(PartnerBadgeRow).where(PartnerBadgeRow.project_pk == project.id)
    return session.scalar(rows.where(PartnerBadgeRow.public_id == public_id))


def handed_in(session: Session, version: VersionRow) -> list[PartnerBadgeRow]:
    """Return the badges that were handed in with a version."""
    ids = [item["badge"] for item in version.artifacts.get("badges", ())]
    rows = select(PartnerBadgeRow).where(PartnerBadgeRow.public_id.in_(ids))
    return list(session.scalars(rows.order_by(PartnerBadgeRow.id))) if ids else []


def check(session: Session, project: ProjectRow, purpose: Purpose, policy: Policy) -> Findings:
    """Return the badges of a submission as its version pins them (I3). None of them blocks it; a
    badge that could not be checked is marked so."""
    badges = current(session, project)
    return Findings(badges=[{"badge": row.public_id, "sha256": row.sha256} for row in badges])


def as_evidence(session: Session, version: VersionRow) -> list[dict[str, str]]:
    """Return the badges of a version that count now, as an approval states evidence."""
    listed = partners.by_issuer(session)
    counted = [
        row for row in handed_in(session, version) if standing(row, listed) is BadgeStanding.COUNTS
    ]
    return [
        {
            "name": row.name or "Partner badge",
            "description": f"Verified badge of {listed[row.issuer]}",
            "genre": "partner badge",
            **({"sha256": row.sha256} if row.sha256 else {}),
        }
        for row in counted
    ]


def _rank(verdict: Verdict) -> int:
    return (Answer.YES, Answer.COULD_NOT_CHECK, Answer.NO).index(verdict.answer)


def _is_link(data: bytes) -> bool:
    text = data.decode(errors="replace").strip()
    return len(text) <= 2000 and web_address.read(text) is not None


def _unreadable(data: bytes, now: datetime) -> str:
    """Return why there is no badge in a file; '' if there is one."""
    report = verify(data, fetch=offline, now=now)
    is_read = all(one.outcome is Outcome.PASSED for one in report.checks if one.name == "intake")
    if is_read:
        return ""
    return N_("We found no badge in this file. Add the file that the partner gave you.")
