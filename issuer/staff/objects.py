"""The objects of the desk that not everybody may see."""

from typing import Final

from issuer.issuance.records.tables import CredentialRow
from issuer.people.access.guarded import Guarded

CREDENTIAL: Final = Guarded("credential", CredentialRow.public_id)
OBJECTS: Final = (CREDENTIAL,)
