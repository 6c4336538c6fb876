"""Evidence on pages: it comes in, is described, and is opened by those who may (R38, E55)."""

import io
import re
from dataclasses import replace

import pytest
from PIL import Image
from played import PDF, add, address, read
from sqlalchemy import select

from issuer.audit.tables import AuditRow
from issuer.issuance.records.tables import CredentialRow, Revocation
from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.program import policy as policies
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from verifier import clock


@pytest.fixture
def teacher(district):
    return district.add("Jordan Example", Role.TEACHER)


@pytest.fixture
def browser(district, teacher):
    return district.browser(teacher)


@pytest.fixture
def project(district, browser):
    path = browser.post("/projects", page="/projects").location
    with district.issuer.database.writing() as session:
        drafts.locked(session, path.rpartition("/")[2]).state = State.ACTIVE
    return path


def test_a_file_comes_in_and_is_handed_out_so_that_it_can_do_nothing(browser, project):
    assert add(browser, project).status_code == 303
    status, data, headers = read(browser, address(browser, project))
    assert (status, data, headers["Content-Type"]) == (200, PDF, "application/pdf")
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "plan" not in headers["Content-Disposition"]
    part = {"Range": "bytes=5-9"}
    assert read(browser, address(browser, project), headers=part)[:2] == (206, PDF[5:10])


def test_text_is_shown_as_it_is_written_and_a_photo_of_a_phone_is_a_download(browser, project):
    """On a page, with what looks like HTML in it (E55); the teacher of a photo in HEIC reads how
    evaluators would see it (E54)."""
    heic = (28).to_bytes(4, "big") + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(64)
    for data, name in ((b"name,read\r\n<script>1</script>,8\r\n", "counts.csv"), (heic, "a.heic")):
        assert add(browser, project, data, name).status_code == 303
    page = browser.get(f"{project}/evidence").text
    (table,) = re.findall(r'href="([^"]+)"[^>]*>What evaluators see', page)
    text = browser.get(table).text
    assert "name,read\n&lt;script&gt;1&lt;/script&gt;,8" in text
    for path in re.findall(r'href="(/evidence/[\w-]+)"', page + text):
        assert read(browser, path)[2]["Content-Disposition"].startswith("attachment")
    assert "Save it as JPEG" in page
    assert ("text file, 1 KB" in page, "picture, 1 KB" in page) == (True, True)


def test_a_photo_is_seen_small_and_as_evaluators_see_it(district, browser, project):
    """Without what the camera wrote, where names are hidden (E29)."""
    photo = io.BytesIO()
    Image.new("RGB", (8, 6)).save(photo, "JPEG", comment=b"Jordan Example")
    add(browser, project, photo.getvalue(), "Reading corner.jpg")
    page = browser.get(f"{project}/evidence").text
    assert re.search(r'<img src="/evidence/[\w-]+" alt="Reading corner"', page)
    (preview,) = re.findall(r'href="([^"]+)"[^>]*>What evaluators see', page)
    (seen,) = re.findall(r'<img src="([^"]+as_judged[^"]*)"', browser.get(preview).text)
    for is_hidden in (True, False):
        with district.issuer.database.writing() as session:
            policy = replace(policies.current(session), names_hidden=is_hidden)
            policies.change(session, policy, by=None, now=clock.now())
        assert (b"Jordan" in read(browser, seen)[1]) is not is_hidden
    assert b"Jordan" in read(browser, address(browser, project))[1]


def test_e55_what_a_browser_could_run_is_refused_and_nothing_is_left(district, browser, project):
    answer = add(browser, project, b"<!DOCTYPE html><script>alert(1)</script>", "page.html")
    assert answer.status_code == 422
    assert "not taken" in answer.text
    assert "There is no evidence yet." in browser.get(f"{project}/evidence").text
    assert list((district.issuer.settings.home / "evidence" / "uploads").iterdir()) == []


def test_r38_the_consent_is_answered_or_the_field_is_named(browser, project):
    add(browser, project)
    path = address(browser, project).replace("/evidence/", f"{project}/evidence/")
    page = f"{project}/evidence"
    answers = {"name": "Plan", "students": "focus", "basis": "not_needed", "tier": "sealed"}
    refused = browser.post(path, page=page, **of(path, answers))
    assert refused.status_code == 422
    assert "consent must be on file" in refused.text
    nowhere = browser.post(path, page=page, **of(path, answers | {"basis": "on_file"})).text
    own_id = path.rpartition("/")[2]
    field = f"reference-{own_id}"
    assert f'<a href="#{field}"><bdi>Plan</bdi></a>: Write where the consent is filed' in nowhere
    assert re.search(rf'<input[^>]*id="{field}"[^>]*autofocus', nowhere)
    answers |= {"basis": "on_file", "reference": "Folder 7"}
    assert browser.post(path, page=page, **of(path, answers)).location.endswith(f"done={own_id}")
    text = browser.get(page).text  # folded now, and the way on is at the top
    assert "Its consent is still to be answered." not in text
    assert f'<a href="{project}">Back to the project, to hand it in</a>' in text
    assert "Consent is on file · Only those who review it" in text
    browser.post(page, page=page, name="Film", url="drive.example/1")
    assert "All pieces are answered." not in browser.get(page).text


def test_nobody_else_opens_it_but_the_superintendent(district, browser, project):
    add(browser, project)
    path = address(browser, project)
    for role in (Role.TEACHER, Role.EVALUATOR, Role.OFFICE, Role.BOARD):
        assert district.browser(district.add("Other", role)).get(path).status_code == 404
    chief = district.browser(district.add("Chief", Role.SUPERINTENDENT))
    assert read(chief, path, headers={"Range": "bytes=1-"})[:2] == (206, PDF[1:])
    assert read(chief, path)[:2] == (200, PDF)
    with district.issuer.database.reading() as session:
        acts = session.scalars(select(AuditRow.action)).all()
    assert acts.count("artifact.read") == 1


def test_a_link_is_added_or_the_reason_is_said(browser, project):
    page = f"{project}/evidence"
    assert browser.post(page, page=page, name="Film", url="ftp://x").status_code == 422
    assert browser.post(page, page=page, name="Film", url="https://x.example/1").status_code == 303
    assert browser.post(page, page=page, name="Notes", url="https://x.example/1").status_code == 303
    text = browser.get(page).text  # one address under two names is two pieces
    assert text.count('href="https://x.example/1"') == 2


def test_what_is_typed_of_a_photo_is_kept_whatever_button_is_pressed(browser, project):
    """All that the page asks is one form: a link below takes along what is said above it."""
    add(browser, project)
    path = address(browser, project).replace("/evidence/", f"{project}/evidence/")
    page, half = f"{project}/evidence", {"name": "Plan", "description": "Week three"}
    half |= {"students": "focus", "basis": "on_file", "reference": "", "tier": "sealed"}
    link = {"act": "link", "name": "Film", "url": "drive.example/2"}
    assert browser.post(page, page=page, **of(path, half), **link).status_code == 303
    text = browser.get(page).text
    assert "https://drive.example/2" in text
    assert 'value="Week three"' in text
    assert 'value="focus" checked' in text
    assert text.count("Its consent is still to be answered.") == 2
    whole = of(path, half | {"reference": "Folder 7"})
    assert browser.post(page, page=page, **whole, act="link").status_code == 422  # no address
    text = browser.get(page).text
    assert 'value="Folder 7"' in text
    assert text.count("Its consent is still to be answered.") == 1
    wrong = browser.post(page, page=page, **of(path, half))  # what was answered stays so
    assert wrong.status_code == 422
    assert 'value="Folder 7"' in browser.get(page).text


def test_what_is_chosen_for_all_is_kept_whatever_button_is_pressed(browser, project):
    """It is noted of the pieces that say nothing yet, and answers none of them."""
    page, link = f"{project}/evidence", "https://drive.example/"
    for number in "12":
        browser.post(page, page=page, act="link", name=f"Film {number}", url=f"{link}{number}")
    text = browser.get(page).text
    assert text.index("Answer the consent once for all") < text.index("Its consent is still")
    first, second = re.findall(r'<section class="card" id="([\w-]+)"', text)
    own = {f"students-{first}": "none", f"tier-{first}": "sealed", f"name-{first}": "Film 1"}
    chosen = {"students": "focus", "basis": "on_file", "reference": "Folder 7"}
    third = {"act": "link", "name": "Film 3", "url": f"{link}3"}
    assert browser.post(page, page=page, **own, **chosen, **third).status_code == 303
    text = browser.get(page).text
    assert text.count("Its consent is still to be answered.") == 3
    for name, value in ((f"students-{first}", "none"), (f"students-{second}", "focus")):
        assert re.search(rf'name="{name}" value="{value}" checked', text)
    assert not re.search(r'name="students" value="[a-z_]+" checked', text)
    assert text.count('value="Folder 7"') == 1  # of the second piece: nothing is offered for all
    assert browser.post(f"{project}/consent", page=page, **chosen).status_code == 303
    assert "Its consent is still to be answered." not in browser.get(page).text


def test_what_is_taken_out_is_gone_from_the_page(browser, project):
    add(browser, project)
    path = address(browser, project).replace("/evidence/", f"{project}/evidence/")
    assert browser.post(path, page=f"{project}/evidence", act="remove").status_code == 303
    assert "There is no evidence yet." in browser.get(f"{project}/evidence").text


def answer(browser, project, **changes):
    path = address(browser, project).replace("/evidence/", f"{project}/evidence/")
    fields = {"name": "Plan", "students": "none", "basis": "not_needed", "tier": "sealed"}
    return browser.post(path, page=f"{project}/evidence", **of(path, fields | changes))


def of(path, fields):
    """The fields of one piece as its page names them."""
    return {f"{field}-{path.rpartition('/')[2]}": text for field, text in fields.items()}


def test_what_is_for_the_district_is_seen_by_colleagues_once_it_has_earned_its_credential(
    district, browser, teacher, project
):
    """Not before, nobody outside, and no more once its teacher or a consent says so (D9), or she
    has left."""
    add(browser, project)
    assert answer(browser, project, tier="district").status_code == 303
    colleague = district.browser(district.add("Lee Specimen", Role.COACH))
    board = district.browser(district.add("Board", Role.BOARD))
    path, listed = address(browser, project), "/program/shared"
    shown = path.replace("/evidence/", "/program/shared/")
    assert colleague.get(shown).status_code == 404
    assert "There is none yet." in colleague.get(listed).text
    credential = district.earn(project.rpartition("/")[2])
    page = colleague.get(listed).text
    assert shown in page
    assert "Jordan Example" in page
    assert read(colleague, shown)[:2] == (200, PDF)
    for other, status in ((board, 404), (district.browser(), 303)):
        assert other.get(shown).status_code == status
        assert other.get(listed).status_code == status
    with district.issuer.database.reading() as session:
        assert session.scalars(select(AuditRow.action)).all().count("artifact.read") == 1
    with district.issuer.database.writing() as session:  # with its credential, it is gone at once
        row = session.query(CredentialRow).filter_by(public_id=credential).one()
        place = {"list_number": row.list_number, "list_index": row.list_index}
        revocation = Revocation(**place, reason="error", revoked_at=clock.now())
        session.add(revocation)
    assert colleague.get(shown).status_code == 404
    assert "There is none yet." in colleague.get(listed).text
    with district.issuer.database.writing() as session:
        session.delete(session.merge(revocation))
    assert read(colleague, shown)[0] == 200
    with district.issuer.database.writing() as session:  # who has left, nobody can ask any more
        session.get_one(PersonRow, teacher.id).left_at = clock.now()
    assert colleague.get(shown).status_code == 404
    assert "There is none yet." in colleague.get(listed).text
    with district.issuer.database.writing() as session:
        session.get_one(PersonRow, teacher.id).left_at = None
    assert read(colleague, shown)[0] == 200
    browser.post(f"{path}/withdraw", page=f"{project}/evidence", act="seal")
    assert colleague.get(shown).status_code == 404
    assert read(browser, path)[0] == 200


def test_a_file_is_not_public_and_an_answer_is_one_of_those_there_are(browser, project):
    add(browser, project)
    assert "a web address only" in answer(browser, project, tier="public").text
    for field in ("tier", "criterion"):
        assert answer(browser, project, **{field: "other"}).status_code == 422
