"""What the pages of the desk call the kinds, the acts and the actors of the audit log."""

from typing import Final

from issuer.audit import log
from verifier.wording.words import N_

KINDS: Final = {
    "credential": N_("Credentials"),
    "person": N_("People"),
    "catalog": N_("Catalog"),
    "artifact": N_("Evidence"),
    "keys": N_("Keys"),
    "outbox": N_("Mails"),
    "database": N_("Database"),
    "audit": N_("Log"),
}
"""What stands before the dot of an action."""
ACTIONS: Final = {
    "credential.approved": N_("approved"),
    "credential.issued": N_("issued"),
    "credential.revoked": N_("withdrawn"),
    "credential.superseded": N_("replaced by a corrected one"),
    "credential.read": N_("looked at on the desk"),
    "credential.link-shown": N_("the holder’s link was shown"),
    "report.told": N_("the holder said that something is wrong"),
    "report.done": N_("the holder was answered: done"),
    "report.declined": N_("the holder was answered: declined"),
    "credentials.exported": N_("taken as a table"),
    "revocation.reason_corrected": N_("the reason of a withdrawal was corrected"),
    "link.renewed": N_("the holder’s link was renewed"),
    "mail.sent_again": N_("its mail was sent again"),
    "person.added": N_("added to the register"),
    "person.renamed": N_("renamed"),
    "person.read": N_("record read"),
    "person.left": N_("left the district"),
    "person.came-back": N_("came back"),
    "person.merged": N_("two records were made one"),
    "person.erased": N_("erased"),
    "person.numbered": N_("staff number changed"),
    "person.posted": N_("where they work was changed"),
    "person.role-granted": N_("a role was granted"),
    "person.role-taken-back": N_("a role was taken back"),
    "person.signed-in": N_("signed in"),
    "person.identity-bound": N_("an account was connected"),
    "catalog.achievement-changed": N_("a new version of a micro-credential"),
    "catalog.achievement-retired": N_("offered no more"),
    "catalog.achievement-offered": N_("offered again"),
    "catalog.rubric-changed": N_("a new version of a rubric"),
    "artifact.read": N_("evidence read"),
    "artifact.withdraw": N_("evidence hidden because consent was withdrawn"),
    "artifact.seal": N_("evidence no longer shown to colleagues"),
    "project.deleted": N_("a draft deleted by its teacher"),
    "outbox.replayed": N_("mails were sent again"),
    "database.restored": N_("a backup was restored"),
    "audit.exported": N_("the log was exported"),
}
"""Other actions are shown as they are called."""
ACTORS: Final = {
    log.COMMAND: N_("the command line"),
    log.HOLDER: N_("the holder of the link"),
    log.ISSUER: N_("this server by itself"),
}
