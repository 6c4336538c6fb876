"""Which addresses may be asked at all: https, its usual port, and public hosts (T20)."""

import socket
import time
from threading import Event, current_thread

import pytest

from verifier.fetching import fetch
from verifier.fetching.fetch import FetchError, WebFetch
from verifier.fetching.rules import host_and_port, is_allowed, place


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://district.example/did.json", id="http"),
        pytest.param("https://district.example:8443/did.json", id="another port"),
        pytest.param("https://district.example:22/did.json", id="the port of a shell"),
        pytest.param("https://district.example:99999/", id="a port that there is not"),
        pytest.param("https://user@district.example/", id="a user"),
        pytest.param("https://user:word@district.example/", id="a user and a password"),
        pytest.param("https://@district.example/", id="an empty user"),
        pytest.param("ftp://district.example/", id="ftp"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("data:application/json,{}", id="data"),
        pytest.param("did.json", id="no scheme"),
        pytest.param("", id="nothing"),
        pytest.param("https://[::1", id="half an address"),
        pytest.param("https:///did.json", id="no host"),
        pytest.param("http://127.0.0.1/", id="loopback by number"),
        pytest.param("https://district.example/did json", id="a space"),
        pytest.param("https://district.example/a\r\nX-Evil: 1", id="a line break"),
        pytest.param("https://district.example/\x7f", id="a control character"),
        pytest.param("https://bücher.example/", id="letters of another alphabet"),
        pytest.param("https://district。example/", id="a dot of another alphabet"),
        pytest.param("https://good.example\\@evil.example/", id="two hosts in one"),
    ],
)
@pytest.mark.parametrize("loopback", [False, True], ids=["", "also with loopback allowed"])
def test_an_address_that_is_not_plain_https_is_refused_unresolved(url, loopback, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: pytest.fail("resolved"))
    with pytest.raises(FetchError) as caught:
        WebFetch(unsafe_loopback_http=loopback)(url, accept="*/*", max_bytes=10)
    assert (caught.value.code, caught.value.url) == ("address_refused", url)


REFUSED = {
    "0.0.0.0": "this host", "10.0.0.1": "private", "172.16.0.1": "private",
    "192.168.1.1": "private", "127.0.0.1": "loopback", "127.255.255.254": "loopback",
    "169.254.169.254": "link-local, cloud metadata", "100.64.0.1": "carrier-grade NAT",
    "100.100.100.200": "cloud metadata", "192.0.0.8": "protocol assignments",
    "192.0.2.1": "documentation", "198.51.100.1": "documentation", "203.0.113.1": "documentation",
    "192.88.99.1": "6to4 relay", "198.18.0.1": "benchmarks", "224.0.0.1": "multicast",
    "239.255.255.255": "multicast", "240.0.0.1": "reserved", "255.255.255.255": "broadcast",
    "::": "unspecified", "::1": "loopback", "::127.0.0.1": "IPv4-compatible",
    "::ffff:127.0.0.1": "mapped loopback", "::ffff:10.0.0.1": "mapped private",
    "::ffff:0:127.0.0.1": "translated", "64:ff9b::7f00:1": "NAT64 to loopback",
    "64:ff9b:1::1": "local NAT64", "100::1": "discard only", "2001::1": "Teredo",
    "2001:db8::1": "documentation", "2001:20::1": "ORCHID", "2002:7f00:1::": "6to4 to loopback",
    "3fff::1": "documentation", "4000::1": "not assigned", "5f00::1": "segment routing",
    "fc00::1": "unique local", "fd00:ec2::254": "cloud metadata", "fe80::1": "link-local",
    "fe80::1%eth0": "link-local with a zone", "fec0::1": "site-local", "ff02::1": "multicast",
}  # fmt: skip


@pytest.mark.parametrize("address", REFUSED, ids=[f"{a} {why}" for a, why in REFUSED.items()])
def test_an_address_that_is_not_public_is_refused(address):
    assert not is_allowed(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "192.0.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "2a00::1"]
)
def test_a_public_address_is_allowed_and_no_loopback(address):
    assert is_allowed(address)
    assert not is_allowed(address, loopback=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_allowed_where_it_was_asked_for(address):
    assert is_allowed(address, loopback=True)


@pytest.mark.parametrize(
    "addresses",
    [["1.1.1.1", "10.0.0.1"], ["127.0.0.1", "1.1.1.1"], ["2606:4700::1111", "::1"], []],
    ids=["a private one behind", "a private one before", "a private one in IPv6", "none"],
)
def test_one_private_address_among_public_ones_refuses_the_host(addresses, monkeypatch):
    addresses_of_host = [("", "", "", "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: addresses_of_host)
    monkeypatch.setattr(socket, "create_connection", lambda *a, **o: pytest.fail("connected"))
    with pytest.raises(FetchError) as caught:
        WebFetch()("https://rebinding.example/", accept="*/*", max_bytes=10)
    assert caught.value.code == "address_refused"
    assert caught.value.url == "https://rebinding.example/"


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".example", "xn--.example", "a..b"])
def test_a_host_without_an_address_is_an_error_of_its_own(host, monkeypatch):
    real = socket.getaddrinfo

    def lookup(name, *args, **options):
        if name.endswith(".invalid"):
            raise socket.gaierror(-2, "Name or service not known")
        return real(name, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(FetchError) as caught:
        WebFetch()(f"https://{host}/", accept="*/*", max_bytes=10)
    assert caught.value.code in ("host_not_found", "address_refused")
    assert caught.value.url == f"https://{host}/"
    assert host in caught.value.detail


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that resolves to another address the second time does not get there (T20)."""
    seen = []

    def connect(address, *args, **options):
        seen.append(address)
        raise OSError("refused in a test")

    answers = iter([[("", "", "", "", ("1.1.1.1", 443))], [("", "", "", "", ("10.0.0.1", 443))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: next(answers))
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FetchError):
        WebFetch()("https://rebinding.example/", accept="*/*", max_bytes=10)
    assert seen == [("1.1.1.1", 443)]


def test_localhost_is_no_public_address_even_on_the_usual_port():
    with pytest.raises(FetchError, match="not a public address"):
        WebFetch()("https://localhost/", accept="*/*", max_bytes=10)


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("https://district.example/did.json", ("district.example", 443)),
        ("https://district.example:443/", ("district.example", 443)),
        ("https://DISTRICT.example:8443/", ("district.example", 8443)),
        ("https://other.example:8443/", "only https on its usual port is fetched"),
        ("https://district.example:8444/", "only https on its usual port is fetched"),
        ("http://district.example:8443/", "only https on its usual port is fetched"),
        ("http://district.example/", "only https on its usual port is fetched"),
        ("http://localhost:8202/", "only https on its usual port is fetched"),
        ("https://user@district.example:8443/", "not a plain web address"),
        ("gopher://district.example:8443/", "not a plain web address"),
        ("https://[::1", "not a plain web address"),
    ],
)
def test_another_port_is_asked_only_where_host_and_port_are_listed(url, leads_to):
    listed = {host_and_port("District.Example:8443")}
    if isinstance(leads_to, tuple):
        assert place(url, listed, loopback=False) == leads_to
    else:
        with pytest.raises(ValueError, match=f"^{leads_to}$"):
            place(url, listed, loopback=False)


@pytest.mark.parametrize(
    ("url", "port"),
    [("http://localhost/", 80), ("https://localhost/", 443), ("http://localhost:8202/", 8202)],
)
def test_where_loopback_is_asked_for_localhost_may_have_any_port(url, port):
    assert place(url, (), loopback=True) == ("localhost", port)


@pytest.mark.parametrize(
    "text",
    ["district.example", "district.example:", ":443", "district.example:0", "a.example:65536",
     "a.example:08443", "https://a.example:8443", "a.example:8443/", "-a.example:8443",
     "a_b.example:8443", "[::1]:8443", "a.example:８443", ""],
)  # fmt: skip
def test_what_is_no_host_and_port_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"is no HOST:PORT, such as badges.example.org:8443"):
        host_and_port(text)


def test_the_highest_port_may_be_listed():
    assert host_and_port("a.example:65535") == ("a.example", 65535)


def test_a_listed_host_must_be_public_all_the_same(monkeypatch):
    addresses = [("", "", "", "", ("10.0.0.1", 8443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: addresses)
    fetching = WebFetch(allow=[("intranet.example", 8443)])
    with pytest.raises(FetchError) as caught:
        fetching("https://intranet.example:8443/", accept="*/*", max_bytes=10)
    assert caught.value.code == "address_refused"


def test_a_resolver_that_takes_its_time_cannot_stretch_the_deadline(monkeypatch):
    hold, asking = Event(), []

    def never(*args, **options):
        asking.append(current_thread())
        hold.wait(30)

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(fetch, "DEADLINE_SECONDS", 0.1)
    began = time.monotonic()
    with pytest.raises(FetchError) as caught:
        WebFetch()("https://slow.example/", accept="*/*", max_bytes=10)
    hold.set()
    assert (caught.value.code, caught.value.url) == ("too_slow", "https://slow.example/")
    assert time.monotonic() - began < 10
    assert asking[0].daemon, "or the program would not end before the resolver answers"
