"""The results for people: a table for a spreadsheet, and a sheet to read and to print.

Everything in them comes from strangers. In the table no cell can become a formula (T30); in the
sheet all is escaped, and nothing is loaded from anywhere.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape
from importlib.resources import files

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
COLUMNS = (
    "applicant", "name", "file or link", "answer", "why", "next step", "points",
    "points of the applicant", "name in the credential", "achievement", "issuer", "listed as",
    "awarded", "declared", "authentic", "current", "recognised", "credential", "sha256",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "'")
_OWN_STYLE = """
main, .top { max-width: 72rem; }
.counts { display: flex; flex-wrap: wrap; gap: 1rem 3rem; }
.counts strong { display: block; font-size: var(--largest); line-height: 1.1; }
.status.maybe { color: var(--maybe); }
table { min-width: 40rem; line-height: 1.4; }
tbody { break-inside: avoid; }
tbody th, td strong { font-weight: 650; }
th:nth-child(1) { width: 16%; } thead th:nth-child(2) { width: 32%; }
tr > :last-child { text-align: right; padding-right: 0; }
.next { font-weight: 600; }
@page { margin: 14mm; }
@media print { html { font-size: 75%; } main, .top { padding: 0; } .scroll { overflow: visible; } }
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A file that has a say in it: its name, its SHA-256, and what it is."""

    file: str
    sha256: str
    about: str


def as_csv(rows: Sequence[Row]) -> bytes:
    """Return one line for each thing that was handed in, as spreadsheets open it."""
    totals = {name: total(own) for name, own in by_applicant(rows).items()}
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for row in rows:
        cells = (
            row.applicant, row.name, row.source, ANSWERS[row.answer][1],
            " ".join(words.text(why) for why in row.reasons), " ".join(_steps(row)),
            row.points if row.answer is Answer.YES else "", totals[row.applicant],
            row.signed_name, row.achievement, row.issuer, row.listed_as, row.awarded, row.declared,
            *(row.verdicts.get(name, "") for name in COLUMNS[14:17]), row.badge, row.sha256,
        )  # fmt: skip
        table.writerow(map(cell, cells))
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
    """Return the sheet: how many count, then each applicant with the reasons, then by what."""
    style = (files("verifier") / "web" / "static" / "style.css").read_text("utf-8") + _OWN_STYLE
    applicants = by_applicant(rows)
    answers = [row.answer for row in rows]
    counts = "".join(
        f'<p class="status {kind}"><strong>{answers.count(answer)}</strong>{mark} {several}</p>'
        for answer, (mark, _, several, kind) in ANSWERS.items()
    )
    body = "".join(_applicant(name, own) for name, own in applicants.items())
    left = "".join(f"<li>{_text(name)}</li>" for name in unnamed)
    by = "".join(
        f"<li>{_text(each.about)}: {_text(each.file)}<br><code>{each.sha256}</code></li>"
        for each in named
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_text(title)}</title><style>{style}</style></head><body>
<header class="top"></header><main>
<p class="eyebrow">Checked on {finished:%B %-d, %Y, %H:%M} UTC</p>
<h1>{_text(title)}</h1>
<p class="lead">{len(applicants)} applicants handed in {len(rows)} things.</p>
<div class="counts">{counts}</div>
<div class="scroll"><table><thead><tr><th scope="col">Applicant</th><th scope="col">Handed in</th>
<th scope="col">Answer</th><th scope="col">Points</th></tr></thead>{body}</table></div>
{f"<h2>Files that no applicant is named for</h2><ul>{left}</ul>" if left else ""}
<h2>By what this was checked</h2>
<ul>{by or "<li>No policy and no list of issuers.</li>"}</ul>
<p class="hint">The lists of withdrawn credentials that were used, and a fingerprint (SHA-256) of
everything, are in record.json beside this sheet.</p>
</main></body></html>
""".encode()


def _applicant(name: str, rows: Sequence[Row]) -> str:
    lines = []
    for number, row in enumerate(rows):
        who = ""
        if number == 0:
            whole = f"<p class=hint>{_text(total(rows))} in all</p>" if len(rows) > 1 else ""
            given = f"<p class=hint>{_text(row.name)}</p>" if row.name not in ("", name) else ""
            who = f"<th scope=rowgroup rowspan={len(rows)}>{_text(name)}{given}{whole}</th>"
        lines.append(f"<tr>{who}<td>{_thing(row)}</td>{_answer(row)}</tr>")
    return f"<tbody>{''.join(lines)}</tbody>"


def _thing(row: Row) -> str:
    facts = " · ".join(filter(None, (row.listed_as or row.issuer, row.awarded, row.declared)))
    lines = (
        f"<strong>{_text(row.achievement)}</strong>" if row.achievement else "",
        _text(facts),
        f"issued to {_text(row.signed_name)}" if row.signed_name else "",
        f"<span class=hint>{_text(row.source or 'nothing')}</span>",
    )
    return "<br>".join(filter(None, lines))


def _answer(row: Row) -> str:
    mark, answer, _, kind = ANSWERS[row.answer]
    why = "".join(f"<p>{_text(words.text(why))}</p>" for why in row.reasons)
    steps = "".join(f"<p class=next>{_text(step)}</p>" for step in _steps(row))
    points = row.points if row.answer is not Answer.NO else ""
    if points and row.answer is Answer.COULD_NOT_CHECK:
        points = f"({points})"
    head = f'<p class="status {kind}">{mark} {answer}</p>'
    return f"<td>{head}{why}{steps}</td><td>{_text(points)}</td>"


def _steps(row: Row) -> list[str]:
    """What to do next, each once; nothing where it counts."""
    steps = (words.next_step(why) for why in row.reasons if row.answer is not Answer.YES)
    return list(dict.fromkeys(filter(None, steps)))


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
