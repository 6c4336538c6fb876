"""Each button about money, of the desk, of people and of sharing is pressed twice."""

import re
from datetime import timedelta

import pytest
from paying import SETTINGS, paying
from pressing import Pressing
from signed_in_browsers import filled

from issuer import issuance
from issuer.home.mail_settings import Mail
from issuer.issuance.manage import manage_url
from issuer.people.account import own_addresses
from issuer.people.roles import Role
from issuer.program.compensation import ledger
from issuer.program.compensation.ledger import Stage, Why
from verifier import clock

ROOMS = ("issuer.program.compensation.", "issuer.people.", "issuer.sharing.", "issuer.staff.")
MAIL = Mail(sender="office@school.example", host="mail.example", port=25, tls="none", language="en")
RECORDS = "staff number,from,salary,full time,tier,cap,hired,decision\nana,2026-07-01,60000,1,,,,\n"
PEOPLE = "name,address,staff number,building,building name,roles\nAl New,al@x.example,77,7,,coach\n"
TABLE = (
    "achievement,name,e-mail,skill,goal,measured outcome,approved at,level\n"
    "rhythms,Teacher 1,t1@school.example,Rhythm,Eight bars,26 of 31,2026-05-15,met\n"
)
APPROVAL = {
    "recipient.name": "Zoë Example",
    "recipient.emails.0": "zoe@school.example",
    "narrative.skill": "Rhythm",
    "narrative.goal": "Eight bars",
    "narrative.measured_outcome": "26 of 31",
    "levels.learning": "met",
    "levels.work": "met",
}
CHANGES = {
    "account.end_session": "it ends a session",
    "achieving.add": "see test_catalog_pages",
    "achieving.change": "the second time there is a newer version, which is said",
    "cataloging.borrow": "nothing is stored",
    "changing.erase": "it blanks",
    "collections.create": "nobody is signed in: whose the first one is, nobody knows",
    "correcting.again": "see test_correct_page",
    "correcting.correct": "the second time there is a newer revision, which is said",
    "correcting.correct_name_on_others": "see test_correct_page",
    "delivering.replay": "each try is written down",
    "holding.renew": "each new address is the only one that opens",
    "issuing.certificate": "nothing is stored",
    "issuing_many.discard": "it deletes",
    "issuing_many.links": "each time is written down",
    "judging_by.add": "see test_catalog_pages",
    "judging_by.change": "the second time there is a newer version, which is said",
    "pay_people.hold": "see test_pay_tables",
    "pay_runs.decide": "see money_of_a_year",
    "pay_runs.fetch": "each time is written down",
    "pay_values.of_project": "see test_pay_tables",
    "recorded.link": "each time is written down",
    "roster.forget": "it deletes",
    "sign_in.accept": "a link signs in once",
    "sign_in.ask": "each mail is for the browser that asked",
    "sign_in.sign_out": "it ends a session",
    "sign_in.type_code": "a code signs in once",
    "tasks.settle": "see test_task_page",
    "wallet.forget": "one wallet for each person",
    "wallet.prove": "one wallet for each person",
}
"""Routes that are pressed twice elsewhere, or that cannot add a row twice, and why."""


@pytest.fixture
def press(district):
    object.__setattr__(district.issuer.settings, "mail", MAIL)
    return Pressing(district)


def test_every_other_button_pressed_twice(district, press):
    chief = pays(press)
    _, office = press.comes("Olive Office", Role.OFFICE)
    keeps_people(press, chief, office)
    shares(press, office)
    issues(press, office)
    assert press.posted(*ROOMS) == press.pressed | set(CHANGES)


def pays(press):
    """A contract, what things are worth, pay records, a year that is closed, a run that is paid."""
    money, now = paying(press.district), clock.now()
    chief = money.browser(money.chief)
    _, payroll = press.comes("Sam Payroll", Role.PAYROLL)
    press(chief, "/pay/contract", **SETTINGS)
    press(payroll, "/pay/columns", **{"head-amount": "Sum", "place-amount": "1"})
    teacher, offering = money.teacher("Ana"), money.offering("Rhythm")
    press(chief, f"/pay/values/offerings/{offering}", amount="300.00")
    project = money.draft(teacher, offering, now)
    press(money.browser(teacher), f"/my-money/{project}", amount="200.00")
    table = press(payroll, "/pay/tables/records", file=(RECORDS.encode(), "a.csv")).location
    press(payroll, table)
    last_year = now.date() - timedelta(days=366)
    with money.writing() as session:
        for claim, stage, day in (("a", Stage.PAID, last_year), ("b", Stage.EARNED, now.date())):
            sums = {"person_pk": teacher.id, "claim": claim, "stage": stage, "cents": 200_00}
            ledger.post(session, on=day, now=now, why=Why.OPENING, **sums)
    years = re.findall(r'name="year" value="([\d-]+)"', chief.get("/pay/years").text)
    press(chief, "/pay/years", year=min(years))
    digest = re.search(r'name="digest" value="(\w+)"', payroll.get("/pay/runs").text)[1]
    run = press(payroll, "/pay/runs", second=422, digest=digest).location  # nothing is due any more
    press(payroll, f"{run}/confirm")
    return chief


def keeps_people(press, chief, office):
    person = press(office, "/people", name="Noa New", address="noa@x.example").location
    person = person.partition("?")[0]
    press(chief, f"{person}/roles", role="coach", first_day="2026-10-01")
    grant = re.search(r"/roles/(\d+)/end", chief.get(person).text)[1]
    press(chief, f"{person}/roles/{grant}/end")
    for what, field, text in (
        ("name", "name", "Noa Newer"),
        ("other-name", "other-name", "N. New"),
        ("number", "number", "78"),
        ("address", "address", "noa@y.example"),
        ("left", "", ""),
        ("back", "", ""),
    ):
        press(office, f"{person}/change", what=what, **({field: text} if field else {}))
    press(office, press(office, "/people/import", file=(PEOPLE.encode(), "a.csv")).location)
    teacher, browser = press.comes("Jo Own", Role.TEACHER)
    press(browser, "/account/addresses", address="jo@home.example")
    token = own_addresses.link_token(press.district.issuer.settings, teacher, "jo@home.example")
    press(browser, f"/account/addresses/{token}")
    number = re.search(r"/account/addresses/(\d+)/change", browser.get("/account").text)[1]
    press(browser, f"/account/addresses/{number}/change", what="prefer")


def shares(press, office):
    issuer, anybody = press.district.issuer, press.district.browser()
    _, browser = press.comes("Jordan Example", Role.TEACHER)
    own = press.district.issue("Jordan Example", "jordan@school.example")
    press.district.issue("J. Former", "jordan@school.example", approval_id="a-2")
    page = manage_url(issuer.settings, issuance.newest(issuer, own)).partition("/manage/")[2]
    press(anybody, f"/manage/{page}", visibility="public")
    press(anybody, f"/manage/{page}/wrong", name="", words="The hours are wrong.")
    press(anybody, f"/credentials/{own}/confirm", email="x@y.example")
    collection = press(browser, "/my-credentials/collections", title="My work", add=[own]).location
    press(browser, collection.partition("?")[0], title="My work", keep=[own], words="All of it.")
    press(browser, "/my-credentials/ask")
    claim = re.search(r'action="(/claims/[^"]+)"', office.get("/claims").text)[1]
    press(office, claim, answer="theirs")
    press(anybody, "/my-links", address="jordan@school.example")
    press(office, f"/desk/credentials/{own}/mail", address="other@x.example")
    reason = "It was issued twice."
    press(office, "/desk/revoke", second=422, id=[own], reason=reason)  # it is withdrawn by now
    press(office, f"/desk/credentials/{own}/reason", reason="It was issued by mistake.")


def issues(press, office):
    fields = filled(office.get("/desk/issue/new?achievement=rhythms").text) | APPROVAL
    press(office, "/desk/issue/new", act="issue", **fields)
    table = press(office, "/desk/issue-many", file=(TABLE.encode(), "a.csv")).location
    press(office, table.partition("?")[0])
    press(office, "/desk/deliveries/credentials")
    achievement = "/desk/catalog/achievements/rhythms"
    press(office, f"{achievement}/picture")
    press(office, f"{achievement}/offer")
    press(office, f"{achievement}/offer", again="1")
