"""What a holder hides is in nothing that others fetch: no form, no page, nothing folded inside."""

import io
import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from issuer import issuance
from issuer.app import start_app
from issuer.catalog import versions
from issuer.home import published
from issuer.home.issuer import Issuer
from issuer.home.profiles import PROOF
from issuer.sharing import shared
from issuer.sharing.decision import Decision, Visibility
from issuer.sharing.forms import disclosed
from issuer.sharing.holder import holder
from issuer.sharing.own_fetch import fetch_own
from verifier import verify
from verifier.fetching.fetch import offline
from verifier.intake.baking import unbake_png, unbake_svg
from verifier.parsing import strict_json
from verifier.report import Answer

SUFFIXES = ("", ".html", ".json", ".jwt", ".png", ".svg", ".pdf")
HIDDEN = {
    "show_levels": (b"achievedLevel",),
    "show_words": (b"eight bars", b"9 of 31", b"growth easy to follow"),
    "show_evidence": (
        *(b"band.example", b"Unit plan", b"shown at the spring concert", b"sealed recording"),
        *(b"drive.example", b"digestMultibase"),
    ),
}
SEALED = {b"drive.example"}
"""What each switch hides. A level is a word of the rubric, so its name alone tells nothing."""
EVIDENCE = [
    {
        "name": "Unit plan",
        "description": "As shown at the spring concert.",
        "tier": "public",
        "url": "https://band.example/unit-plan.pdf",
        "sha256": "ab" * 32,
    },
    {"name": "A sealed recording", "url": "https://drive.example/x.mp4", "sha256": "cd" * 32},
]


def issue(issuer, approval, now):
    """Issue a credential with everything that can be hidden in it; return its id."""
    with issuer.database.writing() as session:
        achievement = versions.read(versions.find(session, "rhythms"))
        versions.record(session, replace(achievement, sign_comments=True), now=now)
    content = approval(
        comments={"work": "The counts make the growth easy to follow."},
        credits=[{"value": 60, "unit": "hours"}],
        evidence=EVIDENCE,
    )
    received = issuance.receive(issuer, content, source="forms", event_id="e-1", now=now)
    return received.credential_id


@pytest.fixture
def public_id(issuer, approval, now):
    return issue(issuer, approval, now)


def texts(data):
    """Yield everything that can be read out of what was fetched, however it is folded in."""
    yield data
    if data.startswith(b"\x89PNG"):
        yield unbake_png(data).encode()
    elif data.startswith(b"<svg"):
        yield unbake_svg(data).encode()
    elif data.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(data))
        for number in range(1, reader.trailer["/Size"]):
            thing = reader.get_object(number)
            yield repr(thing).encode()
            if hasattr(thing, "get_data"):
                yield thing.get_data()
        yield "\n".join(page.extract_text() for page in reader.pages).encode()
        picture = pypdfium2.PdfDocument(data)[0].render(scale=2).to_pil()
        for code in zxingcpp.read_barcodes(picture):
            yield code.bytes


def served(client, public_id):
    """Return all that others can fetch of a credential, by address."""
    paths = [f"/credentials/{public_id}{suffix}" for suffix in (*SUFFIXES, "/embed")]
    page = f"http://localhost:8202/credentials/{public_id}.html"
    paths.append(f"/oembed?url={page}")
    responses = {path: client.get(path) for path in paths}
    responses["check it yourself"] = client.post("/verify", data={"text": page})
    return {
        path: response.data for path, response in responses.items() if response.status_code == 200
    }


NOTHING = Decision(show_evidence=False)
ALL = [
    NOTHING,
    replace(NOTHING, show_levels=True),
    replace(NOTHING, show_evidence=True),
    replace(NOTHING, show_words=True),
    Decision(show_levels=True, show_evidence=True, show_words=True),
]


@pytest.mark.parametrize("decided", ALL, ids=repr)
def test_what_is_hidden_is_in_nothing_that_others_fetch(issuer, client, public_id, now, decided):
    holder.decide(issuer, public_id, decided, now=now)
    bodies = {path: b"\n".join(texts(data)) for path, data in served(client, public_id).items()}
    hidden = [text for name, some in HIDDEN.items() if not getattr(decided, name) for text in some]
    leaks = {(path, text) for path, data in bodies.items() for text in hidden if text in data}
    assert leaks == set()
    copy = bodies[f"/credentials/{public_id}.json"]
    meant = {t for name, some in HIDDEN.items() if getattr(decided, name) for t in some} - SEALED
    assert [text for text in meant if text not in copy] == []
    assert (f"/credentials/{public_id}.jwt" in bodies) == (decided == ALL[-1])


@pytest.mark.parametrize("suffix", ["", ".html", ".json", ".png", ".svg", ".pdf"])
def test_what_is_left_is_authentic_and_current(issuer, client, public_id, suffix):
    fetch = fetch_own(issuer, offline)
    accept = {"Accept": "application/json"}
    if suffix in ("", ".html"):
        submission = f"http://localhost:8202/credentials/{public_id}{suffix}".encode()
    else:
        submission = client.get(f"/credentials/{public_id}{suffix}", headers=accept).data
    report = verify(submission, fetch=fetch, now=datetime.now(UTC))
    assert (report.authentic.answer, report.current.answer) == (Answer.YES, Answer.YES)
    assert "levels_withheld" in {check.code for check in report.checks}
    assert report.credential.amounts == (("hours", "60"),)


def test_a_copy_that_was_made_is_kept(issuer, public_id, monkeypatch):
    credential = shared.find_shared(issuer, public_id)
    first = disclosed(credential, issuer, now=datetime.now(UTC)).json
    monkeypatch.setattr("issuer.sharing.forms.disclosure.derive", None)
    assert disclosed(credential, issuer, now=datetime.now(UTC)).json == first


def test_a_verifier_that_knows_no_derived_proofs_can_check_a_copy(issuer, client, public_id):
    copy = client.get(f"/credentials/{public_id}.json").json
    suites = [proof["cryptosuite"] for proof in copy["proof"]]
    assert suites == ["eddsa-rdfc-2022", "ecdsa-sd-2023"]
    for proof in copy["proof"]:  # each by itself, as by who knows one of them
        data = json.dumps({**copy, "proof": [proof]}).encode()
        report = verify(data, fetch=published.fetch_own(issuer.settings), now=datetime.now(UTC))
        assert (report.authentic.answer, report.current.answer) == (Answer.YES, Answer.YES)


def test_a_copy_is_made_while_the_keys_are_locked(issuer, public_id):
    issuer.settings.passphrase_file.unlink()
    locked = Issuer(issuer.settings)
    copy = strict_json.loads_object(
        disclosed(shared.find_shared(locked, public_id), locked, now=datetime.now(UTC)).json
    )
    assert [proof["cryptosuite"] for proof in copy["proof"]] == ["ecdsa-sd-2023"]
    locked.database.close()


def test_what_the_page_reads_is_what_the_form_says(issuer, public_id):
    credential = shared.find_shared(issuer, public_id)
    copy = disclosed(credential, issuer, now=datetime.now(UTC))
    document = strict_json.loads_object(copy.json)
    document.pop("proof")
    assert credential.shown.document == copy.credential.document == document


def test_what_nobody_is_to_see_is_gone_and_is_not_called_bad(issuer, client, public_id, now):
    holder.decide(issuer, public_id, Decision(Visibility.PRIVATE), now=now)
    places = (*SUFFIXES, "/embed", "/preview.png")
    for suffix, accept in itertools.product(places, ("text/html", "application/json", "*/*")):
        response = client.get(f"/credentials/{public_id}{suffix}", headers={"Accept": accept})
        assert (response.status_code, response.headers["Cache-Control"]) == (410, "no-store")
        assert "says nothing about the credential itself" in response.text
        assert "Jordan" not in response.text
        assert "nvalid" not in response.text


def test_a_certificate_without_levels_says_that_the_criteria_were_met(client, public_id):
    pdf = PdfReader(io.BytesIO(client.get(f"/credentials/{public_id}.pdf").data))
    printed = " ".join(pdf.pages[0].extract_text().split())
    assert "MET ALL 2 CRITERIA" in printed.upper()
    assert "The learning process Student work" in printed
    assert "Check without internet" not in printed


def test_a_link_to_what_nobody_is_to_see_could_not_be_checked(issuer, client, public_id, now):
    holder.decide(issuer, public_id, Decision(Visibility.PRIVATE), now=now)
    submission = f"http://localhost:8202/credentials/{public_id}".encode()
    report = verify(submission, fetch=fetch_own(issuer, offline), now=now)
    (check,) = report.checks
    assert (report.authentic.answer, check.code) == (Answer.COULD_NOT_CHECK, "link_not_shared")


def test_the_holder_has_every_whole_form(client, issuer, public_id):
    row = issuance.find(issuer, public_id)
    address = issuance.manage.manage_url(issuer.settings, row)
    path = address.removeprefix(issuer.settings.public_url)
    page, fetch = client.get(path).text, published.fetch_own(issuer.settings)
    for suffix in ("json", "jwt", "png", "svg", "pdf"):
        assert f"{path}/{suffix}" in page
        response = client.get(f"{path}/{suffix}")
        report = verify(response.data, fetch=fetch, now=datetime.now(UTC))
        assert len(report.credential.criteria_results) == 2
        assert response.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.fixture
def undivided(settings, approval, now):
    """An issuer that has no key to share parts with, and a credential of it."""
    other_issuer = Issuer(replace(settings, proofs=(PROOF,)))
    public_id = issue(other_issuer, approval, now)
    app = start_app(other_issuer.settings)
    yield app.test_client(), public_id
    app.extensions["mintmark"].database.close()
    other_issuer.database.close()


def test_what_cannot_be_divided_is_not_offered_and_the_page_says_who_has_it(undivided):
    client, public_id = undivided
    assert not [path for path in served(client, public_id) if path.endswith(SUFFIXES[2:])]
    page = client.get(f"/credentials/{public_id}.html").text
    assert "so no file is offered" in page
    assert "Credential (JSON)" not in page
    assert "eight bars" not in page
    for suffix in ("", ".json", ".jwt", ".png"):
        asked = {"Accept": "application/json"}
        answer = client.get(f"/credentials/{public_id}{suffix}", headers=asked)
        problem = (answer.status_code, answer.json["type"].rpartition("/")[2])
        assert problem == (410, "form-withheld")
