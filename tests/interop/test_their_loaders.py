"""The document loaders of others read the status lists of a Mintmark server that runs.

They take an answer for JSON only where its type says so, which `application/vc` does not.
"""

import json
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ports import free_port
from werkzeug.serving import make_server

from issuer import issuance
from issuer.app import start_app
from issuer.approvals import event
from issuer.catalog import files, versions
from issuer.home.issuer import Issuer
from issuer.installation import init
from issuer.issuance.status_lists import lists
from keys.key_file import Cost

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
LOADERS = ("Digital Bazaar", "DCC, http-client", "DCC, security-document-loader")


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    """An issuer whose server answers on a port of this machine."""
    port = free_port()
    settings = init.create(
        tmp_path_factory.mktemp("served") / "home", public_url=f"http://localhost:{port}",
        name="District", source="forms", did_key=False, now=datetime.now(UTC),
        cost=Cost(memory_kib=64, iterations=1, lanes=1),
    )  # fmt: skip
    app = start_app(settings)
    started: Issuer = app.extensions["mintmark"]
    with started.database.writing() as session:
        for achievement in files.load(EXAMPLES):
            versions.record(session, achievement, now=datetime.now(UTC))
    server = make_server("localhost", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield started
    server.shutdown()
    thread.join()
    server.server_close()
    started.database.close()


def issue(issuer, number):
    data = json.loads((EXAMPLES / "approval.json").read_bytes())
    data["data"]["approval_id"] = f"a-{number}"
    approval = event.read(json.dumps(data).encode())
    now = datetime.now(UTC)
    received = issuance.receive(issuer, approval, source="forms", event_id=str(number), now=now)
    return issuance.find(issuer, received.credential_id)


def status_of(issuer, node_modules, row):
    """Return what each library finds out; the DID document stands where did:web has it."""
    did = json.loads((issuer.settings.public / ".well-known" / "did.json").read_bytes())
    where = issuer.settings.public_url.replace("http:", "https:") + "/.well-known/did.json"
    asked = json.dumps({"credential": json.loads(row.json), "published": {where: did}})
    output = subprocess.run(
        ["node", str(HERE / "loaders.mjs")],
        input=asked, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return json.loads(output.stdout)


def test_their_loaders_read_our_status_lists_and_see_a_revocation(issuer, node_modules):
    valid, revoked = issue(issuer, 1), issue(issuer, 2)
    lists.revoke(
        issuer, revoked.public_id, reason="for a test", by="command", now=datetime.now(UTC)
    )
    for row, bit in ((valid, False), (revoked, True)):
        bits = status_of(issuer, node_modules, row)
        expected = {"verified": True, "bits": [bit], "accepted": not bit, "why": ""}
        assert bits == dict.fromkeys(LOADERS, expected)
