"""What was claimed against the caps, on a page and for a spreadsheet: sums that tell of nobody."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, Response

from issuer.drawing.charts import bars
from issuer.home.issuer import current_issuer, local_today
from issuer.people.access.gate import MenuEntry
from issuer.program.compensation import against_cap, agreements
from issuer.program.compensation.pages.where_paid import only_where_paid, pays
from issuer.program.compensation.reckoning.cents import dollars
from issuer.program.reports.figures import Figure, FigureRow, FigureTable, Hidden
from issuer.program.reports.suppression import FEWEST
from issuer.web.access import needs
from issuer.web.answers import or_404, page
from issuer.web.spreadsheet import spreadsheet
from issuer.wording.language import gettext
from verifier.wording.words import N_

pay_report = Blueprint("pay_report", __name__)
pay_report.before_request(only_where_paid)
_TITLE: Final = N_("Claims against the caps")
NAVIGATION: Final = (
    MenuEntry("pay_report.show", _TITLE, part="pay"),
    MenuEntry("pay_report.show", _TITLE, part="board", shown=pays),
)
_FEW: Final = N_("fewer than %(fewest)s")


@pay_report.get("/pay/report")
@needs("pay report", "read")
def show() -> Response:
    """Show both tables, each with its chart."""
    return page("pay/report.html", tables=[_drawn(table) for table in _tables()], title=_TITLE)


@pay_report.get("/pay/report.csv")
@needs("pay report", "read")
def table() -> Response:
    """Send the same for a spreadsheet."""
    tables = _tables()
    heads = max((table.heads for table in tables), key=len, default=())
    lines = [
        [gettext(table.title), label, *texts]
        for table in tables
        for label, texts in table.lines(_label, _plain)
    ]
    return spreadsheet("caps.csv", [gettext("Table"), *map(gettext, heads)], lines)


def _tables() -> Sequence[FigureTable]:
    today = local_today()
    with current_issuer().database.reading() as session:
        agreement = or_404(agreements.for_what_runs(session))
        contract = agreement.contract
        return against_cap.tables(session, contract, today) if contract is not None else ()


def _drawn(table: FigureTable) -> dict[str, Any]:
    title = gettext(table.title)
    caption = f"{title}: {gettext(table.heads[table.drawn + 1])}"
    return {
        "title": title,
        "chart": bars(caption, [*table.bars(_label, _written)]),
        "heads": [gettext(head) for head in table.heads],
        "lines": [*table.lines(_label, _written)],
    }


def _label(row: FigureRow) -> str:
    return gettext(row.label) if row.is_word else row.label


def _written(figure: Figure, unit: str) -> str:
    if isinstance(figure, Hidden):
        return gettext(_FEW) % {"fewest": FEWEST}
    return "–" if figure is None else dollars(int(figure))


def _plain(figure: Figure, unit: str) -> str:
    return _written(figure, unit).replace(",", "")
