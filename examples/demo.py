"""The whole of Mintmark in one run: a district that exists only in `demo/` issues two
credentials from signed webhooks, and a verifier that knows nothing but a trust list checks
every form of them, the good ones and the bad.

    make demo            and then serves until Ctrl-C
    make demo ONCE=1     ends there; the exit status says whether everything came out
    make demo YEAR=1     also fills a large district's year: 142 proposals, 1,900 awards

Everything is done as a district would do it: by the `mintmark` and `mintmark-verify` commands
and over HTTP. Only the two pictures of codes are drawn by a call into the issuer.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

EXAMPLES = Path(__file__).parent
HOME = EXAMPLES.parent / "demo"
PEOPLE = EXAMPLES / "people.csv"
TO_TRY = {
    "teacher": "go on with a proposal, and share the credential that was earned",
    "coach": "write down what you saw in a lesson",
    "evaluator": "judge a proposal beside its rubric",
    "building-administrator": "see how the projects of one building are coming along",
    "assistant-superintendent": "release a decision, which becomes a credential",
    "deputy": "do what the superintendent does, for some days",
    "office": "find a credential, correct a name, issue one",
    "payroll": "see what is to be paid, once the district says what it pays for",
    "board": "print the totals, which name nobody",
    "operator": "see who may do what, and whether everything is working",
}
TO_TRY_IN_A_YEAR = {
    "assistant-superintendent": "let 142 proposals find their evaluators, and release decisions",
    "building-administrator": "see the projects of one building, and who is late",
    "office": "find one of 1,900 credentials, and correct a name",
    "board": "print the totals of four years, which name nobody",
}
OUT = HOME / "out"
COMMANDS = Path(sys.executable).parent
NAME = "Example School District"
CONTACT = "Office of the demo <office@example.com>"
WITHDRAWN_BECAUSE = "issued in error: the hours were of another course"
FORMS = {
    "credential.json": "json",
    "credential.jwt": "jwt",
    "badge.png": "png",
    "badge.svg": "svg",
    "certificate.pdf": "pdf",
    "certificate-to-frame.pdf": "pdf?edition=frame",
}
SIGNED = """
[certificate]
seal = "seal.svg"

[[signatories]]
office = "superintendent"
name = "Pat Example"
title = "Superintendent of Schools"
signature = "signature.svg"

[[signatories]]
office = "learning"
name = "Robin Sample"
title = "Director of Teaching and Learning"
"""
YES, NO, UNCHECKED = "yes", "no", "could_not_check"


class DemoError(Exception):
    """Something did not come out; the message is for whoever runs the demo."""


def main() -> int:
    """Run the demo; return 0 only if everything came out as it must."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8202)
    parser.add_argument("--once", action="store_true", help="do not serve at the end")
    parser.add_argument("--year", action="store_true", help="fill a large district's year as well")
    args = parser.parse_args()
    url = f"http://localhost:{args.port}"
    try:
        page, own = _issue_and_check(url)
        if args.year:
            fill_year()
        if not args.once:
            with serving(url):
                print(doors(url, page, own), flush=True)
                print(sign_in_links(TO_TRY | (TO_TRY_IN_A_YEAR if args.year else {})), flush=True)
                threading.Event().wait()
    except KeyboardInterrupt:
        print()
    except DemoError as exc:
        print(f"\nThe demo did not come out: {exc}", file=sys.stderr)
        return 1
    return 0


def _issue_and_check(url: str) -> tuple[str, str]:
    prepare(url)
    with serving(url):
        first, second, brief = issue(url)
        own = run("mintmark", "holder-link", first).strip()
        collect(url, first, own)
        revoke(second)
        came_out = [check.run() for check in good_checks(first)]
        came_out += [check.run() for check in bad_checks(second, brief)]
    print("\nThe issuer is stopped. What can be checked without it?", flush=True)
    came_out += [check.run() for check in offline_checks()]
    wrong = came_out.count(False)
    if wrong:
        raise DemoError(f"{wrong} of {len(came_out)} checks answered otherwise than they must")
    print(f"\nAll {len(came_out)} checks came out as they must. The files are in {OUT}/")
    return first, own


def prepare(url: str) -> None:
    """Make the district from nothing: settings, keys, database, catalog."""
    if httpx_answers(url):
        raise DemoError(f"something already serves {url}: stop it, or choose another PORT=")
    shutil.rmtree(HOME, ignore_errors=True)
    with progress(f"making {NAME} in demo/"):
        about = ("--public-url", url, "--name", NAME, "--contact", CONTACT)
        run("mintmark", "init", str(HOME), *about)
        dress(HOME)
        run("mintmark", "catalog", "load", str(EXAMPLES))
        run("mintmark", "people", "import", str(PEOPLE), "--apply")
        subprocess.run([sys.executable, str(EXAMPLES / "program.py"), str(HOME)], check=True)
    OUT.mkdir()


def dress(home: Path) -> None:
    """Give a new home the logo, the color, the seal and the signatures of the examples."""
    for name in ("logo.svg", "seal.svg", "signature.svg"):
        shutil.copy(EXAMPLES / name, home)
    settings = home / "mintmark.toml"
    look = settings.read_text().replace("# logo =", "logo =").replace("# color =", "color =")
    settings.write_text(look + SIGNED)


def fill_year() -> None:
    """Fill the year of a large, made-up district: people, 1,900 awards, and its program."""
    tables, year = HOME / "year", [sys.executable, str(EXAMPLES / "year.py")]
    subprocess.run([*year, "write", str(tables)], check=True)
    print("\nA year of a large district, all of it made up:", flush=True)
    with progress("importing its people and its catalog"):
        shutil.copytree(EXAMPLES / "rubrics", tables / "rubrics")
        run("mintmark", "people", "import", str(tables / "people.csv"), "--apply")
        run("mintmark", "catalog", "load", str(tables))
    with progress("playing its program: 142 proposals in a window, 60 projects in every state"):
        subprocess.run([*year, "fill", str(HOME)], check=True)
    with progress("issuing the 1,900 awards of four years"):
        _issue_all(tables / "approvals.jsonl")


def _issue_all(approvals: Path) -> None:
    """Issue what a file holds, and count along: it takes most of a minute."""
    issuing = subprocess.Popen(
        [COMMANDS / "mintmark", "issue", "--approvals", approvals, "--workers", "2"],
        env={**os.environ, "MINTMARK_HOME": str(HOME)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert issuing.stdout is not None
    for number, _ in enumerate(issuing.stdout, start=1):
        if number % 100 == 0:
            print(f" {number}", end="", flush=True)
    if issuing.wait():
        raise DemoError("not every award of the year was issued")


def doors(url: str, page: str, own: str) -> str:
    """Return where to begin: the addresses of what everybody can open."""
    return f"""
The district is open. Press Ctrl-C to stop it.

    Its home page                               {url}/
    A badge, as everybody sees it               {page}
    The same badge, as its teacher sees it      {own}
    Check a badge: files to try are in demo/out {url}/verify

Sign in as one of its people. Each link works once, within a day; for two people at a time, open
the second link in a private window. For a new link, with an address from the list:
    .venv/bin/mintmark --home demo people invite ADDRESS
"""


def sign_in_links(to_try: Mapping[str, str]) -> str:
    """Return a link for each person of the demo, one for each role, with what to try there."""
    with PEOPLE.open(newline="") as table:
        addresses = [row["address"] for row in csv.DictReader(table)]
    _, *people = run("mintmark", "people", "invite", *addresses).splitlines()
    lines = []
    for person, address in zip(people, addresses, strict=True):
        who, _, link = person.rpartition(": ")
        role = who.rpartition("(")[2].removesuffix(")")
        lines += [f"{who}, {address}", f"    {to_try[role]}:", f"    {link}", ""]
    return "\n".join(lines)


def issue(url: str) -> tuple[str, str, str]:
    """Deliver three approvals as signed webhooks; return the addresses of their pages."""
    pages = []
    now = datetime.now(UTC).replace(microsecond=0)
    brief = json.loads((EXAMPLES / "approval.json").read_bytes())
    brief["data"]["approval_id"] = "example-for-a-day"
    brief["data"]["valid_until"] = f"{now + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    (OUT / "approval-for-a-day.json").write_text(json.dumps(brief, indent=2))
    for path in (
        EXAMPLES / "approval.json",
        EXAMPLES / "approval-own-idea.json",
        OUT / "approval-for-a-day.json",
    ):
        with progress(f"delivering {path.name} to {url}/webhooks/approvals"):
            output = run("mintmark", "webhook", "send", str(path))
        pages.append(output.partition("issued: ")[2].split()[0])
    return pages[0], pages[1], pages[2]


def collect(url: str, page: str, own: str) -> None:
    """Fetch every form of the first credential from its holder's own page, where they are whole;
    its two codes, and the issuer's trust list."""
    from issuer.drawing.qr_codes import check_code, offline_code
    from verifier.intake.qr import pack, to_digits

    for name, suffix in FORMS.items():
        with progress(f"fetching {name}"):
            (OUT / name).write_bytes(fetch(f"{own}/{suffix}"))
    jwt = (OUT / "credential.jwt").read_text().strip()
    offline = offline_code(f"{url}/verify", to_digits(pack(jwt)))
    if offline is None:
        raise DemoError("the credential is too long for a code")
    (OUT / "qr.png").write_bytes(check_code(page).png())
    (OUT / "qr-offline.png").write_bytes(offline.png())
    trust = run("mintmark", "trust-entry", "--list", "Districts we know")
    (OUT / "trust.json").write_text(trust)


def revoke(page: str) -> None:
    """Withdraw the second credential."""
    run("mintmark", "revoke", page, "--reason", WITHDRAWN_BECAUSE, "--yes")


@dataclass(frozen=True)
class Expected:
    """One run of the verifier, and what it must answer."""

    title: str
    source: str
    authentic: tuple[str, str]
    current: tuple[str, str]
    recognized: tuple[str, str]
    status: int
    options: tuple[str, ...] = ()
    show: bool = False

    def run(self) -> bool:
        """Run the verifier, print what it says, and return whether that is what it must say."""
        command = [
            *(str(COMMANDS / "mintmark-verify"), self.source, "--trust", "trust.json"),
            *("--unsafe-loopback-http", *self.options),
        ]
        answer = subprocess.run([*command, "--json"], cwd=OUT, capture_output=True, check=False)
        if self.show:
            print()
            subprocess.run(command, cwd=OUT, check=False)
        try:
            verdicts = json.loads(answer.stdout)["verdicts"]
        except (ValueError, KeyError) as exc:
            raise DemoError(f"{self.title}: {answer.stderr.decode()[-400:]}") from exc
        names = ("authentic", "current", "recognized")
        answers = tuple((verdicts[name]["verdict"], verdicts[name]["code"]) for name in names)
        right = (answers, answer.returncode) == (
            (self.authentic, self.current, self.recognized),
            self.status,
        )
        marks = "  ".join(
            f"{name} {words(reply)}" for name, reply in zip(names, answers, strict=True)
        )
        print(f"  {'as it must' if right else 'OTHERWISE '}  {self.title:<38} {marks}", flush=True)
        return right


AUTHENTIC, CURRENT = (YES, "authentic"), (YES, "current")
LISTED = (YES, "listed")
UNJUDGED = (UNCHECKED, "not_authentic")


def good_checks(page: str) -> Iterator[Expected]:
    """Every form of the good credential, the scanned codes, and the page that is shared, whose
    credential keeps the levels back."""
    print("\nThe verifier, which knows nothing but trust.json, checks each form:", flush=True)
    for name in (*FORMS, "qr.png", "qr-offline.png"):
        first = name == "credential.json"
        yield Expected(name, name, AUTHENTIC, CURRENT, LISTED, 0, show=first)
    yield Expected("the page to share", page, AUTHENTIC, CURRENT, LISTED, 0)


def bad_checks(revoked: str, brief: str) -> Iterator[Expected]:
    """A tampered, an expired and a revoked one: each refused, for the right reason."""
    print("\nAnd refuses what it must refuse:", flush=True)
    changed = json.loads((OUT / "credential.json").read_bytes())
    changed["credentialSubject"]["creditsEarned"] = 120
    (OUT / "tampered.json").write_text(json.dumps(changed))
    wrong = (NO, "signature_wrong")
    yield Expected("tampered", "tampered.json", wrong, UNJUDGED, UNJUDGED, 1)
    (OUT / "expired.json").write_bytes(fetch(form(brief, "json")))
    later = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    yield Expected(
        "expired (two days from now)",
        "expired.json",
        AUTHENTIC,
        (NO, "expired"),
        LISTED,
        1,
        ("--at", later),
    )
    (OUT / "revoked.json").write_bytes(fetch(form(revoked, "json")))
    yield Expected("revoked", "revoked.json", AUTHENTIC, (NO, "revoked"), LISTED, 1)


def offline_checks() -> Iterator[Expected]:
    """With the issuer gone: authentic by the key snapshot; whether withdrawn, nobody can say."""
    by_snapshot, gone = (YES, "authentic_by_snapshot"), (UNCHECKED, "status_unreachable")
    for name in ("certificate.pdf", "qr-offline.png"):
        title = f"{name}, offline"
        yield Expected(title, name, by_snapshot, gone, LISTED, 3, ("--offline",), show=True)


def form(page: str, suffix: str) -> str:
    """Return the address of another form of the credential whose page this is."""
    return f"{page.removesuffix('.html')}.{suffix}"


def words(answer: tuple[str, str]) -> str:
    """Return an answer and, unless it is a plain yes, its reason."""
    verdict, code = answer
    return verdict if verdict == YES else f"{verdict.replace('_', ' ')} ({code.replace('_', ' ')})"


def run(*command: str) -> str:
    """Run one of our commands in the demo's home; return what it printed."""
    done = subprocess.run(
        [str(COMMANDS / command[0]), *command[1:]],
        env={**os.environ, "MINTMARK_HOME": str(HOME)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DemoError(f"{' '.join(command[:3])}: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


def fetch(url: str) -> bytes:
    """Return what is at one of the issuer's own addresses."""
    response = httpx.get(url, timeout=60)
    if response.status_code != 200:
        raise DemoError(f"{url} answered {response.status_code}: {response.text[:300]}")
    return response.content


def httpx_answers(url: str) -> bool:
    """Whether anything answers at `url`."""
    try:
        httpx.get(f"{url}/readyz", timeout=2)
    except httpx.HTTPError:
        return False
    return True


@contextmanager
def serving(url: str) -> Iterator[None]:
    """Serve the demo district under gunicorn while the block runs."""
    log = (HOME / "server.log").open("ab")
    server: subprocess.Popen[Any] = subprocess.Popen(
        [str(COMMANDS / "mintmark"), "serve"],
        env={**os.environ, "MINTMARK_HOME": str(HOME)},
        stdout=log,
        stderr=log,
    )
    try:
        with progress(f"starting the issuer at {url}"):
            for _ in range(240):
                if httpx_answers(url):
                    break
                if server.poll() is not None:
                    text = (HOME / "server.log").read_text()
                    raise DemoError(f"the issuer did not start: {text.strip()[-600:]}")
                time.sleep(0.25)
        yield
    finally:
        server.terminate()
        server.wait(30)
        log.close()


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Say what is being done, and how long it took when it took a second."""
    started = time.monotonic()
    print(f"… {what}", end="", flush=True)
    try:
        yield
    finally:
        took = time.monotonic() - started
        print(f"  ({took:.1f} s)" if took >= 1 else "", flush=True)


if __name__ == "__main__":
    sys.exit(main())
