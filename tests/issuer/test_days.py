"""Every day is shown as the day on which it happened, where it happened (VCDM 2.0, section 4.9)."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from issuer import issuance
from issuer.__main__ import main
from issuer.app import start_app
from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.home.settings import FILE, SettingsError, load
from issuer.installation import init
from issuer.issuance.approval import from_data
from issuer.issuance.build import timestamp
from issuer.issuance.door import store
from issuer.issuance.finish import finish_pending
from issuer.issuance.prepare import Arrived
from issuer.issuance.problems import ConflictError
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import Revocation
from issuer.issuance.status_lists import lists
from issuer.sharing import shared, social
from issuer.wording.language import bytes_in_words, closing
from verifier import clock
from verifier.proof.jose import parse

CASES = Path(__file__).parents[1] / "cases" / "dates"
EVENING = json.loads((CASES / "evening-approval.json").read_text("utf-8"))["data"]
EVENING |= {"achievement": {"id": "rhythms"}, "valid_until": "2031-06-30T23:59:59-05:00"}
EVENING |= {"levels": {"learning": "met", "work": "met"}, "comments": {}}


@pytest.mark.parametrize(
    ("local", "tongue", "words"),
    [
        (datetime(2026, 12, 8), "en", "the end of December 7, 2026 (CST)"),
        (datetime(2026, 12, 8), "es", "final del 7 de diciembre de 2026 (CST)"),
        (datetime(2026, 12, 8, 0, 1), "en", "December 8, 2026, 12:01 AM CST"),
        (datetime(2026, 12, 7, 17), "es", "7 de diciembre de 2026, 17:00 CST"),
    ],
)
def test_what_closes_at_midnight_closes_at_the_end_of_the_day_before(local, tongue, words):
    assert closing(local, tongue, "CST") == words
    assert closing(local, tongue) == words.replace(" (CST)", "").replace(" CST", "")


@pytest.fixture
def in_zone(home):
    """Make an issuer whose settings name a time zone, or none."""
    issuers = []

    def make(name):
        if name:
            file = home / FILE
            text = file.read_text().replace(
                '# timezone = "America/Chicago"', f'timezone = "{name}"'
            )
            file.write_text(text)
        issuers.append(Issuer(load(home)))
        return issuers[-1]

    yield make
    for issuer in issuers:
        issuer.database.close()


def receive(issuer, data, event_id="e-1", now=None):
    return issuance.receive(
        issuer,
        from_data(data),
        source="forms",
        event_id=event_id,
        now=now or datetime.now(UTC),
    )


@pytest.mark.parametrize(
    ("zone", "approved", "awarded"),
    [
        ("America/Chicago", "2026-05-31T19:30:00-05:00", "2026-05-31T19:30:00-05:00"),
        ("America/Chicago", "2026-06-01T00:30:00Z", "2026-05-31T19:30:00-05:00"),
        ("America/Chicago", "2026-02-01T01:30:00Z", "2026-01-31T19:30:00-06:00"),
        ("Asia/Kolkata", "2026-05-31T19:30:00Z", "2026-06-01T01:00:00+05:30"),
        ("Etc/UTC", "2026-05-31T19:30:00-05:00", "2026-06-01T00:30:00Z"),
        (None, "2026-05-31T19:30:00-05:00", "2026-05-31T19:30:00-05:00"),
        (None, "2026-06-01T00:30:00Z", "2026-06-01T00:30:00Z"),
        # XML Schema has neither an offset with seconds nor one beyond 14 hours (3.3.7).
        ("Africa/Monrovia", "1971-05-31T19:30:00Z", "1971-05-31T19:30:00Z"),
        (None, "2026-05-31T19:30:00+15:00", "2026-05-31T04:30:00Z"),
    ],
)
def test_an_award_is_dated_by_the_district_else_by_the_sender(in_zone, zone, approved, awarded):
    issuer = in_zone(zone)
    content = EVENING | {"approved_at": approved, "approvals": [], "activity": None}
    received = receive(
        issuer, {name: value for name, value in content.items() if value is not None}
    )
    document = json.loads(shared.find_shared(issuer, received.credential_id).json)
    assert document["awardedDate"] == awarded


def test_the_approval_of_an_evening_has_that_day_everywhere(in_zone):
    issuer = in_zone("America/Chicago")
    evening = datetime(2026, 6, 1, 0, 31, tzinfo=UTC)
    received = receive(issuer, EVENING, now=evening)
    credential = shared.find_shared(issuer, received.credential_id)
    document = json.loads(credential.json)
    dates = [document[name] for name in ("awardedDate", "validFrom", "validUntil")]
    assert dates == [
        "2026-05-31T19:30:00-05:00",
        "2026-05-31T19:31:00-05:00",
        "2031-06-30T23:59:59-05:00",
    ]
    proofs = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    assert {proof["created"] for proof in proofs} == {"2026-06-01T00:31:00Z"}
    claims = parse(credential.jwt.decode()).payload
    assert (claims["nbf"], claims["exp"]) == (int(evening.timestamp()), 1940648399)
    link = social.linkedin(credential, issuer.settings)
    assert "issueYear=2026&issueMonth=5&expirationYear=2031&expirationMonth=6" in link

    client = start_app(issuer.settings).test_client()
    address = addresses.credential(issuer.settings, received.credential_id)
    path = address.removeprefix(issuer.settings.public_url)
    certificate = PdfReader(io.BytesIO(client.get(f"{path}.pdf").data)).pages[0].extract_text()
    page = client.get(f"{path}.html").text
    report = client.post("/verify", data={"text": address}).text
    own = client.get(received.manage_url.removeprefix(issuer.settings.public_url)).text
    spanish = client.get(f"{path}.html?lang=es").text
    for text in (certificate, page, report, own):
        assert "May 31, 2026" in text
        assert "June 30, 2031" in text
        assert "June 1, 2026" not in text
        assert "July 1, 2031" not in text
    assert "31 de mayo de 2026" in spanish
    assert "7:29 PM CDT" in own  # who signed off, when


def test_a_withdrawal_is_dated_by_the_district(in_zone):
    issuer = in_zone("America/Chicago")
    received = receive(issuer, EVENING, now=datetime(2026, 6, 1, 1, tzinfo=UTC))
    lists.revoke(
        issuer,
        received.credential_id,
        reason="Twice.",
        by="command",
        now=datetime(2026, 11, 2, 2, tzinfo=UTC),
    )
    with issuer.database.reading() as session:
        assert session.query(Revocation).one().revoked_at.day == 2
    client = start_app(issuer.settings).test_client()
    address = addresses.credential(issuer.settings, received.credential_id)
    page = client.get(address.removeprefix(issuer.settings.public_url) + ".html").text
    report = client.post("/verify", data={"text": address}).text
    for text in (page, report):
        assert "November 1, 2026" in text
        assert "November 2, 2026" not in text


@pytest.mark.parametrize(
    ("zone", "at", "shown"),
    [
        ("America/Chicago", "2026-06-01T00:29:00Z", "May 31, 2026</time>, 7:29 PM CDT"),
        (None, "2026-06-01T00:29:00Z", "June 1, 2026</time>, 12:29 AM UTC"),
        (None, "2026-05-31T19:29:00-05:00", "May 31, 2026</time>, 7:29 PM UTC-05:00"),
    ],
)
def test_a_sign_off_is_of_the_district_s_day_else_of_the_sender_s(in_zone, zone, at, shown):
    issuer = in_zone(zone)
    received = receive(issuer, EVENING | {"approvals": [{"role": "coach", "at": at}]})
    path = received.manage_url.removeprefix(issuer.settings.public_url)
    assert shown in start_app(issuer.settings).test_client().get(path).text


@pytest.mark.parametrize(
    "again",
    [
        {"approved_at": "2026-06-01T00:30:00Z"},
        {"approved_at": "2026-06-01T00:30:00.750Z"},
        {"approved_at": "2026-06-01T02:30:00+02:00", "valid_until": "2031-07-01T04:59:59Z"},
        {"approvals": [{"role": "administrator", "at": "2026-06-01T00:29:00Z"}]},
    ],
)
@pytest.mark.parametrize("older", [False, True], ids=["new-row", "row-of-an-older-version"])
def test_approvals_are_compared_by_instants(issuer, again, older):
    first = receive(issuer, EVENING)
    if older:  # its digest was made of the times as they were written
        with issuer.database.writing() as session:
            session.query(ApprovalRow).one().digest = "0" * 64
    assert receive(issuer, EVENING | again, "e-2").credential_id == first.credential_id
    assert receive(issuer, EVENING | again, "e-1").credential_id == first.credential_id
    with pytest.raises(ConflictError):
        receive(issuer, EVENING | {"approved_at": "2026-05-31T19:31:00-05:00"}, "e-3")


def test_an_endorsement_holds_through_its_last_day_in_the_district(in_zone, home, capsys):
    in_zone("America/Chicago")
    about = ["did:web:other.example", "--name", "Other", "--until", "2031-06-30"]
    assert main(["--home", str(home), "endorse", *about]) == 0
    signed = json.loads(capsys.readouterr().out)
    assert signed["validUntil"] == "2031-06-30T23:59:59-05:00"
    assert signed["validFrom"].endswith(("-05:00", "-06:00"))


def test_what_is_prepared_already_keeps_its_dates(in_zone):
    content = EVENING | {"approved_at": "2026-06-01T00:30:00Z"}
    arrived = [Arrived(from_data(content), "e-1")]
    store(in_zone(None), arrived, source="forms", now=datetime.now(UTC))
    issuer = in_zone("America/Chicago")
    ((row, error),) = finish_pending(issuer, now=clock.now)
    assert error is None
    document = json.loads(shared.find_shared(issuer, row.public_id).json)
    assert document["awardedDate"] == "2026-06-01T00:30:00Z"


@pytest.mark.parametrize("name", ["Chicago", "America", "../../etc/passwd", "CST6CDT,M3", "a\0b"])
def test_a_time_zone_that_is_none_is_refused(in_zone, name):
    with pytest.raises(SettingsError, match=r"timezone must be an IANA name|mintmark.toml"):
        in_zone(name)


@pytest.mark.parametrize(
    ("machine", "zone"),
    [
        ("America/Denver", "America/Denver"),
        (":America/Denver", "America/Denver"),
        ("/usr/share/zoneinfo/America/Denver", "America/Denver"),
        ("UTC", None),
        ("Etc/UTC", None),
        ("nonsense/here", None),
    ],
)
def test_a_new_issuer_takes_the_time_zone_of_the_machine(monkeypatch, machine, zone):
    monkeypatch.setenv("TZ", machine)
    assert init.machine_timezone() == zone


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "1 KB"), (32_768, "32 KB"), (1_048_575, "1.0 MB"), (1_500_000, "1.4 MB")],
)
def test_bytes_are_said_as_people_read_them(count, words):
    assert bytes_in_words(count) == words


def test_a_time_is_written_with_its_offset():
    assert timestamp(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"
