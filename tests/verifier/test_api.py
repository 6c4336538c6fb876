"""The API: what it takes, what it answers, and that its own description is true."""

import io
import json
from copy import deepcopy

import pytest
from cases import CASES, OPTIONS, signed
from jsonschema import Draft202012Validator
from world import NOW, World

from verifier.fetching.fetch import offline
from verifier.intake import sandbox
from verifier.intake.submission import MAX_BYTES
from verifier.trust import TrustList
from verifier.web import api
from verifier.web.app import create_app
from verifier.wording import printed

DESCRIPTION = json.loads(api.DESCRIPTION.read_bytes())
COMPONENTS = {"$id": "urn:openapi", "components": deepcopy(DESCRIPTION["components"])}
for name in ("Report", "Verdict", "Check"):  # may grow, but nothing undescribed is sent
    described = COMPONENTS["components"]["schemas"][name]
    described["additionalProperties"] = False
COMPONENTS["components"]["schemas"]["Report"]["properties"]["verdicts"]["additionalProperties"] = (
    False
)


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator({**COMPONENTS, "$ref": f"#/components/schemas/{name}"})


REPORT, PROBLEM = schema("Report"), schema("Problem")


@pytest.fixture
def app(world):
    listed = world.trust_list(world.issuer)
    assert isinstance(listed, TrustList)
    return create_app(lambda: world.fetch, (listed,), clock=lambda: NOW)


@pytest.fixture
def badge(world):
    return json.dumps(signed(world)).encode()


def post(client, data, kind="application/json", **options):
    return client.post("/api/verify", data=data, content_type=kind, **options)


def form(client, **parts):
    files = {k: (io.BytesIO(v), k) for k, v in parts.items() if isinstance(v, bytes)}
    return client.post("/api/verify", data=parts | files, content_type="multipart/form-data")


def problem_of(answer):
    """Return the problem that an answer tells, after holding it against its description."""
    assert answer.mimetype == "application/problem+json"
    PROBLEM.validate(answer.json)
    assert answer.json["status"] == answer.status_code
    assert answer.json["remedy"]
    return answer.json


def verdicts(answer):
    assert answer.status_code == 200
    REPORT.validate(answer.json)
    return {name: verdict["verdict"] for name, verdict in answer.json["verdicts"].items()}


ALL_YES = {"authentic": "yes", "current": "yes", "recognized": "yes"}


def test_the_report_is_what_the_command_line_prints_as_json(client, world, badge):
    report = world.verify(json.loads(badge), trust=[world.trust_list(world.issuer)])
    assert post(client, badge).json == json.loads(printed.dumps(printed.as_json(report)))


@pytest.mark.parametrize("kind", api.MEDIA_TYPES)
def test_the_content_says_what_it_is_whatever_the_media_type_says(client, badge, kind):
    assert verdicts(post(client, badge, kind)) == ALL_YES


def test_a_form_takes_a_file_or_text_and_who_presented_it(client, world, badge):
    jwt = world.issuer.jwt(world.badge())
    assert verdicts(form(client, file=badge)) == ALL_YES
    assert verdicts(form(client, text=jwt, recipient="a@example.com")) == {
        **ALL_YES,
        "theirs": "yes",
    }


def test_files_of_evidence_are_compared_with_the_signed_digests(client, badge):
    answer = form(client, file=badge, evidence=b"bar")
    assert [c["code"] for c in answer.json["checks"] if c["name"] == "evidence"]


def test_a_no_is_an_answer_like_any_other(client, world):
    changed = json.dumps(signed(world) | {"name": "Another"})
    answer = post(client, changed)
    assert verdicts(answer)["authentic"] == "no"
    assert answer.json["credential"] is None
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", [*CASES, *OPTIONS])
def test_every_kind_of_report_is_as_described(name):
    world = World()
    submission = CASES.get(name, signed)(world)
    options = OPTIONS[name](world) if name in OPTIONS else {}
    REPORT.validate(printed.as_json(world.verify(submission, **options)))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"hello", "not_recognized"),
        (b"<!doctype html><html></html>", "web_page"),
        (b"PK\x03\x04", "office_file"),
        (b"https://district.example/1", "link_unreachable"),
    ],
)
def test_what_holds_no_credential_is_told_with_what_to_bring(world, data, code):
    client = create_app(lambda: offline).test_client()
    answer = post(client, data, "application/octet-stream")
    problem = problem_of(answer)
    assert (answer.status_code, problem["code"]) == (422, code)
    assert problem["report"]["verdicts"]["authentic"]["code"] == code


def test_later_versions_may_add_members_to_what_is_described():
    assert '"additionalProperties": false' not in api.DESCRIPTION.read_text("utf-8")


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_the_address_alone_leads_to_the_description(app, path):
    answer = app.test_client().get(path, follow_redirects=True)
    assert answer.json == app.test_client().get("/api/openapi.json").json


def test_a_reader_without_time_is_a_reason_to_try_again(app, monkeypatch):
    def busy(kind, data):
        raise sandbox.ReaderBusyError

    monkeypatch.setattr(sandbox, "read", busy)
    answer = post(app.test_client(), b"\xff\xd8\xff", "image/jpeg")
    assert (answer.status_code, problem_of(answer)["code"]) == (503, "reader_busy")
    assert int(answer.headers["Retry-After"]) == api.READER_BUSY_SECONDS


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"recipient": "a@example.com"},
        {"file": b"a", "text": "b"},
        {"text": ["a", "b"]},
    ],
    ids=["nothing", "nobody's", "two", "two texts"],
)
def test_nothing_or_two_things_are_a_bad_request(client, parts):
    answer = form(client, **parts)
    assert answer.status_code == 400
    assert "one part `file`" in problem_of(answer)["remedy"]


def test_an_empty_body_is_a_bad_request(client):
    assert problem_of(post(client, b""))["status"] == 400


def test_a_form_of_the_old_kind_is_told_what_to_send(client, badge):
    answer = post(client, badge, "application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert "multipart/form-data" in problem_of(answer)["remedy"]


def test_what_is_too_large_is_not_read(client):
    assert problem_of(post(client, b" " * (MAX_BYTES + 1)))["status"] == 413
    assert problem_of(post(client, b" " * (api.MAX_BODY_BYTES + 1)))["status"] == 413


def test_only_json_is_answered(client, badge):
    answer = post(client, badge, headers={"Accept": "image/png"})
    assert problem_of(answer)["status"] == 406


def test_another_method_is_told_which_to_use(client):
    answer = client.get("/api/verify")
    assert problem_of(answer)["status"] == 405
    assert answer.headers["Allow"] == "OPTIONS, POST"


def test_who_asks_too_often_is_told_when_to_come_back(client):
    answers = [post(client, b"x") for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {422}
    assert problem_of(answers[60])["status"] == 429
    assert int(answers[60].headers["Retry-After"]) > 0


def test_any_site_may_ask_and_no_cookie_is_set(client, badge):
    asked = client.options("/api/verify", headers={"Origin": "https://elsewhere.example"})
    answer = post(client, badge, headers={"Origin": "https://elsewhere.example"})
    assert asked.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers
    assert post(client, b"").headers["Access-Control-Allow-Origin"] == "*"


def test_a_fault_of_ours_is_a_500_that_quotes_nobody(caplog):
    person = "@".join(["jordan", "example.com"])

    def broken():
        raise RuntimeError(person)

    app = create_app(broken)
    problem = problem_of(post(app.test_client(), b"{}"))
    assert problem["status"] == 500
    assert "RuntimeError" in caplog.text
    assert person not in caplog.text + json.dumps(problem)


def test_the_description_is_served_and_lists_what_is_taken(client):
    answer = client.get("/api/openapi.json")
    taken = DESCRIPTION["paths"]["/api/verify"]["post"]["requestBody"]["content"]
    assert answer.json == DESCRIPTION
    assert set(taken) == {api.FORM, *api.MEDIA_TYPES}
    again = client.get("/api/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
