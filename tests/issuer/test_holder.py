"""The holder's page: what is decided there holds at the link at once, and for nobody else."""

import re
from dataclasses import replace
from email.headerregistry import Address

import pytest

from issuer import issuance
from issuer.app import start_app
from issuer.home.mail_settings import Mail
from issuer.issuance.status_lists import lists
from issuer.sharing import decision
from issuer.sharing.decision import Decision, Visibility
from verifier.intake.baking import unbake_png
from verifier.parsing import strict_json

PAGE = {"Accept": "text/html"}


@pytest.fixture
def issued(issuer, approval, now):
    """Issue one credential for each approval id; return their public ids."""

    def issue(approval_id, **members):
        content = approval(approval_id, **members)
        event = f"e-{approval_id}"
        return issuance.receive(
            issuer, content, source="forms", event_id=event, now=now
        ).credential_id

    return issue


@pytest.fixture
def public_id(issued):
    return issued("a-1", evidence=[{"name": "Unit plan", "url": "https://x.example/plan"}])


def manage_path(issuer, public_id):
    address = issuance.manage.manage_url(issuer.settings, issuance.find(issuer, public_id))
    return address.removeprefix(issuer.settings.public_url)


@pytest.fixture
def path(issuer, public_id):
    return manage_path(issuer, public_id)


def save(client, path, visibility="unlisted", show=()):
    response = client.post(path, data={"visibility": visibility, "show": list(show)})
    assert response.status_code == 303
    return client.get(response.location)


def levels(document):
    return [r for r in document["credentialSubject"].get("result", []) if "achievedLevel" in r]


def test_what_is_decided_holds_at_the_link_at_once(client, path, public_id):
    assert levels(client.get(f"/credentials/{public_id}.json").json) == []
    page = save(client, path, show=["levels", "words", "evidence"])
    assert "This is what others see now." in page.text
    document = client.get(f"/credentials/{public_id}.json").json
    assert len(levels(document)) == 2
    assert "eight bars" in document["credentialSubject"]["narrative"]
    save(client, path, show=["levels"])
    assert "evidence" not in client.get(f"/credentials/{public_id}.json").json
    assert "Unit plan" not in client.get(f"/credentials/{public_id}.html").text


def test_what_is_private_is_gone_and_may_come_back(client, path, public_id):
    page = save(client, path, "private", ["evidence"])
    assert "Nobody sees it now" in page.text
    assert client.get(f"/credentials/{public_id}", headers=PAGE).status_code == 410
    save(client, path, "unlisted", ["evidence"])
    assert client.get(f"/credentials/{public_id}", headers=PAGE).status_code == 303
    assert client.get(f"/credentials/{public_id}.html").status_code == 200


@pytest.mark.parametrize(("visibility", "listed"), [("public", True), ("unlisted", False)])
def test_search_engines_see_only_what_is_published(client, path, public_id, visibility, listed):
    save(client, path, visibility)
    response = client.get(f"/credentials/{public_id}.html")
    assert ("X-Robots-Tag" not in response.headers) == listed
    assert ('name="robots"' not in response.text) == listed


def test_a_form_shows_what_was_decided(client, path):
    page = save(client, path, "public", ["words"]).text
    checked = set(re.findall(r'value="([a-z]+)" checked', page))
    assert {"public", "words"} <= checked
    assert not {"levels", "evidence", "unlisted"} & checked


def test_what_is_looked_at_first_is_not_kept(client, path, public_id):
    asked = {"visibility": "unlisted", "show": ["levels", "words"]}
    seen = client.get(f"{path}/preview", query_string=asked)
    assert "eight bars" in seen.text
    assert seen.headers["Cache-Control"] == "no-store"
    assert "eight bars" not in client.get(f"/credentials/{public_id}.html").text
    private = client.get(f"{path}/preview", query_string={"visibility": "private"}, headers=PAGE)
    assert private.status_code == 410


def test_revoked_is_said_whoever_may_see_the_rest(issuer, client, path, public_id, now):
    save(client, path, "public")
    lists.revoke(issuer, public_id, reason="Issued to the wrong person.", by="command", now=now)
    for address in (path, f"/credentials/{public_id}.html"):
        assert "Issued to the wrong person." in client.get(address).text
    save(client, path, "private")
    response = client.get(f"/credentials/{public_id}.html")
    assert (response.status_code, "wrong person" in response.text) == (410, False)


@pytest.mark.parametrize("suffix", ["json", "png"])
def test_a_copy_shows_what_was_chosen_and_no_more(client, path, suffix):
    response = client.get(f"{path}/copy.{suffix}", query_string={"show": ["evidence"]})
    assert response.headers["Content-Disposition"].startswith("attachment")
    data = response.data if suffix == "json" else unbake_png(response.data).encode()
    copy = strict_json.loads_object(data)
    assert [item["name"] for item in copy["evidence"]] == ["Unit plan"]
    assert not {"result", "identifier", "narrative"} & set(copy["credentialSubject"])
    assert copy["credentialStatus"]


def test_a_renewed_link_stops_the_old_one_and_opens_the_same(client, path):
    moved = client.post(f"{path}/renew")
    assert moved.status_code == 303
    assert "new address" in client.get(moved.location).text
    old = [client.get(path), client.post(path, data={"visibility": "public"})]
    old += [client.get(f"{path}/pdf"), client.post(f"{path}/renew")]
    assert {(response.status_code, response.location) for response in old} == {
        (303, "/my-links?lost=1")
    }


def test_a_new_address_is_asked_for_twice(client, path):
    """Somebody who only looks, or whose program opens links, changes nothing."""
    asked = client.get(f"{path}/renew")
    assert "shown on the next page" in asked.text
    assert client.get(path).status_code == 200


def test_with_mail_a_new_address_is_mailed_and_shown_to_nobody(issuer, public_id, path):
    """Whoever else has the old one would see it; the page says where it goes, and not in full."""
    sender = Address("District", addr_spec="badges@prairie.example")
    mailing = replace(issuer.settings, mail=Mail("127.0.0.1", 1, sender, "none", "en"))
    app = start_app(mailing)
    client = app.test_client()
    page = client.get(f"{path}/renew").text
    assert "<bdi>j***@school.example</bdi>" in page
    assert "jordan@school.example" not in page
    moved = client.post(f"{path}/renew")
    assert moved.location == "/manage/renewed"
    assert "on its way by mail" in client.get(moved.location).text
    new = manage_path(issuer, public_id)
    assert new.rpartition("/")[2] not in moved.text
    assert [client.get(address).status_code for address in (path, new)] == [303, 200]
    app.extensions["mintmark"].database.close()


def test_what_she_came_for_comes_first(client, path, public_id):
    page = client.get(path).text
    places = [
        page.index(part)
        for part in (
            f'{path}/pdf?edition=frame"',
            "https://www.linkedin.com/profile/add?",
            f"share-offsite/?url=http%3A%2F%2Flocalhost%3A8202%2Fcredentials%2F{public_id}.html",
            'id="link"',
            'class="signature"',
            'name="visibility"',
            'id="rubric"',
        )
    ]
    assert places == sorted(places)


def test_a_private_page_offers_no_way_to_share_it(client, path):
    page = save(client, path, "private").text
    assert "linkedin.com" not in page
    assert 'class="signature"' not in page
    assert f'{path}/pdf?edition=frame"' in page


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:8202"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_no_other_site_decides(issuer, client, path, public_id, headers):
    """T29: a page elsewhere that knew the address could still not post its form for the holder."""
    for where in (path, f"{path}/renew"):
        refused = client.post(where, data={"visibility": "public"}, headers=headers)
        assert refused.status_code == 403
    with issuer.database.reading() as session:
        row = issuance.find(issuer, public_id)
        assert decision.read(session, row.id) == Decision()
    own = {"Origin": "http://localhost:8202", "Sec-Fetch-Site": "same-origin"}
    assert client.post(path, data={"visibility": "public"}, headers=own).status_code == 303


ODD = [
    ("", {"visibility": "everywhere"}, "visibility: one of public, unlisted, private"),
    ("", {}, "visibility: one of public, unlisted, private"),
    ("/copy.json", {"show": "grades"}, "nothing here is called"),
]


@pytest.mark.parametrize(("where", "form", "words"), ODD)
def test_what_the_form_does_not_offer_is_refused_by_name(client, path, where, form, words):
    send = client.get if where else client.post
    fields = {"query_string": form} if where else {"data": form}
    response = send(path + where, headers={"Accept": "application/json"}, **fields)
    assert (response.status_code, words in response.json["detail"]) == (400, True)


def test_the_first_earner_alone_may_announce_it(issuer, client, issued):
    first, second = (manage_path(issuer, issued(name)) for name in ("a-1", "a-2"))
    assert "first to earn it" in client.get(first).text
    assert "first to earn it" not in client.get(second).text
    assert client.get(f"{first}/announcement.png").data.startswith(b"\x89PNG")
    assert client.get(f"{second}/announcement.png").status_code == 404


def test_a_decision_that_was_never_made_is_the_careful_one(issuer, public_id):
    with issuer.database.reading() as session:
        stored = decision.read(session, issuance.find(issuer, public_id).id)
    assert stored == Decision(Visibility.UNLISTED, False, True, False)
