"""Problem details are true to RFC 9457, explained at their address, and documented."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from needs import need
from served import Served

from issuer.app import PROBLEMS, start_app
from issuer.approvals import event, schema

ROOT = Path(__file__).parents[2]
KINDS = {type.slug: type.kind for type in PROBLEMS}
DOCS = (ROOT / "docs" / "webhook.md").read_text("utf-8")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def app(settings):
    application = start_app(settings)
    yield application
    application.extensions["mintmark"].database.close()


@pytest.mark.parametrize("slug", KINDS)
def test_every_problem_is_explained_to_a_program(app, slug):
    answer = app.test_client().get(f"/problems/{slug}")
    problem = answer.get_json()
    assert problem["type"] == f"http://localhost:8202/problems/{slug}"
    assert problem["title"]
    assert problem["meaning"]
    assert problem["remedy"]
    assert problem["status"] in range(400, 600)


@pytest.mark.parametrize("slug", KINDS)
def test_every_problem_is_explained_to_a_person(app, slug):
    answer = app.test_client().get(f"/problems/{slug}", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert KINDS[slug].title in answer.text
    assert "What to do" in answer.text


def test_an_address_that_is_none_is_a_problem_for_programs_and_a_page_for_people(app):
    client = app.test_client()
    for_programs = client.get("/no/such/address")
    shown = client.get("/no/such/address", headers={"Accept": BROWSER})
    assert (for_programs.status_code, for_programs.mimetype) == (404, "application/problem+json")
    assert for_programs.get_json()["status"] == 404
    assert (shown.status_code, shown.mimetype) == (404, "text/html")
    assert "Accept" in for_programs.headers["Vary"]
    assert client.get("/problems/no-such-problem").status_code == 404


def test_a_foreign_host_changes_no_address(app):
    """T29: addresses come from the settings, whatever the request says; it is named, no more."""
    named = "This server is localhost:8202 and was asked as evil.example"
    for accept in ("*/*", BROWSER):
        headers = {"Host": "evil.example", "Accept": accept}
        answer = app.test_client().get("/no/such", headers=headers)
        assert answer.status_code == 400
        assert named in answer.text
        assert "evil" not in answer.text.replace(named, "") + str(answer.headers)


def test_no_problem_speaks_of_failure_in_what_it_says_to_a_sender():
    words = " ".join(f"{k.title} {k.meaning} {k.remedy}" for k in KINDS.values()).lower()
    assert not re.search(r"\b(fail|failed|failure|bad|poor|weak|deficit)\b", words)


def documented_fields(node, at=""):
    """Every field of the schema as the docs write it: dotted, `[]` for the members of a list."""
    if "$ref" in node:
        yield from documented_fields(schema.SCHEMA["$defs"][node["$ref"].split("/")[-1]], at)
    for keyword in ("then", "else"):
        if keyword in node:
            yield from documented_fields(node[keyword], at)
    for name, field in node.get("properties", {}).items():
        here = f"{at}.{name}".lstrip(".") + ("[]" if "items" in field else "")
        yield here
        yield from documented_fields(field.get("items", field), here)


def test_every_field_of_the_schema_is_documented_and_nothing_else():
    documented = set(re.findall(r"^\| `((?:type|timestamp|data)[a-z0-9_.\[\]]*)` \|", DOCS, re.M))
    assert documented == set(documented_fields(schema.SCHEMA))


def test_every_problem_is_documented_with_its_status():
    documented = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", DOCS, re.M))
    assert documented == {slug: str(kind.status) for slug, kind in KINDS.items()}


def test_the_documented_limits_are_the_ones_that_hold():
    assert f"at most {event.MAX_BYTES // 1024} KiB" in DOCS
    defs = schema.SCHEMA["$defs"]
    assert f"one line of at most {defs['line']['maxLength']} characters" in DOCS
    assert f"texts have at most {defs['text']['maxLength']}" in DOCS


@pytest.fixture
def served(settings, tmp_path) -> Iterator[dict[str, str]]:
    """The environment in which the documented examples run, beside `examples/approval.json`."""
    with Served(start_app(settings)) as server:
        yield {
            "PATH": os.environ["PATH"],
            "PUBLIC_URL": server.url,
            "SECRET": settings.sources[0].secrets[0],
            "FOLDER": str(tmp_path),
        }


@pytest.mark.parametrize(
    ("language", "program", "needed"),
    [
        pytest.param("sh", ["sh", "-c"], ["curl", "openssl"], id="curl"),
        pytest.param("python", [sys.executable, "-c"], [], id="python"),
    ],
)
def test_the_documented_example_is_accepted_when_it_is_run(
    served, approval, language, program, needed
):
    need(*needed)
    document = {"type": event.APPROVED, "timestamp": "2026-05-15T15:00:00Z"}
    document["data"] = json.loads(approval().content)
    folder = Path(served["FOLDER"])
    (folder / "examples").mkdir()
    (folder / "examples" / "approval.json").write_text(json.dumps(document), "utf-8")
    code = re.search(rf"```{language}\n(.*?)```", DOCS, re.S)[1]
    done = subprocess.run(
        [*program, code], cwd=folder, env=served, capture_output=True, text=True, check=False
    )
    assert '"status":"issued"' in done.stdout.replace(" ", ""), done.stderr


def test_a_page_shows_names_of_members_as_code_and_no_backticks(app):
    page = app.test_client().get("/problems/approval-refused", headers={"Accept": BROWSER})
    text = page.get_data(as_text=True)
    assert "<code>errors</code>" in text
    assert "`" not in text
