"""The table of who may do what (D18), and the functions that evaluate it.

    rules.ask(session, me, RouteRule("person", "read", "person"), "x7…", kinds)  # a `Permission`
    select(PersonRow).where(rules.visible(me, "person", "list", kinds))  # the same, as a filter

A list, a search, an export and an API filter by `visible`; the page of one object asks the same
condition about that object. What no row allows is not allowed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, exists, false, or_, select, true
from sqlalchemy.orm import Session

from issuer.people.access.guarded import (
    ANY,
    BUILDING,
    COACHED,
    LED,
    OWN,
    SHARED,
    TECHNICAL,
    TO_JUDGE,
    Guarded,
    Me,
)
from issuer.people.roles import Role
from issuer.web.access import RouteRule
from verifier.wording.words import N_


class View(IntEnum):
    """How much of an object somebody sees, from the most."""

    FULL = 0
    NAMES_HIDDEN = 1


SIGNED_IN: Final = "signed in"
"""What everybody is who has signed in, also after leaving the district."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: people of `role` may do `action` to an `object` in the scope `whose`, and see `view`.

    `fresh` asks for a sign-in of just now; `why` is what a person reads who asks why she may.
    """

    role: str
    object: str
    action: str
    whose: str
    why: str
    view: View = View.FULL
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether it is allowed, why, in which view, and whether only after a fresh sign-in."""

    allowed: bool
    why: str = ""
    view: View = View.FULL
    fresh: bool = False


def _rows(
    roles: Sequence[str],
    object: str,
    actions: str,
    whose: str,
    why: str,
    view: View = View.FULL,
    *,
    fresh: bool = False,
) -> Iterator[Rule]:
    for role in roles:
        for action in actions.split():
            yield Rule(role, object, action, whose, why, view, fresh)


_SUPERINTENDENTS: Final = (Role.SUPERINTENDENT, Role.DEPUTY)
_GATHER: Final = (*_SUPERINTENDENTS, Role.OFFICE)
_KEEP_PEOPLE: Final = (*_SUPERINTENDENTS, Role.OFFICE, Role.OPERATOR)
_NAME_ROLES: Final = (Role.SUPERINTENDENT, Role.OPERATOR)
_KEEPING: Final = N_("Your role keeps the register of people.")
_ROLES: Final = N_("Your role grants roles, and nobody grants one to themself.")
_TO_JUDGE: Final = N_("It was given to you to judge.")
_RUNNING: Final = N_("Your role runs the program.")
_DESK: Final = (*_SUPERINTENDENTS, Role.OFFICE)
_ON_THE_DESK: Final = N_("Your role looks after the district's credentials.")
_OF_YOUR_BUILDING: Final = N_("It is of your building.")
_SUMS: Final = N_("They are totals that identify nobody.")
_KEEPS_CATALOG: Final = N_("Your role keeps the catalog.")
_RUNS_ON: Final = N_("Your role keeps this installation running.")
_JOIN_THE_CADRE: Final = (Role.TEACHER, Role.COACH, Role.EVALUATOR)
_READ_THE_CADRE: Final = (Role.BUILDING_ADMINISTRATOR, Role.BOARD, *_SUPERINTENDENTS)
_COLLEAGUES: Final = (*_JOIN_THE_CADRE, Role.BUILDING_ADMINISTRATOR, *_SUPERINTENDENTS)
_SHARED: Final = N_("Its teacher shows it to colleagues.")
_CADRE: Final = N_("They want to be found.")
_PAYING: Final = N_("It is about what you are paid, or pay.")
_YOURS: Final = N_("It is yours.")
_IN_IT: Final = N_("You take part in it.")
_COACHED: Final = N_("You coach it.")

RULES: Final = (
    *_rows([SIGNED_IN], "account", "read bind", ANY, _YOURS),
    *_rows([SIGNED_IN], "account", "change", ANY, _YOURS, fresh=True),
    *_rows([SIGNED_IN], "session", "end", OWN, _YOURS),
    *_rows([SIGNED_IN], "own credentials", "read", ANY, _YOURS),
    *_rows([SIGNED_IN], "kept form", "read", OWN, _YOURS),
    *_rows([Role.OPERATOR], "session", "end", ANY, N_("Your role keeps sign-ins safe.")),
    *_rows(_KEEP_PEOPLE, "person", "list read add change", ANY, _KEEPING),
    *_rows(_KEEP_PEOPLE, "import", "add", ANY, _KEEPING),
    *_rows(_KEEP_PEOPLE, "import", "read carry-out forget", OWN, _KEEPING),
    *_rows(_NAME_ROLES, "person", "erase", ANY, _KEEPING, fresh=True),
    *_rows(_NAME_ROLES, "person", "roles", ANY, _ROLES, fresh=True),
    *_rows([SIGNED_IN], "declaration", "read write", ANY, _YOURS),
    *_rows([Role.EVALUATOR], "assignment", "list", ANY, _YOURS),
    *_rows([Role.EVALUATOR], "assignment", "read write", OWN, _TO_JUDGE),
    *_rows([SIGNED_IN], "artifact", "read", OWN, _YOURS),
    *_rows([SIGNED_IN], "artifact", "withdraw", OWN, _YOURS),
    *_rows([Role.COACH], "artifact", "read", COACHED, _COACHED),
    *_rows([Role.EVALUATOR], "artifact", "read", TO_JUDGE, _TO_JUDGE, View.NAMES_HIDDEN),
    *_rows(_SUPERINTENDENTS, "artifact", "read withdraw", ANY, _RUNNING),
    *_rows(_COLLEAGUES, "shared evidence", "list read", SHARED, _SHARED),
    *_rows(_SUPERINTENDENTS, "program", "run set-up", ANY, _RUNNING),
    *_rows(_SUPERINTENDENTS, "program", "release", ANY, _RUNNING, fresh=True),
    *_rows([Role.TEACHER], "money", "read", ANY, _YOURS),
    *_rows(_SUPERINTENDENTS, "contract", "read write", ANY, _RUNNING),
    *_rows([Role.TEACHER, Role.PAYROLL], "contract", "read", ANY, _PAYING),
    *_rows([Role.PAYROLL, *_SUPERINTENDENTS], "pay", "read", ANY, _PAYING),
    *_rows([Role.PAYROLL, *_SUPERINTENDENTS], "value", "read", ANY, _PAYING),
    *_rows(_SUPERINTENDENTS, "value", "write", ANY, _RUNNING),
    *_rows([Role.PAYROLL], "pay record", "write", ANY, _PAYING, fresh=True),
    *_rows([Role.PAYROLL], "pay run", "write", ANY, _PAYING, fresh=True),
    *_rows(_SUPERINTENDENTS, "pay run", "decide", ANY, _RUNNING, fresh=True),
    *_rows(_SUPERINTENDENTS, "pay year", "close", ANY, _RUNNING, fresh=True),
    *_rows([Role.PAYROLL, *_SUPERINTENDENTS], "pay columns", "write", ANY, _PAYING),
    *_rows([Role.PAYROLL, Role.BOARD, *_SUPERINTENDENTS], "pay report", "read", ANY, _SUMS),
    *_rows([Role.PAYROLL], "pay table", "add", ANY, _PAYING),
    *_rows([Role.PAYROLL], "pay table", "read", OWN, _YOURS),
    *_rows([Role.PAYROLL], "pay table", "carry-out", OWN, _YOURS, fresh=True),
    *_rows([Role.TEACHER], "project", "begin", ANY, _YOURS),
    *_rows([SIGNED_IN], "project", "read evidence write", OWN, _YOURS),
    *_rows(_SUPERINTENDENTS, "project", "read evidence", ANY, _RUNNING),
    *_rows(_SUPERINTENDENTS, "report", "read", ANY, _RUNNING),
    *_rows([*_JOIN_THE_CADRE, *_READ_THE_CADRE], "cadre", "read ask", ANY, _CADRE),
    *_rows(_JOIN_THE_CADRE, "cadre", "join", ANY, _YOURS),
    *_rows([SIGNED_IN], "cadre question", "read", OWN, _YOURS),
    *_rows(_SUPERINTENDENTS, "record", "keep", ANY, _RUNNING),
    *_rows(_SUPERINTENDENTS, "record", "dispose", ANY, _RUNNING, fresh=True),
    *_rows([SIGNED_IN], "data export", "ask", ANY, _YOURS),
    *_rows([SIGNED_IN], "data export", "read", OWN, _YOURS),
    *_rows([Role.BUILDING_ADMINISTRATOR], "building progress", "read", BUILDING, _OF_YOUR_BUILDING),
    *_rows([Role.BOARD, *_SUPERINTENDENTS], "board report", "read", ANY, _SUMS),
    *_rows(_DESK, "claim", "list answer", ANY, _ON_THE_DESK),
    *_rows(_DESK, "achievement", "list add change", ANY, _KEEPS_CATALOG),
    *_rows(_DESK, "rubric", "add change", ANY, _KEEPS_CATALOG),
    *_rows(_DESK, "delivery", "list replay", ANY, _ON_THE_DESK),
    *_rows([Role.OPERATOR], "delivery", "list replay", ANY, _RUNS_ON),
    *_rows([Role.OPERATOR], "installation", "read check", ANY, _RUNS_ON),
    *_rows(_SUPERINTENDENTS, "audit entry", "read export", ANY, _RUNNING),
    *_rows([Role.OPERATOR], "audit entry", "read", TECHNICAL, _RUNS_ON),
    *_rows(_SUPERINTENDENTS, "project", "steer", ANY, _RUNNING),
    *_rows([SIGNED_IN], "project", "sign", OWN, _YOURS),
    *_rows([Role.COACH], "coaching", "list", ANY, _COACHED),
    *_rows([Role.SUPERINTENDENT], "coaching", "grant", ANY, _ROLES, fresh=True),
    *_rows([Role.TEACHER, Role.COACH], "cohort", "list read", OWN, _IN_IT),
    *_rows([Role.COACH], "cohort", "lead", LED, _YOURS),
    *_rows(_GATHER, "cohort", "list read make change", ANY, _KEEPING),
    *_rows([Role.COACH], "project", "read evidence coach sign", COACHED, _COACHED),
    *_rows([Role.BUILDING_ADMINISTRATOR], "project", "read sign", BUILDING, _OF_YOUR_BUILDING),
    *_rows(_DESK, "task", "list settle", ANY, _ON_THE_DESK),
    *_rows(_DESK, "credential", "list read hand-over correct issue", ANY, _ON_THE_DESK),
    *_rows(_DESK, "credential", "revoke", ANY, _ON_THE_DESK, fresh=True),
)
"""Every row. What a room adds stands here too, with its objects: one table, to be read as one."""

Kinds: TypeAlias = Mapping[str, Guarded]


def by_name(*kinds: Guarded) -> Kinds:
    """Return kinds of objects by their names. Raises `ValueError` if two share one."""
    names = {kind.name: kind for kind in kinds}
    if len(names) != len(kinds):
        raise ValueError("two kinds of object have the same name")
    return names


def visible(me: Me, object: str, action: str, kinds: Kinds) -> ColumnElement[bool]:
    """Return the condition for an object of a kind to be one that `me` may do this to."""
    return or_(false(), *(_scope(me, *mine, kinds) for mine in _mine(me, object, action)))


def ask(session: Session, me: Me, need: RouteRule, key: str | None, kinds: Kinds) -> Permission:
    """Return whether `me` may do this, to the object that `key` names if it names one."""
    mine = list(_mine(me, need.object, need.action))
    if key is None or not mine:
        granting = mine[:1]
    else:
        kind = kinds[need.object]
        conditions = [kind.unseen(me), *(_scope(me, *row, kinds) for row in mine)]
        there = select(*(exists().where(kind.key == key, condition) for condition in conditions))
        is_unseen, *is_in = session.execute(there).one()
        if is_unseen and kind.hides(session):
            return Permission(False)
        granting = [row for row, applies in zip(mine, is_in, strict=True) if applies]
    if not granting:
        return Permission(False)
    rule = granting[0][0]
    return Permission(True, rule.why, rule.view, rule.fresh)


def seen(session: Session, me: Me, object: str, kinds: Kinds) -> ColumnElement[bool]:
    """Return the condition for an object of a kind to be there for `me`: what every list, search
    and count asks beside `visible`, as hidden names beat every other role (I11)."""
    kind = kinds[object]
    return ~kind.unseen(me) if kind.hides(session) else true()


def may(me: Me, object: str, action: str) -> bool:
    """Return whether `me` may do this to any object at all; a menu shows what leads somewhere."""
    return next(_mine(me, object, action), None) is not None


def unknown(need: RouteRule, kinds: Kinds) -> str:
    """Return what is wrong with the rule that a route states, or ''."""
    rules = [rule for rule in RULES if (rule.object, rule.action) == (need.object, need.action)]
    if not rules:
        return f"no rule says who may {need.action} a {need.object}"
    if need.key is None and all(rule.whose == ANY for rule in rules):
        return ""
    if need.object not in kinds:
        return f"nothing says which {need.object} is whose"
    scopes = {ANY, *kinds[need.object].scopes}
    lost = sorted({rule.whose for rule in rules} - scopes)
    return f"a {need.object} has no scope {lost[0]!r}" if lost else ""


def _mine(me: Me, object: str, action: str) -> Iterator[tuple[Rule, int | None]]:
    """Yield the rows that may allow it, each with the building it is for: hidden names first, as
    they beat every other role that one has, and then the widest view."""
    roles = [(SIGNED_IN, None), *me.roles]
    rows = [
        (rule, building)
        for rule in RULES
        if (rule.object, rule.action) == (object, action)
        for role, building in roles
        if role == rule.role
    ]
    yield from sorted(
        rows, key=lambda row: (row[0].view is not View.NAMES_HIDDEN, row[0].view, row[0].fresh)
    )


def _scope(me: Me, rule: Rule, building: int | None, kinds: Kinds) -> ColumnElement[bool]:
    return true() if rule.whose == ANY else kinds[rule.object].scopes[rule.whose](me, building)
