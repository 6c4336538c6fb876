"""Finding credentials: by what stands in columns, a page at a time, and never in many queries."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, insert, select, text

from issuer import issuance
from issuer.__main__ import main
from issuer.issuance.prepare import Arrived
from issuer.issuance.records import find
from issuer.issuance.records.approval_tables import AddressRow, ApprovalRow
from issuer.issuance.records.find import ListedState, Query, Sort
from issuer.issuance.records.tables import CredentialRow
from issuer.issuance.status_lists import lists
from issuer.issuance.status_lists.lists import NotIssuedError
from issuer.sharing.public import earned

NAMES = ["Zoë Nguyễn", "Ana Ortiz", "Bo =Example", "Ana Ortiz", "Ines 100%", "Al Under_score"]


def now():
    return datetime.now(UTC)


@pytest.fixture
def six(any_issuer, approval):
    """Six credentials: the fourth revoked, the fifth superseded by a seventh, the sixth ended."""
    sent = [
        Arrived(
            approval(
                f"District/{number}",
                recipient={"name": name, "emails": [f"t{number}@School.example"]},
                approved_at=f"202{number}-05-15T15:00:00Z",
                valid_until=None if number < 6 else f"{now() + timedelta(seconds=2):%FT%TZ}",
            ),
            f"e-{number}",
        )
        for number, name in enumerate(NAMES, 1)
    ]
    ids = [
        received.credential_id
        for received in issuance.receive_all(any_issuer, sent, source="forms", now=now())
    ]
    lists.revoke(any_issuer, ids[3], reason="twice", by="command", now=now())
    again = approval(
        "District/5",
        revision=2,
        reason="x",
        approved_at="2025-05-15T15:00:00Z",
        recipient={"name": NAMES[4], "emails": ["t5@School.example"]},
    )
    new = issuance.receive(any_issuer, again, source="forms", event_id="e-7", now=now())
    return [*ids, new.credential_id]


def ids(issuer, query, **how):
    with issuer.database.reading() as session:
        page = find.page(session, issuer.settings, query, now=now() + timedelta(seconds=9), **how)
    return [entry.public_id for entry in page.entries]


CASES = {
    "all, the newest first": (Query(), [5, 6, 4, 3, 2, 1, 0]),
    "as they came": (Query(sort=Sort.STORED), [0, 1, 2, 3, 4, 5, 6]),
    "by name": (Query(sort=Sort.TEACHER), [5, 1, 3, 2, 4, 6, 0]),
    "a part of a name": (Query(teacher="ORTIZ"), [3, 1]),
    "without accents": (Query(teacher="zoe nguyen"), [0]),
    "a sign that means something to databases": (Query(teacher="%"), [6, 4]),
    "another": (Query(teacher="r_s"), [5]),
    "a quote": (Query(teacher="' OR 1=1 --"), []),
    "an address": (Query(address="T2@school.EXAMPLE"), [1]),
    "a part of one": (Query(address="t5@"), [6, 4]),
    "an achievement": (Query(achievement="rhythms", teacher="zoe"), [0]),
    "another achievement": (Query(achievement="drums"), []),
    "a year": (Query(awarded_from=date(2022, 1, 1), awarded_until=date(2022, 12, 31)), [1]),
    "a day, both ends": (
        Query(awarded_from=date(2021, 5, 15), awarded_until=date(2021, 5, 15)),
        [0],
    ),
    "in force": (Query(state=ListedState.ISSUED), [6, 2, 1, 0]),
    "ended": (Query(state=ListedState.ENDED), [5]),
    "revoked": (Query(state=ListedState.REVOKED), [3]),
    "superseded": (Query(state=ListedState.SUPERSEDED), [4]),
    "not issued": (Query(state="prepared"), []),
    "an approval id": (Query(approval_id="district/5"), [6, 4]),
    "anything": (Query(text="ana"), [3, 1]),
    "an address, anywhere": (Query(text=" t1@school "), [0]),
    "all of it": (
        Query(teacher="ana", state=ListedState.REVOKED, awarded_from=date(2024, 1, 1)),
        [3],
    ),
    "what may be seen": (Query(teacher="ana", where=ApprovalRow.source == "lms"), []),
}


def test_what_fits_is_found_in_order(any_issuer, six):
    places = {
        case: [six.index(public_id) for public_id in ids(any_issuer, query)]
        for case, (query, _) in CASES.items()
    }
    assert places == {case: expected for case, (_, expected) in CASES.items()}


def test_a_serial_number_finds_one(any_issuer, six):
    with any_issuer.database.reading() as session:
        serial = session.scalar(
            select(CredentialRow.serial).where(CredentialRow.public_id == six[2])
        )
    for query in (Query(serial=serial.lower()), Query(text=serial.lower())):
        assert ids(any_issuer, query) == [six[2]]


def in_pages(issuer, sort, size):
    after = ""
    with issuer.database.reading() as session:
        while after is not None:
            page = find.page(
                session, issuer.settings, Query(sort=sort), now=now(), after=after, size=size
            )
            assert page.total == 7
            yield from (entry.public_id for entry in page.entries)
            after = page.after


def test_pages_follow_each_other_without_a_gap_or_a_double(any_issuer, six):
    for sort in Sort:
        whole = ids(any_issuer, Query(sort=sort))
        for size in (1, 2, 3, 7):
            assert list(in_pages(any_issuer, sort, size)) == whole, (sort, size)


def test_a_page_after_something_that_is_gone_is_empty(any_issuer, six):
    assert ids(any_issuer, Query(), after="nothing") == []


def fill(issuer, many):
    """Copy the first credential so often that there are `many`, with another key each."""
    with issuer.database.writing() as session:
        pairs = session.execute(
            select(ApprovalRow, CredentialRow).join(CredentialRow.approval)
        ).all()
        a, c = (
            {col.key: getattr(row, col.key) for col in type(row).__mapper__.columns}
            for row in pairs[0]
        )
        last = max(row.id for pair in pairs for row in pair)
        numbers = range(last + 1, last + 1 + many - len(pairs))
        session.execute(
            insert(ApprovalRow),
            [
                a
                | {
                    "id": n,
                    "approval_id": f"f-{n}",
                    "token": f"f{n}",
                    "teacher": f"teacher {n % 997}",
                    "awarded_on": date(2000, 1, 1) + timedelta(days=n % 9000),
                }
                for n in numbers
            ],
        )
        session.execute(
            insert(CredentialRow),
            [
                c
                | {
                    "id": n,
                    "approval_pk": n,
                    "public_id": f"f{n}",
                    "list_number": 1,
                    "serial": f"S{n}",
                    "list_index": 10**6 + n,
                    "manage_hash": n.to_bytes(32),
                    "superseded_by": None,
                    "json": b"",
                    "jwt": b"",
                    "to_share": b"",
                }
                for n in numbers
            ],
        )
        session.execute(
            insert(AddressRow),
            [{"approval_pk": n, "address": f"t{n}@school.example"} for n in numbers],
        )
        session.execute(text("ANALYZE"))


def count_queries(issuer, work):
    seen = []
    event.listen(issuer.database.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    work()
    return len(seen)


def test_2000_credentials_take_few_queries_and_as_many_as_seven(any_issuer, six):
    """The number of queries does not grow, and stays far below 12."""

    def work():
        assert len(ids(any_issuer, Query(teacher="teacher 5"), after="")) <= find.SIZE

    before = count_queries(any_issuer, work)
    fill(any_issuer, 2000)
    assert count_queries(any_issuer, work) <= 2 * before <= 12


def test_a_table_is_written_in_batches_and_whole(any_issuer, six, monkeypatch):
    monkeypatch.setattr(find, "BATCH", 3)
    with any_issuer.database.reading() as session:
        entries = list(find.every(session, any_issuer.settings, Query(sort=Sort.STORED), now=now()))
    assert [entry.public_id for entry in entries] == six


def test_the_count_on_an_achievements_page_ends_somewhere(any_issuer, six, monkeypatch):
    """No public page's cost grows with the number of credentials."""
    with any_issuer.database.reading() as session:
        assert earned.times(session, "rhythms") == 5
        monkeypatch.setattr(earned, "MOST", 5)
        statements = []
        event.listen(
            any_issuer.database.engine, "before_cursor_execute", lambda *a: statements.append(a[2])
        )
        assert earned.times(session, "rhythms") == 5
    assert "LIMIT" in statements[0]


def test_no_more_is_counted_than_people_read(any_issuer, six, monkeypatch):
    monkeypatch.setattr(find, "COUNTED", 4)
    with any_issuer.database.reading() as session:
        listed = find.page(session, any_issuer.settings, Query(), now=now(), size=2)
    assert (len(listed.entries), listed.total) == (2, 5)


def test_a_selection_is_revoked_whole_or_not_at_all(any_issuer, six):
    with pytest.raises(NotIssuedError):
        lists.revoke_all(any_issuer, [six[0], "x" * 22], reason="x", by="person:1", now=now())
    assert ids(any_issuer, Query(state=ListedState.REVOKED)) == [six[3]]
    fresh = lists.revoke_all(
        any_issuer, [six[0], six[3], six[1]], reason="x", by="person:1", now=now()
    )
    assert fresh == {six[0], six[1]}
    assert ids(any_issuer, Query(state=ListedState.REVOKED)) == [six[3], six[1], six[0]]


def test_commands_narrow_and_export_the_same(issuer, home, approval, capsys):
    for number, name in enumerate(["Ana Ortiz", "=Bo Example"], 1):
        sent = approval(
            f"a-{number}",
            recipient={"name": name, "emails": ["a@b.example"]},
            approved_at=f"202{number}-05-15T15:00:00Z",
        )
        issuance.receive(issuer, sent, source="forms", event_id=f"e-{number}", now=now())

    def run(*words):
        return main(["--home", str(home), *words])

    assert run("list", "--teacher", "bo", "--year", "2022", "--state", "issued") == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert run("export", "--csv", "--year", "2022") == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["name"], row["revision"]) == ("'=Bo Example", "1")
    assert run("revoke", "ana", "bo", "--reason", "twice", "--yes") == 0
    assert capsys.readouterr().out.count("is revoked") == 2
    assert run("revoke", "ana", "bo", "--reason", "x", "--correct") == 2
