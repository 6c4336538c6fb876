"""The page for many applicants: it gives what `batch` gives, and to nobody else."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from planted import plant, served
from world import World

from verifier import __main__ as verifying
from verifier import clock
from verifier.batch import run
from verifier.batch.checker import Checker
from verifier.batch.files import PRACTICE
from verifier.options import web_options
from verifier.web import app as web
from verifier.web.applicants import pages, process, receive, runs
from verifier.web.applicants.receive import HandedIn
from verifier.web.applicants.runs import Run, RunState, RunStore

HOME = "/verify/applicants"
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


def an_app(home: Path, ask=served(World())) -> Flask:  # noqa: B008 - it asks nobody
    many = pages.applicants_blueprint(RunStore(home), process.Allowed(ask))
    app = web.create_app(lambda: ask, many=many)
    app.test_client_class = Client
    return app


class Client(FlaskClient):
    """Reads each answer whole, as a server does before it closes a file."""

    def open(self, *args, **options):
        return super().open(*args, **{**options, "buffered": True})


@pytest.fixture
def home(tmp_path):
    return tmp_path / "checks"


@pytest.fixture
def here(monkeypatch):
    """Checks go on in this very process, because another is slow to start."""

    def check_all(things, task, _executor, _carried):
        checker = Checker(task)
        monkeypatch.setattr(run, "_checker", lambda *_: checker)
        yield run.check_part("", b"", [(thing, None) for thing in things])

    monkeypatch.setattr(run, "check_all", check_all)
    monkeypatch.setattr(process, "start", lambda work, _alive: process.carry_out(work))


@pytest.fixture
def app(home, here):
    return an_app(home)


@pytest.fixture
def serving(home):
    """A client whose checks go on in processes of their own."""
    return an_app(home).test_client()


def zipped(folder: Path) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        for file in sorted(folder.rglob("*")):
            packed.write(file, file.relative_to(folder).as_posix())
    return data.getvalue()


def hand_in(client, *, file=(), folder=(), policy=(), **headers):
    """Post files, each a name and bytes, and return the answer."""
    named = {"file": file, "folder": folder, "policy": policy}
    data = {field: [(io.BytesIO(d), n) for n, d in files] for field, files in named.items()}
    content = {"data": data, "content_type": "multipart/form-data"}
    return client.post(HOME, **content, headers=FROM_HERE | headers)


def read(*files: Path):
    return [(file.name, file.read_bytes()) for file in files]


def done(client, answer):
    """Wait for the end of a check and return the text of its page."""
    assert answer.status_code == 303, answer.text
    for _ in range(600):
        page = client.get(answer.location, headers=FROM_HERE)
        if 'id="running"' not in page.text:
            return page.text
        time.sleep(0.1)
    raise AssertionError("it does not end")


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Forty applicants, the web that their issuers are on, and what the command says of them."""
    top, world = tmp_path_factory.mktemp("planted"), World()
    plant(world, top / "folder")
    (top / "folder.zip").write_bytes(zipped(top / "folder"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(top)
        patch.setattr(web_options, "WebFetch", served(world))
        for source in ("folder", "folder.zip"):
            out = ["--policy", "policy.toml", "--out", f"{source}-out"]
            assert verifying.main(["batch", source, *out]) == 1
    return top, served(world)


def same(files: dict[str, bytes]):
    """Return results without when they were made, and where the source lay."""
    record = json.loads(files["record.json"])
    times = {"begun", "finished", "source", "written"}
    record = {name: value for name, value in record.items() if name not in times}
    for source in record["inputs"]:
        del source["checked"]
    sheet = re.sub(rb"Checked on [^<]*UTC", b"", files["sheet.html"])
    return files["results.csv"], files["by-applicant.csv"], sheet, record


@pytest.mark.parametrize("way", ["zip", "folder", "files"])
def test_results_are_those_of_the_command_on_the_same_input(planted, home, here, way):
    top, ask = planted
    files = sorted((top / "folder").iterdir())
    forms = {
        "zip": {"file": read(top / "folder.zip")},
        "folder": {"folder": [(f"folder/{file.name}", file.read_bytes()) for file in files]},
        "files": {"file": read(*files)},
    }[way]
    client = an_app(home, ask).test_client()
    rules = read(top / "policy.toml", top / "districts.json")
    answer = hand_in(client, **forms, policy=rules)
    assert "Items to look at" in done(client, answer)
    page = {name: client.get(f"{answer.location}/{name}").data for name in pages.FILES}
    out = top / ("folder.zip-out" if way == "zip" else "folder-out")
    command = {name: (out / name).read_bytes() for name in pages.FILES}
    assert same(page) == same(command)


def test_the_practice_folder_is_one_press_away(client):
    page = done(client, client.post(f"{HOME}/practice", headers=FROM_HERE))
    assert "Items to look at: 4 of 9." in page
    assert "“<bdi>e-mails</bdi>” as e-mail" in page
    assert page.index(">A-04<") < page.index(">A-02<") < page.index(">A-05<")


def test_the_practice_folder_can_be_saved_and_handed_in(client):
    saved = client.get(f"{HOME}/practice.zip")
    files = zipfile.ZipFile(io.BytesIO(saved.data))
    files_in_it = [(name, files.read(name)) for name in files.namelist() if "/applicants/" in name]
    rules = [("policy.toml", files.read("practice/policy.toml"))]
    rules += [("districts.json", files.read("practice/districts.json"))]
    page = done(client, hand_in(client, folder=files_in_it, policy=rules))
    assert "Items to look at: 4 of 9." in page


def test_without_a_list_the_page_says_what_is_missing_before_all_else(client):
    page = done(client, hand_in(client, file=read(PRACTICE / "applicants" / "jordan.png")))
    assert page.index("No list of issuers was used") < page.index("What to do next")


def test_more_credentials_than_one_page_takes_are_led_to_this_one(client):
    files = [(io.BytesIO(b"{}"), f"{n}.json") for n in range(11)]
    answer = client.post("/verify", data={"file": files}, content_type="multipart/form-data")
    assert "on the page “Check many applicants”" in answer.text


def test_several_files_are_called_by_their_table_else_by_the_first(client):
    badge, table = b"{}", ("round 2.csv", b"Name,File\nAda,b.json\n")
    files = [("b.json", badge), ("c.json", badge)]
    for sent, title in (
        ([*files, table], "round 2.csv"),
        (files, "b.json …"),
        (files[:1], "b.json"),
    ):
        page = done(client, hand_in(client, file=sent))
        assert f"<h1><bdi>{title}</bdi></h1>" in page


def test_a_table_of_links_alone_is_enough(client):
    table = b"Name,Link\nAda,https://district.example/nothing\n"
    page = done(client, hand_in(client, file=[("round 2.csv", table)]))
    assert "https://district.example/nothing" in page


# One credential, by the policy of who checks it.


def check_one(client, name, policy, path="", **fields):
    """Post one file of the practice folder to the page for one."""
    file = PRACTICE / "applicants" / name
    files = {"file": [(io.BytesIO(file.read_bytes()), name)]}
    files["policy"] = [(io.BytesIO(data), called) for called, data in policy]
    return client.post(
        f"/verify{path}", data=files | fields, content_type="multipart/form-data", headers=FROM_HERE
    )


RULES = read(PRACTICE / "policy.toml", PRACTICE / "districts.json")


@pytest.mark.parametrize(
    ("name", "presented_by", "expected"),
    [
        ("jordan.png", "jordan@school.example", ["Counts", "2.4 points"]),
        ("jordan.png", "Robin Other", ["To look at", "would be worth 2.4 points", "Ask the"]),
        ("robin.json", "", ["Does not count", "The signature is wrong."]),
    ],
)
def test_one_credential_is_judged_by_a_policy_as_in_a_check_of_many(
    client, name, presented_by, expected
):
    page = check_one(client, name, RULES, presented_by=presented_by).text
    section = page[page.index('id="policy-1"') :].partition("</section>")[0]
    assert "Salary lanes, for practice" in section
    assert ("<bdi>12 hours</bdi> × 0.2 = 2.4 points" in section) == ("2.4 points" in section)
    assert all(text in section for text in expected)
    assert "May I count it?" not in page
    again = dict(re.findall(r'name="(policy_name|policy_text|text)" value="([^"]*)"', page))
    assert again["policy_name"] == "districts.json"
    assert "May I count it?" in check_one(client, name, ()).text


def test_a_report_that_is_asked_for_again_keeps_the_policy(client):
    """In another language, or with a name to compare: nothing of it is kept here."""
    fields = {
        "policy_name": [name for name, _ in RULES],
        "policy_text": [text.decode() for _, text in RULES],
    }
    assert (
        "Según su política" in check_one(client, "jordan.png", (), **fields, path="?lang=es").text
    )


def test_what_is_wrong_with_a_policy_is_said_and_what_was_typed_stays(client):
    fields = {"policy": [(io.BytesIO(RULES[0][1]), "policy.toml")], "text": "https://a.example/1"}
    answer = client.post("/verify", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Nothing was checked." in answer.text
    assert "which was not handed in" in answer.text
    assert "https://a.example/1</textarea>" in answer.text


def test_a_site_without_the_page_for_many_takes_no_policy():
    alone = web.create_app(lambda: served(World())).test_client()
    assert "policy" not in alone.get("/verify").text
    assert "By your policy" not in check_one(alone, "jordan.png", RULES).text


# What a policy may open, and what a name may do.


@pytest.mark.parametrize(
    "name", ["/etc/hostname", "../districts.json", "a/../../districts.json", "C:\\\\districts.json"]
)
def test_the_lists_of_a_policy_are_files_that_were_handed_in_with_it(client, tmp_path, name):
    """No address of this disk leads to a list, whoever wrote the policy."""
    (tmp_path / "districts.json").write_bytes((PRACTICE / "districts.json").read_bytes())
    rules = [("policy.toml", f'lists = ["{name}"]'.encode())]
    badge = read(PRACTICE / "applicants" / "jordan.png")
    page = done(client, hand_in(client, file=badge, policy=rules))
    assert "Not checked" in page
    assert "which was not handed in" in page


def test_a_list_is_known_by_its_name_in_another_spelling(client):
    rules = [("Policy.TOML", 'lists = ["lists/Districts é.json"]'.encode())]
    rules += [("districts e\u0301.json", (PRACTICE / "districts.json").read_bytes())]
    badge = read(PRACTICE / "applicants" / "jordan.png")
    assert "Everything counts." in done(client, hand_in(client, file=badge, policy=rules))


def test_a_list_alone_says_whose_credentials_count(client):
    badge, rules = read(PRACTICE / "applicants" / "jordan.png"), read(PRACTICE / "districts.json")
    assert "Everything counts." in done(client, hand_in(client, file=badge, policy=rules))


def test_a_policy_among_what_applicants_handed_in_is_nobodys_policy(client):
    """Else whoever applies could say whose credentials count."""
    files = read(*(PRACTICE / "applicants").glob("jordan.png"), PRACTICE / "policy.toml")
    files += read(PRACTICE / "districts.json")
    page = done(client, hand_in(client, file=files))
    assert "Everything counts." not in page
    assert "policy.toml</bdi> lies among the files, and was not used" in page


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ([("policy.toml", b"greatest_age = 1")], "policy.toml: greatest_age is no known key"),
        ([("policy.toml", b'lists = "x"')], "policy.toml: lists must be"),
        ([("districts.json", b"{}")], "districts.json: not a trust list"),
        ([("a.toml", b""), ("b.toml", b"")], "a.toml, b.toml may each be the policy"),
        ([("p.toml", b'lists=["d.json"]'), ("d.json", b"{}")], "d.json: not a trust list"),
    ],
    ids=["key", "type", "no-list-alone", "two", "no-list"],
)
def test_what_is_wrong_with_a_policy_is_told_by_file_and_key(client, rules, message):
    page = done(client, hand_in(client, file=[("a.json", b"{}")], policy=rules))
    assert message in page.replace("<bdi>", "").replace("</bdi>", "")


def test_a_table_that_says_too_little_is_told_in_the_readers_language(client):
    answer = hand_in(client, file=[("applicants.csv", b"a,b\n1,2\n")])
    assert "applicants.csv does not say who handed in what" in done(client, answer)
    spanish = client.get(answer.location, query_string={"lang": "es"}).text
    assert "applicants.csv no dice" in spanish


def test_a_zip_that_is_none_is_told_by_the_name_it_was_handed_in_with(client):
    page = done(client, hand_in(client, file=[("Round 2.zip", b"PK\x03\x04 and no more")]))
    assert "Round 2.zip is no folder" in page
    assert "handed-in" not in page


def test_what_unpacks_to_more_than_is_taken_is_not_begun(client):
    """T15: twenty-one files of ten megabytes, in some kilobytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(21):
            packed.writestr(f"{number}.json", bytes(10 * 1024 * 1024))
    page = done(client, hand_in(client, file=[("bomb.zip", data.getvalue())]))
    assert "Unpacked it has more than 200 MB" in page


def test_more_files_or_links_than_are_taken_are_refused(client, monkeypatch):
    rows = b"".join(b"Ada %d,https://x.example/%d\n" % (n, n) for n in range(2_001))
    page = done(client, hand_in(client, file=[("t.csv", b"Name,Link\n" + rows)]))
    assert "There are more than 2,000 files or links" in page


HOSTILE = ("../../etc/passwd", "/etc/passwd", "C:\\evil.json", "a\\..\\..\\evil.json", "..", "~/x")


def test_no_name_of_a_file_leads_anywhere_on_this_disk(client, home):
    before = {*Path("/etc").iterdir()}
    page = done(client, hand_in(client, file=[(name, b"{}") for name in HOSTILE]))
    assert "Items to look at: 6 of 6." in page
    assert {*Path("/etc").iterdir()} == before
    (folder,) = (path for path in home.iterdir() if path.is_dir())
    names = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    out = {f"out/{name}" for name in pages.FILES}
    assert names == {"alive", "about.json", "progress.json", "rows.jsonl", *out}


# Who may begin a check, how many there may be, and how large.


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "", "Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": ""}, 303),
    ],
)
def test_no_other_site_can_begin_a_check(client, monkeypatch, headers, status):
    """T29. A page without a referrer sends the origin `null`; programs say nothing at all."""
    monkeypatch.setattr(process, "start", lambda *_: None)
    assert hand_in(client, file=[("a.json", b"{}")], **headers).status_code == status
    answer = client.post(f"{HOME}/practice", headers=FROM_HERE | headers)
    assert answer.status_code == status


@pytest.fixture
def held(monkeypatch):
    """Checks that begin and do not end: their locks, to be closed."""
    locks = []
    monkeypatch.setattr(process, "start", lambda _work, alive: locks.append(os.dup(alive)))
    yield locks
    for lock in locks:
        os.close(lock)


def test_each_visitor_has_one_check_at_a_time_and_all_have_four(client, held):
    def begin(visitor):
        return hand_in(client, file=[("a", b"{}")], X_Forwarded_For=visitor)

    statuses = [begin(f"192.0.2.{n}").status_code for n in (1, 2, 1, 3, 4, 5)]
    assert statuses == [303, 303, 400, 303, 303, 400]
    assert "from your address is still going on" in begin("192.0.2.1").text
    assert "runs at a time" in begin("192.0.2.5").text
    os.close(held.pop())
    assert begin("192.0.2.5").status_code == 303


def test_checks_are_on_disk_so_any_process_of_the_server_knows_them(home, held):
    one, other = (an_app(home).test_client() for _ in range(2))
    begun = hand_in(one, file=[("a", b"{}")])
    assert 'id="running"' in other.get(begun.location).text
    assert hand_in(other, file=[("a", b"{}")]).status_code == 400


def test_how_often_an_address_may_begin_is_limited(client, monkeypatch):
    """T31."""
    monkeypatch.setattr(process, "start", lambda *_: None)
    answers = [hand_in(client, file=[("a", b"{}")]).status_code for _ in range(31)]
    assert answers[29:] == [303, 429]


def test_more_than_is_taken_is_refused_before_it_is_read(client, home):
    answer = client.post(
        HOME,
        headers=FROM_HERE,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(205 * 1024 * 1024)},
    )
    assert (answer.status_code, "more than 200 MB or 2,000 files" in answer.text) == (413, True)
    assert [path for path in home.iterdir() if path.is_dir()] == []


def test_a_full_disk_is_said_and_nothing_is_left(client, home, monkeypatch):
    """P10."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(receive._Box, "write", full)
    answer = hand_in(client, file=[("a.json", b"{}")])
    assert (answer.status_code, "no room on the disk" in answer.text) == (400, True)
    assert [path for path in home.iterdir() if path.is_dir()] == []
    monkeypatch.undo()
    usage = shutil.disk_usage(home)._replace(free=runs.RESERVE)
    monkeypatch.setattr(runs.shutil, "disk_usage", lambda _: usage)
    assert "no room on the disk" in hand_in(client, file=[("a.json", b"{}")]).text


def test_a_disk_that_fills_up_in_the_middle_is_said(home, monkeypatch):
    monkeypatch.setattr(run, "run", full_disk)
    _, check, alive = RunStore(home).begin("192.0.2.1", 0, clock.now())
    process.carry_out(
        process.Work(check.folder, process.practice(), process.Allowed(served(World())))
    )
    os.close(alive)
    assert (check.state, check.refusal()["wrong"]) == (RunState.REFUSED, runs.NO_ROOM[0])


def full_disk(*_, **__):
    raise OSError(28, "No space left on device")


# What becomes of a check, of its files and of its address.


def test_what_was_handed_in_is_deleted_once_it_is_checked(client, home):
    done(client, hand_in(client, file=[("who.json", b"{}")]))
    assert [file for file in home.rglob("*") if file.name in ("input", "visitor")] == []


def test_whoever_has_the_address_can_delete_the_results_at_once(client, home):
    begun = client.post(f"{HOME}/practice", headers=FROM_HERE)
    done(client, begun)
    answer = client.post(f"{begun.location}/delete")
    assert "are deleted" in client.get(answer.location).text
    assert client.get(begun.location).status_code == 404
    assert [path for path in home.iterdir() if path.is_dir()] == []


def test_a_check_that_is_stopped_ends(planted, home):
    top, ask = planted
    client = an_app(home, ask).test_client()
    begun = hand_in(client, file=read(top / "folder.zip"))
    (folder,) = (path for path in home.iterdir() if path.is_dir())
    while not (pid := (folder / "alive").read_text()):
        time.sleep(0.01)
    client.post(f"{begun.location}/delete")
    assert not folder.exists()
    assert _is_gone(int(pid))


def _is_gone(pid):
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_results_are_deleted_after_a_day(client, home):
    begun = client.post(f"{HOME}/practice", headers=FROM_HERE)
    done(client, begun)
    RunStore(home).sweep(clock.now() + timedelta(hours=23))
    assert client.get(begun.location).status_code == 200
    RunStore(home).sweep(clock.now() + timedelta(hours=25))
    gone = client.get(begun.location, headers=FROM_HERE)
    assert (gone.status_code, "There is no check at this address" in gone.text) == (404, True)


def test_a_check_whose_server_ended_is_lost_says_so_and_leaves_no_files(client, home, held):
    begun = hand_in(client, file=[("a.json", b"{}")])
    os.close(held.pop())
    assert "This check was lost" in client.get(begun.location).text
    RunStore(home).sweep(clock.now())
    assert [file.name for file in home.rglob("*") if file.name in ("input", "visitor")] == []


def test_a_check_ends_with_the_server_that_began_it(home):
    _, check, alive = RunStore(home).begin("192.0.2.1", 0, clock.now())
    begin = (
        "import sys, os, time, pickle; sys.path[:0] = sys.argv[3].split(':'); "
        "from verifier.web.applicants import process; "
        "process._PROGRAM = process._PROGRAM.replace('main()', 'carry_out = 0; "
        "import verifier.web.applicants.process as p, time; "
        "p.carry_out = lambda work: (p.Run(work.folder).is_by_this_process(), time.sleep(60)); "
        "main()'); "
        "from pathlib import Path; from planted import Served; "
        "process.start(process.Work(Path(sys.argv[1]), process.practice(), "
        "process.Allowed(Served({}))), int(sys.argv[2])); time.sleep(60)"
    )
    places = ":".join(sys.path)
    server = subprocess.Popen(
        [sys.executable, "-c", begin, str(check.folder), str(alive), places], pass_fds=[alive]
    )
    os.close(alive)
    while not (pid := (check.folder / "alive").read_text()):
        time.sleep(0.05)
    assert check.state is RunState.RUNNING
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    assert _is_gone(int(pid))
    assert check.state is RunState.LOST


def test_an_address_of_a_check_stands_nowhere_and_tells_no_other_site(serving, home, capfd):
    client = serving
    begun = client.post(f"{HOME}/practice", headers=FROM_HERE)
    secret = begun.location.rpartition("/")[2]
    assert len(secret) == 32
    done(client, begun)
    written = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    names = " ".join(str(file) for file in home.rglob("*"))
    assert secret not in names + written.decode("utf-8", "replace") + "".join(capfd.readouterr())
    for path in ("", "/sheet.html", "/record.json", "/nothing"):
        headers = client.get(begun.location + path).headers
        policies = (headers["Cache-Control"], headers["Referrer-Policy"])
        assert policies == ("no-store", "no-referrer")


def test_the_sheet_runs_nothing_and_the_tables_are_saved(client):
    begun = client.post(f"{HOME}/practice", headers=FROM_HERE)
    done(client, begun)
    sheet = client.get(f"{begun.location}/sheet.html").headers
    assert "sandbox" in sheet["Content-Security-Policy"]
    assert "default-src 'none'" in sheet["Content-Security-Policy"]
    table = client.get(f"{begun.location}/results.csv").headers
    assert table["Content-Disposition"] == "attachment; filename=results.csv"


def test_only_the_owner_of_the_server_can_read_the_folders(client, home):
    done(client, client.post(f"{HOME}/practice", headers=FROM_HERE))
    folders = [path for path in home.rglob("*") if path.is_dir()]
    assert {path.stat().st_mode & 0o077 for path in (home, *folders)} == {0}


def test_a_fault_of_ours_is_told_and_its_words_reach_no_log(home, monkeypatch, capfd):
    words = "Ada Lovelace"

    def fault(*_, **__):
        raise RuntimeError(words)

    monkeypatch.setattr(run, "run", fault)
    _, check, alive = RunStore(home).begin("192.0.2.1", 0, clock.now())
    process.carry_out(
        process.Work(check.folder, process.practice(), process.Allowed(served(World())))
    )
    os.close(alive)
    assert "by a fault of this site" in check.refusal()["wrong"]
    log = capfd.readouterr().err
    assert "RuntimeError" in log
    assert "Ada" not in log


def test_without_the_page_nothing_leads_there():
    client = web.create_app(lambda: served(World())).test_client()
    assert client.get(HOME).status_code == 404
    assert "applicants" not in client.get("/verify").text


def test_a_server_without_a_folder_of_its_own_serves_the_rest_and_says_so(monkeypatch, capsys):
    monkeypatch.setenv("MINTMARK_VERIFY_HOME", "/dev/null")
    monkeypatch.setattr(web, "serve", lambda app, **_: print(*app.blueprints))
    assert verifying.main(["serve", "--offline"]) == 0
    output = capsys.readouterr()
    assert "verifier" in output.out
    assert "applicants" not in output.out
    assert "cannot write to /dev/null" in output.err


@pytest.mark.parametrize("option", [(), ("--no-batch",)])
def test_the_page_can_be_left_out(monkeypatch, capsys, tmp_path, option):
    monkeypatch.setenv("MINTMARK_VERIFY_HOME", str(tmp_path))
    monkeypatch.setattr(web, "serve", lambda app, **_: print(*app.blueprints))
    assert verifying.main(["serve", "--offline", *option]) == 0
    assert ("applicants" in capsys.readouterr().out) == (option == ())


# How a form is written to disk.


def form(*parts: tuple[str, str, bytes]) -> bytes:
    head = '--x\r\nContent-Disposition: form-data; name="{}"; filename="{}"\r\n\r\n'
    texts = [head.format(field, name).encode() + data + b"\r\n" for field, name, data in parts]
    return b"".join(texts) + b"--x--\r\n"


def taken(body: bytes, folder: Path) -> HandedIn:
    return receive.receive([body[n : n + 7] for n in range(0, len(body), 7)], b"x", folder)


def test_files_are_packed_as_they_come_without_what_systems_leave(tmp_path):
    junk = ("folder", "in/.DS_Store", b"j"), ("folder", "in/__MACOSX/a", b"j"), ("file", "", b"")
    parts = ("folder", "in/a/b.json", b"\r\n--y\r\n"), ("file", "t.csv", b"t"), ("other", "n", b"")
    handed_in = taken(form(*junk, *parts), tmp_path)
    packed = zipfile.ZipFile(handed_in.source)
    assert {name: packed.read(name) for name in packed.namelist()} == {
        "a/b.json": b"\r\n--y\r\n",
        "t.csv": b"t",
    }
    assert handed_in.name == "in"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([], receive.NOTHING),
        ([("policy", "policy.toml", b"")], receive.NOTHING),
        ([("file", "a.zip", b"PK"), ("file", "applicants.csv", b"")], receive.ALONE),
        ([("file", "applicants.csv", b""), ("file", "a.ZIP", b"PK")], receive.ALONE),
        ([("file", "a.zip", b"PK"), ("file", "b.zip", b"PK")], receive.ALONE),
        ([("file", "a.json", b""), ("file", "a.json", b"")], receive.TWICE),
        ([("policy", "a.toml", b""), ("policy", "x/a.toml", b"")], receive.TWICE),
        ([("file", "a" * 1001, b"")], receive.LONG_NAME),
        ([("policy", f"{n}", b"") for n in range(21)], receive.MANY_RULES),
    ],
    ids=["none", "rules", "table", "before", "two-zips", "twice", "rule-twice", "long", "rules-21"],
)
def test_what_cannot_be_taken_is_refused_in_words(tmp_path, parts, words):
    with pytest.raises(runs.NotTakenError) as raised:
        taken(form(*parts), tmp_path)
    assert (raised.value.wrong, raised.value.remedy) == words
    assert "{" not in raised.value.wrong.format_map(raised.value.params)


@pytest.mark.parametrize(
    "body",
    [
        form(("file", "a.json", b"{}"))[:-9],
        b"--x\r\n\xff: \xff\r\n\r\n",
        b"--x\r\n\r\n",
        b"no form",
    ],
    ids=["cut-off", "no-text", "no-head", "none"],
)
def test_a_form_that_is_torn_is_refused_in_words(tmp_path, body):
    with pytest.raises(runs.NotTakenError) as raised:
        taken(body, tmp_path)
    assert raised.value.wrong == receive.TORN[0]


def test_a_large_file_is_never_held_in_memory(tmp_path):
    """T31."""
    import tracemalloc

    def chunks():
        yield form(("file", "film.mov", b""))[: -len(b"\r\n--x--\r\n")]
        for _ in range(256):
            yield os.urandom(256 * 1024)
        yield b"\r\n--x--\r\n"

    tracemalloc.start()
    handed_in = receive.receive(chunks(), b"x", tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert handed_in.source.stat().st_size > 64 * 1024 * 1024
    assert most < 4 * 1024 * 1024


def test_a_run_that_was_never_begun_is_none(home):
    assert RunStore(home).find("no such check") is None
    assert Run(home / "nothing").state is RunState.LOST
