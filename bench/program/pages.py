"""Lists of each role, and reports: how long the server takes for them, and how many queries."""

import resource
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from flask.testing import FlaskClient

from bench.program.district import District
from bench.program.measured import Figure, Measured, Taken, counting_queries, nearly_all, taken
from issuer.people.roles import Role
from issuer.program.reports.routes import REPORTS

TIMES: Final = 20
"""So often each list is asked for."""
LIST_MILLISECONDS, LIST_QUERIES = 200, 12
LISTS: Final[Mapping[Role | None, tuple[str, ...]]] = {
    None: ("/", "/progress", "/cadre", "/cadre?words=music", "/exemplars"),
    Role.TEACHER: ("/projects", "/my-credentials", "/my-money", "/my-data", "/cohorts"),
    Role.COACH: ("/coaching", "/program/cadre?grades=6-8"),
    Role.EVALUATOR: ("/judging",),
    Role.BUILDING_ADMINISTRATOR: ("/buildings/0", "/buildings/0?page=2", "/program/progress"),
    Role.OFFICE: (
        "/people",
        "/people?q=teacher+77",
        "/desk",
        "/desk?q=teacher+77",
        "/desk/tasks",
        "/desk/deliveries",
        "/cohorts",
    ),
    Role.OPERATOR: ("/desk/log",),
    Role.PAYROLL: ("/pay/people", "/pay/people?page=30", "/pay/values", "/pay/years"),
    Role.SUPERINTENDENT: (
        "/program",
        "/program/projects",
        "/program/projects?page=200",
        "/program/projects?q=teacher+77",
        "/program/projects?which=overdue",
        "/program/projects?which=without-coach",
        "/program/projects?which=issued",
        "/program/offerings",
        "/program/coaches",
        "/program/expertise",
        "/program/partners",
        "/program/exemplars",
        "/program/records",
        "/program/records/readers",
        "/program/records/requests",
        "/program/new-year",
        "/pay/decisions",
    ),
}
"""The pages with which each role finds its work."""


def lists(district: District) -> Iterator[Measured]:
    """Measure every list of every role."""
    for role, paths in LISTS.items():
        client = district.client(role)
        for path in paths:
            yield list_page(district, client, f"{role or 'everybody'}: {path}", path)


def list_page(district: District, client: FlaskClient, name: str, path: str) -> Measured:
    """Measure one list: what 95 of 100 answers take at most, and the queries of one."""
    ask(client, path)
    with counting_queries(district.issuer.database.engine) as queries:
        ask(client, path)
    times = [taken(partial(ask, client, path)) for _ in range(TIMES)]
    milliseconds = nearly_all([one.seconds for one in times]) * 1000
    return Measured(
        name,
        (
            Figure(milliseconds, "ms", LIST_MILLISECONDS),
            Figure(len(queries), "queries", LIST_QUERIES),
        ),
        min(one.processor for one in times),
    )


def reports(district: District) -> Iterator[Measured]:
    """Measure what is counted over all years, and the table of every award."""
    chief = district.client(Role.SUPERINTENDENT)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ask(chief, "/program/reports/awards.csv")
    grew = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    yield Measured("memory while awards.csv is sent", (Figure(grew, "MB", 20),))
    yield _least(chief, "every award as awards.csv", "/program/reports/awards.csv", 3)
    for name in REPORTS:
        yield _least(chief, f"report: {name}", f"/program/reports/{name}", 0.3)
    yield _least(chief, "report: claims against the caps", "/pay/report", 0.3)
    yield _least(chief, "the page for the board", "/program/board", 1)
    yield _least(chief, "what the next pay run pays", "/pay/runs", 1)


def ask(client: FlaskClient, path: str) -> None:
    """Ask for a page, and read it to its last byte."""
    with client.get(path) as answer:
        size = sum(map(len, answer.iter_encoded()))
    assert answer.status_code == 200, (path, answer.status_code)
    assert size, path


def _least(client: FlaskClient, name: str, path: str, limit: float) -> Measured:
    times = [taken(partial(ask, client, path)) for _ in range(5)]
    least = Taken(min(one.seconds for one in times), min(one.processor for one in times))
    return Measured(name, (Figure(least.seconds, "s", limit),), least.processor)
