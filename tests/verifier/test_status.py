"""Games with status lists: whatever keeps one from being read is no yes and no no (T13, T14)."""

import base64
import gzip
import json

import pytest
from world import Issuer

from verifier.checks import status_list
from verifier.fetching.fetch import FetchError
from verifier.report import Answer

INDEX = 94567
VERIFICATION = "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR"


def with_status(world, **changes):
    entry = world.badge()["credentialStatus"] | changes
    entry = {key: value for key, value in entry.items() if value is not None}
    return world.issuer.sign(world.badge(credentialStatus=entry))


def answer(report):
    return report.current.answer, report.current.code


def test_a_badge_whose_bit_is_clear_is_current_and_one_whose_bit_is_set_is_revoked(world, badge):
    world.publish_list({INDEX - 1, INDEX + 1})
    assert answer(world.verify(badge)) == (Answer.YES, "current")
    world.publish_list({INDEX})
    assert answer(world.verify(badge)) == (Answer.NO, "revoked")


def test_a_badge_without_a_status_asks_for_no_list(world):
    badge = world.badge()
    del badge["credentialStatus"]
    report = world.verify(world.issuer.sign(badge))
    assert report.current.answer is Answer.YES
    assert world.asked == ["https://district.example/.well-known/did.json"]


def signed_by_another(world):
    attacker = Issuer("did:web:attacker.example")
    world.publish_issuer(attacker)
    clean = world.list_document(set())
    world.publish(world.list_url, attacker.sign(clean | {"issuer": attacker.did}))


def signed_by_another_in_the_issuers_name(world):
    attacker = Issuer("did:web:attacker.example")
    world.publish_issuer(attacker)
    world.publish(world.list_url, attacker.sign(world.list_document(set())))


def signed_with_a_key_nobody_lists(world):
    forger = Issuer(world.issuer.did)
    world.publish(world.list_url, forger.sign(world.list_document(set())))


def unsigned(world):
    world.publish(world.list_url, world.list_document(set()))


def changed_after_signing(world):
    signed = world.issuer.sign(world.list_document({INDEX}))
    signed["credentialSubject"]["encodedList"] = status_list.encode(bytes(16384))
    world.publish(world.list_url, signed)


def proof_past_its_end(world):
    ended = {"expires": "2026-11-10T00:00:00Z"}
    world.publish(world.list_url, world.issuer.sign(world.list_document(set()), **ended))


def proof_from_the_future(world):
    early = {"created": "2026-12-10T00:00:00Z"}
    world.publish(world.list_url, world.issuer.sign(world.list_document(set()), **early))


def changed(**changes):
    return lambda world: world.publish_list(set(), **changes)


def raw(data):
    def publish(world):
        world.documents[world.list_url] = data

    return publish


def fails(code):
    return raw(FetchError(code, "https://district.example/status/1"))


def rewritten(world):
    """The same statements, with the list where a reader of `credentialSubject` looks past it."""
    signed = world.issuer.sign(world.list_document({INDEX}))
    subject = signed.pop("credentialSubject")
    world.publish(world.list_url, signed | {"@included": [subject]})


PACKED = gzip.compress(bytes(16384))


def encoded(packed):
    text = "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    return changed(subject={"encodedList": text})


GAMES = {
    "signed by another": (signed_by_another, "status_list_of_another"),
    "signed by another in the issuer's name": (
        signed_by_another_in_the_issuers_name, "status_list_not_authentic",
    ),
    "signed with a key nobody lists": (signed_with_a_key_nobody_lists, "status_list_not_authentic"),
    "unsigned": (unsigned, "status_list_not_authentic"),
    "changed after signing": (changed_after_signing, "status_list_not_authentic"),
    "its proof past its end": (proof_past_its_end, "status_list_not_authentic"),
    "its proof from the future": (proof_from_the_future, "status_list_not_authentic"),
    "the list of another address": (
        changed(id="https://elsewhere.example/status/1"), "status_list_of_another",
    ),
    "the list of another port": (
        changed(id="https://district.example:8443/status/1"), "status_list_of_another",
    ),
    "the list without the lock": (
        changed(id="http://district.example/status/1"), "status_list_of_another",
    ),
    "a list that is no address": (
        changed(id="urn:uuid:8f6f0c0e-2b0a-4b0e-9d2e-0c8d7f3f5a13"), "status_list_of_another",
    ),
    "for another purpose": (
        changed(subject={"statusPurpose": "suspension"}), "status_list_of_another",
    ),
    "for no purpose": (changed(subject={"statusPurpose": []}), "status_list_of_another"),
    "of another type": (changed(type=["VerifiableCredential"]), "status_list_of_another"),
    "a subject of another type": (
        changed(subject={"type": ["BitstringStatusList", "JsonSchemaCredential"]}),
        "status_list_of_another",
    ),
    "expired": (changed(validUntil="2026-11-20T00:00:00Z"), "status_list_out_of_date"),
    "expired who knows when": (changed(validUntil="last week"), "status_list_out_of_date"),
    "valid who knows when": (changed(validFrom="last week"), "status_list_out_of_date"),
    "not yet valid": (changed(validFrom="2026-12-01T00:00:00Z"), "status_list_out_of_date"),
    "not a list": (changed(subject={"encodedList": "uAAAA"}), "status_list_unreadable"),
    "no list": (changed(subject={"encodedList": None}), "status_list_unreadable"),
    "gzip cut short": (encoded(PACKED[:-4]), "status_list_unreadable"),
    "two gzip members": (encoded(PACKED + gzip.compress(b"\xff")), "status_list_unreadable"),
    "bytes behind the gzip": (encoded(PACKED + b"\0"), "status_list_unreadable"),
    "a bomb": (encoded(gzip.compress(bytes(2**26))), "status_list_unreadable"),
    "shorter than the herd": (encoded(gzip.compress(bytes(16383))), "status_list_unreadable"),
    "restructured": (rewritten, "status_list_not_authentic"),
    "not JSON": (raw(b"<html>"), "status_list_not_authentic"),
    "an array": (raw(b"[]"), "status_list_not_authentic"),
    "nothing": (raw(b""), "status_list_not_authentic"),
    "not UTF-8": (raw(b"\xff\xfe{"), "status_list_not_authentic"),
    "a JWT cut short": (raw(b"e30.e30."), "status_list_not_authentic"),
    "not found": (fails("http_status"), "status_unreachable"),
    "too slow": (fails("too_slow"), "status_unreachable"),
    "a broken connection": (fails("connection_lost"), "status_unreachable"),
    "offline": (fails("offline"), "status_unreachable"),
    "at a private address": (fails("address_refused"), "status_unreachable"),
}  # fmt: skip


@pytest.mark.parametrize(
    "own",
    ["https://district.example/status/2", "https://district.example/lists?n=1", None],
    ids=["another place", "a query", "none"],
)
def test_a_list_that_names_its_own_site_otherwise_is_read(world, badge, own):
    """Bitstring Status List 1.0, section 2.2: `id` MAY be the address."""
    for revoked, expected in ((set(), (Answer.YES, "current")), ({INDEX}, (Answer.NO, "revoked"))):
        whole = world.list_document(revoked, id=own)
        whole = {name: value for name, value in whole.items() if value is not None}
        world.publish(world.list_url, world.issuer.sign(whole))
        assert answer(world.verify(badge)) == expected


@pytest.mark.parametrize("own", ["https://elsewhere.example/1", "urn:x:1"])
def test_a_withdrawal_counts_wherever_its_list_says_to_be(world, badge, own):
    world.publish_list({INDEX}, id=own)
    assert answer(world.verify(badge)) == (Answer.NO, "revoked")


@pytest.mark.parametrize(("game", "code"), GAMES.values(), ids=GAMES.keys())
def test_a_list_that_is_not_the_issuers_own_and_sound_could_not_be_checked(
    world, badge, game, code
):
    game(world)
    assert answer(world.verify(badge)) == (Answer.COULD_NOT_CHECK, code)


def test_the_issuers_own_list_as_a_jwt_is_read(world, badge):
    jwt = world.issuer.jwt(world.list_document({INDEX}), claims={"sub": None})
    world.documents[world.list_url] = jwt.encode()
    assert answer(world.verify(badge)) == (Answer.NO, "revoked")


def test_a_list_as_a_jwt_that_writes_its_end_otherwise_could_not_be_checked(world, badge):
    ended = {"https://www.w3.org/2018/credentials#validUntil": "2026-11-10T00:00:00Z"}
    whole = world.list_document(set())
    del whole["validUntil"]
    world.documents[world.list_url] = world.issuer.jwt(whole | ended, claims={"sub": None}).encode()
    assert answer(world.verify(badge)) == (Answer.COULD_NOT_CHECK, "status_list_not_authentic")


def test_the_issuers_own_list_with_space_around_it_is_read(world, badge):
    for text in (
        json.dumps(world.issuer.sign(world.list_document({INDEX}))),
        world.issuer.jwt(world.list_document({INDEX}), claims={"sub": None}),
    ):
        world.documents[world.list_url] = f"\n {text}\n".encode()
        assert answer(world.verify(badge)) == (Answer.NO, "revoked")


@pytest.mark.parametrize(
    "index",
    [
        *(
            "abc",
            "-1",
            "1e3",
            "94567.0",
            " 94567",
            "094567",
            "0x17167",
            "",
            "+1",
            "1_0",
        ),
        pytest.param("９４５６７", id="full-width digits"),
        *(-1, 94567.5, True, [94567, 1], {"@value": "94567", "@language": "en"}),
    ],
    ids=str,
)
def test_an_index_that_is_no_plain_number_could_not_be_checked(world, index):
    report = world.verify(with_status(world, statusListIndex=index))
    assert answer(report) == (Answer.COULD_NOT_CHECK, "status_malformed")


@pytest.mark.parametrize("index", ["131072", "9999999999999999", 131072], ids=str)
def test_an_index_past_the_end_could_not_be_checked(world, index):
    report = world.verify(with_status(world, statusListIndex=index))
    assert answer(report) == (Answer.COULD_NOT_CHECK, "status_list_unreadable")


@pytest.mark.parametrize("index", [str(2**64), "1" * 400], ids=["2**64", "400 digits"])
def test_an_index_beyond_all_lists_could_not_be_checked(world, index):
    report = world.verify(with_status(world, statusListIndex=index))
    assert answer(report) == (Answer.COULD_NOT_CHECK, "status_malformed")


def test_an_index_written_as_a_number_is_read(world):
    world.publish_list({INDEX})
    assert answer(world.verify(with_status(world, statusListIndex=INDEX))) == (Answer.NO, "revoked")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"statusPurpose": None}, "status_malformed"),
        ({"statusPurpose": "happiness"}, "status_not_supported"),
        ({"statusListCredential": None}, "status_malformed"),
        ({"statusListIndex": None}, "status_malformed"),
        ({"statusSize": 0}, "status_not_supported"),
        ({"statusListCredential": "https://district.example/status/9"}, "status_unreachable"),
    ],
    ids=str,
)
def test_an_entry_that_is_not_understood_could_not_be_checked(world, change, code):
    report = world.verify(with_status(world, **change))
    assert answer(report) == (Answer.COULD_NOT_CHECK, code)


def test_a_hundred_entries_are_not_looked_up(world):
    entries = [
        world.badge()["credentialStatus"] | {"id": f"https://district.example/status/1#{n}"}
        for n in range(100)
    ]
    report = world.verify(world.issuer.sign(world.badge(credentialStatus=entries)))
    assert answer(report) == (Answer.COULD_NOT_CHECK, "status_malformed")
    assert world.list_url not in world.asked


def test_an_unauthentic_badge_sends_nobody_to_its_list(world, badge):
    elsewhere = badge["credentialStatus"] | {"statusListCredential": "https://internal.example/"}
    world.verify(badge | {"credentialStatus": elsewhere})
    assert world.asked == ["https://district.example/.well-known/did.json"]


def test_a_revocation_published_a_moment_ago_counts(world, badge):
    assert world.verify(badge).current.answer is Answer.YES
    world.publish_list({INDEX})
    assert answer(world.verify(badge)) == (Answer.NO, "revoked")


def test_what_failed_names_the_problem_that_w3c_defines(world, badge):
    signed_by_another(world)
    checks = {check.name: check for check in world.verify(badge).checks}
    assert checks["status"].problem == VERIFICATION


def test_the_list_in_the_sample_is_as_long_as_the_herd(world):
    document = json.loads(world.documents[world.list_url])
    assert len(status_list.decode(document["credentialSubject"]["encodedList"])) == 16384
