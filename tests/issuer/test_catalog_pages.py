"""The issuer's own pages: what ids in credentials lead to, for people and for machines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from contexts import canonicalize
from issuer import issuance
from issuer.catalog import files, versions
from issuer.catalog.achievement import Achievement, Beginning
from issuer.catalog.files import CatalogError
from issuer.home.issuer import Issuer
from issuer.issuance.approval import Approval
from issuer.issuance.status_lists import lists
from issuer.sharing.public import earned, search
from verifier.parsing import strict_json

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MACHINE = {"Accept": "application/ld+json"}


@pytest.fixture
def rhythms(issuer: Issuer) -> Achievement:
    """The one achievement of the catalog."""
    with issuer.database.reading() as session:
        row = versions.find(session, "rhythms")
        assert row is not None
        return versions.read(row)


Issue = Callable[[int], list[str]]


@pytest.fixture
def issue(issuer: Issuer, approval: Callable[..., Approval], now: datetime) -> Issue:
    """Issue so many credentials for the same achievement; give their ids."""

    def issue(count: int) -> list[str]:
        return [
            issuance.receive(
                issuer, approval(f"a-{n}"), source="forms", event_id=f"e-{n}", now=now
            ).credential_id
            for n in range(count)
        ]

    return issue


def test_every_id_in_a_credential_leads_people_to_a_page_and_machines_to_json(
    client: FlaskClient, issuer: Issuer, issue: Issue
) -> None:
    row = issuance.find(issuer, issue(1)[0])
    assert row is not None
    assert row.json is not None
    document = strict_json.loads_object(row.json)
    achievement = document["credentialSubject"]["achievement"]
    for url in (document["issuer"]["url"], achievement["id"], achievement["criteria"]["id"]):
        path, _, fragment = url.removeprefix(issuer.settings.public_url).partition("#")
        people, machines = (
            client.get(path, headers=BROWSER, follow_redirects=True),
            client.get(path, headers=MACHINE),
        )
        assert (people.mimetype, machines.mimetype) == ("text/html", "application/ld+json")
        assert not fragment or f'id="{fragment}"' in people.text
        canonicalize(machines.get_json())  # every term is defined, every id is absolute


def test_the_issuers_profile_says_what_its_credentials_say(
    client: FlaskClient, issuer: Issuer, issue: Issue
) -> None:
    row = issuance.find(issuer, issue(1)[0])
    assert row is not None
    assert row.json is not None
    profile = client.get("/", headers=MACHINE).get_json()
    del profile["@context"]
    assert profile == strict_json.loads_object(row.json)["issuer"]


def test_the_home_page_shows_keys_and_the_newest_of_everything_that_is_listed(
    client: FlaskClient, issuer: Issuer, rhythms: Achievement, now: datetime
) -> None:
    changed = replace(rhythms, name="Rhythms, revised")
    unlisted = replace(rhythms, id="own-1", name="An idea of one teacher", listed=False)
    with issuer.database.writing() as session:
        versions.record(session, changed, now=now)
        versions.record(session, unlisted, now=now)
    html = client.get("/", headers=BROWSER, follow_redirects=True).text
    assert "Rhythms, revised" in html
    assert rhythms.name not in html
    assert "An idea of one teacher" not in html
    assert all(entry.id in html for entry in issuer.keyring.entries())


def test_a_page_says_how_to_begin_in_plain_text(
    issuer: Issuer, client: FlaskClient, rhythms: Achievement, now: datetime
) -> None:
    begin = Beginning(
        "Ask <b>your</b> coach.\n\nThen *plan*.", "https://forms.example/begin?a=1&b=2"
    )
    with issuer.database.writing() as session:
        versions.record(session, replace(rhythms, begin=begin), now=now)
    page = client.get("/achievements/rhythms/2.html").text
    assert (
        "<p><bdi>Ask &lt;b&gt;your&lt;/b&gt; coach.</bdi></p><p><bdi>Then *plan*.</bdi></p>" in page
    )
    assert 'href="https://forms.example/begin?a=1&amp;b=2"' in page
    assert "begin" not in client.get("/achievements/rhythms/2.json").text
    assert "Whom to ask" not in page
    without = client.get("/achievements/rhythms/1.html").text
    assert "How to begin" not in without
    assert "Ask how to begin: <bdi>Prairie Example District</bdi>" in without


def test_an_achievement_without_a_version_is_its_newest_one(
    client: FlaskClient, issuer: Issuer, rhythms: Achievement, now: datetime
) -> None:
    with issuer.database.writing() as session:
        versions.record(session, replace(rhythms, name="Rhythms, revised"), now=now)
    newest = client.get("/achievements/rhythms", headers=BROWSER, follow_redirects=True).text
    first = client.get("/achievements/rhythms/1", headers=BROWSER, follow_redirects=True).text
    assert "Rhythms, revised" in newest
    assert "There is a newer version" in first
    assert "There is a newer version" not in newest
    assert (
        client.get("/achievements/none", headers=BROWSER, follow_redirects=True).status_code == 404
    )


def test_how_often_it_was_earned_is_said_from_five_on(
    client: FlaskClient, issuer: Issuer, issue: Issue, now: datetime
) -> None:
    ids = issue(earned.FEWEST)
    path = "/achievements/rhythms"
    assert "Earned 5 times." in client.get(path, headers=BROWSER, follow_redirects=True).text
    lists.revoke(issuer, ids[0], reason="Wrong person.", by="command", now=now)
    assert "Earned" not in client.get(path, headers=BROWSER, follow_redirects=True).text


def test_the_catalog_may_be_found_and_a_teachers_own_idea_may_not(
    client: FlaskClient, issuer: Issuer, rhythms: Achievement, now: datetime
) -> None:
    with issuer.database.writing() as session:
        versions.record(session, replace(rhythms, id="own-1", listed=False), now=now)
    robots = {
        path: "noindex"
        in (response := client.get(path, headers=BROWSER, follow_redirects=True)).text
        and "X-Robots-Tag" in response.headers
        for path in ("/", "/achievements/rhythms", "/achievements/own-1")
    }
    assert robots == {"/": False, "/achievements/rhythms": False, "/achievements/own-1": True}


def test_what_is_written_in_another_language_is_marked_with_it(
    client: FlaskClient,
    issuer: Issuer,
    approval: Callable[..., Approval],
    rhythms: Achievement,
    now: datetime,
) -> None:
    spanish = replace(rhythms, id="ritmos", name="Ritmos", in_language="es-MX")
    with issuer.database.writing() as session:
        versions.record(session, spanish, now=now)
    content = approval(achievement={"id": "ritmos"})
    public_id = issuance.receive(
        issuer, content, source="forms", event_id="e", now=now
    ).credential_id
    for path in ("/achievements/ritmos", f"/credentials/{public_id}.html"):
        html = client.get(path, headers=BROWSER, follow_redirects=True).text
        assert '<bdi lang="es-MX">Ritmos</bdi>' in html
        assert '<div class="prose" lang="es-MX">' in html
    row = issuance.find(issuer, public_id)
    assert row is not None
    assert row.json is not None
    subject = strict_json.loads_object(row.json)["credentialSubject"]
    assert subject["achievement"]["inLanguage"] == "es-MX"


def test_a_teachers_own_idea_says_its_language(
    client: FlaskClient, issuer: Issuer, approval: Callable[..., Approval], now: datetime
) -> None:
    idea = {
        "name": "Matemáticas en familia",
        "description": "d",
        "criteria": "c",
        "rubric": {"id": "completion"},
        "in_language": "es",
    }
    content = approval(achievement=idea)
    public_id = issuance.receive(
        issuer, content, source="forms", event_id="e", now=now
    ).credential_id
    html = client.get(f"/credentials/{public_id}.html", headers=BROWSER, follow_redirects=True).text
    assert '<bdi lang="es">Matemáticas en familia</bdi>' in html


def test_a_catalog_file_names_its_language_or_is_refused(tmp_path: Path) -> None:
    for folder in ("rubrics", "achievements"):
        (tmp_path / folder).mkdir()
    examples = Path(__file__).parents[2] / "examples"
    (tmp_path / "rubrics/completion.toml").write_bytes(
        (examples / "rubrics/completion.toml").read_bytes()
    )
    file = tmp_path / "achievements/ritmos.toml"
    text = 'name = "Ritmos"\ndescription = "d"\ncriteria = "c"\nrubric = "completion"\n'
    file.write_text(f'{text}in_language = "es"\n')
    assert [achievement.in_language for achievement in files.load(tmp_path)] == ["es"]
    file.write_text(f'{text}in_language = "Spanish"\n')
    with pytest.raises(CatalogError, match="in_language must be a language tag"):
        files.load(tmp_path)


def test_versions_recorded_before_languages_stay_the_same_version(
    issuer: Issuer, rhythms: Achievement, now: datetime
) -> None:
    with issuer.database.writing() as session:
        assert versions.record(session, rhythms, now=now).version == 1
        row = versions.find(session, "rhythms")
        assert row is not None
        assert "in_language" not in row.content


def a_catalog(one: Achievement, count: int) -> list[Achievement]:
    return [
        replace(one, id=f"a-{n}", name=f"Canción {n}", tags=("band", f"t{n % 3}"))
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("words", "tag", "page", "count", "first"),
    [
        pytest.param("", "", 1, 60, 0, id="all"),
        pytest.param("", "", 3, 60, 48, id="the-last-page"),
        pytest.param("", "", 99, 60, 48, id="a-page-beyond-the-last"),
        pytest.param("", "", -1, 60, 0, id="a-page-before-the-first"),
        pytest.param("CANCION 59", "", 1, 1, 59, id="without-accents-and-capitals"),
        pytest.param("canción t1", "", 1, 20, 1, id="every-word-also-in-tags"),
        pytest.param("", "t2", 1, 20, 2, id="by-tag"),
        pytest.param("59", "t0", 1, 0, None, id="nothing-fits"),
    ],
)
def test_the_catalog_is_narrowed_and_paged(rhythms, words, tag, page, count, first):
    part = search.narrow(a_catalog(rhythms, 60), words=words, tag=tag, page=page)
    assert part.count == count
    assert len(part.achievements) <= search.PER_PAGE
    assert next((achievement.id for achievement in part.achievements), None) == (
        None if first is None else f"a-{first}"
    )
    assert part.tags[0] == "band"


def test_a_large_catalog_is_searched_without_a_script(issuer, client, rhythms, now):
    with issuer.database.writing() as session:
        for achievement in a_catalog(rhythms, 60):
            versions.record(session, achievement, now=now)
    text = client.get("/?q=cancion&tag=t1&lang=en", headers=BROWSER).text
    assert text.count('<li class="card">') == 20
    assert 'value="cancion"' in text
    assert 'name="tag" value="t1"' in text
    assert "noindex" in text
    assert "page 1 of 3" in client.get("/", headers=BROWSER).text


@pytest.mark.parametrize("plain", ["/achievements/rhythms", "/achievements/rhythms/1"])
def test_a_browser_is_led_from_the_plain_address_to_the_page(client, plain):
    answer = client.get(f"{plain}?lang=es", headers=BROWSER)
    assert answer.status_code == 303
    assert answer.location == "/achievements/rhythms/1.html?lang=es"
    assert "Accept" in answer.vary
    assert client.get(plain, headers={"Accept": "*/*"}).mimetype == "application/ld+json"


def test_an_address_with_nothing_has_doors(client):
    text = client.get("/nothing", headers=BROWSER).text
    assert 'href="http://localhost:8202/"' in text
    assert "Did you lose the link to your own page?" in text
    assert client.get("/nothing").json["status"] == 404
