"""The page on which people submit credentials and read the report.

It needs no script, stores nothing, and sets no cookie. A scanned code arrives behind the `#` of
the address, which browsers do not send: a small script posts it as form text, so that it does not
appear in an access log. The address around it is never fetched.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from contexts import BUNDLED, FrozenContexts
from verifier import TrustList, verify_all
from verifier.batch.files import BatchError
from verifier.clock import now as system_clock
from verifier.credential.claims import claims
from verifier.fetching import deadline
from verifier.fetching.fetch import Fetch
from verifier.intake.submission import MAX_BYTES
from verifier.pipeline.pipeline import MAX_CREDENTIALS
from verifier.web import headers, language, scan
from verifier.web.in_time import MOST_SECONDS, in_time
from verifier.web.limits import limiter_for, one_of_few
from verifier.web.report_page import facts, presentation
from verifier.web.report_page.by_policy import policy_in
from verifier.web.report_page.markdown import prose
from verifier.web.report_page.presentation import OwnIssuer, Withdrawal
from verifier.web.report_page.summary import in_all
from verifier.web.uploads import Upload, uploads_in
from verifier.wording import words
from verifier.wording.words import N_

MOST_TEXT = 2 * 1024 * 1024
"""A credential is at most 1 MiB; a form part beyond this is not even held in memory (T31)."""
MOST_AT_ONCE = 10
"""Credentials in one request; an office with more has `mintmark-verify batch`."""
MOST_AGAIN = MOST_AT_ONCE * MAX_CREDENTIALS
MOST_PARTS = 4 * MOST_AGAIN
"""A report page submits each credential again in three form parts."""
MOST_TOGETHER = 4 * MAX_BYTES
OFTEN = "120/minute"
"""All computers of a school share one address."""
NOT_CHECKED = N_("Nothing was checked.")
NOTHING = (
    N_("Nothing was handed in."),
    N_("Choose a file, use the camera, or paste a link or text. One of them is enough."),
)
TOO_LARGE = (
    N_("That is larger than {most} MB, so it was not read."),
    N_("A credential is much smaller. Hand in the file that the issuer gave."),
)
TOO_MANY = (
    N_("More than {at_once} were handed in at once, so none was checked."),
    N_("Hand in fewer at a time. For many there is the command mintmark-verify batch."),
)
TOO_MANY_HERE = (
    TOO_MANY[0],
    N_("Hand in fewer at a time, or all together on the page “Check many applicants”."),
)
SERIAL = (
    N_("This is a serial number. It names a credential and cannot be checked by itself."),
    N_(
        "Ask its holder for the address of its page, or for the file. On a certificate, the"
        " address stands beside the serial number, and in the square code."
    ),
)
_SERIAL: Final = re.compile(rb"\s*([0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5})\s*", re.IGNORECASE)
"""A number that Mintmark prints on certificates: Crockford's base 32, in two groups of five."""
LIMITS = {"most": MAX_BYTES // 1024**2, "at_once": MOST_AT_ONCE}


@dataclass(frozen=True, slots=True)
class Site:
    """Whose pages these are: the name at the top, where it leads, a color for white words, and the
    path of a picture beside the name. `issuer` owns this site, if it issues, and
    `contact` is the e-mail address for questions, and `contact_name` who reads them."""

    name: str
    home: str | None = None
    color: str = "#1f3a5f"
    logo: str | None = None
    issuer: OwnIssuer | None = None
    contact: str | None = None
    contact_name: str = ""


def verifier_blueprint(
    *,
    site: Site,
    make_fetch: Callable[[], Fetch],
    trust: Sequence[TrustList] = (),
    clock: Callable[[], datetime] = system_clock,
    contexts: FrozenContexts = BUNDLED,
    withdrawal: Withdrawal = lambda _id: None,
    page_of_serial: Callable[[str], str | None] = lambda _serial: None,
) -> Blueprint:
    """Return the page as a blueprint, to be mounted with `url_prefix="/verify"`.

    Each credential gets its own `make_fetch()`, so that a budget of fetches is one
    credential's. `site` and the filters it registers serve every page of the app. `withdrawal`
    tells when and why this very site withdrew a credential, which its status list does not say.
    `page_of_serial` returns the page of a credential of this site that everybody may find, by its
    serial number.
    """
    blueprint = Blueprint("verifier", __name__, template_folder="templates", static_folder="static")
    _serve_templates(blueprint, site)
    limiter = limiter_for(blueprint)
    scan.add_to(blueprint)

    @blueprint.before_request
    def limit() -> None:
        request.max_content_length = MOST_TOGETHER + MOST_TEXT
        request.max_form_memory_size = MOST_TEXT
        request.max_form_parts = MOST_PARTS

    @blueprint.get("")
    def page() -> Response:
        return _form(text=request.args.get("url", ""))

    @blueprint.post("")
    @limiter.limit(OFTEN)
    @one_of_few
    def check() -> Response:
        uploads = uploads_in(request.form, request.files)
        presented_by = request.form.get("presented_by", "").strip()
        if not uploads:
            return _form(_ours(NOTHING), status=400)
        if serial := _serial_in(uploads):
            if there := page_of_serial(serial):
                return Response(status=303, headers={"Location": there})
            return _form(_ours(SERIAL), text=serial, status=422)
        anew = [thing for thing in uploads if not thing.carrier]
        if len(anew) > MOST_AT_ONCE or len(uploads) > MOST_AGAIN:
            return _form(_ours(TOO_MANY_HERE if _takes_many() else TOO_MANY), status=413)
        try:
            own = policy_in(request.form, request.files) if _takes_many() else None
        except BatchError as exc:
            return _form(_refused(exc), text=request.form.get("text", ""), status=422)
        lists = trust if own is None else own.rules.lists or trust
        evidence = [file.read() for file in request.files.getlist("evidence") if file]
        now = clock()
        views: list[presentation.ReportView] = []
        with deadline.within(MOST_SECONDS):
            for thing in uploads:
                reports = verify_all(
                    thing.data,
                    make_fetch=make_fetch,
                    now=now,
                    trust=lists,
                    presented_by=presented_by or None,
                    evidence=evidence,
                    contexts=contexts,
                    general=True,
                )
                for report in in_time(reports):
                    judged = own.judge(report, presented_by, now) if own else None
                    view = presentation.tell(report, thing, withdrawal, site.issuer, judged)
                    views.append(view)
        if len(views) == 1 and views[0].report.carrier == "unknown":
            first_check = views[0].report.checks[0]
            problem = (language.say(first_check), language.next_step(first_check))
            return _form(problem, text=request.form.get("text", ""), status=422)
        return Response(
            render_template(
                "report.html",
                views=presentation.worst_first(views),
                in_all=in_all([view.kind for view in views]),
                now=now,
                presented_by=presented_by,
                policy_files=own.files if own else {},
                unread=[] if "only" in request.form else request.form.getlist("unread"),
                line=presentation.line,
                beside=words.beside,
            )
        )

    @blueprint.get("/color.css")
    def color() -> Response:
        return Response(f":root {{ --district: {site.color}; }}\n", mimetype="text/css")

    @blueprint.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> Response:
        return _form(_ours(TOO_LARGE), status=413)

    return blueprint


def _takes_many() -> bool:
    """Whether this site has the page for many applicants, and so takes a visitor's policy."""
    return "applicants" in current_app.blueprints


def _refused(error: BatchError) -> tuple[str, str]:
    """Return that nothing was checked, and what is wrong with the policy."""
    wrong = language.gettext(error.sentence).format_map(error.params)
    return language.gettext(NOT_CHECKED), wrong[0].upper() + wrong[1:]


def _serial_in(uploads: Sequence[Upload]) -> str:
    """Return the serial number that was handed in and nothing else, or ''."""
    match = _SERIAL.fullmatch(uploads[0].data) if len(uploads) == 1 else None
    return match[1].decode().upper() if match else ""


def _ours(row: tuple[str, str]) -> tuple[str, str]:
    """Return what is wrong and what to do, in the reader's language, with our limits."""
    wrong, remedy = (language.gettext(text).format_map(LIMITS) for text in row)
    return wrong, remedy


def _form(problem: tuple[str, str] | None = None, *, text: str = "", status: int = 200) -> Response:
    """Return the form, and above it what is wrong with what was handed in.

    This page alone may ask for the camera.
    """
    most = {"most_bytes": MAX_BYTES, "most_together": MOST_TOGETHER, **LIMITS}
    html = render_template("verify.html", text=text, problem=problem, **most)
    return Response(html, status, headers.CAMERA, mimetype="text/html")


def _serve_templates(blueprint: Blueprint, site: Site) -> None:
    """Give every template of the app the filters and the name at the top of the page."""
    for name in (
        "all_met",
        "amounts",
        "breakable",
        "disguised",
        "domain",
        "kind_of_file",
        "ladder",
        "mixed",
        "picture",
        "spoken",
        "statuses",
        "web_link",
    ):
        blueprint.add_app_template_filter(getattr(facts, name), name)
    blueprint.add_app_template_filter(facts.in_words, "amounts_in_words")
    blueprint.add_app_template_filter(prose)
    blueprint.add_app_template_filter(claims)
    blueprint.record_once(lambda state: setattr(state.app.jinja_env, "finalize", facts.limit_marks))
    language.speak(blueprint)
    blueprint.app_context_processor(lambda: {"site": site})
