"""I12: whoever may see no attempts fetches the same, whether something came back or not."""

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address

import pytest
from played import ANSWERS, COMPLETION, MET, Play

from issuer.home.mail_settings import Mail
from issuer.home.settings import load
from issuer.outbox import mail
from issuer.people import register
from issuer.people.roles import Role
from issuer.people.tables import PersonRow, PostRow
from issuer.program.coaching import coaching
from issuer.program.projects import drafts
from verifier import clock

NOT_YET = {"level-learning": "met", "level-work": "not-yet", "comment-work": "Show one more."}
ELSEWHERE = (
    "/sign-out",
    "/verify",
    "/my-credentials/wallet",
    "/desk/catalog",
    "/people/import",
    "/achievements",
)
"""What a crawl leaves alone."""


SEE_ATTEMPTS = ("j@school.example", "chief@school.example")


class Town(Play):
    """A play with a coach, an administrator, payroll and an office beside it."""

    def __init__(self, district, letters):
        super().__init__(district)
        self.letters = letters
        school = district.building("7", "Middle School")
        roles = {
            "coach": Role.COACH,
            "administrator": Role.BUILDING_ADMINISTRATOR,
            "payroll": Role.PAYROLL,
            "office": Role.OFFICE,
        }
        self.people = {
            name: district.add(
                f"{name.title()} Sample", role, building=school, address=f"{name}@school.example"
            )
            for name, role in roles.items()
        }
        with district.issuer.database.writing() as session:
            session.add(PostRow(person_pk=self.teacher.id, building_pk=school.id))
        self.readers = {name: district.browser(row) for name, row in self.people.items()}
        self.begin()
        with district.issuer.database.writing() as session:
            project = drafts.locked(session, self.project.rpartition("/")[2])
            chief = session.query(PersonRow).filter_by(name="Pat Model").one()
            register.add_address(session, chief, "chief@school.example", verified_at=clock.now())
            coach = session.merge(self.people["coach"])
            coaching.begin(session, project, coach, now=clock.now())

    def decide(self, purpose, **levels):
        self.assign(purpose)
        assert self.judge(**levels).status_code == 303
        assert self.release().status_code == 303

    def save(self, **answers):
        page = self.at_teacher.get(self.project).text
        revision = re.search(r'name="revision" value="(\d+)"', page)[1]
        fields = {"act": "save", "revision": revision, **answers}
        assert self.at_teacher.post(self.project, page=self.project, **fields).status_code == 303

    def change_plan(self):
        page, words = f"{self.project}/plan", {"plan": "Eight weeks.", "why": "No hall."}
        assert self.at_teacher.post(page, page=page, **words).status_code == 303

    def let_its_day_pass(self):
        with self.district.issuer.database.writing() as session:
            project = drafts.locked(session, self.project.rpartition("/")[2])
            project.due_on = clock.now().date() - timedelta(days=1)

    def sign(self):
        page = f"{self.project}/coaching"
        browsers = {"teacher": self.at_teacher, **self.readers}
        for signer in ("teacher", "coach", "administrator"):
            answer = browsers[signer].post(f"{self.project}/sign", page=page, signer=signer)
            assert answer.status_code == 303

    def seen(self):
        """Return everything that these people get, by who asks and the address."""
        self.district.deliver()
        pages = {}
        for home, address, words in self.letters:
            if home == self.district.issuer.settings.home and address not in SEE_ATTEMPTS:
                pages[address, "mail"] = pages.get((address, "mail"), "") + self.plain(words)
        for name, browser in self.readers.items():
            for path, text in crawled(browser, self.project):
                pages[name, self.plain(path)] = self.plain(text)
        return pages

    def plain(self, text):
        """Return a text without what differs between two homes."""
        text = text.replace(self.project.rpartition("/")[2], "PROJECT")
        for name, person in self.people.items():
            text = text.replace(person.public_id, name.upper())
        text = re.sub(r'(name="form_token" value=)"\w+"', r"\1", text)
        text = re.sub(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", "CODE", text)
        return re.sub(r"[\w-]{22,}", "TOKEN", text)


def crawled(browser, project):
    """Yield each page to which links lead from the reader's own, and what a project has."""
    more = [project, f"{project}/coaching", f"{project}/evidence", f"{project}/steer"]
    paths, known = ["/account", *more], set()
    while paths:
        path = paths.pop(0)
        if path in known or path.startswith(ELSEWHERE) or path.endswith("/change"):
            continue
        known.add(path)
        with browser.get(path) as answer:
            text = f"{answer.status_code} {answer.location} {answer.get_data().decode('latin-1')}"
        yield path, text
        paths += [link for link in re.findall(r'href="(/[^"#]*)"', text) if "static" not in link]
        if answer.location:
            paths.append(re.sub(r"^https?://[^/]+", "", answer.location))
        assert len(known) < 400


@pytest.fixture
def towns(settings, tmp_path, opened, monkeypatch):
    """Two towns alike, in which the clock stands."""
    other = load(shutil.copytree(settings.home, tmp_path / "other"))
    letters = []

    def deliver(letter, _row, settings):
        for address in letter.addresses:
            letters.append((settings.home, address, f"{letter.template} {letter.words}"))

    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(mail, "deliver", deliver)
    sends = Mail("127.0.0.1", 1, Address("Prairie", addr_spec="b@prairie.example"), "none", "en")
    with (
        opened(replace(settings, mail=sends)) as one,
        opened(replace(other, mail=sends)) as two,
    ):
        yield Town(one, letters), Town(two, letters)


def test_i12_pages_are_the_same_whether_something_came_back_or_not(towns):
    quick, slow = towns

    def both(act):
        act(quick)
        act(slow)

    def same(pages):
        again = slow.seen()
        assert again.keys() == pages.keys()
        for key, text in pages.items():
            assert again[key] == text, key

    both(lambda town: town.hand_in(**ANSWERS))
    slow.decide("proposal", **NOT_YET)
    slow.save(**{**ANSWERS, "title": "Drums", "plan": "Another plan."})
    pages = quick.seen()
    same(pages)
    slow.hand_in(**ANSWERS)
    same(pages)
    both(lambda town: (town.decide("proposal", **MET), town.add_evidence(), town.sign()))
    both(lambda town: (town.hand_in(**COMPLETION), town.let_its_day_pass()))
    slow.decide("completion", **NOT_YET)
    slow.save(**{**COMPLETION, "learning": "Three books."})
    slow.change_plan()
    pages = quick.seen()
    same(pages)
    slow.hand_in(**COMPLETION)
    same(pages)
    both(lambda town: town.decide("completion", **MET))
    pages = quick.seen()
    assert "Earned" in pages["coach", "/projects/PROJECT"]
    same(pages)
