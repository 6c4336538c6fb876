"""Signing in by OpenID Connect, against a real provider process (OpenID Connect Core 1.0; E45)."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import openid_provider
import pytest
from sqlalchemy import select

from issuer.app import create_app
from issuer.home.sign_in_settings import PRESETS, Provider, read_providers
from issuer.people.access import sessions
from issuer.people.access.gate import cookie_name
from issuer.people.signing_in import openid
from issuer.people.signing_in.openid import OpenIdError
from issuer.people.tables import IdentityRow, SessionRow
from verifier import clock
from verifier.parsing import strict_toml
from verifier.parsing.strict_toml import TomlError

SCHOOL = {"hd": "school.example"}
JORDAN = {"sub": "sub-jordan", "email": "jordan@school.example", **SCHOOL}
USERS = (
    JORDAN,
    {"sub": "sub-unverified", "email": "jordan@school.example", "email_verified": False, **SCHOOL},
    {"sub": "sub-other", "email": "jordan@school.example", "hd": "other.example"},
    {"sub": "sub-private", "email": "jordan@school.example"},
    {"sub": "sub-unknown", "email": "nobody@school.example", **SCHOOL},
)


@pytest.fixture(scope="module")
def op():
    """The address of a provider, in a process of its own."""
    with openid_provider.running(*USERS) as address:
        yield address


@pytest.fixture
def provider(op, home):
    secret = home / "provider-secret"
    secret.write_text("secret\n")
    secret.chmod(0o600)
    return Provider(
        "google", "Google", op, "mintmark", "school.example", "hd", secret, addresses_count=True
    )


@pytest.fixture
def open_district(mailing, provider):
    from conftest import District

    started = {}

    def make(**changed):
        settings = replace(mailing, sign_in=(replace(provider, **changed),))
        app = create_app(settings)
        started["issuer"] = app.extensions["mintmark"]
        return District(app, started["issuer"])

    yield make
    started["issuer"].database.close()


def at_provider(browser, sub, path="/sign-in/with/google"):
    """Go to the provider, be somebody there, and return the path that it leads back to."""
    there = browser.get(path).location
    answer = httpx.post(there, data={"sub": sub})
    assert answer.status_code in (302, 303), answer.text[:500]
    back = urlsplit(answer.headers["Location"])
    assert back.path == "/sign-in/from/google"
    return f"{back.path}?{back.query}"


def is_in(browser):
    return browser.get("/account").status_code == 200


def test_who_is_known_by_an_address_that_counts_is_bound_and_signed_in(open_district):
    district = open_district()
    jordan = district.add("Jordan Example", address="Jordan@School.example")
    browser = district.browser()
    assert "Sign in with Google" in browser.get("/sign-in").text
    back = browser.get(at_provider(browser, "sub-jordan", "/sign-in/with/google?lands_on=/verify"))
    assert (back.status_code, back.location) == (303, "/verify")
    assert "Jordan Example" in browser.get("/account").text
    with district.issuer.database.reading() as session:
        row = session.scalars(select(IdentityRow)).one()
        assert (row.person_pk, row.sub) == (jordan.id, "sub-jordan")
        assert session.scalars(select(SessionRow)).one().way == "google"


def test_an_account_stays_bound_when_its_address_is_given_to_another(open_district):
    """(E45) Bound is (iss, sub), never the address."""
    district = open_district()
    jordan = district.add("Jordan Example", address="jordan@school.example")
    first = district.browser()
    first.get(at_provider(first, "sub-jordan"))
    with district.issuer.database.writing() as session:
        (row,) = session.merge(jordan).addresses
        row.address = row.folded = "married@school.example"
    other = district.add("Other Example", address="jordan@school.example")
    again = district.browser()
    again.get(at_provider(again, "sub-jordan"))
    assert "Jordan Example" in again.get("/account").text
    assert other.id != jordan.id


@pytest.mark.parametrize("sub", ["sub-other", "sub-private"])
def test_another_organization_is_refused(open_district, sub):
    """(E45) The tenant is pinned: anybody has a Google account."""
    district = open_district()
    district.add("Jordan Example", address="jordan@school.example")
    browser = district.browser()
    answer = browser.get(at_provider(browser, sub))
    assert (answer.status_code, "another organization" in answer.text) == (403, True)
    assert not is_in(browser)


@pytest.mark.parametrize(
    ("sub", "changed"),
    [
        ("sub-jordan", {"addresses_count": False}),
        ("sub-unverified", {}),
        ("sub-unknown", {}),
        ("sub-jordan", {"name": "google", "client_id": "mintmark"}),
    ],
)
def test_an_address_counts_only_where_the_district_says_so(open_district, sub, changed):
    district = open_district(**changed)
    if sub != "sub-jordan" or "addresses_count" in changed:
        district.add("Jordan Example", address="jordan@school.example")
    browser = district.browser()
    answer = browser.get(at_provider(browser, sub))
    assert (answer.status_code, "Sign in by mail once" in answer.text) == (403, True)
    assert not is_in(browser)


def test_who_is_signed_in_connects_an_account_and_nobody_elses(open_district):
    district = open_district(addresses_count=False)
    jordan, alex = district.add("Jordan Example"), district.add("Alex Example")
    mine = district.browser(jordan)
    assert "Connect Google" in mine.get("/account").text
    mine.get(at_provider(mine, "sub-jordan", "/account/with/google"))
    assert "connected" in mine.get("/account").text
    new = district.browser()
    new.get(at_provider(new, "sub-jordan"))
    assert "Jordan Example" in new.get("/account").text
    hers = district.browser(alex)
    answer = hers.get(at_provider(hers, "sub-jordan", "/account/with/google"))
    assert answer.status_code == 403


def test_to_connect_an_account_asks_for_a_fresh_sign_in(open_district):
    from datetime import timedelta

    district = open_district()
    stale = district.browser(district.add("Jordan"), signed_in_ago=timedelta(hours=1))
    assert stale.get("/account/with/google").location.startswith("/sign-in?")


def test_an_answer_counts_in_the_browser_that_asked_and_once(open_district):
    district = open_district()
    district.add("Jordan Example", address="jordan@school.example")
    browser, thief = district.browser(), district.browser()
    path = at_provider(browser, "sub-jordan")
    assert thief.get(path).status_code == 403
    at_provider(thief, "sub-jordan")
    assert thief.get(path).status_code == 403  # its own state is another one
    assert browser.get(path).status_code == 303
    again = district.browser()
    again.client.set_cookie(
        cookie_name(district.issuer.settings, "openid"),
        browser.client.get_cookie(cookie_name(district.issuer.settings, "openid")).value,
    )
    assert again.get(path).status_code == 403  # the code was used


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?error=access_denied"])
def test_an_answer_that_nobody_asked_for_signs_nobody_in(open_district, query):
    browser = open_district().browser()
    assert browser.get(f"/sign-in/from/google{query}").status_code == 403
    assert browser.get("/sign-in/with/unknown").status_code == 404


def test_the_way_there_is_bound_by_state_nonce_and_pkce(provider):
    address, way = openid.begin(provider, "http://localhost:8202/sign-in/from/google", again=True)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["state"] == way["state"]
    assert asked["nonce"] == way["nonce"]
    assert asked["code_challenge_method"] == "S256"
    assert (asked["prompt"], asked["hd"]) == ("login", "school.example")
    assert way["verifier"] not in address


def test_a_session_is_as_fresh_as_the_sign_in_at_the_provider(district):
    from datetime import timedelta

    now, jordan = clock.now(), district.add("Jordan")
    with district.issuer.database.writing() as session:
        person = session.merge(jordan)
        since = now - timedelta(hours=1)
        more = {"device": "x", "way": "google", "replacing": None}
        token = sessions.begin(session, person, since=since, now=now, **more)
        assert not sessions.is_fresh(sessions.find(session, token), now=now)


CLAIMS = {"iss": "https://op.example", "sub": "1", "aud": "mintmark", "nonce": "n"}


@pytest.fixture(scope="module")
def key():
    from joserfc.jwk import RSAKey

    return RSAKey.generate_key(2048, {"kid": "k"})


def decoded(key, changed, *, alg="RS256", signer=None):
    from joserfc import jwt

    now = clock.now()
    seconds = int(now.timestamp())
    claims = {**CLAIMS, "iat": seconds, "exp": seconds + 600, **changed}
    claims = {name: value for name, value in claims.items() if value is not None}
    token = jwt.encode({"alg": alg, "kid": "k"}, claims, signer or key, algorithms=[alg])
    keys = {"keys": [key.as_dict(private=False)]}
    meant = {"iss": "https://op.example", "aud": "mintmark", "nonce": "n"}
    return openid._claims(meant, {"id_token": token}, keys, now=now)


def test_a_token_that_is_meant_for_us_is_read(key):
    assert decoded(key, {})["sub"] == "1"
    assert decoded(key, {"aud": ["mintmark"]})["sub"] == "1"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["another", "mintmark"], "azp": "another"},
        {"aud": None},
        {"nonce": "replayed"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
    ],
)
def test_a_token_for_another_or_from_before_is_refused(key, changed):
    """(OpenID Connect Core 1.0, 3.1.3.7)"""
    with pytest.raises(OpenIdError):
        decoded(key, changed)


def test_a_token_by_another_key_or_by_none_is_refused(key):
    from joserfc.jwk import OctKey, RSAKey

    with pytest.raises(OpenIdError):
        decoded(key, {}, signer=RSAKey.generate_key(2048, {"kid": "k"}))
    with pytest.raises(OpenIdError):
        decoded(key, {}, alg="HS256", signer=OctKey.import_key("secret" * 8))
    now = clock.now()
    for token in ("", "a.b.c", "eyJhbGciOiJub25lIn0.e30."):
        with pytest.raises(OpenIdError):
            openid._claims(
                {"iss": "x", "aud": "y", "nonce": "n"},
                {"id_token": token},
                {"keys": [key.as_dict(private=False)]},
                now=now,
            )


def test_a_provider_that_is_away_is_said_and_signs_nobody_in(open_district):
    district = open_district(issuer="http://127.0.0.1:9")
    answer = district.browser().get("/sign-in/with/google")
    assert (answer.status_code, "cannot be asked" in answer.text) == (403, True)


PRESET = 'client_id = "c"\nsecret_file = "s"\ntenant = "t"\n'


@pytest.mark.parametrize("name", PRESETS)
def test_the_providers_of_schools_need_three_lines(name, tmp_path):
    top = strict_toml.loads(f'[[sign_in]]\nprovider = "{name}"\n{PRESET}'.encode())
    (provider,) = read_providers(top.tables("sign_in"), home=tmp_path)
    assert provider.issuer.startswith("https://")
    assert "{" not in provider.issuer
    assert provider.tenant_claim
    assert not provider.addresses_count


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f'[[sign_in]]\nprovider = "other"\n{PRESET}', "issuer"),
        ('[[sign_in]]\nprovider = "google"\nclient_id = "c"\nsecret_file = "s"\n', "tenant"),
        (f'[[sign_in]]\nprovider = "google"\nissuer = "http://x.example"\n{PRESET}', "https"),
        (f'[[sign_in]]\nprovider = "A b"\n{PRESET}', "small letters"),
        (f'[[sign_in]]\nprovider = "google"\n{PRESET}' * 2, "the same provider"),
        (f'[[sign_in]]\nprovider = "google"\nx = 1\n{PRESET}', "x"),
    ],
)
def test_settings_that_cannot_work_are_refused(text, message, tmp_path):
    top = strict_toml.loads(text.encode())
    with pytest.raises(TomlError, match=message):
        read_providers(top.tables("sign_in"), home=tmp_path)
