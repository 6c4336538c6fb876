"""Deliveries on a page: what came in, what waits, and mails that leave again."""

import pytest
from sqlalchemy import update

from issuer.approvals.webhook import deliveries
from issuer.audit import log
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.outbox import queue
from issuer.outbox.tables import MessageState, OutboxRow
from verifier import clock


@pytest.fixture
def dead(district, issued):
    """The number of a mail that was given up, and one waits."""
    with district.issuer.database.writing() as session:
        for about in issued[:2]:
            queue.put(session, "issued", about, host="localhost", now=clock.now())
        session.flush()
        first, second = session.query(OutboxRow).order_by(OutboxRow.id.desc()).limit(2)
        first.state, first.error, first.attempts = MessageState.DEAD, "refused (550)", 1
        second.error = "the server could not be asked (TimeoutError)"
        number = first.id
    yield number
    with district.issuer.database.writing() as session:
        session.query(OutboxRow).delete()


def test_what_came_in_is_shown_with_what_became_of_it(district, office, issued):
    page = office.get("/desk/deliveries").text
    assert "District/1" in page
    assert "Zoë Nguyễn" in page
    assert page.count("issued") >= len(issued)


def test_refusals_are_shown_with_what_was_wrong(district, office):
    with district.issuer.database.writing() as session:
        session.add(
            deliveries.RefusedRow(
                source="forms",
                event_id="e-99",
                problem="schema",
                detail="data.levels missing",
                received_at=clock.now(),
            )
        )
    page = office.get("/desk/deliveries").text
    assert "e-99" in page
    assert "data.levels missing" in page


def test_an_operator_sees_what_failed_and_nobody_by_name(operator, issued, dead):
    """An operator mends mail, and needs no content of it."""
    page = operator.get("/desk/deliveries").text
    assert "refused (550)" in page
    assert "Zoë Nguyễn" not in page
    assert "school.example" not in page


def test_the_office_cannot_tell_that_a_mail_about_a_decision_waits(
    district, office, operator, dead
):
    """I12: with the mail server away, it would tell that something came back."""
    before = office.get("/desk/deliveries").text
    with district.issuer.database.writing() as session:
        queue.put(session, "decision", "p" * 22, host="localhost", now=clock.now())
    assert office.get("/desk/deliveries").text == before
    assert "2 mails wait" in operator.get("/desk/deliveries").text


def test_the_office_sees_that_an_answer_of_its_own_waits(district, office, dead):
    with district.issuer.database.writing() as session:
        queue.put(session, "claim-answered", "c" * 22, host="localhost", now=clock.now())
    page = office.get("/desk/deliveries").text
    assert "An answer to a name question" in page
    assert "2 mails wait" in page


def test_a_mail_that_was_given_up_is_sent_again_and_the_log_knows(district, office, dead):
    answer = office.post("/desk/deliveries/mails", number=str(dead))
    assert answer.status_code == 303
    with district.issuer.database.reading() as session:
        row = session.get_one(OutboxRow, dead)
        assert (row.state, row.attempts) == (MessageState.WAITING, 0)
        assert [entry.details for entry in log.about(session, "outbox")][-1] == {"mails": 1}


def test_all_of_them_are_tried_at_once(district, office, dead):
    office.post("/desk/deliveries/mails")
    with district.issuer.database.reading() as session:
        left = queue.undelivered(session)
        assert {row.state for row in left} == {MessageState.WAITING}
        assert all(row.due_at <= clock.now() for row in left)


@pytest.mark.parametrize("number", ["x", "²", "9" * 40, "-1", "0"])
def test_an_odd_number_sends_nothing(district, office, dead, number):
    assert office.post("/desk/deliveries/mails", number=number).status_code == 303
    with district.issuer.database.reading() as session:
        assert session.get_one(OutboxRow, dead).state == MessageState.DEAD


@pytest.mark.parametrize("before", ["x", "9" * 40, "-1", "²"])
def test_an_odd_page_is_no_error(office, before):
    assert office.get(f"/desk/deliveries?before={before}").status_code == 200


def test_what_waits_is_signed_when_asked(district, office, issued):
    with district.issuer.database.writing() as session:
        waits = CredentialRow.public_id == issued[3]
        values = {"state": CredentialState.QUARANTINED, "problem": "a clock was wrong"}
        session.execute(update(CredentialRow).where(waits).values(**values))
    assert "a clock was wrong" in office.get("/desk/deliveries").text
    office.post("/desk/deliveries/credentials")
    assert "a clock was wrong" not in office.get("/desk/deliveries").text


def test_the_page_takes_few_queries_and_changes_nothing(office, issued, statements, dead):
    statements.clear()
    office.get("/desk/deliveries")
    assert len(statements) <= 12
    assert [text for text in statements if text.startswith(("INSERT", "UPDATE", "DELETE"))] == []
