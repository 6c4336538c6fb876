"""Every combination of verdicts, told the same by the report, its JSON and the exit code (T33).

The table is the contract: three questions, three answers, and never one check mark.
"""

import json
from itertools import product

import pytest

from verifier import __main__ as command
from verifier.fetching.fetch import FetchError
from verifier.options import web_options

TABLE = """
is it authentic  is it in force    is the issuer known   authentic        current          recognized       exit
yes              in force          listed                yes              yes              yes              0
yes              in force          not listed            yes              yes              no               1
yes              in force          listing ended         yes              yes              no               1
yes              in force          no list               yes              yes              could_not_check  0
yes              revoked           listed                yes              no               yes              1
yes              revoked           not listed            yes              no               no               1
yes              revoked           listing ended         yes              no               no               1
yes              revoked           no list               yes              no               could_not_check  1
yes              list unreachable  listed                yes              could_not_check  yes              3
yes              list unreachable  not listed            yes              could_not_check  no               1
yes              list unreachable  listing ended         yes              could_not_check  no               1
yes              list unreachable  no list               yes              could_not_check  could_not_check  3
forged           in force          listed                no               could_not_check  could_not_check  1
forged           in force          not listed            no               could_not_check  could_not_check  1
forged           in force          listing ended         no               could_not_check  could_not_check  1
forged           in force          no list               no               could_not_check  could_not_check  1
forged           revoked           listed                no               could_not_check  could_not_check  1
forged           revoked           not listed            no               could_not_check  could_not_check  1
forged           revoked           listing ended         no               could_not_check  could_not_check  1
forged           revoked           no list               no               could_not_check  could_not_check  1
forged           list unreachable  listed                no               could_not_check  could_not_check  1
forged           list unreachable  not listed            no               could_not_check  could_not_check  1
forged           list unreachable  listing ended         no               could_not_check  could_not_check  1
forged           list unreachable  no list               no               could_not_check  could_not_check  1
unreachable      in force          listed                could_not_check  could_not_check  could_not_check  3
unreachable      in force          not listed            could_not_check  could_not_check  could_not_check  3
unreachable      in force          listing ended         could_not_check  could_not_check  could_not_check  3
unreachable      in force          no list               could_not_check  could_not_check  could_not_check  3
unreachable      revoked           listed                could_not_check  could_not_check  could_not_check  3
unreachable      revoked           not listed            could_not_check  could_not_check  could_not_check  3
unreachable      revoked           listing ended         could_not_check  could_not_check  could_not_check  3
unreachable      revoked           no list               could_not_check  could_not_check  could_not_check  3
unreachable      list unreachable  listed                could_not_check  could_not_check  could_not_check  3
unreachable      list unreachable  not listed            could_not_check  could_not_check  could_not_check  3
unreachable      list unreachable  listing ended         could_not_check  could_not_check  could_not_check  3
unreachable      list unreachable  no list               could_not_check  could_not_check  could_not_check  3
"""  # noqa: E501
WIDTHS = (17, 18, 22, 17, 17, 17, 4)
AUTHENTIC = ("yes", "forged", "unreachable")
CURRENT = ("in force", "revoked", "list unreachable")
KNOWN = ("listed", "not listed", "listing ended", "no list")


def cut(line):
    cells, rest = [], line
    for width in WIDTHS:
        cells.append(rest[:width].strip())
        rest = rest[width:]
    return cells


ROWS = {tuple(cut(line)[:3]): cut(line)[3:] for line in TABLE.strip().splitlines()[1:]}


@pytest.fixture
def run(world, tmp_path, monkeypatch, capsys):
    """Run the command on a badge; return the exit status and the verdicts of its JSON."""
    monkeypatch.setattr(web_options, "WebFetch", lambda **options: world.fetch)

    def run(badge, *arguments):
        path = tmp_path / "badge.json"
        path.write_text(json.dumps(badge))
        status = command.main([str(path), "--json", "--at", "2026-11-22T12:00:00Z", *arguments])
        return status, json.loads(capsys.readouterr().out)["verdicts"]

    return run


def prepare(world, authentic, current):
    """Return the badge of a row, with the world around it."""
    badge = world.issuer.sign(world.badge())
    if authentic == "forged":
        badge |= {"name": "Another"}
    if authentic == "unreachable":
        url = "https://district.example/.well-known/did.json"
        world.documents[url] = FetchError("too_slow", url)
    if current == "revoked":
        world.publish_list({94567})
    if current == "list unreachable":
        world.documents[world.list_url] = FetchError("http_status", world.list_url)
    return badge


def trust_file(path, known):
    issuer = "did:web:other.example" if known == "not listed" else "did:web:district.example"
    ended = {"validUntil": "2026-01-01T00:00:00Z"} if known == "listing ended" else {}
    entry = {"id": issuer, "name": "Example District"} | ended
    document = {"type": "MintmarkTrustList", "version": 1, "name": "Test list"}
    path.write_text(json.dumps(document | {"updated": "2026-11-10T00:00:00Z", "entries": [entry]}))
    return ["--trust", str(path)]


def test_the_table_has_every_combination():
    assert list(ROWS) == list(product(AUTHENTIC, CURRENT, KNOWN))


@pytest.mark.parametrize(("case", "expected"), ROWS.items(), ids=map(", ".join, ROWS))
def test_report_json_and_exit_code_tell_the_same(
    world, tmp_path, monkeypatch, capsys, case, expected
):
    authentic, current, known = case
    (tmp_path / "badge.json").write_text(json.dumps(prepare(world, authentic, current)))
    trusted = [] if known == "no list" else trust_file(tmp_path / "trust.json", known)
    monkeypatch.setattr(web_options, "WebFetch", lambda **options: world.fetch)
    arguments = [str(tmp_path / "badge.json"), "--json", "--at", "2026-11-22T12:00:00Z", *trusted]
    status = command.main(arguments)
    verdicts = json.loads(capsys.readouterr().out)["verdicts"]
    answers = [verdicts[name]["verdict"] for name in ("authentic", "current", "recognized")]
    assert [*answers, str(status)] == expected


REQUIRED = {
    "authentic": 0,
    " authentic , ": 0,
    "current": 3,
    "authentic,current": 3,
    "recognized": 1,
    "current,recognized": 1,
}


@pytest.mark.parametrize(("require", "expected"), REQUIRED.items())
def test_what_is_required_decides_the_exit_code(world, run, tmp_path, require, expected):
    badge = prepare(world, "yes", "list unreachable")
    trusted = trust_file(tmp_path / "trust.json", "not listed")
    status, _ = run(badge, *trusted, "--require", require)
    assert status == expected
