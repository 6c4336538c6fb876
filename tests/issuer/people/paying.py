"""A district that pays for micro-credentials: its contract, and projects that take their steps."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from filled_program import CONTRACT as SETTINGS
from signed_in_browsers import Browser, District
from sqlalchemy import select

from issuer.people.roles import Role
from issuer.people.tables import PersonRow
from issuer.program.compensation import agreements, ledger, values
from issuer.program.compensation.reckoning.cents import cents_of
from issuer.program.compensation.tables import PayRecordRow
from issuer.program.projects import drafts, history
from issuer.program.projects.declarations import declare
from issuer.program.projects.states import Act, Conditions
from issuer.program.projects.tables import OfferingRow, TopicRow

CHICAGO = ZoneInfo("America/Chicago")
ANSWERS = {
    "title": "Rhythm by composing",
    "skill": "Teaching rhythm.",
    "goal": "Each student reads eight bars.",
    "measured_outcome": "Sight readers, counted weekly.",
    "plan": "Ten weeks.",
}
ALL = Conditions(True, True, True, True, True, True)


def moment(text: str) -> datetime:
    """Noon of a day."""
    return datetime.fromisoformat(f"{text}T18:00:00").replace(tzinfo=UTC)


@dataclass
class Paying:
    """A district, its superintendent, and shortcuts to what happened before a test begins."""

    district: District
    chief: PersonRow

    def writing(self):
        return self.district.issuer.database.writing()

    def reading(self):
        return self.district.issuer.database.reading()

    def agree(self, now: datetime, **rules: str | None) -> None:
        """Put a contract in force; a rule that is None is not set."""
        settings = {name: text for name, text in (SETTINGS | rules).items() if text}
        with self.writing() as session:
            agreements.change(session, settings=settings, by=self.chief, zone=CHICAGO, now=now)

    def teacher(self, name: str, salary: str = "", since="2026-07-01", **record) -> PersonRow:
        """A teacher, with a pay record if there is one."""
        person = self.district.add(f"{name} Example", Role.TEACHER)
        with self.writing() as session:
            session.get(PersonRow, person.id).staff_number = person.staff_number = name.lower()
            if salary or record:
                self.record(session, person, salary, since, **record)
        return person

    def record(self, session, person, salary="", since="2026-07-01", **record) -> None:
        row = PayRecordRow(person_pk=person.id, since=date.fromisoformat(since), **record)
        row.salary = cents_of(salary) if salary else None
        row.created_at = moment(since)
        session.add(row)

    def offering(self, title: str, value: str = "") -> str:
        """An offering that is worth something; its id."""
        now = moment("2026-07-02")
        with self.writing() as session:
            topic = session.scalar(select(TopicRow))
            row = OfferingRow(
                public_id=title.ljust(22, "x")[:22],
                source="district",
                title=title,
                about="",
                topic_pk=topic.id,
                achievement_id="rhythms",
                prefill={k: v for k, v in ANSWERS.items() if k != "title"},
                created_at=now,
            )
            session.add(row)
            session.flush()
            if value:
                values.set_value(session, row, cents_of(value), by=self.chief, now=now)
            return row.public_id

    def draft(self, person: PersonRow, offering: str | None, now: datetime, ask="") -> str:
        """The draft of a proposal with every answer, and what it asks for."""
        with self.writing() as session:
            declare(session, person, now=now)
            row = offering and session.scalar(
                select(OfferingRow).where(OfferingRow.public_id == offering)
            )
            project = drafts.begin(session, session.merge(person), row or None, now=now)
            if not row:
                project.proposal = ANSWERS
                project.topic = session.scalar(select(TopicRow))
            if ask:
                values.ask(session, project, cents_of(ask), now=now)
            return project.public_id

    def step(self, project: str, *acts: Act, now: datetime) -> None:
        """Let a project take steps, whatever they ask for."""
        with self.writing() as session:
            row = drafts.locked(session, project)
            for act in acts:
                history.take(session, row, act, ALL, by=None, now=now)

    def sums(self, person: PersonRow) -> dict[str, int]:
        """What is on the books at each stage, in cents."""
        with self.reading() as session:
            sums: dict[str, int] = {}
            for balance in ledger.balances(ledger.entries(session, person.id)).values():
                for stage, cents in balance.sums.items():
                    sums[stage] = sums.get(stage, 0) + cents
        return {stage: cents for stage, cents in sums.items() if cents}

    def browser(self, person: PersonRow) -> Browser:
        return self.district.browser(person)


def hand_in(browser: Browser, project: str):
    """Hand a draft in on its page."""
    path = f"/projects/{project}"
    return browser.post(path, page=path, act="submit", revision="0")


def paying(district: District) -> Paying:
    """A district with a superintendent, before it says anything about money."""
    return Paying(district, district.add("Pat Model", Role.SUPERINTENDENT))
