"""Reports on pages and as spreadsheets: all of them, one, a building's progress, the board's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final, TypeAlias

from babel.numbers import format_decimal
from flask import Blueprint, Response
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from issuer.drawing.charts import bars
from issuer.home.issuer import Issuer, current_issuer
from issuer.home.settings import Settings
from issuer.people.access import gate, rules
from issuer.people.access.gate import MenuEntry
from issuer.program import policy as policies
from issuer.program.policy import PILOT
from issuer.program.reports import agreement, awards, evidence, judging, progress
from issuer.program.reports.awards import Award
from issuer.program.reports.figures import Figure, FigureRow, FigureTable, Hidden
from issuer.program.reports.suppression import FEWEST
from issuer.web.access import needs, open_to_all
from issuer.web.answers import page
from issuer.web.spreadsheet import spreadsheet
from issuer.wording.language import gettext
from verifier import clock
from verifier.web.language import chosen
from verifier.wording.words import N_

reports = Blueprint("reports", __name__)
NAVIGATION: Final = (
    MenuEntry("reports.overview", N_("Reports")),
    MenuEntry("reports.of_building", N_("Progress")),
    MenuEntry("reports.board", N_("For the board"), lands=3),
)
Tables: TypeAlias = Sequence[FigureTable]


@dataclass(frozen=True, slots=True)
class ProgramReport:
    """One report: its title, what it counts, and how its tables are made."""

    title: str
    about: str
    make: Callable[[Session], Tables]


REPORTS: Final[Mapping[str, ProgramReport]] = {
    "progress": ProgramReport(
        N_("Progress by building"),
        N_(
            "Projects of all years whose proposal was handed in, and how far along they are."
            " Those that were withdrawn or closed are not counted."
            " A certificate is counted while it is in force."
        ),
        lambda session: [progress.by_building(session)],
    ),
    "breadth": ProgramReport(
        N_("Breadth"),
        N_("Awards in force, by field, level and building in each school year."),
        awards.breadth,
    ),
    "times": ProgramReport(
        N_("Time to decision"),
        N_("Days from the close of the window, or from handing in, to the release."),
        lambda session: judging.times(session, _settings().local, _days_to_decide(session)),
    ),
    "load": ProgramReport(
        N_("Load"),
        N_("What each evaluator was given, reviewed, and had outside their field."),
        judging.load,
    ),
    "agreement": ProgramReport(
        N_("Agreement"),
        N_("Where two evaluators reviewed the same work: how often they agreed."),
        lambda session: agreement.of_reviews(session, _settings().local),
    ),
    "funnel": ProgramReport(
        N_("From handing in to a decision"),
        N_("What came into each window, and what was decided of it."),
        lambda session: judging.funnel(session, _settings().local),
    ),
    "consents": ProgramReport(
        N_("Consents"),
        N_("Which consent the evidence is based on."),
        evidence.consents,
    ),
    "hours": ProgramReport(
        N_("Hours"),
        N_("Hours that teachers stated for what was approved, by field."),
        lambda session: evidence.hours(session, _settings().local),
    ),
}
BOARD: Final = ("progress", "breadth", "times", "hours")
"""The reports whose tables stand on the board's page."""
MOST_TABLES: Final = 3
"""Of a report that has a table for each year, the board reads the newest: it prints two sheets."""
_UNITS: Final = {judging.SHARE: N_("%(value)s%%"), judging.DAYS: N_("%(value)s days")}
_FEW: Final = N_("fewer than %(fewest)s")


@reports.get("/program/reports")
@needs("report", "read")
def overview() -> Response:
    """List all reports."""
    return page("program/reports.html", reports=REPORTS)


@reports.get("/program/reports/<report>")
@needs("report", "read")
def show(report: str) -> Response:
    """Show one report: a chart and a table for each part of it."""
    chosen_one = _report(report)
    with current_issuer().database.reading() as session:
        tables = chosen_one.make(session)
    address = f"/program/reports/{report}.csv"
    return _page(chosen_one, tables, csv=address)


@reports.get("/program/reports/<report>.csv")
@needs("report", "read")
def table(report: str) -> Response:
    """Send one report for a spreadsheet."""
    with current_issuer().database.reading() as session:
        return _csv(report, _report(report).make(session))


@reports.get("/program/reports/awards.csv")
@needs("report", "read")
def register() -> Response:
    """Send every award in force for a spreadsheet, read while it is sent."""
    return spreadsheet("awards.csv", Award.__match_args__, _awards(current_issuer()))


@reports.get("/program/progress")
@needs("building progress", "read")
def of_building() -> Response:
    """Show the progress of the building of the person who asks, or of all that she may see."""
    return _page(REPORTS["progress"], _visible_progress(), csv="/program/progress.csv")


@reports.get("/program/progress.csv")
@needs("building progress", "read")
def of_building_table() -> Response:
    """Send the same for a spreadsheet."""
    return _csv("progress", _visible_progress())


@reports.get("/program/board")
@needs("board report", "read")
def board() -> Response:
    """Show what a board reads: sums alone, on two sheets when printed."""
    with current_issuer().database.reading() as session:
        tables = {name: REPORTS[name].make(session)[-MOST_TABLES:] for name in BOARD}
    parts = [(REPORTS[name], [_drawn(table) for table in tables[name]]) for name in BOARD]
    total = _total(progress.sums(tables["progress"][0]))
    today = _settings().local(clock.now()).date()
    return page("program/board.html", parts=parts, total=total, today=today)


@reports.get("/progress")
@open_to_all
def for_everybody() -> Response:
    """Show everybody how many projects are how far, if the district wants that."""
    with current_issuer().database.reading() as session:
        policy = policies.current(session)
        if policy is None or not policy.progress_public:
            raise NotFound
        total = progress.of_district(session)
    return page("program/progress.html", total=_total(total.figures), listed=True)


def _page(report: ProgramReport, tables: Tables, *, csv: str) -> Response:
    drawn = [_drawn(table) for table in tables]
    return page("program/report.html", report=report, tables=drawn, csv=csv, fewest=FEWEST)


def _drawn(table: FigureTable) -> dict[str, Any]:
    """Return a table as the template shows it: its chart, its heads, and its lines in words."""
    title = gettext(table.title)
    chart = bars(
        f"{title}: {gettext(table.heads[table.drawn + 1])}", [*table.bars(_label, written)]
    )
    heads = [gettext(head) for head in table.heads]
    return {
        "title": title,
        "chart": chart,
        "heads": heads,
        "lines": [*table.lines(_label, written)],
    }


def _csv(name: str, tables: Tables) -> Response:
    """Return all tables of a report below each other, each line with the name of its table."""
    heads = max((table.heads for table in tables), key=len, default=("",))
    rows = [*_csv_lines(tables, len(heads))]  # now, in the language of this request
    return spreadsheet(f"{name}.csv", [gettext("Table"), *map(gettext, heads)], rows)


def _csv_lines(tables: Tables, width: int) -> Iterator[list[object]]:
    few = _few()
    for table in tables:
        for row in table.rows:
            figures = [few if isinstance(value, Hidden) else value for value in row.figures]
            line: list[object] = [gettext(table.title), _label(row), *figures]
            yield line + [None] * (width + 1 - len(line))


def _awards(issuer: Issuer) -> Iterator[tuple[object, ...]]:
    with issuer.database.reading() as session:
        for award in awards.every(session):
            yield astuple(award)


def _total(figures: Sequence[int]) -> list[tuple[int, str]]:
    return list(zip(figures, progress.HEADS, strict=True))


def _visible_progress() -> Tables:
    visible = rules.visible(gate.whoever().me, "building progress", "read", gate.kinds())
    with current_issuer().database.reading() as session:
        return [progress.by_building(session, visible)]


def written(figure: Figure, unit: str) -> str:
    """Return a figure as a page writes it, in the language of this request."""
    if isinstance(figure, Hidden):
        return _few()
    if figure is None:
        return "–"
    value = format_decimal(round(figure, 1), locale=chosen())
    return gettext(_UNITS[unit]) % {"value": value} if unit in _UNITS else value


def _few() -> str:
    return gettext(_FEW) % {"fewest": FEWEST}


def _label(row: FigureRow) -> str:
    return gettext(row.label) if row.is_word else row.label


def _report(name: str) -> ProgramReport:
    if name not in REPORTS:
        raise NotFound
    return REPORTS[name]


def _days_to_decide(session: Session) -> int:
    return (policies.current(session) or PILOT).days_to_decide


def _settings() -> Settings:
    return current_issuer().settings
