"""The certificate of a credential: its two editions, the paper, and how each is asked for.

pdf = certificate(shared, settings, asked(request.args))
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from issuer.catalog.picture import badge
from issuer.drawing import certificate_words
from issuer.drawing.cache import cached
from issuer.drawing.certificate import Edition, render
from issuer.drawing.stationery import stationery
from issuer.drawing.typesetting import fonts_at_hand
from issuer.home import addresses
from issuer.home.certificate_settings import Paper
from issuer.home.problem import Problem
from issuer.home.settings import Settings
from issuer.sharing.shared import Shared, Standing
from issuer.web.problems import BAD_REQUEST
from verifier.intake import qr
from verifier.wording.words import N_

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class EditionWords:
    """What pages say of an edition; `note` stands in the name of its file."""

    title: str
    purpose: str
    note: str


EDITIONS: Final = {
    Edition.FRAME: EditionWords(
        N_("Certificate to frame (PDF)"),
        N_("One page to print and to hang. The signed credential is inside."),
        N_("to frame"),
    ),
    Edition.APPLICATION: EditionWords(
        N_("Certificate for an application (PDF)"),
        N_(
            "To hand in: hours, evidence, the rubric where it is shown, and codes to check it with"
            " and without internet. The signed credential is inside."
        ),
        N_("for an application"),
    ),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is asked for: an edition, by default the one with everything, and perhaps a paper."""

    edition: Edition = Edition.APPLICATION
    paper: Paper | None = None


def asked(query: Mapping[str, str]) -> Sheet:
    """Return what `edition` and `paper` of a query ask for; `Problem` for what there is not."""
    edition = _one_of(Edition, "edition", query)
    return Sheet(edition or Edition.APPLICATION, _one_of(Paper, "paper", query))


def _one_of(kind: type[Choice], key: str, query: Mapping[str, str]) -> Choice | None:
    if key not in query:
        return None
    try:
        return kind(query[key])
    except ValueError:
        raise Problem(BAD_REQUEST, f"{key}: one of {', '.join(kind)}") from None


def certificate(shared: Shared, settings: Settings, sheet: Sheet, *, now: datetime) -> bytes:
    """Return the certificate as a PDF, signed by those who held the offices on its day.

    It carries a notice across the page if the credential is no longer in force at `now`.
    """
    picture = badge(shared.achievement, settings, "svg")
    awarded = shared.credential.awarded_date or shared.credential.valid_from
    on = stationery(
        settings,
        (awarded or now).date(),
        chosen=shared.achievement.signatories,
        paper=sheet.paper,
    )
    no_longer = _no_longer(shared, now)

    def make() -> bytes:
        return render(
            shared.credential,
            edition=sheet.edition,
            on=on,
            signed=shared.json.decode(),
            digits=_digits(shared.jwt),
            page_url=addresses.credential(settings, shared.public_id),
            verify_url=f"{settings.public_url}/verify",
            badge_svg=picture,
            met_all=shared.met_all,
            no_longer=no_longer,
        ).pdf

    fonts = fonts_at_hand(settings.font_folders)
    look = repr((sheet.edition, on, no_longer)).encode()
    made_of = (shared.json, shared.jwt or b"", picture, fonts, look)
    return cached(settings.home, "pdf", made_of, make)


def _no_longer(shared: Shared, now: datetime) -> tuple[str, datetime] | None:
    """Return what a certificate has to say across its page, and of which day."""
    standing, ends = shared.standing(now), shared.credential.valid_until
    if standing is Standing.REVOKED and shared.revoked_at:
        return certificate_words.WITHDRAWN, shared.revoked_at
    return (certificate_words.ENDED, ends) if standing is Standing.EXPIRED and ends else None


def _digits(jwt: bytes | None) -> str | None:
    """Return the whole credential as the digits of a code, or None if it is too long for one."""
    try:
        return qr.to_digits(qr.pack(jwt.decode())) if jwt else None
    except qr.QrError:
        return None
