"""What a district would hand out, drawn before it is signed: for `mintmark preview`, for the
catalog's pages, and for an approval on the desk."""

import argparse
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from contexts.errors import DONE, FAILED
from issuer.catalog import versions
from issuer.catalog.achievement import Achievement
from issuer.catalog.picture import badge
from issuer.database.database import to_json
from issuer.drawing import certificate, certificate_words
from issuer.drawing.badges.side_by_side import side_by_side
from issuer.drawing.certificate import Edition, render
from issuer.drawing.stationery import stationery
from issuer.home import addresses
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.issuance.approval import Approval, from_data
from issuer.issuance.build import Reservation, build, timestamp
from issuer.sharing.decision import Decision
from issuer.sharing.shared import Shared
from verifier import clock
from verifier.credential.view import view
from verifier.intake import qr
from verifier.parsing import base64url

BADGES: Final = "badges.png"
_SAMPLE: Final = "SAMPLE"


def add_commands(commands: Commands) -> None:
    """Add `preview`."""
    preview = commands.add_parser("preview", help="draw badges and sample certificates, to look at")
    preview.add_argument("folder", type=Path, metavar="FOLDER", help="where the pictures go")
    preview.set_defaults(run=_preview)


def _preview(args: argparse.Namespace, issuer: Issuer) -> int:
    with issuer.database.reading() as session:
        listed = versions.listed(session)
    if not listed:
        print("the catalog is empty: mintmark catalog load FOLDER")
        return FAILED
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, data in drawn(listed, issuer.settings, now=clock.now()):
        (args.folder / name).write_bytes(data)
        print(args.folder / name)
    return DONE


def drawn(
    listed: list[Achievement], settings: Settings, *, now: datetime
) -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and content: all badges, and certificates of the first achievement.

    A sample is not signed and says across the page that it is one.
    """
    yield BADGES, side_by_side([badge(achievement, settings, "png") for achievement in listed])
    of_nobody = sample(_approval(listed[0], now), listed[0], settings, now=now)
    for edition in Edition:
        yield f"certificate-{edition}.pdf", pdf(of_nobody, settings, edition, now=now)


def sample(
    approval: Approval, achievement: Achievement, settings: Settings, *, now: datetime
) -> Shared:
    """Return the credential that an approval would become: unsigned, and stored nowhere.

    Raises `contexts.CanonicalizationError` for what could not be signed.
    """
    reserved = Reservation(_SAMPLE, 1, 0, "urn:uuid:" + "0" * 36, "0" * 22, now)
    document = build(approval, achievement, settings=settings, reserved=reserved)
    return Shared(
        public_id=_SAMPLE,
        json=to_json(document),
        jwt=None,
        credential=view(document),
        shown=view(Decision().shown(document)),
        achievement=achievement,
        approval=approval,
        decision=Decision(),
        met_all=True,
    )


def pdf(sample: Shared, settings: Settings, edition: Edition, *, now: datetime) -> bytes:
    """Return the certificate of a sample, which says across its page that it is one."""
    inputs, digits = _inputs(sample, settings, now), _unsigned(sample.json)
    return render(sample.credential, edition=edition, digits=digits, **inputs).pdf


def framed(sample: Shared, settings: Settings, *, now: datetime) -> bytes:
    """Return the certificate to frame of a sample as a PNG."""
    return certificate.picture(sample.credential, **_inputs(sample, settings, now))


def picture(achievement: Achievement, settings: Settings, *, now: datetime) -> bytes:
    """Return a sample of an achievement's certificate to frame as a PNG."""
    of_nobody = sample(_approval(achievement, now), achievement, settings, now=now)
    return framed(of_nobody, settings, now=now)


def _inputs(sample: Shared, settings: Settings, now: datetime) -> dict[str, Any]:
    """Return what is drawn beside the credential itself."""
    awarded = sample.approval.approved_at.date()
    return {
        "on": stationery(settings, awarded, chosen=sample.achievement.signatories),
        "signed": sample.json.decode(),
        "page_url": addresses.credential(settings, sample.public_id),
        "verify_url": f"{settings.public_url}/verify",
        "badge_svg": badge(sample.achievement, settings, "svg"),
        "met_all": True,
        "no_longer": (certificate_words.SAMPLE, now),
    }


def _approval(achievement: Achievement, now: datetime) -> Approval:
    """Return an approval of nobody's: every criterion met, by the level that it requires."""
    return from_data(
        {
            "approval_id": _SAMPLE,
            "achievement": {"id": achievement.id},
            "recipient": {"name": "Jordan Example", "emails": ["jordan@school.example"]},
            "narrative": {"skill": "…", "goal": "…", "measured_outcome": "…"},
            "activity": {"start": f"{now - timedelta(60):%Y-%m-%d}", "end": f"{now:%Y-%m-%d}"},
            "credits": [{"value": 12, "unit": "hours"}],
            "levels": {one.id: one.required for one in achievement.rubric.criteria},
            "evidence": [{"name": "Unit plan", "url": "https://school.example/plan"}],
            "approvals": [],
            "approved_at": timestamp(now),
        }
    )


def _unsigned(document: bytes) -> str | None:
    """Return the digits of a JWT whose signature is nothing: no verifier takes it. None if it is
    too long for one code."""
    parts = (b"{}", document, bytes(qr.SIGNATURE_BYTES))
    try:
        return qr.to_digits(qr.pack(".".join(map(base64url.encode, parts))))
    except qr.QrError:
        return None
