"""An office at work: Chromium, gunicorn, a mail server, a provider of sign-ins, and a verifier.

Nothing here looks into the issuer: it is told by its commands and its pages, and what came of it is
asked of `mintmark-verify` (issue 14, 5).
"""

import csv
import io
import re
from pathlib import Path

import openid_provider
import pytest
import school as schools
from playwright.sync_api import Page
from school import School, picture, verdict, window

from verifier import clock, verify
from verifier.fetching.fetch import WebFetch
from verifier.pipeline.response_cache import response_cache
from verifier.report import Answer

TEACHER = "teacher1@school.example"
PEOPLE = f"""name,address,roles
Olive Office,office@school.example,office
Teacher 1,{TEACHER},teacher
Teacher 2,teacher2@school.example,teacher
"""
USER = {"sub": "teacher-1", "email": TEACHER, "hd": "school.example"}
HEADS = "achievement,name,e-mail,skill,goal,measured outcome,approved at,level"
BAD = (
    "no-such-achievement,Teacher 301,teacher301@school.example,S,G,O,2026-05-15,met",
    "composing-with-foundational-rhythms,Teacher 302,no address,S,G,O,2026-05-15,met",
    "composing-with-foundational-rhythms,Teacher 303,teacher303@school.example,S,G,O,some day,met",
)
SIGN_IN = """
[[sign_in]]
provider = "school"
title = "School account"
issuer = "{provider}"
client_id = "mintmark"
secret_file = "provider-secret"
tenant = "school.example"
tenant_claim = "hd"
addresses_count = true
"""


@pytest.fixture(
    params=["sqlite", "postgresql"],
)
def database_url(request):
    """None for SQLite in the home."""
    return request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None


@pytest.fixture
def school(tmp_path, sink, database_url):
    """A district whose server runs."""
    with openid_provider.running(USER) as provider:
        district = schools.build(tmp_path, sink, database_url, SIGN_IN.format(provider=provider))
        secret = district.home / "provider-secret"
        secret.write_text("secret")
        secret.chmod(0o600)
        with schools.open_at(district):
            yield district


def operator_imports(school: School, page: Page) -> None:
    name = ("--name", "Otto Operator", "--role", "operator")
    printed = school.command("people", "invite", "operator@school.example", *name)
    page.goto(re.search(r"http://\S+/sign-in/\S+", printed)[0])
    page.get_by_role("button", name="Sign in as Otto Operator").click()
    page.goto(f"{school.url}/people/import")
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="See what would change").click()
    picture(page, "office-import")
    page.get_by_role("button", name="Import these people").click()
    page.goto(f"{school.url}/people")
    assert page.get_by_role("link", name="Olive Office").is_visible()


def office_signs_in(school: School, page: Page) -> None:
    page.goto(f"{school.url}/sign-in?lands_on=/desk")
    page.locator("#address").fill("Office@School.example")
    picture(page, "office-sign-in")
    page.get_by_role("button", name="Mail me a link").click()
    page.goto(school.link_mailed_to("office@school.example"))
    assert page.url == f"{school.url}/desk"


def table_of(teachers: range, *bad: str) -> str:
    """A table of approvals, an approval a row."""
    rows = [
        f"composing-with-foundational-rhythms,Teacher {n},teacher{n}@school.example,"
        "Rhythm,Eight bars,9 then 26,2026-05-15,met"
        for n in teachers
    ]
    return "\n".join([HEADS, *rows, *bad])


def office_issues_one(school: School, page: Page, teacher: str) -> None:
    """Issue one by the form, which knows the teacher from the register."""
    page.goto(f"{school.url}/desk/issue")
    page.locator("#achievement").select_option("composing-with-foundational-rhythms")
    page.locator("#q").fill(teacher)
    page.get_by_role("button", name="Find the teacher").click()
    page.get_by_role("link", name=teacher, exact=True).click()
    for name, text in (("skill", "Rhythm"), ("goal", "Eight bars"), ("measured_outcome", "26")):
        page.locator(f"[name='narrative.{name}']").fill(text)
    for criterion in page.locator("fieldset[id^='levels.']").all():
        criterion.get_by_role("radio").first.check()
    picture(page, "office-issue", top=True)
    page.get_by_role("button", name="Look at it first").click()
    picture(page, "office-issue-look")
    page.get_by_role("button", name="Issue it").click()
    page.get_by_role("heading", name="Issued", exact=True).wait_for()


def office_issues_many(school: School, page: Page, table: str) -> list[str]:
    """Issue what a table holds; return the lines of the file to mend."""
    page.goto(f"{school.url}/desk/issue-many")
    file = {"name": "table.csv", "mimeType": "text/csv", "buffer": table.encode()}
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="See what would be issued").click()
    picture(page, "office-many-look")
    page.get_by_role("button", name="Issue 200 credentials").click()
    page.get_by_role("heading", name="Issuing").wait_for()
    page.get_by_role("heading", name="What was issued").wait_for(timeout=300_000)
    picture(page, "office-many-done")
    with page.expect_download() as download:
        page.get_by_role("link", name="The rows to fix (CSV)").click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()


def exported(page: Page) -> dict[str, dict[str, str]]:
    """Load the table down that the desk offers; return its rows by the teacher's name."""
    page.goto(page.url.partition("/desk")[0] + "/desk")
    with page.expect_download() as download:
        page.get_by_role("link", name="As a table (CSV)").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return {row["name"]: row for row in rows if row["state"] != "superseded"}


def office_looks_at_the_year(school: School, page: Page) -> None:
    """Choose the year and what is in force, of which the table can be taken."""
    page.goto(f"{school.url}/desk")
    page.locator("#year").select_option("2026")
    page.locator("#state").select_option("issued")
    page.get_by_role("button", name="Find", exact=True).click()
    assert page.get_by_role("link", name="As a table (CSV)").is_visible()
    picture(page, "office-year")


def open_credential(school: School, page: Page, teacher: str) -> None:
    """Open the credential of a teacher on the desk."""
    page.goto(f"{school.url}/desk")
    page.locator("#q").fill(teacher.lower().replace(" ", "") + "@")
    page.get_by_role("button", name="Find", exact=True).click()
    assert page.locator("#achievement").is_visible()
    picture(page, "office-find")
    page.get_by_role("link", name=teacher, exact=True).click()


def office_corrects(school: School, page: Page, teacher: str, name: str) -> None:
    open_credential(school, page, teacher)
    picture(page, "office-one")
    page.get_by_role("link", name="Correct it").click()
    page.locator("[name='recipient.name']").fill(name)
    page.locator("#reason").fill("The name was misspelled.")
    picture(page, "office-correct", top=True)
    page.get_by_role("button", name="See what changes").click()
    picture(page, "office-correct-look")
    page.get_by_role("button", name="Issue the corrected credential").click()
    page.get_by_role("heading", name=name).wait_for()


def office_withdraws(school: School, page: Page, teacher: str) -> None:
    open_credential(school, page, teacher)
    page.get_by_role("link", name="Withdraw it").click()
    page.locator("#reason").fill("It was issued for another school.")
    picture(page, "office-withdraw")
    page.get_by_role("button", name="Withdraw it permanently").click()
    page.get_by_role("heading").first.wait_for()


def teacher_shares(school: School, page: Page) -> str:
    """Sign in at the provider, and let everybody find the credential; return its page."""
    page.goto(f"{school.url}/sign-in?lands_on=/my-credentials")
    page.get_by_role("link", name="Sign in with School account").click()
    page.locator("input[name=sub]").fill(USER["sub"])
    page.get_by_role("button", name="Authorize").click()
    page.get_by_role("link", name="Composing with foundational rhythms").first.click()
    page.get_by_role("radio", name="Everybody").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="This is what others see now.").click()
    return page.url


class Stranger:
    """A verifier that checked before, and keeps what it fetched for as long as the server lets it.

    Its clock is turned by hand.
    """

    def __init__(self):
        self.seconds = 0.0
        self.cache = response_cache(lambda: self.seconds)

    def finds(self, *addresses: str) -> list[Answer]:
        """Return whether each credential is in force."""
        fetch = self.cache.around(WebFetch(unsafe_loopback_http=True))
        reports = [verify(address.encode(), fetch=fetch, now=clock.now()) for address in addresses]
        return [report.current.answer for report in reports]


def test_an_office_at_work(school, chromium):
    operator, office, teacher = (window(chromium) for _ in range(3))
    operator_imports(school, operator)
    office_signs_in(school, office)

    office_issues_one(school, office, "Teacher 1")
    to_mend = office_issues_many(school, office, table_of(range(2, 202), *BAD))
    assert len(to_mend) == 1 + len(BAD)
    before = exported(office)
    assert len(before) == 201
    shared, misspelt, wrong = (before[f"Teacher {n}"]["page"] for n in (1, 2, 3))
    for address in (shared, misspelt, wrong):
        verdict(address, 0)
    stranger = Stranger()
    assert stranger.finds(misspelt, wrong) == [Answer.YES] * 2

    office_corrects(school, office, "Teacher 2", "Teacher Two")
    office_withdraws(school, office, "Teacher 3")
    after = exported(office)
    assert (after["Teacher 3"]["state"], len(after)) == ("revoked", 201)
    office_looks_at_the_year(school, office)
    verdict(misspelt, 1)
    verdict(wrong, 1)
    stranger.seconds = 60
    assert stranger.finds(misspelt, wrong) == [Answer.NO] * 2
    verdict(after["Teacher Two"]["page"], 0)

    assert teacher_shares(school, teacher) == shared
    verdict(shared, 0)
