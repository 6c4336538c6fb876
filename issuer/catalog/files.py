"""Achievements and rubrics as TOML files, read strictly.

A folder holds `rubrics/<id>.toml` and `achievements/<id>.toml`; a file's name is its id. A mistake
is reported with its file and key:

    achievements = load(Path("catalog"))  # raises `CatalogError`
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeVar

from contexts.errors import MintmarkError
from issuer.catalog.achievement import (
    Achievement,
    Beginning,
    Criterion,
    FrameworkItem,
    Level,
    Rubric,
)
from issuer.catalog.versions import OWN_IDEA
from issuer.drawing.badges.look import ICONS, PATTERNS, Look
from issuer.drawing.images import ImageError, check_image
from issuer.home import color
from issuer.home.certificate_settings import MOST
from verifier.parsing import web_address
from verifier.parsing.strict_toml import Table, TomlError, read_toml
from verifier.structure.schema import LANGUAGE

ACHIEVEMENT_TYPES: Final = (
    *("Achievement", "ApprenticeshipCertificate", "Assessment", "Assignment", "AssociateDegree"),
    *("Award", "Badge", "BachelorDegree", "Certificate", "CertificateOfCompletion"),
    *("Certification", "CommunityService", "Competency", "Course", "CoCurricular", "Degree"),
    *("Diploma", "DoctoralDegree", "Fieldwork", "GeneralEducationDevelopment"),
    *("JourneymanCertificate", "LearningProgram", "License", "Membership"),
    *("ProfessionalDoctorate", "QualityAssuranceCredential", "MasterCertificate", "MasterDegree"),
    *("MicroCredential", "ResearchDoctorate", "SecondarySchoolDiploma"),
)
_ACHIEVEMENT_TYPE = re.compile("|".join((*ACHIEVEMENT_TYPES, r"ext:[A-Za-z0-9._-]+")))
"""Open Badges 3.0, AchievementType (OB-29)."""
_TARGET_TYPE = re.compile(
    "ceasn:Competency|ceterms:Credential|CFItem|CFRubric|CFRubricCriterion|CTDL"
    r"|CFRubricCriterionLevel|ext:[A-Za-z0-9._-]+"
)
"""Open Badges 3.0, AlignmentTargetType (OB-48)."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_ID: Final = 100

Item = TypeVar("Item", Criterion, Level)
Loaded = TypeVar("Loaded")


class CatalogError(MintmarkError):
    """A file of the catalog cannot be used. The message names file, key and remedy."""


def load(folder: Path) -> list[Achievement]:
    """Return the achievements in `folder`, each with its rubric, in the order of their ids.

    The folder `achievements` itself may be given as well. Raises `CatalogError`.
    """
    home = _home(folder)
    files = sorted((home / "achievements").glob("*.toml"))
    if not files:
        raise CatalogError(f"no achievements in {home}: it must hold achievements/<id>.toml")
    by_id = {rubric.id: rubric for rubric in rubrics(home)}
    return [_in(file, lambda top, at: _achievement(top, at, by_id)) for file in files]


def rubrics(folder: Path) -> list[Rubric]:
    """Return the rubrics in `folder`, in the order of their ids, also those of no achievement, such
    as the one for proposals. Raises `CatalogError`."""
    files = sorted((_home(folder) / "rubrics").glob("*.toml"))
    return [_in(file, _rubric) for file in files]


def _home(folder: Path) -> Path:
    return folder.parent if folder.name == "achievements" else folder


def _in(file: Path, parse: Callable[[Table, Path], Loaded]) -> Loaded:
    """Return what `parse` makes of the file, its errors with the file's name."""
    try:
        _check_id(file.stem, "the file's name")
        top = read_toml(file)
        loaded = parse(top, file)
        top.refuse_rest()
    except (TomlError, ImageError) as exc:
        raise CatalogError(f"{file}: {exc}") from exc
    return loaded


def _achievement(top: Table, file: Path, rubrics: Mapping[str, Rubric]) -> Achievement:
    if file.stem.startswith(OWN_IDEA):
        raise TomlError(f"the file's name may not begin with {OWN_IDEA} (teachers' own ideas do)")
    rubric_id = top.line("rubric")
    if rubric_id not in rubrics:
        known = ", ".join(rubrics) or "none"
        raise TomlError(f"rubric {rubric_id!r} has no file in rubrics/ (there: {known})")
    image = _image(top.line("image", required=False), file)
    look = _look(top.table("badge"))
    if image and look != Look():
        raise TomlError("badge: what it chooses is not drawn where there is an image (remove one)")
    return Achievement(
        id=file.stem,
        name=top.line("name"),
        description=top.text("description"),
        criteria=top.text("criteria"),
        rubric=rubrics[rubric_id],
        tags=top.lines("tags"),
        alignments=tuple(_alignment(table) for table in top.tables("alignments")),
        achievement_type=_achievement_type(top),
        in_language=_language(top.line("in_language", required=False)),
        sign_comments=top.flag("sign_comments", default=False),
        image=image,
        signatories=_signatories(top.lines("signatories")),
        look=look,
        begin=_beginning(top.table("begin")),
    )


def _achievement_type(top: Table) -> str:
    kind = top.line("achievement_type", required=False) or "MicroCredential"
    if not _ACHIEVEMENT_TYPE.fullmatch(kind):
        raise TomlError(f"achievement_type {kind!r} is no type of Open Badges 3.0 (or ext:…)")
    return kind


def _language(tag: str) -> str | None:
    if tag and not re.fullmatch(LANGUAGE, tag):
        raise TomlError(f"in_language must be a language tag (BCP 47) such as es or en-US: {tag!r}")
    return tag or None


def _alignment(table: Table) -> FrameworkItem:
    kind = table.line("target_type", required=False)
    if kind and not _TARGET_TYPE.fullmatch(kind):
        known = "CFItem, ceasn:Competency or another of Open Badges 3.0, or ext:…"
        raise TomlError(f"{table.path('target_type')} must be {known}: {kind!r}")
    url = table.line("target_url", longest=2000)
    if web_address.read(url) is None:
        raise TomlError(f"{table.path('target_url')} must be an http or https address: {url!r}")
    alignment = FrameworkItem(
        target_name=table.line("target_name"),
        target_url=url,
        target_type=kind or None,
        target_code=table.line("target_code", required=False) or None,
        target_description=table.text("target_description", required=False) or None,
        target_framework=table.line("target_framework", required=False) or None,
    )
    table.refuse_rest()
    return alignment


def _image(name: str, file: Path) -> bytes | None:
    if not name:
        return None
    try:
        data = (file.parent / name).read_bytes()
    except OSError as exc:
        raise TomlError(f"image {name!r} cannot be read: {exc}") from exc
    check_image(data)
    return data


def _beginning(table: Table) -> Beginning | None:
    if not table.values:
        return None
    url = table.line("url", required=False, longest=2000) or None
    if url and web_address.read(url) is None:
        raise TomlError(f"{table.path('url')} must be an http or https address: {url!r}")
    begin = Beginning(table.text("text"), url)
    table.refuse_rest()
    return begin


def _signatories(offices: tuple[str, ...]) -> tuple[str, ...]:
    if len(offices) > MOST:
        raise TomlError(f"signatories: {MOST} fit on a certificate, and here are {len(offices)}")
    return offices


def _look(table: Table) -> Look:
    accent = table.line("color", required=False)
    if accent and not color.is_readable(accent):
        raise TomlError(
            f"badge.color must be #rrggbb, and deep enough for white words on it: {accent!r}"
        )
    look = Look(accent or None, _one(table, "pattern", PATTERNS), _one(table, "icon", ICONS))
    table.refuse_rest()
    return look


def _one(table: Table, key: str, known: tuple[str, ...]) -> str | None:
    name = table.line(key, required=False)
    if name and name not in known:
        raise TomlError(f"{table.path(key)} must be one of {', '.join(known)}: {name!r}")
    return name or None


def _rubric(top: Table, file: Path) -> Rubric:
    criteria = tuple(_criterion(table) for table in top.tables("criteria"))
    if not criteria:
        raise TomlError("criteria: at least one is needed: [[criteria]]")
    _check_different(criteria, "criteria")
    return Rubric(file.stem, top.line("name"), criteria)


def _criterion(table: Table) -> Criterion:
    levels = tuple(_level(level) for level in table.tables("levels"))
    where = table.path("levels")
    _check_different(levels, where)
    if any(low.points >= high.points for low, high in pairwise(levels)):
        raise TomlError(f"{where}: points must grow from each level to the next, lowest first")
    required = table.line("required")
    if required not in [level.id for level in levels]:
        known = ", ".join(level.id for level in levels) or "none"
        raise TomlError(f"{table.path('required')}: {required!r} is no level here (there: {known})")
    criterion = Criterion(
        id=_check_id(table.line("id"), table.path("id")),
        name=table.line("name"),
        description=table.text("description"),
        required=required,
        levels=levels,
    )
    table.refuse_rest()
    return criterion


def _level(table: Table) -> Level:
    level = Level(
        id=_check_id(table.line("id"), table.path("id")),
        name=table.line("name"),
        description=table.text("description"),
        points=table.integer("points"),
    )
    table.refuse_rest()
    return level


def is_id(value: str) -> bool:
    """True if `value` may be the id of an achievement, a criterion or a level."""
    return bool(_ID.fullmatch(value)) and len(value) <= LONGEST_ID


def _check_id(value: str, what: str) -> str:
    if not is_id(value):
        raise TomlError(
            f"{what} must be small letters, digits and single hyphens, at most {LONGEST_ID}:"
            f" {value!r}"
        )
    return value


def _check_different(items: tuple[Item, ...], where: str) -> None:
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise TomlError(f"{where}: the id {item.id!r} stands twice (give each its own)")
        seen.add(item.id)
