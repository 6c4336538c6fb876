"""The mails to a teacher about her project: decisions, requests, and what stays as it was.

Each mail is written when it is sent, and dropped if it is no longer true.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select

from issuer.catalog.versions import rubric_of
from issuer.home.issuer import Issuer
from issuer.outbox import mail
from issuer.outbox.kinds import DeliveryError, MessageKind, OvertakenError
from issuer.outbox.letter import Letter
from issuer.outbox.tables import OutboxRow
from issuer.people.tables import PersonRow
from issuer.program.evaluation.corrections import STAYS
from issuer.program.evaluation.decisions import RELEASED
from issuer.program.evaluation.tables import ProjectDecisionRow
from issuer.program.evidence import pieces
from issuer.program.projects.tables import ProjectRow
from issuer.wording import language


def send(
    issuer: Issuer, row: OutboxRow, person: PersonRow, template: str, words: Mapping[str, object]
) -> None:
    """Send a mail to a person's verified addresses, in their language.

    `person` comes with its addresses. Raises `DeliveryError`: for good if nobody is left to tell.
    """
    settings = issuer.settings
    if settings.mail is None:
        raise DeliveryError("there is no [mail] in the settings")
    addresses = [a.address for a in person.addresses if a.verified_at]
    if not addresses or person.erased_at:
        raise DeliveryError("the person has no verified address", for_good=True)
    letter = Letter(
        template=template,
        words={"name": person.name, **words},
        name=person.name,
        addresses=addresses,
        language=language.of(person.language, otherwise=settings.mail.language),
    )
    mail.deliver(letter, row, settings)


def page_of(issuer: Issuer, project: ProjectRow) -> str:
    """Return the address of a project's page."""
    return f"{issuer.settings.public_url}/projects/{project.public_id}"


def _send_decision(issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail about the decision that `row` names, unless a correction took its place."""
    with issuer.database.reading() as session:
        decision = session.get(ProjectDecisionRow, (row.payload or {}).get("decision"))
        if decision is None:
            raise DeliveryError("its decision is gone", for_good=True)
        later = select(ProjectDecisionRow.id).where(ProjectDecisionRow.corrects == decision.id)
        if session.scalar(later) is not None:
            raise OvertakenError("a correction took its place")
        project, version = decision.version.project, decision.version
        rubric = rubric_of(version.rubric_version)
        words = {
            "title": project.proposal.get("title", ""),
            "purpose": version.purpose,
            "outcome": decision.outcome,
            "is_corrected": decision.corrects is not None,
            "due_on": project.due_on,
            "comments": [
                (criterion.name, decision.comments[criterion.id])
                for criterion in rubric.criteria
                if decision.comments.get(criterion.id)
            ],
            "page": page_of(issuer, project),
        }
        teacher, _ = project.person, project.person.addresses
    send(issuer, row, teacher, "mail/decision.html", words)


def _send_stays(issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail that a decision stays after another look."""
    project, teacher = _project(issuer, row)
    words = {"title": project.proposal.get("title", ""), "page": page_of(issuer, project)}
    send(issuer, row, teacher, "mail/stays.html", words)


def _send_piece(issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail about the piece that an evaluator asks for, while it is asked for."""
    project, teacher = _project(issuer, row)
    with issuer.database.reading() as session:
        piece = pieces.wanted(session, project)
    if piece is None:
        raise OvertakenError("no piece is asked for any more")
    words = {
        "title": project.proposal.get("title", ""),
        "piece": piece.text,
        "page": f"{page_of(issuer, project)}/evidence",
    }
    send(issuer, row, teacher, "mail/piece.html", words)


def _project(issuer: Issuer, row: OutboxRow) -> tuple[ProjectRow, PersonRow]:
    """Return the project that `row` is about, and its teacher with her addresses."""
    with issuer.database.reading() as session:
        project = session.scalar(select(ProjectRow).where(ProjectRow.public_id == row.about))
        if project is None:
            raise DeliveryError("its project is gone", for_good=True)
        teacher, _ = project.person, project.person.addresses
    return project, teacher


KINDS: Final = (
    MessageKind(RELEASED, _send_decision),
    MessageKind(STAYS, _send_stays),
    MessageKind(pieces.ASKED, _send_piece),
)
