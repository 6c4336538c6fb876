"""Collections: only who holds a credential puts it on a page, and what is private drops out."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from PIL import Image

from issuer import issuance
from issuer.app import start_app
from issuer.drawing import preview
from issuer.home.issuer import Issuer
from issuer.issuance import manage
from issuer.issuance.approval import Approval
from issuer.issuance.status_lists import lists
from issuer.sharing.collections import collection
from issuer.sharing.decision import Decision, Visibility
from issuer.sharing.holder import holder


@pytest.fixture
def client(issuer: Issuer) -> Iterator[FlaskClient]:
    app = start_app(issuer.settings)
    yield app.test_client()
    app.extensions["mintmark"].database.close()


@pytest.fixture
def issue(
    issuer: Issuer, approval: Callable[..., Approval], now: datetime
) -> Callable[[str], tuple[str, str]]:
    """Issue a credential of some name; give its id and its holder's link."""

    def issue(name: str) -> tuple[str, str]:
        idea = {
            "name": name,
            "description": "d",
            "criteria": "c",
            "rubric": {"id": "completion"},
        }
        made = approval(name, achievement=idea)
        received = issuance.receive(issuer, made, source="forms", event_id=name, now=now)
        row = issuance.find(issuer, received.credential_id)
        assert row is not None
        return received.credential_id, manage.manage_url(issuer.settings, row)

    return issue


Issue = Callable[[str], tuple[str, str]]


def made(client: FlaskClient, *links: str, title: str = "My work") -> str:
    """Make a collection through the form; return the path of its edit page."""
    response = client.post("/collections", data={"title": title, "links": "\n".join(links)})
    assert response.status_code == 303
    return str(response.headers["Location"])


def page_of(client: FlaskClient, edit: str) -> str:
    html = client.get(edit).text
    address = html.partition('href="http://localhost:8202/collections/')[2].partition('"')[0]
    return f"/collections/{address}"


def test_several_credentials_stand_on_one_page_in_their_order(
    client: FlaskClient, issue: Issue
) -> None:
    (one, first), (two, second) = issue("Rhythm"), issue("Harmony")
    html = client.get(page_of(client, made(client, first, second))).text
    assert html.index(f"/credentials/{one}.html") < html.index(f"/credentials/{two}.html")
    assert "<h1><bdi>My work</bdi></h1>" in html
    assert "Jordan Example" in html


def test_the_page_gives_no_secret_away(client: FlaskClient, issue: Issue) -> None:
    _, link = issue("Rhythm")
    edit = made(client, link)
    html = client.get(page_of(client, edit)).text
    assert link.rpartition("/")[2] not in html
    assert edit.rpartition("/")[2] not in html
    assert link.rpartition("/")[2] not in client.get(edit).text


@pytest.mark.parametrize("links", ["", "x", "https://elsewhere.example/manage/abc"])
def test_without_a_holders_link_there_is_no_collection(client: FlaskClient, links: str) -> None:
    assert client.post("/collections", data={"links": links}).status_code == 404


def test_the_public_address_of_a_credential_is_no_key_to_it(
    client: FlaskClient, issue: Issue
) -> None:
    public_id, _ = issue("Rhythm")
    data = {"links": f"http://localhost:8202/credentials/{public_id}.html"}
    assert client.post("/collections", data=data).status_code == 404


def test_credentials_are_added_dropped_and_the_title_is_changed(
    client: FlaskClient, issue: Issue
) -> None:
    (one, first), (two, second) = issue("Rhythm"), issue("Harmony")
    edit = made(client, first)
    data = {"action": "save", "title": "  New \n words ", "keep": [], "links": second}
    assert client.post(edit, data=data).status_code == 303
    html = client.get(page_of(client, edit)).text
    assert "<h1><bdi>New words</bdi></h1>" in html
    assert (one in html, two in html) == (False, True)


def test_a_link_that_opens_nothing_changes_nothing_and_is_named(
    client: FlaskClient, issue: Issue
) -> None:
    one, first = issue("Rhythm")
    edit = made(client, first)
    response = client.post(edit, data={"title": "Other", "keep": one, "links": "no link <b>"})
    assert response.status_code == 422
    assert "<bdi>no link &lt;b&gt;</bdi>" in response.text
    assert 'aria-describedby="links-error links-hint"' in response.text
    assert "<h1><bdi>My work</bdi></h1>" in client.get(page_of(client, edit)).text


def test_no_credential_stands_there_twice_and_no_more_than_the_limit(
    client: FlaskClient, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, first), (_, second) = issue("Rhythm"), issue("Harmony")
    edit = made(client, first, first)
    assert client.get(page_of(client, edit)).text.count(f"/credentials/{one}.html") == 1
    monkeypatch.setattr(collection, "MOST", 1)
    assert client.post(edit, data={"keep": one, "links": second}).status_code == 422


def test_a_credential_that_turns_private_drops_out(
    client: FlaskClient, issuer: Issuer, issue: Issue, now: datetime
) -> None:
    (one, first), (two, second) = issue("Rhythm"), issue("Harmony")
    edit = made(client, first, second)
    holder.decide(issuer, one, Decision(Visibility.PRIVATE), now=now)
    html = client.get(page_of(client, edit)).text
    assert ("Rhythm" in html, one in html, two in html) == (False, False, True)
    assert "(private)" in client.get(edit).text


def test_a_revoked_credential_stays_and_says_so(
    client: FlaskClient, issuer: Issuer, issue: Issue, now: datetime
) -> None:
    one, first = issue("Rhythm")
    edit = made(client, first)
    lists.revoke(issuer, one, reason="Wrong person.", by="command", now=now)
    assert "Withdrawn" in client.get(page_of(client, edit)).text


def test_an_edit_link_is_taken_back_and_the_page_stays(client: FlaskClient, issue: Issue) -> None:
    _, first = issue("Rhythm")
    edit = made(client, first)
    page = page_of(client, edit)
    renewed = client.post(edit, data={"action": "renew"}).headers["Location"]
    assert client.get(edit).status_code == 404
    assert client.post(edit, data={"action": "delete"}).status_code == 404
    assert (client.get(renewed).status_code, client.get(page).status_code) == (200, 200)


def test_a_deleted_collection_is_gone_and_its_credentials_are_not(
    client: FlaskClient, issue: Issue
) -> None:
    one, first = issue("Rhythm")
    edit = made(client, first)
    page = page_of(client, edit)
    assert client.post(edit, data={"action": "delete"}).status_code == 303
    gone = [client.get(path).status_code for path in (page, edit, f"{page[:-5]}/preview.png")]
    assert gone == [404, 404, 404]
    assert client.get(f"/credentials/{one}.html").status_code == 200


@pytest.mark.parametrize("token", ["x", "WyJhIiwwXQ.made-up"])
def test_an_edit_link_cannot_be_made_up(client: FlaskClient, token: str) -> None:
    assert client.get(f"/collections/edit/{token}").status_code == 404


def test_a_collection_has_a_preview_of_its_own(client: FlaskClient, issue: Issue) -> None:
    links = [issue(name)[1] for name in ("Rhythm", "Harmony", "Form", "Ear", "Voice")]
    page = page_of(client, made(client, *links))
    html = client.get(page).text
    address = f"http://localhost:8202{page[:-5]}/preview.png"
    assert f'<meta property="og:image" content="{address}">' in html
    picture = client.get(f"{page[:-5]}/preview.png").data
    assert Image.open(io.BytesIO(picture)).size == preview.SIZE


def test_the_holders_page_begins_a_collection(client: FlaskClient, issue: Issue) -> None:
    one, link = issue("Rhythm")
    html = client.get(link.removeprefix("http://localhost:8202")).text
    form = html.partition('action="/collections"')[2].partition("</form>")[0]
    token = form.partition('name="links" value="')[2].partition('"')[0]
    edit = client.post("/collections", data={"links": token}).headers["Location"]
    assert one in client.get(page_of(client, edit)).text


def test_a_collection_of_which_nothing_is_shared_still_has_page_and_preview(
    client: FlaskClient, issuer: Issuer, issue: Issue, now: datetime
) -> None:
    one, first = issue("Rhythm")
    page = page_of(client, made(client, first))
    holder.decide(issuer, one, Decision(Visibility.PRIVATE), now=now)
    assert "Nothing of it is shared" in client.get(page).text
    assert client.get(f"{page[:-5]}/preview.png").status_code == 200
