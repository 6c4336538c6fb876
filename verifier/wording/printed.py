"""A report as JSON, as text for a terminal, and as one line.

>>> printable("a\\x1b[31mb")
'a�[31mb'
"""

import json
from collections.abc import Sequence
from typing import Any

from contexts import BUNDLED
from verifier.credential.claims import claims
from verifier.credential.model import Credential
from verifier.pipeline.reading import reading
from verifier.report import GENERAL, Answer, Check, Outcome, Report
from verifier.structure.gate import NESTED
from verifier.structure.shape import GAPS
from verifier.wording import words
from verifier.wording.letters import limit_marks, mixed

_MARKS = {
    Answer.YES: "✔",
    Answer.NO: "✘",
    Answer.COULD_NOT_CHECK: "?",
    Outcome.PASSED: "✔",
    Outcome.FAILED: "✘",
    Outcome.COULD_NOT_CHECK: "?",
    Outcome.NOT_APPLICABLE: "·",
}
ALWAYS_SAID = {"face_unsigned", "more_than_one", "pages_not_read", "presentation", GENERAL, *GAPS}
"""Passed checks that a reader needs to see as well, because they say what was *not* checked."""
_TITLES = {
    "authentic": "Authentic",
    "current": "Current",
    "recognized": "Recognized",
    "theirs": "Theirs",
}


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON data: `verdicts`, `checks`, and the credential if authentic."""
    verdicts = {
        name: {
            "verdict": str(verdict.answer),
            "code": verdict.code,
            "params": dict(verdict.params),
            "text": words.text(verdict),
            "next": words.next_step(verdict),
        }
        for name, verdict in report.verdicts().items()
    }
    checks = [
        {
            "name": check.name,
            "outcome": str(check.outcome),
            "code": check.code,
            "params": dict(check.params),
            "problem": check.problem,
            "text": words.text(check),
        }
        for check in report.checks
    ]
    inside = {"endorsements": report.endorsements, "credentials": report.credentials}
    return {
        "carrier": report.carrier,
        "securing": report.securing,
        "verdicts": verdicts,
        "checks": checks,
        "credential": _shown(report),
        **({"kind": "credential"} if report.general else {}),
        **{
            name: [as_json(inner) for inner in reports]
            for name, reports in inside.items()
            if reports
        },
    }


def _shown(report: Report) -> Any:
    """Return the credential as it was read, and so the credentials inside it."""
    if report.credential is None or report.securing != "data_integrity":
        return report.credential and report.credential.document
    return _read(report.credential.document)


def _read(value: Any, member: str = "") -> Any:
    if isinstance(value, list):
        return [_read(item, member) for item in value]
    if not isinstance(value, dict) or member == "proof":
        return value
    if member in NESTED:
        value = reading(value, BUNDLED).document
    return {name: _read(item, name) for name, item in value.items()}


def as_text(name: str, report: Report, *, details: bool = False) -> str:
    """Return the report for a terminal: the verdicts first, then what was signed."""
    lines = [name, ""]
    for key, verdict in report.verdicts().items():
        answer = words.ANSWERS[verdict.answer]
        lines.append(f"  {_MARKS[verdict.answer]} {_TITLES[key]}: {answer}. {words.text(verdict)}")
        if step := words.next_step(verdict):
            lines.append(f"      → {step}")
    if report.credential is not None:
        lines += ["", *(_general if report.general else _badge)(report.credential)]
    elif report.carrier != "unknown":
        lines += ["", "  What it says is not shown, because it is not shown to be true."]
    lines += ["", *_inside("Endorsed", report.endorsements), *_inside("Holds", report.credentials)]
    lines += _checks(report, details)
    return "\n".join(printable(line) for line in lines) + "\n"


def _general(credential: Credential) -> list[str]:
    """Return what the issuer of a credential that is no badge signed: by whom, for whom, what."""
    return _lined(
        *_signer(credential),
        ("For", credential.recipient_name or credential.subject_id),
        ("It is", credential.name),
        ("From", _day(credential.valid_from)),
        ("Until", _day(credential.valid_until)),
        ("It says", "(in the issuer's own terms)"),
        *((f"  {term}", value) for term, value in claims(credential.document)),
    )


def _signer(credential: Credential) -> tuple[tuple[str, str | None], ...]:
    return (
        ("Issued by", credential.issuer.id),
        ("which calls itself", credential.issuer.name),
        ("Look twice", _odd_letters(credential.issuer.id, credential.issuer.name)),
    )


def _lined(*rows: tuple[str, object]) -> list[str]:
    return [f"  {label + ':':<20} {value}" for label, value in rows if value]


def _badge(credential: Credential) -> list[str]:
    """Return what the issuer signed, in the order of questions: by whom, about whom, what for."""
    achievement = credential.achievement
    return _lined(
        *_signer(credential),
        ("Earned by", credential.recipient_name),
        ("For", achievement and achievement.name),
        ("Awarded", _day(credential.awarded_date or credential.valid_from)),
        ("Activity", _period(credential)),
        *((f"In {unit}", value) for unit, value in credential.amounts),
        *(
            (result.description.name, result.level.name)
            for result in credential.criteria_results
            if result.description and result.level
        ),
        *credential.statuses,
        *(("Evidence", item.name or item.id) for item in credential.evidence),
    )


def _odd_letters(identifier: str, name: str | None) -> str | None:
    if "xn--" in identifier.lower():
        return "that address has letters of another alphabet"
    return "that name hides letters, or mixes alphabets that look alike" if mixed(name) else None


def _inside(title: str, reports: Sequence[Report]) -> list[str]:
    """Return the credentials inside, each with its own answers, which do not affect the outer
    one."""
    lines = []
    for report in reports:
        inner = report.credential
        about = "not shown to be true" if inner is None else f"by {inner.issuer.id}"
        if inner is not None and inner.name:
            about += f": {inner.name}"
        lines.append(f"  {title} {about}")
        for key in ("authentic", "current"):
            verdict = report.verdicts()[key]
            answer = words.ANSWERS[verdict.answer]
            lines.append(
                f"    {_MARKS[verdict.answer]} {_TITLES[key]}: {answer}. {words.text(verdict)}"
            )
        if inner is not None and inner.endorsement_comment:
            lines.append(f"    “{inner.endorsement_comment}”")
    return [*lines, ""] if lines else []


def _day(moment: Any) -> str | None:
    return None if moment is None else moment.strftime("%B %-d, %Y")


def _period(credential: Credential) -> str | None:
    days = [_day(credential.activity_start), _day(credential.activity_end)]
    return " to ".join(day for day in days if day) or None


def _checks(report: Report, details: bool) -> list[str]:
    checks = [
        check
        for check in report.checks
        if details
        or check.outcome in (Outcome.FAILED, Outcome.COULD_NOT_CHECK)
        or check.name in ("disclosure", "presentation")  # what is left out belongs to what is read
        or check.code in ALWAYS_SAID
    ]
    lines = [f"  {_MARKS[check.outcome]} {check.name}: {_in_full(check)}" for check in checks]
    return ["  Checks:", *(f"  {line}" for line in lines), ""] if lines else []


def _in_full(check: Check) -> str:
    beside = words.beside(check)
    return words.text(check) + (f" [{beside}]" if beside else "")


def as_table(rows: Sequence[tuple[str, Report]]) -> str:
    """Return several reports as a table, one line each, with the reason for each that is not
    *yes*."""
    width = max(len(name) for name, _ in rows)
    names = list(rows[0][1].verdicts())
    lines = [f"{'file':<{width}}  {'  '.join(names)}"]
    for name, report in rows:
        answers = report.verdicts()
        marks = "  ".join(f"{_MARKS[answers[key].answer]:^{len(key)}}" for key in names)
        line = f"{name:<{width}}  {marks}  {_reason(report)}"
        lines.append(printable(line.rstrip()))
    return "\n".join(lines) + "\n"


def _reason(report: Report) -> str:
    """Return why a report is not *yes*: the first such verdict, else an evidence file that
    differs."""
    verdicts = [item for item in report.verdicts().values() if item.answer is not Answer.YES]
    missed = [item for item in report.checks if item.name == "evidence"]
    missed = [item for item in missed if item.outcome is not Outcome.PASSED]
    return words.text((verdicts or missed)[0]) if verdicts or missed else ""


def dumps(value: Any) -> str:
    """Return JSON for people and programs alike, in which what does not print is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2).replace("\x7f", "\\u007f")
    characters = (char if char.isprintable() or char == "\n" else json.dumps(char) for char in text)
    return "".join(char.strip('"') if len(char) > 1 else char for char in characters)


def printable(line: str) -> str:
    """Take out what could steer a terminal, turn the reading direction, or cover other lines."""
    line = limit_marks(line)
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else "�" for char in line)
