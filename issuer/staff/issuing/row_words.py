"""What is to be put right in a row of a table, in an office's words: the column, what is written
there, and what is allowed.

for reason in reasons(row, catalog):
    reason.column, reason.sentence  # "level Student work", "You wrote “good”. Choose a level …"
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from issuer.approvals.table import columns
from issuer.approvals.table.names import COMMENT, LEVEL
from issuer.approvals.table.rehearsal import Rehearsed
from issuer.catalog.achievement import Achievement, Criterion
from issuer.home.problem import Flaw
from issuer.issuance import ConflictError
from issuer.issuance.problems import Refused
from issuer.people.roster.table import head
from issuer.staff.issuing import flaw_words
from issuer.wording.language import gettext
from verifier.wording.words import N_

OTHERWISE: Final = N_(
    "Its approval id stands for another approval, above in the table or issued before. Give it an"
    " id of its own, or leave the cell empty."
)

ABOUT: Final = {"levels": LEVEL, "comments": COMMENT}
"""How the head of a column about a criterion begins."""
HOURS: Final = N_("Write a number from 0.01 to 10,000, such as 12.5.")


class RowReason(NamedTuple):
    """What to put right in a row; `column` is '' for the row as a whole."""

    column: str
    sentence: str


def reasons(row: Rehearsed, catalog: Sequence[Achievement]) -> list[RowReason]:
    """Return what is to be put right in a row, in the language of the page.

    `catalog` has the achievements that are offered.
    """
    if isinstance(row.error, Refused):
        remedies = {flaw_words.name(flaw): _remedy(flaw) for flaw in row.error.flaws}
        criteria = _criteria(row, catalog)
        all_reasons = (
            _reason(field, remedy, row.cells, criteria, catalog)
            for field, remedy in remedies.items()
        )
        return [*dict.fromkeys(all_reasons)]  # one column `level` is that of several criteria
    conflict = isinstance(row.error, ConflictError)
    return [RowReason("", gettext(OTHERWISE if conflict else flaw_words.CANNOT_BE_SIGNED))]


def in_words(row: Rehearsed, catalog: Sequence[Achievement]) -> str:
    """Return the same as one cell of the file to fix."""
    return " ".join(
        f"{reason.column}: {reason.sentence}" if reason.column else reason.sentence
        for reason in reasons(row, catalog)
    )


def _remedy(flaw: Flaw) -> str:
    """Return what to do about a flaw; a table has hours alone, without a column for their unit."""
    is_hours = flaw_words.name(flaw) == columns.HEADS["hours"]
    return HOURS if is_hours else flaw_words.remedy(flaw)


def _criteria(row: Rehearsed, catalog: Sequence[Achievement]) -> Mapping[str, Criterion]:
    """Return the criteria of the catalog by id; of those alike, the one that the row is about."""
    title = head(row.cells.get("achievement", ""))
    its_own_last = sorted(catalog, key=lambda one: title in (one.id, head(one.name)))
    return {criterion.id: criterion for one in its_own_last for criterion in one.rubric.criteria}


def _reason(
    field: str,
    remedy: str,
    cells: Mapping[str, str],
    criteria: Mapping[str, Criterion],
    catalog: Sequence[Achievement],
) -> RowReason:
    column = _column(field, cells, criteria)
    sentences = [gettext(remedy)]
    if written := cells.get(column):
        sentences.insert(0, gettext("You wrote “%(text)s”.") % {"text": written})
    elif column in cells:
        sentences.insert(0, gettext(flaw_words.FILL_IN))
    if allowed := [*_allowed(field, criteria, catalog)]:
        sentences.append(gettext("Allowed: %(names)s.") % {"names": ", ".join(allowed)})
    return RowReason(_titled(field, column, criteria), " ".join(sentences))


def _allowed(
    field: str, criteria: Mapping[str, Criterion], catalog: Sequence[Achievement]
) -> Iterator[str]:
    criterion = criteria.get(field.removeprefix("levels."))
    if field.startswith("levels.") and criterion:
        yield from (level.name for level in criterion.enough())
    elif field.startswith("achievement"):
        yield from (one.name for one in catalog)


def _titled(field: str, column: str, criteria: Mapping[str, Criterion]) -> str:
    """Return the head of a column with its criterion as the catalog writes it."""
    part, _, name = field.partition(".")
    if part in ABOUT and name in criteria and column != ABOUT[part]:
        return f"{ABOUT[part]} {criteria[name].name}"
    return column


def _column(field: str, cells: Mapping[str, str], criteria: Mapping[str, Criterion]) -> str:
    """Return the head of the column where the value of a field stands, as the table has it."""
    part, _, name = field.partition(".")
    if part in ABOUT:
        about = ABOUT[part]
        title = criteria[name].name if name in criteria else name
        own = (f"{about} {head(title)}", f"{about} {name}", about)
        return next((column for column in own if column in cells), f"{about} {title}")
    at = {place: column for column, place in columns.HEADS.items()}
    within = (column for place, column in at.items() if place.startswith(part))
    return at.get(field) or next(within, field)
