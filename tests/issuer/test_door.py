"""One door for approvals (D17): what comes from inside is as safe as what a webhook sends."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from issuer import issuance
from issuer.catalog import versions
from issuer.home.settings import PROGRAM
from issuer.issuance import ApprovalOutcome, ConflictError
from issuer.issuance.door import RestoredError
from issuer.issuance.problems import Refused
from issuer.issuance.records.approval_tables import ApprovalRow, EventRow
from issuer.issuance.records.tables import CredentialRow, StatusList
from issuer.issuance.status_lists import lists, mark


def now():
    return datetime.now(UTC)


def approve(issuer, approval, also=lambda session: None):
    """Approve from inside, with more work in the same transaction."""

    def work(session):
        also(session)
        return issuance.approve(session, issuer, approval, source=PROGRAM, now=now())

    return issuance.in_transaction(issuer, work, now=now())


def counts(issuer):
    with issuer.database.reading() as session:
        rows = [
            session.scalar(select(func.count()).select_from(table))
            for table in (ApprovalRow, EventRow, CredentialRow)
        ]
        return (*rows, session.scalar(select(func.sum(StatusList.next_place))) or 0)


def public_id(issuer, prepared):
    with issuer.database.reading() as session:
        return session.get_one(CredentialRow, prepared.key).public_id


def test_what_is_approved_inside_is_issued_once_it_is_committed(any_issuer, approval):
    prepared = approve(any_issuer, approval())
    address = public_id(any_issuer, prepared)
    assert issuance.find(any_issuer, address) is None
    assert issuance.issue(any_issuer, [prepared.key], now=now()) == []
    assert issuance.find(any_issuer, address).approval.source == PROGRAM
    assert counts(any_issuer) == (1, 0, 1, 1)  # nothing was delivered, so there is no event


def test_the_same_approval_again_is_the_same_credential(any_issuer, approval):
    first, again = (approve(any_issuer, approval()) for _ in range(2))
    assert (again.key, first.new, again.new) == (first.key, True, False)
    with pytest.raises(ConflictError):
        approve(any_issuer, approval(provider_number="X-2"))
    assert counts(any_issuer)[0] == 1


def test_a_transaction_that_is_undone_leaves_nothing(any_issuer, approval):
    before = counts(any_issuer)
    with any_issuer.database.writing() as session:
        issuance.approve(session, any_issuer, approval(), source=PROGRAM, now=now())
        session.rollback()
    assert counts(any_issuer) == before


def test_what_the_rules_refuse_undoes_the_whole_transaction(any_issuer, approval):
    unknown = approval(achievement={"id": "drums"})
    with pytest.raises(Refused):
        approve(any_issuer, unknown, also=lambda s: lists.places.open_list(s, size=8, now=now()))
    assert counts(any_issuer) == (0, 0, 0, 0)


def test_a_lost_race_is_run_again(any_issuer, approval):
    lost = iter([True, True])

    def lose(session):
        if next(lost, False):
            raise IntegrityError("", {}, Exception("stored by another worker"))

    assert approve(any_issuer, approval(), also=lose).new
    assert counts(any_issuer)[0] == 1


def test_a_restored_database_hands_out_no_place_twice(issuer, approval):
    """P2: the mark in `public/` is ahead of the database; the door mends it and goes on."""
    lists.begin(issuer, now=now())
    mark.keep_up(issuer.settings, mark.Position(1, 7))
    with pytest.raises(RestoredError), issuer.database.writing() as session:
        issuance.approve(session, issuer, approval(), source=PROGRAM, now=now())
    key = approve(issuer, approval()).key
    with issuer.database.reading() as session:
        assert session.get_one(CredentialRow, key).list_number > 1


def test_two_sources_may_use_one_approval_id(any_issuer, approval):
    inside = approve(any_issuer, approval())
    received = issuance.receive(any_issuer, approval(), source="forms", event_id="e-1", now=now())
    assert received.outcome is ApprovalOutcome.ISSUED
    assert received.credential_id != public_id(any_issuer, inside)


def test_the_source_of_the_program_comes_from_inside_alone(issuer, approval):
    with pytest.raises(ValueError, match="program"):
        issuance.receive(issuer, approval(), source=PROGRAM, event_id="e-1", now=now())
    assert counts(issuer)[0] == 0


def test_what_is_retired_is_refused_to_everybody_but_the_program(issuer, approval):
    """A project that began goes on; what came before comes again, and is corrected."""

    def receive(one, event):
        return issuance.receive(issuer, one, source="forms", event_id=event, now=now())

    first = receive(approval(), "e-1")
    with issuer.database.writing() as session:
        versions.retire(session, "rhythms", now=now())
    with pytest.raises(Refused) as refused:
        receive(approval(approval_id="a-2"), "e-2")
    (flaw,) = refused.value.flaws
    assert (flaw.code, flaw.detail) == ("retired", "is offered no more")
    assert "mintmark catalog offer rhythms" in flaw.remedy
    assert receive(approval(), "e-3").credential_id == first.credential_id
    corrected = approval(revision=2, reason="A number.", provider_number="X-2")
    assert receive(corrected, "e-4").outcome is ApprovalOutcome.ISSUED
    assert approve(issuer, approval(approval_id="a-5")).new
