"""On the way of one project, each button of the program is pressed twice (money has its own)."""

import re

from played import ANSWERS, COMPLETION, MET, PDF
from pressing import Pressing

from issuer.people.roles import Role
from issuer.people.tables import ExpertiseRow, PostRow
from issuer.program.cadre.tables import CadreRow
from verifier import clock

SETUP = {
    "proposal_rubric": "completion",
    "completion_rubric": "completion",
    "proposal_judges": "1",
    "completion_judges": "1",
    "days_to_finish": "300",
    "days_to_decide": "30",
    "days_to_resubmit": "60",
    "days_for_another_look": "30",
    "rolling": "1",
    "three_sign_offs": "1",
    "question-0": "Which grade?",
}
PARTNER = {"name": "A partner", "issuer": "https://partner.example/"}
OFFERING = {"achievement": "rhythms", "about": "Ten weeks.", "topic": "music"}
WINDOW = {"purpose": "proposal", "opens": "2099-10-26T00:00", "closes": "2099-11-09T00:00"}
MEETING = {"title": "First evening", "begins": "2099-10-26T17:00", "minutes": "90"}
ENTRY = {"day": "2026-01-08", "text": "They clap before they write."}
COURSE = {"act": "outside", "provider": "A college", "hours": "15"}
PIECE = {"name": "Week three", "url": "https://drive.example/3"}
NOBODY_SEEN = {"students": "none", "basis": "not_needed"}
NOT_YET = {
    "level-learning": "met",
    "level-work": "not-yet",
    "comment-work": "Show one more piece of student work.",
}
RUNNING = (
    "address,title,field,skill,goal,measured outcome,due\n"
    "kim@school.example,Chess,chess,Openings.,Each student castles.,Games.,2099-06-01\n"
)
CHANGES = {
    "cadre.join": "one row for each person",
    "calendars.renew": "one row for each person, whose address is new each time",
    "coaches.become": "see test_cohorts_and_coaches",
    "deciding.look": "what the other look is given to stands on it",
    "deciding.set_aside": "the review is set aside",
    "declarations.take_back": "it deletes",
    "evidence.withdraw": "it hides",
    "exemplars.offer": "one for each project",
    "exemplars.show": "it changes",
    "new_year.plan_windows": "see test_new_year",
    "offering.offer_project": "as offering.add",
    "projects.delete": "it deletes",
    "records.dispose": "one for each project and class of record",
    "steering.close": "see test_coaching_pages",
    "uploads.receive": "see test_uploads",
}
"""Routes that are pressed twice elsewhere, or that cannot add a row twice, and why."""


class Buttons(Pressing):
    """The people of a program in their browsers."""

    def __init__(self, district):
        super().__init__(district)
        building = district.building()
        self.chief, self.at_chief = self.comes("Pat Model", Role.SUPERINTENDENT)
        self.teacher, self.at_teacher = self.comes("Jordan Example", Role.TEACHER)
        self.coach, self.at_coach = self.comes("Robin Coach", Role.COACH)
        self.evaluators = [self.comes(name, Role.EVALUATOR) for name in ("Kim", "Lee")]
        administrator = district.add("Ada", Role.BUILDING_ADMINISTRATOR, building=building)
        self.at_administrator = district.browser(administrator)
        with district.issuer.database.writing() as session:
            session.add(PostRow(person_pk=self.teacher.id, building_pk=building.id))
            session.add(ExpertiseRow(person_pk=self.coach.id, topic="music"))
            session.add(CadreRow(person_pk=self.coach.id, is_public=False, since=clock.now()))

    def assigned(self, purpose):
        """The evaluator who has the request, in her browser, and its path there."""
        self(self.at_chief, f"/program/assignments/{purpose}", due_on="2099-12-08")
        for person, browser in self.evaluators:
            if path := re.search(r'href="(/judging/[\w-]+)"', browser.get("/judging").text):
                return person, browser, path[1]
        raise AssertionError(f"nobody has this {purpose}")


def test_every_button_of_the_program_pressed_twice(district):
    press = Buttons(district)
    sets_up(press)
    project = proposes(press)
    decides(press, project)
    does_it(press, project)
    keeps_records(press, project)
    asks_the_cadre(press)
    begins_a_year(press)
    posted = press.posted("issuer.program.", but=["issuer.program.compensation."])
    assert posted == press.pressed | set(CHANGES)


def sets_up(press):
    chief = press.at_chief
    press(chief, "/program/setup", **SETUP)
    press(chief, "/program/setup/fields", name="chess")
    press(chief, "/program/setup/fields/2/retire")
    press(chief, "/program/setup/fields", name="chess")
    press(chief, "/program/partners", **PARTNER)
    press(chief, "/program/partners/1/end")
    press(chief, "/program/offerings", changed={"plan": "Ten weeks."}, **OFFERING)
    press(chief, "/program/offerings/1/retire")
    coach = press.coach.public_id
    cohort = press(chief, "/cohorts", name="Music", leader=coach, offering="").location
    press(chief, f"{cohort}/leader", leader=coach)
    press(chief, f"{cohort}/members", address="jordan@school.example")
    press(press.at_coach, f"{cohort}/meetings", changed={"minutes": "60"}, **MEETING)
    press(press.at_coach, f"{cohort}/meetings/1", came=[f"{press.teacher.id}"])
    press(chief, f"{cohort}/members/{press.teacher.id}/end")
    press(chief, f"{cohort}/end")
    knows = {f"knows-{person.id}": ["1", "2"] for person, _ in press.evaluators}
    people = [f"{person.id}" for person, _ in press.evaluators]
    press(chief, "/program/expertise", person=people, **knows)


def proposes(press):
    for browser in (press.at_teacher, press.at_coach, *(at for _, at in press.evaluators)):
        press(browser, "/declaration", confidential="1")
    teacher = press.at_teacher
    press(teacher, "/declaration/people", address="pat@school.example")
    press(teacher, f"/declaration/people/{press.chief.id}/end")
    project = press(teacher, "/projects").location
    press(teacher, f"{project}/badges", link="https://partner.example/badge/1")
    badge = re.search(rf'"({project}/badges/[\w-]+)"', teacher.get(f"{project}/badges").text)[1]
    press(teacher, badge, act="remove")
    press(teacher, project, revision="0", **ANSWERS)
    press(teacher, project, act="submit", revision="1", **ANSWERS)
    for act in ("take-back", "withdraw", "reopen"):
        press(teacher, f"{project}/{act}")
    press(teacher, project, act="submit", revision="1", **ANSWERS)
    return project


def decides(press, project):
    """Someone else judges it, says not yet, and is corrected."""
    chief, path = press.at_chief, "/program/assignments/proposal"
    old, _, _ = press.assigned("proposal")
    new, browser = next(pair for pair in press.evaluators if pair[0].id != old.id)
    version = re.search(r'name="version" value="(\d+)"', chief.get(path).text)[1]
    press(chief, f"{path}/move", version=version, old=f"{old.id}", evaluator=f"{new.id}")
    judged = re.search(r'href="(/judging/[\w-]+)"', browser.get("/judging").text)[1]
    press(browser, judged, revision="0", **NOT_YET)
    press(browser, judged, act="give", revision="1", **NOT_YET)
    request = f"/program/requests/{version}"
    press(chief, f"{request}/words", words="Jordan Example")
    press(chief, request, **NOT_YET)
    page = chief.get("/program/decisions").text
    shown = re.findall(r'name="version" value="([^"]+)"', page)
    press(chief, "/program/decisions", version=shown)
    press(press.at_teacher, f"{project}/look", reason="It is about another class.")
    mark = re.search(r'name="decision" value="([^"]+)"', chief.get(request).text)[1]
    press(chief, f"{request}/correction", decision=mark, **MET)


def does_it(press, project):
    """It is under way, with a coach; it is handed in, and one piece is asked for."""
    chief, teacher = press.at_chief, press.at_teacher
    press(chief, f"{project}/coach", coach=press.coach.public_id)
    press(chief, f"{project}/extend", due_on="2099-06-01")
    press(press.at_coach, f"{project}/coaching/entries", **ENTRY)
    press(teacher, f"{project}/coaching/entries/1", act="share")
    press(teacher, f"{project}/study", minutes="60", **ENTRY)
    press(teacher, f"{project}/study", **ENTRY, **COURSE)
    press(teacher, f"{project}/plan", plan="Eight weeks.", why="The hall is closed.")
    press(teacher, f"{project}/evidence", file=(PDF, "plan.pdf"))
    press(teacher, f"{project}/evidence", name="Film", url="https://drive.example/1")
    film = re.search(r'id="([\w-]{22})"', teacher.get(f"{project}/evidence").text)[1]
    press(teacher, f"{project}/evidence/{film}", act="remove")
    press(teacher, f"{project}/evidence/uploads", name="a.pdf", size="2048", mark="1")
    press(teacher, f"{project}/consent", **NOBODY_SEEN)
    press(teacher, f"{project}/sign", signer="teacher")
    press(press.at_coach, f"{project}/sign", signer="coach")
    press(press.at_administrator, f"{project}/sign", signer="administrator")
    revision = re.search(r'name="revision" value="(\d+)"', teacher.get(project).text)[1]
    press(teacher, project, act="submit", revision=revision, **COMPLETION)
    _, evaluator, judged = press.assigned("completion")
    press(evaluator, f"{judged}/piece", piece="The film of week three.")
    press(teacher, f"{project}/evidence", **PIECE)
    press(teacher, f"{project}/consent", **NOBODY_SEEN)
    press(teacher, f"{project}/piece")
    press(evaluator, f"{judged}/recuse")


def keeps_records(press, project):
    chief, page = press.at_chief, press.at_teacher.get(f"{project}/evidence").text
    artifact = re.search(r'id="([\w-]{22})"', page)[1]
    request = {"about": "Room 4", "artifact": artifact}
    inspection = press(chief, "/program/records/requests", **request).location
    press(chief, inspection, act="close")
    press(chief, "/program/records/retention", record="evidence", years="7")
    press(chief, "/program/records/holds", changed={"reason": "A request"}, reason="A complaint")
    press(chief, "/program/records/holds/1/end")
    press(press.at_teacher, "/my-data")


def asks_the_cadre(press):
    question = {"person": press.coach.public_id, "text": "How do you count?"}
    path = press(press.at_teacher, "/program/cadre/ask", changed={"text": "Why?"}, **question)
    press(press.at_coach, path.location.partition("?")[0], text="With chips.")


def begins_a_year(press):
    chief, until = press.at_chief, {"until": "2099-11-12T00:00"}
    press(chief, "/program/running", act="apply", rows=RUNNING)
    press(chief, "/program/new-year/ask", last_asked="")
    press(chief, "/program/setup/windows", changed={"closes": "2099-11-10T00:00"}, **WINDOW)
    press(chief, "/program/windows/1", opens=WINDOW["opens"], closes="2099-11-11T00:00")
    press(chief, "/program/windows/1/exceptions", address="jordan@school.example", **until)
    press(chief, f"/program/windows/1/exceptions/{press.teacher.id}/end")
