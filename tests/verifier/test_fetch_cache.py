"""What is kept between verifications, for how long, and that no verdict is (T22, T35)."""

import json
from datetime import timedelta

import pytest
from carriers import jwt
from world import NOW, World

from verifier import verify
from verifier.checks.status import LIST_TYPES
from verifier.fetching import cache as fetch_cache
from verifier.fetching.breaker import FAILURES, MAX_HOSTS, PAUSE_SECONDS, Breaker
from verifier.fetching.cache import ERROR_SECONDS, MAX_SECONDS, USUAL_SECONDS
from verifier.fetching.fetch import LIMITS, Fetched, FetchError
from verifier.fetching.rules import fresh_for
from verifier.intake.submission import CREDENTIAL_TYPES
from verifier.issuers.did import DOCUMENT_TYPES
from verifier.pipeline.response_cache import remembering, response_cache
from verifier.report import Answer
from verifier.wording import words

URL = "https://district.example/did.json"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


class Site:
    """A `Fetch` that counts what it is asked; `answers` are given by URL, else `usual`."""

    def __init__(self, **usual):
        self.usual, self.answers, self.asked, self.how = usual, {}, [], []

    def __call__(self, url, *, accept, max_bytes):
        self.asked.append(url)
        self.how.append((accept, max_bytes))
        answer = self.answers.get(url, Fetched(url, b"{}", **self.usual))
        if isinstance(answer, FetchError):
            raise answer
        return answer


def ask(fetch, url=URL, accept=DOCUMENT_TYPES, max_bytes=1000):
    return fetch(url, accept=accept, max_bytes=max_bytes)


def lasts(site, clock, seconds, **options):
    """Return whether what is asked is kept just so many seconds."""
    fetch = response_cache(clock).around(site)
    for later, times in ((0, 1), (seconds - 0.001, 1), (0.001, 2)):
        clock.now += later
        ask(fetch, **options)
        if len(site.asked) != times:
            return False
    return True


@pytest.mark.parametrize(
    ("fresh_for", "seconds"),
    [
        pytest.param(None, USUAL_SECONDS, id="nothing-said"),
        pytest.param(30, 30, id="said"),
        pytest.param(86400, MAX_SECONDS, id="longer-than-we-keep-anything"),
    ],
)
def test_an_answer_is_kept_as_its_sender_says_and_no_longer_than_five_minutes(
    clock, fresh_for, seconds
):
    assert lasts(Site(fresh_for=fresh_for), clock, seconds)


def test_what_its_sender_does_not_want_kept_is_not(clock):
    site = Site(fresh_for=0)
    fetch = response_cache(clock).around(site)
    assert [ask(fetch).age, ask(fetch).age] == [0, 0]
    assert len(site.asked) == 2


def test_a_kept_answer_says_how_old_it_is(clock):
    fetch = response_cache(clock).around(Site())
    ages = []
    for _ in range(3):
        ages.append(ask(fetch).age)
        clock.now += 12.5
    assert ages == [0, 12, 25]


def test_an_error_is_kept_a_moment_and_says_the_same(clock):
    site = Site()
    site.answers[URL] = FetchError("http_status", URL, "answered 404")
    fetch = response_cache(clock).around(site)
    errors = []
    for _ in range(2):
        with pytest.raises(FetchError) as caught:
            ask(fetch)
        errors.append((caught.value.code, caught.value.url, caught.value.detail))
    assert errors == [("http_status", URL, "answered 404")] * 2
    assert len(site.asked) == 1
    clock.now += ERROR_SECONDS - 0.001
    with pytest.raises(FetchError):
        ask(fetch)
    assert len(site.asked) == 1
    clock.now += 0.001
    del site.answers[URL]
    assert ask(fetch).age == 0


@pytest.mark.parametrize("code", [*LIMITS, "host_paused"])
def test_what_one_verification_may_not_ask_another_may(clock, code):
    site = Site()
    site.answers[URL] = FetchError(code, URL)
    fetch = response_cache(clock).around(site)
    for _ in range(2):
        with pytest.raises(FetchError):
            ask(fetch)
    assert len(site.asked) == 2


def test_a_credential_is_never_kept(clock):
    site = Site(fresh_for=300)
    fetch = response_cache(clock).around(site)
    for _ in range(2):
        assert ask(fetch, accept=CREDENTIAL_TYPES).age == 0
    assert site.asked == [URL] * 2
    assert site.how == [(CREDENTIAL_TYPES, 1000)] * 2


def test_what_was_asked_for_another_purpose_is_asked_again(clock):
    site = Site()
    fetch = response_cache(clock).around(site)
    for options in ({}, {"max_bytes": 999}, {"accept": "*/*"}, {"url": URL + "x"}, {}):
        ask(fetch, **options)
    assert len(site.asked) == 4
    assert site.how[:3] == [(DOCUMENT_TYPES, 1000), (DOCUMENT_TYPES, 999), ("*/*", 1000)]


def test_the_longest_unused_answers_go_first(clock, monkeypatch):
    monkeypatch.setattr(fetch_cache, "MAX_RESPONSES", 3)
    site = Site()
    fetch = response_cache(clock).around(site)
    for name in "abcadab":  # d throws out b; b then throws out c
        ask(fetch, url=name)
    assert site.asked == [*"abcd", "b"]


def test_no_more_bytes_are_kept_than_allowed(clock, monkeypatch):
    monkeypatch.setattr(fetch_cache, "MAX_BYTES", 250)
    site = Site()
    site.answers = {name: Fetched(name, bytes(100)) for name in "abc"}
    site.answers["large"] = Fetched("large", bytes(251))
    cache = response_cache(clock)
    fetch = cache.around(site)
    for name in ("a", "b", "c", "b", "c", "a", "large", "large"):
        ask(fetch, url=name)
    assert site.asked == ["a", "b", "c", "a", "large", "large"]
    for _ in range(3):  # what has run out takes no room
        clock.now += MAX_SECONDS
        for name in ("a", "b", "a", "b"):
            ask(fetch, url=name)
    assert site.asked[6:] == ["a", "b"] * 3


def test_an_answer_that_is_asked_for_again_takes_its_room_once(clock, monkeypatch):
    monkeypatch.setattr(fetch_cache, "MAX_BYTES", 250)
    site = Site()
    for name, size in {"a": 50, "b": 100, "c": 100, "d": 50}.items():
        site.answers[name] = Fetched(name, bytes(size), fresh_for=10 if name == "a" else None)
    fetch = response_cache(clock).around(site)
    ask(fetch, url="a"), ask(fetch, url="b")
    clock.now += 10
    for name in "acbdc":  # d throws out a
        ask(fetch, url=name)
    assert site.asked == [*"abacd"]
    ask(fetch, url="a")  # and a throws out b
    ask(fetch, url="b")
    assert site.asked[5:] == ["a", "b"]


def test_as_many_bytes_as_allowed_are_kept(clock, monkeypatch):
    monkeypatch.setattr(fetch_cache, "MAX_BYTES", 200)
    site = Site()
    site.answers = {name: Fetched(name, bytes(100)) for name in "ab"}
    fetch = response_cache(clock).around(site)
    for name in "abab":
        ask(fetch, url=name)
    assert site.asked == ["a", "b"]


@pytest.mark.parametrize(
    ("subject", "seconds"),
    [
        pytest.param({"ttl": 30000}, 30, id="ttl"),
        pytest.param({"ttl": 1}, 0.001, id="least-ttl"),
        pytest.param({}, USUAL_SECONDS, id="no-ttl"),
        pytest.param({"ttl": 600000}, USUAL_SECONDS, id="ttl-longer-than-usual"),
        pytest.param([{"ttl": 9000}, {"ttl": 5000}, "x"], 5, id="two-subjects"),
    ],
)
@pytest.mark.parametrize("form", [str, jwt], ids=["json", "jwt"])
def test_a_list_is_kept_no_longer_than_its_own_ttl(clock, subject, seconds, form):
    site = Site()
    text = form(json.dumps({"credentialSubject": subject}))
    site.answers[URL] = Fetched(URL, text.encode())
    assert lasts(site, clock, seconds, accept=LIST_TYPES)


@pytest.mark.parametrize(
    "fresh_for", [b'{"credentialSubject":{"ttl":"soon"}}', b"{", b"\xff", b"a.b"]
)
def test_a_list_of_unclear_age_is_not_kept(clock, fresh_for):
    site = Site(fresh_for=300)
    site.answers[URL] = Fetched(URL, fresh_for)
    fetch = response_cache(clock).around(site)
    ask(fetch, accept=LIST_TYPES), ask(fetch, accept=LIST_TYPES)
    assert len(site.asked) == 2


def test_a_list_with_the_longest_ttl_is_kept_as_long_as_anything(clock):
    site = Site()
    text = b'{"credentialSubject":{"ttl":600000}}'
    site.answers[URL] = Fetched(URL, text, fresh_for=10**6)
    assert lasts(site, clock, MAX_SECONDS, accept=LIST_TYPES)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": ""}, None),
        ({"cache-control": "public"}, None),
        ({"cache-control": "max-age=30"}, 30),
        ({"cache-control": "public, Max-Age=30"}, 30),
        ({"cache-control": 'max-age="30"'}, 30),
        ({"cache-control": "max-age=30", "age": "10"}, 20),
        ({"cache-control": "max-age=30", "age": "31"}, 0),
        ({"cache-control": "s-maxage=5, max-age=30"}, 5),
        ({"cache-control": "max-age=999999999"}, 999999999),
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "max-age=30, no-store"}, 0),
        ({"cache-control": "no-cache, max-age=30"}, 0),
        ({"cache-control": "private, max-age=30"}, 0),
        ({"cache-control": "max-age="}, 0),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "max-age=soon"}, 0),
        ({"cache-control": "max-age=1000000000"}, 0),
        ({"cache-control": "max-age=30", "age": "old"}, 0),
    ],
)
def test_what_a_sender_says_of_keeping_is_read_with_care(headers, seconds):
    assert fresh_for(headers) == seconds


def test_a_revocation_is_seen_as_soon_as_the_kept_list_has_run_out(world: World, clock):
    """Verify, revoke, verify (T35): what is kept is the list and its age, never a verdict."""
    world.publish_list(set(), subject={"ttl": 30000})
    badge = json.dumps(world.issuer.sign(world.badge())).encode()
    fetch = response_cache(clock).around(world.fetch)

    def current():
        report = verify(badge, fetch=fetch, now=NOW)
        (status,) = (check for check in report.checks if check.name == "status")
        return report.current.answer, status

    assert current()[0] is Answer.YES
    world.publish_list({94567}, subject={"ttl": 30000})
    clock.now += 29.5
    answer, status = current()
    assert (answer, status.params["age"]) == (Answer.YES, 29)
    assert "asked about this 29 seconds before this check" in words.text(status)
    clock.now += 0.5
    answer, status = current()
    assert (answer, status.code) == (Answer.NO, "revoked")
    assert "age" not in status.params


def test_dates_are_judged_anew_although_the_list_is_kept(world: World, clock):
    world.publish_list(set(), validUntil="2026-11-22T12:00:10Z")
    badge = json.dumps(world.issuer.sign(world.badge())).encode()
    fetch = response_cache(clock).around(world.fetch)
    codes = []
    for seconds in (0, 20, 400):
        codes.append(verify(badge, fetch=fetch, now=NOW + timedelta(seconds=seconds)).current.code)
    assert codes == ["current", "current", "status_list_out_of_date"]
    assert world.asked.count(world.list_url) == 1


def fails(site, code="too_slow", url=URL):
    site.answers[url] = FetchError(code, url)


def codes(fetch, times, url=URL):
    outcomes = []
    for _ in range(times):
        try:
            ask(fetch, url=url)
            outcomes.append("")
        except FetchError as exc:
            outcomes.append(exc.code)
    return outcomes


@pytest.mark.parametrize("code", ["too_slow", "connection_lost", "host_not_found"])
def test_a_host_that_answers_nobody_is_left_alone_for_a_while(clock, code):
    site = Site()
    fails(site, code)
    fetch = Breaker(clock).around(site)
    assert codes(fetch, FAILURES + 2) == [code] * FAILURES + ["host_paused"] * 2
    assert codes(fetch, 1, "https://district.example/other") == ["host_not_asked"]
    assert codes(fetch, 1, "https://other.example/") == [""]
    clock.now += PAUSE_SECONDS - 0.001
    assert codes(fetch, 1, "https://DISTRICT.example/other") == ["host_not_asked"]
    clock.now += 0.001
    assert codes(fetch, 2) == [code, "host_paused"]
    clock.now += PAUSE_SECONDS
    del site.answers[URL]
    assert codes(fetch, 1) == [""]
    fails(site, code)
    assert codes(fetch, FAILURES + 1) == [code] * FAILURES + ["host_paused"]


def test_each_address_that_did_not_answer_of_late_is_told_from_those_that_were_not_asked(clock):
    """T34: a snapshot stands in for a document that did not answer, not for one that others on its
    host have kept from being asked."""
    site, others = Site(), [f"{URL}/{number}" for number in range(FAILURES - 1)]
    for url in (URL, *others):
        fails(site, url=url)
    fetch = Breaker(clock).around(site)
    for url in (URL, *others):
        assert codes(fetch, 1, url) == ["too_slow"]
    for url in (URL, *others):
        assert codes(fetch, 1, url) == ["host_paused"]
    assert codes(fetch, 1, f"{URL}/another") == ["host_not_asked"]


def test_who_is_left_alone_is_said_with_the_time(clock):
    site = Site()
    fails(site)
    fetch = Breaker(clock).around(site)
    codes(fetch, FAILURES)
    clock.now += 13
    message = "no answer 3 times in a row; asked again in 47 seconds"
    with pytest.raises(FetchError, match=message) as caught:
        ask(fetch)
    assert caught.value.url == URL
    assert site.how == [(DOCUMENT_TYPES, 1000)] * FAILURES


@pytest.mark.parametrize(
    "code",
    ["http_status", "host_in_trouble", "answer_too_large", "answer_unreadable",
     "redirected_elsewhere", "address_refused", "too_many_fetches", "out_of_time"],
)  # fmt: skip
def test_an_answer_that_is_no_use_does_not_have_a_host_left_alone(clock, code):
    """Anybody can name an address of an honest host at which it answers with an error."""
    site = Site()
    fails(site)
    fails(site, code, URL + "/made-up")
    fetch = Breaker(clock).around(site)
    assert codes(fetch, 5, URL + "/made-up") == [code] * 5
    assert codes(fetch, FAILURES - 1) == ["too_slow"] * (FAILURES - 1)
    assert codes(fetch, 1, URL + "/made-up") == [code]
    assert codes(fetch, FAILURES + 1) == ["too_slow"] * FAILURES + ["host_paused"]


def test_only_so_many_hosts_are_remembered(clock):
    site = Site()
    fetch = Breaker(clock).around(site)
    urls = [f"https://{number}.example/" for number in range(MAX_HOSTS + 1)]
    for url in urls:
        fails(site, url=url)
        codes(fetch, FAILURES, url)
    assert codes(fetch, 1, urls[1]) == codes(fetch, 1, urls[-1]) == ["host_paused"]
    assert codes(fetch, 1, urls[0]) == ["too_slow"], "the first is forgotten"


def test_verifications_of_one_process_share_what_was_had_and_who_is_silent():
    sites = []

    def make():
        sites.append(Site())
        fails(sites[-1], url="https://silent.example/")
        return sites[-1]

    ask_anew = remembering(make)
    first, second = ask_anew(), ask_anew()
    ask(first), ask(second)
    assert [site.asked for site in sites] == [[URL], []]
    assert codes(first, 1, "https://silent.example/") == ["too_slow"]
    assert codes(second, 1, "https://silent.example/") == ["too_slow"]
    assert [len(site.asked) for site in sites] == [2, 0], "an error is kept for a moment as well"
    assert remembering(make)() is not first


def test_a_report_says_that_a_host_was_left_alone_and_what_could_not_be_checked(world, clock):
    badge = json.dumps(world.issuer.sign(world.badge())).encode()
    fetch = Breaker(clock).around(world.fetch)
    documents = dict(world.documents)
    silent = FetchError("too_slow", world.list_url)
    world.documents[world.list_url] = silent
    for _ in range(FAILURES):
        assert codes(fetch, 1, world.list_url) == ["too_slow"]
    report = verify(badge, fetch=fetch, now=NOW)
    (key,) = (check for check in report.checks if check.code == "issuer_not_asked")
    assert "no answer 3 times in a row; asked again in 60 seconds" in key.params["detail"]
    assert report.authentic.answer is Answer.COULD_NOT_CHECK
    clock.now += PAUSE_SECONDS
    world.documents |= documents
    assert verify(badge, fetch=fetch, now=NOW).current.answer is Answer.YES
