"""What a page says about the results: first a summary, then what to do, then the applicants with
problems."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from verifier.batch.row import Row
from verifier.batch.sheet import ANSWERS, by_applicant, shared_credentials
from verifier.report import Answer
from verifier.web.language import gettext, next_step
from verifier.wording.words import N_

ORDER: Final = (Answer.COULD_NOT_CHECK, Answer.NO, Answer.YES)
"""The order of the answers: a person must decide about the first; the last need nobody."""
LABELS: Final = {
    Answer.YES: N_("Counts"),
    Answer.COULD_NOT_CHECK: N_("To look at"),
    Answer.NO: N_("Does not count"),
}
MOST_SHOWN = 200
"""Applicants of one answer on a page; the sheet has all."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """What one applicant handed in, and its place on the page."""

    who: str
    name: str
    rows: Sequence[Row]
    place: str


@dataclass(frozen=True, slots=True)
class SharedItem:
    """A credential that several applicants handed in, with the places of these on the page."""

    title: str
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Summary:
    """The results in short, how many there are of each answer, what to do for whom, and the
    applicants by the answer that needs most of a person. `stray_policy` is a file among theirs that
    looks like a policy, and `shared` what several of them handed in."""

    headline: str
    counts: Mapping[Answer, int]
    steps: Mapping[str, Sequence[str]]
    applicants: Mapping[Answer, Sequence[Applicant]]
    stray_policy: str
    shared: Sequence[SharedItem]

    def kind(self, answer: Answer) -> str:
        """Return the stylesheet's word for an answer."""
        return ANSWERS[answer][3]

    def label(self, answer: Answer) -> str:
        """Return an answer in the reader's language."""
        return gettext(LABELS[answer])


def summary(rows: Sequence[Row], unnamed: Sequence[str]) -> Summary:
    """Return the summary of a check in the language of this request, from its rows and the files
    that no applicant is named for."""
    counts = {answer: sum(row.answer is answer for row in rows) for answer in ORDER}
    people: dict[Answer, list[Applicant]] = {answer: [] for answer in ORDER}
    for number, (who, own) in enumerate(by_applicant(rows).items()):
        answer = min((row.answer for row in own), key=ORDER.index)
        people[answer].append(Applicant(who, own[0].thing.name, own, f"a{number}"))
    names = (*unnamed, *(row.thing.source for row in rows))
    stray = next((name for name in names if name.lower().endswith(".toml")), "")
    places = {one.who: one.place for those in people.values() for one in those}
    shared = [
        SharedItem(title, {who: places[who] for who in applicants})
        for title, applicants in shared_credentials(rows)
    ]
    return Summary(_headline(counts), counts, _steps(rows), people, stray, shared)


def _headline(counts: Mapping[Answer, int]) -> str:
    look, number = counts[Answer.COULD_NOT_CHECK], sum(counts.values())
    if look:
        text = gettext("Items to look at: {look} of {number}.")
    elif counts[Answer.NO]:
        text = gettext("Nothing needs a look, and not everything counts.")
    else:
        text = gettext("Everything counts.")
    return text.format(look=look, number=number)


def _steps(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return what to do next, each with the applicants it is about, the most frequent first."""
    about: dict[str, dict[str, None]] = defaultdict(dict)
    for row in (row for row in rows if row.thing.applicant):
        for reason in row.reasons if row.answer is not Answer.YES else ():
            if step := next_step(reason):
                about[step][row.thing.applicant] = None
    return {step: [*about[step]] for step in sorted(about, key=lambda step: -len(about[step]))}
