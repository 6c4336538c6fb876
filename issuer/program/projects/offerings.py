"""What a district offers (R20): from its catalog, from a partner, or from a finished project.

offer(session, Offered("Rhythms", …), now=now)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from issuer.catalog import versions
from issuer.catalog.tables import RetiredRow
from issuer.database.pressed_twice import add_once
from issuer.home.problem import FieldError
from issuer.people.register import new_id
from issuer.people.tables import PersonRow
from issuer.program.projects.answers import LONGEST_LINE, LONGEST_TEXT
from issuer.program.projects.tables import OfferingRow, TopicRow
from verifier.wording.words import N_

PREFILLED: Final = ("skill", "goal", "measured_outcome", "plan")
"""The answers that an offering can bring along (R16)."""
LONGEST_ABOUT: Final = 2000
_WRITTEN: Final = (
    "source",
    "partner",
    "title",
    "about",
    "topic_pk",
    "achievement_id",
    "prefill",
    "led_by",
    "retired_at",
)
RETIRED: Final = N_("It is no longer offered: choose another, or offer it again in the catalog.")


class OfferingSource(StrEnum):
    """Where an offering comes from."""

    DISTRICT = "district"
    PARTNER = "partner"
    OWN = "own"


class OfferingRefused(FieldError):
    """The offering is not taken; `field` names what to change."""


@dataclass(frozen=True)
class Offered:
    """An offering as it was written. `achievement` is an id of the catalog, `partner` the name of
    whose it is."""

    source: OfferingSource
    title: str
    about: str
    achievement: str
    topic: TopicRow | None
    leader: PersonRow | None = None
    partner: str = ""
    prefill: Mapping[str, str] = field(default_factory=dict)


def offered_now() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for an offering to be one that a project may begin with: neither it
    nor what one earns with it is offered no more."""
    gone = select(RetiredRow.achievement_id)
    return OfferingRow.retired_at.is_(None), OfferingRow.achievement_id.not_in(gone)


def offer(session: Session, offered: Offered, *, now: datetime) -> None:
    """Add an offering, from now on, unless it is there. Raises `OfferingRefused`."""
    achievement = versions.find(session, offered.achievement)
    if achievement is None:
        raise OfferingRefused("achievement", N_("Choose one from the catalog."))
    if offered.achievement in versions.retired(session):
        raise OfferingRefused("achievement", RETIRED)
    if offered.topic is None:
        raise OfferingRefused("topic", N_("Choose a field."))
    if offered.source is OfferingSource.PARTNER and not offered.partner:
        raise OfferingRefused("partner", N_("Choose the partner whose it is, or list it first."))
    title = " ".join(offered.title.split()) or versions.read(achievement).name
    if len(title) > LONGEST_LINE:
        raise OfferingRefused("title", N_("Write a shorter title."))
    if not 0 < len(offered.about.strip()) <= LONGEST_ABOUT:
        raise OfferingRefused("about", N_("Say in a few sentences what it is about."))
    prefill = {name: text.strip() for name, text in offered.prefill.items() if text.strip()}
    for name, text in prefill.items():
        if len(text) > LONGEST_TEXT:
            raise OfferingRefused(name, N_("Write a shorter text."))
    row = OfferingRow(
        public_id=new_id(),
        source=offered.source,
        partner=offered.partner or None,
        title=title,
        about=offered.about.strip(),
        topic_pk=offered.topic.id,
        achievement_id=offered.achievement,
        prefill=prefill,
        led_by=offered.leader and offered.leader.id,
        created_at=now,
    )
    add_once(session, row, *_WRITTEN)
