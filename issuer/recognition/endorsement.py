"""Endorse another issuer: a state or a consortium signs that a district may issue.

The result is an `EndorsementCredential` (Open Badges 3.0, B.1.12) about the district's identifier:

    sign(issuer, "did:web:badges.district.example", name="Prairie", now=now, until=None)
"""

import re
from datetime import datetime
from uuid import uuid4

from contexts import BUNDLED, canonicalize, refuse_divergent
from contexts.errors import MintmarkError
from issuer.database.database import to_json
from issuer.home.issuer import Issuer
from issuer.home.published import fetch_own
from issuer.issuance.build import CONTEXTS, profile, timestamp
from issuer.issuance.signing.proofs import make_proofs
from verifier.pipeline.examine import World, examine, parse, verdict
from verifier.report import Answer
from verifier.structure.shape import check_endorsement
from verifier.trust.chain import LICENSED
from verifier.wording import words

_IDENTIFIER = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,500}")


class EndorsementError(MintmarkError):
    """Nothing is signed. The message says why."""


def sign(issuer: Issuer, about: str, *, name: str, now: datetime, until: datetime | None) -> bytes:
    """Return an endorsement of the issuer whose identifier is `about`, as JSON with a proof.

    Raises `EndorsementError` if `about` is not such an identifier, or if our own verifier would
    not accept the endorsement.
    """
    settings = issuer.settings
    if not _IDENTIFIER.fullmatch(about) or about == settings.issuer_id:
        raise EndorsementError(
            f"{about!r} is not the identifier of another issuer (give the id that its"
            " mintmark trust-entry prints, such as did:web:badges.district.example)"
        )
    document = {
        "@context": list(CONTEXTS),
        "id": f"urn:uuid:{uuid4()}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": f"Endorsement of {name}",
        "issuer": profile(settings),
        "validFrom": timestamp(settings.local(now)),
        **({"validUntil": timestamp(until)} if until else {}),
        "credentialSubject": {
            "id": about,
            "type": ["EndorsementSubject", LICENSED],
            "endorsementComment": f"{settings.issuer_name} endorses {name}.",
        },
    }
    refuse_divergent(document)
    canonicalize(document)
    proofs = make_proofs(document, issuer.signers(), settings.proofs, created=timestamp(now))
    signed = to_json({**document, "proof": proofs})
    world = World(fetch_own(settings), now, (), BUNDLED)
    result = examine(parse(signed.decode()), world, lambda it: check_endorsement(it, {about}))
    for judged in (
        verdict(result.proof_checks, "authentic"),
        verdict(result.status_checks, "current"),
    ):
        if judged.answer is not Answer.YES:
            raise EndorsementError(f"it would not be taken. {words.text(judged)}")
    return signed
