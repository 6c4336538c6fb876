"""The forms of a credential: which there are, how each is asked for, and how it is made.

JSON and JWT are the bytes that were signed. A picture or a certificate is made from them
when somebody asks (D12: what is derived can be made again).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from issuer.catalog.picture import badge
from issuer.database.database import to_json
from issuer.drawing.cache import cached
from issuer.drawing.certificate import Edition
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.issuance.build import timestamp
from issuer.issuance.signing.proofs import make_proofs, signing_methods
from issuer.sharing import certificates
from issuer.sharing.certificates import EDITIONS
from issuer.sharing.shared import Shared
from issuer.wording.language import gettext
from keys.entry import KeyUse
from keys.signer import KeysError, Signer
from verifier.checks import disclosure
from verifier.credential.model import Credential
from verifier.intake.baking import bake_png, bake_svg
from verifier.parsing import strict_json
from verifier.proof.cryptosuites.ecdsa_sd import unsecured
from verifier.wording.words import N_

LONGEST_NAME: Final = 120
_UNFIT: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]')
"""What no file name may hold on some system, or what would let it look like another."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form. The first of `media_types` is what it is served as when nothing else is asked.

    `make` is called only for forms that exist (`Shared.forms`). `purpose` says what it is for.
    """

    title: str
    purpose: str
    media_types: tuple[str, ...]
    make: Callable[[Shared, Settings, datetime], bytes]


def disclosed(shared: Shared, issuer: Issuer, *, now: datetime) -> Shared:
    """Return a credential as its public link gives it: its forms are made of this.

    Where something is hidden, it is a copy that shows less and can be verified like the whole.
    Raises `disclosure.DisclosureError` where there can be no copy; see `Shared.forms`.
    """
    whole = strict_json.loads_object(shared.to_share or shared.json)
    if not shared.decision.hides(whole):
        return shared
    part = copy(shared, shared.decision.chosen(whole), issuer, now=now)
    return replace(part, credential=shared.shown)


def copy(shared: Shared, places: Sequence[str], issuer: Issuer, *, now: datetime) -> Shared:
    """Return a credential that shows what every copy must show and what is at `places`.

    Few verifiers know derived proofs, so the issuer signs the copy as well, with the suites of
    its settings. While its keys are locked, a copy has the derived proof alone.
    """
    settings = issuer.settings
    whole = strict_json.loads_object(shared.to_share or shared.json)
    signers, methods = _signing(issuer)

    def make() -> bytes:
        part = disclosure.derive(whole, places)
        proofs = settings.proofs if methods else ()
        own = make_proofs(unsecured(part), signers, proofs, created=timestamp(now))
        return to_json({**part, "proof": [*own, *part["proof"]]})

    made_of = (shared.to_share or b"", "\n".join((*places, *methods)).encode())
    part = cached(settings.home, "json", made_of, make)
    return replace(shared, json=part, jwt=None, to_share=None)


def _signing(issuer: Issuer) -> tuple[Mapping[KeyUse, Signer], list[str]]:
    try:
        signers = issuer.signers()
        return signers, signing_methods(signers, issuer.settings.proofs)
    except KeysError:
        return {}, []


def file_name(shown: Credential, suffix: str, note: str = "") -> str:
    """Return the name of a saved file: whose it is, where that is shown, and what it is for."""
    achievement = (shown.achievement and shown.achievement.name) or shown.name
    parts = (shown.recipient_name, achievement, note)
    stem = " - ".join(_UNFIT.sub(" ", part).strip() for part in parts if part)
    return f"{' '.join(stem.split())[:LONGEST_NAME].strip(' .')}.{suffix}"


def _json(shared: Shared, _settings: Settings, _now: datetime) -> bytes:
    return shared.json


def _jwt(shared: Shared, _settings: Settings, _now: datetime) -> bytes:
    return shared.jwt or b""


def _png(shared: Shared, settings: Settings, _now: datetime) -> bytes:
    # Baking is a splice: faster than reading one more file.
    return bake_png(badge(shared.achievement, settings, "png"), shared.json.decode())


def _svg(shared: Shared, settings: Settings, _now: datetime) -> bytes:
    return bake_svg(badge(shared.achievement, settings, "svg"), shared.json.decode())


def _pdf(shared: Shared, settings: Settings, now: datetime) -> bytes:
    return certificates.certificate(shared, settings, certificates.Sheet(), now=now)


FORMS: Final[dict[str, Form]] = {
    "pdf": Form(
        EDITIONS[Edition.APPLICATION].title,
        EDITIONS[Edition.APPLICATION].purpose,
        ("application/pdf",),
        _pdf,
    ),
    "png": Form(
        N_("Badge (PNG)"),
        N_("A picture for a portfolio or an e-mail signature. The signed credential is inside."),
        ("image/png",),
        _png,
    ),
    "svg": Form(
        N_("Badge (SVG)"),
        N_("The same picture, sharp at every size, for a website."),
        ("image/svg+xml",),
        _svg,
    ),
    "json": Form(
        N_("Credential (JSON)"),
        N_("The signed credential itself, for wallets, license offices and verifiers."),
        ("application/vc+ld+json", "application/ld+json", "application/json", "application/vc"),
        _json,
    ),
    "jwt": Form(
        N_("Credential (JWT)"),
        N_("The same, signed as one line of text, for systems that ask for a JWT."),
        ("text/plain", "application/jwt", "application/vc+jwt"),
        _jwt,
    ),
}


def make_form(
    suffix: str, shared: Shared, settings: Settings, query: Mapping[str, str], *, now: datetime
) -> bytes:
    """Return one form; a certificate in the edition and on the paper that `query` asks for."""
    if suffix == "pdf":
        return certificates.certificate(shared, settings, certificates.asked(query), now=now)
    return FORMS[suffix].make(shared, settings, now)


def note(suffix: str, query: Mapping[str, str]) -> str:
    """Return what the name of a file says of the edition that is asked for."""
    edition = query.get("edition", "")
    return gettext(EDITIONS[Edition(edition)].note) if suffix == "pdf" and edition else ""
