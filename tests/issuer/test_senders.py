"""`mintmark webhook` against a real server: it sends, repeats, and says what to correct."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from served import Served
from werkzeug.wrappers import Response

from issuer.__main__ import main
from issuer.app import start_app
from issuer.approvals.webhook import command as webhook_command
from issuer.approvals.webhook import sender
from issuer.webhooks import standard_webhooks

DOWN = "http://localhost:9/webhooks/approvals"


@pytest.fixture
def server(settings):
    with Served(start_app(settings)) as served:
        yield served


@pytest.fixture
def pauses(monkeypatch):
    """The seconds that a sender would have waited."""
    seconds = []
    monkeypatch.setattr(webhook_command, "time", SimpleNamespace(sleep=seconds.append))
    return seconds


@pytest.fixture
def file(approval, tmp_path):
    """Write an event to a file; keywords replace members of its data."""

    def write(approval_id="a-1", **members):
        document = {
            "type": "micro_credential.approved",
            "timestamp": "2026-05-15T15:00:00Z",
            "data": json.loads(approval(approval_id, **members).content),
        }
        path = tmp_path / f"{approval_id}.json"
        path.write_text(json.dumps(document), "utf-8")
        return path

    return write


@pytest.fixture
def mintmark(home, capsys):
    """Run `mintmark webhook …`; return exit code, what it printed, and what it complained of."""

    def run(*arguments):
        code = main(["--home", str(home), "webhook", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def to(server):
    return ("--url", f"{server.url}/webhooks/approvals")


def test_send_prints_the_address_of_the_page(mintmark, server, file):
    code, out, err = mintmark("send", file(), *to(server))
    assert (code, err) == (0, "")
    assert out.startswith("issued: http://localhost:8202/credentials/")


def test_a_file_that_is_sent_again_is_the_same_message(mintmark, server, file):
    first = mintmark("send", file(), *to(server))[1].split()
    code, out, _ = mintmark("send", file(), *to(server))
    assert (code, out.split()[:2]) == (0, ["already:", first[1]])


def test_an_event_id_can_be_given(mintmark, server, file):
    assert mintmark("send", file(), *to(server), "--event-id", "evt_1")[0] == 0
    code, _, err = mintmark("send", file("a-2"), *to(server), "--event-id", "evt_1")
    assert (code, "event id" in err) == (1, True)


def test_send_repeats_while_that_can_help_and_keeps_to_retry_after(mintmark, server, file, pauses):
    server.instead = [
        Response(status=503, headers={"Retry-After": "7"}),
        Response(status=429, headers={"Retry-After": "100000"}),
        Response(status=500),
    ]
    code, out, _ = mintmark("send", file(), *to(server))
    assert (code, out.startswith("issued: ")) == (0, True)
    assert pauses == [7, sender.LONGEST_PAUSE, 10]


def test_send_gives_up_politely_when_nobody_answers(mintmark, file, pauses):
    code, _, err = mintmark("send", file(), "--url", DOWN)
    assert (code, pauses) == (3, list(sender.PAUSES))
    assert "send it again later" in err


@pytest.mark.parametrize("status", [301, 400, 404, 410])
def test_send_does_not_repeat_what_cannot_help(mintmark, server, file, pauses, status):
    server.instead = [Response(status=status, headers={"Location": server.url})]
    code, _, err = mintmark("send", file(), *to(server))
    assert (code, pauses) == (1, [])
    assert "check the address" in err


def test_send_prints_every_field_to_correct_and_how(mintmark, server, file, pauses):
    broken = file(levels={"learning": "met", "joy": "met"}, valid_until="2026-01-01T00:00:00Z")
    code, _, err = mintmark("send", broken, *to(server))
    assert (code, pauses) == (1, [])
    assert "data.levels.work is missing\n    its levels are not-yet, met" in err
    assert "data.levels.joy is not a criterion" in err
    assert "data.valid_until is in the past" in err


def test_send_says_where_to_look_when_it_is_stored_and_not_signed(
    mintmark, server, file, pauses, settings
):
    settings.passphrase_file.rename(settings.passphrase_file.with_suffix(".away"))
    server.app.extensions["mintmark"]._signers = {}
    code, _, err = mintmark("send", file(), *to(server))
    assert (code, "stored, and signed later: http://localhost:8202/approvals/" in err) == (3, True)
    settings.passphrase_file.with_suffix(".away").rename(settings.passphrase_file)
    assert mintmark("send", file(), *to(server))[0] == 0


def test_check_says_that_a_file_would_be_accepted_and_keeps_nothing(mintmark, server, file):
    assert mintmark("check", file())[:2] == (0, f"{file()} would be accepted\n")
    assert mintmark("send", file(), *to(server))[1].startswith("issued: ")


def test_check_names_the_fields_of_a_file_that_would_be_refused(mintmark, file):
    code, _, err = mintmark("check", file(achievement={"id": "juggling"}))
    assert (code, "data.achievement.id is not in the catalog" in err) == (1, True)
    code, _, err = mintmark("check", file(provider_number=5))
    assert (code, "data.provider_number is a number and must be text" in err) == (1, True)


def test_check_says_that_an_approval_was_received_with_other_content(mintmark, server, file):
    mintmark("send", file(), *to(server))
    code, _, err = mintmark("check", file(provider_number="X1"))
    assert (code, "approval_id was received with other content" in err) == (1, True)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b'{"a":1,"a":2}'])
def test_check_says_what_is_wrong_with_a_file_that_is_no_json(mintmark, tmp_path, content):
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    code, _, err = mintmark("check", path)
    assert (code, "is not strict JSON" in err) == (1, True)


def test_check_without_a_file_says_that_the_connection_is_right(mintmark, server):
    code, out, _ = mintmark("check", *to(server))
    assert (code, "the secret of forms and the clock are right" in out) == (0, True)


def test_check_tells_a_wrong_secret_a_wrong_clock_and_a_wrong_address_apart(
    mintmark, server, monkeypatch, home, settings
):
    code, _, err = mintmark("check", "--url", f"{server.url}/elsewhere")
    assert (code, "nothing at this address" in err) == (1, True)

    toml = home / "mintmark.toml"
    right = settings.sources[0].secrets[0]
    toml.write_text(toml.read_text("utf-8").replace(right, "whsec_" + "QUJD" * 8), "utf-8")
    code, _, err = mintmark("check", *to(server))
    assert (code, "401 Not shown to come from a known sender" in err) == (1, True)
    toml.write_text(toml.read_text("utf-8").replace("whsec_" + "QUJD" * 8, right), "utf-8")

    def slow(secrets, *, message_id, now, body):
        late = datetime.fromtimestamp(now.timestamp() - 1000, UTC)
        return right_sign(secrets, message_id=message_id, now=late, body=body)

    right_sign = standard_webhooks.sign
    monkeypatch.setattr(standard_webhooks, "sign", slow)
    code, _, err = mintmark("check", *to(server))
    assert (code, "the clock here is" in err) == (1, True)


def test_check_says_when_nobody_answers(mintmark):
    code, _, err = mintmark("check", "--url", DOWN)
    assert (code, "nobody answers" in err) == (3, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("send", "no-such.json"), "cannot read no-such.json", id="no-file"),
        pytest.param(("send", ".", "--source", "lms"), "there: forms", id="no-source"),
        pytest.param(("check", "--url", "no url"), "nobody answers", id="no-url"),
    ],
)
def test_a_wrong_argument_is_said_in_one_line(mintmark, arguments, words):
    code, _, err = mintmark(*arguments)
    assert code in (2, 3)
    assert words in err
    assert err.count("\n") == 1


def test_the_pauses_fit_into_somebodys_patience():
    assert sum(sender.PAUSES) <= 60


def test_the_same_file_has_the_same_event_id():
    assert sender.event_id_of(b"a") == sender.event_id_of(b"a") != sender.event_id_of(b"b")


def test_the_shipped_examples_are_events():
    for name in ("approval.json", "approval-own-idea.json"):
        path = Path(__file__).parents[2] / "examples" / name
        assert json.loads(path.read_bytes())["type"] == "micro_credential.approved"
