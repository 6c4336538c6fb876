"""The protected objects of the desk."""

from typing import Final

from issuer.audit import search
from issuer.audit.tables import AuditRow
from issuer.catalog.tables import AchievementVersion, RubricVersion
from issuer.issuance.records.tables import CredentialRow
from issuer.people.access.guarded import TECHNICAL, Guarded
from issuer.sharing.holder.tables import ReportRow

CREDENTIAL: Final = Guarded("credential", CredentialRow.public_id)
AUDIT_ENTRY: Final = Guarded(
    "audit entry",
    AuditRow.number,
    {TECHNICAL: lambda _me, _building: search.of_kinds("person", "keys", "database", "outbox")},
)
ACHIEVEMENT: Final = Guarded("achievement", AchievementVersion.achievement_id)
RUBRIC: Final = Guarded("rubric", RubricVersion.rubric_id)
TASK: Final = Guarded("task", ReportRow.public_id)
OBJECTS: Final = (TASK, ACHIEVEMENT, RUBRIC, CREDENTIAL, AUDIT_ENTRY)
