"""The superintendent says who knows which field, and the plan goes by it (R29)."""

from sqlalchemy import select

from issuer.people.roles import Role
from issuer.people.tables import ExpertiseRow
from issuer.program.projects.tables import TopicRow


def test_fields_are_checked_for_evaluators_and_coaches_and_nobody_else(district):
    chief = district.browser(district.add("Pat Model", Role.SUPERINTENDENT))
    evaluator, coach = (
        district.add(name, role) for name, role in (("Eve", Role.EVALUATOR), ("Cal", Role.COACH))
    )
    teacher = district.add("Tea", Role.TEACHER)
    with district.issuer.database.writing() as session:
        session.add_all([TopicRow(name="STEM"), ExpertiseRow(person_pk=coach.id, topic="music")])
        topics = {row.name: str(row.id) for row in session.scalars(select(TopicRow))}
        session.add(ExpertiseRow(person_pk=evaluator.id, topic="a field of before"))
    page = "/program/expertise"
    html = chief.get(page).text
    assert "Eve" in html
    assert "Tea" not in html
    checked = {
        "person": [evaluator.id, coach.id, teacher.id, "x"],
        f"knows-{evaluator.id}": [topics["music"], topics["STEM"], "999"],
        f"knows-{teacher.id}": [topics["music"]],
    }
    assert chief.post(page, page=page, **checked).status_code == 303
    with district.issuer.database.reading() as session:
        rows = session.execute(select(ExpertiseRow.person_pk, ExpertiseRow.topic)).all()
    assert sorted(rows) == sorted(
        (evaluator.id, field) for field in ("a field of before", "music", "STEM")
    )
    assert chief.get(page).text.count("checked") == 2
