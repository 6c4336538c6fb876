"""Every route × every role × one's own and a stranger's object (D18, T28): a route without a rule
does not start, what somebody may not see is not there, and what they see is put into words."""

import re

import known_objects
import pytest
from flask import Flask
from paying import paying
from raw_words import raw_words

from issuer import app as application
from issuer.people.access import gate, rules
from issuer.people.access.gate import RuleError
from issuer.people.access.rules import RULES, SIGNED_IN
from issuer.people.roles import Role
from issuer.web.access import PUBLIC, needs, open_to_all, rule_of
from verifier import clock


def guarded(district):
    """Yield each route behind the gate: its rule, and how to ask for it."""
    for route in district.app.url_map.iter_rules():
        need = rule_of(district.app.view_functions[route.endpoint])
        if need is not PUBLIC:
            for method in sorted(route.methods - {"HEAD", "OPTIONS"}):
                yield need, method, route


def path_of(district, route, need, key):
    parts = {name: known_objects.OTHER_PARTS.get(name, "x") for name in route.arguments}
    if need.key:
        parts[need.key] = key
    adapter = district.app.url_map.bind("localhost")
    return adapter.build(route.endpoint, parts, method=next(iter(route.methods)))


def request(browser, method, path):
    with browser.get(path) if method == "GET" else browser.post(path) as answer:
        return answer


@pytest.mark.parametrize("role", [None, *Role])
def test_who_may_open_what(district, role):
    paying(district).agree(clock.now())
    me = district.add("Me", *[role] if role else [], building=district.building())
    stranger = district.add("Stranger")
    checked, objects, browser = set(), {}, None
    for need, method, route in guarded(district):
        expected = known_objects.ALLOWED[need.object, need.action]
        mine = {expected.get(name) for name in (SIGNED_IN, role)} - {None}
        for whose, person in (("own", me), ("any", stranger)):
            browser = browser or district.browser(me)
            make = known_objects.OBJECTS.get(need.object) if need.key else None
            scopes = {"own", "any"} if whose == "own" else {"any"}
            allowed = bool(mine & scopes) if need.key else bool(mine)
            changes = allowed and method != "GET"  # what changes an object has one of its own
            if make and (changes or (need.object, whose) not in objects):
                objects[need.object, whose] = make(district, person)
            path = path_of(district, route, need, make and objects[need.object, whose])
            if changes:
                objects.pop((need.object, whose), None)
            answer = request(browser, method, path)
            if changes:
                browser = None  # the session may have been ended
            # a form without its fields may be refused, but it is not hidden
            is_opened = answer.status_code != 404 or (route.endpoint in ABOUT_A_PART and allowed)
            assert is_opened == allowed, (role, whose, method, path, answer.status_code)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                assert raw_words(answer.text) == [], path
            checked.add((need.object, need.action))
    assert {what for what in checked if what[0] == "person"}


ABOUT_A_PART = {
    "evidence.preview",
    "judging.read_document",
    "inspecting.show",
    "inspecting.answer",
    "people.take_back",
    "running.move",
    "binding.bind_provider",
    "uploads.receive",
    "coaching.share",
    "partner_badges.change",
    "cohorts.came",
    "window.show",
    "window.move",
    "window.let_in",
    "window.take_back",
    "deciding.show",
    "deciding.decide",
    "deciding.correct",
    "deciding.cover",
    "deciding.set_aside",
    "deciding.look",
    "pay_people.show",
    "pay_people.hold",
    "issuing_many.look",
    "issuing_many.begin",
    "issuing_many.discard",
    "issuing_many.mend",
    "issuing_many.links",
    "pay_runs.show",
    "pay_runs.fetch",
    "pay_runs.confirm",
}
"""Routes that are a 404 also where the part of the object is not there, of which the test has
none."""


@pytest.mark.parametrize("number", [2**31, 10**30])
def test_a_number_that_no_table_holds_is_not_there(district, number):
    browser = district.browser(district.add("Me", *Role, building=district.building()))
    numbered = [rule for rule in district.app.url_map.iter_rules() if "<int:" in rule.rule]
    assert numbered
    for rule in numbered:
        path = re.sub("<int:[^>]+>", str(number), re.sub("<(?!int:)[^>]+>", "x", rule.rule))
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            assert request(browser, method, path).status_code in (404, 405), path


def test_who_is_not_signed_in_is_led_to_sign_in(district):
    stranger, objects = district.add("Stranger"), {}
    for need, method, route in guarded(district):
        make = known_objects.OBJECTS.get(need.object) if need.key else None
        if make and need.object not in objects:
            objects[need.object] = make(district, stranger)
        path = path_of(district, route, need, objects[need.object] if make else None)
        answer = request(district.browser(), method, path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in"), path


def test_the_table_is_the_one_written_by_hand():
    table = {}
    for rule in RULES:
        table.setdefault((rule.object, rule.action), {})[rule.role] = rule.whose
    assert table == {
        what: {str(role): whose for role, whose in row.items()}
        for what, row in known_objects.ALLOWED.items()
    }


def test_every_kind_of_object_is_one_of_the_walk():
    assert set(application.OBJECTS) <= set(known_objects.OBJECTS)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda view: view, "states no rule"),
        (needs("person", "paint"), "no rule says who may paint a person"),
        (needs("ghost", "read"), "no rule says who may read a ghost"),
        (needs("session", "end", "session"), "nothing says which session is whose"),
    ],
)
def test_a_route_without_a_rule_does_not_start(rule, message):
    """(D18)"""
    app = Flask("test", static_folder=None)
    app.get("/<session>")(rule(lambda session: ""))
    with pytest.raises(RuleError, match=message):
        gate.guard(app, {}, navigation=())


def test_two_kinds_of_object_have_two_names():
    kind = application.OBJECTS["person"]
    with pytest.raises(ValueError, match="same name"):
        rules.by_name(kind, kind)


def test_a_route_says_its_rule_also_under_other_decorators(district):
    views = district.app.view_functions
    assert rule_of(views["sign_in.ask"]) is PUBLIC  # with a limit around it
    assert rule_of(open_to_all(lambda: "")) is PUBLIC
