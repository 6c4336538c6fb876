"""Every column that can hold words about a person goes with a class of record, or with the person,
or is kept, and this says why. A new column that does neither fails here.

Each column of a row about a teacher gets a word of its own; then all classes of record of her
project are disposed of, then she is erased, and the words that are left are counted.
"""

from dataclasses import dataclass
from datetime import date, datetime

import pytest
from played import Play
from sqlalchemy import Boolean, Date, Integer, LargeBinary, String, insert, select, update

from issuer.database.database import Base, JsonBytes
from issuer.outbox.tables import OutboxRow
from issuer.people.tables import PersonRow
from issuer.program.evidence.file_store import FileStore
from issuer.program.projects.tables import ProjectRow
from issuer.program.records import disposal
from issuer.program.records.retention import Due, Record
from verifier import clock

WITH_THE_PERSON = {
    "people": "name, staff_number, did",
    "person_names": "name",
    "person_addresses": "address, folded",
    "former_addresses": "folded",
    "person_identities": "iss, sub",
    "posts": "grades, subjects",
    "expertise": "topic",
    "relations": "reason",
    "sessions": "device",
    "sign_ins": "device, lands_on",
    "kept_forms": "path, fields",
    "imports": "roster",
    "cadre": "offers",
    "cadre_questions": "text, answer",
    "exemplars": "title, grades, text",
    "collections": "title, words",
    "collection_entries": "sentence",
    "holder_reports": "name, words, answer",
    "holds": "reason",
    "outbox": "error",
    "pay_openings": "claim, title",
    "pay_records": "full_time",
    "pay_tables": "cells",
}
"""What belongs to no project, and goes when its person is erased."""
KEPT = {
    "approvals": "the credential: it was signed, and stays",
    "table_jobs": "which table brought approvals",
    "table_job_rows": "an approval on its way: its cells go once it is issued",
    "partners": "no person",
    "partner_badges.sha256": "proves which badge counted, as the credential says",
    "approval_addresses": "the credential: by it, its holder finds it",
    "credentials": "the credential",
    "events": "which message brought an approval",
    "revocations": "why a credential was revoked: it belongs to the credential",
    "audit_entries": "the log, which holds numbers and no names",
    "audit_head": "the log",
    "refused_deliveries": "what is wrong with a message that was not taken, and none of it",
    "achievement_versions": "the catalog",
    "rubric_versions": "the catalog",
    "retired_achievements": "the catalog",
    "status_lists": "a key of the server",
    "published": "names of files",
    "decisions": "a choice",
    "buildings": "no person",
    "topics": "no person",
    "windows": "no person",
    "offerings": "what the district offers, also where it was a teacher's idea",
    "cohorts": "the name of a group",
    "meetings": "the title and place of a meeting, and numbers of people",
    "program_policies": "the district's choices",
    "pay_agreements": "the district's choices",
    "retention": "the district's choices",
    "disposals": "that something is gone",
    "data_exports": "that somebody asked; its file is deleted",
    "role_grants": "a role",
    "claims": "an answer",
    "sign_offs": "the district's own statements, which the credential attests",
    "project_events": "the steps of a project",
    "pay_runs": "what payroll was told",
    "pay_lines": "what payroll was told",
    "pay_take_backs": "ids, and the ledger only grows",
    "pay_ledger": "the ledger only grows (I8)",
    "projects.state": "a code",
    "projects.public_id": "an address",
    "project_versions.purpose": "a code",
    "artifacts.media_type": "a code",
    "artifacts.url_problem": "a code",
    "artifacts.pupils": "a code: it is counted",
    "artifacts.basis": "a code: it is counted",
    "artifacts.tier": "a code",
    "uploads.upload": "an address",
    "uploads.mark": "goes with its row",
    "assignments.ground": "a code",
    "assignments.ending": "a code",
    "project_decisions.outcome": "a code",
    "project_decisions.levels": "what the credential signs",
    "reviews.levels": "what the decision rests on",
    "outbox.message_id": "an address",
    "outbox.kind": "a code",
    "outbox.about": "an address",
    "outbox.payload": "numbers",
    "outbox.state": "a code",
    "outbox.address": "blanked once its message is settled",
    "people.folded": "is the name",
    "people.language": "a code",
    "pay_records.tier": "a code",
    "pay_tables.kind": "a code",
    "sessions.way": "a code",
    "sessions.token": "a secret",
    "sign_ins.language": "a code",
    "sign_ins.asked_for": "a secret",
    "sign_ins.browser": "a secret",
    "collections.edit_hash": "a secret",
}
"""By table or column: why it stays."""
VALUES = {
    "projects.state": "closed",
    "project_versions.purpose": "completion",
    "approvals.content": b"{}",
    "outbox.state": "dead",
    "people.erased_at": None,
    "role_grants.role": "teacher",
    "claims.is_theirs": True,
    "artifacts.sha256": "a" * 64,
    "uploads.upload": "u" * 22,
}


@dataclass(frozen=True)
class Filled:
    """A district with one row in every table, and the word that stands in each column."""

    play: Play
    words: dict[str, str]

    def left(self):
        """Return the columns whose word still stands in some table."""
        with self.play.district.issuer.database.reading() as session:
            rows = [
                str(tuple(row))
                for table in Base.metadata.sorted_tables
                for row in session.execute(select(table))
            ]
        text = "\n".join(rows)
        return {column for column, word in self.words.items() if word in text}


def is_kept(column):
    return column.table.name in KEPT or str(column) in KEPT


def can_hold_words(column):
    if str(column) in VALUES or column.name == "public_id" or column.foreign_keys:
        return False
    return stored_as(column, String, LargeBinary) and not is_kept(column)


def stored_as(column, *kinds):
    return isinstance(getattr(column.type, "impl", column.type), kinds)


def value(column, word, ids):
    """Return what fills a column of a row that is about the teacher."""
    name = str(column)
    if name in VALUES:
        return VALUES[name]
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column.table.name
        chief = name in ("relations.other_pk", "cadre_questions.to_pk")
        return ids.get("chief" if chief else target)  # none for a row of the same table
    if isinstance(column.type, JsonBytes):
        files = column.name in ("artifacts", "files")
        return {"files": [{"artifact": "x", "name": word}]} if files else {"title": word}
    if stored_as(column, String):
        return word.ljust(22, "x")[: column.type.length]
    if stored_as(column, LargeBinary):
        return word.encode()
    if stored_as(column, Boolean):
        return False
    if stored_as(column, Date):
        return date(2026, 1, 8)
    if stored_as(column, Integer):
        return None if column.name == "id" else 900 + int(word[2:])
    return datetime.fromisoformat("2026-01-08T12:00:00+00:00")


@pytest.fixture
def filled(district):
    play, words = Play(district), {}
    with district.issuer.database.writing() as session:
        chief = session.query(PersonRow).filter_by(name="Pat Model").one()
        ids, number = {"chief": chief.id}, 0
        for table in Base.metadata.sorted_tables:
            if table.name in ("pay_runs", "pay_lines", "pay_ledger", "audit_entries", "audit_head"):
                continue
            row = {}
            for column in table.columns:
                number += 1
                word = f"zq{number:03}"
                filling = value(column, word, ids)
                if filling is not None:
                    row[column.name] = filling
                if can_hold_words(column):
                    words[str(column)] = word
            key = session.execute(insert(table).values(row)).inserted_primary_key
            ids[table.name] = key[0]
        address = words["person_addresses.address"].ljust(22, "x")
        error = f"550 {words['outbox.error']} {address}"
        session.execute(update(OutboxRow).values(error=error))
    return Filled(play, words)


def columns(listed):
    return {f"{table}.{name}" for table, names in listed.items() for name in names.split(", ")}


def test_every_word_about_a_person_goes_or_is_kept_for_a_reason(filled):
    district, home = filled.play.district, filled.play.district.issuer.settings.home
    assert filled.left() == set(filled.words)
    files = [home / "evidence/aa" / ("a" * 64), home / "evidence/uploads" / ("u" * 22)]
    for path in files:
        path.parent.mkdir(parents=True)
        path.touch()
    with district.issuer.database.writing() as session:
        project = session.scalars(select(ProjectRow)).one()
        teacher = session.get_one(PersonRow, project.person_pk)
        listed = [Due(project, record) for record in Record]
        gone = disposal.carry_out(session, listed, by=None, now=clock.now())
    disposal.delete_files(FileStore(home / "evidence"), gone)
    assert not any(path.exists() for path in files)
    assert filled.left() == columns(WITH_THE_PERSON)
    erase = f"/people/{teacher.public_id}/erase"
    answer = filled.play.at_chief.post(erase, **{"erase-name": teacher.name})
    assert answer.status_code == 303
    assert filled.left() == set()


def test_what_is_kept_and_what_goes_with_a_person_is_there():
    """A list that names what is gone would hide a name that comes back."""
    tables = {table.name for table in Base.metadata.sorted_tables}
    every = {str(column) for table in Base.metadata.sorted_tables for column in table.columns}
    assert {name for name in KEPT if name not in tables | every} == set()
    assert columns(WITH_THE_PERSON) <= every
