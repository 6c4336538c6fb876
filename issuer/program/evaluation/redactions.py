"""What evaluators read where names are hidden: text without the teacher's own name (I11, E33).

blind = covering(version, added(session, [version.id])[version.id])
blind("I am Jordan Example of Lincoln Middle School.")      # "I am █████ of █████."

Names, addresses and buildings of the register are covered by themselves; the superintendent adds
what else tells who it is.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from issuer.database.pressed_twice import add_once
from issuer.people.tables import PersonRow, PostRow
from issuer.program.evaluation.tables import RedactionRow
from issuer.program.projects.tables import ProjectRow, VersionRow

COVER: Final = "█████"
"""Always as long, so that the length tells nothing."""
SHORTEST: Final = 2


def covering(version: VersionRow, more: Iterable[str] = ()) -> Callable[[str], str]:
    """Return the function that covers in a text what tells whose work a version is."""
    pattern = _pattern([*of_person(version.project.person), *more])
    return lambda text: pattern.sub(COVER, text) if pattern else text


def covering_person(person: PersonRow) -> Callable[[str], str]:
    """Return the function that covers in a text what the register says of somebody."""
    pattern = _pattern(of_person(person))
    return lambda text: pattern.sub(COVER, text) if pattern else text


def of_person(person: PersonRow) -> list[str]:
    """Return what the register says of somebody that would tell who it is."""
    words = [person.name, person.name.split()[-1] if person.name.split() else ""]
    words += [other.name for other in person.other_names]
    words += [address.address for address in person.addresses]
    words += [post.building.name for post in person.posts]
    return words


def added(session: Session, version_pks: Collection[int]) -> Mapping[int, list[str]]:
    """Return, by version, the words that the superintendent covers in it."""
    words: dict[int, list[str]] = defaultdict(list)
    rows = select(RedactionRow).where(RedactionRow.version_pk.in_(version_pks))
    for row in session.scalars(rows.order_by(RedactionRow.id)):
        words[row.version_pk].append(row.words)
    return words


def with_names() -> list[_AbstractLoad]:
    """Return what to load with many versions, so that each does not ask for its names."""
    person = joinedload(VersionRow.project).joinedload(ProjectRow.person)
    return [
        person.selectinload(PersonRow.other_names),
        person.selectinload(PersonRow.addresses),
        person.selectinload(PersonRow.posts).joinedload(PostRow.building),
    ]


def add(
    session: Session, version: VersionRow, words: str, *, by: PersonRow, now: datetime
) -> RedactionRow | None:
    """Cover words in a version from now on; None for less than `SHORTEST` letters, and for what is
    covered already."""
    words = " ".join(words.split())[:200]
    if len(words) < SHORTEST:
        return None
    row = RedactionRow(version_pk=version.id, words=words, by_pk=by.id, created_at=now)
    return row if add_once(session, row, "version_pk", "words") else None


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Return the pattern of any of these words, as whole words in any case; None for none."""
    longest_first = sorted({word.strip() for word in words if len(word.strip()) >= SHORTEST})
    longest_first.sort(key=len, reverse=True)
    if not longest_first:
        return None
    spaced = (r"\s+".join(map(re.escape, word.split())) for word in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)", re.IGNORECASE)
