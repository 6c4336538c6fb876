"""`mintmark doctor`: one line for each part, with what to do, and a status for monitors."""

import argparse
import json
from dataclasses import asdict
from itertools import chain

from issuer.home.command_line import Commands, Needs
from issuer.home.issuer import Issuer
from issuer.installation.doctor import here, outside
from issuer.installation.doctor.finding import Finding, PartState, exit_status
from verifier import clock

_MARKS = {
    PartState.OK: "✔",
    PartState.WARNING: "!",
    PartState.FAILED: "✘",
    PartState.UNCHECKED: "?",
}


def add_commands(commands: Commands) -> None:
    """Add `doctor` to a parser."""
    doctor = commands.add_parser("doctor", help="say of each part whether it works, and the remedy")
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.set_defaults(run=_doctor, needs=Needs.HOME)


def _doctor(args: argparse.Namespace, issuer: Issuer) -> int:
    """Print how each part stands; return 0 if all is well, 1 if a part failed, else 3."""
    now = clock.now()
    findings: list[Finding] = []
    for finding in chain(here.look(issuer, now=now), outside.look(issuer.settings, now=now)):
        findings.append(finding)
        if not args.json:
            print(_line(finding), flush=True)
    if args.json:
        status = exit_status(findings)
        report = {"status": status, "findings": [asdict(finding) for finding in findings]}
        print(json.dumps(report, indent=2, ensure_ascii=False))
    return exit_status(findings)


def _line(finding: Finding) -> str:
    line = f"{_MARKS[finding.state]} {finding.part}: {finding.state}. {finding.message}"
    return f"{line}\n    → {finding.remedy}" if finding.remedy else line
