"""Where credentials that are no badges count: exit status, sheet, page and API."""

import csv
import io
import json
from copy import deepcopy

import pytest
from licenses import LICENSE
from planted import served

from verifier import __main__ as command
from verifier.batch import policy
from verifier.batch.checker import Checker, Task
from verifier.batch.table import ApplicantFile
from verifier.options import web_options
from verifier.parsing.strict_toml import TomlError
from verifier.report import Answer
from verifier.web.app import create_app

AT = ["--at", "2026-11-22T12:00:00Z"]


@pytest.fixture
def license_file(world, tmp_path):
    path = tmp_path / "license.json"
    path.write_text(json.dumps(world.issuer.sign(deepcopy(LICENSE))))
    return path


@pytest.fixture
def listed(world, tmp_path):
    """A trust list that has the issuer."""
    entry = {"id": world.issuer.did, "name": "Example District", "kind": "district"}
    whole = {"type": "MintmarkTrustList", "version": 1, "name": "Ours", "entries": [entry]}
    path = tmp_path / "list.json"
    path.write_text(json.dumps(whole | {"updated": "2026-11-10T00:00:00Z"}))
    return path


@pytest.mark.parametrize(
    ("require", "status"),
    [
        ([], 3),
        (["--require", "authentic,current"], 3),
        (["--require", "authentic,badge"], 3),
        (["--require", "authentic,current,any"], 0),
        (["--require", "any"], 2),
        (["--require", "recognized,any"], 3),
    ],
)
def test_by_default_the_command_counts_badges_alone(
    world, license_file, monkeypatch, capsys, require, status
):
    monkeypatch.setattr(web_options, "WebFetch", served(world))
    assert command.main([str(license_file), *AT, *require]) == status
    printed = capsys.readouterr()
    if status != 2:
        assert "a credential, not a badge" in printed.out
        says_why = "it is no badge, so it does not count" in printed.err
        assert says_why == ("any" not in "".join(require))


def test_a_badge_counts_where_any_credential_does(world, tmp_path, monkeypatch):
    monkeypatch.setattr(web_options, "WebFetch", served(world))
    (tmp_path / "badge.json").write_text(json.dumps(world.issuer.sign(world.badge())))
    assert command.main([str(tmp_path / "badge.json"), *AT, "--require", "authentic,any"]) == 0


RULES = {
    "": (Answer.COULD_NOT_CHECK, "not_a_badge"),
    'count = "badges"': (Answer.COULD_NOT_CHECK, "not_a_badge"),
    'count = "any"': (Answer.YES, ""),
    'count = "any"\n[[achievements]]\nmatch = ["*"]': (
        Answer.COULD_NOT_CHECK,
        "achievement_missing",
    ),
    'count = "any"\n[exchange]\nhours = 1': (Answer.COULD_NOT_CHECK, "amount_not_declared"),
    'count = "any"\n[exchange]\neach = 12': (Answer.YES, ""),
}


@pytest.mark.parametrize("rules", RULES)
def test_a_policy_says_whether_such_credentials_count(world, tmp_path, license_file, listed, rules):
    text = f'lists = ["list.json"]\n{rules}'.encode()
    task = Task(tmp_path, text, (listed.read_bytes(),), lambda: world.fetch)
    thing = ApplicantFile("a", "license.json", name="Alex Example")
    (row,) = Checker(task).check(thing)
    answer, code = RULES[rules]
    assert row.answer is answer
    assert {code} - {""} <= {why.code for why in row.reasons}
    assert row.facts["achievement"] == "Teaching license"


def test_what_somebody_issued_about_themselves_is_for_a_person_to_look_at(world, tmp_path, listed):
    own = deepcopy(LICENSE) | {"credentialSubject": {"id": world.issuer.did, "name": "Alex"}}
    signed = json.dumps(world.issuer.sign(own))
    (tmp_path / "own.json").write_text(signed)
    text = b'lists = ["list.json"]\ncount = "any"'
    task = Task(tmp_path, text, (listed.read_bytes(),), lambda: world.fetch)
    (row,) = Checker(task).check(ApplicantFile("a", "own.json", name="Alex"))
    assert "own_word" in {why.code for why in row.reasons}
    page = create_app(lambda: world.fetch).test_client().post("/verify", data={"text": signed})
    assert "own word" in page.text


def test_a_policy_that_counts_something_else_is_refused():
    with pytest.raises(TomlError, match="count must be"):
        policy.parse(b'count = "licenses"', ())


def test_the_sheet_names_what_it_is(world, tmp_path, license_file, listed, monkeypatch):
    monkeypatch.setattr(web_options, "WebFetch", served(world))
    (tmp_path / "policy.toml").write_text('lists = ["list.json"]')
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Alex.json").write_bytes(license_file.read_bytes())
    arguments = [str(tmp_path / "in"), "--policy", str(tmp_path / "policy.toml"), "--workers", "1"]
    command.main(["batch", *arguments, "--out", str(tmp_path / "out"), *AT])
    text = (tmp_path / "out" / "results.csv").read_text("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["answer"], line["achievement"]) == ("to look at", "Teaching license")
    assert "It is a credential, not a badge." in line["why"]


def test_the_page_shows_its_claims_and_does_not_call_it_earned(world, license_file):
    client = create_app(lambda: world.fetch).test_client()
    html = client.post("/verify", data={"text": license_file.read_text()}).text
    assert "It is a credential, not a badge." in html
    assert "did:example:t" in html
    assert "Who it is about" in html
    assert "Who earned it" not in html


@pytest.mark.parametrize("several", [True, False])
def test_the_page_says_that_there_are_several(world, several):
    subjects = [{"id": "urn:x:a"}, {"id": "urn:x:b"}][: 1 + several]
    whole = world.issuer.sign(deepcopy(LICENSE) | {"credentialSubject": subjects})
    client = create_app(lambda: world.fetch).test_client()
    html = client.post("/verify", data={"text": json.dumps(whole)}).text
    assert ("Several people or things" in html) is several
    assert ("No name that this verifier knows" in html) is not several


def test_the_api_has_such_answers_only_where_they_are_asked_for(world, license_file):
    """A program that counts badges is told the same as before."""
    client = create_app(lambda: world.fetch).test_client()
    sent = {"data": license_file.read_bytes(), "content_type": "application/json"}
    usual = client.post("/api/verify", **sent).json
    assert usual["verdicts"]["authentic"]["code"] == "signed_no_badge"
    asked = client.post("/api/verify?general=true", **sent).json
    assert (asked["verdicts"]["authentic"]["code"], asked["kind"]) == ("authentic", "credential")


@pytest.mark.parametrize(
    ("claims", "code"),
    [({"exp": 1890000000}, "current"), ({"exp": 1790000000}, "expired"), ({"exp": "x"}, None)],
)
def test_a_token_may_say_the_end_in_its_claims_alone(world, claims, code):
    """VCDM 1.1, section 6.3.1. A badge may not (OB-61)."""
    ended = world.verify(world.issuer.jwt(deepcopy(LICENSE), claims=claims), general=True)
    if code is None:
        assert ended.authentic.answer is not Answer.YES
    else:
        assert (ended.authentic.code, ended.current.code) == ("authentic", code)
    badge = world.issuer.jwt(world.badge(), claims=claims)
    assert world.verify(badge, general=True).authentic.code == "claims_differ"


def test_a_token_that_is_no_credential_is_not_called_forged(world):
    """RFC 9901, appendix A.1, and every sign-in: an honest token, and nothing of W3C's."""
    nothing = dict.fromkeys((*LICENSE, "jti", "sub", "nbf"))
    token = world.issuer.jwt(LICENSE, claims=nothing | {"exp": 1890000000, "iat": 1790000000})
    assert world.verify(token, general=True).authentic.code == "model_context"
