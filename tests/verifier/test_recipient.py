"""Whose badge it is: names, salted hashes and DIDs (OB-35, OB-36, OB-86)."""

import hashlib

import pytest

from verifier.checks.recipient import identity_hash, judge, matches
from verifier.credential.model import Credential, Identity, Profile, folded_name
from verifier.report import Answer

PUBLISHED = {
    ("a@example.com", "Kosher"): "b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399",
    (
        "jjefferson18@example.com",
        "FleurDeSel",
    ): "658625b25ab3d75d613ca97d9a5a77f70e2192feca5557f4ad09a4d4f121f5fc",
}
DIGEST = PUBLISHED["a@example.com", "Kosher"]


def email(value="sha256$" + DIGEST, salt="Kosher", hashed=True):
    return Identity("emailAddress", value, hashed, salt)


def credential(*identities, subject_id=None):
    issuer = Profile("did:web:district.example")
    return Credential(None, (), issuer, identities=identities, subject_id=subject_id)


@pytest.mark.parametrize(("value", "salt"), PUBLISHED)
def test_the_published_hashes_are_made(value, salt):
    assert identity_hash(value, salt) == "sha256$" + PUBLISHED[value, salt]


@pytest.mark.parametrize("address", ["a@example.com", " a@example.com ", "A@Example.com"])
def test_an_address_matches_its_hash_as_given_and_in_lower_case(address):
    assert matches(email(), address)


@pytest.mark.parametrize(
    "identity",
    [
        pytest.param(email("sha256$" + DIGEST.upper()), id="capitals in the digest"),
        pytest.param(email("md5$" + hashlib.md5(b"a@example.comKosher").hexdigest()), id="md5"),
        pytest.param(email("A@example.com", hashed=False), id="plain"),
        pytest.param(email(identity_hash("a@example.com", ""), salt=""), id="without salt"),
    ],
)
def test_other_ways_of_writing_the_same_address_match(identity):
    assert matches(identity, "a@example.com")


@pytest.mark.parametrize(
    "identity",
    [
        pytest.param(email(salt="kosher"), id="another salt"),
        pytest.param(email("sha512$" + DIGEST), id="a hash not read here"),
        pytest.param(email(DIGEST), id="no hash named"),
        pytest.param(email("sha256$"), id="no digest"),
        pytest.param(email("sha256$ñ"), id="a digest in no hexadecimal"),
        pytest.param(email(""), id="nothing"),
        pytest.param(email("a@example.com"), id="plain text said to be hashed"),
        pytest.param(email(hashed=False), id="a hash said to be plain"),
    ],
)
def test_what_is_not_the_hash_of_the_address_does_not_match(identity):
    assert not matches(identity, "a@example.com")


def hashed(value):
    return email(identity_hash(value, "Kosher"))


SAME = [
    ("a@Example.COM", "A@example.com"),
    ("a@straße.example", "A@STRAßE.example"),
    ("a@straße.example", "a@xn--strae-oqa.example"),
    ("a@xn--mnchen-3ya.example", "a@MÜNCHEN.example"),
    ("a@mu\u0308nchen.example", "a@münchen.example"),
    ("a@under_score.example", "A@under_score.example"),
    ("josé@example.com", "josé@EXAMPLE.com"),
]
DIFFERENT = [
    ("a@strasse.example", "a@straße.example"),
    ("strasse@example.com", "straße@example.com"),
    ("a.karl@example.com", "a.\u212aarl@example.com"),  # the sign for kelvin
    ("sebastian@example.com", "\u017febastian@example.com"),  # a long s
    ("josé@example.com", "jose@example.com"),
]


@pytest.mark.parametrize(("signed", "address"), SAME)
def test_addresses_are_compared_in_ascii_lower_case_with_their_domains_in_idna(signed, address):
    """RFC 5890: a domain has two forms, which are one. A hash is made of either."""
    assert matches(email(signed, hashed=False), address)
    assert matches(email(address, hashed=False), signed)
    assert matches(hashed(address.lower()), signed)


@pytest.mark.parametrize(("signed", "address"), DIFFERENT)
def test_letters_that_unicode_folds_together_make_other_addresses(signed, address):
    for one, other in ((signed, address), (address, signed)):
        assert not matches(email(one, hashed=False), other)
        assert not matches(hashed(one), other)


NAME = Identity("name", "José  Ñandú", False)
JUDGED = {
    "the address": (credential(email()), "a@example.com", Answer.YES, "theirs"),
    "one of two addresses": (
        credential(email("sha256$00"), email()), "a@example.com", Answer.YES, "theirs",
    ),
    "another address": (credential(email()), "b@example.com", Answer.NO, "not_theirs"),
    "no address in it": (credential(NAME), "a@example.com", None, "no_identity_to_compare"),
    "a name, in other writing": (credential(NAME), "jose\u0301 ñandú", None, "name_only"),
    "a name without its accents": (
        credential(NAME), "JOSE NANDU", None, "name_spelled_differently",
    ),
    "a name in another order": (
        credential(NAME), "Ñandú, José", None, "name_spelled_differently",
    ),
    "a name with an initial": (credential(NAME), "J. Ñandú", None, "name_spelled_differently"),
    "a name with one more": (
        credential(NAME), "José María Ñandú", None, "name_spelled_differently",
    ),
    "a name with another mark": (
        credential(Identity("name", "Zoë O’Łukasz-Smith", False)), "Zoe OLukasz Smith", None,
        "name_spelled_differently",
    ),
    "another first name": (credential(NAME), "Ana Ñandú", Answer.NO, "not_theirs"),
    "initials alone": (credential(NAME), "J. N.", Answer.NO, "not_theirs"),
    "one name for two": (credential(NAME), "José José", Answer.NO, "not_theirs"),
    "another name": (credential(NAME), "Ada", Answer.NO, "not_theirs"),
    "no name in it": (credential(email()), "Ada", None, "no_identity_to_compare"),
    "the hash as a name": (
        credential(Identity("name", "sha256$00", True)), "sha256$00", Answer.NO, "not_theirs",
    ),
    "an address under another type": (
        credential(Identity("userName", "a@example.com", False)), "a@example.com", None,
        "no_identity_to_compare",
    ),
    "a name and the address": (
        credential(NAME, email()), "Jose Nandu a@example.com", Answer.YES, "theirs",
    ),
    "an address after a name": (
        credential(NAME, email()), "Somebody <mailto:a@example.com>", Answer.YES, "theirs",
    ),
    "the name and another address": (
        credential(NAME, email()), "José Ñandú b@example.com", None, "name_only",
    ),
    "another name and another address": (
        credential(NAME, email()), "Ada b@example.com", Answer.NO, "not_theirs",
    ),
    "another name and an address, where no address is": (
        credential(NAME), "Ada a@example.com", Answer.NO, "not_theirs",
    ),
    "a name and an address, where neither is": (
        credential(), "Ada a@example.com", None, "no_identity_to_compare",
    ),
    "the DID": (credential(subject_id="did:k:z"), "did:k:z", Answer.YES, "theirs"),
    "another DID": (credential(subject_id="did:k:z"), "did:k:y", Answer.NO, "not_theirs"),
    "a DID with more": (credential(subject_id="did:k:z"), "did:k:z#k", Answer.NO, "not_theirs"),
    "a DID for a random id": (
        credential(subject_id="urn:uuid:1"), "did:k:z", None, "no_identity_to_compare",
    ),
    "a DID for nobody": (credential(), "did:key:z", None, "no_identity_to_compare"),
    "two names that differ": (
        credential(NAME, Identity("name", "Ada", False)), "Ada", None, "names_differ",
    ),
    "a name beside the hash of another": (
        credential(NAME, Identity("name", "sha256$00", True)), "José Ñandú", None, "names_differ",
    ),
    "neither of two names": (
        credential(NAME, Identity("name", "Ada", False)), "Bea", Answer.NO, "not_theirs",
    ),
    "one name twice": (
        credential(NAME, Identity("name", "JOSÉ ÑANDÚ", False)), "José Ñandú", None, "name_only",
    ),
    "nothing said": (credential(NAME), "", Answer.NO, "not_theirs"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("holder", "presented", "answer", "code"), JUDGED.values(), ids=JUDGED.keys()
)
def test_who_presents_is_compared_with_who_earned(holder, presented, answer, code):
    verdict = judge(holder, presented)
    assert (verdict.answer, verdict.code) == (answer or Answer.COULD_NOT_CHECK, code)


def named(world, *names, own):
    """Return the report on a badge that names its holder in identifiers and in the subject."""
    badge = world.badge()
    entry = {"type": "IdentityObject", "identityType": "name", "hashed": False}
    badge["credentialSubject"]["identifier"] = [entry | {"identityHash": name} for name in names]
    badge["credentialSubject"]["name"] = own
    return world.verify(world.issuer.sign(badge), presented_by="Taylor Example")


def test_the_name_in_the_subject_is_one_that_the_issuer_signed(world):
    """As the Digital Credentials Consortium writes it (VCDM 2.0, 4.8: claims about a subject)."""
    for report in (
        named(world, own="Taylor Example"),
        named(world, "TAYLOR  Example", own="Taylor Example"),
    ):
        assert folded_name(report.credential.recipient_name) == "taylor example"
        assert report.theirs.code == "name_only"
        assert not {"names_nobody", "names_differ"} & {check.code for check in report.checks}
    assert named(world, own="Ada").theirs.code == "not_theirs"


def test_of_two_names_that_differ_none_is_shown(world):
    report = named(world, "Ada", own="Taylor Example")
    assert report.authentic.answer is Answer.YES
    assert report.credential.recipient_name is None
    assert report.theirs.code == "names_differ"
    assert "names_differ" in {check.code for check in report.checks}
