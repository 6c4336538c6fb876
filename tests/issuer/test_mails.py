"""What teachers are told about a credential, and when: never after the fact, and once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address

import pytest
from sqlalchemy import select, update

from issuer import issuance
from issuer.home.mail_settings import Mail
from issuer.issuance import ending
from issuer.issuance.records.tables import CredentialRow, Revocation
from issuer.issuance.status_lists import lists
from issuer.messages import KINDS
from issuer.outbox import worker
from issuer.outbox.tables import MessageState, OutboxRow
from issuer.sharing.holder import holder

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def mailing(any_issuer, sink):
    sender = Address("Prairie Example District", addr_spec="badges@prairie.example")
    mail = Mail("127.0.0.1", sink.port, sender, "none", "en")
    any_issuer.settings = replace(any_issuer.settings, mail=mail)
    return any_issuer


def issue(issuer, approval, *, ends=None, issued=NOW, **members):
    if ends:
        members["valid_until"] = f"{ends:%Y-%m-%dT%H:%M:%SZ}"
    content = approval(**members)
    received = issuance.receive(issuer, content, source="forms", event_id="e-1", now=NOW)
    with issuer.database.writing() as session:
        session.execute(update(CredentialRow).values(issued_at=issued))
    return received


def deliver(issuer, now=NOW):
    return worker.deliver_due(issuer, KINDS, now=lambda: max(now, datetime.now(UTC)))


def states(issuer):
    with issuer.database.reading() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        return [(row.kind, row.state) for row in rows]


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def test_who_had_a_credential_is_told_that_it_was_withdrawn_and_why(mailing, approval, sink):
    received = issue(mailing, approval)
    deliver(mailing)
    about, by = received.credential_id, {"by": "x", "now": NOW}
    for _ in range(2):
        lists.revoke(mailing, about, reason="Issued to a namesake.", **by)
    lists.correct_reason(mailing, about, reason="Issued to another Jordan.", **by)
    assert deliver(mailing) == (1, 0)
    _, withdrawal = sink.mails
    assert withdrawal["Subject"].startswith("Your credential was withdrawn: Composing")
    assert "Issued to another Jordan." in text_of(withdrawal)
    assert received.manage_url in text_of(withdrawal)


def test_a_credential_that_is_withdrawn_first_is_not_announced(mailing, approval, sink):
    received = issue(mailing, approval)
    lists.revoke(mailing, received.credential_id, reason="A mistake.", by="x", now=NOW)
    assert deliver(mailing) == (1, 0)
    assert states(mailing) == [
        ("issued", MessageState.OVERTAKEN),
        ("withdrawn", MessageState.DELIVERED),
    ]
    assert len(sink.mails) == 1


def test_without_a_mail_server_nothing_is_kept(issuer, approval):
    received = issue(issuer, approval, ends=NOW + 30 * DAY, issued=NOW - 300 * DAY)
    lists.revoke(issuer, received.credential_id, reason="A mistake.", by="x", now=NOW)
    holder.renew_link(issuer, received.credential_id, by="x", now=NOW)
    ending.look(issuer, NOW)
    assert states(issuer) == []


@pytest.mark.parametrize(
    ("left", "since", "times"),
    [
        pytest.param(61 * DAY, 300 * DAY, 0, id="not-yet"),
        pytest.param(60 * DAY, 300 * DAY, 1, id="sixty-days-before"),
        pytest.param(DAY, 300 * DAY, 1, id="the-day-before"),
        pytest.param(40 * DAY, 10 * DAY, 0, id="short-ones-were-told-at-once"),
        pytest.param(None, 300 * DAY, 0, id="without-an-end"),
    ],
)
def test_who_is_told_that_a_credential_will_end(mailing, approval, left, since, times):
    issue(mailing, approval, ends=left and NOW + left, issued=NOW - since)
    for _ in range(2):
        ending.look(mailing, NOW)
    assert [kind for kind, _ in states(mailing)] == ["issued", *["ending"] * times]


def test_nobody_is_told_after_it_ended(mailing, approval):
    issue(mailing, approval, ends=NOW + DAY, issued=NOW - 300 * DAY)
    ending.look(mailing, NOW + 2 * DAY)
    assert [kind for kind, _ in states(mailing)] == ["issued"]


def test_the_mail_that_it_will_end_says_when(mailing, approval, sink):
    ends = NOW + 30 * DAY
    issue(mailing, approval, ends=ends, issued=NOW - 300 * DAY)
    deliver(mailing)
    worker.look(mailing, KINDS, now=NOW)
    assert deliver(mailing) == (1, 0)
    day = f"{ends:%B} {ends.day}, {ends.year}"
    assert sink.mails[1]["Subject"].startswith(f"In force until {day}: ")
    assert f"in force until {day}" in text_of(sink.mails[0])


def test_what_was_withdrawn_since_is_not_said_to_end(mailing, approval, sink):
    received = issue(mailing, approval, ends=NOW + 30 * DAY, issued=NOW - 300 * DAY)
    deliver(mailing)
    ending.look(mailing, NOW)
    with mailing.database.writing() as session:
        row = session.scalars(select(CredentialRow)).one()
        place = {"list_number": row.list_number, "list_index": row.list_index}
        session.add(Revocation(**place, reason="x", revoked_at=NOW))
    assert deliver(mailing) == (0, 0)
    assert states(mailing)[1:] == [("ending", MessageState.OVERTAKEN)]
    assert received.credential_id
    assert len(sink.mails) == 1


def test_nobody_is_told_where_the_district_says_so(mailing, approval):
    mailing.settings = replace(mailing.settings, mail=replace(mailing.settings.mail, ending_days=0))
    issue(mailing, approval, ends=NOW + 30 * DAY, issued=NOW - 300 * DAY)
    ending.look(mailing, NOW)
    assert [kind for kind, _ in states(mailing)] == ["issued"]


def test_a_new_link_is_mailed_and_only_the_newest(mailing, approval, sink):
    received = issue(mailing, approval)
    deliver(mailing)
    holder.renew_link(mailing, received.credential_id, by="x", now=NOW)
    newest = holder.renew_link(mailing, received.credential_id, by="x", now=NOW)
    assert deliver(mailing) == (1, 0)
    assert [kind for kind, state in states(mailing) if state == MessageState.OVERTAKEN] == [
        "renewed"
    ]
    assert newest in text_of(sink.mails[1]).splitlines()
    assert newest != received.manage_url


@pytest.mark.parametrize(
    ("stated", "of_achievement", "sentence"),
    [
        ("es-MX", None, "Hola"),
        ("en", "es", "Hello"),
        (None, "es", "Hola"),
        ("fr", "es", "Hola"),
        ("fr", None, "Hello"),
    ],
)
def test_the_language_is_that_of_the_person_else_of_the_achievement_else_of_the_district(
    mailing, approval, sink, stated, of_achievement, sentence
):
    person = {"name": "Jordan Example", "emails": ["jordan@school.example"]}
    words = {"name": "Ritmos", "description": "Ritmos en clase.", "criteria": "Tres clases."}
    own = {**words, "rubric": {"id": "completion"}}
    if of_achievement:
        own["in_language"] = of_achievement
    issue(
        mailing,
        approval,
        recipient=person | ({"language": stated} if stated else {}),
        achievement=own,
    )
    deliver(mailing)
    assert sentence in text_of(sink.mails[0])


def test_two_processes_that_look_at_once_tell_once(mailing, approval):
    import threading

    issue(mailing, approval, ends=NOW + 30 * DAY, issued=NOW - 300 * DAY)
    looks = [threading.Thread(target=ending.look, args=(mailing, NOW)) for _ in range(4)]
    for thread in looks:
        thread.start()
    for thread in looks:
        thread.join()
    assert [kind for kind, _ in states(mailing)] == ["issued", "ending"]
