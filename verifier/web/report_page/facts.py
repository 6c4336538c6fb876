"""Format the facts of a credential for a page: domains, amounts, levels.

Each function takes a part of the `Credential` view and returns what a template shows.

>>> domain("did:web:schools.example:north")
'schools.example'
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from markupsafe import Markup, escape

from verifier.credential.model import Credential, EarnedAchievement, Result, RubricCriterionLevel
from verifier.parsing import web_address
from verifier.structure.schema import LANGUAGE
from verifier.web import language
from verifier.wording import letters
from verifier.wording.words import N_

UNITS = {
    "hours": N_("hours"),
    "credits": N_("credits"),
    "CEU": N_("continuing education units"),
    "PLU": N_("professional learning units"),
}
"""Units that are said in the reader's language; any other stands as the issuer wrote it."""

SIGN_OFFS = {
    "Signed off by": N_("Signed off by"),
    "teacher": N_("teacher"),
    "coach": N_("coach"),
    "administrator": N_("building administrator"),
}
"""Words of a sign-off that are said in the reader's language (R6)."""

FILES = {
    "application/pdf": N_("PDF"),
    "application/msword": N_("Word document"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml": N_("Word document"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml": N_("spreadsheet"),
    "application/vnd.openxmlformats-officedocument.presentationml": N_("slides"),
    "application/vnd.oasis.opendocument.text": N_("text document"),
    "application/vnd.oasis.opendocument.spreadsheet": N_("spreadsheet"),
    "application/vnd.oasis.opendocument.presentation": N_("slides"),
    "image/": N_("picture"),
    "video/": N_("video"),
    "audio/": N_("sound recording"),
    "text/": N_("text file"),
}
"""Media types by how they begin, in a word; any other stands as the issuer wrote it."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """A criterion's levels from lowest to highest, with the places achieved and asked for."""

    levels: tuple[RubricCriterionLevel, ...]
    achieved: int
    required: int | None


def ladder(result: Result) -> Ladder | None:
    """Return the levels of a rubric result in order, or None where they cannot be ordered.

    The order of an array is not signed, so it means nothing: `level` or `points` do (OB-46).
    """
    if result.description is None or result.level is None:
        return None
    ranks = {level.id: _rank(level) for level in result.description.levels}
    numbers = [rank for rank in ranks.values() if rank is not None]
    if not (len(set(numbers)) == len(ranks) == len(result.description.levels)):
        return None
    levels = sorted(result.description.levels, key=lambda level: ranks[level.id] or 0)
    places = {level.id: place for place, level in enumerate(levels)}
    required = places.get(result.description.required_level or "")
    return Ladder(tuple(levels), places[result.level.id], required)


def met(result: Result) -> bool:
    """Whether the achieved level is the required one or above it."""
    if result.description is None or result.level is None:
        return False
    if result.description.required_level in (None, result.level.id):
        return True
    steps = ladder(result)
    return steps is not None and steps.required is not None and steps.achieved >= steps.required


def all_met(credential: Credential) -> bool:
    """Return whether a rubric was used and every criterion of it was met."""
    results = credential.criteria_results
    return bool(results) and all(met(result) for result in results)


def _rank(level: RubricCriterionLevel) -> float | None:
    for text in (level.level, level.points):
        try:
            number = float(text or "")
        except ValueError:
            continue
        if math.isfinite(number):
            return number
    return None


def in_words(amounts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return amounts, each given as (unit, value), in words."""
    units = ((language.gettext(UNITS.get(unit, "")) or unit, value) for unit, value in amounts)
    return tuple(f"{value} {unit}" for unit, value in units)


def amounts(credential: Credential) -> tuple[str, ...]:
    """Return hours and credits in words (`12 hours`); what is absent is not invented (D8)."""
    if credential.amounts:
        return in_words(credential.amounts)
    if credential.credits_earned is None:
        return ()
    number = f"{credential.credits_earned:g}"
    bare = N_("{number} (the issuer does not say of what: hours or credits)")
    return (language.gettext(bare).format(number=number),)


def statuses(credential: Credential) -> tuple[tuple[str, str], ...]:
    """Return what the issuer says was reached, each name once: `("Signed off by", "coach")`."""

    def word(text: str) -> str:
        return language.gettext(SIGN_OFFS.get(text, "")) or text

    by_name: dict[str, list[str]] = {}
    for name, value in credential.statuses:
        by_name.setdefault(word(name), []).append(word(value))
    return tuple((name, ", ".join(values)) for name, values in by_name.items())


def kind_of_file(media_type: str | None) -> str | None:
    """Return a media type in a word: `PDF` for `application/pdf`."""
    kind = next((FILES[k] for k in FILES if (media_type or "").startswith(k)), None)
    return language.gettext(kind) if kind else media_type


def domain(identifier: str) -> str | None:
    """Return the host that a `did:web` or an https issuer id was proved by, else None."""
    if identifier.startswith("did:web:"):
        return unquote(identifier.split(":")[2]) or None
    address = web_address.read(identifier)
    return address.host if address and address.scheme == "https" else None


def spoken(achievement: EarnedAchievement | None) -> dict[str, str]:
    """Return a `lang` attribute for the achievement's own texts, if `inLanguage` is a language
    tag."""
    tag = (achievement and achievement.in_language) or ""
    return {"lang": tag} if re.fullmatch(LANGUAGE, tag) else {}


disguised, mixed = letters.disguised, letters.mixed


def limit_marks(value: object) -> object:
    """Return a value that a template writes, with its combining marks limited."""
    if isinstance(value, Markup):
        return Markup(letters.limit_marks(value))  # noqa: S704 - it was safe, and only loses marks
    return letters.limit_marks(value) if isinstance(value, str) else value


_BREAKS = re.compile(r"(?<=//)|(?<=:)(?!/)|(?<=[^/:])(?=[.@/?&])")
LONG = 24
"""Characters of an address that fit on a line of a phone, whatever stands around them."""


def breakable(address: str, longer_than: int = LONG) -> Markup:
    """Return an address that breaks at its parts, where it is too long for a line."""
    if len(address) <= longer_than:
        return escape(address)
    return Markup("<wbr>").join(_BREAKS.split(address))


def web_link(url: str | None) -> str | None:
    """Return `url` if a page may link to it (https alone), else None (T18)."""
    return url if url and url.lower().startswith("https://") else None


def picture(url: str | None) -> str | None:
    """Return `url` if it is a picture inside the credential itself; nothing is loaded (T18)."""
    kinds = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/svg+xml;base64,")
    return url if url and url.startswith(kinds) else None
