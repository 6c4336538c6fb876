"""The results for people: two tables for a spreadsheet, and a sheet to read and to print.

Everything in them comes from strangers. In the tables no cell can become a formula (T30); in the
sheet all is escaped, and nothing is loaded from anywhere.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape
from importlib.resources import files
from string import Template

from verifier import words
from verifier.batch.desk import Row
from verifier.printed import printable
from verifier.report import Answer

ANSWERS = {
    Answer.YES: ("✔", "counts", "count", "yes"),
    Answer.COULD_NOT_CHECK: ("?", "to look at", "to look at", "maybe"),
    Answer.NO: ("✘", "does not count", "do not count", "no"),
}
"""Each with its mark, of one, of several, and the stylesheet's word for it."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "'")


@dataclass(frozen=True, slots=True)
class Named:
    """A file that has a say in it: its name, its SHA-256, and what it is."""

    file: str
    sha256: str
    about: str


def as_csv(rows: Sequence[Row]) -> bytes:
    """Return one line for each thing that was handed in, as spreadsheets open it."""
    return _table(
        {
            "applicant": row.applicant,
            "name": row.name,
            "file or link": row.source,
            "answer": ANSWERS[row.answer][1],
            "why": " ".join(words.text(why) for why in row.reasons),
            "next step": " ".join(_steps(row)),
            "points": row.points if row.answer is Answer.YES else "",
            "name in the credential": row.signed_name,
            "achievement": row.achievement,
            "issuer": row.issuer,
            "listed as": row.listed_as,
            "awarded": row.awarded,
            "declared": row.declared,
            **{name: row.verdicts.get(name, "") for name in ("authentic", "current", "recognised")},
            "credential": row.badge,
            "sha256": row.sha256,
        }
        for row in rows
    )


def by_applicant_as_csv(rows: Sequence[Row]) -> bytes:
    """Return one line for each applicant: how many count, and the points of those that do."""
    return _table(
        {
            "applicant": name,
            "name": own[0].name,
            "handed in": str(len(own)),
            **{each[2]: str(_count(own, answer)) for answer, each in ANSWERS.items()},
            "points": total(own),
        }
        for name, own in by_applicant(rows).items()
    )


def _table(lines: Iterable[Mapping[str, str]]) -> bytes:
    out, table = io.StringIO(), list(lines)
    made = csv.DictWriter(out, table[0] if table else ["applicant"], quoting=csv.QUOTE_ALL)
    made.writeheader()
    made.writerows({head: cell(text) for head, text in line.items()} for line in table)
    return out.getvalue().encode("utf-8-sig")


def cell(text: str) -> str:
    """Return text that no spreadsheet reads as a formula, without what does not print (T30)."""
    shown = printable(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def as_html(
    rows: Sequence[Row],
    title: str,
    finished: datetime,
    named: Sequence[Named],
    unnamed: Sequence[str],
) -> bytes:
    """Return the sheet: how many count, who needs a look, then each applicant, then by what."""
    applicants = by_applicant(rows)
    look = [
        f'<a href="#a{number}">{_text(name)}</a>'
        for number, (name, own) in enumerate(applicants.items())
        if _count(own, Answer.COULD_NOT_CHECK)
    ]
    left = "".join(f"<li>{_text(name)}</li>" for name in unnamed)
    by = (
        f"<li>{_text(each.about)}: {_text(each.file)}<br><code>{each.sha256}</code></li>"
        for each in named
    )
    sheet = Template((files(__package__) / "sheet.html").read_text("utf-8")).substitute(
        title=_text(title),
        day=f"{finished:%B %-d, %Y, %H:%M} UTC",
        counts="".join(
            f'<p class="{kind}"><strong>{_count(rows, answer):,}</strong>{mark} {several}</p>'
            for answer, (mark, _, several, kind) in ANSWERS.items()
        ),
        turn=f'<p class="turn">For a person to decide: {" ".join(look)}</p>' if look else "",
        applicants="\n".join(
            f'<tbody id="a{number}">{_applicant(name, own)}</tbody>'
            for number, (name, own) in enumerate(applicants.items())
        ),
        unnamed=f"<h2>Files that no applicant is named for</h2><ul>{left}</ul>" if left else "",
        by="".join(by) or "<li>No policy and no list of issuers.</li>",
    )
    return sheet.encode()


def _applicant(name: str, rows: Sequence[Row]) -> str:
    given = f'<p class="soft">{_text(rows[0].name)}</p>' if rows[0].name not in ("", name) else ""
    whole = f'<p class="soft">{_text(total(rows))} points in all</p>' if len(rows) > 1 else ""
    head = f'<th scope="rowgroup" rowspan="{len(rows)}">{_text(name)}{given}{whole}</th>'
    lines = (f"<td>{_thing(row)}</td>{_answer(row)}</tr>" for row in rows)
    return f"<tr>{head}{'<tr>'.join(lines)}"


def _thing(row: Row) -> str:
    facts = " · ".join(filter(None, (row.listed_as or row.issuer, row.awarded, row.declared)))
    lines = (
        f"<strong>{_text(row.achievement)}</strong>" if row.achievement else "",
        _text(facts),
        f"issued to {_text(row.signed_name)}" if row.signed_name not in ("", row.name) else "",
        f'<span class="soft">{_text(row.source or "nothing")}</span>',
    )
    return "<br>".join(filter(None, lines))


def _answer(row: Row) -> str:
    mark, answer, _, kind = ANSWERS[row.answer]
    why = "".join(f"<p>{_text(words.text(why))}</p>" for why in row.reasons)
    steps = "".join(f'<p class="next">{_text(step)}</p>' for step in _steps(row))
    points = row.points if row.answer is not Answer.NO else ""
    if points and row.answer is Answer.COULD_NOT_CHECK:
        points = f"({points})"
    head = f'<p class="answer {kind}">{mark} {answer}</p>'
    return f"<td>{head}{why}{steps}</td><td>{_text(points)}</td>"


def _steps(row: Row) -> list[str]:
    """What to do next, each once; nothing where it counts."""
    steps = (words.next_step(why) for why in row.reasons if row.answer is not Answer.YES)
    return list(dict.fromkeys(filter(None, steps)))


def _count(rows: Sequence[Row], answer: Answer) -> int:
    return sum(row.answer is answer for row in rows)


def by_applicant(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows of each applicant, in the order in which they came."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.applicant, []).append(row)
    return found


def total(rows: Sequence[Row]) -> str:
    """Return the points of what counts, or '' where nothing has any."""
    counted = [Decimal(row.points) for row in rows if row.points and row.answer is Answer.YES]
    return f"{sum(counted, Decimal(0)).normalize():f}" if counted else ""


def _text(text: str) -> str:
    return escape(printable(text))
