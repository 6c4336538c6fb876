"""The federal directory of districts as a list: marked as that source, unverified by a person."""

import json

import pytest
from world import NOW

from verifier import __main__ as verifying
from verifier import trust
from verifier.directories import nces
from verifier.trust import TrustListError
from verifier.trust.lists import trust_list_in
from verifier.wording import words

HEADER = "SCHOOL_YEAR,ST,LEA_NAME,LEAID,WEBSITE,SY_STATUS_TEXT"


def row(website, name="Example District", lea="1234567", state="IL", status="Open"):
    return f'2025-2026,{state},"{name}",{lea},{website},{status}'


def built(*rows, **options):
    return nces.build("\r\n".join([HEADER, *rows]).encode(), now=NOW, **options)


def ids(*rows, **options):
    return {entry["id"] for entry in built(*rows, **options).document["entries"]}


@pytest.mark.parametrize(
    "website",
    [
        "http://www.example-district.org",
        "https://example-district.org/",
        "www.example-district.org",
        "EXAMPLE-DISTRICT.ORG",
        " http://example-district.org ",
    ],
)
def test_a_website_becomes_the_did_of_its_host_with_and_without_www(website):
    assert ids(row(website)) == {
        "did:web:example-district.org",
        "did:web:www.example-district.org",
    }


@pytest.mark.parametrize(
    "website",
    [
        "", "-1", "-2", "M", "N", "†", "none", "http://", "http://[", "http://x.example:8080",
        "https://sites.example/district", "https://x.example/?d=1", "http://10.0.0.1",
        "http://me@x.example", "x.example:99999", "mailto:x@x.example", "http://x..example",
        "did:web:x.example",
    ],
)  # fmt: skip
def test_what_is_no_host_of_its_own_gives_no_entry(website):
    directory = built(row(website), row(website, lea="2"))
    assert directory.document["entries"] == []
    assert directory.left_out == {"without a website that is a host of its own": 2}


def test_a_host_that_agencies_share_says_of_none_who_is_behind_it():
    shared = [row("https://platform.example", name=f"District {n}", lea=str(n)) for n in range(3)]
    directory = built(*shared, row("https://own.example", lea="9"))
    assert {entry["id"] for entry in directory.document["entries"]} == {
        "did:web:own.example",
        "did:web:www.own.example",
    }
    assert directory.left_out == {"on the same host as another agency": 3}


@pytest.mark.parametrize("status", ["Closed", "Inactive", "Future", "Closed since last year"])
def test_an_agency_that_is_not_open_gives_no_entry(status):
    directory = built(*(row(f"https://own{n}.example", status=status) for n in range(2)))
    assert directory.document["entries"] == []
    assert directory.left_out == {"closed, inactive or not open yet": 2}


def test_one_state_may_be_taken_alone():
    rows = row("https://a.example", state="IL"), row("https://b.example", state="WI", lea="2")
    assert ids(*rows, state="wi") == {"did:web:b.example", "did:web:www.b.example"}


def test_a_district_found_so_is_recognized_as_that_and_not_as_listed_by_a_person():
    listed = trust_list_in(built(row("https://own.example")).document)
    verdict = trust.recognize([listed], "did:web:own.example", NOW)
    assert verdict.code == "listed_unverified"
    sentence = words.text(verdict)
    assert (
        "the federal directory (NCES 2025-2026, LEA 1234567) gives for Example District (IL)"
        in sentence
    )
    assert "No person has confirmed that entry" in sentence
    assert not any(entry.endorses for entry in listed.entries.values())


def test_a_name_in_an_older_encoding_is_read():
    data = f"{HEADER}\n{row('https://own.example', name='Cañon District')}".encode("cp1252")
    assert nces.build(data, now=NOW).document["entries"][0]["name"] == "Cañon District (IL)"
    odd = data.replace("ñ".encode("cp1252"), b"\x81")
    assert nces.build(odd, now=NOW).document["entries"][0]["name"] == "Ca\ufffdon District (IL)"


def test_the_file_begins_with_a_mark_or_not_and_may_lack_what_is_not_needed():
    plain = "LEAID,LEA_NAME,ST,WEBSITE\n7,District,IL,own.example"
    for data in (plain.encode(), plain.encode("utf-8-sig")):
        directory = nces.build(data, now=NOW)
        assert (
            directory.document["entries"][0]["unverified"] == "the federal directory (NCES, LEA 7)"
        )
        assert {entry["kind"] for entry in directory.document["entries"]} == {"district"}
        assert directory.document["name"] == "School districts by the federal directory"
        assert directory.document["updated"] == NOW.isoformat()


def test_an_agency_without_a_name_goes_by_its_number():
    (entry, _) = built(row("https://own.example", name=" ")).document["entries"]
    assert entry["name"] == "1234567 (IL)"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no column LEAID: give the CSV of the LEA universe"),
        (b"LEAID,LEA_NAME,ST\n", "no column WEBSITE"),
        (b"\xff\x00", "no column"),
    ],
)
def test_another_file_is_refused_with_where_to_get_the_right_one(data, message):
    with pytest.raises(TrustListError, match=message):
        nces.build(data, now=NOW)


def test_a_row_that_cannot_be_read_is_named():
    with pytest.raises(TrustListError, match="the directory after line 1: field larger"):
        built(row("https://own.example", name="N" * 200_000))


def test_a_short_row_gives_no_entry():
    assert ids("2025-2026,IL,Short") == set()


def test_the_whole_country_fits_into_a_list_that_is_read(tmp_path):
    name, source, out = "District of a Somewhat Longer Name", tmp_path / "lea.csv", tmp_path / "out"
    rows = (row(f"http://www.d{n}.k12.example", name, lea=f"{n:07}") for n in range(20_000))
    source.write_text("\n".join([HEADER, *rows]))
    assert verifying.main(["trust", "build", "--nces", str(source), "--out", str(out)]) == 0
    assert len(trust.load(out.read_bytes()).entries) == 40_000


def test_the_command_writes_a_list_that_is_read_and_says_how_many_were_left_out(tmp_path, capsys):
    source, out = tmp_path / "lea.csv", tmp_path / "districts.json"
    source.write_text("\n".join([HEADER, row("https://own.example"), row("", lea="2")]))
    command = ["trust", "build", "--nces", str(source), "--out", str(out)]
    assert verifying.main(command) == 0
    assert len(trust.load(out.read_bytes()).entries) == 2
    summary = capsys.readouterr().err
    assert "2 entries, none verified by a person" in summary
    assert "left out: 1 without a website" in summary
    assert verifying.main(command) == 1  # what is there is not written over
    assert "districts.json" in capsys.readouterr().err
    assert verifying.main(command[:4]) == 0
    assert json.loads(capsys.readouterr().out)["type"] == "MintmarkTrustList"
