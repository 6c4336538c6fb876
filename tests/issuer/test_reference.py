"""docs/reference.md names every command, route and setting, and none that is not there."""

import argparse
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from issuer import __main__ as issuing
from issuer.app import start_app
from issuer.home.settings import Settings, load
from verifier import __main__ as verifying

DOCS = Path(__file__).parents[2] / "docs" / "reference.md"


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading."""
    section = DOCS.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in lines]


def commands(parser: argparse.ArgumentParser, name: str) -> dict[str, set[str]]:
    """Return every command of a parser with the options it takes."""
    options = {
        action.option_strings[-1] if action.option_strings else str(action.metavar)
        for action in parser._actions
        if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
        and action.help != argparse.SUPPRESS
    }
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    options_of: dict[str, set[str]] = {} if groups else {name: options}
    for group in groups:
        for word, command in group.choices.items():
            if command.prog.endswith(f" {word}"):  # else an older spelling of it
                options_of |= commands(command, f"{name} {word}")
    return options_of


def test_every_command_and_option_stands_in_the_table():
    documented = {}
    for cell, *_ in rows("Commands"):
        words = cell.strip("`").replace(r"\|", "|").split()
        name = [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)]
        documented[" ".join(name)] = set(words) - set(name)
    options_of = commands(issuing.parser(), "mintmark")
    for name, module in verifying.COMMANDS.items():
        options_of |= commands(import_module(module).parser(), f"mintmark-verify {name}".strip())
    assert documented == options_of


def test_every_route_stands_in_the_table(settings):
    documented = {cells[0].strip("`"): set(cells[1].split(", ")) for cells in rows("Routes")}
    methods_of: dict[str, set[str]] = {}
    app = start_app(replace(settings, check_many=True, metrics_token="x" * 32))
    for rule in app.url_map.iter_rules():
        methods_of.setdefault(rule.rule, set()).update(rule.methods - {"HEAD", "OPTIONS"})
    app.extensions["mintmark"].database.close()
    assert documented == methods_of


def test_every_setting_stands_in_the_table_and_is_read(tmp_path):
    names = [name for cells in rows("Settings") for name in re.findall(r"`([^`]+)`", cells[0])]
    file = tmp_path / "mintmark.toml"
    file.write_text(_toml(names))
    file.chmod(0o600)
    settings = load(tmp_path)
    assert isinstance(settings, Settings)
    for name in names:
        # Read means: spelled otherwise it is refused.
        file.write_text(_toml(names).replace(name.rpartition(".")[2] + " =", "unknown ="))
        with pytest.raises(ValueError, match=r"."):
            load(tmp_path)
    read = {"home", "font_folders", "sources", "assessed_by", "mail", "sign_in", "certificate"} | {
        n.replace(".", "_") for n in names
    }
    assert {name.removeprefix("credentials_") for name in read} >= set(Settings.__slots__)


VALUES = {
    "public_url": '"https://district.example"',
    "database_url": '"sqlite:///x.sqlite3"',
    "passphrase_file": '"passphrase"',
    "timezone": '"America/Chicago"',
    "fonts": '["fonts"]',
    "status_list_size": "131072",
    "check_many": "true",
    "redis_url": '"redis://localhost"',
    "evidence_scanner": '["clamdscan"]',
    "metrics_token": '"a-token-of-more-than-32-characters"',
    "log": '"json"',
    "allow_hosts": '["badges.other.example:8443"]',
    "publish.bucket": '"badges"',
    "publish.endpoint": '"https://storage.example"',
    "publish.region": '"us-east-1"',
    "issuer.id": '"did:web:district.example"',
    "issuer.name": '"Example District"',
    "issuer.url": '"https://district.example/"',
    "issuer.email": '"ask@district.example"',
    "issuer.contact": '"Pat Example <pat@district.example>"',
    "issuer.color": '"#1f3a5f"',
    "issuer.logo": '"mintmark.toml"',
    "issuer.endorsements": "[]",
    "certificate.paper": '"a4"',
    "certificate.seal": '"mintmark.toml"',
    "certificate.signatories": '["superintendent"]',
    "signatories.office": '"superintendent"',
    "signatories.name": '"Pat Example"',
    "signatories.title": '"Superintendent"',
    "signatories.signature": '"mintmark.toml"',
    "signatories.since": '"2025-07-01"',
    "signatories.until": '"2027-06-30"',
    "credentials.credit_unit": '"hours"',
    "credentials.show_name": "false",
    "credentials.proofs": '["eddsa-rdfc-2022", "ecdsa-sd-2023"]',
    "credentials.jwt": '"RS256"',
    "assessed_by.id": '"did:web:assessor.example"',
    "assessed_by.name": '"Assessor"',
    "assessed_by.url": '"https://assessor.example/"',
    "mail.host": '"smtp.district.example"',
    "mail.port": "587",
    "mail.from": '"District <credentials@district.example>"',
    "mail.tls": '"tls"',
    "mail.username": '"credentials"',
    "mail.password_file": '"mail-password"',
    "mail.language": '"es"',
    "mail.ending_days": "90",
    "sign_in.provider": '"school"',
    "sign_in.title": '"School account"',
    "sign_in.issuer": '"https://id.district.example"',
    "sign_in.client_id": '"mintmark"',
    "sign_in.secret_file": '"school-secret"',
    "sign_in.tenant": '"district"',
    "sign_in.tenant_claim": '"org"',
    "sign_in.addresses_count": "true",
    "sources.name": '"approvals"',
    "sources.secrets": '["whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="]',
    "sources.bearer": '"a-token-of-more-than-32-characters"',
}


_HEADS = {"": ""} | {name: f"[[{name}]]" for name in ("sources", "sign_in", "signatories")}


def _toml(names: list[str]) -> str:
    tables: dict[str, list[str]] = {"": []}
    for name in names:
        table, _, key = name.rpartition(".")
        tables.setdefault(table, []).append(f"{key} = {VALUES[name]}")
    parts = [
        "\n".join([_HEADS.get(table, f"[{table}]"), *lines]) for table, lines in tables.items()
    ]
    return "\n".join(parts) + "\n"
