"""Collections: only who holds a credential puts it on a page, and what is private drops out."""

import io
from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from issuer import issuance
from issuer.drawing import preview
from issuer.home.issuer import Issuer
from issuer.home.link_tokens import LinkTokens
from issuer.issuance import manage
from issuer.issuance.approval import Approval
from issuer.issuance.status_lists import lists
from issuer.sharing.collections import collection
from issuer.sharing.collections.tables import CollectionRow
from issuer.sharing.decision import Decision, Visibility
from issuer.sharing.holder import holder


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
        content = approval(name, achievement=idea)
        received = issuance.receive(issuer, content, source="forms", event_id=name, now=now)
        row = issuance.find(issuer, received.credential_id)
        assert row is not None
        return received.credential_id, manage.manage_url(issuer.settings, row)

    return issue


Issue = Callable[[str], tuple[str, str]]


def new_collection(client: FlaskClient, *links: str, title: str = "My work") -> str:
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
    html = client.get(page_of(client, new_collection(client, first, second))).text
    assert html.index(f"/credentials/{one}.html") < html.index(f"/credentials/{two}.html")
    assert "<h1><bdi>My work</bdi></h1>" in html
    assert "Jordan Example" in html


def test_the_page_gives_no_secret_away(client: FlaskClient, issue: Issue) -> None:
    _, link = issue("Rhythm")
    edit = new_collection(client, link)
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
    edit = new_collection(client, first)
    data = {"action": "save", "title": "  New \n words ", "keep": [], "links": second}
    assert client.post(edit, data=data).status_code == 303
    html = client.get(page_of(client, edit)).text
    assert "<h1><bdi>New words</bdi></h1>" in html
    assert (one in html, two in html) == (False, True)


def test_a_link_that_opens_nothing_changes_nothing_and_is_named(
    client: FlaskClient, issue: Issue
) -> None:
    one, first = issue("Rhythm")
    edit = new_collection(client, first)
    response = client.post(edit, data={"title": "Other", "keep": one, "links": "no link <b>"})
    assert response.status_code == 422
    assert "<bdi>no link &lt;b&gt;</bdi>" in response.text
    assert 'aria-describedby="links-error links-hint"' in response.text
    assert "<h1><bdi>My work</bdi></h1>" in client.get(page_of(client, edit)).text


def test_no_credential_stands_there_twice_and_no_more_than_the_limit(
    client: FlaskClient, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one, first), (_, second) = issue("Rhythm"), issue("Harmony")
    edit = new_collection(client, first, first)
    assert client.get(page_of(client, edit)).text.count(f"/credentials/{one}.html") == 1
    monkeypatch.setattr(collection, "MOST", 1)
    assert client.post(edit, data={"keep": one, "links": second}).status_code == 422


def test_a_credential_that_turns_private_drops_out(
    client: FlaskClient, issuer: Issuer, issue: Issue, now: datetime
) -> None:
    (one, first), (two, second) = issue("Rhythm"), issue("Harmony")
    edit = new_collection(client, first, second)
    holder.decide(issuer, one, Decision(Visibility.PRIVATE), now=now)
    html = client.get(page_of(client, edit)).text
    assert ("Rhythm" in html, one in html, two in html) == (False, False, True)
    assert "(private)" in client.get(edit).text


def test_a_revoked_credential_stays_and_says_so(
    client: FlaskClient, issuer: Issuer, issue: Issue, now: datetime
) -> None:
    one, first = issue("Rhythm")
    edit = new_collection(client, first)
    lists.revoke(issuer, one, reason="Wrong person.", by="command", now=now)
    assert "Withdrawn" in client.get(page_of(client, edit)).text


def test_an_edit_link_is_taken_back_and_the_page_stays(client: FlaskClient, issue: Issue) -> None:
    _, first = issue("Rhythm")
    edit = new_collection(client, first)
    page = page_of(client, edit)
    renewed = client.post(edit, data={"action": "renew"}).headers["Location"]
    assert client.get(edit).status_code == 404
    assert client.post(edit, data={"action": "delete"}).status_code == 404
    assert (client.get(renewed).status_code, client.get(page).status_code) == (200, 200)


def test_a_deleted_collection_is_gone_and_its_credentials_are_not(
    client: FlaskClient, issue: Issue
) -> None:
    one, first = issue("Rhythm")
    edit = new_collection(client, first)
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
    page = page_of(client, new_collection(client, *links))
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
    page = page_of(client, new_collection(client, first))
    holder.decide(issuer, one, Decision(Visibility.PRIVATE), now=now)
    assert "Nothing of it is shared" in client.get(page).text
    assert client.get(f"{page[:-5]}/preview.png").status_code == 200


def saved(client: FlaskClient, edit: str, *, keep: list[str], **form: str) -> str:
    """Send the form of the edit page; return the public page after it."""
    response = client.post(edit, data={"title": "Mine", "keep": keep, **form})
    assert response.status_code == 303, response.text
    return client.get(page_of(client, edit)).text


def order(html: str, *ids: str) -> list[str]:
    return sorted(ids, key=lambda public_id: html.index(f"/credentials/{public_id}.html"))


@pytest.mark.parametrize(
    ("which", "direction", "places"),
    [(0, "down", [1, 0, 2]), (2, "up", [0, 2, 1]), (0, "up", [0, 1, 2]), (2, "down", [0, 1, 2])],
)
def test_a_credential_is_moved_by_one_place_and_nothing_typed_is_lost(
    client: FlaskClient, issue: Issue, which: int, direction: str, places: list[int]
) -> None:
    made_of = [issue(name) for name in ("Rhythm", "Harmony", "Form")]
    ids, links = zip(*made_of, strict=True)
    edit = new_collection(client, *links)
    move = {"move": f"{ids[which]}:{direction}", f"sentence-{ids[0]}": "The first one."}
    html = saved(client, edit, keep=list(ids), **move)
    assert order(html, *ids) == [ids[place] for place in places]
    assert "The first one." in html
    again = saved(client, edit, keep=list(ids), action="save")
    assert order(again, *ids) == [ids[place] for place in places]


@pytest.mark.parametrize("move", ["nothing:up", "nothing", ":", "x:sideways", "\x01:up"])
def test_a_move_that_means_nothing_moves_nothing(
    client: FlaskClient, issue: Issue, move: str
) -> None:
    (one, first), (two, second) = issue("Rhythm"), issue("Harmony")
    edit = new_collection(client, first, second)
    assert order(saved(client, edit, keep=[one, two], move=move), one, two) == [one, two]


def test_its_holder_says_something_at_the_top_and_about_each(
    client: FlaskClient, issue: Issue
) -> None:
    one, link = issue("Rhythm")
    edit = new_collection(client, link)
    html = saved(
        client,
        edit,
        keep=[one],
        words="For the post of head of music.\n\n<b>Welcome</b>",
        **{f"sentence-{one}": "  With my\n sixth graders. "},
    )
    assert "<p><bdi>For the post of head of music.</bdi></p>" in html
    assert "<p><bdi>&lt;b&gt;Welcome&lt;/b&gt;</bdi></p>" in html
    assert "<bdi>With my sixth graders.</bdi>" in html
    assert 'value="With my sixth graders."' in client.get(edit).text


def test_hours_are_added_up_of_what_is_shown_and_was_not_withdrawn(
    client: FlaskClient, issuer: Issuer, approval: Callable[..., Approval], now: datetime
) -> None:
    links, ids = [], []
    for number, hours in enumerate((12, 7.5, 20, 30)):
        credits = [{"value": hours, "unit": "hours"}, {"value": 1, "unit": "CEU"}]
        one = approval(f"h-{number}", credits=credits)
        received = issuance.receive(issuer, one, source="forms", event_id=f"h-{number}", now=now)
        ids.append(received.credential_id)
        links.append(str(received.manage_url))
    lists.revoke(issuer, ids[2], reason="x", by="command", now=now)
    holder.decide(issuer, ids[3], Decision(Visibility.PRIVATE), now=now)
    html = client.get(page_of(client, new_collection(client, *links))).text
    assert "19.5 hours in all" in html
    assert "2 continuing education units in all" in html


def test_a_collection_and_its_long_link_from_before_go_on_working(
    client: FlaskClient, issuer: Issuer, issue: Issue
) -> None:
    """Links were signed and 90 letters long; now they are 22, and found by a keyed hash."""
    one, link = issue("Rhythm")
    new = new_collection(client, link).rpartition("/")[2]
    assert len(new) == 22
    with issuer.database.writing() as session:
        row = session.scalars(select(CollectionRow)).one()
        row.edit_hash = None
        old = LinkTokens(issuer.settings, "mintmark collection link").current(
            row.public_id, 0, None
        )
    assert client.get(f"/collections/edit/{new}").status_code == 404
    edit = f"/collections/edit/{old}"
    assert "Mine" in saved(client, edit, keep=[one])
    moved = client.post(edit, data={"action": "renew"}).headers["Location"]
    assert [client.get(path).status_code for path in (edit, moved)] == [404, 200]
    assert len(moved.rpartition("/")[2]) == 22


def test_enter_in_a_field_saves_and_moves_nothing(client: FlaskClient, issue: Issue) -> None:
    """HTML, implicit submission: it presses the first button of the form."""
    (_, first), (_, second) = issue("Rhythm"), issue("Harmony")
    form = client.get(new_collection(client, first, second)).text.partition("<form")[2]
    assert 'value="save"' in form.partition("<button")[2].partition(">")[0]
