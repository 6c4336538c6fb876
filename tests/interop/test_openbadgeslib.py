"""openbadgeslib, an Open Badges 3.0 library in Python, reads ours; and we read what it signs.

It canonicalizes with PyLD as `contexts` does, so it says nothing new about quads. Everything
else it does with code of its own: JWTs (with PyJWT), DIDs, status lists, baked pictures.
"""

import io
import json
from datetime import UTC, datetime

import pytest
from openbadgeslib import baking as their_baking
from openbadgeslib.ob3 import status_list
from openbadgeslib.ob3.credential import OpenBadgeCredential
from openbadgeslib.ob3.ldp import OB3LdpSigner, OB3LdpVerifier
from openbadgeslib.ob3.signer import OB3Signer
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from PIL import Image
from world import World

from verifier import Answer
from verifier.intake import baking
from verifier.parsing import base64url

CREATED = datetime(2026, 11, 1, tzinfo=UTC)
ENDED = "2026-11-02T00:00:00Z"
HANDED_OUT = {
    "did:web JSON": ("did:web", "JSON"),
    "did:key JSON": ("did:key", "JSON"),
    "ES256": ("did:web", "JWT"),
    "RS256": ("eddsa-jcs-2022", "JWT"),
    "EdDSA": ("ecdsa-rdfc-2019 P-384", "JWT"),
}
"""An issuer, by default or of `conftest.CHOICES`, and a form."""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>'


def png() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (9, 9), "navy").save(picture, "PNG")
    return picture.getvalue()


def they_verify(
    credential: str, issuer: str, published: dict[str, bytes], *, check_list: bool = False
) -> None:
    """Raises `OB3VerificationError` for what openbadgeslib refuses.

    It can check the proof of a status list only if that is a JWT. Mintmark's lists are JSON
    with a proof, so unless told to check it believes them.
    """
    access = {"download": published.__getitem__, "check_status": True}
    access["verify_status_list"] = check_list
    if credential.startswith("{"):
        OB3LdpVerifier.for_issuer_did(issuer).verify(credential, **access)
    else:
        download = published.__getitem__
        OB3Verifier.for_issuer_did(issuer, download=download).verify(credential, **access)


@pytest.fixture(params=HANDED_OUT.values(), ids=HANDED_OUT)
def handed_out(request, issued_by):
    """The credentials of one issuer in one form, by their fate, and a way to have them read."""
    of, form = request.param
    issued = issued_by(of)
    published = {url: json.dumps(document).encode() for url, document in issued.published.items()}
    forms = issued.jwt if form == "JWT" else issued.json
    texts = {
        fate: one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)
        for fate, one in forms.items()
    }
    return texts, lambda text, **options: they_verify(text, issued.did, published, **options)


def tampered(credential: str, tamper) -> str:
    if credential.startswith("{"):
        return json.dumps(tamper(json.loads(credential)))
    header, payload, signature = credential.split(".")
    changed = json.dumps(tamper(json.loads(base64url.decode(payload)))).encode()
    return f"{header}.{base64url.encode(changed)}.{signature}"


def test_openbadgeslib_accepts_what_mintmark_issued(handed_out):
    credentials, verify = handed_out
    verify(credentials["sound"])


def test_openbadgeslib_refuses_a_tampered_copy(handed_out, tamper):
    credentials, verify = handed_out
    with pytest.raises(OB3VerificationError):
        verify(tampered(credentials["sound"], tamper))


def test_openbadgeslib_refuses_a_revoked_credential(handed_out):
    credentials, verify = handed_out
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        verify(credentials["revoked"])


def test_openbadgeslib_cannot_check_a_status_list_that_is_no_jwt(handed_out):
    credentials, verify = handed_out
    with pytest.raises(OB3VerificationError, match="not a signed JWT-VC"):
        verify(credentials["sound"], check_list=True)


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_openbadgeslib_refuses_a_credential_after_its_end(world, form):
    ended = world.badge(validUntil=ENDED)
    signed = json.dumps(world.issuer.sign(ended)) if form == "json" else world.issuer.jwt(ended)
    with pytest.raises(OB3VerificationError, match="has expired"):
        they_verify(signed, world.issuer.did, world.documents)


def test_openbadgeslib_finds_the_credential_in_pictures_that_mintmark_baked(handed_out):
    credentials, _ = handed_out
    tokens = [
        OB3Verifier.extract_token_from_png(baking.bake_png(png(), credentials["sound"])),
        OB3Verifier.extract_token_from_svg(baking.bake_svg(SVG, credentials["sound"])),
    ]
    assert tokens == [credentials["sound"]] * 2


class Them:
    """The world's issuer, its keys handed to openbadgeslib, which signs in its place."""

    def __init__(self, world: World, form: str) -> None:
        self.world, self.form = world, form
        self.jwt_signer = OB3Signer(world.issuer.jwt_key, "ES256")
        self.json_signer = OB3LdpSigner(world.issuer.proof_key, world.issuer.method)

    def issue(self, **changes) -> str:
        credential = OpenBadgeCredential.from_vc_document(self.world.badge(**changes))
        if self.form == "JSON":
            return self.json_signer.sign_to_json(credential, created=CREATED)
        return self.jwt_signer.sign(credential)

    def revoke(self, index: int) -> None:
        status_credential = status_list.build_status_list_credential(
            self.world.issuer.did, self.world.list_url, "revocation", {index}, issued=CREATED
        )
        status_credential |= {
            "iss": status_credential["issuer"],
            "jti": status_credential["id"],
            "nbf": int(CREATED.timestamp()),
        }
        self.world.documents[self.world.list_url] = self.jwt_signer.sign_payload(
            status_credential
        ).encode()


@pytest.fixture(params=["JSON", "JWT"])
def them(request, world) -> Them:
    return Them(world, request.param)


def verdicts(report):
    return report.authentic.code, report.current.code


def test_mintmark_accepts_what_openbadgeslib_signed(world, them):
    assert verdicts(world.verify(them.issue())) == ("authentic", "current")


def test_mintmark_refuses_a_tampered_copy_of_theirs(world, them, tamper):
    verdict = world.verify(tampered(them.issue(), tamper)).authentic
    only_added = verdict.code == "data_loss"  # D2
    assert verdict.answer is (Answer.COULD_NOT_CHECK if only_added else Answer.NO)


def test_mintmark_refuses_theirs_after_its_end(world, them):
    assert verdicts(world.verify(them.issue(validUntil=ENDED))) == ("authentic", "expired")


@pytest.mark.parametrize(
    ("index", "code"),
    [pytest.param(94567, "revoked", id="its-own"), pytest.param(94568, "current", id="another")],
)
def test_mintmark_reads_their_status_list_which_is_a_jwt(world, them, index, code):
    them.revoke(index)
    assert verdicts(world.verify(them.issue())) == ("authentic", code)


def test_mintmark_finds_the_credential_in_pictures_that_openbadgeslib_baked(world, them):
    credential = them.issue()
    pictures = [
        their_baking.bake_png(png(), credential, keyword=their_baking.ITXT_KEYWORD_OB3),
        their_baking.bake_svg(
            SVG,
            credential,
            element=their_baking.SVG_ELEMENT_OB3,
            namespace=their_baking.SVG_NS_OB3,
        ),
    ]
    assert [verdicts(world.verify(picture)) for picture in pictures] == [
        ("authentic", "current")
    ] * 2
