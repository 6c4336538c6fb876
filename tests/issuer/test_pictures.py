"""The pictures of docs/{sharing,page,verify,operations}.md and of the README, of people who do not
exist (`make pictures`)."""

import io
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import letters
import pypdfium2
import pytest
import school
from browser import serving
from PIL import Image

from issuer import issuance
from issuer.app import start_app
from issuer.catalog import versions
from issuer.catalog.picture import badge
from issuer.drawing.badges.side_by_side import side_by_side
from issuer.home.issuer import opened
from issuer.home.settings import load
from issuer.issuance import manage
from issuer.issuance.approval import from_data
from issuer.messages import KINDS
from issuer.outbox import worker
from issuer.sharing.collections import collection
from issuer.sharing.collections.collection import Edited
from issuer.sharing.decision import Decision
from issuer.sharing.holder import holder
from verifier import clock
from verifier.batch.files import PRACTICE

PICTURES = Path(os.environ.get("PICTURES", "")).resolve()
GAP = 24
ADDRESS = "https://badges.district.example"
CONTACT = "Pat Example <pat@district.example>"
ABOUT = "Ten years of middle school band. For the position of curriculum lead."
EARNED = (
    (
        "composing-with-foundational-rhythms",
        12,
        "This changed how my sixth graders read a page of music.",
    ),
    ("computational-thinking", 15, "My band counts, and now it computes."),
    ("restorative-practices-in-music", 10, "We start each rehearsal in a circle."),
)


def unfold(page):
    """Open what is folded."""
    page.evaluate("document.querySelectorAll('details').forEach((folded) => folded.open = true)")


def save(picture: bytes | Image.Image, name: str) -> None:
    """Write a picture in few colors."""
    taken = Image.open(io.BytesIO(picture)) if isinstance(picture, bytes) else picture
    taken.convert("RGB").quantize(128).save(PICTURES / f"{name}.png", optimize=True)


@pytest.fixture
def take(chromium):
    """Take the picture of a page, or of a part of it, as wide as is asked for."""

    def take(name, address, *, part=None, width=960, height=760, scheme="light", before=None):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(address)
        if before:
            before(page)
        page.wait_for_load_state("networkidle")
        save((page.locator(part) if part else page).screenshot(), name)
        context.close()

    return take


@pytest.fixture
def office(tmp_path):
    """A verifier of an office that knows the district of the practice folder, and asks nobody."""
    command = [sys.executable, "-m", "verifier", "serve", "--port", "0", "--offline"]
    known = ["--name", "Human Resources", "--trust", str(PRACTICE / "districts.json")]
    environment = os.environ | {"MINTMARK_VERIFY_HOME": str(tmp_path)}
    server = subprocess.Popen([*command, *known], env=environment, stdout=subprocess.PIPE)
    try:
        yield server.stdout.readline().decode().split()[1]
    finally:
        server.terminate()
        server.communicate()


@pytest.mark.plays
def test_the_pictures_of_the_office_that_checks(office, take):
    def check(page):
        page.set_input_files("#file", str(PRACTICE / "applicants" / "jordan.png"))
        page.get_by_role("button", name="Check it").click()
        page.locator(".verdicts").wait_for()

    def practice(page):
        page.get_by_role("button", name="Check the practice folder").click()
        page.locator(".tally").wait_for()

    def open_sheet(page):
        practice(page)
        page.goto(page.get_by_role("link", name="Open the sheet").evaluate("link => link.href"))

    many = f"{office}/applicants"
    take("verify-form", office, height=860)
    take("report", office, height=1180, before=check)
    take("applicants-form", many, height=1000)
    take("applicants", many, height=1120, before=practice)
    take("sheet", many, height=1120, before=open_sheet)


@pytest.fixture
def district(tmp_path, sink):
    """The issuer of a district with the catalog and the logo of the examples."""
    about = {"public_url": ADDRESS, "name": "Example School District", "contact": CONTACT}
    home = school.build(tmp_path, sink, None, **about).home
    runpy.run_path(str(school.EXAMPLES / "demo.py"))["dress"](home)
    with opened(load(home)) as issuer:
        yield issuer


def earned(issuer, achievement, hours, now):
    """Issue a micro-credential of the examples; return its id."""
    data = json.loads((school.EXAMPLES / "approval.json").read_bytes())["data"]
    data |= {"approval_id": achievement, "achievement": {"id": achievement}}
    approval = from_data(data | {"credits": [{"value": hours, "unit": "hours"}]})
    received = issuance.receive(issuer, approval, source="forms", event_id=achievement, now=now)
    return received.credential_id


@pytest.mark.plays
def test_the_pictures_of_what_a_teacher_shares(district, take, now):
    sentences = {
        earned(district, achievement, hours, now): sentence
        for achievement, hours, sentence in EARNED
    }
    first = next(iter(sentences))
    tokens = [
        manage.manage_url(district.settings, issuance.find(district, one)).rpartition("/")[2]
        for one in sentences
    ]
    edited = Edited("Music and making, 2026", ABOUT, sentences, "\n".join(tokens))
    edit = collection.create(district, edited, person=None, now=now)
    collection.change(district, edit, edited, person=None)  # now it has what sentences are about
    together = collection.find_edited(district, edit).public_id
    app = start_app(district.settings)
    with serving(app) as origin:
        page, own = f"{origin}/credentials/{first}.html", f"{origin}/manage/{tokens[0]}"
        take("page", page, width=900, height=1180)
        take("page-phone", page, width=390, height=780, scheme="dark")
        take("page-check", page, part="section[aria-labelledby=check]")
        take("page-share", page, part="section[aria-labelledby=share]", before=unfold)
        take("page-own", own, height=700)
        take("page-holder", own, part="section[aria-labelledby=see]")
        take("collection", f"{origin}/collections/{together}.html", height=790)
    app.extensions["mintmark"].database.close()


@pytest.mark.plays
def test_the_pictures_of_what_is_handed_out(district, chromium, now, sink):
    """A mail on a laptop and, dark, on a phone; both certificates at 100 dpi; the badges."""
    achievement, hours, _ = EARNED[0]
    public_id = earned(district, achievement, hours, now)
    holder.decide(district, public_id, Decision(show_levels=True, show_words=True), now=now)
    worker.deliver_due(district, KINDS, now=clock.now)
    save(_beside(*_drawn(chromium, letters.shown(sink.mails[0]))), "mail")
    client = start_app(district.settings).test_client()
    for edition, name in (("frame", "certificate"), ("application", "certificate-application")):
        answer = client.get(f"/credentials/{public_id}.pdf?edition={edition}")
        save(pypdfium2.PdfDocument(answer.data)[0].render(scale=100 / 72).to_pil(), name)
    preview = Image.open(io.BytesIO(client.get(f"/credentials/{public_id}/preview.png").data))
    save(preview.resize((720, 378), Image.Resampling.LANCZOS), "preview")
    with district.database.reading() as session:
        badges = [badge(one, district.settings, "png") for one in versions.listed(session)]
    (PICTURES / "badges.png").write_bytes(side_by_side(badges))


def _drawn(chromium, html):
    """Draw a mail as programs for mail do, in two widths and both schemes."""
    for width, scheme in ((600, "light"), (360, "dark")):
        context = chromium.new_context(
            viewport={"width": width, "height": 100}, color_scheme=scheme
        )
        page = context.new_page()
        page.set_content(html)
        yield Image.open(io.BytesIO(page.screenshot(full_page=True)))
        context.close()


def _beside(*drawn):
    """Put pictures beside each other, on white."""
    width = sum(one.width for one in drawn) + GAP * (len(drawn) - 1)
    sheet = Image.new("RGB", (width, max(one.height for one in drawn)), "white")
    left = 0
    for one in drawn:
        sheet.paste(one, (left, 0))
        left += one.width + GAP
    return sheet
