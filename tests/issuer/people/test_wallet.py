"""A wallet of one's own is proven by what it signs (VCDM 2.0, section 4.13), and never typed."""

import json
import re
from dataclasses import dataclass
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from licenses import V2
from world import Issuer

from issuer.people.tables import PersonRow
from issuer.program.evaluation import approval as program_approval
from issuer.sharing.mine import wallet_routes
from verifier import clock
from verifier.public_keys import multikey

PAGE = "/my-credentials/wallet"
DOMAIN = "http://localhost:8202"


@dataclass
class Wallet(Issuer):
    """A wallet with one key, which is its DID."""

    did: str = ""
    signs_tokens: bool = False

    def __post_init__(self):
        key = self.jwt_key if self.signs_tokens else self.proof_key
        self.name = multikey.encode(key.public_key())
        self.did = f"did:key:{self.name}"

    @property
    def method(self):
        return f"{self.did}#{self.name}"

    def presents(self, challenge, domain=DOMAIN):
        """Return a presentation of nothing, JSON with a proof or a `vp+jwt`."""
        whole = {"@context": [V2], "type": ["VerifiablePresentation"], "holder": self.did}
        if not self.signs_tokens:
            proof = {"challenge": challenge, "domain": domain, "created": f"{clock.now():%FT%TZ}"}
            return self.sign(whole, proofPurpose="authentication", **proof)
        nothing = dict.fromkeys(("credentialSubject", "validFrom", "jti", "sub", "nbf", "exp"))
        claims = {"iss": self.did, "nonce": challenge, "aud": domain}
        unsigned = {"credentialSubject": {}, "validFrom": "2026-11-01T00:00:00Z"}
        return self.jwt(unsigned, {"typ": "vp+jwt", "kid": self.method}, nothing | whole | claims)


@pytest.fixture
def jordan(district):
    return district.add("Jordan Example", address="jordan@school.example")


@pytest.fixture
def hers(district, jordan):
    return district.browser(jordan)


def asked(browser):
    return re.search(r'name="challenge" value="([^"]+)"', browser.get(PAGE).text)[1]


def show(browser, presentation, challenge):
    text = presentation if isinstance(presentation, str) else json.dumps(presentation)
    return browser.post(PAGE, presentation=text, challenge=challenge)


def did_of(district, person):
    with district.issuer.database.reading() as session:
        return program_approval._recipient(session.get_one(PersonRow, person.id)).get("did")


@pytest.mark.parametrize("signs_tokens", [False, True])
def test_what_a_wallet_signs_names_it_in_what_is_issued(district, jordan, hers, signs_tokens):
    wallet = Wallet(signs_tokens=signs_tokens)
    challenge = asked(hers)
    answer = show(hers, wallet.presents(challenge), challenge)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?done=proven"), answer.text
    assert did_of(district, jordan) == wallet.did
    assert wallet.did in hers.get(PAGE).text
    assert wallet.did in hers.get("/account").text
    assert hers.post(f"{PAGE}/none").status_code == 303
    assert did_of(district, jordan) is None


UNPROVEN = "What you handed in is not a presentation that its own wallet signed."
SIGN_AGAIN = "Let your wallet sign the challenge and the domain below."


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda w, c: w.presents("another"), f"Your wallet signed another challenge. {SIGN_AGAIN}"),
        (
            lambda w, c: w.presents(c, "https://evil.example"),
            f"Your wallet signed for another site. {SIGN_AGAIN}",
        ),
        (
            lambda w, c: w.presents(c) | {"proof": []},
            f"Your wallet did not sign what you handed in. {SIGN_AGAIN}",
        ),
        (lambda w, c: w.presents(c) | {"holder": Wallet().did}, f"{UNPROVEN} {SIGN_AGAIN}"),
        (lambda w, c: {}, f"{UNPROVEN} {SIGN_AGAIN}"),
        (lambda w, c: w.did, f"{UNPROVEN} {SIGN_AGAIN}"),
        (lambda w, c: " ", "Paste what your wallet signed, or choose its file."),
    ],
)
def test_what_proves_nothing_changes_nothing_and_says_why(district, jordan, hers, spoil, sentence):
    challenge = asked(hers)
    answer = show(hers, spoil(Wallet(), challenge), challenge)
    assert answer.status_code == 422
    assert f"Nothing was changed:</strong> {sentence}</p>" in answer.text
    assert did_of(district, jordan) is None


def test_what_was_typed_before_wallets_were_asked_is_forgotten(district, jordan, hers):
    with district.issuer.database.writing() as session:
        session.get_one(PersonRow, jordan.id).did = "did:key:zTyped"
    step = import_module("issuer.migrations.versions.0039_proven_wallets")
    with (
        district.issuer.database.altering() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        step.upgrade()
    assert did_of(district, jordan) is None
    assert "did:key:zTyped" not in hers.get(PAGE).text


def test_a_challenge_is_one_persons_and_ends(district, jordan, hers, monkeypatch):
    robin = district.browser(district.add("Robin Example", address="robin@school.example"))
    challenge = asked(robin)
    answer = show(hers, Wallet().presents(challenge), challenge)
    assert (answer.status_code, "too old" in answer.text) == (422, True)
    challenge = asked(hers)
    monkeypatch.setattr(wallet_routes, "LASTS", wallet_routes.LASTS * -1)
    answer = show(hers, Wallet().presents(challenge), challenge)
    assert (answer.status_code, "too old" in answer.text) == (422, True)
    assert did_of(district, jordan) is None
