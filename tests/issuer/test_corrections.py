"""A correction supersedes (D19): one revision, one credential, one place, for ever."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from unittest.mock import Mock

import pytest
from sqlalchemy import func, select

from issuer import issuance
from issuer.app import create_app
from issuer.audit import log
from issuer.database.database import UnavailableError
from issuer.home import published
from issuer.home.issuer import Issuer
from issuer.home.mail_settings import Mail
from issuer.issuance import ApprovalOutcome, ConflictError, letters
from issuer.issuance.finish import finish_pending
from issuer.issuance.prepare import Arrived
from issuer.issuance.problems import Refused
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow, CredentialState, Revocation
from issuer.issuance.status_lists import lists, supersede
from issuer.messages import KINDS
from issuer.outbox import worker
from issuer.outbox.tables import OutboxRow
from issuer.sharing import decision
from issuer.sharing.collections import collection
from issuer.sharing.collections.collection import Edited
from issuer.sharing.decision import Decision, Visibility
from issuer.sharing.holder import holder
from issuer.sharing.shared import find_shared
from verifier import clock, verify
from verifier.report import Answer

NAMES = {
    "the same": {"name": "Jordan Example", "emails": ["jordan@school.example"]},
    "spelled right": {"name": "Jordán Example", "emails": ["jordan@school.example"]},
    "one address of two": {
        "name": "Jordan Other",
        "emails": ["j@home.example", "Jordan@School.example"],
    },
    "somebody else": {"name": "Jordan Example", "emails": ["sam@school.example"]},
}


def now():
    return datetime.now(UTC)


@pytest.fixture
def send(any_issuer, approval):
    """Deliver revision `n` of an approval; return what became of it."""

    def deliver(revision=None, event=None, issuer=any_issuer, **members):
        if revision and revision > 1:
            members = {"reason": "A wrong name.", **members}
        content = approval("a-1", revision=revision, **members)
        event = event or f"e-{revision}-{now().timestamp()}"
        return issuance.receive(issuer, content, source="forms", event_id=event, now=now())

    return deliver


def current(issuer, public_id):
    row = issuance.find(issuer, public_id)
    return verify(row.json, fetch=published.fetch_own(issuer.settings), now=now()).current


def rows(issuer, table):
    with issuer.database.reading() as session:
        return session.scalars(select(table)).all()


def test_a_correction_supersedes_for_a_strangers_verifier_at_once(any_issuer, send):
    """P7: the list is published before the sender has an answer."""
    old, new = send(), send(2, recipient=NAMES["spelled right"])
    assert (new.outcome, new.superseded_by) == (ApprovalOutcome.ISSUED, None)
    assert new.credential_id != old.credential_id
    assert current(any_issuer, old.credential_id).answer is Answer.NO
    assert current(any_issuer, new.credential_id).answer is Answer.YES
    assert "Jordán" in issuance.find(any_issuer, new.credential_id).json.decode()
    with any_issuer.database.reading() as session:
        acts = [(e.actor, e.action, e.details) for e in log.about(session, old.credential_id)]
    by = ("source:forms", "credential.superseded", {"by": new.credential_id})
    assert acts[-1] == by


def test_the_newest_plus_one_is_accepted_and_nothing_else(any_issuer, send):
    first = send()
    second = send(2, provider_number="X-2")
    assert send().superseded_by == second.credential_id  # an old one again
    assert send(1).credential_id == first.credential_id  # as if the number were not said
    again = send(2, provider_number="X-2", reason="Told in other words.")
    assert (again.outcome, again.credential_id) == (ApprovalOutcome.ALREADY, second.credential_id)
    third = send(3)  # the content of the first once more
    for old, newer in ((1, third), (2, third)):
        members = {"provider_number": "X-2"} if old == 2 else {}
        assert send(old, **members).superseded_by == newer.credential_id
    for revision, members in (
        (1, {"provider_number": "X-9"}),
        (2, {}),
        (5, {}),
        (3, {"levels": {}}),
    ):
        with pytest.raises(ConflictError) as refused:
            send(revision, **members)
        assert refused.value.newest == 3
        assert "newest revision is 3" in str(refused.value)
    assert len(rows(any_issuer, ApprovalRow)) == 3


def test_a_correction_of_nothing_is_a_conflict(send):
    with pytest.raises(ConflictError) as refused:
        send(2)
    assert refused.value.newest == 0


def test_a_correction_says_why(any_issuer, send):
    send()
    with pytest.raises(Refused) as refused:
        send(2, reason=None)
    assert [flaw.field for flaw in refused.value.flaws] == ["data.reason"]
    new = send(2, reason="It named her former husband.")
    text = issuance.find(any_issuer, new.credential_id).json.decode()
    assert "husband" not in text
    assert "husband" not in repr([row.reason for row in rows(any_issuer, Revocation)])


def test_the_same_event_cannot_bring_another_revision(send):
    """T26."""
    send(event="e-1")
    with pytest.raises(ConflictError) as refused:
        send(2, event="e-1")
    assert refused.value.which == "event_id"


def test_two_corrections_at_once_are_one(any_issuer, send, approval):
    send()
    sent = [
        Arrived(approval("a-1", revision=2, reason=why, provider_number=number), event)
        for why, number, event in (("x", "A", "e-a"), ("y", "B", "e-b"), ("z", "A", "e-c"))
    ]
    results = issuance.receive_all(any_issuer, sent, source="forms", now=now())
    assert [type(result).__name__ for result in results] == [
        "Received",
        "ConflictError",
        "Received",
    ]
    assert results[0].credential_id == results[2].credential_id


@pytest.mark.parametrize("who", NAMES)
def test_link_and_choices_go_along_with_the_person_alone(any_issuer, send, who):
    issuer = any_issuer
    old = send()
    with issuer.database.writing() as session:
        key = session.scalar(select(CredentialRow.id))
        decision.write(session, key, Decision(Visibility.PUBLIC, show_levels=True), now=now())
    link = holder.renew_link(issuer, old.credential_id, by="holder", now=now())
    new = send(2, recipient=NAMES[who])
    client = create_app(issuer.settings).test_client()
    opened = issuance.managed(issuer, link.rpartition("/")[2])
    stale = issuance.managed(issuer, old.manage_url.rpartition("/")[2])
    there = find_shared(issuer, new.credential_id)
    again = send()
    page = client.get(f"/credentials/{old.credential_id}.html")
    if who == "somebody else":
        assert opened.public_id == old.credential_id
        assert there.decision == Decision()
        assert again.manage_url is None
        for path in (f"/credentials/{old.credential_id}.html", link.partition("8202")[2]):
            answer = client.get(path)
            assert answer.status_code == 410
            assert "withdrawn" in answer.text
            for more in (new.credential_id, "Jordan", "rhythms", "wrong name", "corrected"):
                assert more not in answer.text
        for form in ("json", "jwt", "pdf"):
            assert client.get(f"/credentials/{old.credential_id}.{form}").status_code == 410
    else:
        assert opened.public_id == new.credential_id
        assert stale is None
        assert there.decision == Decision(Visibility.PUBLIC, show_levels=True)
        assert again.manage_url == new.manage_url
        assert (page.status_code, new.credential_id in page.text) == (200, True)
        assert "wrong name" not in page.text
    client.application.extensions["mintmark"].database.close()


def test_a_did_is_a_person_too(any_issuer, send):
    did = "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
    send(recipient={"name": "J", "emails": ["a@old.example"], "did": did})
    new = send(2, recipient={"name": "J", "emails": ["b@new.example"], "did": did})
    assert send(recipient={"name": "J", "emails": ["a@old.example"], "did": did}).manage_url == (
        new.manage_url
    )


def test_a_wrong_person_between_does_not_cut_off_the_right_one(any_issuer, send):
    first = send()
    second = send(2, recipient=NAMES["somebody else"])
    third = send(3, recipient=NAMES["spelled right"])
    opened = issuance.managed(any_issuer, first.manage_url.rpartition("/")[2])
    assert opened.public_id == third.credential_id
    wrong = issuance.managed(any_issuer, second.manage_url.rpartition("/")[2])
    assert wrong.public_id == second.credential_id


def test_what_the_holder_hides_later_is_hidden_at_the_old_link_too(any_issuer, send):
    """D14."""
    old, new = send(), send(2, recipient=NAMES["spelled right"])
    holder.decide(any_issuer, new.credential_id, Decision(Visibility.PRIVATE), now=now())
    assert find_shared(any_issuer, old.credential_id).private


def test_while_keys_are_locked_the_old_one_stays_in_force(any_issuer, send):
    old = send()
    passphrase = any_issuer.settings.passphrase_file
    away = passphrase.rename(passphrase.with_name("away"))
    locked = Issuer(any_issuer.settings)
    new = send(2, issuer=locked, recipient=NAMES["spelled right"])
    assert new.outcome is ApprovalOutcome.STORED
    assert send().superseded_by is None
    assert current(any_issuer, old.credential_id).answer is Answer.YES
    third = send(3, issuer=locked)
    away.rename(passphrase)
    assert [error for _, error in finish_pending(any_issuer, now=clock.now)] == [None, None]
    assert current(any_issuer, old.credential_id).answer is Answer.NO
    assert current(any_issuer, new.credential_id).answer is Answer.NO
    assert current(any_issuer, third.credential_id).answer is Answer.YES
    locked.database.close()


def test_a_revision_that_is_signed_late_takes_no_place(any_issuer, send):
    first = send()
    passphrase = any_issuer.settings.passphrase_file
    away = passphrase.rename(passphrase.with_name("away"))
    locked = Issuer(any_issuer.settings)
    second = send(2, issuer=locked, recipient=NAMES["spelled right"])
    away.rename(passphrase)
    third = send(3)
    assert list(finish_pending(any_issuer, now=clock.now)) == []
    assert issuance.find(any_issuer, second.credential_id) is None
    answers = [current(any_issuer, received.credential_id).answer for received in (first, third)]
    assert answers == [Answer.NO, Answer.YES]
    late = send(2, recipient=NAMES["spelled right"])
    assert (late.outcome, late.superseded_by) == (ApprovalOutcome.ALREADY, third.credential_id)
    assert send().superseded_by == third.credential_id
    locked.database.close()


def test_what_was_revoked_by_mistake_is_issued_again_and_supersedes(any_issuer, send):
    old = send()
    lists.revoke(any_issuer, old.credential_id, reason="twice", by="command", now=now())
    new = send(2, reason="It was revoked by mistake.")
    assert current(any_issuer, new.credential_id).answer is Answer.YES
    assert [row.reason for row in rows(any_issuer, Revocation)] == ["twice"]
    opened = issuance.managed(any_issuer, old.manage_url.rpartition("/")[2])
    assert opened.public_id == new.credential_id


@pytest.mark.parametrize(
    ("who", "kinds"),
    [("spelled right", ["issued", "corrected"]), ("somebody else", ["issued", "issued"])],
)
def test_the_mail_is_queued_in_the_same_commit(any_issuer, approval, who, kinds):
    """D11."""
    mail = Mail("mail.example", 25, Address("B", "b", "d.example"), tls="none", language="en")
    mailing = Issuer(replace(any_issuer.settings, mail=mail))
    for number, person in ((1, "the same"), (2, who)):
        more = {"revision": 2, "reason": "x"} if number == 2 else {}
        content = approval("a-1", recipient=NAMES[person], **more)
        issuance.receive(mailing, content, source="forms", event_id=f"e-{number}", now=now())
    queued = sorted(rows(any_issuer, OutboxRow), key=lambda row: row.id)
    assert [row.kind for row in queued] == kinds
    mailing.database.close()


def test_a_list_that_was_not_published_is_published_by_the_next_delivery(
    any_issuer, send, monkeypatch
):
    """P7: killed between the commit and the file."""
    old = send()
    monkeypatch.setattr(supersede, "publish", lambda *_, **_more: None)
    send(2)
    assert current(any_issuer, old.credential_id).answer is Answer.YES
    monkeypatch.setattr(supersede, "publish", Mock(side_effect=OSError("no space left")))
    with pytest.raises(UnavailableError):
        send(2)
    monkeypatch.undo()
    send(2)
    assert current(any_issuer, old.credential_id).answer is Answer.NO


def test_the_hourly_look_publishes_what_was_not_published(any_issuer, send, monkeypatch):
    """P7."""
    old = send()
    monkeypatch.setattr(supersede, "publish", lambda *_, **_more: None)
    send(2)
    lists.renew_all(any_issuer, now=clock.now())
    assert current(any_issuer, old.credential_id).answer is Answer.NO


def test_each_revision_has_a_place_of_its_own(any_issuer, send):
    """P2."""
    for revision in range(1, 6):
        send(revision)
    places = [(row.list_number, row.list_index) for row in rows(any_issuer, CredentialRow)]
    assert len(set(places)) == 5
    with any_issuer.database.reading() as session:
        alive = select(func.count()).where(CredentialRow.superseded_by.is_(None))
        assert session.scalar(alive.where(CredentialRow.state == CredentialState.ISSUED)) == 1


def test_the_digest_of_a_first_revision_is_what_it_was(approval):
    """An approval that was sent before there were revisions is still known."""
    assert approval(revision=1).digest == approval().digest
    assert json.loads(approval(revision=1).content) == json.loads(approval().content)


def test_the_mail_says_that_it_was_corrected_and_leads_to_the_new_one(
    issuer, approval, monkeypatch
):
    mail = Mail("mail.example", 25, Address("B", "b", "d.example"), tls="none", language="en")
    mailing, seen = Issuer(replace(issuer.settings, mail=mail)), []
    for number in (1, 2):
        more = {"revision": 2, "reason": "A wrong name."} if number == 2 else {}
        content = approval("a-1", recipient=NAMES["spelled right"], **more)
        new = issuance.receive(mailing, content, source="forms", event_id=f"e-{number}", now=now())
    monkeypatch.setattr(
        letters.mail, "deliver", lambda letter, row, _: seen.append((letter.template, letter.words))
    )
    worker.deliver_due(mailing, KINDS, now=now)
    ((template, words),) = seen  # the one that it was ready is overtaken
    assert (template, words["manage_url"]) == ("mail/corrected.html", new.manage_url)
    assert new.credential_id in words["page"]
    assert "wrong name" not in repr(words)
    mailing.database.close()


def test_a_collection_shows_the_corrected_one(any_issuer, send):
    old = send()
    token = collection.create(
        any_issuer, Edited("Mine", links=old.manage_url), person=None, now=now()
    )
    new = send(2, recipient=NAMES["spelled right"])
    shown = collection.find_edited(any_issuer, token).shown
    assert [entry.shared.public_id for entry in shown] == [new.credential_id]
