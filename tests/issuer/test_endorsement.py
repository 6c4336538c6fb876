"""A state endorses a district, whose credentials a verifier then recognizes by the state alone."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from issuer.__main__ import main
from issuer.home.issuer import opened
from issuer.home.published import fetch_own
from issuer.home.settings import SettingsError, load
from issuer.installation import init
from issuer.issuance import find
from keys.key_file import Cost
from verifier import __main__ as verifying
from verifier.checks.disclosure import derive
from verifier.options import web_options
from verifier.trust.chain import LICENSED

DISTRICT = "did:web:localhost%3A8202"


@pytest.fixture
def state(tmp_path):
    """The home of a state that has no credentials of its own."""
    home, name = tmp_path / "state", "State Department of Education"
    address, now = "https://education.state.example", datetime.now(UTC)
    cheap = Cost(memory_kib=64, iterations=1, lanes=1)
    init.create(home, public_url=address, name=name, source="x", did_key=False, now=now, cost=cheap)
    return home


def endorse(home, capsys, about=DISTRICT, *more):
    """Return what the state's command prints."""
    assert main(["--home", str(home), "endorse", about, "--name", "Prairie District", *more]) == 0
    return capsys.readouterr().out


def carry(home, text):
    """Let a district carry an endorsement, as its settings say."""
    (home / "endorsement.json").write_text(text)
    settings = (home / "mintmark.toml").read_text()
    carried = '[issuer]\nendorsements = ["endorsement.json"]'
    (home / "mintmark.toml").write_text(settings.replace("[issuer]", carried))
    (home / "mintmark.toml").chmod(0o600)


def issue(home, tmp_path, capsys):
    """Issue a credential by command; return how it is stored."""
    data = {
        "approval_id": "a-1",
        "achievement": {"id": "rhythms"},
        "recipient": {"name": "Jordan Example", "emails": ["jordan@school.example"]},
        "narrative": {"skill": "Rhythm.", "goal": "Eight bars.", "measured_outcome": "26 of 31."},
        "levels": {"learning": "met", "work": "met"},
        "approved_at": "2026-05-15T15:00:00Z",
    }
    event = {"type": "micro_credential.approved", "timestamp": "2026-05-15T15:02:11Z"}
    (tmp_path / "approvals.jsonl").write_text(json.dumps(event | {"data": data}))
    file = str(tmp_path / "approvals.jsonl")
    assert main(["--home", str(home), "issue", "--approvals", file]) == 0
    with opened(load(home)) as issuer:
        printed = re.search(r"/credentials/([\w-]+)", capsys.readouterr().out)
        return find(issuer, printed[1])


@pytest.fixture
def check(tmp_path, home, state, monkeypatch, capsys):
    """Verify by command, with the state alone on a list; return the verdict *Recognized*."""

    def check(data, *, at=None, state_answers=True):
        assert main(["--home", str(state), "trust-entry", "--kind", "state", "--list", "Ours"]) == 0
        listed = json.loads(capsys.readouterr().out)
        for entry in listed["entries"]:  # so that its keys have to be asked for
            del entry["didDocument"], entry["retrieved"]
        (tmp_path / "list.json").write_text(json.dumps(listed))
        (tmp_path / "badge").write_bytes(data)
        web = fetch_own(load(home))
        if state_answers:
            web = fetch_own(load(state), web)
        monkeypatch.setattr(web_options, "WebFetch", lambda **_: web)
        files = [str(tmp_path / "badge"), "--trust", str(tmp_path / "list.json")]
        verifying.main([*files, "--json", *(["--at", at] if at else [])])
        return json.loads(capsys.readouterr().out)["verdicts"]["recognized"]

    return check


def copy(row):
    """The copy that shows least."""
    return json.dumps(derive(json.loads(row.to_share), [])).encode()


@pytest.mark.parametrize("form", [lambda row: row.json, lambda row: row.jwt, copy])
def test_whoever_lists_the_state_alone_recognizes_the_district(
    home, state, tmp_path, capsys, check, form
):
    carry(home, endorse(state, capsys))
    verdict = check(form(issue(home, tmp_path, capsys)))
    assert (verdict["verdict"], verdict["code"]) == ("yes", "endorsed")
    assert verdict["params"]["id"] == "did:web:education.state.example"


def test_without_the_endorsement_the_district_is_a_stranger(home, tmp_path, capsys, check):
    assert check(issue(home, tmp_path, capsys).json)["code"] == "not_listed"


def test_it_says_that_the_district_may_issue(state, capsys):
    """`urn:mintmark:LicensedIssuer` (docs/trust.md): what an earlier version signed is praise."""
    signed = json.loads(endorse(state, capsys))
    assert signed["credentialSubject"]["type"] == ["EndorsementSubject", LICENSED]


def test_an_endorsement_ends_with_its_last_day(home, state, tmp_path, capsys, check):
    day = datetime.now(UTC) + timedelta(days=30)
    carry(home, endorse(state, capsys, DISTRICT, "--until", f"{day:%Y-%m-%d}"))
    data = issue(home, tmp_path, capsys).json
    assert check(data, at=f"{day:%Y-%m-%d}T23:59:00Z")["code"] == "endorsed"
    assert check(data, at=f"{day + timedelta(days=1):%Y-%m-%d}T00:10:00Z")["code"] == (
        "endorsement_ended"
    )


def test_a_state_that_cannot_be_asked_is_no_yes(home, state, tmp_path, capsys, check):
    carry(home, endorse(state, capsys))
    verdict = check(issue(home, tmp_path, capsys).json, state_answers=False)
    assert (verdict["verdict"], verdict["code"]) == ("could_not_check", "endorsement_unchecked")


def test_the_word_of_a_state_reaches_through_a_region_that_it_endorses(
    home, state, tmp_path, capsys, check
):
    region = "did:web:localhost%3A8202"
    carry(home, endorse(state, capsys, region))
    passed_on = json.loads(endorse(home, capsys, "did:web:school.example"))
    assert passed_on["issuer"]["endorsement"][0]["credentialSubject"]["id"] == region
    assert passed_on["credentialSubject"]["id"] == "did:web:school.example"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["Prairie"], "is not the identifier", id="a-name"),
        pytest.param(["did:web:education.state.example"], "of another issuer", id="itself"),
        pytest.param([DISTRICT, "--until", "June"], "--until June: give a day", id="no-day"),
        pytest.param([DISTRICT, "--until", "2020-01-01"], "would not be taken", id="over"),
    ],
)
def test_what_is_no_endorsement_is_not_signed(state, capsys, arguments, message):
    assert main(["--home", str(state), "endorse", *arguments, "--name", "Prairie"]) == 1
    output = capsys.readouterr()
    assert message in output.err
    assert output.out == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("no json", "cannot be read", id="no-json"),
        pytest.param('{"type": ["OpenBadgeCredential"]}', "no EndorsementCredential", id="badge"),
        pytest.param(
            '{"type": ["EndorsementCredential"], "credentialSubject": {"id": "did:web:other"}}',
            "is not about did:web:localhost%3A8202",
            id="of-another",
        ),
    ],
)
def test_settings_that_carry_something_else_are_refused(home, text, message):
    carry(home, text)
    with pytest.raises(SettingsError, match=message):
        load(home)
