"""The form of an achievement, and the achievement that was typed into it."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from issuer.catalog.achievement import Achievement, Beginning, FrameworkItem, Rubric
from issuer.catalog.files import ACHIEVEMENT_TYPES, is_id
from issuer.catalog.versions import OWN_IDEA
from issuer.drawing.badges.look import ICONS, PATTERNS, Look
from issuer.home import color
from issuer.home.certificate_settings import MOST
from issuer.staff.catalog.fields import Fields, new_id
from verifier.structure.schema import LANGUAGE
from verifier.wording.words import N_

TEXTS: Final = ("name", "description", "criteria", "achievement_type", "in_language")
ALIGNMENT: Final = FrameworkItem.__slots__
_ROW: Final = re.compile(r"alignments\.([0-9]{1,2})\.target_name")
MOST_ALIGNMENTS: Final = 50


def flat(achievement: Achievement) -> dict[str, str]:
    """Return an achievement as the fields of its form."""
    values = {name: getattr(achievement, name) or "" for name in TEXTS}
    look = asdict(achievement.look)
    values |= {
        "rubric": achievement.rubric.id,
        "tags": "\n".join(achievement.tags),
        "sign_comments": "yes" if achievement.sign_comments else "",
        "begin_text": achievement.begin.text if achievement.begin else "",
        "begin_url": (achievement.begin and achievement.begin.url) or "",
        **{f"look_{key}": value or "" for key, value in look.items()},
        **{f"signs.{office}": "yes" for office in achievement.signatories},
    }
    for number, item in enumerate(achievement.alignments):
        own = asdict(item)
        values |= {f"alignments.{number}.{key}": own[key] or "" for key in ALIGNMENT}
    return values


def rows(form: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the framework items that were typed, and an empty one to write the next into."""
    numbers = sorted(int(row[1]) for row in filter(None, map(_ROW.fullmatch, form)))
    typed = [{key: form.get(f"alignments.{n}.{key}", "") for key in ALIGNMENT} for n in numbers]
    return [*(row for row in typed if any(row.values())), dict.fromkeys(ALIGNMENT, "")]


def finished(
    form: Mapping[str, str],
    *,
    before: Achievement | None,
    rubrics: Iterable[Rubric],
    offices: Collection[str],
    taken: Collection[str] = (),
) -> tuple[Achievement | None, dict[str, str]]:
    """Return the achievement typed into a form, and what is wrong with it, by field.

    `before` is the version that it changes, None for a new one, whose id must not be in `taken`.
    """
    fields = Fields(form)
    name = fields.line("name")
    rubric = next((one for one in rubrics if one.id == form.get("rubric")), None)
    if rubric is None:
        fields.wrong["rubric"] = N_("Choose the rubric by which it is judged.")
    signs = tuple(office for office in offices if form.get(f"signs.{office}"))
    if before and set(before.signatories) == set(signs):
        signs = before.signatories  # in their order
    if len(signs) > MOST:
        fields.wrong["signs"] = N_("So many do not fit on a certificate: choose fewer.")
    values: dict[str, Any] = {
        "name": name,
        "description": fields.text("description"),
        "criteria": fields.text("criteria"),
        "tags": fields.lines("tags"),
        "alignments": _alignments(fields),
        "achievement_type": _type(fields, before),
        "in_language": _language(fields),
        "sign_comments": bool(form.get("sign_comments")),
        "signatories": signs,
        "look": _look(fields),
        "begin": _beginning(fields),
    }
    own = before.id if before else _id(fields, name, taken)
    if rubric is None or fields.wrong:
        return None, fields.wrong
    image = before.image if before else None
    return Achievement(id=own, rubric=rubric, image=image, **values), {}


def _id(fields: Fields, name: str, taken: Collection[str]) -> str:
    typed = fields.form.get("id", "").strip()
    own = typed or new_id(name, taken, "achievement")
    if not is_id(own) or own.startswith(OWN_IDEA):
        fields.wrong["id"] = N_("Write small letters, digits and hyphens, such as sight-reading.")
    elif own in taken:
        fields.wrong["id"] = N_("Another one has this name: choose a different one.")
    return own


def _type(fields: Fields, before: Achievement | None) -> str:
    kind = fields.form.get("achievement_type", "")
    known = {*ACHIEVEMENT_TYPES, before.achievement_type if before else ""}
    return kind if kind and kind in known else "MicroCredential"


def _language(fields: Fields) -> str | None:
    tag = fields.line("in_language", required=False)
    if tag and not re.fullmatch(LANGUAGE, tag):
        fields.wrong["in_language"] = N_("Write a language tag, such as es or en-US.")
    return tag or None


def _alignments(fields: Fields) -> tuple[FrameworkItem, ...]:
    items = []
    for number, row in enumerate(rows(fields.form)[:MOST_ALIGNMENTS]):
        if not any(row.values()):
            continue
        at = f"alignments.{number}"
        part = Fields({f"{at}.{key}": value for key, value in row.items()})
        name, url = part.line(f"{at}.target_name"), part.address(f"{at}.target_url", required=True)
        others = [
            part.text(f"{at}.{key}", required=False) or None
            if key == "target_description"
            else part.line(f"{at}.{key}", required=False) or None
            for key in ALIGNMENT[2:]
        ]
        fields.wrong |= part.wrong
        items.append(FrameworkItem(name, url or "", *others))
    return tuple(items)


def _look(fields: Fields) -> Look:
    accent = fields.line("look_color", required=False)
    if accent and not color.is_readable(accent):
        fields.wrong["look_color"] = N_("Write #rrggbb, deep enough for white words on it.")
    pattern, icon = fields.form.get("look_pattern"), fields.form.get("look_icon")
    return Look(
        accent or None,
        pattern if pattern in PATTERNS else None,
        icon if icon in ICONS else None,
    )


def _beginning(fields: Fields) -> Beginning | None:
    text, url = fields.text("begin_text", required=False), fields.address("begin_url")
    if url and not text:
        fields.wrong["begin_text"] = N_("Say in a sentence where the link leads.")
    return Beginning(text, url) if text else None
