"""Mail to teachers: it leaves with the credential it tells of, at least once, under one id."""

import logging
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from functools import partial
from pathlib import Path

import mail_sink
import pytest
from sqlalchemy import select

from issuer import app, issuance
from issuer.__main__ import main
from issuer.home.issuer import Issuer
from issuer.home.mail_settings import Mail, read_mail
from issuer.home.settings import FILE, load
from issuer.messages import KINDS
from issuer.outbox import queue, worker
from issuer.outbox.kinds import RETRIES, DeliveryError, MessageKind, by_name
from issuer.outbox.tables import MessageState, OutboxRow
from verifier.parsing import strict_toml
from verifier.parsing.strict_toml import TomlError

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.fixture
def mailing(any_issuer, sink):
    """An issuer that sends mail, on SQLite and on PostgreSQL."""
    any_issuer.settings = with_mail(any_issuer.settings, sink)
    return any_issuer


@pytest.fixture
def sqlite_mailing(issuer, sink):
    issuer.settings = with_mail(issuer.settings, sink)
    return issuer


def with_mail(settings, sink, **members):
    sender = Address("Prairie Example District", addr_spec="badges@prairie.example")
    return replace(settings, mail=Mail("127.0.0.1", sink.port, sender, "none", "en", **members))


ONE_ADDRESS = {"name": "Jordan Example", "emails": ["jordan@school.example"]}
TWO_ADDRESSES = {**ONE_ADDRESS, "emails": ["jordan@school.example", "jordan@home.example"]}


def issue(issuer, approval, number=1, **members):
    evidence = [{"name": "Plan", "url": "https://x.example/secret"}]
    content = approval(f"a-{number}", evidence=evidence, **members)
    event = f"e-{number}"
    return issuance.receive(issuer, content, source="forms", event_id=event, now=START)


def rows(issuer):
    with issuer.database.reading() as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def run(issuer, after=timedelta(0)):
    return worker.deliver_due(issuer, KINDS, now=lambda: datetime.now(UTC) + after)


def test_one_mail_tells_the_teacher_and_carries_the_holders_link(mailing, approval, sink):
    received = issue(mailing, approval)
    assert run(mailing) == (1, 0)
    (sent,), (row,) = sink.mails, rows(mailing)
    assert sink.envelopes == [["jordan@school.example"]]
    assert sent["Subject"] == "Your credential is ready: Composing with foundational rhythms"
    assert sent["To"] == "Jordan Example <jordan@school.example>"
    assert sent["Message-ID"] == row.message_id
    assert sent["Auto-Submitted"] == "auto-generated"
    text = sent.get_body(("plain",)).get_content()
    assert received.manage_url in text.splitlines()
    assert f"{mailing.settings.public_url}/credentials/{received.credential_id}.html" in text
    assert "secret" not in text
    assert run(mailing) == (0, 0)
    assert row.state == MessageState.DELIVERED


def test_an_approval_that_comes_again_sends_no_second_mail(sqlite_mailing, approval, sink):
    for _ in range(2):
        issue(sqlite_mailing, approval)
    assert len(rows(sqlite_mailing)) == 1


def test_without_a_mail_server_nothing_is_kept_for_one(issuer, approval):
    issue(issuer, approval)
    assert rows(issuer) == []


def test_a_mail_leaves_only_with_the_credential_it_tells_of(mailing, approval, monkeypatch):
    """One transaction: where the row cannot be written, nothing was issued, and the other way."""

    def fail(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(queue, "put", fail)
        with pytest.raises(RuntimeError):
            issue(mailing, approval)
    assert rows(mailing) == []
    assert issue(mailing, approval).manage_url
    assert len(rows(mailing)) == 1


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_not_now_is_asked_again_under_the_same_id(sqlite_mailing, approval, sink, step):
    issue(sqlite_mailing, approval)
    getattr(sink, step).append("451 busy")
    assert run(sqlite_mailing) == (0, 1)
    (row,) = rows(sqlite_mailing)
    assert (row.state, row.attempts, "451" in row.error) == (MessageState.WAITING, 1, True)
    assert run(sqlite_mailing) == (0, 0)
    assert run(sqlite_mailing, after=RETRIES[0]) == (1, 0)
    assert [sent["Message-ID"] for sent in sink.mails] == [row.message_id]


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_never_is_a_dead_letter_that_can_be_sent_again(
    sqlite_mailing, approval, sink, step, caplog
):
    issue(sqlite_mailing, approval, recipient=ONE_ADDRESS)
    getattr(sink, step).append("550 jordan@school.example does not live here")
    with caplog.at_level(logging.DEBUG):
        assert run(sqlite_mailing) == (0, 1)
    (row,) = rows(sqlite_mailing)
    assert (row.state, "550" in row.error) == (MessageState.DEAD, True)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("issuer")]
    assert "jordan" not in " ".join([*ours, row.error]).lower()
    assert run(sqlite_mailing, after=timedelta(days=30)) == (0, 0)
    with sqlite_mailing.database.writing() as session:
        assert queue.replay(session, row.id, now=START) == 1
    assert run(sqlite_mailing) == (1, 0)
    assert sink.mails[0]["Message-ID"] == row.message_id


def test_a_server_that_stays_away_ends_as_a_dead_letter(sqlite_mailing, approval):
    issue(sqlite_mailing, approval)

    def away(issuer, row):
        raise DeliveryError("away")

    broken = by_name(MessageKind("issued", away))
    clock, waits = [datetime.now(UTC)], []
    for _ in range(len(RETRIES) + 1):
        assert worker.deliver_due(sqlite_mailing, broken, now=partial(max, clock)) == (0, 1)
        (row,) = rows(sqlite_mailing)
        waits.append(row.due_at - clock[0])
        clock = [row.due_at]
    assert (row.state, tuple(waits[:-1])) == (MessageState.DEAD, RETRIES)


def test_the_retry_table_is_published():
    table = re.search(r"again after (.+?), then", OPERATIONS.read_text(), re.S)
    words = re.findall(r"(\d+) (minute|hour)", table[1])
    sizes = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
    assert tuple(int(n) * sizes[unit] for n, unit in words) == RETRIES


def test_a_worker_killed_after_sending_leaves_a_mail_with_the_same_id(home, sink, approval):
    """P4: the process dies when the server has the mail and before it has said so."""
    with (home / FILE).open("a") as file:
        file.write(f'[mail]\nhost = "127.0.0.1"\nport = {sink.port}\ntls = "none"\n')
        file.write('from = "badges@prairie.example"\n')
    new_issuer = Issuer(load(home))
    issue(new_issuer, approval)
    command = [sys.executable, "-m", "issuer", "--home", str(home), "outbox", "deliver"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    sink.before_answer = lambda: os.kill(process.pid, signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    sink.before_answer = lambda: None
    assert run(new_issuer) == (0, 0)
    assert run(new_issuer, after=queue.LEASE) == (1, 0)
    first, second = sink.mails
    assert first["Message-ID"] == second["Message-ID"] == rows(new_issuer)[0].message_id
    new_issuer.database.close()


def test_many_workers_send_each_message_once(mailing):
    with mailing.database.writing() as session:
        for number in range(24):
            queue.put(session, "issued", f"c-{number}", host="x.example", now=START)
    sent = []
    kinds = by_name(MessageKind("issued", lambda _, row: sent.append(row.id)))
    workers = [
        threading.Thread(
            target=worker.deliver_due,
            args=(mailing, kinds),
            kwargs={"now": lambda: datetime.now(UTC)},
        )
        for _ in range(4)
    ]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    assert sorted(sent) == sorted(row.id for row in rows(mailing))
    assert {row.state for row in rows(mailing)} == {MessageState.DELIVERED}


def test_a_worker_that_took_too_long_settles_nothing(sqlite_mailing):
    with sqlite_mailing.database.writing() as session:
        queue.put(session, "issued", "c-1", host="x.example", now=START)
    with sqlite_mailing.database.writing() as session:
        slow = queue.lease(session, now=START)
    with sqlite_mailing.database.writing() as session:
        assert queue.lease(session, now=START + queue.LEASE - timedelta(seconds=1)) is None
        quick = queue.lease(session, now=START + queue.LEASE)
    with sqlite_mailing.database.writing() as session:
        queue.delivered(session, quick, now=START)
        queue.failed(session, slow, "too slow", for_good=True, now=START)
    assert [row.state for row in rows(sqlite_mailing)] == [MessageState.DELIVERED]


@pytest.mark.parametrize(
    ("address", "outcome", "reached"),
    [
        ("jörg@schule.example", (0, 1), []),
        ("joerg@bücher.example", (1, 0), [["joerg@xn--bcher-kva.example"]]),
        ("jo@straße.example", (1, 0), [["jo@xn--strae-oqa.example"]]),
    ],
)
def test_an_address_with_accents_reaches_a_server_that_takes_plain_letters_if_it_can(
    sqlite_mailing, approval, address, outcome, reached
):
    """RFC 5890 writes any domain in plain letters; RFC 6531 is needed before the @."""
    issue(sqlite_mailing, approval, recipient={"name": "Jörg", "emails": [address]})
    with mail_sink.running(enable_SMTPUTF8=False) as plain:
        sqlite_mailing.settings = with_mail(sqlite_mailing.settings, plain)
        assert run(sqlite_mailing) == outcome
        assert plain.envelopes == reached
    assert rows(sqlite_mailing)[0].state == (
        MessageState.DELIVERED if reached else MessageState.DEAD
    )


def test_a_first_address_that_is_refused_is_passed_over_for_another(sqlite_mailing, approval, sink):
    issue(sqlite_mailing, approval, recipient=TWO_ADDRESSES)
    sink.rcpt.append("550 the mailbox was closed")
    assert run(sqlite_mailing) == (1, 0)
    assert sink.envelopes == [["jordan@home.example"]]


def test_addresses_that_are_all_refused_are_a_dead_letter(sqlite_mailing, approval, sink):
    issue(sqlite_mailing, approval, recipient=TWO_ADDRESSES)
    sink.rcpt += ["550 closed", "553 closed as well"]
    assert run(sqlite_mailing) == (0, 1)
    (row,) = rows(sqlite_mailing)
    assert (row.state, "553" in row.error) == (MessageState.DEAD, True)


def test_an_address_that_is_busy_is_not_passed_over(sqlite_mailing, approval, sink):
    """Greylisting: asking the next address would tell one person twice."""
    issue(sqlite_mailing, approval, recipient=TWO_ADDRESSES)
    sink.rcpt.append("451 greylisted")
    assert run(sqlite_mailing) == (0, 1)
    assert rows(sqlite_mailing)[0].state == MessageState.WAITING


def test_a_mail_is_in_the_language_of_the_achievement(sqlite_mailing, approval, sink):
    rubric = {"id": "completion"}
    words = {"name": "Ritmos", "description": "Ritmos en clase.", "criteria": "Tres clases."}
    issue(sqlite_mailing, approval, achievement={**words, "rubric": rubric, "in_language": "es"})
    assert run(sqlite_mailing) == (1, 0)
    assert sink.mails[0]["Subject"].startswith("Su credencial")


def test_a_kind_that_nothing_sends_is_a_dead_letter_and_never_another_mail(mailing, sink):
    """A newer version of Mintmark may have written it before it was taken back."""
    with mailing.database.writing() as session:
        queue.put(session, "reminder", "c-1", host="x.example", now=START)
    assert run(mailing) == (0, 1)
    (row,) = rows(mailing)
    assert (row.state, sink.mails) == (MessageState.DEAD, [])
    assert "sends this kind" in row.error


def test_without_a_mail_server_mail_waits_and_everything_else_leaves(mailing):
    sent = []

    def send(issuer, row):
        sent.append((row.kind, row.payload))

    kinds = by_name(MessageKind("mail", send), MessageKind("approval", send, is_mail=False))
    mailing.settings = replace(mailing.settings, mail=None)
    with mailing.database.writing() as session:
        queue.put(session, "mail", "c-1", host="x.example", now=START)
        queue.put(session, "approval", "", host="x.example", now=START, payload={"project": 7})
    assert worker.deliver_due(mailing, kinds, now=lambda: START) == (1, 0)
    assert sent == [("approval", {"project": 7})]
    assert [row.attempts for row in rows(mailing)] == [0, 1]


@pytest.mark.parametrize("for_good", [None, True, False])
def test_a_one_off_address_is_blanked_once_its_message_is_settled(mailing, for_good):
    def send(issuer, row):
        assert row.address == "somebody@x.example"
        if for_good is not None:
            raise DeliveryError("no", for_good=for_good)

    with mailing.database.writing() as session:
        to = "somebody@x.example"
        queue.put(session, "sign-in", "", host="x.example", now=START, address=to)
    worker.deliver_due(mailing, by_name(MessageKind("sign-in", send)), now=lambda: START)
    assert [row.address for row in rows(mailing)] == [to if for_good is False else None]


def test_a_kind_has_a_retry_table_of_its_own(mailing):
    def send(issuer, row):
        raise DeliveryError("away")

    second = timedelta(seconds=1)
    kinds = by_name(MessageKind("sign-in", send, retries=(second,)))
    with mailing.database.writing() as session:
        queue.put(session, "sign-in", "", host="x.example", now=START)
    assert worker.deliver_due(mailing, kinds, now=lambda: START) == (0, 1)
    assert [row.due_at for row in rows(mailing)] == [START + second]
    assert worker.deliver_due(mailing, kinds, now=lambda: START + second) == (0, 1)
    assert [row.state for row in rows(mailing)] == [MessageState.DEAD]


def test_two_kinds_of_one_name_are_refused():
    with pytest.raises(ValueError, match="same name"):
        by_name(MessageKind("issued", print), MessageKind("issued", print))


@pytest.mark.parametrize(("password", "outcome"), [("right", (1, 0)), ("wrong", (0, 1))])
def test_a_password_that_is_refused_may_be_mended(
    sqlite_mailing, approval, sink, tmp_path, password, outcome
):
    file = tmp_path / "mail-password"
    file.write_text(password + "\n")
    file.chmod(0o600)
    sqlite_mailing.settings = with_mail(
        sqlite_mailing.settings, sink, username="badges", password_file=file
    )
    issue(sqlite_mailing, approval)
    assert run(sqlite_mailing) == outcome
    assert set(sink.logins) == {(b"badges", password.encode())}
    assert rows(sqlite_mailing)[0].state == (
        MessageState.DELIVERED if outcome[0] else MessageState.WAITING
    )


def test_a_server_that_cannot_show_who_it_is_gets_no_mail(sqlite_mailing, approval, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    issue(sqlite_mailing, approval)
    with mail_sink.running(tls_context=context) as other:
        settings = with_mail(sqlite_mailing.settings, other)
        sqlite_mailing.settings = replace(settings, mail=replace(settings.mail, tls="starttls"))
        assert run(sqlite_mailing) == (0, 1)
        assert other.mails == []
    assert "SSLCertVerificationError" in rows(sqlite_mailing)[0].error


def self_signed(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(START - timedelta(days=1))
        .not_valid_after(START + timedelta(days=9000))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(private + certificate.public_bytes(pem))
    return file


def test_what_serves_delivers(home, sink, approval, monkeypatch):
    with (home / FILE).open("a") as file:
        file.write(f'[mail]\nhost = "127.0.0.1"\nport = {sink.port}\ntls = "none"\n')
        file.write('from = "badges@prairie.example"\n')
    monkeypatch.setenv("MINTMARK_HOME", str(home))
    came = threading.Event()
    sink.before_answer = came.set
    new_issuer = Issuer(load(home))
    issue(new_issuer, approval)
    served = app.create_app_from_environment()
    assert came.wait(20)
    served.extensions["outbox"].set()
    for thread in threading.enumerate():
        if thread.name == "outbox":
            thread.join(20)
    new_issuer.database.close()
    served.extensions["mintmark"].database.close()


def test_the_command_lists_sends_and_sends_again(sqlite_mailing, home, approval, sink, capsys):
    with (home / FILE).open("a") as file:
        file.write(f'[mail]\nhost = "127.0.0.1"\nport = {sink.port}\ntls = "none"\n')
        file.write('from = "badges@prairie.example"\n')

    def outbox(*words):
        code = main(["--home", str(home), "outbox", *words])
        return code, capsys.readouterr().out

    assert outbox("list") == (0, "everything has left\n")
    issue(sqlite_mailing, approval)
    sink.rcpt.append("550 no")
    assert outbox("deliver")[0] == 3
    code, listed = outbox("list")
    assert (code, "dead" in listed, "550" in listed, "@" in listed) == (3, True, True, False)
    assert outbox("replay", "--all") == (0, "1 will be sent again\n")
    assert outbox("deliver") == (0, "1 delivered, 0 not (see: mintmark outbox list)\n")
    assert outbox("list")[0] == 0
    assert outbox("replay")[0] == outbox("replay", "1", "--all")[0] == 2


def test_what_waits_can_be_sent_at_once_after_a_mend(sqlite_mailing, approval, sink):
    issue(sqlite_mailing, approval)
    sink.data.append("451 busy")
    assert run(sqlite_mailing) == (0, 1)
    assert run(sqlite_mailing) == (0, 0)
    with sqlite_mailing.database.writing() as session:
        assert queue.hasten(session, now=datetime.now(UTC)) == 1
    assert run(sqlite_mailing) == (1, 0)


def test_a_lost_link_is_printed_or_renewed(sqlite_mailing, home, approval, capsys):
    received = issue(sqlite_mailing, approval)
    address = f"{sqlite_mailing.settings.public_url}/credentials/{received.credential_id}.html"
    assert main(["--home", str(home), "holder-link", address]) == 0
    assert capsys.readouterr().out.strip() == received.manage_url
    assert main(["--home", str(home), "holder-link", address, "--renew"]) == 0
    assert capsys.readouterr().out.strip() not in ("", received.manage_url)
    assert main(["--home", str(home), "holder-link", "nothing"]) == 1


WRONG = [
    ('from = "a@x.example"', "mail.host is missing"),
    ('host = "h"', "mail.from is missing"),
    ('host = "h"\nfrom = "nobody"', "mail.from must be like"),
    ('host = "h"\nfrom = "a@x.example\\nBcc: b@x.example"', "mail.from"),
    ('host = "h"\nfrom = "a@x.example"\ntls = "ssl"', "mail.tls must be one of"),
    ('host = "h"\nfrom = "a@x.example"\nusername = "u"', "go together"),
    ('host = "h"\nfrom = "a@x.example"\nlanguage = "fr"', "mail.language must be one of en, es"),
    ('host = "h"\nfrom = "a@x.example"\npasword = "u"', "is no known key"),
    (
        'host = "h"\nfrom = "a@x.example"\ntls = "none"\nusername = "u"\npassword_file = "p"',
        "would send the password in plain",
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_settings_that_cannot_work_are_refused_by_name(tmp_path, text, message):
    table = strict_toml.loads(f"[mail]\n{text}".encode()).table("mail")
    with pytest.raises(TomlError, match=re.escape(message)):
        read_mail(table, home=tmp_path)


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_each_way_to_keep_it_secret_has_its_port(tmp_path, tls, port):
    text = f'host = "h"\nfrom = "Badges <a@x.example>"\ntls = "{tls}"'
    mail = read_mail(strict_toml.loads(text.encode()), home=tmp_path)
    assert (mail.port, str(mail.sender)) == (port, "Badges <a@x.example>")
