"""One reader of web addresses, which never raises (T20, T21; RFC 3986, 3.3 and 5.2.4)."""

import json
import random

import pytest

from verifier import __main__ as command
from verifier.parsing import web_address

NO_ADDRESS = {
    "half a bracket": "https://[",
    "half an IPv6 address": "https://[::1",
    "a port that there is not": "https://district.example:99999/",
    "a port in letters": "https://district.example:https/",
    "port 0": "https://district.example:0/",
    "no host": "https:///did.json",
    "a user": "https://user@district.example/",
    "an empty user": "https://@district.example/",
    "another scheme": "ftp://district.example/",
    "no scheme": "district.example/did.json",
    "nothing": "",
    "a space": "https://district.example/a b",
    "a line break": "https://district.example/a\n",
    "letters beyond ASCII": "https://bücher.example/",
    "a backslash": "https://district.example/a\\b",
    "no text": 7,
    "none": None,
    "more than anybody reads": f"https://district.example/{'a' * web_address.MAX_LENGTH}",
}
CLIMBING = [
    "/victim/../evil/1", "/victim/%2e%2e/evil/1", "/victim/%2E./evil/1", "/victim/.%2e/evil/1",
    "/victim/./1", "/victim/%2e/1", "/..", "/victim/..", "/victim/..%2fevil/1",
    "/victim/%252e%252e/evil/1", "/victim/..%5cevil/1", "/victim/..;/evil/1", "/victim/..;a=b/e",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_ADDRESS.values(), ids=NO_ADDRESS)
def test_what_is_no_web_address_is_none(text):
    assert web_address.read(text) is None


@pytest.mark.parametrize(
    ("reference", "leads_to"),
    [
        ("../2.json", "https://host.example/2.json"),
        ("/2.json#part", "https://host.example/2.json"),
        ("//other.example/", "https://other.example/"),
        ("//[", None),
        ("mailto:a@host.example", None),
        ("https://host.example/a/../2.json", None),
    ],
)
def test_a_reference_leads_to_a_web_address_or_nowhere(reference, leads_to):
    address = web_address.joined("https://host.example/a/1.json", reference)
    assert (address and address.text) == leads_to


@pytest.mark.parametrize("path", CLIMBING)
def test_dot_segments_are_refused(path):
    assert web_address.read(f"https://host.example{path}") is None


@pytest.mark.parametrize("path", ["/a..b/1", "/.well-known/did.json", "/...", "/a?b=../c", "/a.b"])
def test_dots_in_a_name_or_a_query_climb_nowhere(path):
    assert web_address.read(f"https://host.example{path}").path == path.partition("?")[0]


@pytest.mark.parametrize("seed", range(20))
def test_nothing_raises(seed):
    chance = random.Random(seed)
    for _ in range(500):
        text = "https://" + "".join(chance.choices("a.:@/[]%?#2e;\\\0é", k=chance.randrange(20)))
        web_address.read(text)
        web_address.joined(text, text[8:])
        web_address.site(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://host.example/1", "http://host.example/1", True),
        ("https://host.example/1", "https://host.example:443/1", True),
        ("http://host.example:80/1", "https://host.example/1", True),
        ("https://host.example/1", "https://HOST.example/1#part", True),
        ("https://host.example", "https://host.example/", True),
        ("https://host.example/1", "https://host.example:8443/1", False),
        ("https://host.example/1", "https://host.example.evil.example/1", False),
        ("https://host.example/1", "https://host.example/1?v=2_0", False),
        ("https://host.example/a", "https://host.example/A", False),
    ],
)
def test_hosts_are_compared_as_hosts(one, other, same):
    assert web_address.read(one).is_same(web_address.read(other)) is same


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("http://HOST.example/a?b=1#c", "https://host.example/a?b=1"),
        ("https://host.example:443", "https://host.example/"),
        ("http://host.example:8080/", "https://host.example:8080/"),
        ("http://localhost:8410/a", "http://localhost:8410/a"),
    ],
)
def test_an_address_is_asked_by_https(text, asked):
    assert web_address.read(text).secure == asked


@pytest.mark.parametrize(
    ("start", "address", "within"),
    [
        ("https://h.example/district/", "https://h.example/district/1", True),
        ("https://h.example/district", "https://h.example/district/1", True),
        ("https://h.example/district", "http://h.example:80/district", True),
        ("https://h.example/district", "https://h.example/district?id=1", True),
        ("https://h.example", "https://h.example/1", True),
        ("https://h.example/district", "https://h.example/district-evil/1", False),
        ("https://h.example/district/", "https://h.example/district", False),
        ("https://h.example/", "https://h.example.evil.example/1", False),
        ("https://h.example/", "https://h.example:8443/1", False),
        ("https://h.example/badge?hash=", "https://h.example/badge?hash=1", True),
        ("https://h.example/badge?of=1", "https://h.example/badge?of=1", True),
        ("https://h.example/badge?of=1", "https://h.example/badge?of=1&id=2", True),
        ("https://h.example/badge?of=1", "https://h.example/badge?of=12", False),
        ("https://h.example/badge?of=1", "https://h.example/badge/x?of=1", False),
        ("https://a.example/b?x=1&", "https://a.example/b?x=1&y=2", True),
        ("https://a.example/b?of=/c/", "https://a.example/b?of=/c/1", True),
    ],
)
def test_a_prefix_ends_where_a_part_of_an_address_ends(start, address, within):
    assert web_address.read(address).is_within(web_address.read(start)) is within


@pytest.mark.parametrize(
    ("text", "site"),
    [("https://a.example:443/b", "a.example"), ("https://a.example:8/", "a.example:8"), ("b", "b")],
)
def test_a_site_is_named_as_people_read_it(text, site):
    assert web_address.site(text) == site


@pytest.mark.parametrize("text", ["https://[", "http://[::1/x", "https://a:b/"])
def test_a_broken_link_has_a_report(tmp_path, capsys, text):
    (tmp_path / "link.txt").write_text(text)
    assert command.main([str(tmp_path / "link.txt"), "--json"]) == 3
    report = json.loads(capsys.readouterr().out)
    assert report["verdicts"]["authentic"]["code"] == "link_refused"
    assert command.main([text, "--json"]) == 3
