"""Every page of the program, as each role finds it: axe in both schemes, 320 pixels, no mouse,
and nothing that is not put into words.

The program is that of the demo, with a project for each turn that somebody can take. Each page is
visited once, by the first who is led there; a page that is new is found by its links.
"""

import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import axe
import pytest
from browser import hard_to_use, serving, watch
from playwright.sync_api import Browser, Page
from ports import free_port
from program_verbs import ANSWERS
from raw_words import raw_words
from school import CHEAP
from signed_in_browsers import District
from werkzeug.exceptions import HTTPException

from issuer.app import start_app
from issuer.catalog import commands as catalog
from issuer.home.settings import load
from issuer.installation import init
from issuer.people import register
from issuer.people.access.gate import cookie_name
from issuer.people.roster import keeping, plan
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.coaching import cohorts
from issuer.program.windows.tables import WindowRow
from verifier import clock

EXAMPLES = Path(__file__).parents[3] / "examples"
sys.path.append(str(EXAMPLES))
PEOPLE = {
    "teacher": "jordan.example@school.example.org",
    "coach": "coach@example.com",
    "evaluator": "evaluator@example.com",
    "superintendent": "superintendent@example.com",
    "administrator": "administrator@example.com",
    "office": "office@example.com",
    "board": "board@example.com",
    "everybody": "",
}
MOST = {"projects.show": 6, "reports.show": 9}
"""How many pages of one kind are visited, where they differ; of every other kind, one."""


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """The demo's program with a window and a cohort, served."""
    home, port = tmp_path_factory.mktemp("everybody") / "home", free_port()
    basics = {"public_url": f"http://localhost:{port}", "name": "District", "source": "forms"}
    init.create(home, **basics, did_key=False, now=clock.now(), cost=CHEAP)
    app = start_app(load(home))
    new_district = District(app, app.extensions["mintmark"])
    now = clock.now()
    catalog.load(EXAMPLES, new_district.issuer, now=now)
    with new_district.issuer.database.writing() as session:
        roster = keeping.read((EXAMPLES / "people.csv").read_bytes())
        today = now.date()
        planned = plan.of(session, roster, by=None, may_name_roles=True, today=today)
        plan.carry_out(session, planned, by=None, now=now, today=today)
        fill(session, new_district.issuer, now)
    new_district.deliver()
    with serving(app, port) as origin:
        new_district.origin = origin
        yield new_district
    new_district.issuer.database.close()


def fill(session, issuer, now):
    """Fill the program as the demo does, and let everybody see what everybody may see."""
    import program

    example = program.Program(issuer, session, now)
    program.fill(example)
    open_to_all = replace(program.POLICY, progress_public=True, cadre_public=True)
    policies.change(session, open_to_all, by=None, now=now)
    coach = person(session, PEOPLE["coach"])
    cohort = cohorts.gather(session, "Rhythm", None, coach, now=now)
    cohorts.join(session, cohort, person(session, PEOPLE["teacher"]), now=now)
    week = timedelta(days=7)
    session.add(
        WindowRow(
            name="P1",
            purpose="proposal",
            opens=now - week,
            closes=now + week,
            zone="UTC",
            days_to_decide=30,
            created_at=now,
        )
    )


def person(session, address: str) -> PersonRow:
    return session.get_one(PersonRow, register.of_address(session, address).person_pk)


def signed_in(district: District, chromium: Browser, role: str, **context: object) -> Page:
    """A browser of somebody, signed in in the database."""
    page = watch(chromium, district.origin, **context).page
    if address := PEOPLE[role]:
        with district.issuer.database.reading() as session:
            whose = person(session, address)
        name = cookie_name(district.issuer.settings)
        token = district.browser(whose).client.get_cookie(name).value
        page.context.add_cookies([{"name": name, "value": token, "url": district.origin}])
    return page


def endpoint_of(district: District, path: str) -> str:
    """The route that an address leads to, if there is one."""
    try:
        endpoint, _ = district.app.url_map.bind("localhost").match(path)
    except HTTPException:
        return ""
    return str(endpoint)


def kind(district: District, path: str) -> str:
    """The kind of page that an address leads to, if it is one of the program."""
    endpoint = endpoint_of(district, path)
    if not endpoint:
        return ""
    if "." in path.rpartition("/")[2]:  # a file to load down
        return ""
    return endpoint if "program" in district.app.view_functions[endpoint].__module__ else ""


def visited(district: District, page: Page, seen: Counter[str]) -> dict[str, list[str]]:
    """Visit what nobody visited before; return what is wrong, by page."""
    wrong: dict[str, list[str]] = {}
    paths, known = ["/", "/progress", "/cadre", "/my-data", "/declaration"], set()
    links_here: set[str] = set()
    asked: set[str] = set()
    while paths:
        path = paths.pop(0)
        known.add(path)
        which = kind(district, path)
        if path != "/" and (not which or seen[which] >= MOST.get(which, 1)):
            if path in links_here and (where := endpoint_of(district, path)) not in asked:
                asked.add(where)
                assert page.request.get(district.origin + path).status < 400, path
            continue
        answer = page.goto(district.origin + path)
        assert answer is None or answer.status < (400 if path in links_here else 500), path
        if answer is None or answer.status != 200 or "html" not in answer.headers["content-type"]:
            continue
        seen[which] += 1
        problems = hard_to_use(page) + raw_words(page.content()) if which else []
        if which:
            problems += [
                f"{scheme}: {one}"
                for scheme, all in axe.in_both_schemes(page).items()
                for one in all
            ]
        if problems:
            wrong[path] = problems
        links = page.eval_on_selector_all("a[href]", "all => all.map((a) => a.href)")
        linked = [urlsplit(link).path for link in links if link.startswith(district.origin)]
        links_here.update(linked)
        paths += linked
        paths = [path for path in dict.fromkeys(paths) if path not in known]
    return wrong


def test_every_page_of_every_role_is_easy_to_use_at_320_pixels(district, chromium):
    """WCAG 2.2 AA in both schemes, and nothing to scroll sideways."""
    seen: Counter[str] = Counter()
    wrong = {}
    for role in PEOPLE:
        size = {"width": 320, "height": 700}
        page = signed_in(district, chromium, role, viewport=size)
        wrong |= visited(district, page, seen)
        page.context.close()
    assert wrong == {}
    assert len(seen) > 30


def test_what_is_typed_is_there_again_however_the_page_is_left(district, chromium):
    """E11: saved while somebody writes on, and as the page is left: for another page, or closed."""
    page = signed_in(district, chromium, "teacher")
    page.goto(f"{district.origin}/projects")
    page.get_by_role("button", name="Begin with my idea").click()
    project = page.url
    saves = []
    page.on("request", lambda request: saves.append(request.method))
    page.locator("#skill").focus()
    page.keyboard.type("Never a pause. " * 15, delay=10)
    assert "POST" in saves
    page.get_by_text(re.compile(r"Saved at \d?\d:\d\d [AP]M")).wait_for()
    still_to_do = page.locator("#to-do").get_by_role("link")
    page.locator("#to-do").get_by_text("The skill you want to build").wait_for(state="detached")
    page.locator("#title").fill("Never a Pause")
    page.get_by_role("heading", name="Never a Pause").wait_for()
    assert page.title().startswith("Never a Pause")
    assert "Your goal" in still_to_do.all_inner_texts()

    page.locator("#goal").focus()
    page.keyboard.type("Typed, and left at once.")
    page.goto(f"{district.origin}/projects")
    page.goto(project)
    assert page.locator("#skill").input_value() == "Never a pause. " * 15
    assert page.locator("#goal").input_value() == "Typed, and left at once."

    context = page.context
    page.locator("#plan").focus()
    page.keyboard.type("Typed, and closed at once.")
    page.close()
    later = context.new_page()
    later.goto(project)
    assert later.locator("#plan").input_value() == "Typed, and closed at once."


FOCUSED = """() => {
  const at = document.activeElement, named = at.labels && at.labels[0];
  const seen = getComputedStyle(at).outlineStyle;
  return [(at.getAttribute("aria-label") || (named || at).innerText || at.value || "").trim(),
    at.id, seen !== "none"];
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name or id has the focus, and see that it shows."""
    for _ in range(150):
        page.keyboard.press("Tab")
        text, id, shows = page.evaluate(FOCUSED)
        if name in (id, text) or text.startswith(f"{name}\n"):
            assert shows, name
            return
    raise AssertionError(f"Tab does not lead to {name!r} on {page.url}")


def press(page: Page, name: str) -> None:
    """Go to what has this name, and press Enter, which leads to another page."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_proposal_is_written_judged_and_released_with_the_keyboard_alone(district, chromium):
    teacher = signed_in(district, chromium, "teacher")
    teacher.goto(f"{district.origin}/projects")
    press(teacher, "Begin with my idea")
    for field, text in {"topic": "music", **ANSWERS}.items():
        tab_to(teacher, field)
        teacher.keyboard.type(text)
    press(teacher, "Hand in the proposal")
    teacher.get_by_text("Handed in.").wait_for()

    chief = signed_in(district, chromium, "superintendent")
    chief.goto(f"{district.origin}/program/assignments/proposal")
    press(chief, "Put this plan in force")
    chief.get_by_text("The plan is in force.").wait_for()

    evaluator = signed_in(district, chromium, "evaluator")
    evaluator.goto(f"{district.origin}/judging")
    press(evaluator, ANSWERS["title"])
    evaluator.get_by_role("button", name="Give this review").wait_for()
    for criterion in evaluator.locator("fieldset").all():
        first = criterion.get_by_role("radio").first
        tab_to(evaluator, first.evaluate("one => one.labels[0].innerText.trim()"))
        evaluator.keyboard.press("ArrowDown")  # from "not yet" to "met"
    evaluator.get_by_text(re.compile(r"^(\d) of \1 judged")).wait_for()
    press(evaluator, "Give this review")
    evaluator.get_by_text("Your review is given.").wait_for()

    chief.goto(f"{district.origin}/program/decisions")
    press(chief, "Release what is selected")
    chief.get_by_text("released.").first.wait_for()
    teacher.goto(f"{district.origin}/projects")
    card = teacher.get_by_role("listitem").filter(has_text=ANSWERS["title"])
    assert "Under way" in card.first.inner_text()
