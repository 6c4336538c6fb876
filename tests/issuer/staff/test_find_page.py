"""The desk's first page: credentials are found by what an office knows, and taken as a table."""

import csv
import io
import re

import pytest
from signed_in_browsers import statements

from issuer.audit import log as audit
from issuer.issuance.records import find


def names(answer):
    return re.findall(r'<th scope="row">.*?<bdi>(.*?)</bdi>', answer.text)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", ["Ana Ortiz", "=Bo Example", "Ana Ortiz", "Zoë Nguyễn"]),
        ("q=nguyen", ["Zoë Nguyễn"]),
        ("q=nguyen, zoe", ["Zoë Nguyễn"]),
        ("q=t2@school", ["Ana Ortiz"]),
        ("building=7", ["Zoë Nguyễn"]),
        ("building=no", []),
        ("year=2023", ["=Bo Example"]),
        ("year=0000", ["Ana Ortiz", "=Bo Example", "Ana Ortiz", "Zoë Nguyễn"]),
        ("year=x²", ["Ana Ortiz", "=Bo Example", "Ana Ortiz", "Zoë Nguyễn"]),
        ("achievement=rhythms&q=ana&sort=teacher", ["Ana Ortiz", "Ana Ortiz"]),
        ("achievement=none", []),
        ("state=revoked", []),
        ("state=issued&year=2021", ["Zoë Nguyễn"]),
        ("sort=teacher", ["Ana Ortiz", "Ana Ortiz", "=Bo Example", "Zoë Nguyễn"]),
        ("sort=no&after=nothing", []),
    ],
)
def test_credentials_are_found(office, issued, asked, expected):
    answer = office.get(f"/desk?{asked}")
    assert (answer.status_code, sorted(names(answer))) == (200, sorted(expected))


def test_where_nothing_matches_a_filter_that_is_set_is_said(office, issued):
    text = office.get("/desk?q=ana&building=no").text
    assert "Nothing matches “<bdi>ana</bdi>”. A filter is set: Building." in text
    assert '<a href="/desk?q=ana">Clear the filters</a>' in text
    assert "A filter is set" not in office.get("/desk?q=nobody&sort=teacher").text


def test_a_serial_number_finds_one(office, issued):
    page = office.get("/desk?year=2022").text
    serial = re.search(r"<code>(.*?)</code>", page)[1]
    assert names(office.get(f"/desk?q={serial.lower()}")) == ["Ana Ortiz"]


def test_pages_follow_each_other(office, issued, monkeypatch):
    monkeypatch.setattr(find.page, "__kwdefaults__", {"after": "", "size": 3})
    first = office.get("/desk?sort=teacher")
    onward = re.search(r'rel="next" href="(.*?)"', first.text)[1].replace("&amp;", "&")
    last = office.get(onward)
    assert [*names(first), *names(last)] == ["=Bo Example", "Ana Ortiz", "Ana Ortiz", "Zoë Nguyễn"]
    assert 'rel="next"' not in last.text


def test_what_is_shown_is_a_table_without_formulas_and_the_log_knows(district, office, issued):
    answer = office.get("/desk/credentials.csv?year=2023")
    assert answer.is_streamed
    table = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["name"] for row in table] == ["'=Bo Example"]
    with district.issuer.database.reading() as session:
        (entry,) = audit.about(session, "credentials")
    assert entry.action == "credentials.exported"
    assert entry.actor.startswith("person:")


def test_a_page_takes_no_more_queries_the_more_there_are(district, office, issued, monkeypatch):
    """At most 12, however many credentials and buildings there are."""

    def queries(size):
        monkeypatch.setattr(find.page, "__kwdefaults__", {"after": "", "size": size})
        with statements(district.issuer) as sent:
            office.get("/desk?q=a&building=7")
        return len(sent)

    assert queries(1) == queries(4) <= 12
