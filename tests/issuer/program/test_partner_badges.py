"""A partner's badge as input: verified, its report kept, counted by a rule (R20, R22; B 5)."""

import io
import json
from dataclasses import replace

import pytest
from played import ANSWERS, COMPLETION, MET, Play

from issuer.issuance.records.tables import CredentialRow
from issuer.program import policy as policies
from issuer.program.evaluation.tables import ProjectDecisionRow
from issuer.program.partner_badges import checking, partners
from issuer.program.partner_badges.tables import PartnerBadgeRow
from issuer.program.projects.tables import ProjectRow
from issuer.program.records import disposal
from issuer.program.records.retention import Due, Record
from verifier import clock

ADDRESS = {"type": "IdentityObject", "hashed": False, "identityType": "emailAddress"}


@pytest.fixture
def play(district, world, monkeypatch):
    """A teacher with a project, and partners' badges out in a world of their own."""
    monkeypatch.setattr(checking, "WebFetch", lambda **_: world.fetch)
    new_play = Play(district)
    new_play.begin()
    return new_play


def badge(world, address="j@school.example"):
    document = world.badge()
    document["credentialSubject"]["identifier"] = [{**ADDRESS, "identityHash": address}]
    return world.issuer.sign(document)


def add(play, data):
    path = f"{play.project}/badges"
    file = (
        io.BytesIO(data if isinstance(data, bytes) else json.dumps(data).encode()),
        "badge.json",
    )
    answer = play.at_teacher.post(path, page=path, file=file)
    play.district.deliver()
    return answer.text, play.at_teacher.get(path).text


def list_partner(play, world):
    path = "/program/partners"
    return play.at_chief.post(path, page=path, name="Sample Learning", issuer=world.issuer.did)


def test_b5_a_badge_counts_once_its_issuer_is_a_partner_and_goes_into_the_credential(play, world):
    assert "not a listed partner" in add(play, badge(world))[1]
    assert world.issuer.did in play.at_chief.get("/program/partners").text
    list_partner(play, world)
    assert "It counts: it is verified" in play.at_teacher.get(f"{play.project}/badges").text
    play.hand_in(**ANSWERS)
    play.assign("proposal")
    judged = play.at_evaluator.get(play.assignment()).text
    assert "It counts: it is verified" in judged
    assert "Sample Learning" in judged
    play.judge(**MET)
    assert "Sample Learning" in play.at_chief.get("/program/requests/1").text
    play.release()
    play.add_evidence()
    with play.district.issuer.database.writing() as session:
        policy = replace(policies.current(session), three_sign_offs=False)
        policies.change(session, policy, by=None, now=clock.now())
    preview = play.at_teacher.get(play.project).text
    assert "no student is named" in preview
    will_say = preview.partition("What the credential will say")[2]
    assert "Reflections" in will_say.partition("Hand in the completed project")[0]
    play.hand_in(**COMPLETION)
    play.assign("completion")
    play.judge(**MET)
    play.release()
    play.district.deliver()
    with play.district.issuer.database.reading() as session:
        assert session.query(ProjectDecisionRow).count() == 2
        row = session.query(PartnerBadgeRow).one()
        evidence = json.loads(session.query(CredentialRow).one().json)["evidence"]
    assert [(item["name"], item.get("genre")) for item in evidence][1:] == [
        (row.name, "partner badge")
    ]


def test_the_badge_of_somebody_else_does_not_count(play, world):
    list_partner(play, world)
    page = add(play, badge(world, "kim@school.example"))[1]
    assert "It does not count." in page
    assert "It was issued to another name or address." in page


def test_what_could_not_be_checked_is_kept_said_and_checked_again(play, world, monkeypatch):
    monkeypatch.setattr(checking, "_AT_ONCE", 1)  # what is decided takes nobody's turn
    list_partner(play, world)
    add(play, badge(world, "kim@school.example"))
    document = badge(world)
    status = world.documents.pop(world.list_url)
    assert "Part of it could not be checked" in add(play, document)[1]
    issuer = play.district.issuer
    world.documents[world.list_url] = status
    with issuer.database.writing() as session:
        session.query(PartnerBadgeRow).update({"checked_at": clock.now() - checking.EVERY * 2})
    checking.look(issuer, clock.now())
    play.district.deliver()
    assert "It counts" in play.at_teacher.get(f"{play.project}/badges").text


def test_a_badge_that_is_erased_while_it_is_checked_stays_erased(play, world, monkeypatch):
    database = play.district.issuer.database

    def fetch_and_erase(*what, **how):
        with database.writing() as session:
            due = [Due(session.query(ProjectRow).one(), Record.EVIDENCE)]
            disposal.carry_out(session, due, by=None, now=clock.now())
        return world.fetch(*what, **how)

    monkeypatch.setattr(checking, "WebFetch", lambda **_: fetch_and_erase)
    add(play, badge(world))
    with database.reading() as session:
        row = session.query(PartnerBadgeRow).one()
    assert (row.submitted, row.report, row.name, row.issuer) == (None, None, "", "")


def test_a_file_without_a_badge_is_refused_and_one_can_be_taken_out(play, world):
    assert "We found no badge in this file" in add(play, b"Dear partner")[0]
    add(play, badge(world))
    with play.district.issuer.database.reading() as session:
        row = session.query(PartnerBadgeRow).one()
    path = f"{play.project}/badges"
    play.at_teacher.post(f"{path}/{row.public_id}", page=path, act="remove")
    assert "There is no badge yet." in play.at_teacher.get(path).text


def test_a_partner_needs_a_name_and_an_issuer(session, now):
    for name, issuer, field in (("", "did:web:p.example", "name"), ("P", "p.example", "issuer")):
        with pytest.raises(partners.PartnerRefused) as refused:
            partners.add(session, name, issuer, now=now)
        assert refused.value.field == field
