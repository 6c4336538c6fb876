"""Whatever ails what a verification depends on: the report names what could not be checked, that
part is never yes, and nothing is ever no for it (P9)."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from fault_proxy import DEADLINE, FAULTS, SLOW, web
from signed_list import LIST, STATE, jcs
from world import NOW, Issuer, World

from verifier.fetching import fetch
from verifier.public_keys.jwk import to_jwk
from verifier.report import Answer, Outcome
from verifier.trust import TrustListError
from verifier.trust.chain import LICENSED
from verifier.trust_lists import following

YES, COULD_NOT = Answer.YES, Answer.COULD_NOT_CHECK
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
LIST_URL = "https://lists.example/1"
OLD_LIST = "https://revoked.example/1"
NEWER = "https://newer.example/1"
SHARED = "https://shared.example/credentials/1"
HOSTED = "https://badges.example/assertions/1"
PROFILE = "https://profile.example/issuer"
ENDORSER = Issuer("did:web:endorser.example")


@dataclass
class Site(World):
    """A world in which every kind of thing has a host of its own."""

    @property
    def list_url(self) -> str:
        return LIST_URL

    def badge(self, **changes):
        status = World.badge(self)["credentialStatus"] | {"statusListCredential": LIST_URL}
        return World.badge(self, **({"credentialStatus": status} | changes))


def with_status_list(site):
    return site.issuer.sign(site.badge())


def with_old_list(site):
    site.publish(OLD_LIST, {"id": OLD_LIST, "revokedCredential": []})
    contexts = [*site.badge()["@context"], EXTENSIONS]
    status = {"id": OLD_LIST, "type": "1EdTechRevocationList"}
    return site.issuer.sign(site.badge(**{"@context": contexts, "credentialStatus": status}))


def with_newer(site):
    service = {"id": NEWER, "type": "1EdTechCredentialRefresh"}
    contexts = [*site.badge()["@context"], EXTENSIONS]
    badge = site.badge(**{"@context": contexts, "refreshService": service})
    site.publish(NEWER, site.issuer.sign(badge | {"validFrom": "2026-11-10T00:00:00Z"}))
    return site.issuer.sign(badge)


def by_link(site):
    site.publish(SHARED, with_status_list(site))
    return SHARED


def of_a_web_address(site):
    """The issuer is named by a web address, and its keys are in the key set of its site."""

    issuer = Issuer(PROFILE)
    key = to_jwk(issuer.jwt_key.public_key()) | {"kid": "1"}
    site.publish(PROFILE, {"id": PROFILE, "type": "Profile"})
    site.publish("https://profile.example/.well-known/jwks.json", {"keys": [key]})
    badge = site.badge(issuer={"id": PROFILE, "type": ["Profile"]})
    del badge["credentialStatus"]
    return issuer.jwt(badge, header={"kid": "1"})


def of_2_0(site):
    badge = {
        "type": "BadgeClass",
        "id": "https://badges.example/badges/1",
        "name": "Feedback",
        "issuer": "https://badges.example/issuer",
    }
    site.publish("https://badges.example/badges/1", badge)
    site.publish(badge["issuer"], {"type": "Issuer", "id": badge["issuer"], "name": "District"})
    assertion = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": HOSTED,
        "badge": "https://badges.example/badges/1",
        "recipient": {"type": "email", "hashed": False, "identity": "jordan@example.org"},
        "issuedOn": "2026-05-15T12:00:00+00:00",
        "verification": {"type": "hosted"},
    }
    site.publish(HOSTED, assertion)
    return assertion


def endorsed(site):
    site.publish_issuer(ENDORSER)
    endorsement = {
        "@context": site.badge()["@context"],
        "id": "https://endorser.example/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsed",
        "issuer": {"id": ENDORSER.did, "type": ["Profile"]},
        "validFrom": "2026-10-01T00:00:00Z",
        "credentialSubject": {
            "id": site.issuer.did,
            "type": ["EndorsementSubject", LICENSED],
            "endorsementComment": "Known to us.",
        },
    }
    badge = site.badge()
    badge["issuer"]["endorsement"] = [ENDORSER.sign(endorsement)]
    return site.issuer.sign(badge)


DEPENDENCIES = {
    # what: (its host, a credential, answers without a fault, answers with one, the check)
    "the issuer's document": ("district.example", with_status_list, (YES, YES, COULD_NOT),
                              (COULD_NOT, COULD_NOT, COULD_NOT), "key"),
    "the issuer's key set": ("profile.example", of_a_web_address, (YES, YES, COULD_NOT),
                             (COULD_NOT, COULD_NOT, COULD_NOT), "key"),
    "the status list": ("lists.example", with_status_list, (YES, YES, COULD_NOT),
                        (YES, COULD_NOT, COULD_NOT), "status"),
    "the list without a signature": ("revoked.example", with_old_list, (YES, YES, COULD_NOT),
                                     (YES, COULD_NOT, COULD_NOT), "status"),
    "the newer version": ("newer.example", with_newer, (YES, YES, COULD_NOT),
                          (YES, YES, COULD_NOT), "refresh"),
    "the credential behind a link": ("shared.example", by_link, (YES, YES, COULD_NOT),
                                     (COULD_NOT, COULD_NOT, COULD_NOT), "intake structure"),
    "the hosted badge of 2.0": ("badges.example", of_2_0, (YES, YES, COULD_NOT),
                                (COULD_NOT, COULD_NOT, COULD_NOT), "issuer"),
    "the endorser's document": ("endorser.example", endorsed, (YES, YES, YES),
                                (YES, YES, COULD_NOT), ""),
}  # fmt: skip


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A site, with the web around it as `site.web`."""
    site = Site()
    with web(site.documents, tmp_path, monkeypatch) as around:
        site.web = around
        yield site


def judge(site, handed, endorser_listed):
    listed = [site.trust_list(ENDORSER, kind="state", didDocument=None)] if endorser_listed else []
    return site.verify(handed, fetch=site.web.fetch(), trust=listed)


def answers(report):
    return tuple(report.verdicts()[name].answer for name in ("authentic", "current", "recognized"))


@pytest.mark.parametrize("what", DEPENDENCIES)
def test_without_a_fault_it_is_checked(site, what):
    host, make, sound, _, _ = DEPENDENCIES[what]
    report = judge(site, make(site), what == "the endorser's document")
    assert answers(report) == sound
    assert host in {urlsplit(url).hostname for url in site.web.asked}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("what", DEPENDENCIES)
def test_what_could_not_be_checked_is_named_and_nothing_is_no(site, what, fault, monkeypatch):
    host, make, _, ailing, name = DEPENDENCIES[what]
    if fault in SLOW:
        monkeypatch.setattr(fetch, "DEADLINE_SECONDS", DEADLINE)
    site.web.faults[host] = fault
    report = judge(site, make(site), what == "the endorser's document")
    assert answers(report) == ailing
    missed = [check for check in report.checks if check.outcome is Outcome.COULD_NOT_CHECK]
    assert all(check.outcome is not Outcome.FAILED for check in report.checks)
    if name:  # an endorser's own fault is told in the verdict
        assert {check.name for check in missed} & set(name.split())
    else:
        assert report.recognized.code == "endorsement_unchecked"


def test_a_schema_of_its_own_is_asked_of_nobody(site):
    schema = [{"id": "https://schemas.example/1", "type": "1EdTechJsonSchemaValidator2019"}]
    contexts = [*site.badge()["@context"], EXTENSIONS]
    badge = site.issuer.sign(site.badge(**{"@context": contexts, "credentialSchema": schema}))
    assert answers(judge(site, badge, False))[:2] == (YES, YES)
    assert {urlsplit(url).hostname for url in site.web.asked} == {
        "district.example",
        "lists.example",
    }


LATER = NOW + timedelta(days=3)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_list_of_others_keeps_its_last_good_copy_and_says_so(site, fault, tmp_path, monkeypatch):
    url = LIST["id"]
    site.publish_issuer(STATE)
    site.documents[url] = jcs(LIST).encode()
    folder = tmp_path / "lists"
    following.add(folder, url, ask=site.web.fetch, now=NOW)
    fresh, notes = following.current_lists(folder, ask=site.web.fetch, now=LATER)
    assert notes == ()
    if fault in SLOW:
        monkeypatch.setattr(fetch, "DEADLINE_SECONDS", DEADLINE)
    site.web.faults["state.example"] = fault
    later = LATER + timedelta(days=3)
    copy, notes = following.current_lists(folder, ask=site.web.fetch, now=later)
    assert [trust_list.entries for trust_list in copy] == [
        trust_list.entries for trust_list in fresh
    ]
    assert "the copy of 2026-11-25 is used" in notes[0]
    with pytest.raises(TrustListError):
        following.add(tmp_path / "none", url, ask=site.web.fetch, now=NOW)
    assert not (tmp_path / "none").exists()
    badge = site.issuer.sign(site.badge())
    report = site.verify(badge, fetch=site.web.fetch(), trust=copy, now=later)
    assert (report.recognized.answer, report.recognized.code) == (YES, "listed_by_copy")
