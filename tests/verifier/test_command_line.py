"""`mintmark-verify`: what it reads, what it prints, how it ends."""

import hashlib
import io
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from verifier import __main__ as command
from verifier.checks.evidence import digest_multibase
from verifier.fetching.fetch import offline
from verifier.intake.submission import MAX_CREDENTIAL_BYTES
from verifier.options import web_options

AT = ["--at", "2026-11-22T12:00:00Z"]


@pytest.fixture
def run(world, monkeypatch, capsys):
    """Run the command in the world; return exit status, output and errors."""
    monkeypatch.setattr(web_options, "WebFetch", lambda **options: world.fetch)

    def run(*arguments):
        status = command.main([*map(str, arguments)])
        return SimpleNamespace(status=status, **capsys.readouterr()._asdict())

    return run


@pytest.fixture
def badge(world, tmp_path):
    path = tmp_path / "badge.json"
    path.write_text(json.dumps(world.issuer.sign(world.badge())))
    return path


@pytest.fixture
def trust(world, tmp_path):
    """A trust list in a file, with a key snapshot of the issuer."""
    entry = {"id": world.issuer.did, "name": "Example District"}
    entry |= {"didDocument": world.issuer.document, "retrieved": "2026-11-10T00:00:00Z"}
    listed = {"type": "MintmarkTrustList", "version": 1, "name": "Test list", "entries": [entry]}
    path = tmp_path / "trust.json"
    path.write_text(json.dumps(listed | {"updated": "2026-11-10T00:00:00Z"}))
    return path


def test_a_sound_badge_ends_with_0_and_is_told_in_words(run, badge):
    ended = run(badge, *AT)
    assert (ended.status, ended.err) == (0, "")
    assert "✔ Authentic: yes." in ended.out


def test_a_forged_badge_ends_with_1(run, badge):
    badge.write_text(badge.read_text().replace("Jordan", "Robin"))
    assert run(badge, *AT).status == 1


def test_offline_without_keys_ends_with_3(run, badge):
    assert run(badge, "--offline", *AT).status == 3


def test_offline_with_a_trust_list_it_is_authentic_and_ends_with_3(run, badge, trust):
    ended = run(badge, "--offline", "--trust", trust, "--json", *AT)
    assert json.loads(ended.out)["verdicts"]["authentic"]["code"] == "authentic_by_snapshot"
    assert ended.status == 3
    assert run(badge, "--offline", "--trust", trust, "--require", "authentic", *AT).status == 0


def test_a_badge_is_judged_as_of_the_time_given(run, world, badge):
    badge.write_text(json.dumps(world.issuer.sign(world.badge(validUntil="2026-12-01T00:00:00Z"))))
    assert run(badge, *AT).status == 0
    assert run(badge, "--at", "2026-12-02T00:00:00Z").status == 1


def test_a_badge_is_read_from_standard_input(run, badge, monkeypatch):
    stdin = SimpleNamespace(buffer=io.BytesIO(badge.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run("-", *AT).status == 0


def test_a_badge_is_read_from_a_link(run, world, badge):
    world.publish("https://district.example/credentials/1", json.loads(badge.read_bytes()))
    assert run("https://district.example/credentials/1", *AT).status == 0


def test_several_files_give_a_table_and_the_worst_ending(run, badge, tmp_path):
    forged = tmp_path / "forged.json"
    forged.write_text(badge.read_text().replace("Jordan", "Robin"))
    ended = run(badge, forged, *AT)
    assert ended.status == 1
    assert [line.split()[0] for line in ended.out.splitlines()] == [
        "file", str(badge), str(forged),
    ]  # fmt: skip


def test_several_files_in_json_are_a_list_with_their_names(run, badge):
    reports = json.loads(run(badge, badge, "--json", *AT).out)
    assert [report["source"] for report in reports] == [str(badge)] * 2


def test_who_presented_it_is_compared(run, badge):
    assert "✔ Theirs: yes" in run(badge, "--recipient", "a@example.com", *AT).out
    assert run(badge, "--recipient", "b@example.com", "--require", "theirs", *AT).status == 1


def test_whose_a_forged_badge_is_could_not_be_checked(run, badge):
    badge.write_text(badge.read_text().replace("Jordan", "Robin"))
    ended = run(badge, "--recipient", "a@example.com", "--require", "theirs", *AT)
    assert ended.status == 3
    assert "? Theirs: could not check" in ended.out


def test_evidence_that_was_changed_ends_with_1(run, world, badge, tmp_path):
    signed = world.badge()
    signed["evidence"][0]["digestMultibase"] = "zQmRJzsvyCQyizr73Gmms8ZRtvNxmgqumxc2KUp71dfEmoj"
    badge.write_text(json.dumps(world.issuer.sign(signed)))
    film = tmp_path / "film.mp4"
    film.write_bytes(b"foo")
    assert run(badge, "--evidence", film, *AT).status == 0
    film.write_bytes(b"bar")
    assert run(badge, "--evidence", film, *AT).status == 1


def test_evidence_is_compared_however_large_it_is(run, world, badge, tmp_path):
    film = bytes(MAX_CREDENTIAL_BYTES * 10 + 1)
    signed = world.badge()
    signed["evidence"][0]["digestMultibase"] = digest_multibase(hashlib.sha256(film).digest())
    badge.write_text(json.dumps(world.issuer.sign(signed)))
    (tmp_path / "film.mp4").write_bytes(film)
    assert run(badge, "--evidence", tmp_path / "film.mp4", *AT).status == 0


def test_evidence_that_cannot_be_compared_ends_with_3(run, world, badge):
    signed = world.badge()
    del signed["evidence"][0]["digestMultibase"]
    badge.write_text(json.dumps(world.issuer.sign(signed)))
    assert run(badge, "--evidence", badge, *AT).status == 3


USAGE = {
    "a file that is not there": (["no-such-file"], "cannot read no-such-file"),
    "a folder": (["."], "cannot read ."),
    "a time without a zone": (["-", "--at", "2026-11-22T12:00:00"], "give a day, or a time"),
    "a time in words": (["-", "--at", "now"], "give a day, or a time"),
    "a verdict that there is not": (["-", "--require", "pretty"], "choose from authentic"),
    "nothing required": (["-", "--require", " , "], "name at least one verdict"),
    "theirs without whose": (["-", "--require", "theirs"], "--recipient"),
    "a trust list that is not there": (
        ["-", "--trust", "no-such-list"],
        "cannot read no-such-list",
    ),
    "evidence that is not there": (["-", "--evidence", "no-such-film"], "cannot read no-such-film"),
}


@pytest.mark.parametrize(("arguments", "message"), USAGE.values(), ids=USAGE.keys())
def test_a_wrong_usage_ends_with_2_and_says_what_to_change(run, monkeypatch, arguments, message):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"{}")))
    ended = run(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("mintmark-verify: ")
    assert message in ended.err


def test_a_trust_list_with_a_flaw_ends_with_2_and_names_it(run, badge, trust):
    trust.write_text(trust.read_text().replace('"version": 1', '"version": 2'))
    ended = run(badge, "--trust", trust)
    assert (ended.status, "version 1" in ended.err) == (2, True)


def test_a_flaw_in_a_trust_list_does_not_steer_the_terminal(run, badge, trust):
    entry = {"id": "\x1b[2J", "name": "N"}
    document = json.loads(trust.read_text()) | {"entries": [entry, entry]}
    trust.write_text(json.dumps(document))
    assert "\x1b" not in run(badge, "--trust", trust).err


@pytest.mark.parametrize("arguments", [[], ["--no-such-option"], ["--trust"]], ids=str)
def test_arguments_that_there_are_not_end_with_2(arguments):
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2


def test_the_command_runs_as_a_module(badge):
    command_line = [sys.executable, "-m", "verifier", str(badge), "--offline"]
    ended = subprocess.run(command_line, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (3, "")
    assert "could not be reached, so nobody can say yet" in ended.stdout


def test_http_to_localhost_is_asked_for_by_its_ugly_name(monkeypatch, badge):
    seen = {}

    def fetching(**options):
        seen.update(options)
        return offline

    monkeypatch.setattr(web_options, "WebFetch", fetching)
    command.main([str(badge), "--unsafe-loopback-http"])
    assert seen == {"allow": (), "unsafe_loopback_http": True}


def test_another_port_is_asked_where_its_host_is_named(monkeypatch, badge, capsys):
    seen = {}
    monkeypatch.setattr(web_options, "WebFetch", lambda **options: seen.update(options) or offline)
    hosts = ["--allow-host", "Badges.example:8443", "--allow-host", "b.example:444"]
    command.main([str(badge), *hosts])
    assert seen["allow"] == (("badges.example", 8443), ("b.example", 444))
    with pytest.raises(SystemExit) as ended:
        command.main([str(badge), "--allow-host", "https://badges.example"])
    assert ended.value.code == 2
    assert "is no HOST:PORT, such as badges.example.org:8443" in capsys.readouterr().err
