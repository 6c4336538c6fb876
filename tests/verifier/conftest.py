"""The verifier's page, and somebody in front of it; a test file that needs another has an `app`."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from page_app import page_app
from world import World


@pytest.fixture
def app(world: World) -> Flask:
    return page_app(world)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
