"""Who did what: each act is recorded with it, and no entry can be taken back unseen (T36)."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, update

from issuer import issuance
from issuer.__main__ import main
from issuer.app import create_app
from issuer.audit import chain, log
from issuer.audit.chain import BrokenError
from issuer.audit.tables import AuditHeadRow, AuditRow
from issuer.issuance.status_lists import lists, log_head
from issuer.sharing.holder import holder
from verifier import clock


def now():
    return datetime.now(UTC)


def add(issuer, *abouts):
    with issuer.database.writing() as session:
        for about in abouts:
            log.record(session, by="person:1", action="tested", about=about, now=now())


def change(issuer, *statements):
    with issuer.database.writing() as session:
        for statement in statements:
            session.execute(statement)


def check(issuer, *heads):
    with issuer.database.reading() as session:
        return chain.check(log.entries(session), [log.head(session), *heads]).number


def acts(issuer):
    with issuer.database.reading() as session:
        return [(entry.actor, entry.action, entry.about) for entry, _ in log.entries(session)]


def test_every_act_is_recorded_with_its_actor(any_issuer, approval):
    issuer = any_issuer
    sent = issuance.receive(issuer, approval(), source="forms", event_id="e-1", now=now())
    one = sent.credential_id
    issuance.receive(issuer, approval(), source="forms", event_id="e-2", now=now())
    holder.renew_link(issuer, one, by=log.HOLDER, now=now())
    lists.revoke(issuer, one, reason="twice", by=log.person(7), now=now())
    lists.revoke(issuer, one, reason="again", by=log.COMMAND, now=now())
    lists.correct_reason(issuer, one, reason="issued twice", by=log.COMMAND, now=now())
    assert acts(issuer) == [
        ("source:forms", "credential.approved", one),
        ("source:forms", "credential.issued", one),
        ("holder", "link.renewed", one),
        ("person:7", "credential.revoked", one),
        ("command", "revocation.reason_corrected", one),
    ]
    assert check(issuer) == 5
    with issuer.database.reading() as session:
        assert len(log.about(session, one)) == 5
        text = "".join(chain.line(*entry) for entry in log.entries(session)).lower()
    assert not any(word in text for word in ("jordan", "school.example", "twice"))


def test_an_act_that_is_undone_leaves_no_entry(any_issuer, approval):
    with any_issuer.database.writing() as session:
        issuance.approve(session, any_issuer, approval(), source="program", now=now())
        session.rollback()
    with suppress(ZeroDivisionError), any_issuer.database.writing() as session:
        log.record(session, by="person:1", action="tested", about="x", now=now())
        raise ZeroDivisionError
    with any_issuer.database.writing() as session:
        log.record(session, by="person:1", action="before", about="x", now=now())
        with suppress(ZeroDivisionError), session.begin_nested():
            log.record(session, by="person:1", action="undone", about="x", now=now())
            raise ZeroDivisionError
        with session.begin_nested():
            log.record(session, by="person:1", action="within", about="x", now=now())
    assert sorted(action for _, action, _ in acts(any_issuer)) == ["before", "within"]
    assert check(any_issuer) == 2


def test_writers_at_once_make_one_chain(any_issuer):
    def write(number):
        for turn in range(10):
            add(any_issuer, f"{number}.{turn}", f"{number}.{turn}+")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert check(any_issuer) == 160


LAST = 5
WAYS = {
    "changed": (3, [update(AuditRow).where(AuditRow.number == 3).values(actor="person:2")]),
    "changed in its details": (
        3,
        [update(AuditRow).where(AuditRow.number == 3).values(details={"a": 1})],
    ),
    "its time is another": (
        2,
        [update(AuditRow).where(AuditRow.number == 2).values(at=datetime(2020, 1, 1, tzinfo=UTC))],
    ),
    "the last one is changed": (
        LAST,
        [update(AuditRow).where(AuditRow.number == LAST).values(about="y")],
    ),
    "deleted": (2, [delete(AuditRow).where(AuditRow.number == 2)]),
    "the first is deleted": (1, [delete(AuditRow).where(AuditRow.number == 1)]),
    "deleted and closed up": (
        2,
        [
            delete(AuditRow).where(AuditRow.number == 2),
            *(
                update(AuditRow).where(AuditRow.number == number).values(number=number - 1)
                for number in range(3, LAST + 1)
            ),
        ],
    ),
    "exchanged": (
        2,
        [
            update(AuditRow).where(AuditRow.number == before).values(number=after)
            for before, after in ((2, 99), (3, 2), (99, 3))
        ],
    ),
    "cut off": (LAST, [delete(AuditRow).where(AuditRow.number == LAST)]),
    "all of it": (1, [delete(AuditRow)]),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_first_broken_entry_is_named(any_issuer, way):
    add(any_issuer, *"abcde")
    first, statements = WAYS[way]
    change(any_issuer, *statements)
    with pytest.raises(BrokenError) as broken:
        check(any_issuer)
    assert broken.value.number == first


def cut_off_cleverly(issuer, keep):
    """Take entries back, and the row that says how many there are as well."""
    with issuer.database.reading() as session:
        hash = log.hash_of(session, keep)
    change(
        issuer,
        delete(AuditRow).where(AuditRow.number > keep),
        update(AuditHeadRow).values(number=keep, hash=hash),
    )


def rewrite_cleverly(issuer, number):
    """Take entries back, and put as many others there."""
    with issuer.database.reading() as session:
        newest = log.head(session).number
    cut_off_cleverly(issuer, number - 1)
    add(issuer, *("z" * (newest - number + 1)))


@pytest.mark.parametrize("trick", [cut_off_cleverly, rewrite_cleverly])
def test_what_was_signed_cannot_be_taken_back_unseen(any_issuer, trick):
    add(any_issuer, *"abcde")
    lists.publish_all(any_issuer, now=now())
    add(any_issuer, "f")
    signed = log_head.signed(any_issuer, clock.now())
    assert (signed.number, check(any_issuer, signed)) == (5, 6)
    trick(any_issuer, 4)
    assert check(any_issuer) in (4, 6)
    with pytest.raises(BrokenError) as broken:
        check(any_issuer, signed)
    assert broken.value.number == 5
    with pytest.raises(log_head.LogLostError):
        lists.publish_all(any_issuer, now=now())


def test_a_restored_database_says_so_in_its_log(issuer):
    """P11: the log goes on, and names what it lost."""
    add(issuer, *"abcde")
    lists.publish_all(issuer, now=now())
    cut_off_cleverly(issuer, 3)
    lists.begin(issuer, now=now())
    assert [act[:2] for act in acts(issuer)[3:]] == [("issuer", "database.restored")]
    assert check(issuer, log_head.signed(issuer, clock.now())) == 4
    lists.begin(issuer, now=now())
    assert len(acts(issuer)) == 4


@pytest.mark.parametrize(
    ("old", "new"), [(b"#5", b"#4"), (b'"digestMultibase": "z', b'"digestMultibase": "zz')]
)
def test_a_head_that_nobody_signed_does_not_count(issuer, home, old, new, capsys):
    add(issuer, *"abcde")
    assert main(["--home", str(home), "publish"]) == 0
    file = issuer.settings.public / "audit-log"
    assert old in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(old, new))
    with pytest.raises(log_head.UnsignedError):
        log_head.signed(issuer, clock.now())
    assert main(["--home", str(home), "audit", "check"]) == 1
    assert "does not count" in capsys.readouterr().err


def test_the_log_is_exported_and_checked_by_commands(issuer, home, tmp_path, capsys):
    add(issuer, *"abc")
    head = issuer.settings.public / "audit-log"
    head.unlink()
    assert main(["--home", str(home), "audit", "check"]) == 3  # signed by nobody
    assert main(["--home", str(home), "publish"]) == 0
    assert main(["--home", str(home), "audit", "check"]) == 0
    capsys.readouterr()
    assert main(["--home", str(home), "audit", "export", "--csv"]) == 0
    heads, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    assert (heads[0], heads[-1], len(rows[0])) == ("number", "hash", len(heads))
    assert main(["--home", str(home), "audit", "export"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["about"] for line in lines] == ["a", "b", "c"]
    file = tmp_path / "log.jsonl"
    for changed, first in (
        (lines, None),
        (lines[1:], 1),
        ([*lines[:2]], 3),
        ([lines[0], lines[2], lines[1]], 2),
        ([lines[0], lines[1].replace('"b"', '"x"'), lines[2]], 2),
        ([lines[0], "nonsense", lines[2]], 2),
    ):
        file.write_text("\n".join(changed))
        assert main(["--home", str(home), "audit", "check", str(file)]) == (1 if first else 0)
        assert first is None or f"broken at entry {first}:" in capsys.readouterr().err


def test_a_change_of_keys_is_recorded_by_their_names(issuer, home):
    assert main(["--home", str(home), "keys", "rotate"]) == 0
    with issuer.database.reading() as session:
        (entry,) = (entry for entry, _ in log.entries(session))
    assert (entry.actor, entry.action) == ("command", "keys.rotate")
    assert entry.details["active"] == [
        key.id for key in issuer.keyring.entries() if not key.retired
    ]


def test_the_signed_head_is_served(issuer, settings):
    add(issuer, "a")
    lists.publish_all(issuer, now=now())
    app = create_app(settings)
    answer = app.test_client().get("/audit-log", base_url=settings.public_url)
    app.extensions["mintmark"].database.close()
    assert json.loads(answer.data)["credentialSubject"]["id"].endswith("/audit-log#1")


def test_killed_between_act_and_entry_neither_is_there(any_issuer, approval, monkeypatch):
    """P1: the entry is part of the commit."""

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(log, "_append", fail)
    with pytest.raises(KeyboardInterrupt):
        issuance.receive(any_issuer, approval(), source="forms", event_id="e-1", now=now())
    monkeypatch.undo()
    with any_issuer.database.reading() as session:
        table = issuance.prepare.ApprovalRow
        assert session.scalar(select(func.count()).select_from(table)) == 0
