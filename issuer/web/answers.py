"""Responses: a page or a file with the headers that protect it.

return page("public/credential.html", listed=True, credential=credential)
return file(pdf, "application/pdf", "rhythms.pdf")
"""

import hashlib
from collections.abc import Mapping
from typing import Final, TypeVar

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.http import dump_options_header

from issuer.home.problem import Problem
from issuer.web.problems import NOT_ACCEPTABLE
from verifier.web.headers import FILE_POLICY

INLINE: Final = {"json", "jwt", "png"}
"""Forms that a browser shows. An SVG or a PDF of our origin is only ever saved (T17)."""

Row = TypeVar("Row")

pages = Blueprint("pages", __name__, static_folder="static", static_url_path="/static")
"""The stylesheet and the scripts that the issuer's pages have beside the verifier's."""


def page(template: str, **values: object) -> Response:
    """Answer with a page, and with status 422 if it says what is `wrong` in a form. Only what is
    `listed` may be found by search engines (D14)."""
    status = 422 if values.get("wrong") else 200
    response = make_response(render_template(template, **values), status)
    return conditional(response, listed=bool(values.get("listed")))


def or_404(row: Row | None) -> Row:
    """Return `row`, such as what a look-up returned. Raises `NotFound` if it is None."""
    if row is None:
        raise NotFound
    return row


def to_page(address: str) -> Response:
    """Lead a browser from an address for programs to its page: what is copied from the address bar
    then is the page, of which every site shows a preview."""
    path = address.partition("://")[2].partition("/")[2]  # under the name that it was asked by
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    response = Response(status=303, headers={"Location": f"/{path}.html{query}"})
    response.vary.add("Accept")
    return response


def file(data: bytes, media_type: str, file_name: str) -> Response:
    """Answer with a file that any program may read and that can do nothing by itself."""
    response = Response(data, content_type=media_type)
    shown = "inline" if file_name.rpartition(".")[2] in INLINE else "attachment"
    response.headers["Content-Disposition"] = dump_options_header(shown, {"filename": file_name})
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return conditional(response)


def conditional(response: Response, *, listed: bool = False) -> Response:
    """Set an ETag; always revalidate. Only a `listed` response may be indexed."""
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-cache"
    if not listed:
        response.headers["X-Robots-Tag"] = "noindex"
    response.make_conditional(request)
    return response


def accepted(offers: Mapping[str, str]) -> str:
    """Return the offered form that the request accepts best; the first, if it accepts anything."""
    best = request.accept_mimetypes.best_match(offers) if request.accept_mimetypes else None
    if best is None and request.accept_mimetypes:
        raise Problem(NOT_ACCEPTABLE)
    return offers[best or next(iter(offers))]
