"""A district as one is run: a home, gunicorn with a clock of its own, a mail server, people in
browsers.

district = school.build(folder, sink, None)
with school.open_at(district):
    page = district.signed_in(chromium, "jordan@school.example")
"""

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from mail_sink import Sink
from PIL import Image
from playwright.sync_api import Browser, Page
from ports import free_port

from issuer.home.issuer import opened
from issuer.home.settings import load
from issuer.installation import init
from issuer.people import register
from issuer.people.access import sessions
from issuer.people.access.gate import cookie_name
from issuer.people.tables import PersonRow
from keys.key_file import Cost

EXAMPLES = Path(__file__).parents[2] / "examples"
CLOCK = Path(__file__).parent / "other_clock"
PICTURES = os.environ.get("PICTURES")
"""The folder for pictures that plays take on their way (`make pictures`), if they are to."""
CHEAP = Cost(memory_kib=64, iterations=1, lanes=1)
MAIL = """
[mail]
host = "127.0.0.1"
port = {port}
from = "District <badges@school.example>"
tls = "none"
"""


@dataclass
class School:
    """A district: its home, its address, the mail server that it uses, and what its clock says."""

    home: Path
    url: str
    sink: Sink
    server: subprocess.Popen[bytes] | None = None

    @property
    def clock(self) -> Path:
        """The file by which its clock goes (`other_clock`)."""
        return self.home.parent / "clock"

    def command(self, *words: str, status: int = 0) -> str:
        """Run `mintmark`; return what it printed."""
        return run("issuer", "--home", str(self.home), *words, status=status, by=self.clock)

    def start(self) -> None:
        """Run the server, with workers in a group of their own, and wait until it answers."""
        command = [sys.executable, "-m", "issuer", "--home", str(self.home), "serve"]
        environment = _environment(self.clock)
        self.server = subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.DEVNULL, env=environment
        )
        for _ in range(600):
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz").status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server and its workers."""
        if self.server is not None:
            os.killpg(self.server.pid, how)
            self.server.wait(30)
            self.server = None

    def link_mailed_to(self, address: str) -> str:
        """Wait for the mail to sign in, and return its link."""
        return self.mailed(address, r"http://\S+/sign-in/\S+")

    def mailed(self, address: str, words: str) -> str:
        """Wait for a mail to an address that says these words, and return them."""
        for _ in range(300):
            for sent, text in zip(self.sink.envelopes, self.texts(), strict=False):
                if match := sent == [address] and re.search(words, text):
                    return match[0]
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address}")

    def texts(self) -> list[str]:
        """Return the words of every mail that came."""
        return [message.get_body(("plain",)).get_content() for message in self.sink.mails]

    def signed_in(self, browser: Browser, address: str, **context: object) -> Page:
        """Return a browser in which a person is signed in, without the way through a mail."""
        page = window(browser, **context)
        self.sign_in(page, address)
        return page

    def sign_in(self, page: Page, address: str) -> None:
        """Sign a person in anew, in a browser that is theirs."""
        with opened(load(self.home)) as issuer, issuer.database.writing() as session:
            person = session.get_one(PersonRow, register.of_address(session, address).person_pk)
            way = {"device": "Chromium", "way": "mail", "replacing": None}
            token = sessions.begin(session, person, **way, now=self.now())
            cookie = {"name": cookie_name(issuer.settings), "value": token, "url": self.url}
        page.context.add_cookies([cookie])

    def turn_to(self, moment: datetime) -> None:
        """Let its clock stand at a moment."""
        self.clock.write_text(moment.isoformat())

    def now(self) -> datetime:
        """Return what time it is at the district."""
        text = self.clock.read_text()
        stands = not text.lstrip("-").isdigit()
        return datetime.fromisoformat(text) if stands else datetime.now(UTC)


def _environment(clock: Path | None) -> dict[str, str]:
    """Return the environment of a process that goes by a clock, if that is there."""
    if clock is None or not clock.exists():
        return dict(os.environ)
    return {**os.environ, "PYTHONPATH": str(CLOCK), "OTHER_CLOCK": str(clock)}


def run(module: str, *words: str, status: int = 0, by: Path | None = None) -> str:
    """Run a program of ours, by a clock; return what it printed."""
    command = [sys.executable, "-m", module, *words]
    environment = _environment(by)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == status, (words, done.stdout, done.stderr)
    return done.stdout


def build(
    folder: Path,
    sink: Sink,
    database_url: str | None,
    more: str = "",
    *,
    stands_at: datetime | None = None,
    **choices,
) -> School:
    """Make a district in a folder, with the catalog of the examples; its server does not run.

    With `stands_at` it goes by a clock that stands there.
    """
    url = f"http://localhost:{free_port()}"
    home = folder / "home"
    basics = {"public_url": url, "name": "District", "source": "forms", "did_key": False}
    init.create(home, **basics | choices, now=stands_at or datetime.now(UTC), cost=CHEAP)
    written = (home / "mintmark.toml").read_text() + MAIL.format(port=sink.port) + more
    if database_url:
        written = f'database_url = "{database_url}"\n{written}'
    (home / "mintmark.toml").write_text(written)
    school = School(home, url, sink)
    if stands_at:
        school.turn_to(stands_at)
    if database_url:
        school.command("migrate")
    school.command("catalog", "load", str(EXAMPLES))
    return school


@contextmanager
def open_at(school: School) -> Iterator[School]:
    """Let the server of a district run while the block lasts."""
    school.start()
    try:
        yield school
    finally:
        school.stop()


def window(chromium: Browser, **context: object) -> Page:
    """A browser of somebody's own, which reaches this machine alone."""
    size = {"viewport": {"width": 900, "height": 760}}
    own = chromium.new_context(**size | context)
    own.route(re.compile(r"^https://"), lambda route: route.abort())
    return own.new_page()


def picture(page: Page, name: str, *, top: bool = False) -> None:
    """Take a picture of what somebody sees, for a page of docs, if that is what is asked for; with
    `top` from the top of the page, wherever they are on it."""
    if PICTURES:
        if top:
            page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        page.wait_for_load_state("networkidle")
        taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        taken.quantize(128).save(Path(PICTURES) / f"{name}.png", optimize=True)


def verdict(address: str, status: int, *words: str, by: Path | None = None) -> str:
    """Ask a verifier that knows nothing of the district, by a clock: 0 is good, 1 is no."""
    return run("verifier", address, "--unsafe-loopback-http", *words, status=status, by=by)
