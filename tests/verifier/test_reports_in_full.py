"""Every kind of report, check by check with all its parameters, against `reports.json`.

A reader of the JSON relies on each name, code, parameter and problem. To write the file anew
after a change that is meant: `WRITE_REPORTS=1 pytest tests/verifier/test_reports_in_full.py`,
and read the difference.
"""

import json
import os
from pathlib import Path

import pytest
from cases import CASES, OPTIONS, VICTIM, signed
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from world import Issuer, World

FILE = Path(__file__).with_name("reports.json")


def in_full(report):
    """Return a report as lists: its carrier and form, its verdicts, its checks."""
    verdicts = {
        name: [str(verdict.answer), verdict.code, dict(verdict.params)]
        for name, verdict in report.verdicts().items()
    }
    checks = [
        [check.name, str(check.outcome), check.code, dict(check.params), check.problem]
        for check in report.checks
    ]
    return {"form": [report.carrier, report.securing], "verdicts": verdicts, "checks": checks}


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


def written(report):
    lines = [
        f'"{key}": {json.dumps(report[key], ensure_ascii=False)}' for key in ("form", "verdicts")
    ]
    checks = ",\n   ".join(json.dumps(check, ensure_ascii=False) for check in report["checks"])
    return "{\n  " + ",\n  ".join([*lines, f'"checks": [{checks}]']) + "}"


if os.environ.get("WRITE_REPORTS"):
    cases = (f'"{name}": {written(report_of(name))}' for name in [*CASES, *OPTIONS])
    FILE.write_text("{\n" + ",\n".join(cases) + "\n}\n")
EXPECTED = json.loads(FILE.read_bytes())


def test_the_file_has_every_case():
    assert list(EXPECTED) == [*CASES, *OPTIONS]


@pytest.mark.parametrize("name", [*CASES, *OPTIONS])
def test_a_report_is_told_in_full(name):
    assert report_of(name) == EXPECTED[name]
