"""The desk's words for a credential's state, its mails, and what was just done."""

from typing import Final

from issuer.issuance.records.find import ListedState
from issuer.issuance.records.tables import CredentialState
from issuer.outbox.tables import MessageState
from verifier.wording.words import N_

STATES: Final = {
    ListedState.ISSUED: N_("In force"),
    ListedState.ENDED: N_("Ended"),
    ListedState.REVOKED: N_("Withdrawn"),
    ListedState.SUPERSEDED: N_("Corrected by another"),
    CredentialState.PREPARED: N_("Waits to be signed"),
    CredentialState.QUARANTINED: N_("Held back"),
}
MAILS: Final = {
    "issued": N_("It is ready"),
    "corrected": N_("It was corrected"),
    "withdrawn": N_("It was withdrawn"),
    "ending": N_("It will end"),
    "renewed": N_("The new link"),
    "answered": N_("An answer"),
}
MAIL_STATES: Final = {
    MessageState.WAITING: N_("waits"),
    MessageState.DELIVERED: N_("delivered"),
    MessageState.DEAD: N_("could not be delivered"),
    MessageState.OVERTAKEN: N_("not sent, because it was no longer so"),
}
DONE: Final = {
    "mail": N_("The mail leaves with the next delivery."),
    "renewed": N_("The new link is on its way to the teacher. The old one no longer works."),
    "none": N_("Nothing was chosen: select the credentials first."),
    "revoked": N_("Withdrawn. Every verifier sees it within a minute."),
    "recorded": N_(
        "Withdrawn here. Verifiers see it once the keys are unlocked: tell the operator."
    ),
    "recorded-disk": N_(
        "Withdrawn here. Verifiers see it once the disk of this server can be written: tell the"
        " operator."
    ),
    "recorded-backup": N_(
        "Withdrawn here. Verifiers see it once the operator has run “mintmark after-restore”: the"
        " database is older than what is published."
    ),
    "reason": N_("The page shows the new reason."),
    "corrected": N_("The corrected credential is issued. It took the place of the one before."),
    "waits": N_(
        "The corrected credential waits to be signed. Until then the one before is in force."
    ),
    "renamed": N_("The name is corrected in the other credentials as well."),
    "renamed-some": N_(
        "The name is corrected where that was possible now. Open one of those that are left to see"
        " why it is not."
    ),
}
NOT_YET: Final = ("recorded", "recorded-disk", "recorded-backup", "waits", "renamed-some")
"""Of what was done, that which leaves something to do."""
TO_TELL: Final = ("revoked", "recorded", "recorded-disk", "recorded-backup", "corrected", "renamed")
"""Of what was done, that which a teacher hears of by mail, or else from the office."""

LONGEST_REASON: Final = 500


def flaw_of_reason(text: str) -> str:
    """Return what is wrong with the public reason of a withdrawal; '' if nothing is."""
    if not text:
        return N_("Say why: everybody who opens its page reads it.")
    return N_("Write at most 500 characters.") if len(text) > LONGEST_REASON else ""
