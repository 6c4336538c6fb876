"""Cells as people write them, in the words of the catalog: a title for an id, “Met” for `met`.

row = as_known(CatalogNames(session), cells)
row["achievement"], row["level work"], row["approved at"]  # "rhythms", "met", "2026-11-12"
"""

import re
from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from issuer.catalog import versions
from issuer.catalog.achievement import Achievement, Criterion
from issuer.people.roster.table import head
from issuer.wording.days import day_in_a_table

LEVEL: Final = "level"
COMMENT: Final = "comment"
DAYS: Final = ("start", "end", "approved at", "valid until")
_HOURS: Final = re.compile(r"([0-9.]+) ?(?:h|hrs?|hours?)\.?", re.IGNORECASE)


class CatalogNames:
    """The achievements of the catalog by what people call them; each is looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Achievement | None] = {}

    def achievement(self, text: str) -> Achievement | None:
        """Return the newest version of the achievement with this id or title, in any case; None if
        there is none, or if several that are offered have this title."""
        if text not in self._known:
            self._known[text] = self._find(text)
        return self._known[text]

    def _find(self, text: str) -> Achievement | None:
        row = versions.find(self._session, text) or versions.find(self._session, text.lower())
        if row is not None:
            return versions.read(row)
        titled = [one for one in versions.listed(self._session) if _key(one.name) == _key(text)]
        return titled[0] if len(titled) == 1 else None


def as_known(catalog: CatalogNames, cells: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a row with the ids of achievement, criteria and levels, and with days and
    hours as they are read. What means nothing known stays as it is written."""
    achievement = catalog.achievement(cells.get("achievement", ""))
    known = {name: _as_read(name, text) for name, text in cells.items()}
    if achievement is None:
        return known
    by_title = {_key(one.name): one for one in achievement.rubric.criteria}
    criteria = by_title | {one.id: one for one in achievement.rubric.criteria}
    columns = {name: _column(criteria, name) for name, text in known.items() if text}
    # A title's column beside that of its id keeps its head, and so is refused: neither is lost.
    known = {name if column in columns else column: known[name] for name, column in columns.items()}
    for criterion in achievement.rubric.criteria:
        if text := known.get(f"{LEVEL} {criterion.id}"):
            known[f"{LEVEL} {criterion.id}"] = level_id(criterion, text)
    if text := known.get(LEVEL):
        ids = {level_id(criterion, text) for criterion in achievement.rubric.criteria}
        known[LEVEL] = text if len(ids) > 1 else ids.pop()
    return known | {"achievement": achievement.id}


def _as_read(name: str, text: str) -> str:
    """Return a day as year-month-day, and “12 hours” as 12."""
    if name in DAYS:
        return day_in_a_table(text)
    hours = _HOURS.fullmatch(text) if name == "hours" else None
    return hours[1] if hours else text


def levels_of(catalog: CatalogNames, cells: Mapping[str, str]) -> dict[str, str]:
    """Return the level of each criterion in a row: that of its own column, else that of `level`."""
    begin, levels = f"{LEVEL} ", {}
    achievement = catalog.achievement(cells.get("achievement", ""))
    if achievement is not None and (text := cells.get(LEVEL)):
        levels = {one.id: level_id(one, text) for one in achievement.rubric.criteria}
    named = {name: text for name, text in cells.items() if name.startswith(begin) and text}
    return levels | {name.removeprefix(begin): text for name, text in named.items()}


def heads_of(achievement: Achievement) -> list[str]:
    """Return the heads of the columns for levels: by the names of the criteria, or by their ids
    where two have one name."""
    names = [_key(one.name) for one in achievement.rubric.criteria]
    titles = (
        one.name if names.count(_key(one.name)) == 1 else one.id
        for one in achievement.rubric.criteria
    )
    return [f"{LEVEL} {title}" for title in titles]


def level_id(criterion: Criterion, text: str) -> str:
    """Return the id of the level that is called so, by id or name, in any case; else the text."""
    ids = {_key(one.name): one.id for one in criterion.levels}
    ids |= {_key(one.id): one.id for one in criterion.levels}
    return ids.get(_key(text), text)


def _column(criteria: Mapping[str, Criterion], name: str) -> str:
    """Return the head of a column about a criterion with its id, and any other as it is."""
    about, _, title = name.partition(" ")
    if about in (LEVEL, COMMENT) and _key(title) in criteria:
        return f"{about} {criteria[_key(title)].id}"
    return name


def _key(text: str) -> str:
    """Return a title as it is compared: in any case, and with either apostrophe."""
    return head(text).replace("’", "'")
