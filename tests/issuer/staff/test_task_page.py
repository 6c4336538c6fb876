"""*Something is wrong here*: what a teacher writes is a task on the desk, and gets an answer."""

import re
from datetime import UTC, datetime

import pytest
from signed_in_browsers import filled

from issuer import issuance
from issuer.audit import log as audit
from issuer.issuance.manage import manage_url
from issuer.issuance.status_lists import lists
from issuer.sharing.holder import reports


@pytest.fixture
def reported(district, office, issue):
    """A credential, the way to its holder's page, and the task that its holder made."""
    public_id = issue(f"t-{datetime.now(UTC).timestamp()}", "Jordan Exmaple")
    row = issuance.find(district.issuer, public_id)
    manage = manage_url(district.issuer.settings, row).removeprefix("http://localhost:8202")
    fields = {"name": "Jordan Example", "words": "And the day is wrong.\r\nIt was in May."}
    answer = district.app.test_client().post(f"{manage}/wrong", data=fields)
    assert answer.location.endswith("?done=told#wrong")
    with district.issuer.database.reading() as session:
        task = f"/desk/tasks/{reports.newest(session, public_id).public_id}"
    assert f'href="{task}"' in office.get("/desk/tasks").text
    return public_id, manage, task


def send(office, task, **changes):
    """Send the form as it opens, with some fields changed."""
    return office.post(task, page=task, **{**filled(office.get(task).text), **changes})


def test_the_correction_is_half_filled_in_and_the_teacher_is_answered(district, office, reported):
    public_id, manage, task = reported
    text = office.get(task).text
    assert "Jordan Example" in text
    assert "And the day is wrong.\nIt was in May." in text
    form = re.search(r'href="([^"]*/correct[^"]*)"', text)[1]
    fields = filled(office.get(form).text)
    assert fields["recipient.name"] == "Jordan Example"
    path = f"/desk/credentials/{public_id}/correct"
    sent = fields | {"act": "issue", "reason": "The teacher told us."}
    done = office.post(path, page=path, **sent)
    assert done.location == f"{task}?done=corrected"
    answer = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", office.get(done.location).text)[1]
    send(office, task, answer=answer, **{"as": "done"})
    own = district.app.test_client().get(manage)
    assert "It is corrected. Thank you for telling us." in own.text
    assert "done" in office.get(task).text
    with district.issuer.database.reading() as session:
        actions = [entry.action for entry in audit.about(session, public_id)]
    assert {"report.told", "report.done"} <= set(actions)


def test_an_answer_without_words_is_none_and_a_declined_one_is_told(district, office, reported):
    _, manage, task = reported
    for nothing in (" ", "x" * 2001):
        refused = send(office, task, answer=nothing, **{"as": "declined"})
        assert (refused.status_code, nothing.strip() in refused.text) == (422, True)
    send(office, task, answer="It is as you handed it in.", **{"as": "declined"})
    assert "It is as you handed it in." in district.app.test_client().get(manage).text
    office.post(task, page=task, answer="A second answer.", **{"as": "done"})
    assert "A second answer." not in office.get(task).text


def test_an_answer_to_other_words_or_after_another_answer_is_not_sent_and_not_lost(
    district, office, reported
):
    _, manage, task = reported
    before = filled(office.get(task).text)
    district.app.test_client().post(f"{manage}/wrong", data={"words": "Only the day, please."})
    typed = {"answer": "Typed with care.", "as": "done"}
    changed = office.post(task, page=task, **{**before, **typed})
    assert (changed.status_code, "Typed with care." in changed.text) == (422, True)
    assert "The teacher has changed this meanwhile" in changed.text
    assert "Only the day, please." in changed.text
    now = filled(changed.text)
    for _ in range(2):  # pressed twice, which is answered once
        assert office.post(task, page=task, **{**now, **typed}).status_code == 303
    other = office.post(task, page=task, **{**now, "answer": "Another.", "as": "declined"})
    assert (other.status_code, "Another." in other.text) == (422, True)
    assert "Somebody else has answered meanwhile" in other.text
    assert "Typed with care." in district.app.test_client().get(manage).text


def test_while_one_waits_it_is_changed_and_an_empty_one_is_none(district, reported):
    public_id, manage, _ = reported
    holder = district.app.test_client()
    empty = holder.post(f"{manage}/wrong", data={"name": "Jordan Exmaple", "words": " "})
    assert empty.location.endswith("?done=nothing#wrong")
    holder.post(f"{manage}/wrong", data={"name": "Jordan Exmaple", "words": "Only the day."})
    with district.issuer.database.reading() as session:
        row = reports.newest(session, public_id)
    assert (row.name, row.words) == (None, "Only the day.")
    page = holder.get(manage).text
    assert "waits for an answer" in page
    assert "Only the day." in page
    assert holder.post(f"{manage}/wrong", data={"words": "x" * 2001}).status_code == 400


def test_a_withdrawn_one_can_be_told_of(district, reported):
    public_id, manage, _ = reported
    lists.revoke(district.issuer, public_id, reason="x", by="command", now=datetime.now(UTC))
    assert "Something is wrong here" in district.app.test_client().get(manage).text
