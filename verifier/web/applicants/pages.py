"""The pages where an office uploads many applicants' files and gets the sheet of results.

Anybody with the address of a check can read it, so it is unguessable, not sent to other sites as a
referrer, and not cached by browsers. No other site's page can begin a check.
"""

import errno
import io
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, render_template, request, send_file, url_for
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from verifier import clock
from verifier.batch.files import PRACTICE
from verifier.web import headers, language
from verifier.web.applicants import process
from verifier.web.applicants.process import Allowed, Work
from verifier.web.applicants.receive import HandedIn, receive
from verifier.web.applicants.runs import (
    KEPT,
    MOST_BYTES,
    MOST_FILES,
    NO_ROOM,
    NotTakenError,
    Run,
    RunState,
    RunStore,
)
from verifier.web.applicants.summary import MOST_SHOWN, summary
from verifier.web.limits import caller, limiter_for, one_of_few
from verifier.wording.words import N_

BEGUN_OFTEN = "30/hour"
LOOKED_OFTEN = "240/minute"
"""A page asks once a second, and all computers of a school share one address."""
AROUND = 4 * 1024 * 1024
"""Bytes of a form besides its files."""
AT_A_TIME = 256 * 1024
FILES: Final = {
    "sheet.html": "text/html",
    "results.csv": "text/csv",
    "by-applicant.csv": "text/csv",
    "record.json": "application/json",
}
OTHER_SITE = (
    N_("Another site sent this form, so nothing was checked."),
    N_("Open this page by its own address and hand the files in here."),
)
NOT_A_FORM = (
    N_("What was sent is no form with files."),
    N_("Use the form on this page."),
)
TOO_LARGE = (
    N_("That is more than {most} MB or {files} files, so nothing was checked."),
    N_("Hand it in in parts, or use the command mintmark-verify batch, which takes more."),
)
LIMITS: Final[Mapping[str, str | int]] = {"most": MOST_BYTES // 1024**2, "files": f"{MOST_FILES:,}"}
NOT_CHECKED = N_("Nothing was checked.")
LOST = (
    N_("This check was lost, because the service was started anew while it went on."),
    N_("What you handed in is deleted. Hand it in again."),
)
DELETED = (
    N_("The check and its results are deleted."),
    N_("Nothing of it is left on this site."),
)
GONE = (
    N_("There is no check at this address."),
    N_(
        "Results are deleted a day after the files were handed in, or when somebody who had the "
        "address chose to. If you still need them, hand the files in again."
    ),
)
SHEET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


def applicants_blueprint(store: RunStore, world: Allowed) -> Blueprint:
    """Return the pages, to be mounted at `/verify/applicants` beside the page that checks."""
    pages = Blueprint("applicants", __name__)
    limiter = limiter_for(pages)
    pages.app_context_processor(lambda: {"takes_many": True})

    @pages.before_request
    def limit() -> None:
        request.max_content_length = MOST_BYTES + AROUND

    @pages.get("")
    def form() -> Response:
        return _form(DELETED if "deleted" in request.args else (), kind="yes")

    @pages.post("")
    @limiter.limit(BEGUN_OFTEN)
    @one_of_few
    def check() -> Response:
        return _begin(store, world, request.content_length or 0, _received)

    @pages.post("/practice")
    @limiter.limit(BEGUN_OFTEN)
    def practice() -> Response:
        return _begin(store, world, 0, lambda _run: process.practice())

    @pages.get("/practice.zip")
    def practice_files() -> Response:
        return _practice_files()

    @pages.get("/<secret>")
    @limiter.limit(LOOKED_OFTEN)
    def look(secret: str) -> Response:
        return _page_of(_run_of(store, secret), secret)

    @pages.get("/<secret>/<name>")
    @limiter.limit(LOOKED_OFTEN)
    def result(secret: str, name: str) -> Response:
        run = _run_of(store, secret)
        if name not in FILES or run.state is not RunState.DONE:
            raise NotFound
        response = send_file(
            run.out / name, FILES[name], as_attachment=name != "sheet.html", download_name=name
        )
        response.headers["Content-Security-Policy"] = SHEET_POLICY
        return response

    @pages.post("/<secret>/delete")
    @limiter.limit(LOOKED_OFTEN)
    def delete(secret: str) -> Response:
        _run_of(store, secret).delete()
        return _seen(url_for("applicants.form", deleted=""))

    @pages.after_request
    def keep_secret(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        if "secret" in (request.view_args or {}):
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @pages.errorhandler(NotTakenError)
    def not_taken(error: NotTakenError) -> Response:
        return _form((error.wrong, error.remedy), error.params, status=400)

    @pages.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> Response:
        return _form(TOO_LARGE, LIMITS, status=413)

    @pages.errorhandler(NotFound)
    def gone(_error: NotFound) -> Response:
        return _form(GONE, status=404)

    return pages


def _begin(store: RunStore, world: Allowed, size: int, take: Callable[[Run], HandedIn]) -> Response:
    """Take in files, start their check, and lead to its page."""
    if not _is_from_here():
        return _form(OTHER_SITE, status=403)
    now = clock.now()
    store.sweep(now)
    secret, run, alive = store.begin(caller(), size, now)
    try:
        process.start(Work(run.folder, take(run), world), alive)
    except BaseException:
        os.close(alive)
        run.delete()
        raise
    os.close(alive)
    return _seen(url_for("applicants.look", secret=secret))


def _is_from_here() -> bool:
    """Whether a page of this site sent the form, as browsers say (T29); programs say nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.host


def _received(run: Run) -> HandedIn:
    boundary = request.mimetype_params.get("boundary", "")
    if request.mimetype != "multipart/form-data" or not boundary:
        raise NotTakenError(NOT_A_FORM)
    try:
        return receive(_chunks(), boundary.encode(), run.input)
    except OSError as exc:
        if exc.errno == errno.ENOSPC:
            raise NotTakenError(NO_ROOM) from exc
        raise


def _chunks() -> Iterator[bytes]:
    while chunk := request.stream.read(AT_A_TIME):
        yield chunk


def _run_of(store: RunStore, secret: str) -> Run:
    run = store.find(secret)
    if run is None:
        raise NotFound
    return run


def _page_of(run: Run, secret: str) -> Response:
    """Return the page of a check: how far it is, what came out, or why nothing did."""
    state = run.state
    if state is RunState.REFUSED:
        refusal = run.refusal()
        return _form(
            (NOT_CHECKED, *filter(None, (refusal["wrong"], refusal["remedy"]))), refusal["params"]
        )
    if state is RunState.LOST:
        return _form(LOST)
    about = run.about()
    begun = datetime.fromisoformat(about["begun"])
    shown = {"about": about, "secret": secret, "begun": begun, "kept_until": begun + KEPT}
    if state is RunState.DONE:
        html = render_template(
            "applicants_done.html",
            summary=summary(run.rows(), about["unnamed"]),
            most_shown=MOST_SHOWN,
            **shown,
        )
    else:
        html = render_template("applicants_running.html", progress=run.progress(), **shown)
    return Response(html, headers=headers.ASKING, mimetype="text/html")


def _form(
    problem: Sequence[str] = (),
    params: Mapping[str, str | int] | None = None,
    *,
    kind: str = "maybe",
    status: int = 200,
) -> Response:
    """Return the form, and above it what is wrong with what was handed in."""
    sentences = [_sentence(text, params or {}) for text in problem]
    html = render_template(
        "applicants.html",
        problem=sentences,
        kind=kind,
        most_bytes=MOST_BYTES,
        most_files=MOST_FILES,
        too_large=language.gettext(TOO_LARGE[0]).format_map(LIMITS),
    )
    return Response(html, status, headers.ASKING, mimetype="text/html")


def _sentence(text: str, params: Mapping[str, str | int]) -> str:
    """Return a sentence in the reader's language; one that began after a colon begins anew."""
    text = language.gettext(text)
    return (text[0].upper() + text[1:]).format_map(params)


def _practice_files() -> Response:
    """Return the folder to practice on as a zip."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(PRACTICE.rglob("*.*")):
            packed.writestr(f"practice/{file.relative_to(PRACTICE).as_posix()}", file.read_bytes())
    archive.seek(0)
    return send_file(archive, "application/zip", as_attachment=True, download_name="practice.zip")


def _seen(address: str) -> Response:
    """Lead to a page that is asked for with GET."""
    return Response(status=303, headers={"Location": address})
