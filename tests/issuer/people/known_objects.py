"""One object of each kind that belongs to a given person, for the walk over every route.

A room that adds a kind of object adds a row: a function from the district and a person to what
names that person's object in an address. `ALLOWED` says by hand who may do what, apart from the
table of rules that it is compared with: to whose object, `own` or `any`.
"""

from issuer.people.access import kept_forms, sessions
from issuer.people.access.rules import SIGNED_IN
from issuer.people.roster import keeping
from issuer.people.roster.rows import Roster
from issuer.people.tables import SessionRow
from issuer.program.projects import drafts
from verifier import clock


def _session(district, person):
    with district.issuer.database.writing() as session:
        token = sessions.begin(
            session, person, device="x", way="mail", replacing=None, now=clock.now()
        )
        return session.query(SessionRow).filter_by(token=sessions.digest(token)).one().public_id


def _kept_form(district, person):
    with district.issuer.database.writing() as session:
        return kept_forms.keep(session, person.id, "/account", [("a", "b")], now=clock.now())


def _import(district, person):
    with district.issuer.database.writing() as session:
        return keeping.keep(session, person.id, Roster(()), now=clock.now())


def _project(district, person):
    with district.issuer.database.writing() as session:
        return drafts.begin(session, person, None, now=clock.now()).public_id


OBJECTS = {
    "project": _project,
    "person": lambda district, person: person.public_id,
    "session": _session,
    "kept form": _kept_form,
    "import": _import,
}
"""By the name in the rules."""
OTHER_PARTS = {"grant": 999, "other": 999}
"""What stands in an address beside the key, by its name there: one that is not there, so that the
walk takes no role away on its way."""

_REGISTER = dict.fromkeys(("assistant-superintendent", "deputy", "office", "operator"), "any")
ALLOWED = {
    ("account", "read"): {SIGNED_IN: "any"},
    ("account", "bind"): {SIGNED_IN: "any"},
    ("session", "end"): {SIGNED_IN: "own", "operator": "any"},
    ("kept form", "read"): {SIGNED_IN: "own"},
    ("person", "list"): _REGISTER,
    ("person", "read"): _REGISTER,
    ("person", "add"): _REGISTER,
    ("person", "change"): _REGISTER,
    ("import", "add"): _REGISTER,
    ("import", "read"): dict.fromkeys(_REGISTER, "own"),
    ("import", "carry-out"): dict.fromkeys(_REGISTER, "own"),
    ("declaration", "read"): {SIGNED_IN: "any"},
    ("declaration", "write"): {SIGNED_IN: "any"},
    ("project", "begin"): {"teacher": "any"},
    ("project", "read"): {
        SIGNED_IN: "own",
        "assistant-superintendent": "any",
        "deputy": "any",
        "building-administrator": "building",
    },
    ("project", "write"): {SIGNED_IN: "own"},
    ("person", "roles"): {"assistant-superintendent": "any", "operator": "any"},
}
