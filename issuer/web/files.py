"""The files that anybody may read without a database (P6), and the health of this server."""

from flask import Blueprint, Response, abort, current_app, jsonify, request

from issuer.home import addresses, published
from issuer.home.issuer import current_issuer
from issuer.web.access import open_to_all
from verifier import clock
from verifier.web.headers import FILE_POLICY

files = Blueprint("files", __name__)


@files.get("/.well-known/<any('did.json', 'jwks.json'):name>")
@open_to_all
def well_known(name: str) -> Response:
    """Serve the DID document or the key set."""
    return _published(f"{current_issuer().settings.public_url}/.well-known/{name}")


@files.get("/did.json")
@open_to_all
def did_json() -> Response:
    """Serve the DID document where did:web looks for it when the issuer has a path."""
    return _published(f"{current_issuer().settings.public_url}/did.json")


@files.get("/status/<int:number>")
@open_to_all
def status_list(number: int) -> Response:
    """Serve a status list at its one address: `/status/01` is a 404."""
    if not request.path.endswith(f"/{number}"):
        abort(404)
    return _published(addresses.status_list(current_issuer().settings, number))


@files.get("/audit-log")
@open_to_all
def log_head() -> Response:
    """Serve the signed head of the audit log, for anybody who wants to keep it."""
    return _published(addresses.log_head(current_issuer().settings))


def _published(url: str) -> Response:
    """Serve a file under `public/`; no database is asked (P6)."""
    file = published.file_of(current_issuer().settings, url)
    if not file.is_file():
        abort(404)
    offered = published.media_types(file)
    media_type = request.accept_mimetypes.best_match(offered, offered[0])
    response = Response(file.read_bytes(), mimetype=media_type)
    response.vary.add("Accept")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = published.CACHE_CONTROL
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.add_etag()
    response.make_conditional(request)
    return response


@files.get("/healthz")
@open_to_all
def alive() -> Response:
    """Answer, which says that this process does; `/readyz` says what it can do."""
    return jsonify(status="alive")


@files.get("/readyz")
@open_to_all
def health() -> tuple[Response, int]:
    """Answer 200 if approvals can be stored and signed now, else 503."""
    status, healthy = current_app.extensions["health"].look(now=clock.now())
    return jsonify(status), 200 if healthy else 503
