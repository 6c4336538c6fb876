"""What came in by webhook and what became of it; and a mail that leaves again."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address

import pytest
from sqlalchemy import select

from issuer import issuance
from issuer.__main__ import main
from issuer.app import create_app
from issuer.approvals.webhook import deliveries
from issuer.audit import log
from issuer.home.issuer import Issuer
from issuer.home.mail_settings import Mail
from issuer.issuance import letters
from issuer.messages import KINDS
from issuer.outbox import queue
from issuer.outbox.tables import OutboxRow
from issuer.webhooks import standard_webhooks


def now():
    return datetime.now(UTC)


@pytest.fixture
def post(any_issuer, approval):
    app = create_app(any_issuer.settings)
    secret = any_issuer.settings.sources[0].secrets[0]

    def send(event_id, body=None, **members):
        data = json.loads(approval(**members).content) if body is None else None
        event = {"type": "micro_credential.approved", "timestamp": "2026-05-15T15:00:00Z"}
        body = body or json.dumps(event | {"data": data}).encode()
        signed = standard_webhooks.sign([secret], message_id=event_id, now=now(), body=body)
        headers = {"Content-Type": "application/json", **signed}
        return app.test_client().post("/webhooks/approvals", data=body, headers=headers)

    yield send
    app.extensions["mintmark"].database.close()


def listed(issuer):
    with issuer.database.reading() as session:
        came = [(delivery.event_id, delivery.state) for delivery in deliveries.accepted(session)]
        refused = [(row.event_id, row.problem, row.detail) for row in deliveries.refused(session)]
    return came, refused


def test_what_came_in_is_listed_with_what_became_of_it(any_issuer, post):
    assert post("e-1").status_code == 201
    assert post("e-2", b"nonsense").status_code == 400
    assert post("e-3", levels={"Jordan Example": "met"}).status_code == 422
    assert post("e-4", provider_number="X-1").status_code == 409
    came, refused = listed(any_issuer)
    assert came == [("e-1", "issued")]
    assert [row[:2] for row in refused] == [
        ("e-4", "approval-differs"),
        ("e-3", "approval-refused"),
        ("e-2", "not-json"),
    ]
    assert "levels" in refused[1][2]
    assert "Jordan" not in repr(refused)  # a sender's word may be a name


def test_what_is_accepted_later_is_refused_no_more(any_issuer, post):
    post("e-1", levels={})
    post("e-1", levels={"learning": "met"})
    assert len(listed(any_issuer)[1]) == 1
    assert post("e-1").status_code == 201
    assert listed(any_issuer) == ([("e-1", "issued")], [])


def test_nothing_is_kept_of_who_is_not_known(any_issuer, post):
    app = create_app(any_issuer.settings)
    body = b"{}"
    assert app.test_client().post("/webhooks/approvals", data=body).status_code == 401
    app.extensions["mintmark"].database.close()
    assert listed(any_issuer) == ([], [])


def test_pages_of_what_came_in_follow_each_other(any_issuer, approval):
    for number in range(5):
        sent = approval(f"a-{number}")
        issuance.receive(any_issuer, sent, source="forms", event_id=f"e-{number}", now=now())
    with any_issuer.database.reading() as session:
        first = deliveries.accepted(session, size=3)
        rest = deliveries.accepted(session, size=3, before=first[-1].key)
    assert [delivery.event_id for delivery in first + rest] == [
        f"e-{number}" for number in range(4, -1, -1)
    ]


def test_a_mail_leaves_again_to_another_address(any_issuer, approval):
    mail = Mail("mail.example", 25, Address("B", "b", "d.example"), tls="none", language="en")
    issuer = Issuer(replace(any_issuer.settings, mail=mail))
    sent = issuance.receive(issuer, approval(), source="forms", event_id="e-1", now=now())
    one = sent.credential_id
    letters.send_again(issuer, one, address="j@home.example", by="person:7", now=now())
    with issuer.database.reading() as session:
        assert [row.address for row in queue.about(session, one)] == [None, "j@home.example"]
        assert log.about(session, one)[-1].action == "mail.sent_again"
        row = session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc())).first()
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            letters.mail, "deliver", lambda letter, *_: seen.append(tuple(letter.addresses))
        )
        KINDS["issued"].send(issuer, row)
    assert seen == [("j@home.example",)]
    issuer.database.close()


def test_the_commands_list_and_mail(issuer, home, approval, capsys):
    issuance.receive(issuer, approval(), source="forms", event_id="e-1", now=now())
    assert main(["--home", str(home), "deliveries"]) == 0
    assert "forms  e-1  issued" in capsys.readouterr().out
    assert (
        main(["--home", str(home), "holder-link", "jordan", "--mail", "--to", "x@y.example"]) == 0
    )
    with issuer.database.reading() as session:
        assert session.scalars(select(OutboxRow.address)).all() == ["x@y.example"]
