"""The great days of a window: writing, the last ten minutes, who judges what, and the release."""

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import func, insert, select

from bench.program import pages
from bench.program.district import Browser, District
from bench.program.measured import Figure, Measured, nearly_all, taken
from bench.service import serving
from issuer.catalog.tables import RubricVersion
from issuer.catalog.versions import rubric_of
from issuer.people.access import gate
from issuer.people.roles import Role
from issuer.program.evaluation.tables import AssignmentRow, ReviewRow
from issuer.program.evaluation.waiting import ready
from issuer.program.projects.states import Act, State
from issuer.program.projects.tables import ProjectRow, VersionRow

WRITERS: Final = 20
"""Teachers who write at the same time; each one's page saves once a second."""
SECONDS: Final = 15
LAST_TEN_MINUTES: Final = 300
SENDERS: Final = 16
MOST_TIMES: Final = 60
"""So often somebody sends the same again."""

Draft = tuple[str, Browser]
"""The id of a project that its teacher is writing, and her browser."""


def assignment(district: District) -> Iterator[Measured]:
    """Measure the plan of who judges what, and putting it in force."""
    chief = district.client(Role.SUPERINTENDENT)
    path, many = "/program/assignments/proposal", district.size.waiting
    took = taken(lambda: pages.ask(chief, path))
    name = f"who judges {many:,} proposals, two evaluators each: the plan, shown"
    yield Measured(name, (Figure(took.seconds, "s", 10),), took.processor)
    day = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    took = taken(lambda: district.post(chief, path, {"due_on": day}))
    assigned = (
        select(func.count())
        .select_from(AssignmentRow)
        .where(AssignmentRow.due_on == datetime.fromisoformat(day).date())
    )
    with district.issuer.database.reading() as session:
        number = session.scalar(assigned)
    assert number == 2 * many, (number, many)
    yield Measured(
        f"the same put in force: {number:,} assignments",
        (Figure(took.seconds, "s", 10),),
        took.processor,
    )


def writing(district: District) -> Iterator[Measured]:
    """Measure saving while teachers write, and handing in when all of them do so at once."""
    with district.issuer.database.reading() as session:
        open_ones = (
            select(ProjectRow.public_id, ProjectRow.person_pk)
            .where(ProjectRow.state == State.DRAFT, ProjectRow.public_id.like("w%"))
            .order_by(ProjectRow.id)
        )
        rows = session.execute(open_ones).all()
    drafts = [(project, district.browser(person)) for project, person in rows]
    with serving(district.settings, district.port):
        yield _autosave(district, drafts[:WRITERS])
        yield _last_ten_minutes(district, drafts[:LAST_TEN_MINUTES])


def decisions(district: District) -> Iterator[Measured]:
    """Measure the list of what can be decided, and releasing all of it at once."""
    _judge_all(district)
    chief = district.client(Role.SUPERINTENDENT)
    yield pages.list_page(district, chief, "decisions to release", "/program/decisions")
    with district.issuer.database.reading() as session:
        number = len(ready(session))
    assert number == district.size.waiting, number
    chief, now = district.client(Role.SUPERINTENDENT), datetime.now(UTC)
    took = taken(
        lambda: district.post(chief, "/program/decisions", {"settled_at": now.isoformat()})
    )
    with district.issuer.database.reading() as session:
        left = len(ready(session))
    assert left == 0, left
    name = f"{number:,} decisions released, with their mails in the outbox"
    yield Measured(name, (Figure(took.seconds, "s", 30),), took.processor)


def _autosave(district: District, drafts: Iterable[Draft]) -> Measured:
    """Let each teacher's page save once a second, as a script does."""
    begins = time.perf_counter() + 1

    def write(number: int, draft: Draft) -> tuple[list[float], int]:
        connection, took, saved = HTTPConnection("localhost", district.port), [], 0
        for second in range(SECONDS):
            due = begins + second + number / WRITERS
            time.sleep(max(0, due - time.perf_counter()))
            fields = {"plan": f"Week {second}. " * 50, "revision": saved}
            began = time.perf_counter()
            saved += _send(district, connection, draft, fields, accept="application/json") == 200
            took.append(time.perf_counter() - began)
        return took, SECONDS - saved

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, *item) for item in enumerate(drafts)]
    took = [seconds for writer in writers for seconds in writer.result()[0]]
    refused = sum(writer.result()[1] for writer in writers)
    return Measured(
        f"autosave, {WRITERS} a second ({len(took)} saves)",
        (Figure(nearly_all(took) * 1000, "ms", 50), Figure(refused, "refused", 0)),
    )


def _last_ten_minutes(district: District, drafts: list[Draft]) -> Measured:
    """Hand everything in, as fast as the senders can; count what did not arrive."""

    def hand_in(draft: Draft) -> int:
        """Send it, and again where the page says so; return how often it was sent."""
        connection = HTTPConnection("localhost", district.port)
        fields = {"act": Act.SUBMIT, "revision": 10_000}
        for times in range(1, MOST_TIMES):
            if _send(district, connection, draft, fields) != HTTPStatus.SERVICE_UNAVAILABLE:
                return times
            time.sleep(1)
        return MOST_TIMES

    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        sent = sum(pool.map(hand_in, drafts))
    seconds = time.perf_counter() - began
    arrived = (
        select(func.count())
        .select_from(VersionRow)
        .join(ProjectRow, ProjectRow.id == VersionRow.project_pk)
        .where(ProjectRow.public_id.in_([project for project, _ in drafts]))
    )
    with district.issuer.database.reading() as session:
        lost = len(drafts) - (session.scalar(arrived) or 0)
    name = f"{len(drafts)} proposals handed in at once"
    again = Figure(sent - len(drafts), "sent again", 0)
    return Measured(name, (Figure(lost, "lost", 0), again, Figure(seconds, "s", 600)))


def _send(
    district: District,
    connection: HTTPConnection,
    draft: Draft,
    fields: Mapping[str, object],
    *,
    accept: str = "text/html",
) -> int:
    project, browser = draft
    body = urlencode({**fields, gate.FORM_TOKEN: browser.form_token})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": accept,
        "Cookie": f"{gate.cookie_name(district.settings)}={browser.cookie}",
    }
    connection.request("POST", f"/projects/{project}", body, headers)
    response = connection.getresponse()
    response.read()
    return response.status


def _judge_all(district: District) -> None:
    """Let every evaluator give every review of a proposal that waits: all is met."""
    now = datetime.now(UTC)
    assigned = (
        select(AssignmentRow.id, VersionRow.rubric_version_id)
        .join(VersionRow, VersionRow.id == AssignmentRow.version_pk)
        .join(ProjectRow, ProjectRow.id == VersionRow.project_pk)
        .where(ProjectRow.state == State.PROPOSED, AssignmentRow.ended_at.is_(None))
    )
    with district.issuer.database.writing() as session:
        rows = session.execute(assigned).all()
        rubric = rubric_of(session.get_one(RubricVersion, rows[0][1]))
        levels = {criterion.id: criterion.required for criterion in rubric.criteria}
        same = {"levels": levels, "comments": {}, "revision": 1, "changed_at": now, "given_at": now}
        session.execute(insert(ReviewRow), [same | {"assignment_pk": key} for key, _ in rows])
