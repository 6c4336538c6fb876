"""A context that whoever runs the verifier pins is read by every command, and only as agreed."""

import csv
import json
from hashlib import sha256

import pytest
from planted import NOW, served

from contexts import BUNDLED
from verifier import __main__ as command
from verifier.options import web_options
from verifier.proof.cryptosuites import SUITES
from verifier.web import app

URL = "https://example.org/gpa"
DATA = b'{"@context": {"gpa": "https://example.org/gpa#gpa"}}'


@pytest.fixture
def pinning(tmp_path):
    """The options that pin the context."""
    (tmp_path / "gpa.json").write_bytes(DATA)
    return ["--context", URL, str(tmp_path / "gpa.json"), sha256(DATA).hexdigest()]


@pytest.fixture
def folder(world, tmp_path, monkeypatch):
    """A folder with one badge that uses the context."""
    monkeypatch.setattr(web_options, "WebFetch", served(world))
    known = BUNDLED.pinned(URL, DATA, sha256(DATA).hexdigest())
    badge = world.badge(**{"@context": [*world.badge()["@context"], URL], "gpa": "4.0"})
    proof = world.issuer.sign(world.badge())["proof"][0]
    suite, key = SUITES["eddsa-rdfc-2022"], world.issuer.proof_key
    signed = key.sign(suite.hash_data(badge, proof, key.public_key(), contexts=known))
    badge["proof"] = [proof | {"proofValue": suite.encode(signed)}]
    handed = tmp_path / "handed"
    handed.mkdir()
    (handed / "badge.json").write_text(json.dumps(badge))
    return handed


def test_a_file_is_checked_with_it(folder, pinning, capsys):
    check = [str(folder / "badge.json"), "--at", NOW]
    assert command.main(check) == 3
    assert f"defined at {URL}" in capsys.readouterr().out
    assert command.main([*check, *pinning]) == 0


def test_a_batch_is_checked_with_it_and_its_record_names_it(folder, pinning, tmp_path):
    out = tmp_path / "out"
    check = ["batch", str(folder), "--at", NOW, "--workers", "1", "--out", str(out)]
    command.main([*check, *pinning])
    (row,) = csv.DictReader((out / "results.csv").read_text("utf-8-sig").splitlines())
    assert row["authentic"] == "yes"
    assert sha256(DATA).hexdigest() in (out / "record.json").read_text()


def test_the_page_and_the_api_are_served_with_it(folder, pinning, monkeypatch):
    applications = []
    monkeypatch.setattr(app, "serve", lambda one, **_: applications.append(one))
    assert command.main(["serve"]) == command.main(["serve", *pinning]) == 0
    body = (folder / "badge.json").read_bytes()
    answers = [
        one.test_client().post("/api/verify", data=body, content_type="application/json").get_json()
        for one in applications
    ]
    codes = [answer["verdicts"]["authentic"]["code"] for answer in answers]
    assert codes == ["context_not_listed", "authentic"]
    pages = [one.test_client().post("/verify", data={"text": body}).text for one in applications]
    assert ["context_not_listed" in page for page in pages] == [True, False]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({2: "missing.json"}, "cannot read missing.json", id="no such file"),
        pytest.param({3: "0" * 64}, f"has sha256 {sha256(DATA).hexdigest()}", id="other bytes"),
        pytest.param({1: next(iter(BUNDLED))}, "comes with Mintmark", id="one of ours"),
    ],
)
def test_what_was_not_agreed_is_not_pinned(folder, pinning, capsys, changed, message):
    for place, value in changed.items():
        pinning[place] = value
    for arguments in ([str(folder / "badge.json")], ["batch", str(folder)], ["serve"]):
        assert command.main([*arguments, *pinning]) == 2
        assert message in capsys.readouterr().err


def test_a_context_that_is_no_json_is_not_pinned(folder, tmp_path, capsys):
    (tmp_path / "no.json").write_bytes(b"no JSON")
    pinning = ["--context", URL, str(tmp_path / "no.json"), sha256(b"no JSON").hexdigest()]
    assert command.main([str(folder / "badge.json"), *pinning]) == 2
    assert "no.json" in capsys.readouterr().err
