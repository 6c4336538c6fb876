"""A verification ends at its deadline, and what it did not reach could not be checked (T31)."""

import json
import time

import pytest
from slow_site import find_every_name_here, silent_site
from world import NOW, World

from verifier import verify
from verifier.fetching import deadline, fetch
from verifier.fetching.fetch import FetchError, WebFetch
from verifier.intake import sandbox
from verifier.report import Answer


def test_the_nearer_end_counts_and_no_end_is_none():
    assert deadline.left() == float("inf")
    with deadline.within(10), deadline.within(20):
        assert 9 < deadline.left() <= 10
    assert deadline.left() == float("inf")


@pytest.fixture
def silent(monkeypatch):
    """The address of a site that never answers."""
    for name in ("_look_up", "is_allowed"):
        monkeypatch.setattr(fetch, name, getattr(fetch, name))  # so that it is put back
    find_every_name_here()
    with silent_site() as port:
        yield ("slow.example", port), f"https://slow.example:{port}/"


def test_a_fetch_ends_with_the_verification_and_blames_no_host(silent):
    host, url = silent
    begun = time.monotonic()
    with deadline.within(0.3), pytest.raises(FetchError) as caught:
        WebFetch(allow=[host])(url, accept="*/*", max_bytes=10)
    assert (caught.value.code, time.monotonic() - begun < 3) == ("out_of_time", True)


def test_nothing_is_asked_after_the_end(silent):
    host, url = silent
    with deadline.within(-1), pytest.raises(FetchError) as caught:
        WebFetch(allow=[host])(url, accept="*/*", max_bytes=10)
    assert caught.value.code == "out_of_time"


def test_a_reader_of_files_ends_with_the_verification():
    with deadline.within(-1), pytest.raises(sandbox.SandboxError):
        sandbox.read("png", b"")


def test_what_is_inside_and_not_reached_could_not_be_checked(world: World):
    """What was reached keeps its answer: the credential around it is authentic all the same."""
    inner = world.issuer.sign(world.badge(id="https://district.example/credentials/2"))
    badge = world.issuer.sign(world.badge(endorsement=[inner]))
    data = json.dumps(badge).encode()
    in_time = verify(data, fetch=world.fetch, now=NOW)
    with deadline.within(-1):
        late = verify(data, fetch=world.fetch, now=NOW)
    assert in_time.authentic == late.authentic
    assert in_time.endorsements[0].checks[0].code != "took_too_long"
    assert [endorsement.checks[0].code for endorsement in late.endorsements] == ["took_too_long"]
    assert late.endorsements[0].authentic.answer is Answer.COULD_NOT_CHECK
