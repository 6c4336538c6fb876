"""The flaws of an approval in an office's words, by field.

remedy(flaw)            # a sentence to be translated: what to do
label("levels.work")    # "Level"
"""

from collections.abc import Mapping, Sequence
from typing import Final

from issuer.home.problem import Flaw
from verifier.wording.words import N_

LABELS: Final = {
    "achievement": N_("Micro-credential"),
    "recipient.name": N_("Name"),
    "recipient.emails": N_("E-mail address"),
    "narrative.skill": N_("Skill"),
    "narrative.goal": N_("Goal"),
    "narrative.measured_outcome": N_("Measured outcome"),
    "activity": N_("Days of the work"),
    "credits": N_("Hours or credits"),
    "levels": N_("Level"),
    "comments": N_("Comment"),
    "evidence": N_("Evidence"),
    "provider_number": N_("Provider number"),
    "approved_at": N_("Approved on"),
    "valid_until": N_("Valid until"),
}
"""What a field of an approval is called, by how its name begins."""
_TEXT: Final = N_("Write plain text, at most 4,000 characters.")
_LINE: Final = N_("Write one line, at most 200 characters.")
_DAY: Final = N_(
    "Write a day as 2026-11-13 or 11/13/2026 (month, day, year), in the years 1900 to 2099."
)
_REMEDIES: Final = {
    "achievement": N_("Choose one from the catalog."),
    "recipient.name": N_("Write the full name in one line, as the certificate prints it."),
    "recipient.emails": N_("Write an e-mail address such as teacher@district.example."),
    "narrative": _TEXT,
    "levels": N_("Choose a level of this criterion."),
    "comments": _TEXT,
    "activity": N_("Give both days, such as 2026-05-15; for one day, the same twice."),
    "credits": N_("Write a number from 0.01 to 10,000, such as 12.5, and one word for its unit."),
    "provider_number": N_("Letters, digits, spaces and . / _ - only, at most 64."),
    "approved_at": _DAY,
    "valid_until": _DAY,
    "approval_id": _LINE,
}
_OF_EVIDENCE: Final = {
    "name": N_("Say in one line what it is, without a student's name."),
    "url": N_("Write an address that begins with https://. What everybody may open needs one."),
    "description": _TEXT,
}
_BY_CODE: Final = {
    "retired": N_("It is no longer offered: choose another one, or offer it again in the catalog."),
    "future": N_("This day is still to come: issue it once the day is there."),
    "past": N_("This day is over: leave it empty, or give a later one."),
    "not_yet": N_("A credential states the required level or a higher one."),
    "unknown_criterion": N_("The rubric has no such criterion: leave it out."),
    "repeated": N_("This unit stands twice: give each once."),
    "order": N_("The last day comes before the first, or after the approval."),
}
CANNOT_BE_SIGNED: Final = N_(
    "Something that was typed cannot be signed, such as a web address that is none."
)
FILL_IN: Final = N_("Fill this in.")
NEEDED: Final = (
    "recipient.name",
    "recipient.emails.0",
    "narrative.skill",
    "narrative.goal",
    "narrative.measured_outcome",
    "approved_at",
)
"""Fields of the form of one approval that cannot be empty."""
_OTHERWISE: Final = N_("This cannot be used as it is.")


def errors(flaws: Sequence[Flaw], typed: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what to do about each field that has a flaw, in the order of the form.

    `typed` has the fields of a form: a needed one that is not there is to be filled in.
    """
    first: dict[str, str] = {}
    for flaw in flaws:
        field = name(flaw)
        is_empty = typed is not None and field in NEEDED and not typed.get(field)
        first.setdefault(field, FILL_IN if is_empty else remedy(flaw))
    return dict(sorted(first.items(), key=lambda error: _place(error[0])))


def label(field: str) -> str:
    """Return what a field is called; its own name, if it has no other."""
    return _longest(LABELS, field) or field


def remedy(flaw: Flaw) -> str:
    """Return what to do about a flaw, as a sentence to be translated."""
    field = name(flaw)
    if flaw.code in _BY_CODE:
        return _BY_CODE[flaw.code]
    if field.startswith("evidence."):
        return _OF_EVIDENCE.get(field.rpartition(".")[2], _LINE)
    return _longest(_REMEDIES, field) or _OTHERWISE


def name(flaw: Flaw) -> str:
    """Return the field of a flaw as the form calls it: a list as its first entry."""
    field = flaw.field.removeprefix("data.")
    return f"{field}.0" if field == "recipient.emails" else field


def _place(field: str) -> tuple[int, str]:
    fitting = [place for place, begin in enumerate(LABELS) if field.startswith(begin)]
    return (fitting or [len(LABELS)])[0], field


def _longest(words: dict[str, str], field: str) -> str:
    fitting = [begin for begin in words if field == begin or field.startswith(f"{begin}.")]
    return words[max(fitting, key=len)] if fitting else ""
