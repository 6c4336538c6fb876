"""The holder's own pages, behind a link that is theirs alone: everything, and the decisions."""

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from issuer.issuer import current_issuer
from issuer.sharing import shared
from issuer.sharing.answers import file, page
from issuer.sharing.forms import FORMS
from issuer.sharing.routes import about
from issuer.sharing.shared import Shared

holding = Blueprint("holding", __name__)


@holding.get("/manage/<token>")
def manage(token: str) -> Response:
    """Show the holder everything that is kept about the credential, evaluators' words too."""
    found = _held(token)
    values = about(found) | {"credential": found.credential, "forms": FORMS}
    return _own(page("holder.html", listed=False, token=token, **values))


@holding.get("/manage/<token>/<any('pdf', 'png', 'svg', 'json', 'jwt'):suffix>")
def whole(token: str, suffix: str) -> Response:
    """Hand the holder one form of the whole credential."""
    found = _held(token)
    if suffix not in found.whole_forms:
        raise NotFound
    data = FORMS[suffix].make(found, current_issuer().settings)
    return _saved(data, FORMS[suffix].media_types[0], f"{found.achievement.id}.{suffix}")


@holding.get("/manage/<token>/to-share.json")
def to_share(token: str) -> Response:
    """Hand the holder the form from which copies that show less are made, and nobody else."""
    found = _held(token)
    if found.to_share is None:
        raise NotFound
    name = f"{found.achievement.id}-to-share.json"
    return _saved(found.to_share, FORMS["json"].media_types[0], name)


def _held(token: str) -> Shared:
    found = shared.find_held(current_issuer(), token)
    if found is None:
        raise NotFound
    return found


def _saved(data: bytes, media_type: str, name: str) -> Response:
    response = file(data, media_type, name)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    del response.headers["Access-Control-Allow-Origin"]
    return _own(response)


def _own(response: Response) -> Response:
    """Keep what is the holder's alone out of every cache."""
    response.headers["Cache-Control"] = "no-store"
    return response
