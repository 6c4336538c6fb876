"""The verifier as a web service of its own: the pages and the API."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Flask, Response, redirect, url_for
from waitress import create_server
from werkzeug.exceptions import HTTPException, InternalServerError

from contexts import BUNDLED, FrozenContexts
from verifier import TrustList
from verifier.clock import now as system_clock
from verifier.fetching.fetch import Fetch
from verifier.web import problems
from verifier.web.api import MAX_BODY_BYTES, api_blueprint
from verifier.web.applicants.pages import applicants_blueprint
from verifier.web.applicants.process import Allowed as Allowed
from verifier.web.applicants.runs import MOST_BYTES, RunStore
from verifier.web.headers import protect
from verifier.web.page import MOST_TOGETHER, Site, verifier_blueprint
from verifier.web.vc_api import vc_api_blueprint

THREADS = 32
"""Half of them check, which is mostly waiting for issuers' sites; the others serve the pages."""
CONNECTIONS = 500
IDLE_SECONDS = 30

_log = logging.getLogger(__name__)


def create_app(
    make_fetch: Callable[[], Fetch],
    trust: Sequence[TrustList] = (),
    clock: Callable[[], datetime] = system_clock,
    contexts: FrozenContexts = BUNDLED,
    name: str = "Mintmark",
    many: Blueprint | None = None,
) -> Flask:
    """Return the application: the page at `/verify`, the API at `/api`, and
    W3C's; `name` is who runs it, and
    `many` the pages for many applicants, if there are any."""
    app = Flask("verifier.web", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, CHECKS_AT_ONCE=THREADS // 2)
    page = verifier_blueprint(
        site=Site(name), make_fetch=make_fetch, trust=trust, clock=clock, contexts=contexts
    )
    app.register_blueprint(page, url_prefix="/verify")
    if many is not None:
        app.register_blueprint(many, url_prefix="/verify/applicants")
    api = api_blueprint(make_fetch=make_fetch, trust=trust, clock=clock, contexts=contexts)
    app.register_blueprint(api, url_prefix="/api")
    vc_api = vc_api_blueprint(make_fetch=make_fetch, trust=trust, clock=clock, contexts=contexts)
    app.register_blueprint(vc_api)
    app.add_url_rule("/", "home", lambda: redirect(url_for("verifier.page")))
    app.register_error_handler(Exception, _answer_error)
    protect(app, https=False)
    return app


def for_many(home: Path, world: Allowed) -> Blueprint:
    """Return the pages for many applicants, whose checks are folders in `home`; sweep it."""
    store = RunStore(home)
    store.keep_tidy()
    return applicants_blueprint(store, world)


def serve(app: Flask, *, bind: str, port: int) -> None:
    """Serve `app` until interrupted. A thread works on a request that has come in whole."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # waiting is what a queue is for
    most = MOST_BYTES if "applicants" in app.blueprints else MOST_TOGETHER
    server = create_server(
        app,
        host=bind,
        port=port,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        max_request_body_size=2 * most,  # a larger one gets no answer in words
        clear_untrusted_proxy_headers=False,  # `limits.caller` says whom it believes
        ident=None,
    )
    host = f"[{bind}]" if ":" in bind else bind
    print(f"serving http://{host}:{getattr(server, 'effective_port', port)}/verify", flush=True)
    try:
        server.run()
    finally:
        server.close()


def _answer_error(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return problems.of(error)
    _log.error("%s", problems.places(error))
    return problems.of(InternalServerError())
