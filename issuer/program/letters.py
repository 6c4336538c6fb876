"""The mail that tells a teacher of a decision: what was decided, and what the evaluators say."""

from typing import Final

from issuer.catalog.versions import rubric_of
from issuer.home.issuer import Issuer
from issuer.outbox import mail
from issuer.outbox.kinds import DeliveryError, MessageKind
from issuer.outbox.letter import Letter
from issuer.outbox.tables import OutboxRow
from issuer.program.evaluation.decisions import RELEASED
from issuer.program.evaluation.tables import ProjectDecisionRow
from issuer.program.projects.tables import ProjectRow
from issuer.wording import language


def _send_decision(issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail about the decision that `row` names, to the teacher's verified addresses.

    Raises `DeliveryError`: for good if nobody is left to tell.
    """
    settings = issuer.settings
    if settings.mail is None:
        raise DeliveryError("there is no [mail] in the settings")
    with issuer.database.reading() as session:
        decision = session.get(ProjectDecisionRow, (row.payload or {}).get("decision"))
        if decision is None:
            raise DeliveryError("its decision is gone", for_good=True)
        project, version = decision.version.project, decision.version
        teacher, rubric = project.person, rubric_of(version.rubric_version)
        addresses = [a.address for a in teacher.addresses if a.verified_at]
    if not addresses or teacher.erased_at:
        raise DeliveryError("the teacher has no verified address", for_good=True)
    letter = Letter(
        template="mail/decision.html",
        words={
            "name": teacher.name,
            "title": project.proposal.get("title", ""),
            "purpose": version.purpose,
            "outcome": decision.outcome,
            "due_on": project.due_on,
            "comments": [
                (criterion.name, decision.comments[criterion.id])
                for criterion in rubric.criteria
                if decision.comments.get(criterion.id)
            ],
            "page": f"{settings.public_url}{_path(project)}",
        },
        name=teacher.name,
        addresses=addresses,
        language=language.of(teacher.language, otherwise=settings.mail.language),
    )
    mail.deliver(letter, row, settings)


def _path(project: ProjectRow) -> str:
    return f"/projects/{project.public_id}"


KINDS: Final = (MessageKind(RELEASED, _send_decision),)
