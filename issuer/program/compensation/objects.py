"""The objects of compensation that not everybody may see, and whose each one is."""

from typing import Final

from issuer.people.access.guarded import OWN, Guarded, own
from issuer.program.compensation.tables import PayTableRow

PAY_TABLE: Final = Guarded("pay table", PayTableRow.public_id, {OWN: own(PayTableRow.person_pk)})
OBJECTS: Final = (PAY_TABLE,)
