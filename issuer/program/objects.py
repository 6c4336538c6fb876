"""The objects of the program that not everybody may see, and whose each one is."""

from typing import Final

from issuer.people.access.guarded import BUILDING, OWN, Guarded, in_building, own
from issuer.program.evaluation.tables import AssignmentRow
from issuer.program.projects.tables import ProjectRow

PROJECT: Final = Guarded(
    "project",
    ProjectRow.public_id,
    {OWN: own(ProjectRow.person_pk), BUILDING: in_building(ProjectRow.person_pk)},
)
ASSIGNMENT: Final = Guarded(
    "assignment", AssignmentRow.public_id, {OWN: own(AssignmentRow.evaluator_pk)}
)
OBJECTS: Final = (PROJECT, ASSIGNMENT)
