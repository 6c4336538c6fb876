"""A newer version that the issuer offers: followed once, never at the cost of the original."""

import json

import pytest

from verifier import Answer
from verifier.fetching.fetch import FetchError, offline
from verifier.report import Outcome

URL = "https://district.example/credentials/1/newest"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
LATER = "2026-11-10T00:00:00Z"


def badge(world, **changes):
    service = {"id": URL, "type": "1EdTechCredentialRefresh"}
    contexts = [*world.badge()["@context"], EXTENSIONS]
    return world.badge(**({"@context": contexts, "refreshService": service} | changes))


def note(report):
    return next(check for check in report.checks if check.name == "refresh")


def test_a_newer_version_is_what_the_report_is_about(world):
    newer = badge(world, validFrom=LATER, name="Renewed", validUntil="2030-01-01T00:00:00Z")
    world.publish(URL, world.issuer.sign(newer))
    ended = world.issuer.sign(badge(world, validUntil="2026-11-05T00:00:00Z"))
    report = world.verify(ended)
    assert (report.authentic.code, report.current.code) == ("authentic", "current")
    assert (report.credential.name, note(report).code) == ("Renewed", "refreshed")


def test_a_newer_version_at_an_address_of_http_is_asked_for_by_https(world):
    world.publish(URL, world.issuer.sign(badge(world, validFrom=LATER)))
    service = {"id": URL.replace("https:", "http:"), "type": "1EdTechCredentialRefresh"}
    report = world.verify(world.issuer.sign(badge(world, refreshService=service)))
    assert note(report).code == "refreshed"


def test_a_newer_version_may_be_a_jwt(world):
    world.documents[URL] = world.issuer.jwt(badge(world, validFrom=LATER)).encode()
    assert note(world.verify(world.issuer.sign(badge(world)))).code == "refreshed"


def test_a_newer_version_that_was_withdrawn_is_withdrawn(world):
    world.publish(URL, world.issuer.sign(badge(world, validFrom=LATER)))
    world.publish_list({94567})
    assert world.verify(world.issuer.sign(badge(world))).current.code == "revoked"


def test_an_offer_is_followed_once(world):
    further = {"id": f"{URL}/2", "type": "1EdTechCredentialRefresh"}
    world.publish(URL, world.issuer.sign(badge(world, validFrom=LATER, refreshService=further)))
    world.verify(world.issuer.sign(badge(world)))
    assert world.asked.count(URL) == 1
    assert f"{URL}/2" not in world.asked


def older(world):
    return world.issuer.sign(badge(world, validFrom="2026-10-01T00:00:00Z"))


def changed(world):
    return world.issuer.sign(badge(world, validFrom=LATER)) | {"name": "Another"}


def of_another(world):
    return world.issuer.sign(badge(world, validFrom=LATER, id="urn:x:2"))


def unsigned(world):
    return badge(world, validFrom=LATER)


@pytest.mark.parametrize(
    ("make", "code", "outcome"),
    [
        (older, "refresh_is_the_same", Outcome.PASSED),
        (changed, "refresh_not_authentic", Outcome.COULD_NOT_CHECK),
        (unsigned, "refresh_not_authentic", Outcome.COULD_NOT_CHECK),
        (of_another, "refresh_of_another", Outcome.COULD_NOT_CHECK),
        (lambda _: [], "refresh_unreachable", Outcome.COULD_NOT_CHECK),
        (lambda _: "https://district.example/", "refresh_unreachable", Outcome.COULD_NOT_CHECK),
    ],
    ids=["older", "changed", "unsigned", "of-another", "no-credential", "a-link"],
)
def test_what_is_no_newer_version_leaves_the_original(world, make, code, outcome):
    world.documents[URL] = json.dumps(make(world)).encode()
    original = badge(world)
    report = world.verify(world.issuer.sign(original))
    assert (note(report).code, note(report).outcome) == (code, outcome)
    assert report.credential.name == original["name"]
    assert (report.authentic.answer, report.current.answer) == (Answer.YES, Answer.YES)


def test_an_offer_out_of_reach_leaves_the_original(world):
    world.documents[URL] = FetchError("too_slow", URL)
    report = world.verify(world.issuer.sign(badge(world)))
    assert (note(report).code, report.current.answer) == ("refresh_unreachable", Answer.YES)


@pytest.mark.parametrize("begins", ["soon", None], ids=["in words", "none"])
def test_a_version_whose_begin_cannot_be_read_is_not_called_older(world, begins):
    other = badge(world, validFrom=begins, name="Renewed")
    other = {name: value for name, value in other.items() if value is not None}
    world.publish(URL, world.issuer.sign(other))
    report = world.verify(world.issuer.sign(badge(world)))
    assert note(report).code == "refresh_without_dates"
    assert (note(report).outcome, report.credential.name) == (
        Outcome.COULD_NOT_CHECK,
        badge(world)["name"],
    )


@pytest.mark.parametrize("service", [URL, [], {}, [URL, URL], 7], ids=repr)
def test_an_offer_that_cannot_be_read_is_not_absent(world, service):
    report = world.verify(world.issuer.jwt(badge(world, refreshService=service)))
    codes = [check.code for check in report.checks if check.name == "refresh"]
    assert codes == ([] if service == [] else ["refresh_not_supported"])


def test_offline_nothing_is_asked(world):
    snapshot = world.trust_list(world.issuer)
    report = world.verify(world.issuer.sign(badge(world)), fetch=offline, trust=[snapshot])
    assert (note(report).code, report.authentic.answer) == ("refresh_unreachable", Answer.YES)


def test_no_offer_is_followed_before_the_proof(world):
    world.verify(world.issuer.sign(badge(world)) | {"name": "Another"})
    assert URL not in world.asked


def test_another_kind_of_offer_is_only_noted(world):
    service = {"id": URL, "type": "ManualRefreshService2018"}
    jwt = world.issuer.jwt(badge(world, refreshService=service))
    report = world.verify(jwt)
    assert (note(report).code, report.current.answer) == ("refresh_not_supported", Answer.YES)
