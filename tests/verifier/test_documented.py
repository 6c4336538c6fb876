"""The examples in the documents for programs: run as they stand there."""

import doctest
import json
import re
import shlex
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import carriers
import pytest
from waitress import create_server
from world import World

from verifier import trust, verify, verify_all, verify_presentation
from verifier.fetching import fetch
from verifier.intake import baking
from verifier.web.app import create_app
from verifier.wording import words

DOCS = Path(__file__).parents[2] / "docs"
API = (DOCS / "api.md").read_text("utf-8")
BLOCKS = re.findall(r"```(sh|json)\n(.*?)```", API, re.DOTALL)
HERE = "http://localhost:8203"


@pytest.fixture
def world(tmp_path, monkeypatch) -> World:
    """The world of the examples, with the files that they name."""
    world = World()
    world.publish_list(set(), validUntil="2099-01-01T00:00:00Z")
    badge = world.issuer.sign(world.badge())
    text = json.dumps(badge)
    world.publish("https://district.example/credentials/1", badge)
    entry = {"id": world.issuer.did, "name": "Example District", "kind": "district"}
    entry |= {"didDocument": world.issuer.document, "retrieved": datetime.now(UTC).isoformat()}
    listed = {"type": "MintmarkTrustList", "version": 1, "name": "Districts", "entries": [entry]}
    files = {
        "badge.json": text.encode(),
        "badge.png": baking.bake_png(carriers.png(), text),
        "certificate.pdf": carriers.pdf(("credential.json", "application/vc", text)),
        "screenshot.png": carriers.png(),
        "districts.json": json.dumps({**listed, "updated": "2026-11-10T00:00:00Z"}).encode(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINTMARK_VERIFY_HOME", str(tmp_path / "kept"))
    monkeypatch.setattr(fetch, "WebFetch", lambda: world.fetch)
    return world


@pytest.fixture
def address(world):
    lists = (trust.load(Path("districts.json").read_bytes()),)
    server = create_server(create_app(lambda: world.fetch, lists), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(10)


def test_the_examples_of_the_library_answer_as_documented(world):
    text = (DOCS / "library.md").read_text("utf-8").replace("```", "\n")
    parsed = doctest.DocTestParser().get_doctest(text, {}, "library.md", "library.md", 0)
    lines: list[str] = []
    results = doctest.DocTestRunner().run(parsed, out=lines.append)
    assert results.attempted > 15
    assert not results.failed, "".join(lines)


@pytest.mark.parametrize(
    ("argument", "error", "sentence"),
    [
        ({"now": datetime(2026, 11, 30)}, ValueError, "now has no zone"),
        ({"now": "2026-11-30"}, TypeError, "now is a datetime"),
        ({"trust": "districts.json"}, TypeError, "trust is a list of trust lists"),
        ({"trust": trust.TrustList("Ours", datetime.now(UTC), {})}, TypeError, "trust is a list"),
        ({"data": "badge.json"}, TypeError, "what is verified are bytes"),
    ],
)
def test_a_call_that_cannot_be_meant_raises_at_once(argument, error, sentence):
    arguments = {"data": b"{}", "now": datetime.now(UTC)} | argument
    for call in (verify_all, verify_presentation):
        with pytest.raises(error, match=sentence):
            call(**arguments, make_fetch=lambda: fetch.offline)
    with pytest.raises(error, match=sentence):
        verify(**arguments, fetch=fetch.offline)


def fits(documented, answer):
    """Whether an answer holds at least what the page shows of it."""
    if isinstance(documented, dict):
        return all(
            name in answer and fits(value, answer[name]) for name, value in documented.items()
        )
    return documented == answer


def test_the_codes_that_another_try_may_answer_are_those_of_the_source():
    section = API.partition("## When to try again\n")[2].partition("\n## ")[0].partition(":")[2]
    listed = re.findall("`([a-z0-9_]+)`", section)
    assert listed == sorted(words.TRY_AGAIN)
    assert {"reader_busy", "issuer_unreachable", "took_too_long"} <= words.TRY_AGAIN


def test_the_whole_entry_of_a_trust_list_is_taken_with_its_snapshot():
    blocks = re.findall("```json\n(.*?)```", (DOCS / "trust.md").read_text("utf-8"), re.DOTALL)
    documents = [json.loads(block) for block in blocks if block.startswith("{")]
    (listed,) = [item for item in documents if item.get("type") == "MintmarkTrustList"]
    (entry,) = [item for item in documents if "didDocument" in item]
    whole = trust.load(json.dumps(listed | {"entries": [entry]}).encode())
    snapshot = whole.entries[entry["id"]].snapshot
    assert snapshot is not None
    assert snapshot.methods


def test_the_requests_of_the_api_are_answered_as_documented(address):
    answers = []
    for kind, text in BLOCKS:
        if kind == "json":
            assert fits(json.loads(text), answers[-1] if len(answers) == 4 else answers[0])
            continue
        command = shlex.split(text.replace(HERE, address))
        assert command[0] == "curl"
        ended = subprocess.run([*command, "--silent"], capture_output=True, check=True)
        answers.append(json.loads(ended.stdout))
    verdicts = [answer["verdicts"]["recognized"]["verdict"] for answer in answers[:3]]
    assert verdicts == ["yes", "yes", "yes"]
    assert answers[1]["verdicts"]["theirs"]["verdict"] == "yes"


def test_the_examples_pass_the_strictest_types(tmp_path):
    """Who copies them into a program of their own runs `mypy --strict` there."""
    text = (DOCS / "library.md").read_text("utf-8").replace("```", "\n")
    examples = doctest.DocTestParser().get_examples(text)
    program = tmp_path / "examples.py"
    program.write_text("".join(example.source for example in examples))
    root = DOCS.parent
    command = [sys.executable, "-m", "mypy", "--strict", f"--config-file={root}/pyproject.toml"]
    command += [f"--cache-dir={tmp_path}/cache", str(program)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
