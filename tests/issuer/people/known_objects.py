"""One object of each kind that belongs to a given person, for the walk over every route.

A room that adds a kind of object adds a row: a function from the district and a person to what
names that person's object in an address. `ALLOWED` says by hand who may do what, apart from the
table of rules that it is compared with: to whose object, `own` or `any`.
"""

import uuid

from issuer.catalog import versions
from issuer.catalog.tables import RubricVersion
from issuer.issuance.approval import from_data
from issuer.issuance.door import approve
from issuer.issuance.records.tables import CredentialRow
from issuer.people import register
from issuer.people.access import kept_forms, sessions
from issuer.people.access.rules import SIGNED_IN
from issuer.people.roster import keeping
from issuer.people.roster.rows import Roster
from issuer.people.tables import BuildingRow, SessionRow
from issuer.program.cadre.tables import CadreQuestionRow
from issuer.program.coaching import cohorts
from issuer.program.compensation.tables import PayTableRow
from issuer.program.evaluation.tables import AssignmentRow
from issuer.program.evidence import artifacts
from issuer.program.evidence.file_store import FileStore
from issuer.program.projects import drafts
from issuer.program.projects.tables import VersionRow
from issuer.program.records import own_data
from issuer.sharing.holder import reports
from issuer.sharing.owned.tables import ClaimRow
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


def _assignment(district, person):
    now = clock.now()
    with district.issuer.database.writing() as session:
        rubric = session.query(RubricVersion).first()
        teacher = register.add(session, "Teacher", now=now)
        version = VersionRow(
            project=drafts.begin(session, teacher, None, now=now),
            purpose="proposal",
            number=1,
            answers={},
            artifacts={"files": []},
            rubric_version_id=rubric.id,
            received_at=now,
        )
        session.add(version)
        session.flush()
        row = AssignmentRow(
            version_pk=version.id,
            evaluator_pk=person.id,
            ground="in_field",
            due_on=now.date(),
            created_at=now,
        )
        session.add(row)
        session.flush()
        return row.public_id


def _artifact(district, person):
    now = clock.now()
    with district.issuer.database.writing() as session:
        project = drafts.begin(session, person, None, now=now)
        store = FileStore(district.issuer.settings.home / "evidence")
        upload = artifacts.begin(session, store, project, "a.txt", 4, artifacts.Limits(), now=now)
        artifacts.receive(store, upload, 0, b"text")
        return artifacts.finish(session, upload, artifacts.stored(store, upload), now=now).public_id


def _credential(district, person):
    """One that waits to be signed, which costs less."""
    issuer, now = district.issuer, clock.now()
    data = {
        "approval_id": f"a-{uuid.uuid4()}",
        "achievement": {"id": "rhythms"},
        "recipient": {"name": person.name, "emails": [f"p{person.id}@school.example"]},
        "narrative": {"skill": "s", "goal": "g", "measured_outcome": "m"},
        "levels": {"learning": "met", "work": "met"},
        "approved_at": "2026-05-15T15:00:00Z",
    }
    with issuer.database.writing() as session:
        versions.offer_again(session, "rhythms")  # which the walk retires on its way
        key, _ = approve(session, issuer, from_data(data), source="forms", now=now)
        return session.get_one(CredentialRow, key).public_id


def _claim(district, person):
    public_id = _credential(district, person)
    with district.issuer.database.writing() as session:
        row = ClaimRow(public_id=register.new_id(), person_pk=person.id, asked_at=clock.now())
        row.credential_pk = session.query(CredentialRow).filter_by(public_id=public_id).one().id
        session.add(row)
    return row.public_id


def _building(district, person):
    with district.issuer.database.writing() as session:
        row = BuildingRow(code=register.new_id(), name="Building")
        session.add(row)
        return row.code


def _cadre_question(district, person):
    with district.issuer.database.writing() as session:
        other = register.add(session, "Other", now=clock.now())
        row = CadreQuestionRow(from_pk=other.id, to_pk=person.id, text="How?", asked_at=clock.now())
        session.add(row)
        session.flush()
        return row.public_id


def _data_export(district, person):
    with district.issuer.database.writing() as session:
        export = own_data.ask(session, person, now=clock.now())
    own_data.make(district.issuer, export, now=clock.now())
    return export.public_id


def _cohort(district, person):
    with district.issuer.database.writing() as session:
        now = clock.now()
        leader = register.add(session, "Leader", now=now)
        cohort = cohorts.gather(session, "Music", None, leader, now=now)
        cohorts.join(session, cohort, person, now=now)
        return cohort.public_id


def _pay_table(district, person):
    with district.issuer.database.writing() as session:
        row = PayTableRow(person_pk=person.id, kind="records", cells={"rows": []})
        row.created_at = clock.now()
        session.add(row)
        session.flush()
        return row.public_id


def _task(district, person):
    public_id = _credential(district, person)
    with district.issuer.database.writing() as session:
        row = reports.tell(session, public_id, name=None, words="A date.", now=clock.now())
        session.flush()
        return row.public_id


OBJECTS = {
    "cohort": _cohort,
    "pay table": _pay_table,
    "task": _task,
    "claim": _claim,
    "credential": _credential,
    "artifact": _artifact,
    "shared evidence": _artifact,
    "achievement": lambda _district, _person: "rhythms",
    "rubric": lambda _district, _person: "completion",
    "audit entry": lambda _district, _person: 1,
    "assignment": _assignment,
    "project": _project,
    "person": lambda district, person: person.public_id,
    "building progress": _building,
    "data export": _data_export,
    "cadre question": _cadre_question,
    "session": _session,
    "kept form": _kept_form,
    "import": _import,
}
"""By the name in the rules."""
OTHER_PARTS = {
    "report": "progress",
    "kind": "records",
    "record": 999,
    "run": "x",
    "entry": 999,
    "window": 999,
    "meeting": 999,
    "grant": 999,
    "hold": 999,
    "other": 999,
    "field": 999,
    "artifact": "x",
    "upload": "x",
    "version": 999,
    "address": 999,
    "purpose": "proposal",
}
"""What stands in an address beside the key, by its name there: one that is not there, so that the
walk takes no role away on its way."""

_DESK = dict.fromkeys(("assistant-superintendent", "deputy", "office"), "any")
_REGISTER = dict.fromkeys(("assistant-superintendent", "deputy", "office", "operator"), "any")
_SUPERINTENDENTS = ("assistant-superintendent", "deputy")
_PAY = dict.fromkeys(("payroll", *_SUPERINTENDENTS), "any")
_GATHER = dict.fromkeys(("assistant-superintendent", "deputy", "office"), "any")
_COLLEAGUES = dict.fromkeys(
    ("teacher", "coach", "evaluator", "building-administrator", *_SUPERINTENDENTS), "shared"
)
_JOIN, _READ = ("teacher", "coach", "evaluator"), ("building-administrator", "board")
ALLOWED = {
    ("own credentials", "read"): {SIGNED_IN: "any"},
    ("claim", "list"): _DESK,
    ("claim", "answer"): _DESK,
    ("account", "read"): {SIGNED_IN: "any"},
    ("account", "bind"): {SIGNED_IN: "any"},
    ("account", "change"): {SIGNED_IN: "any"},
    ("session", "end"): {SIGNED_IN: "own", "operator": "any"},
    ("kept form", "read"): {SIGNED_IN: "own"},
    ("person", "list"): _REGISTER,
    ("person", "read"): _REGISTER,
    ("person", "add"): _REGISTER,
    ("person", "change"): _REGISTER,
    ("import", "add"): _REGISTER,
    ("import", "read"): dict.fromkeys(_REGISTER, "own"),
    ("import", "carry-out"): dict.fromkeys(_REGISTER, "own"),
    ("import", "forget"): dict.fromkeys(_REGISTER, "own"),
    ("declaration", "read"): {SIGNED_IN: "any"},
    ("declaration", "write"): {SIGNED_IN: "any"},
    ("artifact", "read"): {
        SIGNED_IN: "own",
        "coach": "coached",
        "evaluator": "to judge",
        "assistant-superintendent": "any",
        "deputy": "any",
    },
    ("artifact", "withdraw"): {
        SIGNED_IN: "own",
        "assistant-superintendent": "any",
        "deputy": "any",
    },
    ("shared evidence", "list"): _COLLEAGUES,
    ("shared evidence", "read"): _COLLEAGUES,
    ("assignment", "list"): {"evaluator": "any"},
    ("assignment", "read"): {"evaluator": "own"},
    ("assignment", "write"): {"evaluator": "own"},
    ("program", "run"): {"assistant-superintendent": "any", "deputy": "any"},
    ("program", "set-up"): {"assistant-superintendent": "any", "deputy": "any"},
    ("program", "release"): {"assistant-superintendent": "any", "deputy": "any"},
    ("money", "read"): {"teacher": "any"},
    ("contract", "read"): dict.fromkeys(
        ("assistant-superintendent", "deputy", "payroll", "teacher"), "any"
    ),
    ("contract", "write"): {"assistant-superintendent": "any", "deputy": "any"},
    ("pay", "read"): _PAY,
    ("value", "read"): _PAY,
    ("value", "write"): dict.fromkeys(_SUPERINTENDENTS, "any"),
    ("pay record", "write"): {"payroll": "any"},
    ("pay run", "write"): {"payroll": "any"},
    ("pay run", "decide"): dict.fromkeys(_SUPERINTENDENTS, "any"),
    ("pay year", "close"): dict.fromkeys(_SUPERINTENDENTS, "any"),
    ("pay columns", "write"): _PAY,
    ("pay report", "read"): {**_PAY, "board": "any"},
    ("pay table", "add"): {"payroll": "any"},
    ("pay table", "read"): {"payroll": "own"},
    ("pay table", "carry-out"): {"payroll": "own"},
    ("project", "begin"): {"teacher": "any"},
    ("cadre", "read"): dict.fromkeys((*_JOIN, *_READ, *_SUPERINTENDENTS), "any"),
    ("cadre", "ask"): dict.fromkeys((*_JOIN, *_READ, *_SUPERINTENDENTS), "any"),
    ("cadre", "join"): dict.fromkeys(_JOIN, "any"),
    ("cadre question", "read"): {SIGNED_IN: "own"},
    ("record", "keep"): dict.fromkeys(_SUPERINTENDENTS, "any"),
    ("record", "dispose"): dict.fromkeys(_SUPERINTENDENTS, "any"),
    ("data export", "ask"): {SIGNED_IN: "any"},
    ("data export", "read"): {SIGNED_IN: "own"},
    ("report", "read"): dict.fromkeys(_SUPERINTENDENTS, "any"),
    ("building progress", "read"): {"building-administrator": "building"},
    ("board report", "read"): dict.fromkeys(("board", *_SUPERINTENDENTS), "any"),
    ("project", "read"): {
        SIGNED_IN: "own",
        "assistant-superintendent": "any",
        "deputy": "any",
        "coach": "coached",
        "building-administrator": "building",
    },
    ("project", "evidence"): {
        SIGNED_IN: "own",
        "assistant-superintendent": "any",
        "deputy": "any",
        "coach": "coached",
    },
    ("project", "write"): {SIGNED_IN: "own"},
    ("credential", "list"): _DESK,
    ("achievement", "list"): _DESK,
    ("achievement", "add"): _DESK,
    ("achievement", "change"): _DESK,
    ("rubric", "add"): _DESK,
    ("rubric", "change"): _DESK,
    ("installation", "read"): {"operator": "any"},
    ("installation", "check"): {"operator": "any"},
    ("delivery", "list"): {**_DESK, "operator": "any"},
    ("delivery", "replay"): {**_DESK, "operator": "any"},
    ("audit entry", "read"): {
        "assistant-superintendent": "any",
        "deputy": "any",
        "operator": "technical",
    },
    ("audit entry", "export"): {"assistant-superintendent": "any", "deputy": "any"},
    ("project", "coach"): {"coach": "coached"},
    ("project", "steer"): {"assistant-superintendent": "any", "deputy": "any"},
    ("project", "sign"): {
        SIGNED_IN: "own",
        "coach": "coached",
        "building-administrator": "building",
    },
    ("coaching", "list"): {"coach": "any"},
    ("coaching", "grant"): {"assistant-superintendent": "any"},
    ("cohort", "list"): {**_GATHER, "teacher": "own", "coach": "own"},
    ("cohort", "read"): {**_GATHER, "teacher": "own", "coach": "own"},
    ("cohort", "make"): _GATHER,
    ("cohort", "change"): _GATHER,
    ("cohort", "lead"): {"coach": "led"},
    ("credential", "read"): _DESK,
    ("task", "list"): _DESK,
    ("task", "settle"): _DESK,
    ("credential", "hand-over"): _DESK,
    ("credential", "correct"): _DESK,
    ("credential", "revoke"): _DESK,
    ("credential", "issue"): _DESK,
    ("person", "erase"): {"assistant-superintendent": "any", "operator": "any"},
    ("person", "roles"): {"assistant-superintendent": "any", "operator": "any"},
}
