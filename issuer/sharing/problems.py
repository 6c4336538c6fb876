"""What the pages of a credential refuse."""

from typing import Final

from issuer.home.problem import Kind, ProblemType
from verifier.wording.words import N_

FORM_WITHHELD: Final = ProblemType(
    "form-withheld",
    Kind(
        410,
        N_("This form is not offered here"),
        N_("The holder hides a part of this credential, and this form would show all of it."),
        N_("Take another form from the credential's page, or ask the holder for this file."),
    ),
)
NOT_SHARED: Final = ProblemType(
    "not-shared",
    Kind(
        410,
        N_("The holder does not share this credential"),
        N_("Its holder shows it to nobody here. That says nothing about the credential itself."),
        N_("Ask the holder for a new link or for the file, which can be checked without this."),
    ),
)
WITHDRAWN: Final = ProblemType(
    "withdrawn",
    Kind(
        410,
        N_("This credential was withdrawn"),
        N_("The issuer withdrew it. It counts for nothing."),
        N_("Ask whoever gave you this address for another credential."),
    ),
)
TYPES: Final = (FORM_WITHHELD, NOT_SHARED, WITHDRAWN)
