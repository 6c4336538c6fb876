"""The security headers of every response, for the verifier and the issuer alike."""

from flask import Blueprint, Flask, Response

# Nothing inline, nothing from elsewhere, no frame around us (T17, T18).
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NO_DEVICES = "camera=(), microphone=(), geolocation=()"
# Of the page that scans: its own script may ask for the camera, and post what it sees to us.
CAMERA = {
    "Content-Security-Policy": f"{PAGE_POLICY}; connect-src 'self'",
    "Permissions-Policy": NO_DEVICES.replace("camera=()", "camera=(self)"),
}
# Of the pages whose own script asks this site for more.
ASKING = {"Content-Security-Policy": f"{PAGE_POLICY}; connect-src 'self'"}
# Of the page on which those who judge look at evidence: it plays films and recordings of this site.
PLAYING = {"Content-Security-Policy": f"{PAGE_POLICY}; connect-src 'self'; media-src 'self'"}
# For a file that a browser may open by itself: it can run, load and frame nothing.
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
ONE_YEAR = 31_536_000


def protect(app: Flask | Blueprint, *, https: bool) -> None:
    """Give every response of `app` the security headers; a route's own policy stays.

    With `https` browsers are told to come back over https only.
    """

    def add(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers.setdefault("Permissions-Policy", NO_DEVICES)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # Another site must not learn an unlisted address, a holder's link least of all.
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if https:
            response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}"
        return response

    app.after_request(add)
