"""The pages of the desk in a browser: WCAG 2.2 AA by axe, in both schemes, at 320 px."""

import io

import axe
import pytest
from browser import hard_to_use, serving, watch

from issuer.people.access.gate import cookie_name
from issuer.people.roles import Role
from issuer.sharing.holder import reports
from verifier import clock

HEADS = "achievement,name,e-mail,skill,goal,measured outcome,approved at,level"
GOOD = "rhythms,Teacher {n},t{n}@school.example,Rhythm,Eight bars,26 of 31,2026-05-15,met"
BAD = "drums,Ana Drums,no address,S,G,O,some day,met"


@pytest.fixture(scope="module")
def origin(district):
    with serving(district.app) as address:
        yield address


@pytest.fixture(scope="module")
def tables(district, office):
    """The pages of a table that is looked at, of one that runs, and of one that is done."""

    def hand_in(*rows):
        file = io.BytesIO("\n".join([HEADS, *rows]).encode())
        return office.post("/desk/issue-many", file=(file, "t.csv")).location

    looked, running, done = hand_in(GOOD.format(n=1), BAD), hand_in(GOOD.format(n=2)), hand_in(BAD)
    office.post(done)
    district.deliver()
    office.post(running)
    return [looked, running, done]


@pytest.fixture(scope="module")
def pages(district, issued, tables):
    """The pages of the desk by the role that opens them, with something on each."""
    one = f"/desk/credentials/{issued[0]}"
    with district.issuer.database.writing() as session:
        row = reports.tell(session, issued[1], name="Ana María", words="Ay.", now=clock.now())
        session.flush()
        task = row.public_id
    return {
        Role.OFFICE: [
            "/desk",
            "/desk?q=nobody",
            one,
            f"{one}/correct",
            f"/desk/revoke?id={issued[2]}&id={issued[3]}",
            "/desk/tasks",
            f"/desk/tasks/{task}",
            "/desk/issue?achievement=rhythms&q=e",
            "/desk/issue/new?achievement=rhythms",
            "/desk/issue-many",
            *tables,
            "/desk/catalog",
            "/desk/catalog/import",
            "/desk/catalog/achievements/rhythms",
            "/desk/catalog/rubrics/completion",
            "/desk/deliveries",
            "/claims",
        ],
        Role.SUPERINTENDENT: ["/desk/log"],
        Role.OPERATOR: ["/desk/doctor"],
    }


@pytest.mark.parametrize("role", [Role.OFFICE, Role.SUPERINTENDENT, Role.OPERATOR])
def test_every_page_of_the_desk_is_easy_to_use(chromium, district, origin, pages, role):
    signed_in = district.browser(district.add("Sam Sample", role)).client
    watched = watch(chromium, origin, viewport={"width": 320, "height": 700})
    name = cookie_name(district.issuer.settings)
    cookie = {"name": name, "value": signed_in.get_cookie(name).value, "url": origin}
    watched.page.context.add_cookies([cookie])
    for path in pages[role]:
        answer = watched.page.goto(f"{origin}{path}")
        assert answer.status == 200, path
        assert hard_to_use(watched.page) == [], path
        assert axe.in_both_schemes(watched.page) == {"light": [], "dark": []}, path
    assert watched.alarms == []
