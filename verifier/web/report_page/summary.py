"""Classify a report and word its summary: whether it counts, and what to do next."""

from collections import Counter
from collections.abc import Sequence

from verifier.report import Answer, Report, Verdict
from verifier.web import language
from verifier.wording.words import N_

WITHDRAWN = ("revoked", "revoked_because", "ob2_revoked", "withdrawn_on")
KINDS = {
    "not_authentic": N_("No."),
    "not_theirs": N_("Not for the person you named: it was issued to another name or address."),
    "withdrawn": N_("No."),
    "suspended": N_("Not for now: the issuer has suspended it."),
    "expired": N_(
        "Only if your own rules accept what was done before it ended on {date}. If they need one "
        "that is in force now, ask the teacher for a renewed one."
    ),
    "not_in_force": N_("Not as something that is in force now."),
    "not_yet_valid": N_("Not yet: it begins on {date}."),
    "not_shown": N_("Not yet: first it has to be shown to be real."),
    "unsure": N_("Not yet: first find out whether it is still in force."),
    "issuer": N_("Not yet: first find out who issued it."),
    "general": N_(
        "Not as a badge: it is another kind of credential. See whether your own rules count it."
    ),
    "own_site": N_("Is that an address of the district you know? If yes, you may count it."),
    "good": N_(
        "Yes, if it belongs to the teacher you are checking for, and your own rules count it."
    ),
    "theirs": N_("Yes, if your own rules count it. It was issued to the person you named."),
}
"""The answer to "May I count it?" by the kind of report, what needs a person first."""
GOOD_OF = N_("Yes, if {name} is the teacher you are checking for, and your own rules count it.")
"""The same where all is good and the credential names who earned it."""
LABELS = {
    "withdrawn": N_("Withdrawn"),
    "expired": N_("Ended on {date}"),
    "suspended": N_("Suspended"),
    "not_yet_valid": N_("Begins on {date}"),
}
"""The label above the title of a credential that is not in force, so that nobody overlooks it."""
ON_ITS_DAY = {LABELS["withdrawn"]: N_("Withdrawn on {date}")}
"""The same where the day of a withdrawal is known."""
STEPS = (
    N_("Make sure that the name on it is that of the teacher you are checking for."),
    N_("See whether your own rules count it, and for how much."),
    N_("Print or save this report for the file."),
)
NEXT = {"own_site": STEPS, "good": STEPS, "theirs": STEPS[1:]}
"""What to do next if the answer is yes, or may be."""
ORDER = tuple(KINDS)
TOTALS = {"theirs": "good", "not_shown": "unsure", "suspended": "not_in_force"}
"""Kinds that count as another in the total."""


def kind(report: Report) -> str:
    """Return which of `KINDS` a report is of."""
    if report.authentic.answer is not Answer.YES:
        return "not_authentic" if report.authentic.answer is Answer.NO else "not_shown"
    if report.theirs is not None and report.theirs.answer is Answer.NO:
        return "not_theirs"
    if report.current.answer is Answer.NO:
        of = standing(report.current)
        return of if of in KINDS else "not_in_force"
    if report.current.answer is not Answer.YES:
        return "unsure"
    if report.general and known(report):
        return "general"
    if report.recognized.code == "own_site":
        return "own_site"
    if not known(report):
        return "issuer"
    return "good" if report.theirs is None or report.theirs.answer is not Answer.YES else "theirs"


def known(report: Report) -> bool:
    """Return whether somebody here answers for the issuer, not a public directory alone (D3)."""
    verdict = report.recognized
    return verdict.answer is Answer.YES and verdict.code != "listed_unverified"


def standing(current: Verdict) -> str:
    """Return the code of the verdict *Current*, with one code for all ways of withdrawing."""
    return "withdrawn" if current.code in WITHDRAWN else current.code


def dated(sentence: str, current: Verdict) -> str:
    """Return a sentence in the reader's language, with the day that decides if it is known."""
    if current.code == "withdrawn_on":
        sentence = ON_ITS_DAY.get(sentence, sentence)
    return language.fill(sentence, current.params)


def in_all(kinds: Sequence[str]) -> str:
    """Return how many credentials there are, by kind: `3 in all: 1 ended, 2 good.`"""
    numbers = Counter(TOTALS.get(kind, kind) for kind in sorted(kinds, key=ORDER.index))
    parts = ", ".join(_number(of, n) for of, n in numbers.items())
    return language.gettext(N_("{all} in all: {found}.")).format(all=len(kinds), found=parts)


def _number(of: str, n: int) -> str:
    ngettext = language.ngettext
    return {
        "not_authentic": ngettext("{n} not authentic", "{n} not authentic", n),
        "not_theirs": ngettext("{n} of somebody else", "{n} of somebody else", n),
        "withdrawn": ngettext("{n} withdrawn", "{n} withdrawn", n),
        "expired": ngettext("{n} ended", "{n} ended", n),
        "not_in_force": ngettext("{n} not in force", "{n} not in force", n),
        "not_yet_valid": ngettext("{n} not begun", "{n} not begun", n),
        "unsure": ngettext("{n} could not be checked", "{n} could not be checked", n),
        "issuer": ngettext("{n} of an unknown issuer", "{n} of unknown issuers", n),
        "general": ngettext("{n} that is no badge", "{n} that are no badges", n),
        "own_site": ngettext("{n} issued by this site", "{n} issued by this site", n),
        "good": ngettext("{n} good", "{n} good", n),
    }[of].format(n=n)
