"""Attempts to speak for an issuer with a key that is not its own (T5, T6, D4).

The attacker has keys and a site of their own, and may write anything into the badge.
"""

import pytest
from world import Issuer

from verifier.public_keys import multikey
from verifier.public_keys.jwk import to_jwk
from verifier.report import Answer

VICTIM = "did:web:district.example"
ATTACKER = "did:web:attacker.example"


@pytest.fixture
def attacker(world):
    attacker = Issuer(ATTACKER)
    world.publish_issuer(attacker)
    return attacker


def encoded(attacker):
    return multikey.encode(attacker.proof_key.public_key())


def signed(world, attacker, method, **changes):
    """A badge in the victim's name, signed by the attacker under the given method."""
    return attacker.sign(world.badge(**changes), verificationMethod=method)


def forged_document(world, attacker, **changes):
    """The attacker's document at their own address, dressed up."""
    world.publish_issuer(attacker, attacker.document | changes)


def as_controlled_by_the_victim(world, attacker):
    methods = [m | {"controller": VICTIM} for m in attacker.document["verificationMethod"]]
    forged_document(world, attacker, verificationMethod=methods)
    return signed(world, attacker, f"{ATTACKER}#proof")


def as_the_victims_own_document(world, attacker):
    forged_document(world, attacker, id=VICTIM)
    return signed(world, attacker, f"{ATTACKER}#proof")


def with_the_victims_method_in_it(world, attacker):
    mine = attacker.document["verificationMethod"][0]
    theirs = mine | {"id": f"{VICTIM}#proof", "controller": VICTIM}
    forged_document(world, attacker, verificationMethod=[theirs], assertionMethod=[theirs["id"]])
    return signed(world, attacker, f"{VICTIM}#proof")


def with_a_short_method(world, attacker):
    badge = signed(world, attacker, f"{VICTIM}#proof")
    return badge | {"proof": [badge["proof"][0] | {"verificationMethod": "#proof"}]}


FORGERIES = {
    "their own method": lambda w, a: signed(w, a, f"{ATTACKER}#proof"),
    "the victim's method, their own key": lambda w, a: signed(w, a, f"{VICTIM}#proof"),
    "their key as the fragment": lambda w, a: signed(w, a, f"{VICTIM}#{encoded(a)}"),
    "their key as a did:key": lambda w, a: signed(w, a, f"did:key:{encoded(a)}"),
    "a did:key with a fragment": lambda w, a: signed(
        w, a, f"did:key:{encoded(a)}#{encoded(a)}"
    ),
    "the victim's name with more": lambda w, a: signed(w, a, f"{VICTIM}.attacker.example#proof"),
    "the victim's name with a path": lambda w, a: signed(w, a, f"{VICTIM}:x#proof"),
    "the victim's name with a query": lambda w, a: signed(w, a, f"{VICTIM}?x#proof"),
    "two fragments": lambda w, a: signed(w, a, f"{VICTIM}#proof#{encoded(a)}"),
    "no fragment": lambda w, a: signed(w, a, VICTIM),
    "an empty fragment": lambda w, a: signed(w, a, f"{VICTIM}#"),
    "a method without its DID": with_a_short_method,
    "the address of their document": lambda w, a: signed(
        w, a, "https://attacker.example/.well-known/did.json#proof"
    ),
    "a method that says the victim controls it": as_controlled_by_the_victim,
    "a document that says it is the victim's": as_the_victims_own_document,
    "the victim's method in their document": with_the_victims_method_in_it,
    "an issuer in a list": lambda w, a: signed(
        w, a, f"{ATTACKER}#proof", issuer=[{"id": VICTIM, "type": ["Profile"]}]
    ),
    "the issuer's id with a fragment": lambda w, a: signed(
        w, a, f"{VICTIM}#x#proof", issuer={"id": f"{VICTIM}#x", "type": ["Profile"]}
    ),
    "the issuer's id with a percent sign": lambda w, a: signed(
        w, a, f"{VICTIM}%00#proof", issuer={"id": f"{VICTIM}%00", "type": ["Profile"]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_badge_in_the_victims_name_is_not_authentic(world, attacker, forge):
    report = world.verify(forge(world, attacker))
    assert report.authentic.answer is Answer.NO
    assert report.credential is None


ISSUERS = {
    "without an id": {"type": ["Profile"], "name": "Example District"},
    "with a number as id": {"id": 7, "type": ["Profile"]},
    "with an empty id": {"id": "", "type": ["Profile"]},
    "null": None,
}


@pytest.mark.parametrize("issuer", ISSUERS.values(), ids=ISSUERS.keys())
def test_a_badge_without_an_issuer_of_its_own_is_not_authentic(world, attacker, issuer):
    signed = attacker.sign(world.badge(), verificationMethod=f"{ATTACKER}#proof")
    report = world.verify(signed | {"issuer": issuer})
    assert report.authentic.answer is not Answer.YES


def test_two_issuers_are_not_read_as_one(world, attacker):
    both = [{"id": ATTACKER, "type": ["Profile"]}, {"id": VICTIM, "type": ["Profile"]}]
    report = world.verify(signed(world, attacker, f"{ATTACKER}#proof", issuer=both))
    assert report.authentic.code == "structure_list_for_one"


def test_a_did_key_issuer_is_bound_to_its_own_key(world, attacker):
    mine, other = encoded(attacker), encoded(Issuer(ATTACKER))
    issuer = {"id": f"did:key:{other}", "type": ["Profile"]}
    for method in (f"did:key:{other}#{mine}", f"did:key:{other}#{other}", f"did:key:{mine}#{mine}"):
        report = world.verify(signed(world, attacker, method, issuer=issuer))
        assert report.authentic.answer is Answer.NO


@pytest.mark.parametrize("fragment", [True, False], ids=["with its fragment", "bare"])
def test_a_did_key_issuer_that_signs_itself_is_authentic(world, attacker, fragment):
    did = f"did:key:{encoded(attacker)}"
    badge = world.badge(issuer={"id": did, "type": ["Profile"]})
    del badge["credentialStatus"]
    method = f"{did}#{encoded(attacker)}" if fragment else did
    report = world.verify(attacker.sign(badge, verificationMethod=method))
    assert (report.authentic.answer, world.asked) == (Answer.YES, [])


OTHERWISE = "key_for_other_purposes"
DOCUMENTS = {
    "that lists it only for authentication": (
        {"assertionMethod": [], "authentication": ["#proof"]}, OTHERWISE,
    ),
    "that embeds it only for authentication": (
        {
            "verificationMethod": [],
            "assertionMethod": [],
            "authentication": Issuer(VICTIM).document["verificationMethod"],
        },
        OTHERWISE,
    ),
    "that lists it nowhere": ({"assertionMethod": []}, OTHERWISE),
    "that lists a number": ({"assertionMethod": [7, None, {}, []]}, OTHERWISE),
    "that lists another": ({"assertionMethod": ["did:web:other.example#proof"]}, OTHERWISE),
    "without methods": ({"verificationMethod": []}, "key_not_listed"),
    "that says nothing of keys": (
        {"verificationMethod": None, "assertionMethod": None}, "key_not_listed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", ["json", "jwt"])
@pytest.mark.parametrize(("changes", "code"), DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_key_counts_only_if_the_issuers_document_lists_it_for_assertions(
    world, changes, code, form
):
    """T5. One that is published for something else is called that."""
    world.publish_issuer(world.issuer, world.issuer.document | changes)
    badge = world.badge()
    report = world.verify(world.issuer.sign(badge) if form == "json" else world.issuer.jwt(badge))
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, code)


@pytest.mark.parametrize("member", ["missing", None, ""])
@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_key_that_nobody_controls_does_not_count_and_is_not_called_forged(world, member, form):
    """As Badgr servers publish theirs. Nobody but the issuer could have written it there."""
    document = world.issuer.document
    for method in document["verificationMethod"]:
        method["controller"] = member
        if member == "missing":
            del method["controller"]
    world.publish_issuer(world.issuer, document)
    badge = world.badge()
    report = world.verify(world.issuer.sign(badge) if form == "json" else world.issuer.jwt(badge))
    assert report.authentic.answer is Answer.COULD_NOT_CHECK
    assert report.authentic.code == "key_without_controller"


@pytest.mark.parametrize("controller", [ATTACKER, [VICTIM], {"id": VICTIM}], ids=str)
def test_a_key_of_another_controller_in_the_issuers_document_does_not_count(world, controller):
    document = world.issuer.document
    document["verificationMethod"][0]["controller"] = controller
    world.publish_issuer(world.issuer, document)
    report = world.verify(world.issuer.sign(world.badge()))
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "key_not_listed")


@pytest.mark.parametrize("ident", [ATTACKER, None, "", VICTIM + "/", VICTIM.upper(), [VICTIM]])
def test_a_document_of_another_id_at_the_issuers_address_says_nothing(world, ident):
    world.publish_issuer(world.issuer, world.issuer.document | {"id": ident})
    report = world.verify(world.issuer.sign(world.badge()))
    assert (report.authentic.answer, report.authentic.code) == (
        Answer.COULD_NOT_CHECK,
        "issuer_document_of_another",
    )


def test_a_key_may_stand_inside_the_list_of_assertion_methods(world):
    document = world.issuer.document
    document["assertionMethod"] = document.pop("verificationMethod")
    world.publish_issuer(world.issuer, document)
    assert world.verify(world.issuer.sign(world.badge())).authentic.answer is Answer.YES


def test_a_method_may_be_named_by_its_fragment_alone_in_the_issuers_document(world):
    document = world.issuer.document
    document["verificationMethod"][0]["id"] = "#proof"
    document["assertionMethod"] = ["#proof"]
    world.publish_issuer(world.issuer, document)
    assert world.verify(world.issuer.sign(world.badge())).authentic.answer is Answer.YES


HEADERS = {
    "their kid": lambda a: {"kid": f"{ATTACKER}#jwt"},
    "the victim's kid": lambda a: {"kid": f"{VICTIM}#jwt"},
    "the victim's kid in short": lambda a: {"kid": "#jwt"},
    "the victim's kid and their jwk": lambda a: {"kid": f"{VICTIM}#jwt", "jwk": public(a)},
    "their jwk alone": lambda a: {"kid": None, "jwk": public(a)},
    "no key named": lambda a: {"kid": None},
    "a kid at cloud metadata": lambda a: {"kid": "http://169.254.169.254/latest#jwt"},
    "a kid at their site": lambda a: {"kid": "https://attacker.example/jwks.json#jwt"},
    "a kid that is their did:key": lambda a: {"kid": f"did:key:{encoded(a)}#{encoded(a)}"},
    "an empty kid": lambda a: {"kid": ""},
    "an empty jwk": lambda a: {"kid": None, "jwk": {}},
    "a jwk with a secret": lambda a: {"kid": None, "jwk": {"kty": "oct", "k": "AAAA"}},
}


def public(attacker):
    return to_jwk(attacker.jwt_key.public_key())


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_a_jwt_in_the_victims_name_is_not_authentic(world, attacker, header):
    token = attacker.jwt(world.badge(), header(attacker), {"iss": VICTIM})
    report = world.verify(token)
    assert report.authentic.answer is Answer.NO
    assert set(world.asked) <= {"https://district.example/.well-known/did.json"}


@pytest.mark.parametrize("name", ["jku", "x5u", "crit", "b64", "zip", "enc", "epk"])
def test_a_header_that_leads_elsewhere_is_refused_and_not_followed(world, attacker, name):
    token = attacker.jwt(world.badge(), {name: "https://attacker.example/keys"}, {"iss": VICTIM})
    report = world.verify(token)
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "jwt_header")
    assert world.asked == []


@pytest.mark.parametrize("name", ["x5c", "x5t", "x5t#S256"])
def test_a_certificate_that_a_header_brings_along_is_not_looked_at(world, attacker, name):
    header = {name: ["MIIB"], "kid": None, "jwk": public(attacker)}
    forged = world.verify(attacker.jwt(world.badge(), header, {"iss": VICTIM}))
    assert (forged.authentic.answer, forged.authentic.code) == (Answer.NO, "key_not_listed")
    honest = {name: ["MIIB"], "sigT": "2026-11-01T00:00:00Z"}
    assert world.verify(world.issuer.jwt(world.badge(), honest)).authentic.answer is Answer.YES


def test_a_jwt_of_a_key_that_is_only_for_authentication_does_not_count(world):
    document = world.issuer.document | {"assertionMethod": [f"{VICTIM}#proof"]}
    world.publish_issuer(world.issuer, document)
    report = world.verify(world.issuer.jwt(world.badge()))
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "key_for_other_purposes")


def test_a_jwt_says_its_issuer_twice_and_both_must_agree(world, attacker):
    badge = world.badge(issuer={"id": ATTACKER, "type": ["Profile"]})
    report = world.verify(attacker.jwt(badge, claims={"iss": VICTIM}))
    assert (report.authentic.answer, report.authentic.code) == (Answer.NO, "claims_differ")


def test_the_name_in_a_trust_list_is_shown_and_not_the_name_in_the_badge(world, attacker):
    badge = world.badge(issuer={"id": ATTACKER, "type": ["Profile"], "name": "Example District"})
    del badge["credentialStatus"]
    report = world.verify(attacker.sign(badge), trust=[world.trust_list(world.issuer)])
    assert (report.authentic.answer, report.recognized.answer) == (Answer.YES, Answer.NO)
    assert report.recognized.code == "not_listed"
