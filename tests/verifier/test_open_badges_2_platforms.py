"""Hosted Open Badges 1.x and 2.0 as platforms write them: shapes found in public material, rebuilt
with our own content. None of them is called forged, and each is said to be what it is.
"""

import copy
import json
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from verifier import Answer
from verifier.checks.recipient import identity_hash
from verifier.fetching.fetch import FetchError, offline
from verifier.proof import jose

V2, V1 = "https://w3id.org/openbadges/v2", "https://w3id.org/openbadges/v1"
MAIL = "jordan@example.org"


@dataclass
class Shape:
    """What a platform hands out, what it serves at which address, and the version that this is."""

    handed: dict
    served: dict = field(default_factory=dict)
    version: str = "2.0"
    differs: str = ""


def recipient(salt="", **changes):
    hashed = {"type": "email", "hashed": True, "identity": identity_hash(MAIL, salt)}
    return hashed | ({"salt": salt} if salt else {}) | changes


def badgr(version="2_0", *, context=V2, evidence=None):
    """A Badgr server, which Canvas Credentials, Parchment and edubadges run: baked with BadgeClass
    and issuer inside, each `id` with its version, times with microseconds."""
    host, query = "https://api.badges.example/public", f"?v={version}"
    issuer = {
        "@context": context,
        "type": "Issuer",
        "id": f"{host}/issuers/a1{query}",
        "name": "Example District",
        "url": "https://district.example",
        "email": "badges@district.example",
        "slug": "a1",
    }
    badge = {
        "@context": context,
        "type": "BadgeClass",
        "id": f"{host}/badges/b1{query}",
        "name": "Feedback",
        "description": "Gives feedback that learners act on.",
        "criteria": {"narrative": "Show it."},
        "image": f"{host}/badges/b1/image",
        "issuer": issuer["id"],
        "alignment": [],
        "tags": [],
    }
    hosted = {
        "@context": context,
        "type": "Assertion",
        "id": f"{host}/assertions/c1{query}",
        "badge": badge["id"],
        "slug": "c1",
        "image": f"{host}/assertions/c1/image",
        "verification": {"type": "HostedBadge"},
        "evidence": [{"type": "Evidence", "id": "https://district.example/e"}],
        "narrative": "Well done.",
        "issuedOn": "2026-05-15T12:00:00.123456+00:00",
        "recipient": recipient("f00d"),
        "extensions:recipientProfile": {"name": "Jordan Example"},
    }
    baked = hosted | {"badge": badge | {"issuer": issuer}, "image": {"id": hosted["image"]}}
    served = {document["id"]: document for document in (hosted, badge, issuer)}
    return Shape(baked | ({"evidence": evidence} if evidence else {}), served)


def badgr_1_1():
    """Baked while the server wrote 1.1: evidence as text, and its address in `verify`."""
    shape = badgr("1_1", context=V1)
    shape.handed |= {"evidence": "https://district.example/e", "uid": "c1"}
    shape.handed["verify"] = {"type": "hosted", "url": shape.handed["id"]}
    shape.version, shape.differs = "1.1", "evidence"
    return shape


def badgr_address_without_version():
    """Baked before ids had their version: the old address serves the badge under the new one."""
    shape = badgr()
    new = shape.handed["id"]
    shape.handed["id"] = new.partition("?")[0]
    shape.served[shape.handed["id"]] = shape.served[new]
    return shape


def credly():
    """Credly: no salt, milliseconds, contexts inside, issuer on the same host by another path."""
    host = "https://api.badges.example"
    issuer, badge = f"{host}/api/v1/obi/v2/issuers/1", f"{host}/v1/obi/v2/issuers/1/badge_classes/2"
    handed = {
        "@context": V2,
        "badge": badge,
        "expires": "2036-04-01T14:41:00.000Z",
        "evidence": [
            {"@context": V2, "id": "http://district.example", "name": "Work", "type": "Evidence"}
        ],
        "id": f"{host}/v1/obi/v2/badge_assertions/3",
        "issuedOn": "2026-04-01T14:41:00.000Z",
        "recipient": recipient(),
        "type": "Assertion",
        "verification": {"type": "hosted"},
    }
    served = {
        handed["id"]: handed,
        badge: {
            "@context": V2,
            "type": "BadgeClass",
            "id": badge,
            "name": "Feedback",
            "criteria": {"@context": V2, "id": "https://www.badges.example/org/1/badge/2"},
            "image": {"id": "https://images.badges.example/1.png"},
            "issuer": issuer,
        },
        issuer: {"@context": V2, "type": "Issuer", "id": issuer, "name": "Example District"},
    }
    return Shape(handed, served)


def moodle():
    """Moodle, 2.0: all in one document, and a profile that is served for each badge under the
    address of the site's own."""
    host = "https://moodle.example/badges"
    issuer = {
        "name": "Example District",
        "url": "https://moodle.example/",
        "email": "badges@district.example",
        "@context": V2,
        "id": f"{host}/badge_json.php?id=5&action=0&obversion=2",
        "type": "Issuer",
    }
    handed = {
        "recipient": recipient("badges1a2b"),
        "badge": {
            "name": "Feedback",
            "description": "Gives feedback that learners act on.",
            "image": "data:image/png;base64,",
            "criteria": {"id": f"{host}/badge.php?hash=c1", "narrative": "Show it."},
            "issuer": issuer,
            "@context": V2,
            "id": f"{host}/badge_json.php?id=5",
            "type": "BadgeClass",
            "version": "",
            "@language": "en",
        },
        "verify": {"type": "hosted", "url": f"{host}/assertion.php?b=c1&obversion=2"},
        "issuedOn": "2026-05-15T12:00:00+00:00",
        "evidence": f"{host}/badge.php?hash=c1",
        "@context": V2,
        "type": "Assertion",
        "id": f"{host}/assertion.php?b=c1&obversion=2",
    }
    own = issuer | {"id": f"{host}/issuer_json.php"}
    return Shape(handed, {handed["id"]: handed, issuer["id"]: own, own["id"]: own})


def moodle_1_0():
    """Moodle, 1.0: no context, no types, no ids, Unix times, by http."""
    host = "http://moodle.example/badges/assertion.php?b=c1"
    handed = {
        "uid": "c1",
        "recipient": recipient("badges1a2b"),
        "badge": f"{host}&action=1",
        "verify": {"type": "hosted", "url": host},
        "issuedOn": 1778846400,
        "evidence": "http://moodle.example/badges/badge.php?hash=c1",
    }
    badge = {
        "name": "Feedback",
        "description": "Gives feedback that learners act on.",
        "image": "data:image/png;base64,",
        "criteria": "http://moodle.example/badges/badge.php?hash=c1",
        "issuer": f"{host}&action=0",
    }
    issuer = {"name": "Example District", "url": "http://moodle.example"}
    served = {host: handed, f"{host}&action=1": badge, f"{host}&action=0": issuer}
    secure = {address.replace("http:", "https:"): document for address, document in served.items()}
    return Shape(handed, secure, "1.0")


def service_with_its_own_names():
    """As young services write it: `expires: null`, an address in `verification`, all expanded."""
    shape = badgr()
    hosted = shape.served[shape.handed["id"]]
    hosted |= {"expires": None, "badge": shape.handed["badge"], "revoked": False}
    hosted["verification"] = {"type": "HostedBadge", "url": hosted["id"]}
    shape.handed = copy.deepcopy(hosted)
    return shape


def draft_of_1_1():
    """As pages on making a first badge had it: a context of its own, `@type` and `@id`, Unix
    times."""
    host = "https://badges.example"
    start = {"@context": "http://standard.openbadges.org/1.1/context.json"}
    handed = start | {
        "@type": "assertion",
        "@id": f"{host}/a.json",
        "uid": "f2c20",
        "recipient": recipient("deadsea"),
        "badge": f"{host}/badge.json",
        "verify": {"type": "hosted", "url": f"{host}/a.json"},
        "issuedOn": 1778846400,
    }
    badge = start | {
        "@type": "badgeclass",
        "@id": handed["badge"],
        "name": "Feedback",
        "image": f"{host}/badge.png",
        "criteria": f"{host}/criteria.html",
        "issuer": f"{host}/issuer.json",
    }
    issuer = {"name": "Example District", "url": host}
    served = {handed["@id"]: handed, badge["@id"]: badge, badge["issuer"]: issuer}
    return Shape(handed, served, "1.1")


def everything_in_lists():
    """A list of one says what its item says (JSON-LD): badge, issuer, recipient, address."""
    shape = badgr_1_1()
    listed = {
        name: [value] for name, value in shape.handed.items() if name not in ("id", "@context")
    }
    shape.handed = {**shape.handed, **listed}
    for address, document in shape.served.items():
        shape.served[address] = {name: [value] for name, value in document.items()} | {
            "id": address
        }
    return shape


SHAPES = [
    badgr, badgr_1_1, badgr_address_without_version, credly, moodle, moodle_1_0,
    service_with_its_own_names, draft_of_1_1, everything_in_lists,
]  # fmt: skip


@pytest.fixture
def hosted(world):
    def publish(shape):
        for address, document in shape.served.items():
            world.publish(address, document)
        return world

    return publish


@pytest.mark.parametrize("make", SHAPES)
def test_it_is_what_its_issuers_site_says(hosted, make):
    shape = make()
    report = hosted(shape).verify(shape.handed, presented_by=MAIL)
    verdicts = (report.authentic.code, str(report.current.answer), str(report.theirs.answer))
    assert verdicts == ("authentic_hosted", "yes", "yes")
    assert report.credential.achievement.name == "Feedback"
    assert report.credential.issuer.name == "Example District"
    params = {check.code: check.params for check in report.checks}
    assert params["ob2_version"]["version"] == shape.version
    assert params.get("ob2_copy_differs", {}).get("members", "") == shape.differs


def answer_of_a_badgr_server(shape):
    """Version 2 of its interface says in its own terms what is hosted at `openBadgeId`."""
    entity = {
        "entityType": "Assertion",
        "entityId": "c1",
        "openBadgeId": shape.handed["id"],
        "badgeclassOpenBadgeId": shape.handed["badge"]["id"],
        "recipient": {"type": "email", "hashed": False, "plaintextIdentity": "a@example.org"},
        "revoked": False,
    }
    return {"status": {"success": True, "description": "ok"}, "result": [entity]}


ANSWERS = {
    "version 2": answer_of_a_badgr_server,
    "one entity": lambda shape: answer_of_a_badgr_server(shape)["result"][0],
    "of a backpack": lambda shape: {
        "result": [
            answer_of_a_badgr_server(shape)["result"][0] | {"entityType": "BackpackAssertion"}
        ]
    },
    "version 1": lambda shape: [{"id": 1, "json": shape.handed, "acceptance": "Accepted"}],
    "in a report of others": lambda shape: {"badge": {"data": answer_of_a_badgr_server(shape)}},
    "of another service": lambda shape: {"data": shape.handed},
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_what_an_interface_answers_leads_to_the_hosted_badge(hosted, answer):
    shape = badgr()
    (report,) = hosted(shape).verify_all(json.dumps(answer(shape)).encode())
    assert (report.authentic.code, report.current.code) == ("authentic_hosted", "current")
    assert report.credential.achievement.name == "Feedback"


def test_what_an_interface_says_of_a_badge_counts_for_nothing(hosted):
    shape = badgr()
    shape.served[shape.handed["id"]] |= {"revoked": True}
    report = hosted(shape).verify(answer_of_a_badgr_server(shape))
    assert report.current.answer is Answer.NO


@pytest.mark.parametrize("member", ["badge", "issuer"])
def test_of_two_badges_or_issuers_none_is_taken(hosted, member):
    shape = badgr()
    for document in shape.served.values():
        if member in document:
            document[member] = [document[member], "https://other.example/2"]
    assert hosted(shape).verify(shape.handed).authentic.code == "structure_list_for_one"


@pytest.mark.parametrize("part", ["badge class", "issuer", "list", "through a link"])
def test_what_is_no_badge_of_a_person_is_called_that_and_not_unsigned(hosted, part):
    shape = badgr()
    badge = shape.handed["badge"]
    handed = {
        "badge class": badge,
        "issuer": badge["issuer"],
        "list": {"@context": [V2], "type": "RevocationList", "id": "https://badges.example/r"},
        "through a link": badge["id"],
    }[part]
    verdict = hosted(shape).verify(handed).authentic
    assert (verdict.answer, verdict.code) == (Answer.COULD_NOT_CHECK, "ob2_part")


def test_a_badge_class_without_an_issuer_says_so(hosted):
    shape = badgr()
    del shape.served[shape.handed["badge"]["id"]]["issuer"]
    assert hosted(shape).verify(shape.handed).authentic.code == "issuer_missing"


def test_a_badge_whose_address_stands_in_a_list_is_looked_up_there(hosted):
    shape = badgr_1_1()
    del shape.handed["id"]
    shape.handed["verify"] = [shape.handed["verify"]]
    assert hosted(shape).verify(shape.handed).authentic.code == "authentic_hosted"


@pytest.mark.parametrize("make", SHAPES)
def test_without_its_site_it_could_not_be_checked_under_its_own_name(world, make):
    shape = make()
    (check,) = [
        check
        for check in world.verify(shape.handed, fetch=offline).checks
        if check.code == "ob2_hosted_unreachable"
    ]
    assert check.params["version"] == shape.version


@pytest.mark.parametrize("make", SHAPES)
def test_gone_it_is_withdrawn(hosted, make):
    """As Credly and Moodle answer for what they withdrew."""
    shape = make()
    world, address = hosted(shape), next(iter(shape.served))
    world.documents[address] = FetchError("http_status", address, "answered 410")
    assert world.verify(shape.handed).authentic.code == "ob2_revoked"


@pytest.mark.parametrize("version", ["1_1", "2_0"])
def test_a_badge_that_a_badgr_server_withdrew_says_why(hosted, version):
    """It answers with status 200 and no more than that."""
    shape = badgr(version)
    members = ("@context", "type", "id")
    left = {name: shape.handed[name] for name in members} | {
        "revoked": True,
        "revocationReason": "",
    }
    shape.served[left["id"]] = left
    assert hosted(shape).verify(shape.handed).authentic.code == "ob2_revoked"
    shape.served[left["id"]] = left | {"revocationReason": "Issued twice."}
    verdict = hosted(shape).verify(shape.handed).authentic
    assert (verdict.code, verdict.params["reason"]) == ("revoked_because", "Issued twice.")


def test_an_open_badge_of_2012_is_named_and_could_not_be_checked(world):
    """0.5: all in one document, which says nowhere where it is hosted."""
    badge = {
        "recipient": identity_hash(MAIL, "salt"),
        "salt": "salt",
        "issued_on": "2012-06-01",
        "badge": {
            "version": "0.5.0",
            "name": "Feedback",
            "criteria": "/badges/feedback",
            "issuer": {"origin": "https://district.example", "name": "Example District"},
        },
    }
    verdict = world.verify(badge).authentic
    assert (str(verdict.answer), verdict.code) == ("could_not_check", "ob2_no_address")
    assert verdict.params["version"] == "0.5"


def test_a_signed_badge_of_1_1_is_not_called_forged(hosted):
    """It names its key itself, and no profile of 1.x names keys: nobody can tell whose it is."""
    shape, key = badgr_1_1(), rsa.generate_private_key(65537, 2048)
    data = jose.signing_input({"alg": "RS256"}, json.dumps(shape.handed).encode())
    signed = jose.compact(data, key.sign(data, padding.PKCS1v15(), SHA256()))
    assert hosted(shape).verify(signed).authentic.code == "issuer_lists_no_keys"
