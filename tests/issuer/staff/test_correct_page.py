"""Correcting on the desk: the form opens with what was approved, and the corrected one supersedes
(D19); what was withdrawn by mistake is issued again in two clicks."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest
from signed_in_browsers import filled

from issuer.approvals import correction
from issuer.audit import log as audit
from issuer.catalog import versions
from issuer.home.issuer import LockedError
from issuer.issuance.problems import Refused
from issuer.issuance.status_lists import lists
from issuer.sharing.shared import find_shared
from verifier import clock

PAGE = "/desk/credentials"


def send(office, public_id, act, **changes):
    path = f"{PAGE}/{public_id}/correct"
    return office.post(path, page=path, **(filled(office.get(path).text) | {"act": act} | changes))


def document(district, public_id):
    return find_shared(district.issuer, public_id).credential.document


def seen(district, public_id):
    shared = find_shared(district.issuer, public_id)
    return shared.revoked_at is not None, shared.corrected_by


def test_where_the_old_name_still_stands_is_said(district, office, issue):
    person = district.add("Misspelt Name", address="tname@school.example")
    recipient = {"name": "Misspelt Name", "emails": ["tname@school.example"]}
    one, other = (issue(number, recipient=recipient) for number in ("n-1", "n-2"))
    elsewhere = issue("n-3", recipient=recipient | {"emails": ["somebody-else@school.example"]})
    changes = {"recipient.name": "Spelled Name"}
    done = send(office, one, "issue", reason="Misspelt.", **changes).location
    text = office.get(done).text
    assert "1 other credential of this teacher" in text
    assert "Correct “Composing with foundational rhythms” of May 15, 2026" in text
    (way,) = re.findall(f'href="({PAGE}/{other}/correct[^"]*)"', text)
    fields = filled(office.get(way).text)
    assert (fields["recipient.name"], fields["reason"]) == ("Spelled Name", "Misspelt.")
    assert filled(office.get(re.sub("like=.*", f"like={elsewhere}", way)).text)["reason"] == ""
    assert f'href="/people/{person.public_id}"' in text
    assert "still stands" in office.get(done.partition("?")[0]).text


def test_a_name_is_corrected_in_all_credentials_of_a_teacher_at_once(
    district, office, issue, monkeypatch
):
    """Each as if it were corrected alone; what cannot be corrected stays on the list, and pressing
    once more does what is left."""
    recipient = {"name": "Jose Marti", "emails": ["jmarti@school.example"]}
    one, *others = (issue(f"j-{number}", recipient=recipient) for number in range(4))
    changes = {"recipient.name": "José Martí", "reason": "An accent was missing."}
    new = send(office, one, "issue", **changes).location.partition("?")[0]
    assert "Correct the name in these 3 as well" in office.get(new).text
    issued = correction.issue

    def all_but_one(issuer, opened, **how):
        if opened.data["approval_id"] == "District/j-2":
            raise Refused([])
        return issued(issuer, opened, **how)

    monkeypatch.setattr(correction, "issue", all_but_one)
    done = office.post(f"{new}/name-on-others", page=new).location
    assert done == f"{new}?done=renamed-some"
    assert [seen(district, other)[0] for other in others] == [True, False, True]
    page = office.get(done).text
    assert "Open one of those that are left" in page
    assert re.findall(rf'href="{PAGE}/([\w-]+)/correct\?like', page) == [others[1]]
    monkeypatch.undo()
    assert office.post(f"{new}/name-on-others", page=new).location == f"{new}?done=renamed"
    corrected = [seen(district, other)[1] for other in others]
    texts = [office.get(f"{PAGE}/{public_id}").text for public_id in corrected]
    assert all("José Martí" in text and "An accent was missing." in text for text in texts)
    assert office.post(f"{new}/name-on-others", page=new).location == f"{new}?done=renamed"
    assert [seen(district, public_id) for public_id in corrected] == [(False, None)] * 3


def test_what_waits_to_be_signed_is_not_corrected_again(district, office, issue, monkeypatch):
    recipient = {"name": "Zoe Wait", "emails": ["zwait@school.example"]}
    one, other = (issue(f"z-{number}", recipient=recipient) for number in range(2))
    changes = {"recipient.name": "Zoë Wait", "reason": "x"}
    new = send(office, one, "issue", **changes).location.partition("?")[0]

    def locked(*_):
        raise LockedError("locked")

    monkeypatch.setattr(type(district.issuer), "signers", locked)
    done = office.post(f"{new}/name-on-others", page=new).location
    assert done == f"{new}?done=renamed-some"
    page = office.get(done).text
    assert f'href="{PAGE}/{other}">“' in page
    assert "its correction waits to be signed" in page
    assert "name-on-others" not in page
    stale = office.post(f"{PAGE}/{one}/name-on-others", page=new).location
    assert stale == f"{PAGE}/{one}"


@pytest.mark.parametrize(
    ("field", "text", "shown", "reads"),
    [
        (
            "recipient.name",
            "Jordán Example",
            "Jordán Example",
            lambda d: d["credentialSubject"]["identifier"][0]["identityHash"],
        ),
        ("approved_at", "2026-04-01", "2026-04-01", lambda d: d["awardedDate"][:10]),
        (
            "narrative.skill",
            "Reading\r\nrhythm",
            "Reading",
            lambda d: d["credentialSubject"]["narrative"],
        ),
        ("valid_until", "2031-01-31", "2031-01-31", lambda d: d["validUntil"][:10]),
    ],
)
def test_what_was_wrong_is_right_and_supersedes(district, office, issue, field, text, shown, reads):
    """(D19) The old page leads to the new one; the reason stands in the approval alone."""
    old = issue(f"c-{field}")
    look = send(office, old, "look", **{field: text}, reason="It was misspelt.")
    assert look.status_code == 200, look.text
    assert shown in look.text
    assert "data:image/png;base64," in look.text
    assert seen(district, old) == (False, None)
    done = office.post(
        f"{PAGE}/{old}/correct",
        page=f"{PAGE}/{old}/correct",
        **(filled(look.text) | {"act": "issue"}),
    )
    new = re.fullmatch(rf"{PAGE}/([\w-]+)\?done=corrected", done.location)[1]
    assert seen(district, old) == (True, new)
    assert shown in reads(document(district, new))
    assert "misspelt" not in office.get(f"/credentials/{new}.html").text
    assert "misspelt" in office.get(f"{PAGE}/{new}").text
    with district.issuer.database.reading() as session:
        by = [e.actor for e in audit.about(session, new) if e.action == "credential.approved"]
    assert by[0].startswith("person:")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"reason": "x"}, "Nothing is changed yet"),
        ({"recipient.name": "Other", "reason": ""}, "Say why it is corrected."),
        ({"recipient.name": " ", "reason": "x"}, "full name"),
        ({"recipient.emails": "no address", "reason": "x"}, "e-mail address"),
        ({"recipient.emails": "", "reason": "x"}, "e-mail address"),
        ({"approved_at": "31.2.2026", "reason": "x"}, "Write a day"),
        ({"approved_at": "", "reason": "x"}, "Write a day"),
        ({"approved_at": "9999-12-31", "reason": "x"}, "Write a day"),
        ({"approved_at": "2099-12-31", "reason": "x"}, "still to come"),
        ({"approved_at": "0001-01-01", "reason": "x"}, "Write a day"),
        ({"activity.start": "2026-05-02", "reason": "x"}, "both days"),
        ({"activity.start": "2026-05-02", "activity.end": "2026-05-01", "reason": "x"}, "before"),
        ({"valid_until": "1999-01-01", "reason": "x"}, "over"),
        ({"valid_until": "9999-12-31", "reason": "x"}, "Write a day"),
        ({"valid_until": "0001-01-01", "reason": "x"}, "Write a day"),
        ({"levels.work": "not-yet", "reason": "x"}, "required level"),
        ({"levels.work": "none", "reason": "x"}, "Choose a level"),
        ({"narrative.goal": "", "reason": "x"}, "plain text"),
        ({"recipient.name": "Other", "reason": "x", "revision": "7"}, "Somebody else corrected"),
    ],
)
def test_what_cannot_stand_is_said_and_nothing_typed_is_lost(
    district, office, issue, changes, says
):
    old = issue("odd")
    answer = send(office, old, "look", **changes)
    assert answer.status_code == (422 if says else 200), answer.text
    assert says in unescape(answer.text)
    fields = filled(answer.text)
    for name, value in changes.items():
        if name != "revision" and not name.startswith("levels"):
            assert fields[name] == value.strip(), name
    assert seen(district, old) == (False, None)


def test_an_unchanged_field_keeps_its_hour_and_its_catalog_version(district, office, issue):
    old = issue("v")
    with district.issuer.database.writing() as session:
        newest = versions.read(versions.find(session, "rhythms"))
        versions.record(session, replace(newest, description="Another."), now=clock.now())
    done = send(office, old, "issue", **{"recipient.name": "Right Name"}, reason="x")
    new = re.search(r"credentials/([\w-]+)\?", done.location)[1]
    before, after = document(district, old), document(district, new)
    assert after["awardedDate"] == before["awardedDate"]
    achievement = after["credentialSubject"]["achievement"]
    assert achievement["id"] == before["credentialSubject"]["achievement"]["id"]


def test_the_wrong_person_hears_that_it_is_withdrawn_and_nothing_more(district, office, issue):
    """(D19) No address is the same: neither link nor page goes along."""
    old = issue("wrong")
    other = {"recipient.name": "Else", "recipient.emails": "else@school.example", "reason": "x"}
    look = send(office, old, "look", **other)
    assert "somebody else" in look.text
    send(office, old, "issue", **other)
    page = office.get(f"/credentials/{old}.html")
    assert (page.status_code, "Else" in page.text) == (410, False)


def test_while_keys_are_locked_the_old_one_stays(district, office, issue, monkeypatch):
    old = issue("locked")

    def locked(*_):
        raise LockedError("locked")

    changes = {"recipient.name": "Right Name", "reason": "x"}
    before = send(office, old, "look", **changes).text
    monkeypatch.setattr(type(district.issuer), "signers", locked)
    look = send(office, old, "look", **changes).text
    assert ["keys of this server are locked" in text for text in (before, look)] == [False, True]
    assert "Other credentials of this teacher keep the old name." in look
    done = send(office, old, "issue", **{"recipient.name": "Right Name"}, reason="x")
    assert done.location.endswith("?done=waits")
    assert "waits to be signed" in office.get(done.location).text
    assert seen(district, old) == (False, None)
    assert "waits to be signed" in office.get(f"{PAGE}/{old}").text


def test_what_was_withdrawn_by_mistake_is_issued_again_in_two_clicks(district, office, issue):
    old = issue("again")
    now = datetime.now(UTC)
    lists.revoke(district.issuer, old, reason="By mistake.", by="command", now=now)
    path = f"{PAGE}/{old}/again"
    withdrawn = office.get(f"{PAGE}/{old}").text
    assert f'href="{path}"' in withdrawn
    assert "a new credential can take its place; this one stays withdrawn" in withdrawn
    fields = filled(office.get(path).text)
    nothing = office.post(path, page=path, **(fields | {"reason": ""}))
    assert nothing.status_code == 422
    done = office.post(path, page=path, **fields)
    new = re.search(r"credentials/([\w-]+)\?done=corrected", done.location)[1]
    assert seen(district, old) == (True, new)
    assert seen(district, new) == (False, None)
    twice = office.post(path, page=path, **fields)
    assert (twice.status_code, "Somebody else" in twice.text) == (422, True)
