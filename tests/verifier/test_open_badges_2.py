"""Open Badges 2.0: hosted badges are what the issuer's site says, signed ones need its key."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from world import NOW

from verifier.checks.recipient import identity_hash
from verifier.credential.model import EarnedAchievement, Evidence, Identity, Profile
from verifier.fetching.fetch import FetchError, offline
from verifier.intake.baking import PNG_SIGNATURE
from verifier.open_badges_2 import documents
from verifier.proof import jose
from verifier.report import Answer
from verifier.wording import words

SITE = "https://badges.example"
ADDRESS = f"{SITE}/assertions/1"
KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def assertion(**changes):
    return {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": ADDRESS,
        "badge": f"{SITE}/badges/1",
        "recipient": {
            "type": "email",
            "hashed": True,
            "salt": "deadsea",
            "identity": identity_hash("jordan@example.org", "deadsea"),
        },
        "issuedOn": "2026-05-15T12:00:00+00:00",
        "verification": {"type": "hosted"},
    } | changes


@pytest.fixture
def site(world):
    """The issuer's site: profile, badge class, key, revocation list, one hosted assertion."""
    world.publish(ADDRESS, assertion())
    badge = {
        "type": "BadgeClass",
        "id": f"{SITE}/badges/1",
        "name": "Feedback",
        "description": "Gives feedback that learners act on.",
        "criteria": {"narrative": "Show it."},
        "issuer": f"{SITE}/issuer",
    }
    world.publish(f"{SITE}/badges/1", badge)
    profile = {
        "type": "Issuer",
        "id": f"{SITE}/issuer",
        "name": "Example District",
        "publicKey": f"{SITE}/key",
        "revocationList": f"{SITE}/revoked",
    }
    world.publish(f"{SITE}/issuer", profile)
    key = {"type": "CryptographicKey", "id": f"{SITE}/key", "owner": f"{SITE}/issuer"}
    world.publish(f"{SITE}/key", {**key, "publicKeyPem": PEM})
    world.publish(f"{SITE}/revoked", {"type": "RevocationList", "revokedAssertions": []})
    world.profile, world.badge_class = profile, badge
    return world


def signed(payload=None, key=KEY, **header):
    payload = payload or assertion(verification={"type": "signed", "creator": f"{SITE}/key"})
    data = jose.signing_input({"alg": "RS256", **header}, json.dumps(payload).encode())
    return jose.compact(data, key.sign(data, padding.PKCS1v15(), SHA256()))


def answers(report):
    return str(report.authentic.answer), str(report.current.answer)


def test_a_hosted_badge_is_authentic_and_said_to_be_2_0(site):
    report = site.verify(assertion())
    assert answers(report) == ("yes", "yes")
    assert "ob2_version" in [check.code for check in report.checks]
    assert report.credential.achievement.name == "Feedback"
    assert report.credential.issuer.id == f"{SITE}/issuer"


def test_a_signed_badge_is_authentic(site):
    assert answers(site.verify(signed())) == ("yes", "yes")


def test_the_recipient_hash_of_2_0_is_compared(site):
    assert site.verify(assertion(), presented_by="Jordan@example.org").theirs.answer == "yes"
    assert site.verify(assertion(), presented_by="casey@example.org").theirs.answer == "no"


COPIES = {
    "an end added": ({"expires": "2036-01-01T00:00:00Z"}, "expires"),
    "another date": ({"issuedOn": "2020-01-01T00:00:00Z"}, "issuedOn"),
    "the same date in another form": ({"issuedOn": "2026-05-15T12:00:00Z"}, "issuedOn"),
    "another badge": ({"badge": f"{SITE}/badges/2"}, "badge"),
    "another recipient": (
        {"recipient": {"type": "email", "hashed": False, "identity": "casey@example.org"}},
        "recipient",
    ),
    "evidence as text": ({"evidence": f"{SITE}/evidence"}, "evidence"),
    "evidence as a list": ({"evidence": [{"id": f"{SITE}/evidence"}]}, "evidence"),
    "two things": ({"narrative": "Well done.", "expires": "2036-01-01"}, "expires, narrative"),
}


@pytest.mark.parametrize(("changes", "members"), COPIES.values(), ids=COPIES)
def test_a_copy_is_trusted_for_its_address_alone_and_it_is_said_in_what_it_differs(
    site, changes, members
):
    """Open Badges 2.0, Hosted Verification: what the issuer serves is the badge."""
    report = site.verify(assertion(**changes))
    (note,) = [check for check in report.checks if check.code == "ob2_copy_differs"]
    assert note.params["members"] == members
    assert (*answers(report), report.authentic.code) == ("yes", "yes", "authentic_hosted")
    assert report.credential.document == assertion()


def test_an_end_that_the_copy_leaves_out_is_said_and_counts(site):
    site.publish(ADDRESS, assertion(expires="2026-06-01T00:00:00Z"))
    report = site.verify(assertion())
    assert report.current.code == "expired"
    assert "ob2_copy_differs" in [check.code for check in report.checks]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"id": "http://badges.example/assertions/1"},
        {"id": "https://BADGES.example:443/assertions/1"},
        {"@context": "https://w3id.org/openbadges/v1", "verify": {"type": "hosted"}},
        {"badge": "http://badges.example:80/badges/1"},
    ],
)
def test_what_is_written_otherwise_and_says_the_same_is_no_difference(site, changes):
    """Hosts are compared as hosts; http addresses are asked by https."""
    report = site.verify(assertion(**changes))
    assert answers(report) == ("yes", "yes")
    assert "ob2_copy_differs" not in [check.code for check in report.checks]


@pytest.mark.parametrize("link", ["http://badges.example/assertions/1", ADDRESS])
def test_an_old_link_is_asked_by_https(site, link):
    """As pictures of 1.x hold it: their sites have long moved to https."""
    report = site.verify(link.encode())
    assert answers(report) == ("yes", "yes")
    assert report.credential.id == ADDRESS
    assert site.asked[0] == ADDRESS


def test_a_hosted_badge_is_what_the_site_says_and_not_signed(site):
    report = site.verify(assertion())
    assert (report.authentic.code, report.securing) == ("authentic_hosted", "hosted")
    assert "signed it" in words.text(report.authentic)
    assert site.verify(signed()).authentic.code == "authentic"


def test_a_badge_that_leads_to_its_own_address_is_followed_there(site):
    """An old address, or a copy on somebody's own site: what the badge's own address serves."""
    old = "https://old.example/assertions/1"
    site.publish(old, assertion(narrative="Forged."))
    report = site.verify(assertion(id=old))
    assert answers(report) == ("yes", "yes")
    assert report.credential.id == ADDRESS
    assert report.credential.narrative is None
    site.publish(ADDRESS, assertion(id="https://third.example/1"))
    assert site.verify(assertion(id=old)).authentic.code == "ob2_differs"


GONE = {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": ADDRESS}


@pytest.mark.parametrize("handed", [assertion(), GONE | {"revoked": True}, ADDRESS], ids=str)
def test_a_badge_of_which_no_more_is_left_is_withdrawn_with_its_reason(site, handed):
    """As Badgr serves it, with status 200 (Open Badges 2.0, Assertion: `revoked`)."""
    site.publish(ADDRESS, GONE | {"revoked": True, "revocationReason": "Issued twice."})
    verdict = site.verify(handed).authentic
    assert (str(verdict.answer), verdict.code) == ("no", "revoked_because")
    assert verdict.params["reason"] == "Issued twice."


def test_a_withdrawal_without_a_word_more_counts(site):
    site.publish(ADDRESS, {"revoked": True})
    assert site.verify(assertion()).authentic.code == "ob2_revoked"


@pytest.mark.parametrize("body", [{"error": "no such badge"}, {"revoked": "true"}, {}, []])
def test_an_apology_is_no_badge_and_no_withdrawal(site, body):
    site.publish(ADDRESS, body)
    assert site.verify(assertion()).authentic.code == "ob2_hosted_unreachable"


def test_an_apology_in_the_place_of_a_profile_allows_nothing(site):
    site.publish(f"{SITE}/issuer", {"error": "no such issuer"})
    assert site.verify(assertion()).authentic.code == "ob2_linked_unreachable"


def test_a_hosted_badge_that_is_gone_is_withdrawn(site):
    site.documents[ADDRESS] = FetchError("http_status", ADDRESS, "answered 410")
    assert site.verify(assertion()).authentic.code == "ob2_revoked"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expires": "soon"}, "date_unreadable"),
        ({"expires": {}}, "date_unreadable"),
        ({"issuedOn": "lately"}, "date_unreadable"),
        ({"revoked": "true"}, "status_malformed"),
        ({"expires": None, "revoked": False}, "current"),
    ],
    ids=["an end in words", "an end of an object", "a begin", "a mark in words", "nothing"],
)
def test_a_limit_that_cannot_be_read_is_not_absent(site, changes, code):
    site.publish(ADDRESS, assertion(**changes))
    report = site.verify(assertion(**changes))
    assert (report.authentic.answer, report.current.code) == (Answer.YES, code)
    assert report.current.answer is not Answer.NO


def test_a_hosted_badge_that_is_marked_revoked_is_not_current(site):
    site.publish(ADDRESS, assertion(revoked=True))
    assert answers(site.verify(assertion())) == ("yes", "no")


def test_a_signed_badge_on_the_revocation_list_is_not_current(site):
    site.publish(f"{SITE}/revoked", {"revokedAssertions": [{"id": ADDRESS}]})
    assert answers(site.verify(signed())) == ("yes", "no")


def test_the_reason_on_a_revocation_list_is_told(site):
    entry = {"id": ADDRESS, "revocationReason": "Issued twice."}
    site.publish(f"{SITE}/revoked", {"revokedAssertions": [entry]})
    current = site.verify(signed()).current
    assert (current.code, current.params["reason"]) == ("revoked_because", "Issued twice.")


@pytest.mark.parametrize("ends", ["2026-06-01T00:00:00Z", "2026-06-01", 1780272000])
def test_a_badge_past_its_end_is_not_current(site, ends):
    site.publish(ADDRESS, assertion(expires=ends))
    assert site.verify(assertion(expires=ends)).current.code == "expired"


@pytest.mark.parametrize("form", [assertion(), signed()], ids=["hosted", "signed"])
def test_without_its_site_a_badge_of_2_0_could_not_be_checked(site, form):
    assert answers(site.verify(form, fetch=offline)) == ("could_not_check", "could_not_check")


def test_a_badge_hosted_elsewhere_than_its_issuer_is_refused(site):
    elsewhere = "https://forger.example/assertions/1"
    site.publish(elsewhere, assertion(id=elsewhere))
    assert site.verify(assertion(id=elsewhere)).authentic.code == "ob2_other_site"


def test_an_embedded_profile_cannot_allow_the_forgers_own_site(site):
    elsewhere = "https://forger.example/assertions/1"
    allowing = {**site.profile, "verification": {"allowedOrigins": ["forger.example"]}}
    forged = assertion(id=elsewhere, badge={**site.badge_class, "issuer": allowing})
    site.publish(elsewhere, forged)
    assert site.verify(forged).authentic.code == "ob2_other_site"


def test_a_profile_at_home_may_allow_another_origin(site):
    elsewhere = "https://host.example/assertions/1"
    site.publish(f"{SITE}/issuer", site.profile | {"verification": {"startsWith": elsewhere[:-1]}})
    site.publish(elsewhere, assertion(id=elsewhere))
    assert answers(site.verify(assertion(id=elsewhere))) == ("yes", "yes")


POLICIES = {
    "outside of the folder": ({"startsWith": f"{SITE}/district/"}, False),
    "a folder that begins alike": ({"startsWith": f"{SITE}/assert"}, False),
    "inside the folder": ({"startsWith": f"{SITE}/assertions/"}, True),
    "inside one of two folders": ({"startsWith": [f"{SITE}/x/", f"{SITE}/assertions"]}, True),
    "by http and a port": ({"startsWith": "http://BADGES.example:80/assertions/"}, True),
    "another site than those allowed": ({"allowedOrigins": "host.example"}, False),
    "a site that is allowed": ({"allowedOrigins": ["host.example", "Badges.Example"]}, True),
    "an origin that is allowed": ({"allowedOrigins": f"{SITE}:443"}, True),
    "the site, but not the folder": (
        {"allowedOrigins": "badges.example", "startsWith": f"{SITE}/district/"},
        False,
    ),
    "the folder, but not the site": (
        {"allowedOrigins": "host.example", "startsWith": f"{SITE}/assertions/"},
        False,
    ),
    "no policy in it": ({"type": "VerificationObject"}, True),
}


@pytest.mark.parametrize(("policy", "allowed"), POLICIES.values(), ids=POLICIES)
def test_the_profile_says_where_its_badges_may_be_hosted(site, policy, allowed):
    """Open Badges 2.0, VerificationObject: also on the issuer's own host, which has tenants."""
    site.publish(f"{SITE}/issuer", site.profile | {"verification": policy})
    embedded = assertion(badge={**site.badge_class, "issuer": site.profile})
    for form in (assertion(), embedded):
        site.publish(ADDRESS, form)
        assert site.verify(form).authentic.code == (
            "authentic_hosted" if allowed else "ob2_other_site"
        )


@pytest.mark.parametrize(
    "policy",
    [
        {"startsWith": "https://["},
        {"startsWith": [f"{SITE}/assertions/", 7]},
        {"allowedOrigins": "no host"},
        {"allowedOrigins": [None]},
        f"{SITE}/policy",
        ["x"],
    ],
)
def test_a_policy_that_cannot_be_read_is_not_taken_for_none(site, policy):
    site.publish(f"{SITE}/issuer", site.profile | {"verification": policy})
    verdict = site.verify(assertion()).authentic
    assert (str(verdict.answer), verdict.code) == ("could_not_check", "ob2_policy_unreadable")
    assert verdict.params["url"] == f"{SITE}/issuer"


@pytest.mark.parametrize("path", ["/assertions/../m/1", "/assertions/%2e%2e/m/1"])
def test_an_address_that_climbs_out_of_the_folder_is_not_asked(site, path):
    site.publish(f"{SITE}/issuer", site.profile | {"verification": {"startsWith": f"{SITE}/a"}})
    site.publish(f"{SITE}{path}", assertion(id=f"{SITE}{path}"))
    assert site.verify(assertion(id=f"{SITE}{path}")).authentic.answer != "yes"


def test_a_key_that_the_profile_does_not_name_proves_nothing(site):
    stranger = "https://forger.example/key"
    own = rsa.generate_private_key(65537, 2048)
    pem = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    site.publish(stranger, {"id": stranger, "owner": f"{SITE}/issuer", "publicKeyPem": pem})
    forged = assertion(verification={"type": "signed", "creator": stranger})
    assert site.verify(signed(forged, own)).authentic.code == "key_not_listed"


@pytest.mark.parametrize(("keys", "code"), [(1, "authentic"), (2, "key_not_listed")])
def test_a_badge_that_names_no_key_is_by_the_only_one_of_the_profile(site, keys, code):
    listed = [f"{SITE}/key", "https://district.example/another-key"][:keys]
    site.publish(f"{SITE}/issuer", site.profile | {"publicKey": listed})
    assert site.verify(signed(assertion(verification={"type": "signed"}))).authentic.code == code


def test_a_document_that_cannot_be_read_is_named_with_the_reason(site):
    site.documents[f"{SITE}/odd"] = b'{"a": 1, "a": 2}'
    with pytest.raises(FetchError) as refused:
        documents.load(f"{SITE}/odd", site.fetch)
    assert (refused.value.code, refused.value.url) == ("answer_unreadable", f"{SITE}/odd")
    assert "a" in str(refused.value)


@pytest.mark.parametrize(
    ("reference", "code", "url"),
    [
        (7, "ob2_linked_unreachable", "7"),
        (["urn:a", "urn:b"], "structure_list_for_one", "['urn:a', 'urn:b']"),
        (f"{SITE}/nowhere", "ob2_linked_unreachable", f"{SITE}/nowhere"),
    ],
)
def test_what_a_badge_links_to_and_is_not_there_is_named(site, reference, code, url):
    with pytest.raises(documents.DocumentUnavailableError) as refused:
        documents.linked(reference, site.fetch)
    assert (refused.value.code, refused.value.url) == (code, url)


def test_a_signature_by_another_key_does_not_fit(site):
    other = rsa.generate_private_key(65537, 2048)
    assert site.verify(signed(key=other)).authentic.code == "signature_wrong"


def test_what_is_wrong_with_a_signed_badge_is_said_of_the_right_thing(site):
    """OB 2.0, *Signed Verification*: the key by its address, the signature by its algorithm."""
    other = rsa.generate_private_key(65537, 2048)
    (proof,) = [check for check in site.verify(signed(key=other)).checks if check.name == "proof"]
    assert proof.params == {"suite": "JWS RS256"}
    site.publish(f"{SITE}/key", {"id": f"{SITE}/key", "owner": "https://other.example"})
    (key,) = [check for check in site.verify(signed()).checks if check.name == "key"]
    assert (key.code, key.params) == ("key_not_listed", {"method": f"{SITE}/key"})


def test_what_a_badge_says_is_shown_by_the_names_of_3_0(site):
    """OB 2.0, *Assertion*, *BadgeClass*, *Profile*; a time of 1.x may be a number."""
    site.publish(
        f"{SITE}/badges/1",
        site.badge_class
        | {
            "criteria": {"id": f"{SITE}/criteria", "narrative": "Show it."},
            "image": {"id": f"{SITE}/badge.png"},
            "tags": ["feedback", 7, "teaching"],
        },
    )
    contact = {"url": SITE, "email": "badges@example.org"}
    site.publish(f"{SITE}/issuer", site.profile | contact)
    there = assertion(
        issuedOn=1778846400,
        expires="2036-05-15",
        narrative="Nine times, then 26.",
        recipient={"identity": "+1555", "type": "telephone"},
    )
    site.publish(ADDRESS, there)
    shown = site.verify(there).credential
    assert (shown.id, shown.types, shown.name) == (ADDRESS, ("Assertion",), "Feedback")
    assert shown.issuer == Profile(id=f"{SITE}/issuer", name="Example District", **contact)
    assert shown.achievement == EarnedAchievement(
        id=f"{SITE}/badges/1",
        name="Feedback",
        description="Gives feedback that learners act on.",
        criteria="Show it.",
        criteria_url=f"{SITE}/criteria",
        image=f"{SITE}/badge.png",
        tags=("feedback", "teaching"),
    )
    assert shown.identities == (Identity(type="telephone", value="+1555", hashed=False, salt=""),)
    assert shown.narrative == "Nine times, then 26."
    assert shown.valid_from == shown.awarded_date == datetime(2026, 5, 15, 12, tzinfo=UTC)
    assert shown.valid_until == datetime(2036, 5, 15, tzinfo=UTC)
    assert (shown.unreadable, shown.document) == ((), there)


@pytest.mark.parametrize(
    ("criteria", "shown"),
    [
        (f"{SITE}/criteria", (None, f"{SITE}/criteria")),
        ({"narrative": 7}, (None, None)),
        (None, (None, None)),
    ],
)
def test_criteria_are_words_or_an_address(site, criteria, shown):
    """OB 2.0, *Criteria*; what is neither is left out and nothing else with it."""
    site.publish(f"{SITE}/badges/1", site.badge_class | {"criteria": criteria})
    achievement = site.verify(assertion()).credential.achievement
    assert (achievement.criteria, achievement.criteria_url) == shown


@pytest.mark.parametrize("member", ["verify", "verification"])
def test_a_badge_may_name_its_address_or_its_key_in_either_member(site, member):
    """OB 1.x, *VerificationObject* (`verify.url`), and 2.0, *Verification* (`creator`)."""
    bare = {name: v for name, v in assertion().items() if name not in ("id", "verification")}
    hosted = bare | {member: {"type": "hosted", "url": ADDRESS}}
    assert answers(site.verify(hosted)) == ("yes", "yes")
    named = bare | {"id": ADDRESS, member: {"type": "signed", "url": f"{SITE}/key"}}
    site.publish(f"{SITE}/issuer", site.profile | {"publicKey": [f"{SITE}/key", f"{SITE}/other"]})
    assert answers(site.verify(signed(named))) == ("yes", "yes")


def test_what_could_not_be_asked_is_named(site):
    """The revocation list by its address and why, a badge without address by its id."""
    site.documents[f"{SITE}/revoked"] = FetchError("timeout", f"{SITE}/revoked", "slow")
    (status,) = [check for check in site.verify(signed()).checks if check.name == "status"]
    assert status.params == {"url": f"{SITE}/revoked", "why": "timeout"}
    nowhere = site.verify(assertion(id="urn:uuid:1")).authentic
    assert (nowhere.code, nowhere.params["url"]) == ("ob2_no_address", "urn:uuid:1")


def test_what_the_site_says_is_said_with_its_address(site):
    """OB 2.0, *Hosted Verification*."""
    report = site.verify(assertion(narrative="Well done."))
    (hosted,) = [check for check in report.checks if check.code == "ob2_hosted"]
    (note,) = [check for check in report.checks if check.code == "ob2_copy_differs"]
    assert (hosted.name, hosted.params, note.name) == ("hosted", {"url": ADDRESS}, "hosted")
    site.publish(f"{SITE}/issuer", site.profile | {"verification": {"startsWith": f"{SITE}/x/"}})
    elsewhere = site.verify(assertion()).authentic
    assert (elsewhere.code, elsewhere.params) == ("ob2_other_site", {"url": ADDRESS})


def test_a_recipient_of_no_kind_and_no_name_is_nobody(site):
    """OB 2.0, *IdentityObject*: `type` and `identity` are required, and nothing is made up."""
    there = assertion(recipient={"hashed": False})
    site.publish(ADDRESS, there)
    report = site.verify(there, presented_by="jordan@example.org")
    assert report.credential.identities == (Identity(type="", value="", hashed=False, salt=""),)
    assert report.theirs.answer is not Answer.YES


def test_evidence_is_shown_as_the_site_describes_it(site):
    """OB 2.0, *Evidence*: an address, or what is there and in which words."""
    described = {
        "id": f"{SITE}/evidence/1",
        "name": "A recorded lesson",
        "description": "Twenty minutes.",
        "narrative": "Learners lead.",
        "genre": "Video",
        "audience": "Colleagues",
    }
    there = assertion(evidence=[described, f"{SITE}/evidence/2"])
    site.publish(ADDRESS, there)
    assert site.verify(there).credential.evidence == (
        Evidence(**described),
        Evidence(id=f"{SITE}/evidence/2"),
    )


def test_a_credential_of_3_0_is_never_read_as_2_0(site):
    badge = site.issuer.sign(site.badge())
    disguised = {**badge, "@context": [*badge["@context"], "https://w3id.org/openbadges/v2"]}
    assert (
        site.verify({**disguised, "type": ["Assertion", *badge["type"]]}).authentic.answer != "yes"
    )


def chunk(kind, body):
    import struct
    import zlib

    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param((b"tEXt", b"openbadges\0" + ADDRESS.encode()), id="1.x address"),
        pytest.param(
            (b"iTXt", b"openbadges\0\0\0\0\0" + json.dumps(assertion()).encode()), id="2.0 JSON"
        ),
        pytest.param((b"iTXt", b"openbadges\0\0\0\0\0" + signed().encode()), id="2.0 JWS"),
    ],
)
def test_a_baked_png_of_2_0_is_read(site, body):
    ihdr = b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"
    png = PNG_SIGNATURE + chunk(b"IHDR", ihdr) + chunk(*body) + chunk(b"IEND", b"")
    assert answers(site.verify(png)) == ("yes", "yes")


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(f'<openbadges:assertion verify="{ADDRESS}"/>', id="address"),
        pytest.param(f'<openbadges:assertion verify="{signed()}"/>', id="JWS"),
        pytest.param(
            f"<openbadges:assertion><![CDATA[{json.dumps(assertion())}]]></openbadges:assertion>",
            id="JSON",
        ),
    ],
)
def test_a_baked_svg_of_2_0_is_read(site, inside):
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="http://openbadges.org"'
    assert answers(site.verify(f"<svg {names}>{inside}</svg>")) == ("yes", "yes")


def test_now_decides_whether_it_has_begun(site):
    site.publish(ADDRESS, assertion(issuedOn="2027-01-01T00:00:00Z"))
    report = site.verify(assertion(issuedOn="2027-01-01T00:00:00Z"), now=NOW)
    assert report.current.code == "not_yet_valid"
