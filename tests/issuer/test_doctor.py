"""`mintmark doctor`: each line in its good and in its bad state, against real parts."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import authority
import httpx
import mail_sink
import pytest
from needs import need
from ports import free_port

from issuer.__main__ import main
from issuer.home.issuer import opened
from issuer.home.mail_settings import Mail
from issuer.home.settings import FILE, load
from issuer.installation import backup, init
from issuer.installation.doctor import here, outside, rules
from issuer.installation.doctor.finding import Finding, PartState, exit_status
from keys.key_file import Cost

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OK, WARNING, FAILED, UNCHECKED = (
    PartState.OK,
    PartState.WARNING,
    PartState.FAILED,
    PartState.UNCHECKED,
)


@pytest.mark.parametrize(
    ("finding", "state"),
    [
        (rules.certificate(NOW - 30 * DAY, NOW + 60 * DAY, now=NOW), OK),
        (rules.certificate(NOW - 77 * DAY, NOW + 13 * DAY, now=NOW), WARNING),
        (rules.certificate(NOW - 4 * DAY, NOW + 2 * DAY, now=NOW), OK),
        (rules.certificate(NOW - 5 * DAY, NOW + DAY, now=NOW), WARNING),
        (rules.certificate(NOW - 300 * DAY, NOW + 65 * DAY, now=NOW), OK),
        (rules.certificate(NOW - 90 * DAY, NOW, now=NOW), FAILED),
        (rules.document("key set", {"keys": []}, {"keys": []}), OK),
        (rules.document("key set", {"keys": [1]}, {"keys": []}), FAILED),
        (rules.document("key set", {"keys": [1]}, None), FAILED),
        (rules.status_list("1", "u", "u", until=NOW + 7 * DAY, now=NOW), OK),
        (rules.status_list("1", "u", "u", until=NOW + 47 * HOUR, now=NOW), WARNING),
        (rules.status_list("1", "u", "u", until=NOW, now=NOW), FAILED),
        (rules.status_list("1", "u", "v", until=NOW + 7 * DAY, now=NOW), FAILED),
        (rules.clock(True), OK),
        (rules.clock(False), WARNING),
        (rules.clock(None), UNCHECKED),
        (rules.disk(50 * 1024**3), OK),
        (rules.disk(1024**3), WARNING),
        (rules.disk(0), FAILED),
        (rules.backup(NOW - 20 * HOUR, "/b", now=NOW), OK),
        (rules.backup(NOW - 2 * DAY, "/b", now=NOW), WARNING),
        (rules.backup(NOW - 8 * DAY, "/b", now=NOW), FAILED),
        (rules.backup(None, "", now=NOW), WARNING),
        (rules.fonts(0, ""), OK),
        (rules.fonts(2, "apt install fonts-noto-cjk"), WARNING),
        (rules.server(200, {"status": "ok"}, "u"), OK),
        (rules.server(503, {"status": "keys locked"}, "u"), FAILED),
        (rules.server(200, None, "u"), FAILED),
        (rules.server(200, {"hello": "world"}, "u"), FAILED),
        (rules.server(0, "refused", "u"), FAILED),
        (rules.webhook(204, {}), OK),
        (rules.webhook(401, {"detail": "no secret fits"}), FAILED),
        (rules.webhook(0, {"detail": "refused"}), FAILED),
        *((finding, OK) for finding in rules.waiting(0, 0)),
        *((finding, WARNING) for finding in rules.waiting(1, 1)),
    ],
)
def test_how_a_part_stands(finding, state):
    assert finding.state == state
    assert bool(finding.remedy) == (state != OK)


@pytest.mark.parametrize(
    ("states", "status"),
    [([OK, OK], 0), ([OK, WARNING], 3), ([UNCHECKED], 3), ([WARNING, FAILED, UNCHECKED], 1)],
)
def test_the_status_for_monitors(states, status):
    assert exit_status([Finding("part", state, "") for state in states]) == status


@pytest.fixture(scope="module")
def running_home(tmp_path_factory):
    """A home whose server runs under gunicorn at the home's own public address."""
    port = free_port()
    home = tmp_path_factory.mktemp("doctor") / "home"
    settings = init.create(
        home,
        public_url=f"http://localhost:{port}",
        name="District",
        source="forms",
        did_key=False,
        now=datetime.now(UTC),
        cost=Cost(memory_kib=64, iterations=1, lanes=1),
    )
    command = [sys.executable, "-m", "issuer", "--home", str(home), "serve", "--workers", "1"]
    server = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                httpx.get(f"{settings.public_url}/readyz")
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield home
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def seen_outside(settings):
    return {
        finding.part: finding.state for finding in outside.look(settings, now=datetime.now(UTC))
    }


def test_a_server_that_is_well_is_well_in_every_line(running_home, capsys, tmp_path):
    settings = load(running_home)
    backup.back_up(settings, tmp_path / "copy", now=datetime.now(UTC))
    with mail_sink.running() as sink:
        text = (running_home / FILE).read_text()
        mail = (
            f'\n[mail]\nhost = "127.0.0.1"\nport = {sink.port}\ntls = "none"\nfrom = "a@b.example"'
        )
        (running_home / FILE).write_text(text + mail)
        status = main(["--home", str(running_home), "doctor", "--json"])
        (running_home / FILE).write_text(text)
        assert sink.mails == []
    report = json.loads(capsys.readouterr().out)
    states = {finding["part"]: finding["state"] for finding in report["findings"]}
    for machine in ("clock", "disk"):  # the machine that tests run on has its own
        assert states.pop(machine) in set(PartState)
    assert set(states.values()) == {"ok"}, report
    assert set(states) == {
        *("version", "keys", "files", "database", "credentials", "mails", "fonts", "backup"),
        *(
            "people",
            "mail server",
            "server",
            "TLS",
            "DID document",
            "key set",
            "status list 1",
            "webhook",
        ),
    }
    assert status == report["status"] != 1


def test_what_everybody_gets_is_compared_with_what_lies_here(running_home, tmp_path):
    """The server serves the one home, the doctor looks at a copy that knows more."""
    copy = tmp_path / "copy"
    shutil.copytree(running_home, copy)
    settings = load(copy)
    for name in (".well-known/did.json", ".well-known/jwks.json", "status/1"):
        file = settings.public / name
        document = json.loads(file.read_bytes())
        document["new"] = True
        if "credentialSubject" in document:
            document["credentialSubject"]["encodedList"] = "uother"
        file.write_text(json.dumps(document))
    states = seen_outside(settings)
    assert [states[part] for part in ("DID document", "key set", "status list 1")] == [FAILED] * 3
    for name in (".well-known/did.json", "status/1"):
        (settings.public / name).write_text("{")
    states = seen_outside(settings)
    assert (states["DID document"], states["status list 1"]) == (FAILED, FAILED)
    (settings.public / "status/1").unlink()
    assert seen_outside(settings)["status lists"] == FAILED


def test_a_secret_that_the_server_does_not_know_is_found(running_home):
    settings = load(running_home)
    (source,) = settings.sources
    wrong = replace(source, secrets=("whsec_" + "A" * 32,))
    assert seen_outside(replace(settings, sources=(wrong,)))["webhook"] == FAILED
    assert seen_outside(replace(settings, sources=()))["webhook"] == WARNING


def test_without_a_server_the_rest_is_not_known(settings):
    nobody = free_port()
    states = seen_outside(replace(settings, public_url=f"http://localhost:{nobody}"))
    assert states.pop("server") == FAILED
    assert states.pop("TLS") == OK
    assert set(states.values()) == {UNCHECKED}


def test_a_web_server_without_its_mintmark_makes_no_document_wrong(settings):
    """502 from the web server says nothing of what Mintmark would serve."""

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(502)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        states = seen_outside(
            replace(settings, public_url=f"http://localhost:{server.server_port}")
        )
        server.shutdown()
    assert (states.pop("server"), states.pop("TLS")) == (FAILED, OK)
    assert set(states.values()) == {UNCHECKED}


@contextmanager
def speaking_tls(context):
    """A server that does no more than TLS; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            while True:
                try:
                    connection, _ = server.accept()
                    with connection, context.wrap_socket(connection, server_side=True):
                        pass
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(
    ("days", "host", "known", "state"),
    [
        (60, "localhost", True, OK),
        (0.2, "localhost", True, WARNING),
        (-1, "localhost", True, FAILED),
        (60, "other.example", True, FAILED),
        (60, "localhost", False, FAILED),
    ],
)
def test_the_certificate_as_everybody_sees_it(settings, tmp_path, days, host, known, state):
    signed_by = authority.Authority(tmp_path)
    context = ssl.create_default_context(cafile=str(signed_by.file) if known else None)
    with speaking_tls(signed_by.server(host, days=days)) as port:
        secret = replace(settings, public_url=f"https://localhost:{port}")
        finding = outside._tls(secret, context, now=datetime.now(UTC))
    assert finding.state == state, finding


def seen_here(home):
    with opened(load(home)) as issuer:
        return {f.part: f for f in here.look(issuer, now=datetime.now(UTC))}


def test_keys_that_cannot_be_opened(home):
    assert seen_here(home)["keys"].state == OK
    (home / "passphrase").write_text("another passphrase, of more than 16 bytes")
    assert seen_here(home)["keys"].state == FAILED
    (home / "passphrase").unlink()
    finding = seen_here(home)["keys"]
    assert (finding.state, "passphrase" in finding.message) == (FAILED, True)


def test_a_database_that_is_older_or_away(home):
    assert seen_here(home)["database"].state == OK
    (home / "mintmark.sqlite3").unlink()
    findings = seen_here(home)
    assert (findings["database"].state, findings["database"].remedy) == (
        FAILED,
        "run: mintmark migrate",
    )
    assert findings["credentials, mails, fonts, people"].state == UNCHECKED
    away = 'database_url = "postgresql+psycopg://nobody@127.0.0.1:1/none"\n'
    (home / FILE).write_text(away + (home / FILE).read_text())
    assert seen_here(home)["database"].state == FAILED


def test_the_note_of_the_newest_backup(home, tmp_path):
    assert seen_here(home)["backup"].state == WARNING
    backup.back_up(load(home), tmp_path / "copy", now=datetime.now(UTC))
    assert seen_here(home)["backup"].state == OK
    (home / backup.NOTE).write_text("{")
    assert seen_here(home)["backup"].state == UNCHECKED


def test_files_that_the_service_cannot_read(home):
    assert seen_here(home)["files"].state == OK
    if os.geteuid() == 0:
        os.chown(home / "secret", 64202, 64202)
        finding = seen_here(home)["files"]
        assert (finding.state, "secret" in finding.message) == (FAILED, True)


def test_a_mail_server_that_lets_us_in_and_one_that_does_not(settings, home):
    assert here._mail(settings).state == WARNING
    (home / "password").write_text("wrong")
    (home / "password").chmod(0o600)
    sender = Address("District", addr_spec="badges@prairie.example")
    with mail_sink.running() as sink:
        mail = Mail("127.0.0.1", sink.port, sender, "none", "en", "us", home / "password")
        assert here._mail(replace(settings, mail=mail)).state == FAILED
        (home / "password").write_text("right")
        assert here._mail(replace(settings, mail=mail)).state == OK
        secret = replace(mail, tls="starttls")
        assert here._mail(replace(settings, mail=secret)).state == FAILED
    assert here._mail(replace(settings, mail=mail)).state == FAILED


def test_a_redis_that_answers_and_one_that_is_away(settings):
    need(Path("/usr/bin/redis-server"))
    port = free_port()
    counted = replace(settings, redis_url=f"redis://:a-secret@127.0.0.1:{port}")
    unreadable = here._redis(replace(settings, redis_url="redis://:a/secret@127.0.0.1"))
    assert (unreadable.state, "secret" in unreadable.message) == (FAILED, False)
    away = here._redis(counted)
    assert (away.state, "a-secret" in away.message) == (WARNING, False)
    command = ["redis-server", "--port", str(port), "--save", "", "--requirepass", "a-secret"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        next(line for line in server.stdout if "Ready to accept connections" in line)
        assert here._redis(counted).state == OK
        wrong = replace(settings, redis_url=f"redis://127.0.0.1:{port}")
        assert here._redis(wrong).state == WARNING
        server.terminate()


def test_a_name_that_no_font_can_print(home):
    assert seen_here(home)["fonts"].state == OK
    text = (home / FILE).read_text()
    (home / FILE).write_text(text.replace("Prairie Example District", "\U00012000 District"))
    assert seen_here(home)["fonts"].state == WARNING


def test_lines_for_people_have_the_remedy_below(home, capsys):
    (home / "passphrase").unlink()
    assert main(["--home", str(home), "doctor"]) == 1
    lines = capsys.readouterr().out
    assert "✘ keys: failed. cannot read the passphrase file" in lines
    assert "\n    → " in lines


def test_who_can_sign_in_is_looked_at(issuer, now, monkeypatch):
    """Nobody is in order; people without a superintendent, or without a way in, are not."""
    from issuer.home.sign_in_settings import Provider
    from issuer.installation.doctor import people
    from issuer.people import register, roles

    def states():
        return {finding.part: finding.state for finding in people.look(issuer, now=now)}

    assert states() == {"people": PartState.OK}
    with issuer.database.writing() as session:
        person = register.add(session, "Sue Example", now=now)
    assert states() == {"people": PartState.WARNING, "sign-in": PartState.WARNING}
    with issuer.database.writing() as session:
        roles.grant(
            session,
            session.merge(person),
            roles.Role.SUPERINTENDENT,
            first_day=now.date(),
            now=now,
        )
    assert states()["people"] == PartState.OK
    secret = issuer.settings.home / "no-such-file"
    away = Provider("x", "X", "http://127.0.0.1:9", "c", "t", "t", secret)
    issuer.settings = replace(issuer.settings, sign_in=(away,))
    assert states()["sign-in by X"] == PartState.FAILED


def test_a_name_that_leads_nowhere_yet_is_told_from_a_server_that_is_down():
    for host, remedy in (("b.invalid", "let the name lead"), ("127.0.0.1:9", "systemctl status")):
        with httpx.Client() as web:
            answered = outside._health(f"http://{host}/readyz", web)
        assert rules.server(*answered, "u").remedy.startswith(remedy)
