"""examples/deploy: the files are sound, and a badge goes in and comes out through them.

What systemd does about the sandbox needs a running systemd and is not tried here; the command, the
user, the environment and the privileges of the unit are.
"""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import authority
import httpx
import pytest
from needs import need
from ports import free_port

from issuer.__main__ import PORT
from issuer.approvals.webhook.sender import event_id_of
from issuer.catalog import commands as catalog
from issuer.home.issuer import opened
from issuer.home.settings import load
from issuer.installation import init
from issuer.webhooks import standard_webhooks
from keys.key_file import Cost
from verifier import verify
from verifier.fetching.fetch import Fetched, FetchError

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "examples" / "deploy"
UNITS = sorted(DEPLOY.glob("mintmark*.service")) + sorted(DEPLOY.glob("mintmark*.timer"))
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
HOST = "badges.example.org"
STRANGER = 64202
"""A user that nothing on this machine belongs to."""
AT_MOST = 2.0
"""`systemd-analyze security`: from 0, all is forbidden, to 10; an ordinary service has 9."""


class Unit(dict):
    """A unit's settings; those that are written more than once, such as Environment, as lists."""

    def __init__(self, file):
        for line in file.read_text().splitlines():
            if "=" in line and not line.startswith(("#", ";")):
                key, _, value = line.partition("=")
                self.setdefault(key, []).append(value)

    def one(self, key):
        (value,) = self[key]
        return value


@pytest.fixture
def system(tmp_path):
    """A tree as install.md makes it: the units, the command, the user, the environment."""
    for folder in ("etc/systemd/system", "etc/mintmark", "usr/local/bin", "usr/bin", "usr/sbin"):
        (tmp_path / folder).mkdir(parents=True)
    for unit in UNITS:
        shutil.copy(unit, tmp_path / "etc/systemd/system")
    for target in Path("/usr/lib/systemd/system").glob("*.target"):
        shutil.copy(target, tmp_path / "etc/systemd/system")
    command = tmp_path / "usr/local/bin/mintmark"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit, system):
    need("systemd-analyze")
    command = ["systemd-analyze", "verify", "--man=no", f"--root={system}", unit.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if unit.stem in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_systemd_notices_a_unit_that_is_wrong(system):
    """What the test above relies on."""
    need("systemd-analyze")
    (system / "usr/local/bin/mintmark").unlink()
    command = ["systemd-analyze", "verify", "--man=no", f"--root={system}", "mintmark.service"]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_is_shut_in(unit):
    need("systemd-analyze")
    command = ["systemd-analyze", "security", "--offline=yes", "--json=short", str(unit)]
    # The policy's own figure is ten times the one that is printed.
    command.insert(2, f"--threshold={AT_MOST * 10:.0f}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_runs_a_command_that_there_is(unit):
    program, *arguments = Unit(unit).one("ExecStart").split()
    assert program == "/usr/local/bin/mintmark"
    from issuer.__main__ import parser

    parser().parse_args(arguments)


def test_one_port_stands_in_all_files():
    assert f"--port {PORT}" in (DEPLOY / "mintmark.service").read_text()
    for name in ("nginx-proxy.conf", "Caddyfile", "Containerfile"):
        assert f"127.0.0.1:{PORT}" in (DEPLOY / name).read_text(), name
    for name in ("README.md", "docs/operations.md", "docs/install.md"):
        ports = set(re.findall(r"127\.0\.0\.1:(\d+)", (ROOT / name).read_text()))
        assert ports <= {str(PORT)}, name


def caddy(*arguments, home, **environment):
    need("caddy")
    return subprocess.run(
        ["caddy", *arguments, "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"],
        env=os.environ | {"HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_caddy_takes_its_file(tmp_path):
    done = caddy("validate", home=tmp_path)
    assert (done.returncode, "Valid configuration" in done.stdout + done.stderr) == (0, True)
    proxy = json.loads(caddy("adapt", home=tmp_path).stdout)["apps"]["http"]["servers"]["srv0"]
    config = json.dumps(proxy)
    assert '"buffer_requests": true' in config
    assert f'"dial": "127.0.0.1:{PORT}"' in config
    assert '"max_size": 42000000' in config
    # Addresses of holders and of checks open what they lead to: none stands in a log.
    logged = json.loads(caddy("adapt", home=tmp_path).stdout)["logging"]["logs"]["default"]
    assert set(logged["encoder"]["fields"]) == {"request>uri", "request>headers>Referer"}


@pytest.mark.parametrize("place", ["manage", "verify/applicants"])
def test_nginx_writes_no_secret_address_to_a_log(place):
    """An error names the address as well as an access does."""
    site = (DEPLOY / "nginx.conf").read_text()
    location = site[site.index("location ~", site.index(place) - 30) :].partition("}")[0]
    assert "access_log off;" in location
    assert "error_log  /dev/null crit;" in location


class TestContainers:
    """What hadolint says of such files, as far as it concerns ours."""

    def of(self, word):
        """Return what stands behind an instruction, wherever it stands."""
        lines = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ").splitlines()
        return [
            line.strip().removeprefix(f"{word} ")
            for line in lines
            if line.strip().startswith(f"{word} ")
        ]

    def test_every_image_is_pinned_by_a_whole_version(self):
        compose = (DEPLOY / "compose.yaml").read_text()
        images = self.of("FROM") + re.findall(r"image: (docker\.io\S+)", compose)
        assert len(images) == 3
        for image in images:
            assert re.match(r"docker\.io/library/[a-z]+:\d+\.\d+\.\d+-[a-z0-9-]+", image), image

    def test_it_does_not_run_as_root(self):
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", self.of("USER")[-1])

    def test_it_says_whether_it_is_well(self):
        assert "/readyz" in self.of("HEALTHCHECK")[0]

    def test_commands_are_lists_that_get_signals(self):
        assert json.loads(self.of("ENTRYPOINT")[0]) == ["mintmark"]
        assert json.loads(self.of("CMD")[0]) == ["serve", "--port", str(PORT)]

    def test_it_takes_only_packages_by_hash_and_needs_no_git(self):
        installs = [line for line in self.of("RUN") if "pip install" in line]
        assert ["--require-hashes" in line or line.endswith(" .") for line in installs] == [
            True
        ] * 2
        assert not any("git" in line or "apt-get" in line for line in self.of("RUN"))

    def test_what_is_copied_is_there_and_nothing_else_is_handed_over(self):
        copied = [line.split()[0] for line in self.of("COPY") if not line.startswith("--from")]
        copied += ["README.md", "LICENSE"]
        allowed = (DEPLOY / "Containerfile.dockerignore").read_text().splitlines()
        assert allowed[1] == "**"
        for name in copied:
            assert (ROOT / name).exists(), name
            assert any(f"!{name.rstrip('/')}" in line for line in allowed), name

    def test_the_compose_file_shuts_the_issuer_in(self):
        ours = (DEPLOY / "compose.yaml").read_text().partition("\n  mintmark:\n")[2]
        ours = ours.partition("\nvolumes:")[0]
        for line in ("read_only: true", "- ALL", "- no-new-privileges:true", "service:web"):
            assert line in ours
        assert "ports:" not in ours


def python_for_everybody():
    """Return a Python that a user without rights may run: this one may lie in a private folder."""
    ours = Path(sys.executable).resolve()
    private = [folder for folder in ours.parents if not folder.stat().st_mode & 0o001]
    if not private:
        return str(ours)
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    need(f"/usr/bin/{name}")
    return f"/usr/bin/{name}"


@pytest.fixture(scope="module")
def machine():
    """A folder that every user may enter, and what is made in it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="mintmark-deploy-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def home(machine):
    """A home as install.md makes it: the passphrase apart, all else the service's own."""
    home = machine / "home"
    init.create(
        home,
        public_url=f"https://{HOST}",
        name="Prairie Example District",
        source="forms",
        did_key=False,
        now=datetime.now(UTC),
        cost=Cost(memory_kib=64, iterations=1, lanes=1),
    )
    settings = (home / "mintmark.toml").read_text()
    (home / "mintmark.toml").write_text(f"check_many = true\n{settings}")
    with opened(load(home)) as issuer:
        catalog.load(ROOT / "examples", issuer, now=datetime.now(UTC))
    (home / "passphrase").rename(machine / "passphrase")
    if os.geteuid() == 0:
        for path in [home, machine / "passphrase", *home.rglob("*")]:
            os.chown(path, STRANGER, STRANGER)
    return home


def installed(machine):
    """Lay the program out as the wheel does, where every user can read it; return the folder."""
    folder = machine / "lib"
    for room in ("contexts", "verifier", "keys", "issuer"):
        shutil.copytree(ROOT / room, folder / room)
    shutil.copytree(ROOT / "templates", folder / "issuer" / "templates")
    return folder


@pytest.fixture(scope="module")
def service(machine, home):
    """The unit's command, as the unit's user, in the unit's environment alone; gives its port."""
    unit, port = Unit(DEPLOY / "mintmark.service"), free_port()
    environment = dict(
        line.split("=", 1)
        for line in (DEPLOY / "environment").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    assert set(environment) == {"MINTMARK_HOME"}
    environment |= dict(line.split("=", 1) for line in unit["Environment"])
    environment |= {"MINTMARK_HOME": str(home), "HOME": str(home), "PATH": "/usr/bin:/bin"}
    # %d is where systemd puts the credential that LoadCredential names.
    credential = unit.one("LoadCredential").partition(":")[0]
    assert environment["MINTMARK_KEY_PASSPHRASE_FILE"] == f"%d/{credential}"
    environment["MINTMARK_KEY_PASSPHRASE_FILE"] = str(machine / credential)
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    environment["PYTHONPATH"] = os.pathsep.join([str(installed(machine)), packages])
    _, *arguments = unit.one("ExecStart").replace(f"--port {PORT}", f"--port {port}").split()
    command = [python_for_everybody(), "-m", "issuer", *arguments]
    if os.geteuid() == 0:
        nothing = ["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--clear-groups"]
        who = [f"--reuid={STRANGER}", f"--regid={STRANGER}"]
        command = ["setpriv", *nothing, *who, *command]
    with running(command, machine / "service.log", environment, cwd=home) as process:
        yield port
        assert process.poll() is None, (machine / "service.log").read_text()


@contextmanager
def running(command, log, environment, cwd=None):
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=environment, stdout=out, stderr=out, start_new_session=True, cwd=cwd
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def nginx(machine, upstream):
    """Write nginx's files with other ports and places, and nothing else changed."""
    need("nginx")
    plain, secret = free_port(), free_port()
    ca = authority.Authority(machine)
    ca.server(HOST)
    certificate = machine / f"{HOST}1.pem"
    places = {
        r"listen (\[::\]:)?443 ssl": f"listen 127.0.0.1:{secret} ssl",
        r"listen (\[::\]:)?80;": f"listen 127.0.0.1:{plain};",
        r"/etc/nginx/snippets/": f"{DEPLOY}/",
        r"mintmark-proxy\.conf": "nginx-proxy.conf",
        rf"/etc/letsencrypt/live/{HOST}/(fullchain|privkey)\.pem": str(certificate),
    }
    site = (DEPLOY / "nginx.conf").read_text()
    for pattern, place in places.items():
        site, changed = re.subn(pattern, place, site)
        assert changed, pattern
    # The two lines for IPv4 and IPv6 have become the same one.
    site = re.sub(r"(    listen [^\n]*\n)\1", r"\1", site)
    snippet = (DEPLOY / "nginx-proxy.conf").read_text()
    (machine / "nginx-proxy.conf").write_text(snippet.replace(f":{PORT}", f":{upstream}"))
    site = site.replace(f"{DEPLOY}/", f"{machine}/")
    (machine / "site.conf").write_text(site)
    (machine / "nginx.conf").write_text(
        f"pid {machine}/nginx.pid;\nerror_log {machine}/error.log;\nevents {{}}\nhttp {{\n"
        + "".join(
            f"{kind}_temp_path {machine}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"access_log {machine}/access.log;\ninclude {machine}/site.conf;\n}}\n"
    )
    return plain, secret, ca.file


class Visitor(httpx.BaseTransport):
    """Asks our nginx, whatever the host of an address says, and believes our authority alone."""

    def __init__(self, port, file):
        self._port = port
        self._inner = httpx.HTTPTransport(verify=ssl.create_default_context(cafile=str(file)))

    def handle_request(self, request):
        request.extensions["sni_hostname"] = HOST
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return self._inner.handle_request(request)

    def close(self):
        self._inner.close()


@pytest.fixture(scope="module")
def site(machine, service):
    """nginx in front of the service; gives a client of https://badges.example.org."""
    plain, secret, file = nginx(machine, service)
    configuration = ["-c", str(machine / "nginx.conf"), "-e", str(machine / "error.log")]
    checked = subprocess.run(
        ["nginx", "-t", *configuration], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr, checked.stderr
    command = ["nginx", "-g", "daemon off;", *configuration]
    transport = Visitor(secret, file)
    with (
        running(command, machine / "nginx.log", os.environ),
        closing(httpx.Client(transport=transport, base_url=f"https://{HOST}", timeout=60)) as web,
    ):
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                if web.get("/readyz").status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        else:
            raise AssertionError((machine / "service.log").read_text())
        web.plain = plain
        yield web


def approve(web, home):
    """Send the example as a signed webhook; return the answer."""
    body = (ROOT / "examples" / "approval.json").read_bytes()
    headers = standard_webhooks.sign(
        load(home).sources[0].secrets,
        message_id=event_id_of(body),
        now=datetime.now(UTC),
        body=body,
    )
    headers |= {"Content-Type": "application/json"}
    return web.post("/webhooks/approvals", content=body, headers=headers)


def test_an_approval_goes_in_through_nginx_and_its_credential_verifies(site, home, machine):
    """The unit's command as its own user, nginx by our file before it, the verifier outside."""
    answer = approve(site, home)
    assert answer.status_code == 201, answer.text
    reply = answer.json()

    def fetch(url, *, accept, max_bytes):
        response = site.get(url, headers={"Accept": accept})
        if response.status_code != 200:
            raise FetchError("http_status", url)
        media_type = response.headers["content-type"].partition(";")[0]
        return Fetched(url, response.content, media_type)

    for suffix in ("json", "pdf", "png"):
        credential = site.get(f"{reply['id']}.{suffix}").content
        report = verify(credential, fetch=fetch, now=datetime.now(UTC))
        answers = {name: str(verdict.answer) for name, verdict in report.verdicts().items()}
        assert answers["authentic"] == answers["current"] == "yes", (suffix, report)
    # The owner alone may read what the service made.
    modes = {path.stat().st_mode & 0o007 for path in home.glob("mintmark.sqlite3*")}
    assert modes == {0}
    # A holder's address opens her page: it stands in no log.
    token = reply["manage_url"].rpartition("/")[2]
    assert site.get(reply["manage_url"]).status_code == 200
    assert site.get(f"/credentials/{reply['id'].rpartition('/')[2]}.html").status_code == 200
    log = (machine / "access.log").read_text()
    assert ("/credentials/" in log, token in log, "/manage/" in log) == (True, False, False)


def test_many_applicants_are_checked_whichever_worker_is_asked(site, home, machine):
    """Two gunicorn workers; more than other pages take comes through nginx; no log has a secret."""
    film = {"file": ("film.mov", bytes(50 * 1024 * 1024))}
    from_here = {"Sec-Fetch-Site": "same-origin"}
    begun = site.post("/verify/applicants", files=film, headers=from_here)
    assert begun.status_code == 303, begun.text
    address, secret = begun.headers["location"], begun.headers["location"].rpartition("/")[2]
    deadline = time.monotonic() + 60
    while 'id="running"' in (page := site.get(address).text) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert "Items to look at: 1 of 1." in page
    assert site.get(f"{address}/record.json").json()["source"] == "film.mov"
    assert list((home / "applicants").rglob("film*")) == []
    assert site.post(f"{address}/delete").status_code == 303
    assert site.get(address).status_code == 404
    logs = [path.read_text() for path in machine.glob("*.log")]
    assert logs
    assert not [log for log in logs if secret in log]


def test_plain_http_leads_to_https(site):
    answer = httpx.get(
        f"http://127.0.0.1:{site.plain}/credentials/x.html?a=b", headers={"Host": HOST}
    )
    assert answer.status_code == 308
    assert answer.headers["location"] == f"https://{HOST}/credentials/x.html?a=b"


def test_requests_that_are_sent_byte_by_byte_hold_no_worker(site, home):
    """Twenty clients who never finish (T31); the two workers go on serving."""
    port = site._transport._port
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    head = f"POST /verify HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 100000\r\n\r\nx"
    slow = []
    try:
        for _ in range(20):
            plain = socket.create_connection(("127.0.0.1", port))
            slow.append(context.wrap_socket(plain, server_hostname=HOST))
            slow[-1].sendall(head.encode())
        assert approve(site, home).is_success
    finally:
        for connection in slow:
            connection.close()
