"""What is fetched of a credential: each form by Accept and by suffix, and what no form gives."""

import io
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select, update

from issuer import issuance
from issuer.catalog import picture
from issuer.catalog.picture import badge
from issuer.drawing import cache
from issuer.drawing.badges.look import drawn_with
from issuer.drawing.certificate import Edition
from issuer.home import addresses
from issuer.home.certificate_settings import CertificateSettings, Holder, Paper
from issuer.home.issuer import Issuer
from issuer.issuance.approval import Approval
from issuer.issuance.records.tables import CredentialRow, CredentialState
from issuer.issuance.status_lists import lists
from issuer.sharing import decision, forms, own_fetch
from issuer.sharing.certificates import Sheet, certificate
from issuer.sharing.decision import Decision, Visibility
from issuer.sharing.holder import holder
from issuer.sharing.shared import Shared, Standing
from verifier import clock
from verifier.fetching.fetch import FetchError, offline
from verifier.intake.baking import unbake_png, unbake_svg
from verifier.parsing import strict_json

SEALED = "https://drive.example/sealed/performance.mp4"
PUBLIC = "https://band.example/unit-plan.pdf"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
JSON_TYPE = "application/vc+ld+json"
FORM = "multipart/form-data"


@pytest.fixture
def public_id(issuer: Issuer, approval: Callable[..., Approval], now: datetime) -> str:
    """The id of one issued credential."""
    content = approval(
        levels={"learning": "met", "work": "met"},
        comments={"work": "The counts make the growth easy to follow."},
        approvals=[{"role": "coach", "at": "2026-05-13T16:05:00Z"}],
        evidence=[
            {"name": "Unit plan", "tier": "public", "url": PUBLIC},
            {"name": "Performance", "url": SEALED},
        ],
    )
    return issuance.receive(issuer, content, source="forms", event_id="e-1", now=now).credential_id


@pytest.fixture
def whole(issuer: Issuer, public_id: str, now: datetime) -> None:
    """The holder of that credential shows all of it."""
    everything = Decision(show_levels=True, show_words=True)
    holder.decide(issuer, public_id, everything, now=now)


def manage_path(issuer: Issuer, public_id: str) -> str:
    row = issuance.find(issuer, public_id)
    assert row is not None
    address = issuance.manage.manage_url(issuer.settings, row)
    return address.removeprefix(issuer.settings.public_url)


ACCEPTED = [
    (None, JSON_TYPE),
    ("*/*", JSON_TYPE),
    ("application/*", JSON_TYPE),
    (JSON_TYPE, JSON_TYPE),
    ("application/ld+json", "application/ld+json"),
    ("application/json", "application/json"),
    ("application/json, text/plain, */*", "application/json"),
    ("application/vc", "application/vc"),
    ("application/jwt", "application/jwt"),
    ("application/vc+jwt", "application/vc+jwt"),
    ("text/plain", "text/plain"),
]


@pytest.mark.parametrize(("accept", "media_type"), ACCEPTED)
@pytest.mark.usefixtures("whole")
def test_the_plain_address_answers_what_is_accepted(
    client: FlaskClient, public_id: str, accept: str | None, media_type: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    response = client.get(f"/credentials/{public_id}", headers=headers)
    assert (response.status_code, response.content_type) == (200, media_type)
    assert "Accept" in response.vary


@pytest.mark.parametrize("accept", ["text/html", BROWSER])
def test_a_browser_is_led_to_the_page(client: FlaskClient, public_id: str, accept: str) -> None:
    """So that what is copied from the address bar brings a preview; programs get JSON."""
    headers = {"Accept": accept}
    response = client.get(f"/credentials/{public_id}?lang=es", headers=headers)
    assert response.status_code == 303
    page = f"/credentials/{public_id}.html?lang=es"
    assert response.location == page
    assert "Accept" in response.vary


def test_a_form_that_there_is_not_is_refused_as_a_problem(
    client: FlaskClient, public_id: str
) -> None:
    response = client.get(f"/credentials/{public_id}", headers={"Accept": "image/webp"})
    assert (response.status_code, response.content_type) == (406, "application/problem+json")


SUFFIXES = [
    ("html", "text/html; charset=utf-8", None),
    ("json", JSON_TYPE, "inline"),
    ("jwt", "text/plain", "inline"),
    ("png", "image/png", "inline"),
    ("svg", "image/svg+xml", "attachment"),
    ("pdf", "application/pdf", "attachment"),
]


@pytest.mark.parametrize(("suffix", "media_type", "shown"), SUFFIXES)
@pytest.mark.usefixtures("whole")
def test_a_suffix_fixes_the_form_whatever_is_accepted(
    client: FlaskClient, public_id: str, suffix: str, media_type: str, shown: str | None
) -> None:
    response = client.get(f"/credentials/{public_id}.{suffix}", headers={"Accept": "image/webp"})
    assert (response.status_code, response.content_type) == (200, media_type)
    disposition = response.headers.get("Content-Disposition")
    name = f"Jordan Example - Composing with foundational rhythms.{suffix}"
    assert disposition == (shown and f'{shown}; filename="{name}"')


@pytest.mark.usefixtures("whole")
def test_json_and_jwt_are_the_bytes_that_were_signed(
    client: FlaskClient, issuer: Issuer, public_id: str
) -> None:
    row = issuance.find(issuer, public_id)
    assert row is not None
    assert client.get(f"/credentials/{public_id}.json").data == row.json
    assert client.get(f"/credentials/{public_id}.jwt").data == row.jwt


@pytest.mark.usefixtures("whole")
def test_pictures_and_certificate_carry_the_very_credential(
    client: FlaskClient, shared_credential: Shared
) -> None:
    address = f"/credentials/{shared_credential.public_id}"
    pdf = PdfReader(io.BytesIO(client.get(f"{address}.pdf").data))
    attached = [file for files in pdf.attachments.values() for file in files]
    assert attached == [shared_credential.json]
    assert unbake_png(client.get(f"{address}.png").data) == shared_credential.json.decode()
    assert unbake_svg(client.get(f"{address}.svg").data) == shared_credential.json.decode()


@pytest.mark.usefixtures("whole")
def test_machine_forms_may_be_read_from_any_origin_and_the_page_may_not(
    client: FlaskClient, public_id: str
) -> None:
    open_to_all = {
        suffix: client.get(f"/credentials/{public_id}.{suffix}").headers.get(
            "Access-Control-Allow-Origin"
        )
        for suffix in ("json", "jwt", "html")
    }
    assert open_to_all == {"json": "*", "jwt": "*", "html": None}


def test_a_served_svg_can_neither_run_nor_load_anything(
    client: FlaskClient, public_id: str
) -> None:
    headers = client.get(f"/credentials/{public_id}.svg").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("suffix", ["html", "json", "png"])
def test_who_has_the_same_bytes_gets_none(client: FlaskClient, public_id: str, suffix: str) -> None:
    first = client.get(f"/credentials/{public_id}.{suffix}")
    again = client.get(
        f"/credentials/{public_id}.{suffix}", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_head_tells_what_get_would(client: FlaskClient, public_id: str) -> None:
    head = client.head(f"/credentials/{public_id}.json")
    get = client.get(f"/credentials/{public_id}.json")
    assert (head.data, head.headers["ETag"]) == (b"", get.headers["ETag"])
    assert head.content_length == len(get.data)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [(BROWSER, "text/html"), ("application/json", "application/problem+json")],
)
def test_an_unknown_credential_is_not_found_in_the_form_that_is_accepted(
    client: FlaskClient, accept: str, media_type: str
) -> None:
    response = client.get("/credentials/AAAAAAAAAAAAAAAAAAAAAA", headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (404, media_type)


@pytest.mark.parametrize("state", [CredentialState.PREPARED, CredentialState.QUARANTINED])
@pytest.mark.parametrize("suffix", ["", ".html", ".json", ".pdf"])
def test_nothing_is_shown_of_what_is_not_released(
    client: FlaskClient, issuer: Issuer, public_id: str, state: CredentialState, suffix: str
) -> None:
    with issuer.database.writing() as session:
        session.execute(update(CredentialRow).values(state=state))
    assert client.get(f"/credentials/{public_id}{suffix}").status_code == 404


def test_the_page_says_that_all_criteria_are_met_and_no_level_and_no_comment(
    client: FlaskClient, public_id: str
) -> None:
    html = client.get(f"/credentials/{public_id}.html").text
    assert "Met all 2 criteria" in html
    assert [word for word in ("easy to follow", "Shown.", "Level ") if word in html] == []


@pytest.mark.usefixtures("whole")
def test_the_address_of_sealed_evidence_stands_in_no_form(
    client: FlaskClient, issuer: Issuer, shared_credential: Shared
) -> None:
    paths = [f"/credentials/{shared_credential.public_id}.{suffix}" for suffix, _, _ in SUFFIXES]
    paths.append(manage_path(issuer, shared_credential.public_id))
    served = {path: client.get(path).data for path in paths}
    assert [path for path, data in served.items() if SEALED.encode() in data] == []
    assert PUBLIC.encode() in served[paths[0]]


def test_the_page_is_unlisted_small_and_loads_nothing_from_elsewhere(
    client: FlaskClient, issuer: Issuer, public_id: str
) -> None:
    response = client.get(f"/credentials/{public_id}.html")
    assert '<meta name="robots" content="noindex">' in response.text
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert len(response.data) < 30_000
    assert re.findall(r'src="(?!/)', response.text) == []


def test_the_page_leads_machines_to_the_credential(
    client: FlaskClient, issuer: Issuer, public_id: str
) -> None:
    html = client.get(f"/credentials/{public_id}.html").text
    address = addresses.credential(issuer.settings, public_id)
    assert f'<link rel="alternate" type="{JSON_TYPE}" href="{address}.json">' in html


def test_a_revoked_credential_stays_and_says_why_and_since_when(
    client: FlaskClient, issuer: Issuer, public_id: str, now: datetime
) -> None:
    assert PUBLIC in client.get(f"/credentials/{public_id}.html").text
    lists.revoke(issuer, public_id, reason="Issued to the wrong person.", by="command", now=now)
    html = client.get(f"/credentials/{public_id}.html").text
    assert "Withdrawn by the issuer on" in html
    assert PUBLIC not in html  # what it linked to is its teacher's again
    assert "November 22, 2026" in html
    assert "Issued to the wrong person." in html
    assert client.get(f"/credentials/{public_id}.json").status_code == 200


START = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
STANDINGS = [
    pytest.param(START + DAY, None, Standing.IN_FORCE, id="in-force"),
    pytest.param(START - DAY, None, Standing.NOT_YET, id="before-it-begins"),
    pytest.param(START + 3 * DAY, None, Standing.EXPIRED, id="after-its-end"),
    pytest.param(START + 3 * DAY, START, Standing.REVOKED, id="revoked-and-ended"),
]


@pytest.mark.parametrize(("at", "revoked_at", "standing"), STANDINGS)
def test_how_a_credential_stands(
    shared_credential: Shared, at: datetime, revoked_at: datetime | None, standing: Standing
) -> None:
    dated = replace(shared_credential.credential, valid_from=START, valid_until=START + 2 * DAY)
    assert (
        replace(shared_credential, credential=dated, revoked_at=revoked_at).standing(at) is standing
    )


def test_the_holder_sees_levels_comments_and_who_signed_off(
    client: FlaskClient, issuer: Issuer, public_id: str
) -> None:
    response = client.get(manage_path(issuer, public_id))
    missing = [
        word
        for word in ("Level 2 of 2", "easy to follow", "Coach", "May 13, 2026", "In your words")
        if word not in response.text
    ]
    assert missing == []
    assert response.headers["Cache-Control"] == "no-store"


def test_a_holders_link_that_was_taken_back_opens_nothing(
    client: FlaskClient, issuer: Issuer, public_id: str
) -> None:
    path = manage_path(issuer, public_id)
    with issuer.database.writing() as session:
        session.execute(update(CredentialRow).values(manage_generation=1))
    assert client.get(path).location.partition("?")[0] == "/my-links"


def test_a_holders_link_cannot_be_made_up(client: FlaskClient, public_id: str) -> None:
    assert client.get(f"/manage/{public_id}").location.partition("?")[0] == "/my-links"


def test_an_achievement_says_to_machines_what_its_credentials_say(
    client: FlaskClient, issuer: Issuer, shared_credential: Shared
) -> None:
    signed_achievement = strict_json.loads_object(shared_credential.json)["credentialSubject"][
        "achievement"
    ]
    assert (
        signed_achievement["resultDescription"].pop()["name"] == "Signed off by"
    )  # of this earner alone
    address = signed_achievement["id"].removeprefix(issuer.settings.public_url)
    document = client.get(address).get_json()
    assert document.pop("@context")[1].endswith("context-3.0.3.json")
    assert document == signed_achievement


@pytest.mark.parametrize(("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<svg")])
def test_an_achievement_has_its_picture_in_both_formats(
    client: FlaskClient, suffix: str, start: bytes
) -> None:
    response = client.get(f"/achievements/rhythms/1.{suffix}")
    assert response.status_code == 200
    assert response.data.startswith(start)


def test_an_achievement_that_brings_a_picture_is_shown_by_it(
    issuer: Issuer, shared_credential: Shared
) -> None:
    own = badge(shared_credential.achievement, issuer.settings, "png")
    pictured = replace(shared_credential.achievement, name="Another name", image=own)
    assert badge(pictured, issuer.settings, "png") == own


def test_a_credential_too_long_for_a_code_still_has_a_certificate(
    issuer: Issuer, shared_credential: Shared
) -> None:
    long = replace(shared_credential, jwt=b"e30." + b"A" * 100_000 + b"." + b"A" * 86)
    pdf = forms.FORMS["pdf"].make(long, issuer.settings, clock.now())
    assert pdf is not None
    assert pdf.startswith(b"%PDF-")


def test_an_achievement_shows_people_its_rubric(
    client: FlaskClient, shared_credential: Shared
) -> None:
    html = client.get("/achievements/rhythms/1.html").text
    missing = [
        c.description
        for c in shared_credential.achievement.rubric.criteria
        if c.description not in html
    ]
    assert missing == []


@pytest.mark.parametrize("name", ["2", "0", "x", "1.exe", "99999999999999999999", "²"])
def test_an_unknown_version_of_an_achievement_is_not_found(
    client: FlaskClient, public_id: str, name: str
) -> None:
    assert client.get(f"/achievements/rhythms/{name}").status_code == 404


def test_the_home_page_names_the_issuer(client: FlaskClient, issuer: Issuer) -> None:
    html = client.get("/").text
    assert issuer.settings.issuer_name in html
    assert issuer.settings.issuer_id in html


@pytest.mark.parametrize("suffix", ["", ".html", ".json", ".jwt"])
@pytest.mark.usefixtures("whole")
def test_a_link_to_a_credential_of_this_issuer_is_checked_without_the_network(
    client: FlaskClient, issuer: Issuer, public_id: str, suffix: str
) -> None:
    address = addresses.credential(issuer.settings, public_id) + suffix
    html = client.post("/verify", data={"text": address}).text
    assert re.findall(r'class="answer">([^<]*)<', html)[:2] == ["Yes", "Yes"]


@pytest.mark.parametrize("path", ["/../mintmark.toml", "/../keys/", "/credentials/none.json"])
def test_no_address_reads_what_is_not_published(issuer: Issuer, path: str) -> None:
    fetch = own_fetch.fetch_own(issuer, offline)
    with pytest.raises(FetchError):
        fetch(issuer.settings.public_url + path, accept="*/*", max_bytes=1000)


def test_a_picture_is_drawn_once(
    client: FlaskClient, public_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(f"/credentials/{public_id}.png").data
    monkeypatch.delattr(picture, "draw_badge")
    assert client.get(f"/credentials/{public_id}.png").data == first


@pytest.mark.usefixtures("whole")
def test_another_drawing_of_a_badge_changes_nothing_that_was_signed(
    client: FlaskClient, shared_credential: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A credential names its picture by address (OB-52) and signs no digest of the pixels."""
    address = f"/credentials/{shared_credential.public_id}"
    before = {suffix: client.get(f"{address}.{suffix}").data for suffix in ("json", "png", "svg")}
    signed = strict_json.loads_object(shared_credential.json)["credentialSubject"]["achievement"][
        "image"
    ]
    monkeypatch.setattr(picture, "drawn_with", lambda _id, look: drawn_with("another", look))
    after = {suffix: client.get(f"{address}.{suffix}").data for suffix in before}

    assert sorted(signed) == ["id", "type"]
    assert after["json"] == before["json"]
    assert after["png"] != before["png"]
    assert unbake_png(after["png"]) == unbake_png(before["png"]) == shared_credential.json.decode()
    assert unbake_svg(after["svg"]) == unbake_svg(before["svg"]) == shared_credential.json.decode()


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert cache.cached(tmp_path, "png", (b"x",), lambda: b"made") == b"made"


def test_the_cache_keeps_the_newest_files_when_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MOST_FILES", 10)
    for age in range(12):
        cache.cached(tmp_path, "png", (bytes([age]),), lambda: b"")
        for file in (tmp_path / "cache").iterdir():
            stat = file.stat()
            os.utime(file, (stat.st_atime, stat.st_mtime - 60))
    drawn: list[int] = []
    cache.cached(tmp_path, "png", (bytes([11]),), lambda: drawn.append(11) or b"")
    cache.cached(tmp_path, "png", (bytes([0]),), lambda: drawn.append(0) or b"")
    assert drawn == [0]


@pytest.mark.usefixtures("whole")
def test_an_issuer_without_a_key_for_jwts_offers_none(
    client: FlaskClient, issuer: Issuer, public_id: str
) -> None:
    with issuer.database.writing() as session:
        session.execute(update(CredentialRow).values(jwt_end=None))
    address = f"/credentials/{public_id}"
    assert client.get(f"{address}.jwt").status_code == 404
    assert client.get(address, headers={"Accept": "application/jwt"}).status_code == 406
    assert "JWT" not in client.get(f"{address}.html").text


def test_a_foreign_host_name_reaches_no_page(client: FlaskClient, public_id: str) -> None:
    response = client.get(f"/credentials/{public_id}.html", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert response.data.count(b"evil.example") == 1  # what it was asked as, and no address
    assert response.json["detail"].endswith("was asked as evil.example")


def test_a_serial_number_leads_to_its_page_if_everybody_may_find_it(issuer, client, public_id):
    with issuer.database.reading() as session:
        known = select(CredentialRow.id, CredentialRow.serial)
        key, serial = session.execute(known.where(CredentialRow.public_id == public_id)).one()
    kept_to_herself = client.post("/verify", data={"text": serial})
    assert kept_to_herself.status_code == 422
    assert "This is a serial number." in kept_to_herself.text
    with issuer.database.writing() as session:
        decision.write(session, key, Decision(Visibility.PUBLIC), now=clock.now())
    there = client.post("/verify", data={"text": serial.lower()}).location
    assert there.endswith(f"/credentials/{public_id}.html")


def test_the_page_says_what_the_verifier_finds_now(issuer, client, public_id):
    """T33: real and in force in one line, and the third answer amber: a site speaks for itself."""
    text = client.get(f"/credentials/{public_id}.html").text
    assert "<strong>Real and in force.</strong>" in text
    assert text.index("Real and in force.") < text.index("Earned by</span>")
    assert re.findall(r'class="answer">([^<]*)<', text) == ["Yes", "Yes", "Issued by this site"]
    assert text.count('<button type="submit">Check this credential</button>') == 1
    assert "Press the button" not in text


def test_the_page_does_not_say_in_force_where_nobody_can_tell(issuer, client, public_id):
    for file in (issuer.settings.public / "status").iterdir():
        file.unlink()
    text = client.get(f"/credentials/{public_id}.html").text
    assert "Real and in force." not in text
    assert "Whether it is still in force could not be checked." in text


def test_the_page_says_at_once_that_a_credential_was_withdrawn(issuer, client, public_id, now):
    client.get(f"/credentials/{public_id}.html")
    lists.revoke(issuer, public_id, reason="Issued twice.", by="command", now=datetime.now(UTC))
    text = client.get(f"/credentials/{public_id}.html").text
    assert "Real and in force." not in text
    assert "No, it was withdrawn" in text


def test_the_verifiers_page_knows_what_its_own_site_issued(issuer, client, public_id):
    """T33: the report of programs stays *could not check*; only this site's page says more."""
    address = addresses.credential(issuer.settings, public_id)
    text = client.post("/verify", data={"text": f"{address}.json"}).text
    assert "Real and in force. Issued by this site, localhost:8202." in text
    assert "Is that an address of the district you know? If yes, you may count it." in text
    assert "Nobody here knows its issuer" not in text
    assert "the levels are not shown" in text
    report = client.post("/api/verify", data={"text": f"{address}.json"}, content_type=FORM).json
    recognized = report["verdicts"]["recognized"]
    assert (recognized["verdict"], recognized["code"]) == ("could_not_check", "no_trust_list")


def words_of(client: FlaskClient, public_id: str) -> str:
    data = client.get(f"/credentials/{public_id}.pdf").data
    pages = PdfReader(io.BytesIO(data)).pages
    assert len(pages) == 1
    return pages[0].extract_text().upper()


def test_what_was_withdrawn_is_not_offered_to_show(issuer, client, public_id, now):
    """Neither LinkedIn nor a certificate to frame; the PDF says so across the page."""
    before = client.get(f"/credentials/{public_id}.html").text
    assert "linkedin.com" in before
    assert "Certificate to frame" in before
    assert "WITHDRAWN" not in words_of(client, public_id)
    lists.revoke(issuer, public_id, reason="Issued twice.", by="command", now=now)
    after = client.get(f"/credentials/{public_id}.html").text
    assert "linkedin.com" not in after
    assert "Certificate to frame" not in after
    assert "It says across the page" in after
    assert "WITHDRAWN ON NOVEMBER 22, 2026" in words_of(client, public_id)


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("", (612, 792)),
        ("?edition=application", (612, 792)),
        ("?edition=application&paper=a4", (595, 842)),
        ("?edition=frame", (792, 612)),
        ("?edition=frame&paper=a4", (842, 595)),
    ],
)
def test_a_certificate_comes_in_the_edition_and_on_the_paper_that_are_asked_for(
    client: FlaskClient, issuer: Issuer, public_id: str, query: str, size: tuple[int, int]
) -> None:
    paths = (f"/credentials/{public_id}.pdf", f"{manage_path(issuer, public_id)}/pdf")
    for path in paths:
        response = client.get(path + query)
        (page,) = PdfReader(io.BytesIO(response.data)).pages
        name = response.headers["Content-Disposition"]
        assert (round(page.mediabox.width), round(page.mediabox.height)) == size
        assert ("to%20frame" in name or "to frame" in name) == ("frame" in query)


@pytest.mark.parametrize("query", ["edition=poster", "paper=a3", "edition="])
def test_an_edition_or_a_paper_that_there_is_not_is_named(
    client: FlaskClient, issuer: Issuer, public_id: str, query: str
) -> None:
    for path in (f"/credentials/{public_id}.pdf", f"{manage_path(issuer, public_id)}/pdf"):
        response = client.get(f"{path}?{query}", headers={"Accept": "application/json"})
        assert response.status_code == 400
        assert "one of " in response.text


def test_the_pages_offer_both_editions_on_both_papers(
    client: FlaskClient, issuer: Issuer, public_id: str
) -> None:
    for path in (f"/credentials/{public_id}.html", manage_path(issuer, public_id)):
        text = client.get(path).text
        for query in ("edition=frame", "edition=application", "edition=frame&amp;paper=a4"):
            assert f'pdf?{query}"' in text


def test_the_district_s_paper_is_the_usual_one(issuer: Issuer, shared_credential: Shared) -> None:
    a4 = replace(issuer.settings, certificate=CertificateSettings(Paper.A4))
    (page,) = PdfReader(
        io.BytesIO(forms.FORMS["pdf"].make(shared_credential, a4, clock.now()))
    ).pages
    assert round(page.mediabox.height) == 842


def test_those_sign_who_held_the_office_on_the_day(
    issuer: Issuer, shared_credential: Shared
) -> None:
    """A certificate that is fetched years later names nobody who came after it."""
    awarded = shared_credential.credential.awarded_date
    assert awarded is not None
    day, office = awarded.date(), "superintendent"
    holders = (
        Holder(office, "Pat Before", "Superintendent", until=day),
        Holder(office, "Robin After", "Superintendent", since=day + timedelta(days=1)),
        Holder("music", "Sam Notes", "Director of Music"),
    )
    by = replace(
        issuer.settings, certificate=CertificateSettings(offices=(office,), holders=holders)
    )
    chosen = replace(
        shared_credential,
        achievement=replace(shared_credential.achievement, signatories=("music",)),
    )
    printed = [
        PdfReader(io.BytesIO(certificate(shared, by, Sheet(Edition.FRAME), now=clock.now())))
        .pages[0]
        .extract_text()
        for shared in (shared_credential, chosen)
    ]
    names = ("Pat Before", "Robin After", "Sam Notes")
    assert [[name for name in names if name in text] for text in printed] == [
        ["Pat Before"],
        ["Sam Notes"],
    ]


def test_a_certificate_says_across_its_page_that_its_time_is_over(issuer, shared_credential):
    ended = datetime(2026, 11, 20, 12, tzinfo=UTC)
    over = replace(
        shared_credential, credential=replace(shared_credential.credential, valid_until=ended)
    )
    pages = PdfReader(io.BytesIO(forms.FORMS["pdf"].make(over, issuer.settings, clock.now()))).pages
    assert len(pages) == 1
    assert "ENDED ON NOVEMBER 20, 2026" in pages[0].extract_text()
    assert not over.stands(ended + timedelta(days=1))


@pytest.mark.parametrize(
    ("teacher", "achievement", "name"),
    [
        pytest.param("Jordan Example", "Rhythm", "Jordan Example - Rhythm.pdf", id="both"),
        pytest.param(None, "Rhythm", "Rhythm.pdf", id="a-name-that-is-not-shown"),
        pytest.param("../a\\b:c", "R/S\r\nX", "a b c - R S X.pdf", id="no-path-no-line"),
        pytest.param("José", "リズム", "José - リズム.pdf", id="any-script"),
        pytest.param("a\u202efdp", "R", "a fdp - R.pdf", id="no-turned-letters"),
        pytest.param("W" * 300, "R", "W" * forms.LONGEST_NAME + ".pdf", id="long"),
    ],
)
def test_a_file_is_named_by_teacher_and_achievement(shared_credential, teacher, achievement, name):
    named = replace(
        shared_credential.shown.identities[0], value=teacher or "", hashed=False, type="name"
    )
    shown = replace(
        shared_credential.shown,
        identities=(named,) if teacher else (),
        achievement=replace(shared_credential.shown.achievement, name=achievement),
    )
    assert forms.file_name(shown, "pdf") == name
