"""How often one address may ask: who that is, and what the one too many is told."""

import subprocess
import time
from pathlib import Path

import pytest
from flask import Blueprint, Flask, Response
from needs import need
from world import World

from verifier.web import limits
from verifier.web.limits import caller, limiter_for, one_of_few
from verifier.web.page import Site, verifier_blueprint


def make_app(world: World, counting: dict[str, object] | None = None) -> Flask:
    app, views = Flask("limits-tests"), Blueprint("views", __name__)
    app.config.update(counting or {})
    limiter = limiter_for(views)

    @views.get("/twice")
    @limiter.limit("2/minute")
    def twice() -> str:
        return caller()

    app.register_blueprint(views)
    page = verifier_blueprint(site=Site("Test verifier"), make_fetch=lambda: world.fetch)
    app.register_blueprint(page, url_prefix="/verify")
    return app


@pytest.fixture
def app(world: World) -> Flask:
    return make_app(world)


def test_one_too_many_is_told_how_long_to_wait(client):
    answers = [client.get("/twice") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 61
    assert answers[2].mimetype == "application/problem+json"
    assert answers[2].json["status"] == 429
    assert "batch" in answers[2].json["remedy"]


def test_a_browser_is_told_on_a_page(client):
    answers = [client.get("/twice", headers={"Accept": "text/html"}) for _ in range(3)]
    assert answers[2].status_code == 429
    assert answers[2].mimetype == "text/html"
    assert "Too many requests" in answers[2].text
    assert "Retry-After" in answers[2].headers


def test_another_address_has_its_own_count(client):
    for address in ("192.0.2.1", "192.0.2.2"):
        for _ in range(2):
            answer = client.get("/twice", environ_overrides={"REMOTE_ADDR": address})
            assert answer.status_code == 200


def test_a_new_app_counts_from_zero_and_each_request_once(world):
    for _ in range(2):
        client = make_app(world).test_client()
        assert [client.get("/twice").status_code for _ in range(2)] == [200, 200]
    sent = [client.post("/verify", data={"text": "x"}).status_code for _ in range(121)]
    assert (set(sent[:120]), sent[120]) == ({422}, 429)


def test_one_check_too_many_at_a_time_is_told_to_wait(client):
    """T31: so that slow sites do not hold every thread."""
    app, inner = client.application, []
    app.config[limits.AT_ONCE] = 1

    def ask():
        with app.test_request_context(headers={"Accept": "text/html, */*;q=0.1"}):
            return one_of_few(view)()

    def view():
        inner.append(ask())
        return Response("checked")

    assert ask().get_data(as_text=True) == "checked"
    assert (inner[0].status_code, inner[0].headers["Retry-After"]) == (503, "5")
    assert "Wait a few seconds" in inner[0].get_data(as_text=True)
    assert ask().status_code == 200  # the place is free again


def test_a_check_that_fails_gives_its_place_back(client):
    app = client.application
    app.config[limits.AT_ONCE] = 1
    for _ in range(2):
        with app.test_request_context(), pytest.raises(ZeroDivisionError):
            one_of_few(lambda: 1 / 0)()


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("192.0.2.1", None, "192.0.2.1/32"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1/32"),  # anybody can say so
        ("127.0.0.1", "198.51.100.7", "198.51.100.7/32"),  # our own proxy does
        ("::1", "10.0.0.1, 198.51.100.7", "198.51.100.7/32"),  # the last is what it saw
        ("127.0.0.1", None, "127.0.0.1/32"),
        ("127.0.0.1", "nonsense", "unknown"),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        ("127.0.0.1", "198.51.100.7:51034", "198.51.100.7/32"),  # with the port, as IIS writes it
        ("127.0.0.1", "10.0.0.1:80, 198.51.100.7:1", "198.51.100.7/32"),
        ("127.0.0.1", "[2001:db8:1:2::9]:51034", "2001:db8:1:2::/64"),
        ("127.0.0.1", "[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("127.0.0.1", '"[2001:db8:1:2::9]:1"', "2001:db8:1:2::/64"),  # RFC 7239, section 6
        ("127.0.0.1", "2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("127.0.0.1", "fe80::1:2%eth0", "fe80::/64"),
        ("127.0.0.1", "::ffff:198.51.100.7", "198.51.100.7/32"),
        ("127.0.0.1", "[::ffff:198.51.100.7]:80", "198.51.100.7/32"),
        ("::ffff:198.51.100.7", None, "198.51.100.7/32"),  # a socket for both kinds
        ("::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7/32"),
        ("127.0.0.1", "[198.51.100.7", "unknown"),
        ("127.0.0.1", "198.51.100.7:", "unknown"),
        ("127.0.0.1", "", "unknown"),
        ("::1", None, "::/64"),
    ],
)
def test_who_asks(client, remote, forwarded, expected):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    answer = client.get("/twice", headers=headers, environ_overrides={"REMOTE_ADDR": remote})
    assert answer.text == expected


@pytest.fixture
def redis(tmp_path):
    """A Redis of one's own on a socket: its command, and its address."""
    need(Path("/usr/bin/redis-server"))
    socket = tmp_path / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not socket.exists():
        assert server.poll() is None, "redis-server ended"
        time.sleep(0.01)
    yield server, f"redis+unix://{socket}"
    server.kill()
    server.wait()


def test_all_hosts_count_together_in_redis_and_each_alone_while_it_is_away(world, redis, caplog):
    server, url = redis
    hosts = [make_app(world, limits.in_redis(url, "a")).test_client() for _ in "ab"]
    stranger = make_app(world, limits.in_redis(url, "b")).test_client()
    asked = [host.get("/twice").status_code for host in (*hosts, *hosts, stranger)]
    assert asked == [200, 200, 429, 429, 200]
    server.kill()
    server.wait()
    for host in hosts:
        assert [host.get("/twice").status_code for _ in range(3)] == [200, 200, 429]
    assert "falling back to in-memory" in caplog.text
