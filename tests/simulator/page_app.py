"""The verifier's page for a world in memory, in front of which tests sit."""

from typing import Any

from flask import Flask
from world import NOW, World

from verifier.web.headers import protect
from verifier.web.page import Site, verifier_blueprint

SITE = Site("Test verifier")


def page_app(world: World, *, site: Site = SITE, https: bool = False, **more: Any) -> Flask:
    """An application that has the page at `/verify`; `more` is what `verifier_blueprint` takes."""
    app = Flask("verifier-tests")
    more = {"clock": lambda: NOW, **more}
    page = verifier_blueprint(site=site, make_fetch=lambda: world.fetch, **more)
    app.register_blueprint(page, url_prefix="/verify")
    protect(app, https=https)
    return app
