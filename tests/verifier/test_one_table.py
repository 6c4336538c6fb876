"""One table of what people hand in, and one answer to each: on the page, over the API, on the
command line, in a batch, and from the library."""

import csv
import html
import io
import json
import re
import shlex

import carriers
import pytest
from planted import served
from sharing import SharingIssuer
from world import NOW, Issuer, World

from verifier import __main__ as command
from verifier import trust, verify
from verifier.checks import disclosure
from verifier.fetching.fetch import FetchError
from verifier.intake import baking
from verifier.options import web_options
from verifier.proof.cryptosuites import SUITES
from verifier.report import Answer, Verdict
from verifier.web.app import create_app
from verifier.wording import words

SITE = "https://district.example"
OB2 = "https://badges.example"
STRANGER = Issuer("did:web:stranger.example")
UNREACHABLE = Issuer("did:web:away.example")
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
PAST, FUTURE = "2026-11-10T00:00:00Z", "2026-12-10T00:00:00Z"


def badge(world, name, **changes):
    """Return an unsigned badge with an address of its own."""
    document = world.badge(id=f"{SITE}/credentials/{name}", **changes)
    return {member: value for member, value in document.items() if value is not None}


def signed(world, name, **changes):
    return json.dumps(world.issuer.sign(badge(world, name, **changes)))


def listed(world, name, place, **changes):
    """The badge with another place in a status list, or another list."""
    entry = world.badge()["credentialStatus"] | {"statusListIndex": str(place)} | changes
    return signed(world, name, credentialStatus=entry | {"id": f"urn:status:{name}"})


def by_another(world, name, issuer):
    changes = {"issuer": {"id": issuer.did, "type": ["Profile"]}, "credentialStatus": None}
    return json.dumps(issuer.sign(badge(world, name, **changes)))


def by_suite(world, name, suite, **changes):
    """The badge with a proof of another suite by the issuer's key."""
    document, row, key = badge(world, name, **changes), SUITES[suite], world.issuer.proof_key
    options = {
        "type": row.proof_type,
        "cryptosuite": suite,
        "created": "2026-11-01T00:00:00Z",
        "verificationMethod": world.issuer.method,
        "proofPurpose": "assertionMethod",
    }
    if row.proof_type == suite:
        del options["cryptosuite"]
    value = row.encode(key.sign(row.hash_data(document, options, key.public_key())))
    return json.dumps({**document, "proof": [{**options, "proofValue": value}]})


def changed(world, name):
    document = json.loads(signed(world, name))
    document["credentialSubject"]["achievement"]["name"] = "Superintendent"
    return json.dumps(document)


def forged(world, name):
    """Signed by a stranger in the name of the issuer."""
    return json.dumps(STRANGER.sign(badge(world, name)))


def withheld(world, name):
    """A copy that shows less, made by the holder."""
    show = ["/credentialSubject/achievement/name"]
    return json.dumps(disclosure.derive(world.issuer.share(badge(world, name)), show))


def record(world, name):
    """A learner record with a badge in it."""
    inner = json.loads(signed(world, f"{name}-inner"))
    contexts = world.badge()["@context"]
    document = {
        "@context": [contexts[0], CLR, contexts[1]],
        "id": f"{SITE}/records/1",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "Learner record",
        "issuer": {"id": world.issuer.did, "type": ["Profile"], "name": "Example District"},
        "validFrom": "2026-11-02T00:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:8f6f0c0e-2b0a-4b0e-9d2e-0c8d7f3f5a11",
            "type": ["ClrSubject"],
            "verifiableCredential": [inner],
        },
    }
    return json.dumps(world.issuer.sign(document))


def open_badge_2(world, name):
    return world.documents[f"{OB2}/assertions/1"]


def pinned_elsewhere(world, name):
    contexts = [*world.badge()["@context"], "https://unknown.example/context"]
    return json.dumps(json.loads(signed(world, name)) | {"@context": contexts})


def cut_off(world, name):
    return baking.bake_png(carriers.png(), signed(world, name))[:-40]


def photo(world, name):
    jwt = world.issuer.jwt(badge(world, name))
    return carriers.saved(carriers.code(carriers.link(jwt)), "JPEG")


GOOD = "authentic current listed"
TABLE = {
    # in each form
    "JSON": (signed, GOOD),
    "JWT": (lambda w, n: w.issuer.jwt(badge(w, n)), GOOD),
    "PNG": (lambda w, n: baking.bake_png(carriers.png(), signed(w, n)), GOOD),
    "SVG": (lambda w, n: baking.bake_svg(carriers.svg(), signed(w, n)), GOOD),
    "PDF": (
        lambda w, n: carriers.pdf(("credential.json", "application/vc", signed(w, n))),
        GOOD,
    ),
    "photo of a code": (photo, GOOD),
    "link": (lambda w, n: f"{SITE}/credentials/published", GOOD),
    "array": (lambda w, n: f"[{signed(w, n)}]", GOOD),
    "without a status list": (lambda w, n: signed(w, n, credentialStatus=None), GOOD),
    "withheld": (withheld, GOOD),
    "learner record": (record, GOOD),
    "Open Badge 2.0": (open_badge_2, "authentic_hosted current not_listed"),
    # as others sign
    "eddsa-jcs-2022": (lambda w, n: by_suite(w, n, "eddsa-jcs-2022"), GOOD),
    "Ed25519Signature2020": (
        lambda w, n: by_suite(
            w,
            n,
            "Ed25519Signature2020",
            **{"@context": [*w.badge()["@context"], ED25519_2020]},
        ),
        GOOD,
    ),
    # not good, or not known
    "changed": (changed, "signature_wrong not_authentic not_authentic"),
    "JWT changed": (
        lambda w, n: w.issuer.jwt(badge(w, n))[:-86] + "A" * 86,
        "signature_wrong not_authentic not_authentic",
    ),
    "forged": (forged, "key_of_another not_authentic not_authentic"),
    "unsigned": (lambda w, n: json.dumps(badge(w, n)), "no_proof not_authentic not_authentic"),
    "expired": (lambda w, n: signed(w, n, validUntil=PAST), "authentic expired listed"),
    "not yet valid": (
        lambda w, n: signed(w, n, validFrom=FUTURE),
        "authentic not_yet_valid listed",
    ),
    "withdrawn": (lambda w, n: listed(w, n, 7), "authentic revoked listed"),
    "unknown issuer": (
        lambda w, n: by_another(w, n, STRANGER),
        "authentic current not_listed",
    ),
    # what could not be checked
    "issuer away": (
        lambda w, n: by_another(w, n, UNREACHABLE),
        "issuer_unreachable not_authentic not_authentic",
    ),
    "status list away": (
        lambda w, n: listed(w, n, 8, statusListCredential=f"{SITE}/status/away"),
        "authentic status_unreachable listed",
    ),
    "context not known": (pinned_elsewhere, "context_not_listed not_authentic not_authentic"),
    "suite not known": (
        lambda w, n: signed(w, n).replace("eddsa-rdfc-2022", "eddsa-rdfc-2042"),
        "suite_not_supported not_authentic not_authentic",
    ),
    "damaged picture": (cut_off, "picture_damaged not_authentic not_authentic"),
    "screenshot": (
        lambda w, n: carriers.png(),
        "no_credential_in_picture not_authentic not_authentic",
    ),
    "web page": (lambda w, n: "<!doctype html><p>Badge", "web_page not_authentic not_authentic"),
    "link to nothing": (
        lambda w, n: f"{SITE}/nothing",
        "link_to_nothing not_authentic not_authentic",
    ),
    "office file": (lambda w, n: b"PK\x03\x04 ...", "office_file not_authentic not_authentic"),
    "words": (lambda w, n: "my badge", "not_recognized not_authentic not_authentic"),
    "JSON cut short": (
        lambda w, n: signed(w, n)[:-9],
        "text_cut_off not_authentic not_authentic",
    ),
    "empty": (lambda w, n: b" ", "empty not_authentic not_authentic"),
}

UNREAD = {
    *("picture_damaged", "no_credential_in_picture", "web_page", "link_to_nothing"),
    *("office_file", "not_recognized", "empty"),
}
"""Codes of what holds no credential: there is no report on one, but what to bring instead."""


@pytest.fixture(scope="module")
def world() -> World:
    world = World(SharingIssuer("did:web:district.example"))
    world.publish_list({7})
    world.publish_issuer(STRANGER)
    away = FetchError("too_slow", "https://away.example", "no answer")
    world.documents["https://away.example/.well-known/did.json"] = away
    world.documents[f"{SITE}/status/away"] = away
    world.publish(f"{SITE}/credentials/published", json.loads(signed(world, "published")))
    issuer = {"type": "Issuer", "id": f"{OB2}/issuer", "name": "Another district"}
    badge_class = {
        "type": "BadgeClass",
        "id": f"{OB2}/badges/1",
        "name": "Feedback",
        "description": "Gives feedback.",
        "criteria": {"narrative": "Show it."},
        "issuer": f"{OB2}/issuer",
    }
    assertion = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": f"{OB2}/assertions/1",
        "badge": f"{OB2}/badges/1",
        "recipient": {"type": "email", "hashed": False, "identity": "jordan@example.org"},
        "issuedOn": "2026-05-15T12:00:00+00:00",
        "verification": {"type": "hosted"},
    }
    for document in (issuer, badge_class, assertion):
        world.publish(document["id"], document)
    return world


@pytest.fixture(scope="module")
def inputs(world) -> dict[str, bytes]:
    documents = {name: make(world, name.replace(" ", "-")) for name, (make, _) in TABLE.items()}
    return {
        n: document.encode() if isinstance(document, str) else document
        for n, document in documents.items()
    }


@pytest.fixture(scope="module")
def list_file(world, tmp_path_factory):
    entry = {"id": world.issuer.did, "name": "Example District", "kind": "district"}
    listed = {"type": "MintmarkTrustList", "version": 1, "name": "Ours", "entries": [entry]}
    file = tmp_path_factory.mktemp("lists") / "districts.json"
    file.write_text(json.dumps({**listed, "updated": "2026-11-10T00:00:00Z"}))
    return file


@pytest.fixture(scope="module")
def app(world, list_file):
    lists = (trust.load(list_file.read_bytes()),)
    return create_app(lambda: world.fetch, lists, clock=lambda: NOW)


@pytest.fixture(scope="module")
def in_batch(world, inputs, list_file, tmp_path_factory):
    """The rows of one batch over everything in the table, by name."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "in").mkdir()
    for name, data in inputs.items():
        (folder / "in" / f"{name}.bin").write_bytes(data)
    policy = folder / "policy.toml"
    policy.write_text(f"lists = [{json.dumps(str(list_file))}]")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web_options, "WebFetch", served(world))
        arguments = f"batch {folder / 'in'} --policy {policy} --out {folder / 'out'}"
        command.main([*shlex.split(arguments), "--at", NOW.isoformat()])
    text = (folder / "out" / "results.csv").read_text("utf-8-sig")
    return {row["applicant"]: row for row in csv.DictReader(io.StringIO(text))}


def expected(world, inputs, list_file, name):
    """Return the verdicts of the library, after holding their codes against the table."""
    lists = (trust.load(list_file.read_bytes()),)
    report = verify(inputs[name], fetch=world.fetch, now=NOW, trust=lists)
    verdicts = report.verdicts()
    assert " ".join(verdict.code for verdict in verdicts.values()) == TABLE[name][1]
    return verdicts


def in_words(verdicts: dict[str, Verdict]) -> list[tuple[str, str]]:
    return [(str(verdict.answer), words.text(verdict)) for verdict in verdicts.values()]


def of_json(report) -> list[tuple[str, str]]:
    return [(verdict["verdict"], verdict["text"]) for verdict in report["verdicts"].values()]


TONES = {"yes": {"yes"}, "no": {"no"}, "could_not_check": {"maybe", "none"}}
AMBER = {"not_listed", "not_yet_valid"}
"""A `no` that is no fault of the credential's is never shown red (D3)."""


def on_page(verdicts: dict[str, Verdict]) -> list[tuple[str, set[str]]]:
    """Return what the page must say: each sentence, in one of these tones."""
    tones = ({"maybe"} if v.code in AMBER else TONES[v.answer] for v in verdicts.values())
    return list(zip(map(words.text, verdicts.values()), tones, strict=True))


def of_page(answer) -> list[tuple[str, str]]:
    lines = r'<li class="verdict (\w+)">.*?<p><bdi>(.*?)</bdi>'
    return [(html.unescape(text), tone) for tone, text in re.findall(lines, answer.text, re.S)]


@pytest.mark.parametrize("name", TABLE)
def test_every_way_gives_the_same_answer(
    world, inputs, list_file, client, in_batch, name, tmp_path, monkeypatch, capsys
):
    verdicts = expected(world, inputs, list_file, name)
    data, worded = inputs[name], in_words(verdicts)
    unread = verdicts["authentic"].code in UNREAD

    file = tmp_path / "handed in"
    file.write_bytes(data)
    monkeypatch.setattr(web_options, "WebFetch", lambda **_: world.fetch)
    arguments = [str(file), "--json", "--trust", str(list_file), "--at", NOW.isoformat()]
    status = command.main(arguments)
    assert of_json(json.loads(capsys.readouterr().out)) == worded
    answers = [verdict.answer for verdict in verdicts.values()]
    assert status == (1 if Answer.NO in answers else 3 if "could_not_check" in answers else 0)

    sent = client.post("/api/verify", data=data, content_type="application/octet-stream")
    assert sent.status_code == (422 if unread else 200)
    assert of_json(sent.json["report"] if unread else sent.json) == worded

    shown = client.post("/verify", data={"file": (io.BytesIO(data), "handed in")})
    assert shown.status_code == (422 if unread else 200)
    if unread:
        assert worded[0][1] in html.unescape(shown.text)
    else:
        for (text, tone), (sentence, tones) in zip(of_page(shown), on_page(verdicts), strict=True):
            assert text == sentence
            assert tone in tones

    row = in_batch[name]
    assert [row[verdict] for verdict in verdicts] == [answer for answer, _ in worded]
    assert worded[0][1] in row["why"] or worded[0][0] == "yes"
