"""Every kind of status that badges in use carry (OB-75…78; T13, T14)."""

import base64
import gzip
import json

import pytest
from world import NOW

from verifier import Answer, verify
from verifier.checks import status_list
from verifier.checks.status import LIST_TYPES, MAX_LIST_BYTES
from verifier.fetching.fetch import FetchError
from verifier.report import Outcome

V1 = "https://www.w3.org/2018/credentials/v1"
LIST_2021 = "https://w3id.org/vc/status-list/2021/v1"
OLD_LIST = "https://district.example/revoked.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
INDEX = 94567
LIST = "https://district.example/status/1"


def entry(**changes):
    return {
        "id": "https://district.example/status/1#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(INDEX),
        "statusListCredential": "https://district.example/status/1",
    } | changes


def badge(world, *entries, **changes):
    status = list(entries) if len(entries) != 1 else entries[0]
    return world.issuer.sign(world.badge(credentialStatus=status, **changes))


def current(report):
    return report.current.answer, report.current.code


def sized(value, size, index=INDEX):
    """Return the list in which just one entry of `size` bits has a value."""
    bits = value << (status_list.MIN_ENTRIES - 1 - index) * size
    return {"encodedList": status_list.encode(bits.to_bytes(status_list.MIN_ENTRIES * size // 8))}


def test_of_several_entries_each_is_asked(world):
    other = "https://district.example/status/2"
    entries = (
        entry(),
        entry(statusPurpose="suspension", statusListCredential=other, id=f"{other}#1"),
    )
    whole = badge(world, *entries)
    assert current(world.verify(whole)) == (Answer.COULD_NOT_CHECK, "status_unreachable")
    suspended = world.list_document({INDEX}, id=other, subject={"statusPurpose": "suspension"})
    world.publish(other, world.issuer.sign(suspended))
    assert current(world.verify(whole)) == (Answer.NO, "suspended")


def test_one_list_may_serve_two_purposes(world):
    purposes = ["revocation", "suspension"]
    world.publish_list({INDEX}, subject={"statusPurpose": purposes})
    whole = badge(world, entry(statusPurpose="suspension"))
    assert current(world.verify(whole)) == (Answer.NO, "suspended")


def test_a_list_of_another_purpose_says_nothing(world):
    world.publish_list({INDEX}, subject={"statusPurpose": "suspension"})
    assert current(world.verify(badge(world, entry()))) == (
        Answer.COULD_NOT_CHECK,
        "status_list_of_another",
    )


@pytest.mark.parametrize("size", [2, 3, 5, 8])
@pytest.mark.parametrize("value", [0, 1, 3])
def test_an_entry_of_several_bits_withdraws_unless_it_is_zero(world, size, value):
    world.publish_list(set(), subject=sized(value, size))
    report = world.verify(badge(world, entry(statusSize=size)))
    assert report.current.code == ("revoked" if value else "current")


def test_the_entries_beside_one_of_several_bits_are_not_read(world):
    bits = int.from_bytes(gzip.decompress(_unpacked(sized(3, 2, INDEX - 1))))
    bits |= int.from_bytes(gzip.decompress(_unpacked(sized(3, 2, INDEX + 1))))
    both = status_list.encode(bits.to_bytes(status_list.MIN_ENTRIES // 4))
    world.publish_list(set(), subject={"encodedList": both})
    assert current(world.verify(badge(world, entry(statusSize=2)))) == (Answer.YES, "current")


def _unpacked(subject):
    text = subject["encodedList"][1:]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_list_too_short_for_its_size_is_not_read(world):
    whole = badge(world, entry(statusSize=2))
    assert current(world.verify(whole)) == (Answer.COULD_NOT_CHECK, "status_list_unreadable")


def test_a_message_is_shown_and_left_to_the_reader(world):
    messages = [
        {"status": "0x0", "message": "in order"},
        {"status": "0x2", "message": "under review"},
    ]
    world.publish_list(set(), subject=sized(2, 2) | {"statusPurpose": "message"})
    whole = badge(world, entry(statusPurpose="message", statusSize=2, statusMessage=messages))
    report = world.verify(whole)
    assert current(report) == (Answer.COULD_NOT_CHECK, "status_message")
    assert report.current.params["message"] == "under review"


@pytest.mark.parametrize(
    ("bits", "code"), [({INDEX}, "refresh_offered"), (set(), "no_refresh_offered")]
)
def test_an_offer_of_a_newer_version_is_only_noted(world, bits, code):
    world.publish_list(bits, subject={"statusPurpose": "refresh"})
    report = world.verify(badge(world, entry(statusPurpose="refresh")))
    assert current(report) == (Answer.YES, "current")
    assert code in {check.code for check in report.checks}


def test_an_offer_that_cannot_be_read_decides_nothing(world):
    world.documents.pop(world.list_url)
    report = world.verify(badge(world, entry(statusPurpose="refresh")))
    check = next(check for check in report.checks if check.name == "status")
    assert (check.outcome, check.code) == (Outcome.NOT_APPLICABLE, "status_unreachable")
    assert report.current.answer is Answer.YES


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"statusPurpose": "withdrawal"}, "status_not_supported"),
        ({"type": "TokenStatusList"}, "status_not_supported"),
        ({"statusSize": 9}, "status_not_supported"),
        ({"statusSize": 0}, "status_not_supported"),
        ({"statusSize": "two"}, "status_malformed"),
        ({"statusListIndex": "1e3"}, "status_malformed"),
        ({"statusListIndex": -1}, "status_malformed"),
        ({"statusListIndex": "99999999"}, "status_list_unreadable"),
    ],
    ids=str,
)
def test_what_is_not_known_could_not_be_checked(world, changes, code):
    jwt = world.issuer.jwt(world.badge(credentialStatus=entry(**changes)))
    assert current(world.verify(jwt)) == (Answer.COULD_NOT_CHECK, code)


def test_too_many_entries_are_not_asked(world):
    whole = world.issuer.jwt(world.badge(credentialStatus=[entry()] * 9))
    assert current(world.verify(whole)) == (Answer.COULD_NOT_CHECK, "status_malformed")
    assert world.list_url not in world.asked


def test_as_many_entries_as_are_asked_for_are(world):
    whole = badge(world, *[entry()] * 8)
    assert current(world.verify(whole)) == (Answer.YES, "current")


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param({"status_list": {"idx": 5, "uri": LIST}}, id="a Token Status List"),
        pytest.param({}, id="nothing in it"),
        pytest.param("revoked", id="a word"),
        pytest.param(False, id="false"),
    ],
)
@pytest.mark.parametrize("beside", ["members", "vc"])
def test_the_status_claim_of_a_jwt_is_not_taken_for_no_status(world, claim, beside):
    """IETF's Token Status List puts its reference into any JWT (section 6.1)."""
    document = world.badge(credentialStatus=None)
    claims = {"status": claim}
    if beside == "vc":
        claims |= dict.fromkeys(document) | {"vc": document}
    report = world.verify(world.issuer.jwt(document, claims=claims))
    assert current(report) == (Answer.COULD_NOT_CHECK, "status_not_supported")
    assert report.authentic.answer is Answer.YES
    assert "no_status" not in {check.code for check in report.checks}


def test_a_status_claim_lets_no_other_status_go(world):
    world.publish_list({INDEX})
    claims = {"status": {"status_list": {"idx": 5, "uri": LIST}}}
    report = world.verify(world.issuer.jwt(world.badge(), claims=claims))
    assert current(report) == (Answer.NO, "revoked")


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte order mark"),
        pytest.param(lambda text: f"\n{text}\r\n".encode(), id="white space"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16"),
    ],
)
def test_a_list_is_read_in_whatever_form_a_badge_is(world, write):
    world.documents[LIST] = write(json.dumps(world.issuer.sign(world.list_document({INDEX}))))
    assert current(world.verify(badge(world, entry()))) == (Answer.NO, "revoked")
    token = world.issuer.jwt(world.list_document(set()), {"typ": "vc+jwt"})
    world.documents[LIST] = write(f'"{token}"')
    assert current(world.verify(badge(world, entry()))) == (Answer.YES, "current")


def test_a_list_at_an_address_of_http_is_asked_for_by_https(world):
    """As links and hosted badges are: what is answered by http, anybody on the way can write."""
    plain = LIST.replace("https:", "http:")
    secured = badge(world, entry(statusListCredential=plain))
    assert current(world.verify(secured)) == (Answer.YES, "current")
    world.publish_list({INDEX})
    assert current(world.verify(secured)) == (Answer.NO, "revoked")
    assert plain not in world.asked


def test_a_list_may_be_a_jwt(world):
    for revoked, code in ((set(), "current"), ({INDEX}, "revoked")):
        world.documents[world.list_url] = world.issuer.jwt(world.list_document(revoked)).encode()
        assert world.verify(badge(world, entry())).current.code == code


def list_2021(world, revoked, encode, **changes):
    bits = status_list.with_bits(status_list.MIN_ENTRIES, revoked)
    packed = encode(gzip.compress(bits)).decode().rstrip("=")
    return world.issuer.sign(
        {
            "@context": [V1, LIST_2021, "https://w3id.org/security/data-integrity/v2"],
            "id": world.list_url,
            "type": ["VerifiableCredential", "StatusList2021Credential"],
            "issuer": world.issuer.did,
            "issuanceDate": "2026-11-01T00:00:00Z",
            "credentialSubject": {
                "id": f"{world.list_url}#list",
                "type": "StatusList2021",
                "statusPurpose": "revocation",
                "encodedList": packed,
            },
        }
        | changes
    )


@pytest.mark.parametrize("encode", [base64.urlsafe_b64encode, base64.b64encode])
@pytest.mark.parametrize(("revoked", "code"), [(set(), "current"), ({INDEX}, "revoked")])
def test_a_status_list_of_2021_is_read(world, encode, revoked, code):
    world.publish(world.list_url, list_2021(world, revoked, encode))
    contexts = [*world.badge()["@context"], LIST_2021]
    old = entry(type="StatusList2021Entry")
    assert world.verify(badge(world, old, **{"@context": contexts})).current.code == code


def test_a_list_of_2021_that_has_ended_says_nothing(world):
    ended = list_2021(world, set(), base64.urlsafe_b64encode, expirationDate="2026-11-02T00:00:00Z")
    world.publish(world.list_url, ended)
    jwt = world.issuer.jwt(world.badge(credentialStatus=entry(type="StatusList2021Entry")))
    assert current(world.verify(jwt)) == (Answer.COULD_NOT_CHECK, "status_list_out_of_date")


def test_an_entry_of_2021_is_not_answered_by_a_newer_list(world):
    jwt = world.issuer.jwt(world.badge(credentialStatus=entry(type="StatusList2021Entry")))
    assert current(world.verify(jwt)) == (Answer.COULD_NOT_CHECK, "status_list_of_another")


@pytest.fixture
def with_old_list(world):
    """A badge whose issuer keeps the unsigned list of the first Open Badges 3.0."""
    contexts = [*world.badge()["@context"], EXTENSIONS]
    status = {"id": OLD_LIST, "type": "1EdTechRevocationList"}
    return badge(world, status, **{"@context": contexts})


@pytest.mark.parametrize(
    ("revoked", "code"),
    [
        ([], "current"),
        ([{"id": "https://district.example/credentials/2"}], "current"),
        ([{"id": "https://district.example/credentials/1"}], "revoked"),
        ([{"id": " https://district.example/credentials/%31 "}], "revoked"),
        (
            [{"id": "https://district.example/credentials/1", "revocationReason": "x"}],
            "revoked_because",
        ),
        ([{"id": "https://district.example/credentials/1", "revoked": False}], "current"),
        (["https://district.example/credentials/1"], "revoked"),
        (
            [{"id": "https://district.example/credentials/1", "revoked": "true"}],
            "status_list_unreadable",
        ),
        ([{"revoked": True}], "status_list_unreadable"),
        ([7, "https://district.example/credentials/1"], "revoked"),
        (
            [{"id": "https://district.example/credentials/2", "revoked": "true"}],
            "current",
        ),
    ],
    ids=["empty", "another", "listed", "spelled-otherwise", "with-reason", "taken-back", "as-text",
         "in-words", "of-nothing", "listed-beside", "another-in-words"],
)  # fmt: skip
def test_an_unsigned_revocation_list_withdraws_what_it_lists(world, with_old_list, revoked, code):
    world.publish(OLD_LIST, {"id": OLD_LIST, "revokedCredential": revoked})
    assert world.verify(with_old_list).current.code == code


@pytest.mark.parametrize(("number", "code"), [(1, "revoked"), (2, "current")])
@pytest.mark.parametrize("write", [str, lambda id: {"id": id, "revoked": True}])
def test_a_single_entry_may_stand_without_its_brackets(world, with_old_list, number, code, write):
    revoked = write(f"https://district.example/credentials/{number}")
    world.publish(OLD_LIST, {"revokedCredential": revoked})
    assert world.verify(with_old_list).current.code == code


def test_an_unsigned_list_may_name_its_issuer_with_more(world, with_old_list):
    revoked = ["https://district.example/credentials/1"]
    issuer = {"id": world.issuer.did, "name": "District"}
    world.publish(OLD_LIST, {"issuer": issuer, "revokedCredential": revoked})
    assert current(world.verify(with_old_list)) == (Answer.NO, "revoked")


def test_the_reason_of_a_withdrawal_is_shown_as_far_as_it_fits(world, with_old_list):
    revoked = {"id": "https://district.example/credentials/1", "revocationReason": "x" * 300}
    world.publish(OLD_LIST, {"revokedCredential": [revoked]})
    (status,) = (check for check in world.verify(with_old_list).checks if check.name == "status")
    assert (status.outcome, status.code) == (Outcome.FAILED, "revoked_because")
    assert status.params == {"url": OLD_LIST, "reason": "x" * 200}


def test_a_long_unsigned_list_is_read(world, with_old_list):
    others = [f"https://district.example/credentials/{number}" for number in range(30_000)]
    world.publish(OLD_LIST, {"revokedCredential": others})
    assert len(world.documents[OLD_LIST]) > 2**20
    assert current(world.verify(with_old_list)) == (Answer.NO, "revoked")


def test_a_list_is_asked_for_in_the_types_of_its_kind_up_to_a_size(world, with_old_list):
    asked = []

    def fetch(url, *, accept, max_bytes):
        asked.append((url, accept, max_bytes))
        return world.fetch(url, accept=accept, max_bytes=max_bytes)

    for document, url, accept in (
        (with_old_list, OLD_LIST, "application/json"),
        (badge(world, entry()), world.list_url, LIST_TYPES),
    ):
        verify(json.dumps(document).encode(), fetch=fetch, now=NOW)
        assert (url, accept, MAX_LIST_BYTES) in asked


def test_an_unsigned_list_without_an_address_could_not_be_checked(world):
    jwt = world.issuer.jwt(world.badge(credentialStatus={"type": "1EdTechRevocationList"}))
    (status,) = (check for check in world.verify(jwt).checks if check.name == "status")
    assert (status.outcome, status.code) == (Outcome.COULD_NOT_CHECK, "status_malformed")
    assert status.params == {"member": "credentialStatus.id"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"issuer": {"id": "did:web:other.example"}, "revokedCredential": []},
         "status_list_of_another"),
        ({"issuer": "did:web:other.example", "revokedCredential": []}, "status_list_of_another"),
        ({"revoked": []}, "status_list_unreadable"),
        ([], "status_list_unreadable"),
        (FetchError("too_slow", OLD_LIST), "status_unreachable"),
    ],
    ids=["another's, with more", "another-issuer", "no-list", "not-an-object", "unreachable"],
)  # fmt: skip
def test_an_unsigned_list_that_cannot_be_read_says_nothing(world, with_old_list, answer, code):
    world.documents[OLD_LIST] = (
        answer if isinstance(answer, FetchError) else json.dumps(answer).encode()
    )
    assert current(world.verify(with_old_list)) == (Answer.COULD_NOT_CHECK, code)
