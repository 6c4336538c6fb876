"""Pages about money are there only where the district pays."""

from flask import g
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from issuer.home.issuer import current_issuer
from issuer.program.compensation import agreements
from issuer.program.compensation.agreements import Agreement
from issuer.web.answers import or_404


def pays() -> bool:
    """Return whether this district pays; where it does not, nobody sees a word of it."""
    if "pays" not in g:
        with current_issuer().database.reading() as session:
            g.pays = agreements.current(session) is not None
    return bool(g.pays)


def only_where_paid() -> None:
    """Hide pages about money from a district that pays nothing."""
    if not pays():
        raise NotFound


def agreement_in_force(session: Session) -> Agreement:
    """Return the contract in force. Raises `NotFound` in a district that pays nothing."""
    return or_404(agreements.current(session))
