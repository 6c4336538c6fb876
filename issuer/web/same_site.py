"""No other site's page posts here. Browsers say where a form came from (T29)."""

from flask import request

from issuer.home.issuer import current_issuer
from issuer.home.problem import Problem
from issuer.web.problems import OTHER_SITE


def refuse_other_sites() -> None:
    """Raise a `Problem` for a form that another site's page sent."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method == "POST" and (
        site != "same-origin" or origin not in (None, current_issuer().settings.origin)
    ):
        raise Problem(OTHER_SITE)
