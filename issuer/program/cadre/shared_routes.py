"""What colleagues show of their evidence, on a page for those who are signed in."""

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.people.access import gate, rules
from issuer.program.cadre import shared_evidence
from issuer.program.evidence import file_kinds, handing_out
from issuer.web.access import needs
from issuer.web.answers import page
from issuer.web.row_numbers import whole_number
from verifier.wording.words import N_

shared_evidence_pages = Blueprint("shared_evidence", __name__)


@shared_evidence_pages.get("/program/shared")
@needs("shared evidence", "list")
def list_all() -> Response:
    """List what colleagues show, a page at a time (`?field=`)."""
    field, number = request.args.get("field", ""), request.args.get("page", 1, type=whole_number)
    seen = rules.visible(gate.whoever().me, "shared evidence", "list", gate.kinds())
    with current_issuer().database.reading() as session:
        return page(
            "program/shared.html",
            listed=shared_evidence.shared(session, seen, field, number),
            fields=shared_evidence.fields(session, seen),
            field=field,
        )


@shared_evidence_pages.get("/program/shared/<artifact>")
@needs("shared evidence", "read", key="artifact")
def open_file(artifact: str) -> AnyResponse:
    """Show a file that a colleague shows; of a document its text, as some who read it judge."""
    row = handing_out.opened(artifact)
    if file_kinds.shown(row.media_type or "").by_browsers:
        return handing_out.show(row, is_blind=False)
    return page(
        "program/document.html",
        name=row.name,
        preview=handing_out.preview(row),
        back=url_for("shared_evidence.list_all"),
        back_to=N_("Evidence of colleagues"),
        blind=str,
    )
