"""A pile of applicants: every flaw is named, a killed run goes on, one file harms no other."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from planted import NOW, Harmful, badge, plant, served
from world import World

from verifier import __main__ as verifying
from verifier.batch import command, run, sheet
from verifier.batch.checker import Checker, Task
from verifier.batch.row import Row, of_line
from verifier.batch.sources import source_files
from verifier.batch.table import ApplicantFile
from verifier.options import executors, web_options
from verifier.report import Answer, Verdict
from verifier.wording import words

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "verify.md").read_text("utf-8").partition("## Practice")[2]
DOCS = DOCS.partition("\n## ")[0]


@pytest.fixture
def check(monkeypatch, tmp_path):
    """Run the command over what a world publishes, which is listed; return its exit status."""

    def check(world, *arguments):
        monkeypatch.setattr(web_options, "WebFetch", served(world))
        if "--policy" not in arguments:
            arguments += ("--policy", rules(world, tmp_path / "rules"))
        if "--workers" not in arguments:
            arguments += ("--workers", "1")  # a process is slow to start
        return verifying.main(["batch", *map(str, arguments), "--at", NOW])

    return check


def rules(world, folder):
    """Return a policy in a folder of its own, with a list of the world's issuer."""
    folder.mkdir(exist_ok=True)
    entry = {"id": world.issuer.did, "name": "Example District", "kind": "district"}
    listed = {"type": "MintmarkTrustList", "version": 1, "name": "Ours", "entries": [entry]}
    listed |= {"updated": "2026-11-10T00:00:00Z"}
    (folder / "districts.json").write_text(json.dumps(listed))
    (folder / "policy.toml").write_text('lists = ["districts.json"]')
    return folder / "policy.toml"


def table(out):
    """Return the rows of the results by applicant."""
    text = (out / "results.csv").read_text("utf-8-sig")
    return {row["applicant"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A planted folder, checked: by whom which flaw was handed in, and where the results are."""
    top, world = tmp_path_factory.mktemp("planted"), World()
    flaws = plant(world, top / "folder")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web_options, "WebFetch", served(world))
        rules = ["--policy", str(top / "policy.toml"), "--out", str(top / "out")]
        status = verifying.main(["batch", str(top / "folder"), *rules, "--at", NOW])
    return flaws, top / "out", status


def opening(code):
    """Return the words of a code up to the first thing that is put in."""
    return words.WORDS[code][0].partition("{")[0]


def test_forty_badges_with_twelve_flaws_have_forty_rows(planted):
    flaws, out, status = planted
    assert len(set(flaws.values())) == 12
    assert len(table(out)) == 40
    assert status == 1


def test_the_sheet_names_each_flaw_beside_its_applicant(planted):
    flaws, out, _ = planted
    sheet = (out / "sheet.html").read_text()
    bodies = {re.search(r"A-\d\d", body)[0]: body for body in sheet.split("<tbody ")[1:]}
    assert {who for who, code in flaws.items() if opening(code) not in bodies[who]} == set()


def test_whoever_has_no_flaw_counts_and_has_the_points_of_twelve_hours(planted):
    flaws, out, _ = planted
    rows = table(out)
    counted = {who for who, row in rows.items() if row["answer"] == "counts"}
    assert counted == rows.keys() - flaws.keys()
    assert {rows[who]["points"] for who in counted} == {"2.4"}
    assert {rows[who]["points"] for who in flaws} == {""}


def test_the_folder_to_practice_on_is_answered_as_documented(tmp_path, monkeypatch):
    practice = ROOT / "verifier" / "batch" / "practice"
    monkeypatch.setattr(web_options, "WebFetch", served(World()))  # nobody who is made up answers
    arguments = ["--policy", str(practice / "policy.toml"), "--out", str(tmp_path / "out")]
    assert verifying.main(["batch", str(practice / "applicants"), *arguments]) == 1
    text = (tmp_path / "out" / "results.csv").read_text("utf-8-sig")
    answers = [(row["applicant"], row["answer"]) for row in csv.DictReader(io.StringIO(text))]
    documented = re.findall(r"^\| (A-\d\d) \|[^|]*\| ([a-z ]+) \|", DOCS, re.MULTILINE)
    assert answers == documented


def test_the_folder_to_practice_on_is_named_and_a_list_is_sent_to_the_policy(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(command, "_run", lambda *_: [])
    verifying.main(["batch", "--practice", "--out", str(tmp_path / "out")])
    place = Path(capsys.readouterr().out.splitlines()[-1].rpartition(": ")[2])
    assert {"applicants", "policy.toml"} <= {path.name for path in place.iterdir()}
    assert verifying.main(["batch", str(tmp_path), "--trust", "ours.json"]) == 2
    assert "--policy" in capsys.readouterr().err


def test_the_table_of_applicants_has_a_line_for_each_with_the_points_in_all(planted):
    text = (planted[1] / "by-applicant.csv").read_text("utf-8-sig")
    lines = {line["applicant"]: line for line in csv.DictReader(io.StringIO(text))}
    assert len(lines) == 40
    assert lines["A-14"] == {
        "applicant": "A-14",
        "name": "Jordan Example 14",
        "items handed in": "1",
        "points": "2.4",
        "items that count": "1",
        "items to look at": "0",
        "items that do not count": "0",
    }


def test_without_lists_in_the_policy_those_that_are_kept_say_whose_count(
    world, tmp_path, check, monkeypatch
):
    sound(world, tmp_path / "folder", 1)
    entry = {"id": "did:web:other.example", "name": "Other District", "kind": "district"}
    listed = {"type": "MintmarkTrustList", "version": 1, "name": "State", "entries": [entry]}
    listed |= {"updated": "2026-11-10T00:00:00Z"}
    world.publish("https://state.example/list.json", listed)
    monkeypatch.setenv("MINTMARK_VERIFY_HOME", str(tmp_path / "kept"))
    monkeypatch.setattr(web_options, "WebFetch", served(world))
    assert verifying.main(["trust", "add", "https://state.example/list.json"]) == 0
    nothing = tmp_path / "nothing.toml"
    nothing.touch()
    assert check(world, tmp_path / "folder", "--policy", nothing, "--out", tmp_path / "out") == 3
    record = json.loads((tmp_path / "out" / run.RECORD).read_text())
    (copy,) = (tmp_path / "kept").glob("[0-9a-f]*.json")
    assert hashlib.sha256(copy.read_bytes()).hexdigest() in {
        file["sha256"] for file in record["files"]
    }
    assert "not on any list that is used here" in table(tmp_path / "out")["001"]["why"]


def test_a_credential_that_two_hand_in_counts_for_whose_address_it_was_issued_to(planted):
    rows = table(planted[1])
    assert "A-06" in rows["A-07"]["why"]
    assert (rows["A-06"]["answer"], rows["A-07"]["answer"]) == ("to look at", "counts")


def test_a_name_that_differs_is_shown_beside_the_one_that_was_given(planted):
    row = table(planted[1])["A-05"]
    assert (row["name"], row["name in the credential"]) == ("Robin Other", "Jordan Example 05")


def test_the_record_holds_the_sha256_of_inputs_lists_and_status_lists(planted):
    _, out, _ = planted
    record = json.loads((out / run.RECORD).read_text())
    folder = out.parent / "folder"

    def digest(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()

    assert {entry["sha256"] for entry in record["inputs"]} == {
        digest(path) for path in folder.iterdir() if path.suffix != ".csv"
    }
    assert {file["sha256"] for file in record["files"]} == {
        digest(out.parent / "policy.toml"),
        digest(out.parent / "districts.json"),
        digest(folder / "applicants.csv"),
    }
    assert record["written"] == {name: digest(out / name) for name in record["written"]}
    (asked,) = (answer for answer in record["asked"] if answer["for"] == "status list")
    place = record["asked"].index(asked)
    assert re.fullmatch("[0-9a-f]{64}", asked["sha256"])
    assert sum(place in entry["asked"] for entry in record["inputs"]) > 30


def test_only_the_owner_can_read_what_names_people(planted):
    _, out, _ = planted
    assert out.stat().st_mode & 0o077 == 0
    assert [f.name for f in out.iterdir() if f.stat().st_mode & 0o077] == []


def test_a_file_that_no_row_names_has_a_line_for_a_person_to_look_at(
    world, tmp_path, check, capsys
):
    folder = tmp_path / "folder"
    sound(world, folder, 2)
    (folder / "applicants.csv").write_text("Applicant,File\nAnn,001.json\n")
    ours = rules(world, folder)  # its files are nobody's, and are not named
    assert check(world, folder, "--policy", ours, "--out", tmp_path / "out") == 3
    printed = capsys.readouterr().err
    assert re.findall("no row names: (.*)", printed) == ["002.json"]
    rows = table(tmp_path / "out")
    assert list(rows) == ["Ann", ""]
    assert rows[""]["answer"] == "to look at"
    assert rows[""]["why"] == words.WORDS["applicant_not_named"][0]
    (entry,) = [
        entry
        for entry in json.loads((tmp_path / "out" / run.RECORD).read_text())["inputs"]
        if not entry["applicant"]
    ]
    data = (folder / "002.json").read_bytes()
    assert (entry["source"], entry["sha256"]) == ("002.json", hashlib.sha256(data).hexdigest())
    assert "Ann" in (tmp_path / "out" / "by-applicant.csv").read_text("utf-8-sig")


def test_a_policy_and_its_lists_are_nobodys_however_they_lie(world, tmp_path, check):
    sound(world, tmp_path / "folder", 1)
    ours = rules(world, tmp_path / "folder" / "ours")
    assert check(world, tmp_path / "folder", "--policy", ours, "--out", tmp_path / "out") == 0
    assert list(table(tmp_path / "out")) == ["001"]


def test_a_finished_check_is_not_written_over(planted, check, capsys):
    _, out, _ = planted
    assert check(World(), out.parent / "folder", "--out", out) == 2
    assert "finished check: give another folder with --out" in capsys.readouterr().err


def sound(world, folder, count):
    """Fill a folder with sound badges."""
    folder.mkdir()
    for number in range(1, count + 1):
        signed = world.issuer.sign(badge(world, number))
        (folder / f"{number:03}.json").write_text(json.dumps(signed))


def test_a_killed_run_goes_on_without_checking_again(world, tmp_path, check, monkeypatch):
    sound(world, tmp_path / "folder", 6)
    out, done, checked = tmp_path / "out", [], []
    check_all = run.check_all

    def killed(things, *rest):
        for lines in check_all(things, *rest):  # in whatever order they are done
            if len(done) == 3:
                raise KeyboardInterrupt
            done.extend(row.thing.applicant for text in lines for row in of_line(text))
            yield lines

    def counted(things, *rest):
        checked.extend(things)
        return check_all(things, *rest)

    monkeypatch.setattr(run, "AT_A_TIME", 1)
    monkeypatch.setattr(run, "check_all", killed)
    arguments = (tmp_path / "folder", "--out", out, "--workers", "1")
    assert check(world, *arguments) == command.INTERRUPTED
    with (out / run.JOURNAL).open("ab") as journal:
        journal.write(b'{"applicant": "torn when')
    (tmp_path / "folder" / "001.json").write_text("changed since")
    monkeypatch.setattr(run, "check_all", counted)
    assert check(world, *arguments) == 3
    left = [f"{number:03}" for number in range(1, 7) if number == 1 or f"{number:03}" not in done]
    assert [thing.applicant for thing in checked] == left
    assert len(done) == 3
    assert len(table(out)) == 6


class Cluster(Executor):
    """Takes on all that it is handed and answers one piece after the other, the first one first."""

    def __init__(self):
        self.under_way, self.most = {}, []

    def submit(self, fn, made_by, packed, part):
        future = Future()
        self.under_way[future] = sum(len(data) for _, (data, _) in part)
        return future

    def answer_one(self, waiting, return_when):
        self.most.append((len(waiting), sum(self.under_way[future] for future in waiting)))
        (first := next(iter(waiting))).set_result([])
        return SimpleNamespace(done={first})


def test_files_that_are_sent_keep_workers_busy_and_never_fill_the_memory(tmp_path, monkeypatch):
    for number in range(40):
        (tmp_path / str(number)).write_bytes(b"x" * 100)
    monkeypatch.setattr(run, "BYTES_AT_A_TIME", 250)
    monkeypatch.setattr(executors, "MOST_BYTES", 1000)
    monkeypatch.setattr(executors, "wait", (cluster := Cluster()).answer_one)
    things = [ApplicantFile("a", str(number)) for number in range(40)]
    files = source_files(tmp_path)
    assert len(list(run.check_all(things, Task(tmp_path, b"", (), dict), cluster, files))) == 14
    assert cluster.most[:-4] == [(4, 1200)] * 10
    assert sum(cluster.under_way.values()) == 4000


def test_a_check_that_was_begun_by_other_rules_is_not_gone_on_with(
    world, tmp_path, check, monkeypatch, capsys
):
    sound(world, tmp_path / "folder", 1)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "check_all", killed)
    check(world, tmp_path / "folder", "--out", tmp_path / "out")
    assert check(world, tmp_path / "folder", "--out", tmp_path / "out", "--offline") == 2
    assert "begun with other applicants, rules or options" in capsys.readouterr().err


def test_a_worker_that_is_ended_stops_the_check_which_then_goes_on(
    world, tmp_path, check, monkeypatch, capsys
):
    sound(world, tmp_path / "folder", 3)
    arguments = [tmp_path / "folder", "--out", tmp_path / "out", "--at", NOW]
    arguments += ["--policy", rules(world, tmp_path / "rules")]
    monkeypatch.setattr(web_options, "WebFetch", Harmful())
    assert verifying.main(["batch", *map(str, arguments)]) == 2
    assert "The same command goes on from here" in capsys.readouterr().err
    assert check(world, tmp_path / "folder", "--out", tmp_path / "out") == 0


def test_a_run_that_is_killed_leaves_no_process_and_goes_on(world, tmp_path):
    sound(world, tmp_path / "folder", 200)
    run_it = [sys.executable, "-m", "verifier", "batch", str(tmp_path / "folder"), "--offline"]
    run_it += ["--out", str(tmp_path / "out"), "--workers", "1"]
    journal = tmp_path / "out" / run.JOURNAL
    killed = subprocess.Popen(run_it, cwd=ROOT, stderr=subprocess.DEVNULL)
    await_(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 1)
    workers = children(killed.pid)
    killed.kill()
    killed.wait()
    assert workers
    await_(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    again = subprocess.run(run_it, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "going on after" in again.stderr
    assert len(table(tmp_path / "out")) == 200


def children(parent):
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(number) for number in listed.split()]


def await_(true):
    """Wait until something is true."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_fault_of_ours_has_a_row_and_the_others_go_on(world, tmp_path, monkeypatch):
    sound(world, tmp_path / "folder", 2)
    checker = Checker(Task(tmp_path / "folder", b"", (), lambda: world.fetch))
    monkeypatch.setattr(run, "_checker", lambda *_: checker)
    things = [
        ApplicantFile("a", "001.json"),
        ApplicantFile("b", "001.json", emails=(None,)),
        ApplicantFile("c", ""),
    ]
    lines = run.check_part("", b"", [(thing, None) for thing in things])
    rows = [rows[0] for rows in map(of_line, lines)]
    codes = [[why.code for why in row.reasons] for row in rows]
    assert codes == [["no_trust_list"], ["could_not_finish"], ["nothing_handed_in"]]


def test_a_file_whose_name_is_no_text_is_checked_and_its_name_does_no_harm(world, tmp_path, check):
    sound(world, tmp_path / "folder", 1)
    (tmp_path / "folder" / "001.json").rename(tmp_path / "folder" / "caf\udce9.json")
    assert check(world, tmp_path / "folder", "--out", tmp_path / "out") == 0
    assert table(tmp_path / "out")["caf�"]["answer"] == "counts"


def test_a_list_is_asked_and_judged_once_for_many_credentials(world, tmp_path):
    sound(world, tmp_path / "folder", 3)
    judged = []
    world.asked.clear()
    checker = Checker(Task(tmp_path / "folder", b"", (), lambda: world.fetch))
    for number in (1, 2, 3):
        judged += checker.check(ApplicantFile("a", f"{number:03}.json"))
    assert sorted(world.asked) == sorted({*world.asked})
    assert [len(row.asked) for row in judged] == [2, 2, 2]


def test_one_credential_in_two_forms_counts_once(world, tmp_path, check):
    (tmp_path / "folder" / "Jordan").mkdir(parents=True)
    document = badge(world, 1)
    (tmp_path / "folder" / "Jordan" / "badge.json").write_text(
        json.dumps(world.issuer.sign(document))
    )
    (tmp_path / "folder" / "Jordan" / "badge.jwt").write_text(world.issuer.jwt(document))
    assert check(world, tmp_path / "folder", "--out", tmp_path / "out") == 1
    text = (tmp_path / "out" / "results.csv").read_text("utf-8-sig")
    assert [row["answer"] for row in csv.DictReader(io.StringIO(text))] == [
        "counts",
        "does not count",
    ]


FINISHED = datetime(2026, 11, 30, tzinfo=UTC)


def row(applicant, *, answer=Answer.YES, theirs=False):
    reasons = () if answer is Answer.YES else (Verdict(answer, "revoked"),)
    thing = ApplicantFile(applicant, f"{applicant}.json")
    return Row(thing, NOW, reasons, same="one", theirs=theirs)


def test_what_two_applicants_handed_in_stands_at_the_top_of_the_sheet():
    """Also where it counts for one of them, to whom it was issued."""
    rows = run.settle([row("a", theirs=True), row("b"), replace(row("c"), same="another")])
    assert [one.applicants for one in sheet.shared_credentials(rows)] == [["a", "b"]]
    top, _, _ = sheet.as_html(rows, "Round 2", FINISHED, (), ()).decode().partition("<table>")
    assert "Several applicants handed in the same credential:" in top
    assert '<a href="#a0">a</a>, <a href="#a1">b</a>' in top
    alone = sheet.as_html([row("a"), row("a")], "Round 2", FINISHED, (), ()).decode()
    assert "Several applicants" not in alone


@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        pytest.param([row("a"), row("b")], "? ?", id="neither-is-known"),
        pytest.param([row("a"), row("b", theirs=True)], "? yes", id="one-is-the-owner"),
        pytest.param([row("a", theirs=True), row("b", theirs=True)], "? ?", id="both-claim-it"),
        pytest.param([row("a", answer=Answer.NO), row("b")], "no ?", id="one-is-withdrawn"),
        pytest.param([row("a"), row("a"), row("b")], "? no ?", id="one-brings-it-twice"),
    ],
)
def test_one_credential_used_by_two(rows, answers):
    shown = {Answer.YES: "yes", Answer.NO: "no", Answer.COULD_NOT_CHECK: "?"}
    assert " ".join(shown[row.answer] for row in run.settle(rows)) == answers


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["nowhere"], "there is no", id="no-such-folder"),
        pytest.param(["folder", "--out", "folder/out"], "lies in what is checked", id="out-inside"),
        pytest.param(["folder", "--policy", "no.toml"], "no.toml: No such file", id="no-policy"),
        pytest.param(["folder", "--policy", "bad.toml"], "bad.toml: greatest_age", id="bad-policy"),
        pytest.param(["folder", "--policy", "gone.toml"], "gone.json: No such", id="no-list"),
    ],
)
def test_what_cannot_be_begun_is_told_with_its_remedy(
    world, tmp_path, check, monkeypatch, capsys, arguments, message
):
    monkeypatch.chdir(tmp_path)
    sound(world, tmp_path / "folder", 1)
    (tmp_path / "bad.toml").write_text('greatest_age = "a year"')
    (tmp_path / "gone.toml").write_text('lists = ["gone.json"]')
    assert check(world, *arguments) == 2
    assert message in capsys.readouterr().err


def test_the_command_runs_from_a_shell_and_shows_how_far_it_is(world, tmp_path):
    sound(world, tmp_path / "folder", 2)
    arguments = ["batch", str(tmp_path / "folder"), "--out", str(tmp_path / "out"), "--offline"]
    done = subprocess.run(
        [sys.executable, "-m", "verifier", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 3, done.stderr
    assert "2 of 2 checked" in done.stderr
    assert "2 items from 2 applicants:" in done.stdout
    assert "2 to look at" in done.stdout
