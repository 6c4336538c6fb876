"""Fetching what an untrusted credential names, against real servers that misbehave (T20, T22)."""

import socket
import time
from types import SimpleNamespace

import httpcore
import pytest
from authority import Authority
from ports import free_port
from raw_server import server

from verifier.fetching import fetch
from verifier.fetching.fetch import FetchError, WebFetch, offline

SOON = 10.0
"""Seconds. Without the defense it would be hours; a slow machine is no flaw."""

HEAD = b"HTTP/1.1 200 OK\r\n"
JSON = HEAD + b"Content-Type: Application/json; charset=utf-8; v=1\r\nContent-Length: 2\r\n\r\n{}"


def plain(data):
    return lambda connection, request: connection.sendall(data)


def get(port, path="/did.json", max_bytes=1000, fetching=None):
    fetching = fetching or WebFetch(unsafe_loopback_http=True)
    return fetching(
        f"http://localhost:{port}{path}", accept="application/json", max_bytes=max_bytes
    )


def code_of(answer, **options):
    """Return the code of the error that says which address it was, and why in words."""
    with server(answer) as (port, _), pytest.raises(FetchError, match=r"[a-z]{3}") as caught:
        get(port, **options)
    assert caught.value.url == f"http://localhost:{port}/did.json"
    assert str(caught.value).endswith(f": {caught.value.detail}")
    return caught.value.code


def test_a_sound_answer_is_returned_with_its_media_type():
    with server(plain(JSON)) as (port, _):
        fetched = get(port)
    assert (fetched.body, fetched.media_type) == (b"{}", "application/json")
    assert fetched.url == f"http://localhost:{port}/did.json"


def test_an_answer_that_does_not_say_its_media_type_has_none():
    with server(plain(HEAD + b"Content-Length: 2\r\n\r\n{}")) as (port, _):
        assert get(port).media_type == ""


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"Content-Length: 1000\r\n\r\n" + b"ab" * 500,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"2\r\nab\r\n" * 500 + b"0\r\n\r\n",
    ],
    ids=["whole", "in chunks"],
)
def test_an_answer_may_have_just_as_many_bytes_as_asked_for(sent):
    with server(plain(sent)) as (port, _):
        assert get(port, max_bytes=1000).body == b"ab" * 500


def test_a_request_asks_for_what_it_wants_uncompressed_and_says_who_asks():
    with server(plain(JSON)) as (port, requests):
        get(port)
    assert requests[0].startswith("GET /did.json HTTP/1.1\r\n")
    lines = requests[0].lower().split("\r\n")
    assert f"host: localhost:{port}" in lines
    assert {"accept: application/json", "accept-encoding: identity"} <= set(lines)
    assert "user-agent: mintmark-verify" in lines
    assert not [line for line in lines if line.startswith(("cookie", "authorization"))]


def drip(head, piece, pause=0.02):
    def answer(connection, request):
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return answer


SLOW = {
    "silence": lambda connection, request: time.sleep(3),
    "headers, then silence": lambda connection, request: (connection.sendall(HEAD), time.sleep(3)),
    "headers a byte at a time": drip(HEAD + b"X-Slow: ", b"a"),
    "headers without an end": drip(HEAD, b"X-Slow: a\r\n"),
    "interim answers without an end": drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "a body a byte at a time": drip(HEAD + b"Content-Length: 900\r\n\r\n", b"a"),
    "a body in chunks without an end": drip(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"
    ),
    "redirects that take their time": lambda connection, request: (
        time.sleep(0.2), connection.sendall(redirect("/did.json")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW.keys())
def test_a_slow_sender_cannot_stretch_the_deadline(answer, monkeypatch):
    monkeypatch.setattr(fetch, "DEADLINE_SECONDS", 0.4)
    began = time.monotonic()
    assert code_of(answer, max_bytes=10**6) == "too_slow"
    assert time.monotonic() - began < SOON


def test_who_never_ends_the_handshake_cannot_stretch_the_deadline(monkeypatch):
    monkeypatch.setattr(fetch, "DEADLINE_SECONDS", 0.4)
    fetch._trusted()
    fetching, began = WebFetch(unsafe_loopback_http=True), time.monotonic()
    with server(SLOW["silence"]) as (port, _), pytest.raises(FetchError) as caught:
        fetching(f"https://localhost:{port}/", accept="*/*", max_bytes=10)
    assert (caught.value.code, caught.value.url) == ("too_slow", f"https://localhost:{port}/")
    assert time.monotonic() - began < 2


def test_each_step_of_a_connection_ends_with_the_time_that_is_left(monkeypatch):
    timeouts = {}

    class Stream(httpcore.NetworkStream):
        def read(self, max_bytes, timeout=None):
            timeouts["read"] = timeout

        def write(self, buffer, timeout=None):
            timeouts["write"] = timeout

        def start_tls(self, ssl_context, server_hostname=None, timeout=None):
            timeouts["handshake"] = timeout
            return self

        def get_extra_info(self, info):
            return SimpleNamespace(asked=info)

    def connect(self, address, port, timeout=None):
        timeouts["connect"] = timeout
        return Stream()

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    backend = fetch._pinned_backend(["192.0.2.1"], time.monotonic() + 5)
    stream = backend.connect_tcp("district.example", 443).start_tls(None, "district.example")
    stream.write(b"GET"), stream.read(10)
    assert [step for step in timeouts if timeouts[step] and 0 < timeouts[step] <= 5] == [
        "connect", "handshake", "write", "read",
    ]  # fmt: skip
    assert stream.get_extra_info("is_readable").asked == "is_readable"


def test_many_slow_hosts_do_not_add_up(monkeypatch):
    monkeypatch.setattr(fetch, "DEADLINE_SECONDS", 0.3)
    monkeypatch.setattr(fetch, "TOTAL_SECONDS", 0.5)
    fetching, began = WebFetch(unsafe_loopback_http=True), time.monotonic()
    with server(SLOW["silence"]) as (port, requests):
        for number in range(5):
            with pytest.raises(FetchError, match="no answer"):
                get(port, path=f"/{number}", fetching=fetching)
    assert time.monotonic() - began < SOON
    assert len(requests) < 5


def redirect(target, status=302):
    return (
        f"HTTP/1.1 {status} Found\r\nLocation: {target}\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_origin_is_followed(status):
    def answer(connection, request):
        connection.sendall(JSON if b"/there" in request else redirect("/there", status))

    with server(answer) as (port, requests):
        assert get(port).body == b"{}"
    assert len(requests) == 2


@pytest.mark.parametrize("times", [fetch.MAX_REDIRECTS, fetch.MAX_REDIRECTS + 1])
def test_a_few_redirects_are_followed_and_one_more_is_not(times):
    def answer(connection, request):
        number = int(request.split(b" ")[1][1:])
        connection.sendall(JSON if number == times else redirect(f"/{number + 1}"))

    with server(answer) as (port, requests):
        if times > fetch.MAX_REDIRECTS:
            with pytest.raises(FetchError, match=f"more than {times - 1} redirects") as caught:
                get(port, path="/0")
            assert caught.value.url == f"http://localhost:{port}/0"
        else:
            assert get(port, path="/0").body == b"{}"
    assert len(requests) == fetch.MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("/did.json", id="in a loop"),
        pytest.param("https://localhost/did.json", id="to another scheme"),
        pytest.param("http://localhost:1/did.json", id="to another port"),
        pytest.param("//evil.example/did.json", id="to another host"),
        pytest.param("http://169.254.169.254/latest/meta-data", id="to cloud metadata"),
        pytest.param("file:///etc/passwd", id="to a file"),
        pytest.param("http://user@localhost/", id="to a user"),
        pytest.param("http://[::1", id="to half an address"),
        pytest.param("//[", id="to nothing"),
    ],
)
def test_a_redirect_elsewhere_is_not_followed(target):
    assert code_of(plain(redirect(target))) == "redirected_elsewhere"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (HEAD + b"Content-Length: 1001\r\n\r\n" + b"a" * 1001, "answer_too_large"),
        (HEAD + b"Connection: close\r\n\r\n" + b"a" * 100_000, "answer_too_large"),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "answer_unreadable"),
        (HEAD + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", "answer_unreadable"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "http_status"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "host_in_trouble"),
        (b"HTTP/1.1 503 Oh\r\nContent-Length: 0\r\n\r\n", "host_in_trouble"),
        (b"HTTP/1.1 499 Oh\r\nContent-Length: 0\r\n\r\n", "http_status"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "http_status"),
        (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "http_status"),
        (b"HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\n{}", "http_status"),
        (HEAD + b"Content-Length: 10\r\n\r\n{}", "connection_lost"),
        (b"220 smtp.example ESMTP\r\n", "connection_lost"),
        (b"", "connection_lost"),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", "connection_lost"),
        (HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n", "connection_lost"),
    ],
    ids=[
        "a body a byte too long", "a body without a length", "gzip", "brotli", "not found",
        "an error", "another", "an odd one", "nothing", "a redirect to nowhere", "a part",
        "cut short", "mail", "a closed connection", "two lengths", "endless headers",
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_is_an_error_of_its_own(answer, code):
    assert code_of(plain(answer)) == code


def test_a_reset_connection_is_an_error_of_its_own():
    def answer(connection, request):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    assert code_of(answer) == "connection_lost"


def test_nobody_listening_is_an_error_of_its_own():
    port = free_port()
    with pytest.raises(FetchError) as caught:
        get(port)
    assert caught.value.code == "connection_lost"


def test_the_second_address_is_tried_when_nobody_answers_at_the_first(monkeypatch):
    addresses, real = (
        [("", "", "", "", (a, 0)) for a in ("127.0.0.9", "127.0.0.1")],
        socket.getaddrinfo,
    )

    def lookup(host, *args, **options):
        return addresses if host == "localhost" else real(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with server(plain(JSON)) as (port, _):
        assert get(port).body == b"{}"


def test_a_verification_fetches_each_address_once_and_eight_at_most():
    fetching = WebFetch(unsafe_loopback_http=True)
    with server(plain(JSON)) as (port, requests):
        for number in [*range(fetch.MAX_FETCHES), 0, 1]:
            get(port, path=f"/{number}", fetching=fetching)
        with pytest.raises(FetchError) as caught:
            get(port, path="/one-more", fetching=fetching)
    assert caught.value.code == "too_many_fetches"
    assert caught.value.url == f"http://localhost:{port}/one-more"
    assert caught.value.detail == "more than 8"
    assert len(requests) == fetch.MAX_FETCHES


def test_what_failed_once_is_not_asked_again():
    fetching = WebFetch(unsafe_loopback_http=True)
    with server(plain(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")) as (port, requests):
        for _ in range(2):
            with pytest.raises(FetchError):
                get(port, fetching=fetching)
    assert len(requests) == 1


def test_localhost_is_refused_unless_it_was_asked_for():
    with server(plain(JSON)) as (port, requests), pytest.raises(FetchError):
        get(port, fetching=WebFetch())
    assert requests == []


def test_a_line_break_in_an_address_adds_no_header():
    with server(plain(JSON)) as (port, requests), pytest.raises(FetchError):
        get(port, path="/a\r\nX-Evil: 1")
    assert requests in ([], [""])


def test_offline_nothing_is_fetched():
    with pytest.raises(FetchError) as caught:
        offline("https://district.example/", accept="*/*", max_bytes=10)
    assert (caught.value.code, caught.value.url) == ("offline", "https://district.example/")


HOST = "badges.example"


@pytest.fixture
def public(monkeypatch, tmp_path):
    """Have `badges.example` lead here as if that were public; return who signs its certificates."""
    real = socket.getaddrinfo

    def here(host, *arguments, **options):
        return real("127.0.0.1" if host == HOST else host, *arguments, **options)

    authority = Authority(tmp_path)
    monkeypatch.setattr(socket, "getaddrinfo", here)
    monkeypatch.setattr(fetch, "is_allowed", lambda address, loopback: not loopback)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    fetch._trusted.cache_clear()
    yield authority
    fetch._trusted.cache_clear()


def test_the_authorities_are_read_once_for_all_fetches(public):
    for _ in range(2):
        get_securely(public.server(HOST), plain(JSON))
    assert (fetch._trusted.cache_info().misses, fetch._trusted.cache_info().hits) == (1, 1)


def get_securely(tls, answer):
    with server(answer, tls) as (port, requests):
        fetching = WebFetch(allow=[(HOST, port)])
        page = fetching(f"https://{HOST}:{port}/did.json", accept="*/*", max_bytes=1000)
    return page, requests


def test_the_certificate_is_that_of_the_name_although_the_address_is_connected_to(public):
    asked_for = []
    tls = public.server("another.example")
    named = public.server(HOST)

    def choose(connection, name, context):
        asked_for.append(name)
        connection.context = named

    tls.sni_callback = choose
    page, requests = get_securely(tls, plain(JSON))
    assert page.body == b"{}"
    assert asked_for == [HOST]
    assert f"host: {HOST}:" in requests[0].lower()


@pytest.mark.parametrize(
    "server_of",
    [
        pytest.param(lambda ours, other: ours.server("another.example"), id="of another host"),
        pytest.param(lambda ours, other: ours.server("127.0.0.1"), id="of the address"),
        pytest.param(lambda ours, other: ours.server(HOST, days=-1), id="that has ended"),
        pytest.param(lambda ours, other: other.server(HOST), id="of an unknown authority"),
    ],
)
def test_nothing_is_asked_of_a_host_with_a_wrong_certificate(public, tmp_path, server_of):
    tls = server_of(public, Authority(tmp_path, "Another authority"))
    with pytest.raises(FetchError, match="certificate") as caught:
        get_securely(tls, lambda connection, request: pytest.fail("a request was sent"))
    assert caught.value.code == "connection_lost"


@pytest.mark.parametrize("signed", [True, False])
def test_where_no_length_is_said_only_an_end_that_is_signed_is_the_end(public, signed):
    def answer(connection, request):
        connection.sendall(HEAD + b"Connection: close\r\n\r\n{}")
        if signed:
            connection.unwrap()

    if signed:
        assert get_securely(public.server(HOST), answer)[0].body == b"{}"
    else:
        with pytest.raises(FetchError) as caught:
            get_securely(public.server(HOST), answer)
        assert caught.value.code == "connection_lost"


def test_a_host_on_another_port_is_not_asked_unless_it_is_listed(public):
    secure, refused = server(plain(JSON), public.server(HOST)), "only https on its usual port"
    with secure as (port, requests), pytest.raises(FetchError, match=refused):
        WebFetch()(f"https://{HOST}:{port}/", accept="*/*", max_bytes=10)
    assert requests == []


def test_an_address_that_is_silent_leaves_time_for_the_next(monkeypatch):
    """As where a network speaks no IPv6 and nobody says so."""
    monkeypatch.setattr(fetch, "DEADLINE_SECONDS", 2.0)
    connect, look_up, tried = socket.create_connection, socket.getaddrinfo, []

    def watched(address, timeout, **options):
        tried.append((address, timeout))
        if address[0] != "127.0.0.1":
            raise TimeoutError
        return connect(address, timeout, **options)

    addresses = [("", "", "", "", (f"127.0.0.{last}", 0)) for last in (2, 3, 1)]

    def several(host, *args, **options):
        return addresses if host == "localhost" else look_up(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", several)
    monkeypatch.setattr(socket, "create_connection", watched)
    with server(plain(JSON)) as (port, _):
        assert get(port).body == b"{}"
    assert [address for address, _ in tried] == [(f"127.0.0.{last}", port) for last in (2, 3, 1)]
    assert tried[0][1] < 0.7 < tried[1][1] < 1.1 < tried[2][1] < 2.1


def test_a_verification_that_slow_hosts_used_up_blames_no_other_host(monkeypatch):
    monkeypatch.setattr(fetch, "DEADLINE_SECONDS", 0.2)
    monkeypatch.setattr(fetch, "TOTAL_SECONDS", 0.3)
    fetching, codes = WebFetch(unsafe_loopback_http=True), []
    with server(SLOW["silence"]) as (port, _):
        for number in range(3):
            with pytest.raises(FetchError) as caught:
                get(port, path=f"/{number}", fetching=fetching)
            codes.append(caught.value.code)
            assert caught.value.url == f"http://localhost:{port}/{number}"
    assert codes == ["too_slow", "out_of_time", "out_of_time"]


def test_what_is_said_of_keeping_comes_with_the_answer():
    head = HEAD + b"Cache-Control: public\r\ncache-control: max-age=30\r\nAge: 5\r\n"
    with server(plain(head + b"Content-Length: 2\r\n\r\n{}")) as (port, _):
        assert get(port).fresh_for == 25
    with server(plain(JSON)) as (port, _):
        assert get(port).fresh_for is None
    twice = HEAD + b"Cache-Control: no-store\r\nCache-Control: max-age=30\r\n"
    with server(plain(twice + b"Content-Length: 2\r\n\r\n{}")) as (port, _):
        assert get(port).fresh_for == 0
