"""The form of a rubric, which works without scripts: its text, adding and removing criteria and
levels, and the rubric that was typed.

    draft = read(request.form)
    draft = changed(draft, "add-level:2")
    rubric, wrong = finished(draft, "completion", {})
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from issuer.catalog.achievement import Criterion, Level, Rubric
from issuer.catalog.files import is_id
from issuer.staff.catalog.fields import Fields, new_id
from verifier.wording.words import N_

MOST_CRITERIA: Final = 40
MOST_LEVELS: Final = 12
_LARGEST: Final = 1_000_000
_PART: Final = re.compile(r"criteria\.([0-9]{1,2})\.(?:levels\.([0-9]{1,2})\.)?[a-z]+")


@dataclass(frozen=True, slots=True)
class LevelDraft:
    """A level as it was typed."""

    id: str = ""
    name: str = ""
    description: str = ""
    points: str = ""


@dataclass(frozen=True, slots=True)
class CriterionDraft:
    """A criterion as it was typed; `required` is the place of the level that meets it."""

    id: str = ""
    name: str = ""
    description: str = ""
    required: int = 0
    levels: tuple[LevelDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class RubricDraft:
    """A rubric as it was typed."""

    name: str = ""
    criteria: tuple[CriterionDraft, ...] = field(default=())


def draft_of(rubric: Rubric) -> RubricDraft:
    """Return a rubric as the form shows it."""
    criteria = []
    for one in rubric.criteria:
        levels = [LevelDraft(lv.id, lv.name, lv.description, str(lv.points)) for lv in one.levels]
        place = next((n for n, lv in enumerate(one.levels) if lv.id == one.required), 0)
        criteria.append(CriterionDraft(one.id, one.name, one.description, place, tuple(levels)))
    return RubricDraft(rubric.name, tuple(criteria))


def read(form: Mapping[str, str]) -> RubricDraft:
    """Return what was typed; odd names of fields are passed over."""
    places: dict[int, set[int]] = {}
    for part in filter(None, map(_PART.fullmatch, form)):
        levels = places.setdefault(int(part[1]), set())
        if part[2] is not None:
            levels.add(int(part[2]))
    numbers = sorted(places)[:MOST_CRITERIA]
    return RubricDraft(
        form.get("name", ""),
        tuple(_criterion(form, f"criteria.{n}", sorted(places[n])[:MOST_LEVELS]) for n in numbers),
    )


def _criterion(form: Mapping[str, str], at: str, places: list[int]) -> CriterionDraft:
    levels = [
        LevelDraft(
            *(form.get(f"{at}.levels.{n}.{name}", "") for name in LevelDraft.__slots__),
        )
        for n in places
    ]
    chosen = form.get(f"{at}.required", "")
    required = next((at for at, n in enumerate(places) if str(n) == chosen), 0)
    own, name, text = (form.get(f"{at}.{key}", "") for key in ("id", "name", "description"))
    return CriterionDraft(own, name, text, required, tuple(levels))


def changed(draft: RubricDraft, what: str) -> RubricDraft:
    """Return a draft with a criterion or a level more, or without one; what is odd changes nothing.

    A new criterion has the levels of the one before: nobody types them twice.
    """
    verb, *numbers = what.split(":")
    places = [int(text) for text in numbers if re.fullmatch(r"[0-9]{1,2}", text)]
    criteria = list(draft.criteria)
    match verb, places:
        case "add-criterion", []:
            criteria.append(_one_more(criteria))
        case "drop-criterion", [at] if at < len(criteria):
            del criteria[at]
        case "add-level", [at] if at < len(criteria):
            levels = (*criteria[at].levels, LevelDraft())
            criteria[at] = replace(criteria[at], levels=levels)
        case "drop-level", [at, place] if at < len(criteria):
            criteria[at] = _without(criteria[at], place)
    return replace(draft, criteria=tuple(criteria[:MOST_CRITERIA]))


def _one_more(criteria: list[CriterionDraft]) -> CriterionDraft:
    if not criteria:
        return CriterionDraft(levels=(LevelDraft(points="1"), LevelDraft(points="2")), required=1)
    before = criteria[-1]
    levels = tuple(replace(level, id="", description="") for level in before.levels)
    return CriterionDraft(levels=levels, required=before.required)


def _without(criterion: CriterionDraft, place: int) -> CriterionDraft:
    levels = tuple(level for n, level in enumerate(criterion.levels) if n != place)
    required = criterion.required - (place < criterion.required)
    return replace(criterion, levels=levels, required=max(0, min(required, len(levels) - 1)))


def finished(draft: RubricDraft, rubric_id: str) -> tuple[Rubric, dict[str, str]]:
    """Return the rubric that a draft means, and what is wrong with it, by field.

    Levels are sorted by their points. What has no id yet gets one from its name, and keeps it.
    """
    fields = Fields(flat(draft))
    name = fields.line("name")
    if not draft.criteria:
        fields.wrong["criteria"] = N_("A rubric needs at least one criterion.")
    criteria: list[Criterion] = []
    taken = {one.id for one in draft.criteria if one.id}
    for number, one in enumerate(draft.criteria):
        criterion = _finished_criterion(fields, one, f"criteria.{number}", taken)
        taken.add(criterion.id)
        criteria.append(criterion)
    if len({one.id for one in criteria}) < len(criteria):
        fields.wrong["criteria"] = N_("Two criteria are the same one: take one out.")
    return Rubric(rubric_id, name, tuple(criteria)), fields.wrong


def _finished_criterion(
    fields: Fields, draft: CriterionDraft, at: str, taken: set[str]
) -> Criterion:
    name, description = fields.line(f"{at}.name"), fields.text(f"{at}.description")
    if not draft.levels:
        fields.wrong[f"{at}.levels"] = N_("A criterion needs at least one level.")
    levels: list[Level] = []
    known = {level.id for level in draft.levels if level.id}
    for number, one in enumerate(draft.levels):
        level = _finished_level(fields, one, f"{at}.levels.{number}", known)
        known.add(level.id)
        levels.append(level)
    required = levels[draft.required].id if draft.required < len(levels) else ""
    levels.sort(key=lambda level: level.points)
    points = any(low.points == high.points for low, high in pairwise(levels))
    if points and f"{at}.levels" not in fields.wrong:
        fields.wrong[f"{at}.levels"] = N_(
            "Give each level different points, the best one the most."
        )
    names = [level.name.casefold() for level in levels if level.name]
    if len({*names}) < len(names):
        fields.wrong.setdefault(
            f"{at}.levels", N_("Two levels have the same name: give each a name of its own.")
        )
    own = draft.id if is_id(draft.id) else new_id(name, taken, "criterion")
    return Criterion(own, name, description, required, tuple(levels))


def _finished_level(fields: Fields, draft: LevelDraft, at: str, known: set[str]) -> Level:
    name, text = fields.line(f"{at}.name"), fields.text(f"{at}.description")
    points = fields.line(f"{at}.points")
    is_number = re.fullmatch(r"-?[0-9]{1,7}", points) and abs(int(points)) <= _LARGEST
    if not is_number and f"{at}.points" not in fields.wrong:
        fields.wrong[f"{at}.points"] = N_("Write a whole number.")
    own = draft.id if is_id(draft.id) else new_id(name, known, "level")
    return Level(own, name, text, int(points) if is_number else 0)


def flat(draft: RubricDraft) -> dict[str, str]:
    """Return a draft as the fields of its form."""
    values = {"name": draft.name}
    for n, one in enumerate(draft.criteria):
        at = f"criteria.{n}"
        values |= {f"{at}.{key}": getattr(one, key) for key in ("id", "name", "description")}
        values[f"{at}.required"] = str(one.required)
        for place, level in enumerate(one.levels):
            here = f"{at}.levels.{place}"
            values |= {f"{here}.{key}": getattr(level, key) for key in LevelDraft.__slots__}
    return values
