"""The conformance server, asked with binding and without."""

import pytest
from asking import ADDRESS, Suite
from conformance_server import Server, create_app


@pytest.fixture(scope="session")
def bound() -> Suite:
    server = Server(ADDRESS)
    return Suite(server, create_app(server).test_client())


@pytest.fixture(scope="session")
def unbound() -> Suite:
    server = Server(ADDRESS, binding=False)
    return Suite(server, create_app(server).test_client())


@pytest.fixture(params=["bound", "unbound"])
def suite(request: pytest.FixtureRequest) -> Suite:
    chosen: Suite = request.getfixturevalue(request.param)
    return chosen
