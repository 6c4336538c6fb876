"""The results for people: two CSV tables, and an HTML sheet to read and print.

Every text comes from strangers. No cell can become a formula (T30); the sheet escapes everything
and loads nothing.

>>> cell("=SUM(A1:A9)")
"'=SUM(A1:A9)"
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from importlib.resources import files
from string import Template
from typing import NamedTuple

from verifier.batch.row import Row
from verifier.report import Answer
from verifier.wording import words
from verifier.wording.printed import printable

ANSWERS = {
    Answer.YES: ("✔", "counts", "count", "yes"),
    Answer.COULD_NOT_CHECK: ("?", "to look at", "to look at", "maybe"),
    Answer.NO: ("✘", "does not count", "do not count", "no"),
}
"""For each answer: its mark, its words for one and for several, and its name in the stylesheet."""
_HEADS = (
    *("applicant", "name", "file or link", "part", "answer", "why", "next step", "points"),
    *("name in the credential", "achievement", "issuer", "listed as", "awarded", "declared"),
    *("authentic", "current", "recognized", "credential", "sha256"),
)
_HEADS_BY_APPLICANT = (
    *("applicant", "name", "items handed in"),
    *("items that count", "items to look at", "items that do not count", "points"),
)
_UNNAMED = (
    "<h2>Files that no applicant is named for</h2>"
    '<p class="next">Add each to the row of its applicant in the table, and check again.</p>'
    "<ul>{}</ul>"
)
_SHARED = (
    '<div class="shared"><p>Several applicants handed in the same credential:</p><ul>{}</ul></div>'
)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "'")


class RecordedFile(NamedTuple):
    """A file that the results depend on: its name, its SHA-256, and what it is."""

    file: str
    sha256: str
    about: str


class SharedCredential(NamedTuple):
    """A credential that several applicants handed in: what it is called, and who they are."""

    title: str
    applicants: Sequence[str]


def as_csv(rows: Iterable[Row]) -> bytes:
    """Return the results as CSV for spreadsheets, one line for each row."""
    return _table(_HEADS, ([cells.get(head, "") for head in _HEADS] for cells in map(_cells, rows)))


def _cells(row: Row) -> dict[str, str]:
    answer = row.answer
    return {
        **row.facts,
        "applicant": row.thing.applicant,
        "name": row.thing.name,
        "file or link": row.thing.source,
        "part": row.part,
        "answer": ANSWERS[answer][1],
        "why": " ".join(map(words.text, row.reasons)),
        "next step": " ".join(_steps(row, answer)),
        "points": row.facts.get("points", "") if answer is Answer.YES else "",
        "sha256": row.sha256,
    }


def by_applicant_as_csv(rows: Iterable[Row]) -> bytes:
    """Return one line for each applicant: how many count, and the points of those that do."""
    lines = (
        (who, own[0].thing.name, str(len(own)), *map(str, _counts(own)), total(own))
        for who, own in by_applicant(rows).items()
    )
    return _table(_HEADS_BY_APPLICANT, lines)


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(heads)
    writer.writerows(map(cell, line) for line in lines)
    return out.getvalue().encode("utf-8-sig")


def cell(text: str) -> str:
    """Return text that no spreadsheet reads as a formula, without what does not print (T30)."""
    printed = printable(text)
    return f"'{printed}" if printed.lstrip().startswith(_FORMULA) else printed


def as_html(
    rows: Sequence[Row],
    title: str,
    finished: datetime,
    recorded: Sequence[RecordedFile],
    unnamed: Sequence[str],
) -> bytes:
    """Return the sheet: how many count, who needs a look, each applicant, and what was used."""
    bodies, look, links = [], [], {}
    for number, (who, own) in enumerate(by_applicant(rows).items()):
        bodies.append(f'<tbody id="a{number}">{_applicant(who, own)}</tbody>')
        links[who] = f'<a href="#a{number}">{_text(who)}</a>'
        if any(row.answer is Answer.COULD_NOT_CHECK for row in own):
            look.append(links[who])
    shared = "".join(
        f"<li><strong>{_text(title)}</strong>: {', '.join(links[who] for who in applicants)}</li>"
        for title, applicants in shared_credentials(rows)
    )
    counts = zip(ANSWERS.values(), _counts(rows), strict=True)
    left = "".join(f"<li>{_text(name)}</li>" for name in unnamed)
    by = (
        f"<li>{_text(file.about)}: {_text(file.file)}<br><code>{file.sha256}</code></li>"
        for file in recorded
    )
    sheet = Template((files(__package__) / "sheet.html").read_text("utf-8")).substitute(
        title=_text(title),
        items=items(rows),
        day=f"{finished:%B %-d, %Y, %H:%M} UTC",
        counts="".join(
            f'<p class="{kind}"><strong>{count:,}</strong>{mark} {several}</p>'
            for (mark, _, several, kind), count in counts
        ),
        turn=f'<p class="turn">For a person to decide: {" ".join(look)}</p>' if look else "",
        shared=_SHARED.format(shared) if shared else "",
        applicants="\n".join(bodies),
        unnamed=_UNNAMED.format(left) if left else "",
        by="".join(by) or "<li>No policy and no list of issuers.</li>",
    )
    return sheet.encode()


def _applicant(who: str, rows: Sequence[Row]) -> str:
    name = rows[0].thing.name
    full_name = f'<p class="soft">{_text(name)}</p>' if name not in ("", who) else ""
    whole = f'<p class="soft">{_text(total(rows))} points in all</p>' if len(rows) > 1 else ""
    head = f'<th scope="rowgroup" rowspan="{len(rows)}">{_text(who)}{full_name}{whole}</th>'
    lines = (f"<td>{_thing(row)}</td>{_answer(row)}</tr>" for row in rows)
    return f"<tr>{head}{'<tr>'.join(lines)}"


def _thing(row: Row) -> str:
    fact, source = row.facts.get, (row.thing.source or "nothing", row.part)
    achievement, signed_name = fact("achievement"), fact("name in the credential")
    facts = (fact("listed as") or fact("issuer"), _in_words(fact("awarded")), fact("declared"))
    lines = (
        f"<strong>{_text(achievement)}</strong>" if achievement else "",
        _text(" · ".join(filter(None, facts))),
        f"issued to {_text(signed_name)}" if signed_name not in (None, "", row.thing.name) else "",
        f'<span class="soft">{_text(", ".join(filter(None, source)))}</span>',
    )
    return "<br>".join(filter(None, lines))


def _in_words(day: str | None) -> str:
    """Return a day that is written as 2026-11-30 in words, and any other text as it is."""
    try:
        return f"{date.fromisoformat(day or ''):%B %-d, %Y}"
    except ValueError:
        return day or ""


def _answer(row: Row) -> str:
    result, points = row.answer, row.facts.get("points")
    mark, answer, _, kind = ANSWERS[result]
    why = "".join(f"<p>{_text(words.text(why))}</p>" for why in row.reasons)
    steps = "".join(f'<p class="next">{_text(step)}</p>' for step in _steps(row, result))
    worth = {Answer.YES: points, Answer.COULD_NOT_CHECK: points and f"({points})"}.get(result)
    head = f'<p class="answer {kind}">{mark} {answer}</p>'
    return f"<td>{head}{why}{steps}</td><td>{_text(worth or '')}</td>"


def _steps(row: Row, answer: Answer) -> list[str]:
    """What to do next, each once; nothing where it counts."""
    steps = () if answer is Answer.YES else map(words.next_step, row.reasons)
    return list(dict.fromkeys(filter(None, steps)))


def _counts(rows: Iterable[Row]) -> list[int]:
    """How many there are of each answer, in the order of `ANSWERS`."""
    counter = Counter(row.answer for row in rows)
    return [counter[answer] for answer in ANSWERS]


def by_applicant(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each applicant, in the order in which they came, without the files that no
    applicant is named for."""
    grouped: dict[str, list[Row]] = {}
    for row in (row for row in rows if row.thing.applicant):
        grouped.setdefault(row.thing.applicant, []).append(row)
    return grouped


def shared_credentials(rows: Iterable[Row]) -> list[SharedCredential]:
    """Return the credentials that more than one applicant handed in, in the order of the rows."""
    copies: dict[str, list[Row]] = {}
    for row in (row for row in rows if row.same and row.thing.applicant):
        copies.setdefault(row.same, []).append(row)
    shared = []
    for own in copies.values():
        applicants = list(dict.fromkeys(row.thing.applicant for row in own))
        if len(applicants) > 1:
            title = own[0].facts.get("achievement") or own[0].thing.source
            shared.append(SharedCredential(title, applicants))
    return shared


def items(rows: Sequence[Row]) -> str:
    """Return of how much the counts are, such as `9 items from 8 applicants`."""
    people = len(by_applicant(rows))
    things = "1 item" if len(rows) == 1 else f"{len(rows):,} items"
    return f"{things} from {'1 applicant' if people == 1 else f'{people:,} applicants'}"


def total(rows: Iterable[Row]) -> str:
    """Return the points of what counts, or '' where nothing has any."""
    points = [row.facts.get("points") for row in rows if row.answer is Answer.YES]
    counted = [Decimal(value) for value in points if value]
    return f"{sum(counted, Decimal(0)).normalize():f}" if counted else ""


@lru_cache(maxsize=4096)  # most is of the same few issuers, achievements and reasons
def _text(text: str) -> str:
    return escape(printable(text))
