"""Every kind of report, check by check with all its parameters, against `reports.json` and
`reports_of_others.json`.

A reader of the JSON relies on each name, code, parameter and problem. To write the files anew
after a change that is meant: `WRITE_REPORTS=1 pytest tests/verifier/test_reports_in_full.py`,
and read the difference.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest
from cases import CASES, OPTIONS, VICTIM, signed
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from other_cases import CHALLENGE, DOMAIN, OTHERS
from world import NOW, Issuer, World

from verifier import verify_presentation

FILE = Path(__file__).with_name("reports.json")
FILE_OF_OTHERS = Path(__file__).with_name("reports_of_others.json")
ASKED = {"challenge": CHALLENGE, "domain": DOMAIN}


def lists(checks):
    return [
        [check.name, str(check.outcome), check.code, dict(check.params), check.problem]
        for check in checks
    ]


def in_full(report):
    """Return a report as lists: its carrier and form, its verdicts, its checks."""
    verdicts = {
        name: [str(verdict.answer), verdict.code, dict(verdict.params)]
        for name, verdict in report.verdicts().items()
    }
    form = [report.carrier, report.securing]
    return {"form": form, "verdicts": verdicts, "checks": lists(report.checks)}


def world_of_fixed_keys():
    proof_key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x01")
    return World(issuer=Issuer(VICTIM, proof_key, ec.derive_private_key(1, ec.SECP256R1())))


def report_of(name):
    """Return the report on a case; of the checks, those that the sound badge has not as well."""
    world = world_of_fixed_keys()
    if name in OPTIONS:
        return in_full(world.verify(signed(world), **OPTIONS[name](world)))
    report = in_full(world.verify(CASES[name](world)))
    if name != "sound":
        usual = in_full(world_of_fixed_keys().verify(signed(world_of_fixed_keys())))["checks"]
        report["checks"] = [check for check in report["checks"] if check not in usual]
    return report


def reports_of(name):
    """Return the reports on what is no plain badge, with those inside; of what is no
    Open Badge 3.0 with what is shown of it as well."""
    world = world_of_fixed_keys()
    data = OTHERS[name](world)
    data = data if isinstance(data, bytes | str) else json.dumps(data)
    data = data.encode() if isinstance(data, str) else data
    reports = [with_all(report) for report in world.verify_all(data, general=True, **ASKED)]
    if "present" in name or "bind" in name:
        whole = verify_presentation(data, make_fetch=lambda: world.fetch, now=NOW, **ASKED)
        first = world.verify(data, general=True, **ASKED)
        assert reports[0] == with_all(first) or first.checks[-1].code == "more_than_one"
        codes = [report.authentic.code for report in whole.credentials]
        reports.append({"holder": whole.holder, "inside": codes, "checks": lists(whole.checks)})
    return reports


def with_all(report):
    whole = in_full(report)
    for part in ("endorsements", "credentials"):
        if inner := getattr(report, part):
            whole[part] = [with_all(one) for one in inner]
    if report.credential and (report.general or "Assertion" in report.credential.types):
        view = asdict(report.credential) | {"document": None}
        whole["view"] = {name: value for name, value in view.items() if value}
    return json.loads(json.dumps(whole, default=str))


def dumps(value):
    return json.dumps(value, ensure_ascii=False)


def written(report):
    """Return the JSON of a report, with a line for each check and each member."""
    members = []
    for name, value in report.items():
        text = dumps(value)
        if name in ("checks", "endorsements", "credentials"):
            lines = (written(one) if isinstance(one, dict) else dumps(one) for one in value)
            text = "[" + ",\n   ".join(lines) + "]"
        members.append(f'"{name}": {text}')
    return "{\n  " + ",\n  ".join(members) + "}"


def write():
    cases = (f"{dumps(name)}: {written(report_of(name))}" for name in [*CASES, *OPTIONS])
    FILE.write_text("{\n" + ",\n".join(cases) + "\n}\n")
    others = (
        f"{dumps(name)}: [" + ",\n ".join(map(written, reports_of(name))) + "]" for name in OTHERS
    )
    FILE_OF_OTHERS.write_text("{\n" + ",\n".join(others) + "\n}\n")


if os.environ.get("WRITE_REPORTS"):
    write()
EXPECTED = json.loads(FILE.read_bytes())
EXPECTED_OF_OTHERS = json.loads(FILE_OF_OTHERS.read_bytes())


def test_the_file_has_every_case():
    assert list(EXPECTED) == [*CASES, *OPTIONS]
    assert list(EXPECTED_OF_OTHERS) == [*OTHERS]


@pytest.mark.parametrize("name", [*CASES, *OPTIONS])
def test_a_report_is_told_in_full(name):
    assert report_of(name) == EXPECTED[name]


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_plain_badge_is_told_in_full(name):
    assert reports_of(name) == EXPECTED_OF_OTHERS[name]
