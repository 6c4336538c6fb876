"""One credential on the desk: what is known of it, the teacher's link and mail, withdrawing it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
from signed_in_browsers import statements
from sqlalchemy import select

from issuer.audit import log as audit
from issuer.home.mail_settings import Mail
from issuer.issuance import prepare
from issuer.issuance.records.tables import CredentialRow
from issuer.issuance.status_lists import lists
from issuer.outbox import queue
from issuer.people.roles import Role
from issuer.sharing.own_fetch import fetch_own
from keys.signer import KeysError
from verifier import verify
from verifier.fetching.fetch import offline

PAGE = "/desk/credentials"


def seen_by_a_stranger(district, public_id):
    """What a verifier says who knows nothing but the public address."""
    fetch = fetch_own(district.issuer, offline)
    address = f"{district.issuer.settings.public_url}/credentials/{public_id}.json"
    file = fetch(address, accept="*/*", max_bytes=10**6).body
    return verify(file, fetch=fetch, now=datetime.now(UTC))


def actions(district, about):
    with district.issuer.database.reading() as session:
        return [entry.action for entry in audit.about(session, about)]


def test_a_page_shows_what_is_known_and_to_have_looked_is_written_down(district, office, issued):
    text = office.get(f"{PAGE}/{issued[0]}").text
    for known in ("Zoë Nguyễn", "t1@school.example", "District/1", "Rhythm.", "Met", "forms"):
        assert known in text
    assert actions(district, issued[0])[-1] == "credential.read"
    assert "Olive Office" in office.get(f"{PAGE}/{issued[0]}").text  # who looked before


def test_a_page_takes_at_most_twelve_queries(district, office, issued):
    with statements(district.issuer) as sent:
        office.get(f"{PAGE}/{issued[0]}")
    assert len(sent) <= 12, sent


def test_the_link_is_shown_only_when_asked_for(district, office, issued):
    page = f"{PAGE}/{issued[1]}"
    assert "/manage/" not in office.get(page).text
    shown = office.post(f"{page}/link", page=page, what="show").text
    link = re.search(r'value="http://localhost:8202(/manage/[^"]+)"', shown)[1]
    assert office.get(link).status_code == 200
    assert actions(district, issued[1])[-1] == "credential.link-shown"
    renewed = office.post(f"{page}/link", page=page, what="renew").text
    new_link = re.search(r'value="http://localhost:8202(/manage/[^"]+)"', renewed)[1]
    assert "Give it to the teacher." in renewed
    assert office.get(new_link).status_code == 200
    assert office.get(link).status_code != 200
    assert "link.renewed" in actions(district, issued[1])


def test_the_mail_leaves_again_to_another_address(district, office, issued, monkeypatch):
    page = f"{PAGE}/{issued[1]}"
    assert office.post(f"{page}/mail", page=page).status_code == 422  # without a mail server
    mail = object.__new__(Mail)
    monkeypatch.setattr(district.issuer, "settings", replace(district.issuer.settings, mail=mail))
    wrong = office.post(f"{page}/mail", page=page, address="no address")
    assert (wrong.status_code, 'value="no address"' in wrong.text) == (422, True)
    right = office.post(f"{page}/mail", page=page, address="new@school.example")
    assert right.location == f"{page}?done=mail"
    with district.issuer.database.reading() as session:
        assert [row.address for row in queue.about(session, issued[1])] == ["new@school.example"]
    assert actions(district, issued[1])[-1] == "mail.sent_again"


def test_what_is_withdrawn_is_seen_by_strangers(district, office, issue):
    """(T36) A page says first what it does; then it is for ever, for each that was chosen."""
    one, two = issue("r1", "Ada Example"), issue("r2", "Bea Example")
    path = f"/desk/revoke?id={one}&id={two}"
    look = office.get(path)
    assert "Ada Example" in look.text
    assert "permanent" in look.text
    assert seen_by_a_stranger(district, one).current.answer == "yes"
    nothing = office.post("/desk/revoke", page=path, id=[one, two], reason=" ")
    assert nothing.status_code == 422
    assert seen_by_a_stranger(district, two).current.answer == "yes"
    done = office.post("/desk/revoke", page=path, id=[one, two], reason="Given by mistake.")
    assert done.location == "/desk?done=revoked"
    for public_id in (one, two):
        assert seen_by_a_stranger(district, public_id).current.code == "revoked"
        assert "credential.revoked" in actions(district, public_id)
    again = office.post("/desk/revoke", page=path, id=[one], reason="Twice.")
    assert again.status_code == 422
    page = office.get(f"{PAGE}/{one}").text
    assert "Given by mistake." in page
    office.post(f"{PAGE}/{one}/reason", page=f"{PAGE}/{one}", reason="Given to a colleague.")
    assert "Given to a colleague." in office.get(f"/credentials/{one}.html").text
    too_long = office.post(f"{PAGE}/{one}/reason", page=f"{PAGE}/{one}", reason="x" * 501)
    assert (too_long.status_code, "x" * 501 in too_long.text) == (422, True)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (KeysError("locked"), "once the keys are unlocked"),
        (OSError(28, "No space left on device"), "once the disk"),
        (lists.BackupError("older"), "mintmark after-restore"),
    ],
)
def test_what_could_not_be_published_is_when_it_is_withdrawn_again(
    district, office, issue, monkeypatch, error, remedy
):
    one = issue(f"u-{type(error).__name__}")
    path = f"/desk/revoke?id={one}"
    with monkeypatch.context() as trouble:
        trouble.setattr(lists, "publish", Mock(side_effect=error))
        for _ in range(2):
            answer = office.post("/desk/revoke", page=path, id=[one], reason="By mistake.")
            assert remedy in office.get(answer.location).text
    assert "verifiers are told now" in office.get(path).text
    done = office.post("/desk/revoke", page=path, id=[one])
    assert "Every verifier sees it" in office.get(done.location).text
    assert seen_by_a_stranger(district, one).current.code == "revoked"
    assert actions(district, one).count("credential.revoked") == 1


def test_withdrawing_needs_a_sign_in_of_just_now_and_keeps_what_was_typed(district, issue):
    one = issue("r3")
    tired = district.browser(
        district.add("Otto Office", Role.OFFICE), signed_in_ago=timedelta(hours=1)
    )
    path = f"/desk/revoke?id={one}"
    answer = tired.post("/desk/revoke", page=path, id=[one], reason="Typed with care.")
    assert answer.location.startswith("/sign-in?lands_on=")
    assert seen_by_a_stranger(district, one).current.answer == "yes"
    form = re.search(r"/kept/[\w-]+", answer.location.replace("%2F", "/"))[0]
    assert "Typed with care." in tired.get(form).text


@pytest.mark.parametrize("chosen", ["?id=none", "?id=none&id=nobody"])
def test_what_is_not_there_is_not_withdrawn(office, chosen):
    assert office.get(f"/desk/revoke{chosen}").status_code == 404


def test_where_no_mail_leaves_the_office_is_told_to_tell_the_teacher(office, issue):
    text = office.get(f"/desk/revoke?id={issue('no-mail')}").text
    assert "tell the teacher yourself" in text
    assert "by mail" not in text


def test_where_no_mail_leaves_each_page_says_so(office, issue):
    one = issue("no-mail-2")
    form = f"/desk/revoke?id={one}"
    done = office.post("/desk/revoke", page=form, id=[one], reason="A mistake.").location
    text = office.get(done).text
    assert "No mail server is set up: tell the teacher yourself." in text
    assert "No mail was sent, because no mail server is set up." in text
    deliveries = office.get("/desk/deliveries").text
    assert "Mail is not set up on this server; whoever runs it" in deliveries
    assert "everything has left" not in deliveries


def test_nothing_chosen_leads_back(office):
    assert office.get("/desk/revoke").location == "/desk?done=none"


def test_one_that_waits_to_be_signed_has_a_page_and_no_link(district, office, issue, monkeypatch):
    monkeypatch.setattr("issuer.issuance.cycle._finish", lambda *_: [])
    waiting = issue("w1", "Wanda Waiting")
    text = office.get(f"{PAGE}/{waiting}").text
    assert "Waits to be signed" in text
    assert "new link" not in text
    assert office.post(f"{PAGE}/{waiting}/link", page=f"{PAGE}/{waiting}").status_code == 422
    with district.issuer.database.reading() as session:
        which = select(CredentialRow.state).where(CredentialRow.public_id == waiting)
        assert session.scalar(which) == prepare.CredentialState.PREPARED
