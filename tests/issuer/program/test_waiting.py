"""Pages of a running program take as many queries for many requests as for a few (section 7)."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import event

from issuer.catalog.tables import RubricVersion
from issuer.people.roles import Role
from issuer.people.tables import ExpertiseRow, RelationRow
from issuer.program import policy as policies
from issuer.program.assigning import running_routes
from issuer.program.assigning.cases import ready_cases
from issuer.program.coaching.tables import CohortMemberRow, CohortRow
from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.evaluation.waiting import ready, waiting
from issuer.program.projects import drafts
from issuer.program.projects.tables import VersionRow
from issuer.program.windows.window import Purpose
from verifier import clock

MOST_QUERIES = 12


def handed_in(session, teacher, rubric, number):
    """A proposal of a teacher that waits to be judged."""
    now = clock.now()
    project = drafts.begin(session, teacher, None, now=now)
    project.state, project.proposal = "proposed", {"title": f"Project {number}"}
    version = VersionRow(
        project=project,
        purpose="proposal",
        number=1,
        answers=project.proposal,
        artifacts={"files": []},
        rubric_version_id=rubric.id,
        received_at=now,
    )
    session.add(version)
    session.flush()
    return version


def judged(session, version, evaluator):
    """A review that is given."""
    now = clock.now()
    assignment = AssignmentRow(
        version_pk=version.id,
        evaluator_pk=evaluator.id,
        ground="in_field",
        due_on=now.date(),
        created_at=now,
    )
    levels = {"learning": "met", "work": "met"}
    session.add(
        ReviewRow(assignment=assignment, levels=levels, comments={}, changed_at=now, given_at=now)
    )
    session.flush()


def fill(district, evaluators, count):
    """Hand in `count` proposals of as many teachers, in a cohort of two; half are judged twice."""
    people = [district.add(f"Teacher {number}", Role.TEACHER) for number in range(count)]
    with district.issuer.database.writing() as session:
        rubric = session.query(RubricVersion).first()
        for number, teacher in enumerate(people):
            version = handed_in(session, teacher, rubric, number)
            if number % 2:
                cohort = CohortRow(
                    public_id=f"{teacher.id:022}",
                    name="Band",
                    leader_pk=teacher.id,
                    created_at=clock.now(),
                )
                session.add(cohort)
                session.flush()
                member = CohortMemberRow(cohort_pk=cohort.id, person_pk=people[0].id)
                member.joined_at = clock.now()
                session.add(member)
                for evaluator in evaluators:
                    judged(session, version, evaluator)


@pytest.fixture
def evaluators(district):
    people = [district.add(f"Evaluator {number}", Role.EVALUATOR) for number in range(2)]
    with district.issuer.database.writing() as session:
        session.add(ExpertiseRow(person_pk=people[0].id, topic="music"))
    return people


def queries(district, browser, path):
    seen = []

    def note(*args):
        if not args[2].startswith("BEGIN"):
            seen.append(args[2])

    engine = district.issuer.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_pages_take_at_most_12_queries_at_any_size(district, evaluators):
    chief = district.browser(district.add("Pat Model", Role.SUPERINTENDENT))
    pages = {
        "/program": chief,
        "/program/assignments/proposal": chief,
        "/program/decisions": chief,
        "/judging": district.browser(evaluators[0]),
    }
    fill(district, evaluators, 4)
    few = {path: queries(district, browser, path) for path, browser in pages.items()}
    fill(district, evaluators, 10)
    many = {path: queries(district, browser, path) for path, browser in pages.items()}
    assert many == few
    assert max(many.values()) <= MOST_QUERIES, many


def test_a_long_list_of_decisions_has_pages_and_all_that_is_settled_is_released_at_once(
    district, evaluators, monkeypatch
):
    monkeypatch.setattr(running_routes, "CASES", 1)
    monkeypatch.setattr(running_routes, "PLACES", 3)
    fill(district, evaluators, 4)
    path, chief = "/program/decisions", district.browser(district.add("Pat", Role.SUPERINTENDENT))
    page = chief.get(f"{path}?page=2").text
    assert ("2 / 2" in page, "Project 3" in page, "Project 1" in page) == (True, True, False)
    plan = "/program/assignments/proposal"
    assert (
        f"{plan}?least=0&amp;greatest=9&amp;page=2" in chief.get(f"{plan}?least=0&greatest=9").text
    )
    for moment, left in (("2020-01-01T00:00:00+00:00", 2), (f"{clock.now().isoformat()}", 0)):
        assert chief.post(path, page=path, settled_at=moment).status_code == 303
        with district.issuer.database.reading() as session:
            assert len(ready(session)) == left


def test_what_stands_where_is_counted(district, evaluators):
    fill(district, evaluators, 4)
    with district.issuer.database.reading() as session:
        now = waiting(session)
        assert now.lacking(Purpose.PROPOSAL, 1) == 2
        assert now.lacking(Purpose.COMPLETION, 1) == 0
        numbers = ready(session)
        assert numbers == [row.version_pk for row in now.requests if row.is_ready]
        assert [
            len(case.reviews)
            for case in ready_cases(session, policies.current(session), numbers, 0)
        ] == [2, 2]
        assert now.late(clock.now().date()) == 0


def test_fewer_reviews_than_the_district_asks_for_are_released_by_nobody_s_oversight(
    district, evaluators
):
    """One of two evaluators has a conflict, and no third is there: it waits for another, or for the
    superintendent to look at it and decide."""
    chief = district.browser(district.add("Pat", Role.SUPERINTENDENT))
    teacher = district.add("Jordan Example", Role.TEACHER)
    with district.issuer.database.writing() as session:
        policy = replace(policies.current(session), proposal_judges=2)
        policies.change(session, policy, by=None, now=clock.now())
        version = handed_in(session, teacher, session.query(RubricVersion).first(), 1)
        judged(session, version, evaluators[0])
        number = version.id
    path, page = "/program/decisions", chief.get("/program/decisions").text
    assert "1 review is missing." in page
    value = re.search(r'name="version" value="([^"]+)" disabled', page)[1]
    assert "1 proposal needs an evaluator" in chief.get("/program").text
    assert "reviews are not all given" in chief.post(path, page=path, version=value).text
    every = chief.post(path, page=path, settled_at=clock.now().isoformat())
    assert every.location.endswith("done=0")
    request = f"/program/requests/{number}"
    assert "1 review is missing." in chief.get(request).text
    levels = {"level-learning": "met", "level-work": "met"}
    assert chief.post(request, page=request, **levels).status_code == 303
    (value,) = re.findall(r'name="version" value="([^"]+)" checked', chief.get(path).text)
    assert chief.post(path, page=path, version=value).location.endswith("done=1")


def test_work_is_moved_to_nobody_who_must_not_judge_it(district, evaluators):
    """And the page that says so plans again at its own address."""
    fill(district, evaluators, 1)
    chief, plan = district.browser(district.add("Pat", Role.SUPERINTENDENT)), "/program/assignments"
    with district.issuer.database.writing() as session:
        version = session.query(VersionRow).one()
        teacher, number = version.project.person_pk, version.id
        one, other = sorted((teacher, evaluators[0].id))
        session.add(RelationRow(person_pk=one, other_pk=other, created_at=clock.now()))
    page = chief.get(f"{plan}/proposal").text
    assert "There is no other evaluator." in page
    moved = {"version": number, "old": evaluators[1].id, "evaluator": evaluators[0].id}
    page = chief.post(f"{plan}/proposal/move", page=f"{plan}/proposal", **moved).text
    assert "has a conflict of interest with this work" in page
    assert set(re.findall(r'<form class="card"[^>]*action="([^"]+)"', page)) == {f"{plan}/proposal"}
