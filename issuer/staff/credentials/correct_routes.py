"""Correct a credential: the form starts with what was approved, and the changes are shown before it
is issued. A credential withdrawn by mistake is issued again."""

import base64
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import false
from werkzeug.wrappers import Response as AnyResponse

from contexts import CanonicalizationError
from issuer import issuance
from issuer.approvals import correction, event
from issuer.approvals.correction import Opened
from issuer.home.issuer import current_issuer
from issuer.issuance import ConflictError, QuarantinedError
from issuer.issuance.approval import Approval
from issuer.issuance.problems import Refused
from issuer.issuance.records.unprintable import unprintable_texts
from issuer.issuance.status_lists.supersede import is_one_person
from issuer.people import acts
from issuer.people.access import gate
from issuer.sharing import samples
from issuer.sharing.holder import reports
from issuer.staff.credentials import correcting, old_name, record
from issuer.staff.credentials.correcting import CorrectionField
from issuer.staff.credentials.old_name import OldName
from issuer.staff.credentials.record import CredentialFile
from issuer.staff.issuing import flaw_words
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from keys.signer import KeysError
from verifier import clock
from verifier.wording.words import N_

correcting_pages = Blueprint("correcting", __name__)
NOTHING_CHANGED: Final = N_("Nothing is changed yet: change what is wrong.")
MEANWHILE: Final = N_(
    "Somebody else corrected it meanwhile. What you typed is still here: compare, and go on."
)
CANNOT_BE_SIGNED: Final = N_("Something that was typed cannot be signed.")


@dataclass(frozen=True, slots=True)
class Correction:
    """The content of the form: the newest approval, its fields as they were and as typed."""

    public_id: str
    opened: Opened
    before: Sequence[CorrectionField]
    after: Sequence[CorrectionField]
    reason: str
    task: str = ""

    @property
    def changes(self) -> list[tuple[CorrectionField, CorrectionField]]:
        """Each field that differs."""
        return correcting.differences(self.before, self.after)

    def approval(self) -> Approval:
        """Return the approval as it would be issued. Raises `Refused`."""
        data = correcting.changed(self.opened.data, self.changes, current_issuer().settings)
        return event.approval_of(data | {"reason": self.reason})


@correcting_pages.get("/desk/credentials/<credential>/correct")
@needs("credential", "correct", key="credential")
def form(credential: str) -> Response:
    """Show the form with what was approved."""
    return _form(_typed(credential, {}))


@correcting_pages.post("/desk/credentials/<credential>/correct")
@needs("credential", "correct", key="credential")
def correct(credential: str) -> AnyResponse:
    """Show what would change, or issue it; what is to be put right comes back in the form."""
    typed = _typed(credential, request.form)
    if request.form.get("act") not in ("look", "issue"):
        return _form(typed)
    if request.form.get("revision") != str(typed.opened.data["revision"]):
        return _form(typed, wrong=MEANWHILE)
    if not typed.changes:
        return _form(typed, wrong=NOTHING_CHANGED)
    try:
        if request.form["act"] == "look":
            return _look(typed, typed.approval())
        data = correcting.changed(typed.opened.data, typed.changes, current_issuer().settings)
        return _issue(typed.public_id, replace(typed.opened, data=data), typed.reason)
    except Refused as exc:
        return _form(typed, errors=flaw_words.errors(exc.flaws))
    except CanonicalizationError:
        return _form(typed, wrong=CANNOT_BE_SIGNED)
    except ConflictError:
        return _form(_typed(credential, request.form), wrong=MEANWHILE)


@correcting_pages.get("/desk/credentials/<credential>/again")
@needs("credential", "correct", key="credential")
def before_again(credential: str) -> Response:
    """Say what issuing a withdrawn credential again does."""
    return _again(credential)


@correcting_pages.post("/desk/credentials/<credential>/again")
@needs("credential", "correct", key="credential")
def again(credential: str) -> AnyResponse:
    """Issue what was withdrawn by mistake once more, as it was approved."""
    opened = correction.open_again(current_issuer(), credential)
    if request.form.get("revision") != str(opened.data["revision"]):
        return _again(credential, wrong=MEANWHILE)
    try:
        return _issue(credential, opened, request.form.get("reason", "").strip())
    except Refused as exc:
        return _again(credential, flaws=flaw_words.errors(exc.flaws))
    except ConflictError:
        return _again(credential, wrong=MEANWHILE)


@correcting_pages.post("/desk/credentials/<credential>/name-on-others")
@needs("credential", "correct", key="credential")
def correct_name_on_others(credential: str) -> AnyResponse:
    """Correct the name in the teacher's other credentials as it was corrected in this one.

    Each is a correction of its own: one that cannot be corrected stops none, and stays on the list.
    """
    issuer, now = current_issuer(), clock.now()
    with issuer.database.reading() as session:
        known = or_404(record.find(session, issuer.settings, credential, now=now))
    if known.newest.public_id != credential:  # the name was corrected again meanwhile
        return redirect(url_for("recorded.show", credential=credential), 303)
    if others := _with_old_name(known):
        for entry in others.to_correct:
            _correct_name(entry.public_id, like=credential)
    done = "renamed-some" if _with_old_name(known) else "renamed"
    return redirect(url_for("recorded.show", credential=credential, done=done), 303)


def _with_old_name(known: CredentialFile) -> OldName | None:
    """Return the other credentials that still have the name as it was; None if there are none."""
    issuer = current_issuer()
    with issuer.database.reading() as session:
        return old_name.find(session, issuer.settings, known, false(), now=clock.now())


def _correct_name(public_id: str, *, like: str) -> None:
    """Correct one credential by the name and the reason of another, if that can be done now."""
    issuer, opened = current_issuer(), correction.open_again(current_issuer(), public_id)
    renamed = _as_in(like, opened)
    if not renamed:
        return
    recipient = opened.data["recipient"] | {"name": renamed["recipient.name"]}
    opened = replace(opened, data=opened.data | {"recipient": recipient})
    by = acts.actor(gate.whoever().person)
    with suppress(Refused, ConflictError, QuarantinedError, CanonicalizationError):
        correction.issue(issuer, opened, reason=renamed["reason"], by=by, now=clock.now())


def _typed(public_id: str, form: Mapping[str, str]) -> Correction:
    settings, opened = current_issuer().settings, correction.open_again(current_issuer(), public_id)
    before = correcting.fields_of(opened.data, opened.achievement, settings)
    task = request.values.get("task", "")
    form = form or _half_filled(task) or _as_in(request.args.get("like", ""), opened)
    after = correcting.typed(before, form)
    return Correction(public_id, opened, before, after, form.get("reason", "").strip(), task)


def _half_filled(task: str) -> Mapping[str, str]:
    """Return what a teacher asked for in a task, as it would be typed."""
    with current_issuer().database.reading() as session:
        report = reports.find(session, task) if task else None
    return {"recipient.name": report.name} if report and report.name else {}


def _as_in(other: str, opened: Opened) -> Mapping[str, str]:
    """Return the name that was corrected in another credential of the same teacher, and why, as
    they would be typed; nothing for a credential of somebody else."""
    issuer = current_issuer()
    with issuer.database.reading() as session:
        known = record.find(session, issuer.settings, other, now=clock.now()) if other else None
    if known is None or not is_one_person(opened.content, known.row.approval.content):
        return {}
    return {"recipient.name": known.approval.recipient.name, "reason": known.approval.reason or ""}


def _issue(public_id: str, opened: Opened, reason: str) -> AnyResponse:
    """Issue a correction, and lead to its page. Raises what the door raises."""
    issuer, by = current_issuer(), acts.actor(gate.whoever().person)
    done, led_to = "waits", public_id
    with suppress(QuarantinedError):  # it is stored, and its page says why it is held back
        received = correction.issue(issuer, opened, reason=reason, by=by, now=clock.now())
        done = "corrected" if received.manage_url else "waits"
        led_to = received.credential_id
    if task := request.values.get("task"):
        return redirect(url_for("tasks.show", task=task, done=done), 303)
    return redirect(url_for("recorded.show", credential=led_to, done=done), 303)


def _form(
    typed: Correction, *, errors: Mapping[str, str] | None = None, wrong: str = ""
) -> Response:
    """Show the form with all that was typed, and at each field what is to be put right."""
    known = {one.name for one in typed.after}
    errors = {_place(name, known): sentence for name, sentence in (errors or {}).items()}
    response = page("desk/correct.html", typed=typed, errors=errors, wrong=wrong, known=known)
    response.status_code = 422 if errors or wrong else 200
    return response


def _place(name: str, known: set[str]) -> str:
    """Return the field of the form at which a flaw is shown."""
    parts = name.split(".")
    within = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
    return next((one for one in within if one in known), name)


def _look(typed: Correction, approval: Approval) -> Response:
    """Show what changes, what it does, and the certificate as it would be. Raises what the door
    would raise."""
    issuer, now = current_issuer(), clock.now()
    issuance.rehearse(issuer, approval, source=typed.opened.source, now=now)
    sample = samples.sample(approval, typed.opened.achievement, issuer.settings, now=now)
    return page(
        "desk/correct_look.html",
        typed=typed,
        picture=base64.b64encode(samples.framed(sample, issuer.settings, now=now)).decode(),
        is_renamed=any(after.name == "recipient.name" for _, after in typed.changes),
        keys_are_locked=_keys_are_locked(),
        same_person=is_one_person(typed.opened.content, approval.content),
        unprintable=unprintable_texts(approval, issuer.settings),
    )


def _keys_are_locked() -> bool:
    try:
        current_issuer().signers()
    except KeysError:
        return True
    return False


def _again(public_id: str, *, flaws: Mapping[str, str] | None = None, wrong: str = "") -> Response:
    opened = correction.open_again(current_issuer(), public_id)
    response = page(
        "desk/again.html",
        public_id=public_id,
        data=opened.data,
        title=opened.achievement.name,
        reason=request.form.get("reason"),
        errors=flaws or {},
        wrong=wrong,
    )
    response.status_code = 422 if flaws or wrong else 200
    return response
