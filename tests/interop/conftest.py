"""The libraries of others in a Node process, and what a real issuer hands out to show them.

Nothing here uses the network but `npm ci`: every document comes with the question.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import npm
import pytest

from issuer import issuance
from issuer.approvals import event
from issuer.catalog import files, versions
from issuer.home.issuer import Issuer
from issuer.home.profiles import PROFILES
from issuer.home.settings import Settings
from issuer.installation import init
from issuer.issuance.status_lists import lists
from issuer.recognition import endorsement
from issuer.sharing import shared
from issuer.sharing.forms import disclosed
from keys.key_file import Cost
from keys.passphrase import read_file

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
CHEAP = Cost(memory_kib=64, iterations=1, lanes=1)
PUBLIC_URL = "https://credentials.district.example:8443/badges"
"""With a port and a path, which a did:web writes in its own way."""

CHOICES = {
    "eddsa-jcs-2022": (("eddsa-jcs-2022",), "RS256"),
    "ecdsa-rdfc-2019 P-256": (("ecdsa-rdfc-2019",), "ES384"),
    "ecdsa-rdfc-2019 P-384": (("ecdsa-rdfc-2019 P-384",), "EdDSA"),
    "ecdsa-jcs-2019 P-256": (("ecdsa-jcs-2019",), "ES256"),
    "ecdsa-jcs-2019 P-384": (("ecdsa-jcs-2019 P-384",), "ES256"),
    "all in a set": (tuple(PROFILES), "ES256"),
}
"""What issuers choose beside the defaults: proofs, and the algorithm of JWTs."""

Json = dict[str, Any]


class LibraryError(Exception):
    """The library raised; its own words."""


@dataclass(frozen=True)
class Library:
    """The Node libraries behind a pipe: `call` is a function of verify.mjs or sign.mjs."""

    process: "subprocess.Popen[str]"

    def ask(self, call: str, **arguments: Any) -> Any:
        """Return what the function answers; `LibraryError` if it raises."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps({"call": call, **arguments}), file=self.process.stdin, flush=True)
        reply = json.loads(self.process.stdout.readline())
        if "error" in reply:
            raise LibraryError(reply["error"])
        return reply["answer"]


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The libraries of package-lock.json, installed once for all runs and all test workers."""
    return npm.installed(HERE)


@pytest.fixture(scope="session")
def library(node_modules: Path) -> Iterator[Library]:
    """Digital Bazaar's libraries and jose."""
    command = ["node", str(HERE / "session.mjs")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Library(process)


@pytest.fixture
def library_error() -> type[LibraryError]:
    """What `library.ask` raises: test modules cannot import from here."""
    return LibraryError


@dataclass
class Issued:
    """What an issuer hands out: credentials by what became of them, and its published files."""

    did: str
    json: dict[str, Json] = field(default_factory=dict)
    shown: dict[str, Json] = field(default_factory=dict)
    jwt: dict[str, str] = field(default_factory=dict)
    published: dict[str, Json] = field(default_factory=dict)


def _issue(home: Path, kind: str) -> Issued:
    """Issue the example approval three times: to last, for a day, and to be revoked."""
    now = datetime.now(UTC)
    settings = init.create(
        home, public_url=PUBLIC_URL, name="Example District", source="forms",
        did_key=kind == "did:key", now=now, cost=CHEAP,
    )  # fmt: skip
    if kind in CHOICES:
        proofs, jwt = CHOICES[kind]
        settings = replace(settings, proofs=proofs, jwt=jwt)
    sites = [settings]
    if kind == "endorsed":
        sites.append(state := _state(home.with_name("state"), now))
        signed = endorsement.sign(
            Issuer(state), settings.issuer_id, name="Example District", now=now, until=None
        )
        settings = replace(settings, issuer_endorsements=(json.loads(signed),))
    issuer = Issuer(settings)
    have = {entry.use for entry in issuer.keyring.entries()}
    if uses := [use for use in settings.key_uses if use not in have]:
        issuer.keyring.create(read_file(settings.passphrase_file), now=now, uses=uses)
    with issuer.database.writing() as session:
        for achievement in files.load(EXAMPLES):
            versions.record(session, achievement, now=now)
    issued = Issued(settings.issuer_id)
    for fate in ("sound", "brief", "revoked"):
        body = json.loads((EXAMPLES / "approval.json").read_bytes())
        body["data"]["approval_id"] = fate
        if fate == "brief":
            body["data"]["valid_until"] = (now + timedelta(days=1)).isoformat()
        approval = event.read(json.dumps(body).encode())
        assert approval
        received = issuance.receive(issuer, approval, source="forms", event_id=fate, now=now)
        row = issuance.find(issuer, received.credential_id)
        assert row
        assert row.json
        issued.json[fate] = json.loads(row.json)
        if row.to_share:
            credential = shared.find_shared(issuer, row.public_id)
            assert credential
            issued.shown[fate] = json.loads(
                disclosed(credential, issuer, now=datetime.now(UTC)).json
            )
        if row.jwt:
            issued.jwt[fate] = row.jwt.decode()
        if fate == "revoked":
            lists.revoke(issuer, row.public_id, reason="for a test", by="command", now=now)
    for site in sites:
        for file in filter(Path.is_file, site.public.rglob("*")):
            url = f"https://{urlsplit(site.public_url).netloc}/{file.relative_to(site.public)}"
            issued.published[url] = json.loads(file.read_bytes())
    issuer.database.close()
    return issued


def _state(home: Path, now: datetime) -> Settings:
    """Make an issuer that endorses others."""
    return init.create(
        home, public_url="https://education.state.example", name="State Department", source="x",
        did_key=False, now=now, cost=CHEAP,
    )  # fmt: skip


@pytest.fixture(scope="session")
def issued_by(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Issued]:
    """What an issuer of a kind hands out: `did:web`, `did:key`, `endorsed`, or one of `CHOICES`."""
    return cache(lambda kind: _issue(tmp_path_factory.mktemp("issuer") / "home", kind))


@pytest.fixture(params=["did:web", "did:key", *CHOICES])
def issued(request: pytest.FixtureRequest, issued_by: Callable[[str], Issued]) -> Issued:
    """What an issuer hands out, of either kind, then with each suite."""
    return issued_by(request.param)


@pytest.fixture(params=["did:web", "RS256", "ES384", "EdDSA"])
def issued_jwt(request: pytest.FixtureRequest, issued_by: Callable[[str], Issued]) -> Issued:
    """What an issuer hands out, with each algorithm of JWTs."""
    kinds = {jwt: kind for kind, (_, jwt) in CHOICES.items()}
    return issued_by(kinds.get(request.param, request.param))


_SUBJECT = "credentialSubject"
TAMPERED: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "another-recipient": ((_SUBJECT, "identifier", 0, "identityHash"), "Somebody Else"),
    "another-achievement": ((_SUBJECT, "achievement", "name"), "Something else"),
    "another-level": ((_SUBJECT, "result", 0, "achievedLevel"), "https://x.example/#level"),
    "another-issuer-name": (("issuer", "name"), "Another District"),
    "other-evidence": (("evidence", 0, "name"), "Other work"),
    "later-end": (("validUntil",), "2099-01-01T00:00:00Z"),
    "another-status-index": (("credentialStatus", "statusListIndex"), "0"),
    "status-taken-out": (("credentialStatus",), None),
    "result-taken-out": ((_SUBJECT, "result"), None),
    "undefined-term": ((_SUBJECT, "achievement", "gpa"), "4.0"),
}
"""Where to change a signed credential, and to what; None takes the member out."""


@pytest.fixture(params=TAMPERED.values(), ids=TAMPERED)
def tamper(request: pytest.FixtureRequest) -> Callable[[Json], Json]:
    """Return a copy of a credential that differs in one place."""
    (*way, last), value = request.param

    def change(document: Json) -> Json:
        copy = deepcopy(document)
        place: Any = copy
        for step in way:
            place = place[step]
        assert place.get(last) != value
        if value is None:
            del place[last]
        else:
            place[last] = value
        return copy

    return change
