"""Read a QR code in a picture from a camera.

The page posts a few pictures a second until one is read. None is stored, and links are not
followed here: the text goes into the form, as if it had been pasted.
"""

from flask import Blueprint, Response, abort, jsonify, request

from verifier.intake import carriers as intake
from verifier.intake import qr
from verifier.intake.baking import PNG_SIGNATURE
from verifier.intake.submission import IntakeError, Submission
from verifier.report import Check, Outcome
from verifier.web import language
from verifier.web.limits import limiter_for

MOST_FRAME = 2 * 1024 * 1024
"""A frame of 1920 × 1080 as JPEG has 0.2 to 0.6 MB."""
OFTEN = "900/minute"
"""Three pictures a second from five phones behind one address."""
NO_CODE = "no_credential_in_picture"


def add_to(blueprint: Blueprint) -> None:
    """Make `blueprint` answer `POST scan`: `{"found": true, "text": …}`, or false and why."""
    limiter = limiter_for(blueprint)

    @blueprint.post("/scan")
    @limiter.limit(OFTEN)
    def scan() -> Response:
        request.max_content_length = MOST_FRAME
        picture = request.get_data()
        if not picture.startswith((b"\xff\xd8\xff", PNG_SIGNATURE)):
            abort(415)
        try:
            return jsonify(found=True, text=_as_scanned(intake.read_submission(picture)))
        except IntakeError as exc:
            wrong = Check("intake", Outcome.COULD_NOT_CHECK, exc.code, exc.params)
            return jsonify(found=False, why="" if exc.code == NO_CODE else language.say(wrong))


def _as_scanned(submission: Submission) -> str:
    """Return what stood in the code: the credential with the address that was around it."""
    if not submission.around:
        return submission.text
    return f"{submission.around}#{qr.to_digits(qr.pack(submission.text))}"
