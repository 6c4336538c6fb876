"""An achievement and its rubric, whether read from a file, a database or an approval."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from issuer.drawing.badges.look import Look


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a criterion. Levels are told apart by `points`, never by place (OB-46)."""

    id: str
    name: str
    description: str
    points: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion and its levels, lowest first. `required` is the id of the level that meets it.

    `description` is for people who plan, judge or read about the work; a credential has no
    member for it and carries the levels' descriptions instead (OB-40).
    """

    id: str
    name: str
    description: str
    required: str
    levels: tuple[Level, ...]

    def enough(self) -> list[Level]:
        """Return the levels that a credential can state: the required one and those above."""
        least = next(level.points for level in self.levels if level.id == self.required)
        return [level for level in self.levels if level.points >= least]


@dataclass(frozen=True, slots=True)
class Rubric:
    """The criteria by which achievements are judged. Version 0 is not recorded yet."""

    id: str
    name: str
    criteria: tuple[Criterion, ...]
    version: int = 0


@dataclass(frozen=True, slots=True)
class FrameworkItem:
    """An item of a framework that the achievement speaks to, such as a CASE item (OB-48)."""

    target_name: str
    target_url: str
    target_type: str | None = None
    target_code: str | None = None
    target_description: str | None = None
    target_framework: str | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a teacher begins to work for an achievement: plain text, and a link or none."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Achievement:
    """What a teacher can earn. Version 0 is not recorded yet.

    `criteria` is Markdown. `image` is a PNG or an SVG file, or None where one is drawn; `look`
    is what the catalog chooses of a drawn one. `signatories` are offices of the settings, where
    others than usual sign. `sign_comments` puts the evaluators' comments into what is signed (D8).
    `begin` is for the achievement's page; a credential has no member for it.
    """

    id: str
    name: str
    description: str
    criteria: str
    rubric: Rubric
    tags: tuple[str, ...] = ()
    alignments: tuple[FrameworkItem, ...] = ()
    achievement_type: str = "MicroCredential"
    in_language: str | None = None
    sign_comments: bool = False
    image: bytes | None = None
    signatories: tuple[str, ...] = ()
    look: Look = field(default_factory=Look)
    begin: Beginning | None = None
    listed: bool = True
    version: int = 0


def rubric_content(rubric: Rubric) -> dict[str, Any]:
    """Return the content of this version of a rubric as JSON: without id and version."""
    content = asdict(rubric)
    del content["id"], content["version"]
    return content


def achievement_content(achievement: Achievement) -> dict[str, Any]:
    """Return the content of this version of an achievement as JSON: without id and version.

    The rubric is given by id and version, the image by its SHA-256.
    """
    content = asdict(achievement)
    for key in ("id", "version", "listed"):
        del content[key]
    image = achievement.image
    content["image"] = None if image is None else hashlib.sha256(image).hexdigest()
    content["rubric"] = {"id": achievement.rubric.id, "version": achievement.rubric.version}
    content["look"] = {key: value for key, value in content["look"].items() if value}
    for key in (
        "in_language",
        "signatories",
        "look",
        "begin",
    ):  # what was recorded before is the same
        if not content[key]:
            del content[key]
    return content


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of `content` as canonical JSON, so that equal content has one digest."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def rubric_from(content: Mapping[str, Any], *, id: str, version: int) -> Rubric:
    """Return the rubric that `rubric_content` wrote."""
    criteria = tuple(
        Criterion(**{**criterion, "levels": tuple(Level(**lv) for lv in criterion["levels"])})
        for criterion in content["criteria"]
    )
    return Rubric(id, content["name"], criteria, version)


def achievement_from(
    content: Mapping[str, Any],
    rubric: Rubric,
    image: bytes | None,
    *,
    id: str,
    version: int,
    listed: bool,
) -> Achievement:
    """Return the achievement that `achievement_content` wrote."""
    return Achievement(
        **{
            **content,
            "id": id,
            "version": version,
            "listed": listed,
            "rubric": rubric,
            "image": image,
            "signatories": tuple(content.get("signatories", ())),
            "look": Look(**content.get("look", {})),
            "begin": Beginning(**content["begin"]) if "begin" in content else None,
            "tags": tuple(content["tags"]),
            "alignments": tuple(FrameworkItem(**item) for item in content["alignments"]),
        }
    )
