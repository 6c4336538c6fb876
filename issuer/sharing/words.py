"""Words about a credential that pages, previews and embeds share."""

from typing import Final

from issuer.sharing.shared import Standing
from verifier.wording.words import N_

NAMELESS: Final = N_("a teacher, whose name is not shown")
STANDINGS: Final = {
    Standing.IN_FORCE: N_("In force"),
    Standing.NOT_YET: N_("Not begun"),
    Standing.EXPIRED: N_("Ended"),
    Standing.REVOKED: N_("Withdrawn"),
}
