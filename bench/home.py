"""An issuer of one's own for a measurement: cheap keys, the example catalog."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.documents import EXAMPLES
from issuer import migrations
from issuer.catalog import files, versions
from issuer.home import settings
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.installation import init
from keys.key_file import Cost


def make(home: Path, *, port: int = 8202, database: str | None = None) -> Settings:
    """Make an issuer in `home` as `mintmark init` does; on an empty `database`, if one is named."""
    init.create(
        home,
        public_url=f"http://localhost:{port}",
        name="Example District",
        source="forms",
        did_key=False,
        now=datetime.now(UTC),
        cost=Cost(memory_kib=64, iterations=1, lanes=1),
    )
    if database is not None:
        file = home / "mintmark.toml"
        file.write_text(f"database_url = {json.dumps(database)}\n{file.read_text()}")
    own = settings.load(home)
    issuer = Issuer(own)
    if database is not None:
        migrations.upgrade(issuer.database)
    with issuer.database.writing() as session:
        for achievement in files.load(EXAMPLES):
            versions.record(session, achievement, now=datetime.now(UTC))
    issuer.database.close()
    return own


def approval(number: int, *, sign_offs: bool = True) -> dict[str, Any]:
    """Return the data of the example approval, as if it were another teacher's. Its form to share
    has 76 statements that are signed one by one, and 59 without who signed off the project."""
    data: dict[str, Any] = json.loads((EXAMPLES / "approval.json").read_bytes())["data"]
    if not sign_offs:
        del data["approvals"]
    return {**data, "approval_id": f"a-{number}"}


def message(number: int, *, sign_offs: bool = True) -> bytes:
    """Return the webhook's message of such an approval."""
    event = json.loads((EXAMPLES / "approval.json").read_bytes())
    return json.dumps({**event, "data": approval(number, sign_offs=sign_offs)}).encode()
