"""A pilot in one building: from a table of people to four credentials (play A).

Chromium, gunicorn, a mail server and a verifier. The superintendent, the administrator and one
teacher sign in as people do; the others are signed in in the database, since their way in is not
what is played.
"""

import io
import re
import zipfile

import pytest
import school as schools
from PIL import Image
from playwright.sync_api import Page
from program_verbs import (
    ANSWERS,
    adds_a_link,
    begins,
    completes,
    counts,
    declares,
    judges,
    plans,
    press,
    proposes,
    releases,
    signs,
    writes,
)
from school import School, picture, verdict, window

NAMED = {
    "bea@school.example": ("Bea Band", "6-8", "band"),
    "cho@school.example": ("Cho Choir", "6-8", "choir"),
    "sol@school.example": ("Sol Society", "7", "social studies"),
    "art@school.example": ("Art Atelier", "8", "art"),
    "mia@school.example": ("Mia Numbers", "6", "mathematics"),
    "sam@school.example": ("Sam Science", "7", "science"),
    "ela@school.example": ("Ela English", "7", "ELA"),
    "stu@school.example": ("Stu States", "8", "social studies"),
    "eve@school.example": ("Eve Evaluator", "6-8", "ELA"),
}
FIELDS = ("music", "social studies", "STEM")
TITLES = {
    "bea@school.example": ("Rhythm by composing", "music"),
    "cho@school.example": ("Singing in parts", "music"),
    "sol@school.example": ("Reading a map of one street", "social studies"),
    "art@school.example": ("Drawing what we measure", "STEM"),
    "mia@school.example": ("Estimating out loud", "STEM"),
    "sam@school.example": ("Asking before looking", "STEM"),
}
COACHES = {
    "bea@school.example": "Ela English",
    "cho@school.example": "Ela English",
    "sol@school.example": "Stu States",
    "art@school.example": "Stu States",
}
STATEMENTS = "\n".join(
    (
        "The plan was followed for ten weeks.",
        "The skill was taught in each of them.",
        "Students were counted as the goal says.",
        "The coach came at least four times.",
        "The study record is complete.",
        "The evidence is of these students.",
    )
)
ENTRY = "They clap before they write, and the back row waits for the front."


OTHERS = {f"teacher{n}@school.example": (f"Teacher {n}", "6", "reading") for n in range(25)}
ROSTER = {
    "orgs": "sourcedId,name,identifier,type\no2,High School,HS,school\n",
    "users": "sourcedId,givenName,familyName,email,identifier\n"
    "u1,Hal,Principal,hal@school.example,901\n"
    "u2,Hanna,High,hanna@school.example,902\n"
    "u3,A,Student,,\nu4,B,Student,,\nu5,A,Parent,parent@home.example,\n",
    "roles": "userSourcedId,role,orgSourcedId\n"
    "u1,principal,o2\nu2,teacher,o2\nu3,student,o2\nu4,student,o2\nu5,guardian,o2\n",
}


def table_of_people() -> bytes:
    """One building: its administrator, and 34 teachers."""
    heads = "name,address,building,building name,grades,subjects,roles"
    rows = ["Ada Principal,ada@school.example,MS,Middle School,,,building administrator"]
    rows += [
        f"{name},{address},MS,Middle School,{grades},{subjects},teacher"
        for address, (name, grades, subjects) in (NAMED | OTHERS).items()
    ]
    return "\n".join([heads, *rows]).encode()


def roster() -> bytes:
    """Another building, as a roster system exports it (OneRoster): with students and a parent."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, table in ROSTER.items():
            archive.writestr(f"{name}.csv", table)
    return out.getvalue()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.plays)])
def district(request, tmp_path, sink):
    """A district whose server runs, on SQLite or on PostgreSQL."""
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("postgresql_url") if postgresql else None
    school = schools.build(tmp_path, sink, url)
    school.clock.write_text("0")
    with schools.open_at(school):
        yield school


class Pilot:
    """Everybody who takes part, each in a browser, and the projects of six teachers."""

    def __init__(self, district: School, chromium) -> None:
        self.district, self.url, self.chromium = district, district.url, chromium
        self.chief = window(chromium)
        self.people: dict[str, Page] = {}
        self.projects: dict[str, str] = {}

    def at(self, address: str, **context: object) -> Page:
        """The browser of somebody who is signed in in the database."""
        if address not in self.people:
            self.people[address] = self.district.signed_in(self.chromium, address, **context)
        return self.people[address]

    def signs_in(self, address: str, **context: object) -> None:
        """Sign in by a link that comes by mail."""
        page = self.people[address] = window(self.chromium, **context)
        page.goto(f"{self.url}/sign-in")
        page.locator("#address").fill(address)
        press(page, "Mail me a link")
        page.goto(self.district.link_mailed_to(address))

    def imports(self, name: str, data: bytes) -> str:
        """Look at what a file would change, and carry it out; return what the look said."""
        page = self.chief
        page.goto(f"{self.url}/people/import")
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        page.locator("#file").set_input_files(file)
        press(page, "See what would change")
        self.contents = page.locator(".lead").inner_text()
        summary = page.locator("dl.facts").inner_text()
        if (carry := page.get_by_role("button", name="Import these people")).count():
            carry.click()
        return " ".join(summary.split())

    def grants(self, name: str, role: str) -> None:
        """Give somebody a role, on the page of the person."""
        page = self.chief
        page.goto(f"{self.url}/people?q={name}")
        page.get_by_role("link", name=name, exact=True).click()
        page.locator("#role").select_option(label=role)
        press(page, "Grant it")
        page.get_by_text("Saved.").wait_for()


@pytest.fixture
def pilot(district, chromium):
    return Pilot(district, chromium)


def a1_a_table_of_people_comes_in(pilot: Pilot) -> None:
    name = ("--name", "Pat Superintendent", "--role", "assistant-superintendent")
    printed = pilot.district.command("people", "invite", "pat@school.example", *name)
    pilot.chief.goto(re.search(r"http://\S+/sign-in/\S+", printed)[0])
    press(pilot.chief, "Sign in as Pat Superintendent")
    table = table_of_people()
    assert pilot.imports("people.csv", table).startswith("New 35 Changed 0 The same 0 ")
    counted = "1 building · Teacher 34 · Building administrator 1"
    assert pilot.contents == f"In the file: {counted}"
    assert pilot.imports("people.csv", table).startswith("New 0 Changed 0 The same 35 ")
    for coach in ("Ela English", "Stu States"):
        pilot.grants(coach, "Coach")
    pilot.grants("Eve Evaluator", "Evaluator")


def the_program_is_set_up_as_a_pilot(pilot: Pilot) -> None:
    page = pilot.chief
    page.goto(f"{pilot.url}/program/setup?as=pilot")
    page.locator("#fidelity").fill(STATEMENTS)
    page.get_by_label("Everybody may see how many projects have reached each stage").check()
    page.evaluate("scrollTo(0, 0)")
    picture(page, "program-choices")
    press(page, "Put these choices in force")
    for field in FIELDS:
        page.get_by_label("Another field").fill(field)
        press(page, "Add it")
    evaluator = pilot.at("eve@school.example", viewport={"width": 1200, "height": 760})
    evaluator.goto(f"{pilot.url}/declaration")
    picture(evaluator, "evaluate-declaration")
    declares(evaluator, pilot.url)


def a2_six_teachers_name_a_skill(pilot: Pilot) -> None:
    pilot.signs_in("bea@school.example", viewport={"width": 390, "height": 844})
    for address, (title, topic) in TITLES.items():
        page = pilot.at(address)
        declares(page, pilot.url)
        pilot.projects[address] = project = begins(page, pilot.url)
        answers = ANSWERS | {"title": title, "topic": topic}
        if address == "sam@school.example":
            proposes(page, project, **answers | {"measured_outcome": ""})
            alert = page.get_by_role("alert")
            assert "How you will measure it" in alert.inner_text()
            picture(page, "earn-still-to-do")
            assert page.locator("#goal").input_value() == ANSWERS["goal"]
            page.locator("#measured_outcome").fill(ANSWERS["measured_outcome"])
            press(page, "Hand in the proposal")
        else:
            writes(page, project, **answers)
            if address == "cho@school.example":
                page.evaluate("scrollTo(0, 0)")
                picture(page, "earn-proposal", top=True)
            press(page, "Hand in the proposal")
        page.get_by_text("Handed in.").wait_for()
    plans(pilot.chief, pilot.url, "proposal")
    for title, _ in TITLES.values():
        judges(pilot.at("eve@school.example"), pilot.url, title)
    releases(pilot.chief, pilot.url)


def a3_coaches_write_what_they_saw(pilot: Pilot) -> None:
    for address, coach in COACHES.items():
        page = pilot.chief
        page.goto(f"{pilot.projects[address]}/steer")
        choice = page.locator("#coach-new option", has_text=coach).get_attribute("value")
        page.locator("#coach-new").select_option(choice)
        press(page, "Give this coach")
    for address, coach in (("bea@school.example", "ela"), ("sol@school.example", "stu")):
        page = pilot.at(f"{coach}@school.example")
        for number in range(4):
            page.goto(f"{pilot.url}/coaching")
            name = NAMED[address][0]
            card = page.get_by_role("listitem").filter(has_text=name)
            card.locator("summary").click()
            card.get_by_label("What you saw, and what comes next").fill(f"{ENTRY} {number}")
            card.get_by_role("button", name="Save the entry").click()
            page.get_by_text("Saved.").wait_for()
    page = pilot.at("sol@school.example")
    page.goto(f"{pilot.projects['sol@school.example']}/coaching")
    assert page.get_by_text(ENTRY).count() == 4
    picture(page, "earn-coaching")
    pilot.signs_in("ada@school.example")
    page = pilot.at("ada@school.example")
    for address in ("bea@school.example", "sol@school.example"):
        page.goto(f"{pilot.projects[address]}/coaching")
        assert page.get_by_text("4 entries").is_visible()
        assert ENTRY not in page.content()


def photograph() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#2f6f4f").save(out, "JPEG")
    return out.getvalue()


def a4_evidence_comes_from_a_phone(pilot: Pilot) -> None:
    page, project = pilot.at("bea@school.example"), pilot.projects["bea@school.example"]
    page.goto(f"{project}/evidence")
    file = {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
    page.locator("#file").set_input_files(file)
    page.get_by_label("Students are the main subject").check()  # the page goes on by itself
    page.get_by_label("Consent is on file").check()
    page.get_by_label("Where the consent is filed").fill("binder 6, page 12")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".thumbnail").evaluate("photo => photo.scrollIntoView({behavior: 'instant'})")
    picture(page, "earn-evidence")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("All pieces are answered.").wait_for()
    for address in ("cho@school.example", "sol@school.example", "art@school.example"):
        link = f"https://films.example/{address.partition('@')[0]}"
        adds_a_link(pilot.at(address), pilot.projects[address], "What students say", link)


def a5_three_sign_in_any_order_and_four_hand_in(pilot: Pilot) -> None:
    by_name = {name: address for address, (name, *_) in NAMED.items()}
    for turn, (address, coach) in enumerate(COACHES.items()):
        signers = [address, by_name[coach], "ada@school.example"]
        for signer in signers[turn % 3 :] + signers[: turn % 3]:
            signs(pilot.at(signer), pilot.projects[address], fidelity=6)
        picture(pilot.at(address), "earn-sign-offs")
        completes(pilot.at(address), pilot.projects[address])
    page = pilot.at("ada@school.example")
    page.goto(f"{pilot.url}/buildings/MS")
    assert page.get_by_text("3 of 3 signed · fidelity 6 of 6").count() == len(COACHES)
    plans(pilot.chief, pilot.url, "completion")
    page = pilot.at("eve@school.example")
    page.goto(f"{pilot.url}/judging")
    picture(page, "evaluate-queue")
    for address in COACHES:
        judges(page, pilot.url, TITLES[address][0], seen_as="evaluate-judge")


def a6_two_are_issued_and_two_wait_for_the_keys(pilot: Pilot) -> None:
    earners = list(COACHES)
    releases(pilot.chief, pilot.url, *(TITLES[address][0] for address in earners[:2]))
    for address in earners[:2]:
        pilot.district.mailed(address, "has issued your credential")
    passphrase = pilot.district.home / "passphrase"
    pilot.district.stop()
    locked = passphrase.rename(passphrase.with_name("locked-away"))
    pilot.district.start()
    releases(pilot.chief, pilot.url, *(TITLES[address][0] for address in earners[2:]))
    progress = window(pilot.chromium)
    progress.goto(f"{pilot.url}/progress")
    assert counts(progress) == {
        "Started": 6,
        "Complete": 4,
        "Still working": 2,
        "Certificates": 2,
    }
    page = pilot.at("sol@school.example")
    page.goto(pilot.projects["sol@school.example"])
    assert page.get_by_text("Approved. Your credential is being made.").is_visible()

    locked.rename(passphrase)
    pilot.district.clock.write_text("120")
    for address in earners:
        pilot.district.mailed(address, "has issued your credential")
    progress.reload()
    assert counts(progress)["Certificates"] == 4
    picture(progress, "program-progress")
    assert sum("has issued your credential" in text for text in pilot.district.texts()) == 4


def a7_the_first_earner_announces_it_and_one_wants_to_be_found(pilot: Pilot) -> None:
    page = pilot.at("bea@school.example")
    page.goto(f"{pilot.url}/my-credentials")
    page.get_by_role("link", name="Rhythm by composing").click()
    page.get_by_text("You are the first to earn it").wait_for()
    picture(page, "earn-own-page")
    card = page.get_by_role("link", name="Announcement (PNG)").get_attribute("href")
    assert page.request.get(f"{pilot.url}{card}").body().startswith(b"\x89PNG")

    page.goto(f"{pilot.url}/program/cadre")
    page.get_by_label("people of the district who are signed in").check()
    press(page, "Save")
    page = pilot.at("art@school.example")
    page.goto(f"{pilot.url}/program/cadre")
    page.get_by_label("Skill, field or subject").fill("music")
    page.get_by_label("Grades").fill("6-8")
    press(page, "Find")
    page.get_by_role("heading", name="Bea Band").wait_for()
    picture(page, "program-cadre")
    assert page.get_by_text("Cho Choir").count() == 0


def a8_an_earner_coaches_and_a_withdrawal_flags_it(pilot: Pilot) -> None:
    credential = pilot.district.mailed("bea@school.example", r"http://\S+\.html")
    verdict(credential, 0)
    page = pilot.chief
    page.goto(f"{pilot.url}/program/coaches?q=Bea")
    page.get_by_role("button", name="Make a coach Bea Band").click()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="Bea Band"))
    assert "earned Rhythm by composing" in card.inner_text()

    page.goto(f"{pilot.url}/desk?q=bea@school.example")
    page.get_by_role("link", name="Bea Band", exact=True).click()
    page.get_by_role("link", name="Withdraw it").click()
    page.locator("#reason").fill("It was approved by mistake.")
    press(page, "Withdraw it permanently")
    page.get_by_role("heading").first.wait_for()
    page.goto(f"{pilot.url}/program/coaches")
    assert "was revoked. The role stays until you take it back" in card.inner_text()
    verdict(credential, 1)


def a9_a_second_building_comes_in(pilot: Pilot) -> None:
    summary = pilot.imports("roster.zip", roster())
    assert summary.startswith("New 2 Changed 0 The same 0 ")
    assert summary.endswith("Students and families, left out 3")
    page = pilot.at("hal@school.example")
    assert page.goto(f"{pilot.url}/buildings/HS").status == 200
    for address in (f"{pilot.url}/buildings/MS", pilot.projects["sol@school.example"]):
        assert page.goto(address).status == 404


def test_a_pilot_in_one_building(pilot):
    a1_a_table_of_people_comes_in(pilot)
    the_program_is_set_up_as_a_pilot(pilot)
    a2_six_teachers_name_a_skill(pilot)
    a3_coaches_write_what_they_saw(pilot)
    a4_evidence_comes_from_a_phone(pilot)
    a5_three_sign_in_any_order_and_four_hand_in(pilot)
    a6_two_are_issued_and_two_wait_for_the_keys(pilot)
    a7_the_first_earner_announces_it_and_one_wants_to_be_found(pilot)
    a8_an_earner_coaches_and_a_withdrawal_flags_it(pilot)
    a9_a_second_building_comes_in(pilot)
    assert pilot.district.command("program", "check") == "the program is sound\n"
