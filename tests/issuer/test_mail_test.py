"""`mintmark mail test`: a district learns what its mail server says, and what to do about it."""

import socket
import threading
from contextlib import contextmanager

import mail_sink
import pytest
from ports import free_port

from issuer.__main__ import main
from issuer.home.settings import FILE


@contextmanager
def hanging_up():
    """A server that closes every connection at once, as one on another kind of port does."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def test_mail(home, capsys):
    """Write `[mail]` and run the command; return its exit status and what it said."""

    def run(port, address="jordan@home.example", **members):
        values = {"host": "127.0.0.1", "from": "District <badges@prairie.example>", "tls": "none"}
        lines = [f'{key} = "{value}"' for key, value in (values | members).items()]
        text = (home / FILE).read_text().partition("\n[mail]")[0]
        (home / FILE).write_text("\n".join([text, "[mail]", f"port = {port}", *lines]))
        status = main(["--home", str(home), "mail", "test", address])
        output = capsys.readouterr()
        return status, output.out + output.err

    return run


def test_a_mail_that_is_taken_says_so_in_the_servers_words(test_mail):
    with mail_sink.running() as sink:
        status, output = test_mail(sink.port)
    assert (status, "250 taken" in output) == (0, True)
    (mail,) = sink.mails
    assert mail["Subject"] == "A test of the mail of Prairie Example District"
    assert sink.envelopes == [["jordan@home.example"]]


@pytest.mark.parametrize(
    ("answers", "words", "remedy"),
    [
        ({"rcpt": ["550 5.7.1 relaying denied"]}, "550 5.7.1 relaying denied", "mail.username"),
        ({"rcpt": ["451 try later"]}, "451 try later", "try another one"),
        ({"data": ["554 5.7.1 no SPF"]}, "554 5.7.1 no SPF", "show its answer"),
    ],
)
def test_what_the_server_refuses_is_said_with_the_remedy(test_mail, answers, words, remedy):
    with mail_sink.running() as sink:
        vars(sink).update(answers)
        status, output = test_mail(sink.port)
    assert (status, words in output, remedy in output) == (1, True, True), output


def test_a_wrong_password_is_named(test_mail, home):
    (home / "password").write_text("wrong")
    (home / "password").chmod(0o600)
    with mail_sink.running() as sink:
        login = {"username": "credentials", "password_file": "password"}
        assert "mail.username" in test_mail(sink.port, **login)[1]
        (home / "password").write_text("right")
        assert test_mail(sink.port, **login)[0] == 0
        (home / "password").chmod(0o644)
        assert "chmod 600" in test_mail(sink.port, **login)[1]
        (home / "password").unlink()
        assert "mail.password_file" in test_mail(sink.port, **login)[1]


def test_a_server_that_is_not_there_and_one_of_another_kind(test_mail):
    nobody = free_port()
    assert "nothing listens there" in test_mail(nobody)[1]
    assert "correct mail.host" in test_mail(nobody, host="no-such-host.invalid")[1]
    with hanging_up() as port:
        assert "465" in test_mail(port)[1]
    with mail_sink.running() as sink:
        assert 'mail.tls = "tls"' in test_mail(sink.port, tls="starttls")[1]


@pytest.mark.parametrize("address", ["", "jordan", "a@b.example\r\nBcc: c@d.example", "@"])
def test_what_is_no_address_is_said_before_anybody_is_asked(test_mail, address):
    status, output = test_mail(1, address)
    assert (status, "not an e-mail address" in output) == (1, True), output


def test_without_settings_for_mail_it_says_where_they_stand(home, capsys):
    assert main(["--home", str(home), "mail", "test", "a@b.example"]) == 1
    assert "[mail]" in capsys.readouterr().err
