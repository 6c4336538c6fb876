"""What the columns of a table of approvals mean.

A row is an approval as the webhook takes it: `achievement`, `name`, `e-mail`, and so on. `level` is
that of every criterion for which no column `level CRITERION` says another. Titles may stand for
ids, in any case, and days may be month/day/year or have the month's name.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from itertools import pairwise
from typing import Any, Final

from sqlalchemy.orm import Session

from issuer.approvals.table import names
from issuer.approvals.table.names import COMMENT, LEVEL, CatalogNames
from issuer.catalog import versions
from issuer.database.database import to_json
from issuer.home.settings import Settings
from issuer.wording.days import day_in_a_table, written_day

HEADS: Final = {
    "approval id": "approval_id",
    "achievement": "achievement.id",
    "name": "recipient.name",
    "e-mail": "recipient.emails.0",
    "second e-mail": "recipient.emails.1",
    "skill": "narrative.skill",
    "goal": "narrative.goal",
    "measured outcome": "narrative.measured_outcome",
    "start": "activity.start",
    "end": "activity.end",
    "hours": "credits.0.value",
    "provider number": "provider_number",
    "approved at": "approved_at",
    "valid until": "valid_until",
}
"""The heads of the template, each with the field of the approval where it stands."""
EXAMPLE: Final = {
    "name": "Jordan Example",
    "e-mail": "teacher@district.example",
    "skill": "Rhythm in small groups",
    "goal": "Every student claps eight bars",
    "measured outcome": "26 of 31 students did in May, 9 in January",
    "hours": "12.5",
    "approved at": "5/15/2026",
}
"""What the row of the template says beside its achievement and levels."""
REASON: Final = "what to fix"
"""The column of a file to fix that says why a row waits; it is not read."""
NEEDED: Final = ("achievement", "name", "e-mail", "approved at")
MORNING: Final = time(6)
_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T]00:00(?::00)?)?")


def template(session: Session, achievement_id: str | None = None) -> list[str]:
    """Return the heads of a table, with the criteria of an achievement if one is named."""
    row = versions.find(session, achievement_id) if achievement_id else None
    return [*HEADS, *([LEVEL] if row is None else names.heads_of(versions.read(row)))]


def example(session: Session, achievement_id: str) -> list[str]:
    """Return a row of the template that shows what to write; handed in, it is left out."""
    row = versions.find(session, achievement_id)
    if row is None:
        return []
    achievement = versions.read(row)
    levels = [one.enough()[0].name for one in achievement.rubric.criteria]
    cells = EXAMPLE | {"achievement": achievement.name}
    return [*(cells.get(head, "") for head in HEADS), *levels]


def is_example(cells: Mapping[str, str]) -> bool:
    """True if a row is the example of the template."""
    return all(cells.get(head) == EXAMPLE[head] for head in ("name", "e-mail"))


def data(catalog: CatalogNames, settings: Settings, written: Mapping[str, str]) -> dict[str, Any]:
    """Return the `data` of the approval in a row, as a sender would write it.

    Days are read by `moment` and `end_of`. A row without an approval id gets one that is computed
    from everything that is read of it, so that the same row in any file is the same approval.
    """
    cells = names.as_known(catalog, written)
    levels = names.levels_of(catalog, cells)
    fields: dict[str, Any] = {"approval_id": _own_id(cells), "levels": levels}
    for name, value in cells.items():
        if value and name in HEADS:
            _put(fields, HEADS[name].split("."), value)
        elif value and name.startswith(f"{COMMENT} "):
            fields.setdefault("comments", {})[name.removeprefix(f"{COMMENT} ")] = value
    if "credits" in fields:
        fields["credits"][0]["unit"] = "hours"
    for field, read in (("approved_at", moment), ("valid_until", end_of)):
        if field in fields:
            fields[field] = read(settings, fields[field])
    for field in fields.get("activity", {}):
        fields["activity"][field] = fields["activity"][field].partition(" ")[0]
    return fields


def moment(settings: Settings, text: str) -> str:
    """Return a day as six in the morning of the district, and any other text as it is.

    By then today has begun for an office, and it is the same day in every zone of the country. A
    district that names no time zone has the day's beginning in UTC.
    """
    return _at(settings, text, MORNING if settings.timezone else time())


def end_of(settings: Settings, text: str) -> str:
    """Return a day as its last second in the district, and any other text as it is."""
    return _at(settings, text, time(23, 59, 59))


def _at(settings: Settings, text: str, hour: time) -> str:
    day = _DAY.fullmatch(day_in_a_table(text))
    try:
        moment = day and datetime.combine(written_day(day[1]), hour, settings.timezone or UTC)
    except ValueError:
        return text
    return moment.isoformat() if moment else text


def _own_id(cells: Mapping[str, str]) -> str:
    says = {name: cells[name] for name in sorted(cells) if cells[name] and _is_read(name)}
    return f"row-{hashlib.sha256(to_json(says)).hexdigest()[:32]}"


def _is_read(name: str) -> bool:
    """Whether the approval depends on a column: a running number or a note changes nothing."""
    return name in HEADS or name == LEVEL or name.startswith((f"{LEVEL} ", f"{COMMENT} "))


def _put(fields: dict[str, Any], way: Sequence[str], value: str) -> None:
    """Write a value where its field stands; a number in the way is a place in a list."""
    place: Any = fields
    for step, after in pairwise(way):
        if isinstance(place, list):
            if len(place) <= int(step):
                place.append({})
            place = place[-1]
        else:
            place = place.setdefault(step, [] if after.isdigit() else {})
    if isinstance(place, list):
        place.append(value)
    else:
        place[way[-1]] = value
