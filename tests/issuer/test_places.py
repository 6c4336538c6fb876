from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from locks import wait_until_blocked
from sqlalchemy import select

from issuer.issuance.records.tables import Revocation, StatusList
from issuer.issuance.status_lists import places
from verifier.checks import status_list

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SIZE = 131_072
KEY = b"k" * 32


def reserve(database, count=1, *, size=SIZE):
    reserved = []
    for _ in range(count):
        with database.writing() as session:
            reserved += places.reserve(session, 1, size=size, now=NOW)
    return reserved


@pytest.mark.parametrize("size", [4096, 4097, 8184], ids=["power-of-4", "over", "under"])
def test_every_place_of_a_list_has_its_own_index(size):
    indexes = {places.place_to_index(place, key=KEY, size=size) for place in range(size)}
    assert indexes == set(range(size))


def test_indexes_are_spread_as_chance_would():
    """Chi-square over 64 parts of the list, 63 degrees of freedom: 120 is beyond 1 in 100,000."""
    drawn = [places.place_to_index(place, key=KEY, size=SIZE) for place in range(6400)]
    parts = Counter(index * 64 // SIZE for index in drawn)
    assert sum((parts[part] - 100) ** 2 / 100 for part in range(64)) < 120


def test_neighbors_in_time_are_strangers_in_the_list():
    drawn = [places.place_to_index(place, key=KEY, size=SIZE) for place in range(6401)]
    steps = Counter((b - a) % SIZE * 64 // SIZE for a, b in pairwise(drawn))
    assert sum((steps[part] - 100) ** 2 / 100 for part in range(64)) < 120


def test_two_lists_have_two_orders():
    orders = [
        [places.place_to_index(place, key=key, size=SIZE) for place in range(100)]
        for key in (b"a" * 32, b"b" * 32)
    ]
    assert orders[0] != orders[1]


def test_no_index_is_handed_out_twice(any_database):
    reserved = reserve(any_database, 60)
    assert len(set(reserved)) == 60


def test_an_index_of_what_was_undone_is_free_again(any_database):
    reserve(any_database)
    with any_database.writing() as session:
        [undone] = places.reserve(session, 1, size=SIZE, now=NOW)
        session.rollback()
    assert reserve(any_database) == [undone]


def test_a_full_list_is_closed_and_the_next_one_opened(any_database):
    [(number, _)] = reserve(any_database)
    with any_database.writing() as session:
        session.get_one(StatusList, number).next_place = SIZE - 1
    last, first = reserve(any_database, 2)
    assert (last[0], first[0]) == (number, number + 1)
    with any_database.reading() as session:
        assert session.get_one(StatusList, number).closed


def test_the_bits_are_just_the_rows(any_database):
    [(number, index)] = reserve(any_database)
    with any_database.writing() as session:
        assert places.revoke(session, number, index, reason="a mistake", now=NOW)
        bits = places.bits(session, session.get_one(StatusList, number))
    assert [place for place in range(SIZE) if status_list.bit(bits, place)] == [index]


def test_a_bit_that_is_set_stays_with_its_first_reason(any_database):
    [(number, index)] = reserve(any_database)
    with any_database.writing() as session:
        places.revoke(session, number, index, reason="first", now=NOW)
    with any_database.writing() as session:
        assert not places.revoke(session, number, index, reason="second", now=NOW)
        assert session.get_one(Revocation, (number, index)).reason == "first"


def test_after_a_restore_no_index_comes_again(any_database):
    """Issue 100, back up, issue 50, restore, issue 50: none of the last is one of the lost (P2)."""
    reserve(any_database, 100)
    with any_database.reading() as session:
        backup = session.scalars(select(StatusList)).one().next_place
    lost = set(reserve(any_database, 50))
    with any_database.writing() as session:  # what restoring the backup does to the counter
        session.scalars(select(StatusList)).one().next_place = backup
    with any_database.writing() as session:
        places.close_all(session, size=SIZE, now=NOW)
    assert not lost & set(reserve(any_database, 50))


def test_without_closing_the_lists_indexes_would_come_again(any_database):
    reserve(any_database, 10)
    lost = set(reserve(any_database, 5))
    with any_database.writing() as session:
        session.scalars(select(StatusList)).one().next_place = 10
    assert set(reserve(any_database, 5)) == lost


def test_a_list_opened_after_a_restore_has_a_number_that_nothing_counted_to(any_database):
    with any_database.writing() as session:
        first = places.close_all(session, size=SIZE, now=NOW)
        again = places.close_all(session, size=SIZE, now=NOW + timedelta(seconds=1))
    assert first == int(NOW.timestamp())
    assert again == first + 1


@pytest.mark.parametrize("known", [True, False], ids=["list-in-backup", "list-unknown-to-backup"])
def test_revocations_that_a_backup_does_not_know_are_taken_from_the_published_list(
    any_database, known
):
    number = reserve(any_database)[0][0] if known else 5
    published = status_list.with_bits(SIZE, {3, 99, 131_071})
    with any_database.writing() as session:
        assert places.adopt(session, number, published, now=NOW) == 3
        assert places.adopt(session, number, published, now=NOW) == 0
        row = session.get_one(StatusList, number)
        assert places.bits(session, row) == published
        assert row.closed is not known


def test_two_hosts_that_begin_at_once_open_one_list(postgresql_issuer):
    """P2: before there is a list, there is no row to lock."""
    database = postgresql_issuer.database

    def begin(session):
        return places.open_list(session, size=SIZE, now=NOW).number

    def begin_elsewhere():
        with database.writing() as session:
            return begin(session)

    with ThreadPoolExecutor() as pool:
        with database.writing() as session:
            first = begin(session)
            other = pool.submit(begin_elsewhere)
            wait_until_blocked(session, other)
            assert not other.done()
        assert (first, other.result()) == (1, 1)
