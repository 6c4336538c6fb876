"""The pictures of docs/compensation.md, of people who do not exist (`make pictures`)."""

import os
import re
from pathlib import Path

import pytest
from browser import serving
from paying import moment, paying
from test_pay_report import fill
from test_pay_tables import HEADS, hand_in

from issuer.people.access import sessions
from issuer.people.access.gate import cookie_name
from issuer.people.roles import Role
from issuer.program.projects.states import Act
from verifier import clock

PICTURES = Path(os.environ.get("PICTURES", "")).resolve()
NOW = moment("2026-12-08")
AT_ITS_TOP = """() => {
  const part = document.getElementById(location.hash.slice(1));
  part?.scrollIntoView({ behavior: "instant" });
  if (part) scrollBy({ top: -60, behavior: "instant" });
}"""
WHOLE = (Act.SUBMIT, Act.APPROVE, Act.SUBMIT, Act.APPROVE)


@pytest.mark.plays
def test_the_pictures_of_pay(district, chromium, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    money = paying(district)
    money.agree(NOW)
    sam = district.add("Sam Model", Role.PAYROLL)
    ana, ben = money.teacher("Ana", "62,480"), money.teacher("Ben", "81,950")
    money.teacher("Dee")
    for title, worth, person, acts in (
        ("Rhythm by composing", "800.00", ana, WHOLE),
        ("Number talks", "900.00", ana, WHOLE[:2]),
        ("Reading conferences", "600.00", ben, WHOLE),
        ("Design thinking in grade 4", "", ana, ()),
    ):
        project = money.draft(person, money.offering(title, worth), NOW)
        money.step(project, *acts, now=NOW)
    money.draft(ana, money.offering("Ensemble listening", "400.00"), NOW)
    table = HEADS + (
        "dee,2026-07-01,74200,,,,,\ndee,2027-01-15,76000,,,,,\n"
        "ben,2026-07-01,41000,0.5,,,,\nzoe,2026-07-01,60000,,,,,\n"
    )
    look = hand_in(money.browser(sam), "records", table)
    with serving(district.app) as origin:
        for name, person, path in (
            ("contract", money.chief, "/pay/contract#as_of"),
            ("values", money.chief, "/pay/values"),
            ("table", sam, look),
            ("my-money", ana, "/my-money"),
            ("due", sam, "/pay/runs"),
        ):
            picture(district, chromium, origin, person, path, name)
        payroll = money.browser(sam)
        digest = re.search(r'name="digest" value="(\w+)"', payroll.get("/pay/runs").text)
        run = payroll.post("/pay/runs", page="/pay/runs", digest=digest[1]).location
        picture(district, chromium, origin, sam, run, "run")
        fill(money)
        picture(district, chromium, origin, money.chief, "/pay/report", "report")


def picture(district, chromium, origin, person, path, name):
    """Take the picture of a page as somebody sees it."""
    with district.issuer.database.writing() as session:
        mine = session.merge(person)
        token = sessions.begin(session, mine, device="x", way="mail", replacing=None, now=NOW)
    context = chromium.new_context(viewport={"width": 1000, "height": 760})
    cookie = {"name": cookie_name(district.issuer.settings), "value": token, "url": origin}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(origin + path)
    page.evaluate(AT_ITS_TOP)
    page.screenshot(path=PICTURES / f"pay-{name}.png")
    context.close()
