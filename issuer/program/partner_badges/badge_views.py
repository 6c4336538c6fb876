"""What pages show of a partner's badge: whether it counts, whose it is, and our verdicts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from issuer.program.partner_badges import badges, partners
from issuer.program.partner_badges.badges import BadgeStanding
from issuer.program.partner_badges.tables import PartnerBadgeRow
from verifier.report import Answer, Verdict
from verifier.wording.words import N_

STANDINGS: Final = {
    BadgeStanding.WAITS: N_("It is being checked. Load this page again in a moment."),
    BadgeStanding.COUNTS: N_("It counts: it is verified, and of a partner of the district."),
    BadgeStanding.NO_PARTNER: N_(
        "It is verified, but its issuer is not a listed partner, so it does not count yet."
    ),
    BadgeStanding.UNSURE: N_("Part of it could not be checked, so it does not count yet."),
    BadgeStanding.DOES_NOT_COUNT: N_("It does not count."),
}


OWNERS: Final = {
    Answer.YES: N_("It was issued to this teacher."),
    Answer.NO: N_("It was issued to another name or address."),
    Answer.COULD_NOT_CHECK: N_("No address of this teacher’s could be compared with it."),
}


@dataclass(frozen=True)
class BadgeView:
    """A badge as a page shows it. `partner` is the name of a listed one, or None; `owner` says
    whether it is the teacher's."""

    row: PartnerBadgeRow
    standing: BadgeStanding
    partner: str | None
    verdicts: list[Verdict]
    owner: str


def badge_views(session: Session, rows: Iterable[PartnerBadgeRow]) -> list[BadgeView]:
    """Return each badge as a page shows it, by the partners that are listed now."""
    listed = partners.by_issuer(session)
    return [
        BadgeView(
            row,
            badges.standing(row, listed),
            listed.get(row.issuer),
            badges.verdicts(row),
            OWNERS[badges.is_theirs(row)],
        )
        for row in rows
    ]
