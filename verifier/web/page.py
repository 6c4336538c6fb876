"""The page on which a person hands in a credential and reads what was found out.

It needs no script, keeps nothing, and sets no cookie. A scanned code arrives behind the
`#` of the address, which no browser sends: a small script posts it as form text, so that
it stands in no access log. The address around it is never fetched.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from verifier import TrustList, verify, words
from verifier.fetch import Fetch
from verifier.intake import MAX_BYTES
from verifier.report import Answer, Report, Verdict
from verifier.web import display, language
from verifier.web.markdown import prose

MOST_TEXT = 2 * 1024 * 1024
"""A credential is at most 1 MiB; a form part beyond this is not even held in memory (T31)."""
CARRIERS = {
    "json": "a credential (JSON)",
    "jwt": "a credential (JWT)",
    "png": "a badge (PNG picture)",
    "svg": "a badge (SVG picture)",
    "pdf": "a certificate (PDF)",
    "qr": "a square code",
}
PICTURES = {"png": "image/png", "svg": "image/svg+xml"}
MOST_PICTURE = 512 * 1024
"""A badge handed in is shown again up to this size: it travels inside the page."""
LIMITS = {"most_bytes": MAX_BYTES, "most": f"{MAX_BYTES // 1024**2} MB"}
TOO_LARGE = (
    f"That is larger than {LIMITS['most']}, so it was not read.",
    "A credential is much smaller. Hand in the file that the issuer gave.",
)
NOTHING = ("Nothing was handed in.", "Choose a file, or paste a link or the text of a credential.")
QUESTIONS = {
    "authentic": "Is it authentic?",
    "current": "Is it current?",
    "recognised": "Is the issuer recognised?",
    "theirs": "Is it theirs?",
}
TONES = {
    Answer.YES: ("yes", "Yes"),
    Answer.NO: ("no", "No"),
    Answer.COULD_NOT_CHECK: ("maybe", "Could not check"),
}


@dataclass(frozen=True, slots=True)
class Site:
    """Whose pages these are: the name at the top, where it leads, and a colour for white words."""

    name: str
    home: str | None = None
    colour: str = "#1f3a5f"


@dataclass(frozen=True, slots=True)
class Line:
    """One verdict as a person reads it. `tone` chooses shape and colour, never alone."""

    question: str
    answer: str
    tone: str
    reason: str
    next_step: str


def line(name: str, verdict: Verdict) -> Line:
    """Return a verdict in words. An issuer that is on no list is amber, never red (D3)."""
    tone, answer = TONES[verdict.answer]
    if verdict.code == "not_listed":
        tone, answer = "maybe", "Not on a list here"
    elif verdict.code == "not_authentic":
        tone = "none"
    return Line(QUESTIONS[name], answer, tone, words.text(verdict), words.next_step(verdict))


def verifier_blueprint(
    *,
    site: Site,
    make_fetch: Callable[[], Fetch],
    trust: Sequence[TrustList] = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Blueprint:
    """Return the page as a blueprint, to be mounted with `url_prefix="/verify"`.

    Each request gets its own `make_fetch()`, so that a budget of fetches is one
    credential's. `site` and the filters it registers serve every page of the app.
    """
    blueprint = Blueprint("verifier", __name__, template_folder="templates", static_folder="static")
    _serve_templates(blueprint, site)

    @blueprint.before_request
    def limit() -> None:
        request.max_content_length = MAX_BYTES + MOST_TEXT
        request.max_form_memory_size = MOST_TEXT

    @blueprint.get("")
    def page() -> str:
        return _form(request.args.get("url", ""))

    @blueprint.post("")
    def check() -> str | tuple[str, int]:
        upload, text = request.files.get("file"), request.form.get("text", "").strip()
        handed = upload.read() if upload else b""
        if not handed and not text:
            return _form("", problem=NOTHING), 400
        now, fetch = clock(), make_fetch()
        report = verify(handed or text.encode(), fetch=fetch, now=now, trust=trust)
        if report.carrier == "unknown":
            found = report.checks[0]
            return _form("", problem=(words.text(found), words.next_step(found))), 422
        return _report(report, handed, "" if handed else text, now)

    @blueprint.get("/colour.css")
    def colour() -> Response:
        return Response(f":root {{ --district: {site.colour}; }}\n", mimetype="text/css")

    @blueprint.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
        return _form("", problem=TOO_LARGE), 413

    return blueprint


def _form(text: str, *, problem: tuple[str, str] | None = None) -> str:
    return render_template("verify.html", text=text, problem=problem, **LIMITS)


def _report(report: Report, handed: bytes, text: str, now: datetime) -> str:
    return render_template(
        "report.html",
        report=report,
        lines=[line(name, verdict) for name, verdict in report.verdicts().items()],
        carrier=CARRIERS.get(report.carrier, "what was handed in"),
        shown=_picture(report, handed),
        address=text.partition("#")[0] if text.startswith(("http://", "https://")) else None,
        now=now,
        **LIMITS,
    )


def _picture(report: Report, handed: bytes) -> str | None:
    """Return the credential's picture as a data URL: its own, or the badge handed in (OB-91)."""
    achievement = report.credential and report.credential.achievement
    if achievement and (inside := display.picture(achievement.image)):
        return inside
    kind = PICTURES.get(report.carrier)
    if kind is None or report.credential is None or len(handed) > MOST_PICTURE:
        return None
    return f"data:{kind};base64,{b64encode(handed).decode()}"


def _serve_templates(blueprint: Blueprint, site: Site) -> None:
    """Give every template of the app the filters and the name at the top of the page."""
    for name in (
        "all_met",
        "amounts",
        "disguised",
        "domain",
        "ladder",
        "web_link",
        "picture",
    ):
        blueprint.add_app_template_filter(getattr(display, name), name)
    blueprint.add_app_template_filter(prose)
    language.speak(blueprint)
    blueprint.app_context_processor(lambda: {"site": site})
