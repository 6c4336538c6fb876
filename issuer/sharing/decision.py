"""What a holder lets others see: who may find a credential, and which parts of it are shown (D14).

What is hidden is absent from everything at the public link, so pages and forms are made of
`shown`, never of the whole.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from contexts.json_types import Json
from issuer.issuance.records.tables import DecisionRow
from verifier.checks import disclosure
from verifier.parsing import pointers
from verifier.proof.cryptosuites.ecdsa_sd import unsecured


class Visibility(StrEnum):
    """Who finds a credential: search engines too, who has the link, or nobody but its holder."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the holder decided; the defaults stand until then.

    `show_words` is about the holder's own words on skill, goal and outcome; an evaluator's
    comment may stand among them.
    """

    visibility: Visibility = Visibility.UNLISTED
    show_levels: bool = False
    show_evidence: bool = True
    show_words: bool = False

    def chosen(self, document: Json) -> tuple[str, ...]:
        """Return the pointers to what is shown besides the mandatory parts."""
        may = {
            "results": self.show_levels,
            "evidence": self.show_evidence,
            "narrative": self.show_words,
        }
        choices = [c for c in disclosure.choices(document) if may.get(c.name, True)]
        places = [place for choice in choices for place in choice.pointers]
        return (*places, *(() if self.show_levels else _amounts(document)))

    def shown(self, document: Json) -> dict[str, Any]:
        """Return `document` without its proof and without what is hidden."""
        must = disclosure.mandatory_pointers(document)
        return pointers.select(document, (*must, *self.chosen(document))) or {}

    def hides(self, document: Json) -> bool:
        """True if something of `document` is hidden."""
        return self.shown(document) != unsecured(document)


def _amounts(document: Json) -> list[str]:
    """Return the pointers to results that are hours or credits and tell no level."""
    results = document["credentialSubject"].get("result", [])
    return [
        f"/credentialSubject/result/{place}"
        for place, result in enumerate(results)
        if "achievedLevel" not in result
    ]


def read(session: Session, credential_pk: int) -> Decision:
    """Return what the holder of a credential decided, or the defaults."""
    row = session.get(DecisionRow, credential_pk)
    if row is None:
        return Decision()
    return Decision(Visibility(row.visibility), row.show_levels, row.show_evidence, row.show_words)


def write(session: Session, credential_pk: int, decision: Decision, *, now: datetime) -> None:
    """Store what the holder decided, in place of any earlier decision."""
    session.merge(
        DecisionRow(
            credential_pk=credential_pk,
            visibility=decision.visibility,
            show_levels=decision.show_levels,
            show_evidence=decision.show_evidence,
            show_words=decision.show_words,
            decided_at=now,
        )
    )
