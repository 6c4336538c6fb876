"""The holder's own pages, behind a link that is theirs alone: everything, and the decisions.

Who has the link may do all of it. Pages that change something answer with a redirect, so that
going back or loading again does nothing twice.
"""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response as AnyResponse

from contexts.errors import MintmarkError
from issuer.audit.log import HOLDER
from issuer.home import addresses
from issuer.home.issuer import current_issuer
from issuer.home.problem import Problem
from issuer.issuance.approval import Chosen
from issuer.sharing import forms, previews, shared
from issuer.sharing.credential_page import about, credential_page
from issuer.sharing.decision import Decision, Visibility
from issuer.sharing.forms import FORMS, copy, file_name, make_form
from issuer.sharing.holder import holder, reports
from issuer.sharing.holder.tables import LONGEST_NAME, LONGEST_WORDS
from issuer.sharing.problems import NOT_SHARED, WITHDRAWN
from issuer.sharing.shared import Shared
from issuer.web.access import open_to_all
from issuer.web.answers import file, page
from issuer.web.problems import BAD_REQUEST
from issuer.web.same_site import refuse_other_sites
from issuer.wording.language import gettext
from verifier import clock
from verifier.checks import disclosure
from verifier.credential.view import view
from verifier.parsing import strict_json
from verifier.web.limits import limiter_for

holding = Blueprint("holding", __name__)
holding.before_request(refuse_other_sites)
limiter = limiter_for(holding)


class LinkError(MintmarkError):
    """A holder's link opens nothing: it was cut, or renewed."""


@holding.errorhandler(LinkError)
def lost(_error: LinkError) -> AnyResponse:
    """Lead to where the links are mailed, and who is signed in to their credentials."""
    return redirect(url_for("linking.form", lost=1), 303)


@holding.get("/manage/<token>")
@open_to_all
def manage(token: str) -> Response:
    """Show the holder everything that is kept about the credential, and what others see of it."""
    record, local = _held(token), current_issuer().settings.local
    values = about(record, now=clock.now()) | {
        "credential": record.credential,
        "forms": FORMS,
        "signed_off": [
            (sign_off.role, local(sign_off.at)) for sign_off in record.approval.approvals
        ],
        "choices": disclosure.choices(record.credential.document),
        "first": holder.is_first(current_issuer(), record),
        "own_idea": not isinstance(record.approval.achievement, Chosen),
        "done": request.args.get("done"),
        "title": record.credential.achievement and record.credential.achievement.name,
    }
    with current_issuer().database.reading() as session:
        values["report"] = reports.newest(session, record.public_id)
        values["other_name"] = values["stands"] and holder.has_another_name(session, record)
    if values["stands"]:
        values["signature"] = _signature(record, values)
    return _own(page("holder/holder.html", listed=False, token=token, **values))


def _signature(record: Shared, values: Mapping[str, object]) -> dict[str, Markup]:
    """Return what goes into an e-mail signature, and the same as it is shown on this page.

    It has no styles: programs for mail have their own.
    """
    settings, achievement = current_issuer().settings, record.achievement
    address = addresses.achievement(settings, achievement.id, achievement.version)
    name = f"{achievement.version}.small.png"
    here = url_for("catalog.achievement", achievement_id=achievement.id, name=name)
    return {
        use: Markup(render_template("holder/signature.html", picture=picture, **values))  # noqa: S704
        for use, picture in {"copied": f"{address}.small.png", "shown": here}.items()
    }


@holding.post("/manage/<token>")
@open_to_all
def decide(token: str) -> Response:
    """Show the credential as the holder decides in the form, from now on."""
    decided = _decision(request.form)
    record = _held(token)
    holder.decide(current_issuer(), record.public_id, decided, now=clock.now())
    return _redirect(f"{_address(token)}?done=decided#see")


@holding.post("/manage/<token>/wrong")
@open_to_all
@limiter.limit("10/hour")
def tell(token: str) -> Response:
    """Take what the holder says is wrong, for the office to answer."""
    record = _held(token)
    name = " ".join(request.form.get("name", "").split())
    words = request.form.get("words", "").replace("\r\n", "\n").strip()
    if len(name) > LONGEST_NAME or len(words) > LONGEST_WORDS:
        raise Problem(BAD_REQUEST, f"words: at most {LONGEST_WORDS} characters")
    other = name if name != record.approval.recipient.name else ""
    if not (other or words):
        return _redirect(f"{_address(token)}?done=nothing#wrong")
    with current_issuer().database.writing() as session:
        reports.tell(session, record.public_id, name=other or None, words=words, now=clock.now())
    return _redirect(f"{_address(token)}?done=told#wrong")


@holding.get("/manage/<token>/preview")
@open_to_all
def look_first(token: str) -> Response:
    """Show what others would see by the decision in the form; nothing is kept."""
    record = _held(token).decided(_decision(request.args))
    if record.private:
        raise Problem(NOT_SHARED)
    return _own(credential_page(record))


@holding.get("/manage/<token>/renew")
@open_to_all
def before_renewal(token: str) -> Response:
    """Ask whether the holder wants another link, and say where it would go."""
    record = _held(token)
    issuer = current_issuer()
    by_mail = issuer.settings.mail is not None
    to = [_veiled(address) for address in holder.mail_addresses(issuer, record)] if by_mail else []
    return _own(page("holder/renew.html", token=token, achievement=record.achievement.name, to=to))


def _veiled(address: str) -> str:
    """Return an address that its owner recognizes, and nobody else learns."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}***{at}{domain}"


@holding.post("/manage/<token>/renew")
@open_to_all
def renew(token: str) -> Response:
    """Give the holder another link; this one opens nothing any more.

    It is sent by mail only, so that nobody else with the old link sees it; without mail, the page
    shows it.
    """
    issuer, public_id = current_issuer(), _held(token).public_id
    address = holder.renew_link(issuer, public_id, by=HOLDER, now=clock.now())
    if issuer.settings.mail is not None:
        return _redirect(url_for("holding.renewed"))
    return _redirect(f"{address}?done=renewed#link")


@holding.get("/manage/renewed")
@open_to_all
def renewed() -> Response:
    """Say that the new link is on its way."""
    return _own(page("holder/renew.html", sent=True))


@holding.get("/manage/<token>/<any('pdf', 'png', 'svg', 'json', 'jwt'):suffix>")
@open_to_all
def whole(token: str, suffix: str) -> Response:
    """Hand the holder one form of the whole credential."""
    record = _held(token)
    if suffix not in record.whole_forms:
        raise NotFound
    return _form(record, suffix)


@holding.get("/manage/<token>/to-share.json")
@open_to_all
def to_share(token: str) -> Response:
    """Hand the holder the form from which copies that show less are made, and nobody else."""
    record = _held(token)
    if record.to_share is None:
        raise NotFound
    name = file_name(record.credential, "json", gettext("to share"))
    return _saved(record.to_share, FORMS["json"].media_types[0], name)


@holding.get("/manage/<token>/copy.<any('json', 'png'):suffix>")
@open_to_all
def less(token: str, suffix: str) -> Response:
    """Hand the holder a copy that shows what is mandatory and what the form names."""
    record = _held(token)
    if record.to_share is None:
        raise NotFound
    show = request.args.getlist("show")
    choices = disclosure.choices(record.credential.document)
    if unknown := set(show) - {choice.name for choice in choices}:
        raise Problem(BAD_REQUEST, f"show: nothing here is called {sorted(unknown)[0]!r}")
    places = [place for choice in choices if choice.name in show for place in choice.pointers]
    part = copy(record, places, current_issuer(), now=clock.now())
    shown = view(strict_json.loads_object(part.json))  # a name that is left out names no file
    return _form(replace(part, credential=shown), suffix, gettext("copy"))


@holding.get("/manage/<token>/announcement.png")
@open_to_all
def announcement(token: str) -> Response:
    """Hand the first earner of an achievement a picture that says so."""
    record = _held(token)
    if not holder.is_first(current_issuer(), record):
        raise NotFound
    picture = previews.announcement(record, current_issuer().settings)
    name = file_name(record.credential, "png", gettext("announcement"))
    return _saved(picture, "image/png", name)


def _held(token: str) -> Shared:
    record = shared.find_held(current_issuer(), token)
    if record is None:
        raise LinkError
    if record.only_withdrawn:
        raise Problem(WITHDRAWN)
    return record


def _decision(form: MultiDict[str, str]) -> Decision:
    visibility = form.get("visibility", "")
    if visibility not in set(Visibility):
        raise Problem(BAD_REQUEST, f"visibility: one of {', '.join(Visibility)}")
    show = form.getlist("show")
    return Decision(
        Visibility(visibility),
        show_levels="levels" in show,
        show_evidence="evidence" in show,
        show_words="words" in show,
    )


def _form(record: Shared, suffix: str, note: str = "") -> Response:
    data = make_form(suffix, record, current_issuer().settings, request.args, now=clock.now())
    name = file_name(record.credential, suffix, note or forms.note(suffix, request.args))
    return _saved(data, FORMS[suffix].media_types[0], name)


def _saved(data: bytes, media_type: str, name: str) -> Response:
    response = file(data, media_type, name)
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    del response.headers["Access-Control-Allow-Origin"]
    return _own(response)


def _address(token: str) -> str:
    return addresses.manage(current_issuer().settings, token)


def _redirect(address: str) -> Response:
    return _own(Response(status=303, headers={"Location": address}))


def _own(response: Response) -> Response:
    """Keep what is the holder's alone out of every cache and every index."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
