"""A visitor's policy beside the report of one credential, judged as in a check of many.

own = policy_in(request.form, request.files)
own.judge(report, "Jordan Example", now).answer    # Answer.YES
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest

from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from verifier.batch import job, policy
from verifier.batch.policy import BatchPolicy, Worth
from verifier.batch.row import Row
from verifier.batch.table import ApplicantFile
from verifier.report import Report


@dataclass(frozen=True, slots=True)
class OwnPolicy:
    """A policy with its lists; `files` are their names and texts, which a report page submits
    again."""

    rules: BatchPolicy
    files: Mapping[str, str]

    def judge(self, report: Report, presented_by: str, now: datetime) -> Row:
        """Return what the policy says of the credential in a report, with its name, and the points
        with the amount and the rate that they come from."""
        emails = (presented_by,) if "@" in presented_by else ()
        name = "" if emails or presented_by.startswith("did:") else presented_by
        thing = ApplicantFile("", "", name, emails)
        worth = report.credential and policy.reckoned(report.credential, self.rules)
        facts = {"policy": self.rules.name} | (_reckoning(worth) if worth else {})
        reasons = tuple(policy.judge(report, self.rules, thing, now))
        return Row(thing, now.isoformat(), reasons, facts=facts)


def _reckoning(worth: Worth) -> dict[str, str]:
    unit = "" if worth.unit == policy.EACH else worth.unit
    points = {"points": _plain(worth.value * worth.rate)}
    return points | {"value": _plain(worth.value), "unit": unit, "rate": _plain(worth.rate)}


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def policy_in(
    form: ImmutableMultiDict[str, str], files: ImmutableMultiDict[str, FileStorage]
) -> OwnPolicy | None:
    """Return the policy in a submitted form, None if there is none; `BatchError` says what is wrong
    with it. The lists it names are files of the form, and no others (T31)."""
    again = zip_longest(form.getlist("policy_name"), form.getlist("policy_text"), fillvalue="")
    texts = {name: text.encode() for name, text in again}
    texts |= {file.filename or "": file.read() for file in files.getlist("policy") if file}
    if not texts:
        return None
    rules = job.rules(*job.rules_among(texts))
    contents = {name: text.decode("utf-8", "replace") for name, text in texts.items()}
    return OwnPolicy(policy.parse(rules.policy, rules.lists), contents)
