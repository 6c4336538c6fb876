"""What no table holds, in every field of every page: refused in words, on both databases, and never
a fault of ours (500)."""

from pathlib import Path

import known_objects
import pytest
from paying import paying
from signed_in_browsers import District
from test_every_route import path_of
from werkzeug.datastructures import MultiDict

from issuer import app as application
from issuer.app import create_app
from issuer.people.access import sessions
from issuer.people.roles import Role
from issuer.web.access import rule_of
from verifier import clock

OTHERS = ("verifier.", "api.", "applicants.", "files.", "pages.", "sign_in.", "account.end")
"""These store nothing, or end the session of whoever asks."""


def test_every_number_that_a_page_reads_is_one_that_a_table_holds():
    routes = Path(application.__file__).parent.rglob("*routes.py")
    assert not [file.name for file in routes if "type=int)" in file.read_text()]


class Everywhere(MultiDict):
    """A form, or a query, in which every field was filled in with one value."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return self.value

    def get(self, name, default=None, type=str):
        try:
            return type(self.value)
        except ValueError:
            return default

    def getlist(self, name, type=str):
        value = self.get(name, None, type)
        return [] if value is None else [value]


@pytest.fixture
def district(any_issuer):
    app = create_app(any_issuer.settings)
    yield District(app, app.extensions["mintmark"])
    app.extensions["mintmark"].database.close()


@pytest.fixture
def me(district):
    """Somebody who may do everything."""
    return district.add("Me", *Role, building=district.building(), address="me@school.example")


def test_a_character_that_no_text_has_is_refused_in_words(district, me):
    stranger, browser = district.browser(), district.browser(me)
    for path in ("/a%00b", "/people/x%00", "/people?q=%00", "/catalog?q=a%00", "/?a%00=b"):
        for asking in (stranger, browser):  # before anybody is asked to sign in
            assert asking.get(path).status_code == 400, path
    assert "“q”" in browser.get("/people?q=%00", headers={"Accept": "text/html"}).text
    answer = browser.post("/people", name="A\0", address="a@school.example")
    assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (400, "unstorable")
    assert "“name”" in answer.json["detail"]


def test_no_field_of_any_page_is_a_fault_of_ours(district, me, monkeypatch):
    """(PostgreSQL refuses U+0000, and SQLite what is larger than 64 bits.)"""
    is_sqlite = district.issuer.database.engine.dialect.name == "sqlite"
    everywhere = Everywhere("9" * 25 if is_sqlite else "\0")
    paying(district).agree(clock.now())
    objects = {kind: make(district, me) for kind, make in known_objects.OBJECTS.items()}
    objects["person"] = known_objects.OBJECTS["person"](district, district.add("Colleague"))
    browser = district.browser(me)
    monkeypatch.setattr(sessions, "is_form_token", lambda *_: True)
    monkeypatch.setitem(known_objects.OTHER_PARTS, "suffix", "json")
    for part in ("args", "form", "values"):
        replaced = property(lambda _: everywhere, lambda *_: None)
        monkeypatch.setattr(district.app.request_class, part, replaced)
    for route in list(district.app.url_map.iter_rules()):
        if route.endpoint.startswith(OTHERS):
            continue
        need = rule_of(district.app.view_functions[route.endpoint])
        path = path_of(district, route, need, objects.get(need.object, "x"))
        for method in sorted(route.methods & {"GET", "POST"}):
            with browser.client.open(path, method=method) as answer:
                assert answer.status_code not in (500, 503), (method, route.rule)
