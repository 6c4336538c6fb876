"""What pages say for the choices about a piece of evidence: its students, consent and readers."""

from typing import Final

from issuer.program.evidence.artifacts import ArtifactTier, Consent, Students
from verifier.wording.words import N_

STUDENTS: Final = {
    Students.NONE: N_("No student is seen or heard"),
    Students.BACKGROUND: N_("Students are in the background"),
    Students.FOCUS: N_("Students are the main subject"),
}
CONSENT: Final = {
    Consent.NOT_NEEDED: N_("No consent is needed"),
    Consent.DE_IDENTIFIED: N_("No student can be recognized"),
    Consent.ON_FILE: N_("Consent is on file"),
}

TIERS: Final = {
    ArtifactTier.SEALED: N_("Only those who review it"),
    ArtifactTier.DISTRICT: N_(
        "Colleagues in the district, too: with your name, once it has earned its credential"
    ),
    ArtifactTier.PUBLIC: N_("Everybody: the credential links to it"),
}
