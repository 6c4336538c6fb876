"""Kinds of protected objects, with their owners as conditions in SQL.

A room declares a `Guarded` for each kind, and `issuer.app` lists it. The table of rules refers to
its scopes:

    PERSON = Guarded("person", PersonRow.public_id, {OWN: lambda me, _: PersonRow.id == me.person})
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from issuer.people.tables import PostRow

ANY: Final = "any"
"""The scope of all objects of a kind; every kind has it."""
OWN: Final = "own"
"""The scope of what belongs to the person who asks."""
BUILDING: Final = "building"
"""The scope of what belongs to the building for which the role was granted."""

TECHNICAL: Final = "technical"
"""The scope of what concerns the installation and who came in, and no credential."""
TO_JUDGE: Final = "to judge"
"""The scope of what was given to the person who asks, to be judged."""

COACHED: Final = "coached"
"""The scope of what the person who asks coaches now."""
SHARED: Final = "shared"
"""The scope of what its owner shows to colleagues."""
LED: Final = "led"
"""The scope of the groups that the person who asks leads."""


@dataclass(frozen=True, slots=True)
class Me:
    """Whoever asks: the number of the person, and each role with the building it is for."""

    person: int
    roles: tuple[tuple[str, int | None], ...]
    today: date


Scope: TypeAlias = Callable[[Me, int | None], ColumnElement[bool]]
"""The condition for an object to be in the scope of somebody, in a role for that building."""


def _never(_session: Session) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Guarded:
    """One kind of object: its name in the rules, what names one in an address, and its scopes."""

    name: str
    key: InstrumentedAttribute[Any]
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    unseen: Callable[[Me], ColumnElement[bool]] = lambda _me: false()
    """The condition for an object not to be there for somebody now, whatever her roles are, if
    `hides` is true."""
    hides: Callable[[Session], bool] = _never


def own(person: InstrumentedAttribute[Any]) -> Scope:
    """Return the scope of objects whose column `person` is the number of the person who asks."""
    return lambda me, _building: person == me.person


def in_building(person: InstrumentedAttribute[Any]) -> Scope:
    """Return the scope of objects of people who work in the building of the role."""

    def working_there(_me: Me, building: int | None) -> ColumnElement[bool]:
        there = select(PostRow.person_pk).where(PostRow.building_pk == building)
        return person.in_(there)

    return working_there
