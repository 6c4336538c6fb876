"""Issue one: choose teacher and achievement, fill in the approval, preview it, issue it."""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from contexts import CanonicalizationError
from contexts.errors import MintmarkError
from issuer import issuance
from issuer.approvals import event
from issuer.approvals.table import columns
from issuer.audit import log
from issuer.catalog import versions
from issuer.catalog.achievement import Achievement
from issuer.drawing.certificate import Edition
from issuer.home.issuer import current_issuer
from issuer.home.problem import Flaw
from issuer.home.settings import DESK
from issuer.issuance import ConflictError, QuarantinedError
from issuer.issuance.approval import Approval
from issuer.issuance.problems import Refused
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow
from issuer.issuance.records.unprintable import unprintable_texts
from issuer.people import listing, register
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.people.tables import PersonRow
from issuer.sharing import credential_page, samples
from issuer.staff import DESK as DESK_PAGES
from issuer.staff.issuing import flaw_words, form
from issuer.staff.issuing.form import Fields
from issuer.staff.issuing.handing_over import show_links
from issuer.web.access import needs
from issuer.web.answers import file, page
from verifier import clock
from verifier.wording.words import N_

issuing = Blueprint("issuing", __name__)
NAVIGATION: Final = (MenuEntry("issuing.choose", N_("Issue one"), DESK_PAGES),)
ALREADY: Final = N_(
    "This form was issued already, with other content. Nothing was issued now. To change what was"
    " issued, correct it; for another credential, begin a new form."
)
_ID: Final = re.compile(r"desk-[0-9a-f]{22}")
_MOST_ADDRESSES: Final = 4


class NotThere(MintmarkError):
    """The catalog has no such achievement, or nothing was approved under such an id."""


@issuing.errorhandler(NotThere)
def begin_anew(_error: NotThere) -> AnyResponse:
    """Lead to where one is chosen."""
    return redirect(url_for("issuing.choose"), 303)


@issuing.get("/desk/issue")
@needs("credential", "issue")
def choose() -> Response:
    """Ask for the achievement and the teacher, and list who fits."""
    text, me = request.args.get("q", "").strip(), gate.whoever().me
    visible = rules.visible(me, "person", "list", gate.kinds())
    with current_issuer().database.reading() as session:
        listed = listing.search(session, visible, text, 1) if text else None
        achievements = versions.listed(session)
    return page("desk/issue_choose.html", listed=listed, text=text, achievements=achievements)


@issuing.get("/desk/issue/new")
@needs("credential", "issue")
def begin() -> Response:
    """Show the form, with what is known of the teacher."""
    with current_issuer().database.reading() as session:
        row = versions.find(session, request.args.get("achievement", ""))
        if row is None or row.achievement_id in versions.retired(session):
            raise NotThere
        fields = _blank(row.achievement_id, row.version)
        fields |= _teacher(session, request.args.get("person", ""))
    return _form(fields)


@issuing.post("/desk/issue/new")
@needs("credential", "issue", most_bytes=form.MOST_BYTES)
def go_on() -> AnyResponse:
    """Show what would be issued, or issue it; what is to be put right comes back in the form."""
    fields = _typed()
    if request.form.get("act") not in ("look", "issue"):
        return _form(fields)
    try:
        approval = event.approval_of(form.data_of(fields, current_issuer().settings))
        return _issue(approval) if request.form["act"] == "issue" else _look(fields, approval)
    except Refused as exc:
        return _form(fields, flaws=[*exc.flaws, *_unchosen(fields)])
    except CanonicalizationError:
        return _form(fields, wrong=flaw_words.CANNOT_BE_SIGNED)
    except ConflictError:
        return _form(fields, wrong=ALREADY, issued=fields["approval_id"])


@issuing.post("/desk/issue/certificate")
@needs("credential", "issue")
def certificate() -> Response:
    """Hand out the certificate as it would be, as a sample."""
    settings, fields = current_issuer().settings, _typed()
    try:
        approval = event.approval_of(form.data_of(fields, settings))
        sample = samples.sample(approval, _achievement(fields), settings, now=clock.now())
    except (Refused, CanonicalizationError):
        return _form(fields)
    pdf = samples.pdf(sample, settings, Edition.APPLICATION, now=clock.now())
    return file(pdf, "application/pdf", "sample.pdf")


@issuing.get("/desk/issue/<approval>")
@needs("credential", "issue")
def done(approval: str) -> Response:
    """Say what became of a form: issued, or approved and waiting. Where no mail leaves, the
    teacher's link is shown."""
    issuer, by = current_issuer(), log.person(gate.whoever().person.id)
    with issuer.database.writing() as session:
        row = session.scalar(
            select(CredentialRow)
            .join(CredentialRow.approval)
            .where(ApprovalRow.source == DESK, ApprovalRow.approval_id == approval)
            .order_by(ApprovalRow.revision.desc())
            .limit(1)
        )
        if row is None:
            raise NotThere
        teacher = json.loads(row.approval.content)["recipient"]["name"]
        ids = [row.public_id] if issuer.settings.mail is None else []
        links = show_links(session, issuer.settings, ids, by=by, now=clock.now())
        values = {"public_id": row.public_id, "state": row.state, "problem": row.problem}
    return page("desk/issue_done.html", row=values, teacher=teacher, links=links)


def _typed() -> Fields:
    fields = form.typed(request.form, request.files)
    if not _ID.fullmatch(fields.get("approval_id", "")):
        fields["approval_id"] = form.new_id()
    return fields


def _blank(achievement: str, version: int) -> Fields:
    settings, night = current_issuer().settings, timedelta(hours=columns.MORNING.hour)
    today = settings.local(clock.now() - (night if settings.timezone else timedelta())).date()
    return {
        "approval_id": form.new_id(),
        "achievement.id": achievement,
        "achievement.version": str(version),
        "credits.0.unit": _usual_unit(),
        "approved_at": f"{today}",
    }


def _usual_unit() -> str:
    return current_issuer().settings.credit_unit or "hours"


def _teacher(session: Session, public_id: str) -> Fields:
    """Return the fields about a person of the register; none for somebody not in it."""
    visible = rules.visible(gate.whoever().me, "person", "list", gate.kinds())
    person = session.scalar(select(PersonRow).where(PersonRow.public_id == public_id, visible))
    if person is None:
        return {}
    first = register.primary_address(person)
    rows = sorted(person.addresses, key=lambda row: row is not first)
    addresses = [row.address for row in rows if row.verified_at] or [row.address for row in rows]
    fields = {"recipient.name": person.name, "recipient.language": person.language or ""}
    fields |= {
        f"recipient.emails.{place}": text for place, text in enumerate(addresses[:_MOST_ADDRESSES])
    }
    return {name: text for name, text in fields.items() if text}


def _achievement(fields: Fields) -> Achievement:
    """Return the version of the achievement that a form is about."""
    version = fields.get("achievement.version", "")
    with current_issuer().database.reading() as session:
        number = int(version) if version.isdecimal() and len(version) < 7 else None
        row = versions.find(session, fields.get("achievement.id", ""), number)
        if row is None:
            raise NotThere
        return versions.read(row)


def _unchosen(fields: Fields) -> Iterator[Flaw]:
    """Yield each criterion without a level, which nothing looks for as long as other fields are to
    be put right."""
    for criterion in _achievement(fields).rubric.criteria:
        if not fields.get(f"levels.{criterion.id}"):
            yield Flaw("missing", f"data.levels.{criterion.id}", "is missing", "choose a level")


def _form(
    fields: Fields, *, flaws: Sequence[Flaw] = (), wrong: str = "", issued: str = ""
) -> Response:
    """Show the form with all that was typed, and at each field what is to be put right."""
    entries = form.count(fields, "credits")
    response = page(
        "desk/issue_form.html",
        fields=fields if entries else {**fields, "credits.0.unit": _usual_unit()},
        needed=flaw_words.NEEDED,
        achievement=_achievement(fields),
        errors=flaw_words.errors(flaws, fields),
        label=flaw_words.label,
        wrong=wrong,
        issued=issued,
        credits=min(entries + 1, form.MOST_CREDITS),
        evidence=min(form.count(fields, "evidence") + form.EMPTY_EVIDENCE, form.MOST_EVIDENCE),
    )
    response.status_code = 422 if flaws or wrong else 200
    return response


def _look(fields: Fields, approval: Approval) -> AnyResponse:
    """Show certificate and page as they would be. Raises what the door would raise."""
    issuer, now = current_issuer(), clock.now()
    if not issuance.rehearse(issuer, approval, source=DESK, now=now):
        return redirect(url_for("issuing.done", approval=approval.approval_id), 303)
    achievement = _achievement(fields)
    sample = samples.sample(approval, achievement, issuer.settings, now=now)
    return page(
        "desk/issue_look.html",
        fields=fields,
        approval=approval,
        achievement=achievement,
        picture=base64.b64encode(samples.framed(sample, issuer.settings, now=now)).decode(),
        unprintable=unprintable_texts(approval, issuer.settings),
        **credential_page.about(sample, now=now),
    )


def _issue(approval: Approval) -> AnyResponse:
    by = log.person(gate.whoever().person.id)
    with suppress(QuarantinedError):  # it is stored, and the page says so
        issuance.approve_and_issue(current_issuer(), approval, source=DESK, by=by, now=clock.now())
    return redirect(url_for("issuing.done", approval=approval.approval_id), 303)
