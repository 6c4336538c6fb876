"""The protected objects of this room, and their owners."""

from typing import Final

from issuer.people.access import kept_forms
from issuer.people.access.guarded import BUILDING, OWN, Guarded, in_building, own
from issuer.people.tables import ImportRow, PersonRow, SessionRow

PERSON: Final = Guarded(
    "person",
    PersonRow.public_id,
    {OWN: own(PersonRow.id), BUILDING: in_building(PersonRow.id)},
)
SESSION: Final = Guarded("session", SessionRow.public_id, {OWN: own(SessionRow.person_pk)})
IMPORT: Final = Guarded("import", ImportRow.public_id, {OWN: own(ImportRow.person_pk)})
OBJECTS: Final = (PERSON, SESSION, IMPORT, kept_forms.KEPT_FORM)
