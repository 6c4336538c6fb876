"""`mintmark-verify serve`: the real server, as it is started and stopped, and its API fuzzed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from slow_site import silent_site
from world import World

from verifier import __main__ as command

SERVE = [sys.executable, "-m", "verifier", "serve"]
SIMULATOR = Path(__file__).parents[1] / "simulator"


def as_a_terminal_does() -> None:
    """Let Ctrl-C end it, also where the tests themselves run in the background and ignore that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server that asks nobody; it ends as Ctrl-C ends it."""
    started = subprocess.Popen(
        [*SERVE, "--port", "0", "--offline", "--name", "Our <office>"],
        stdout=subprocess.PIPE,
        preexec_fn=as_a_terminal_does,
    )
    try:
        yield started.stdout.readline().decode().split()[1].removesuffix("/verify")
        os.kill(started.pid, signal.SIGINT)
        assert started.wait(timeout=60) == 0  # a check that is under way may end first
    finally:
        started.kill()
        started.communicate()


def test_the_page_is_where_the_address_leads(server):
    answer = httpx.get(server, follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, "/verify")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert "Server" not in answer.headers
    assert "<bdi>Our &lt;office&gt;</bdi>" in answer.text


def test_a_credential_is_checked(server):
    world = World()
    badge = json.dumps(world.issuer.sign(world.badge()))
    answer = httpx.post(f"{server}/api/verify", files={"file": badge})
    assert answer.json()["verdicts"]["authentic"]["code"] == "issuer_unreachable"


def test_as_much_as_the_page_takes_comes_through_and_more_is_refused_in_words(server):
    largest = [("file", (f"{number}.pdf", bytes(10 * 1024 * 1024))) for number in range(5)]
    taken = httpx.post(f"{server}/verify", files=largest[:4], timeout=60)
    refused = httpx.post(f"{server}/verify", files=largest, timeout=60)
    assert (taken.status_code, taken.text.count('class="report"')) == (200, 4)
    assert (refused.status_code, "so it was not read" in refused.text) == (413, True)


def test_checks_of_a_slow_site_keep_nobody_from_the_page():
    """T31: half of the threads check; the site takes eight seconds to be given up."""
    with silent_site() as site:
        program = (
            "import sys, slow_site; slow_site.find_every_name_here(); "
            "from verifier.__main__ import main; "
            f"sys.exit(main(['serve', '--port', '0', '--allow-host', 'slow.example:{site}']))"
        )
        started = subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(SIMULATOR)},
        )
        try:
            url = started.stdout.readline().decode().split()[1].removesuffix("/verify")

            def check(number):
                link = f"https://slow.example:{site}/{number}"
                plain = {"Content-Type": "text/plain"}
                answer = httpx.post(f"{url}/api/verify", content=link, headers=plain, timeout=60)
                return answer.status_code

            with ThreadPoolExecutor(40) as visitors:
                checks = [visitors.submit(check, number) for number in range(40)]
                time.sleep(1)
                begun = time.monotonic()
                assert httpx.get(f"{url}/verify", timeout=60).status_code == 200
                assert time.monotonic() - begun < 4
            assert Counter(check.result() for check in checks) == {422: 16, 503: 24}
        finally:
            started.kill()
            started.communicate()


def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(server):
    problem, shown = (
        httpx.get(f"{server}/no", headers={"Accept": kind}) for kind in ("*/*", "text/html")
    )
    assert (problem.status_code, problem.headers["Content-Type"]) == (
        404,
        "application/problem+json",
    )
    assert (shown.status_code, "What to do" in shown.text) == (404, True)


def test_the_api_does_what_its_description_says(server, tmp_path):
    """Schemathesis makes some two hundred requests from the description, sound and unsound.

    It may not ask that what fits the description be accepted: which bytes are a credential,
    no schema can say.
    """
    run = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{server}/api/openapi.json"),
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
        *("--max-examples", "80", "--generation-deterministic", "--no-color"),
    ]
    hooks = {"SCHEMATHESIS_HOOKS": "many_addresses", "PYTHONPATH": str(SIMULATOR)}
    ended = subprocess.run(
        run, cwd=tmp_path, env=os.environ | hooks, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout
    assert "No issues found" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "0", "--bind", "no such host"], "cannot listen"),
        (["--port", "0", "--trust", "/nowhere/list.json"], "cannot read"),
    ],
)
def test_what_cannot_be_served_is_refused_in_words(capsys, arguments, words):
    assert command.main(["serve", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_a_port_that_is_none_is_wrong_usage(capsys):
    with pytest.raises(SystemExit, match="2"):
        command.main(["serve", "--port", "70000"])
    assert "0 to 65535" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install():
    program = "import sys; sys.modules['flask'] = None; from verifier import __main__ as c; "
    run = [sys.executable, "-c", program + "sys.exit(c.main(['serve']))"]
    ended = subprocess.run(run, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "pip install '.[web]'" in ended.stderr
    assert "Traceback" not in ended.stderr
