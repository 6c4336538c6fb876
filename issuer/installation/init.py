"""`mintmark init`: everything a district needs to begin, made in an empty folder."""

import base64
import json
import os
import secrets
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import available_timezones

from issuer import migrations
from issuer.home import settings
from issuer.home.issuer import opened
from issuer.home.settings import DATABASE_FILE, Settings, SettingsError
from issuer.issuance.status_lists import lists, mark
from keys import durable_file
from keys.entry import DID_KEY, KeyUse
from keys.key_file import DEFAULT_COST, Cost
from keys.keyring import ISSUING_USES, Keyring
from keys.passphrase import read_file
from verifier.public_keys import multikey

_PRIVATE = 0o600
_RANDOM_BYTES = 32
_SOMEBODY = "Pat Example <pat@district.example>"
_PARTS = (settings.FILE, "passphrase", "secret", "keys", DATABASE_FILE, "public")
_TEMPLATE = """\
# The settings of this issuer. Restart after a change. A word that is not known is refused.

# Where people reach this issuer. It is part of every credential: choose it once.
public_url = {public_url}

# Where your days begin and end: dates in credentials are those of this time zone (an IANA name).
# Without it, they are those of whatever system sends an approval.
{timezone}

# Where data is kept; without this line, in mintmark.sqlite3 beside this file.
# database_url = "postgresql+psycopg://mintmark@localhost/mintmark"

# The file with the passphrase of the signing keys.
passphrase_file = "passphrase"

# Folders with more fonts for certificates, for scripts that the shipped ones do not cover.
# fonts = ["/usr/share/fonts/truetype/noto"]

# A page on which visitors check what many applicants handed in; it keeps that for a while.
# check_many = true

[issuer]
name = {name}
# Your web site, and where people can ask. Both stand in every credential.
# url = "https://www.district.example/"
# email = "credentials@district.example"
# Whom teachers may ask: mails name the person, and an answer to a mail goes there.
{contact}
# The color of certificates and pages, deep enough for white words on it, and a PNG or SVG.
# color = "#1f3a5f"
# logo = "logo.svg"
# What your state or a consortium signed about you; every credential carries it.
# endorsements = ["endorsement.json"]
{issuer_id}
# Certificates: the paper (letter or a4), and a seal or a second logo for those that are framed.
# [certificate]
# paper = "letter"
# seal = "seal.svg"
# Who signs those. A picture of the signature is not needed: without one there is a line to sign on.
# [[signatories]]
# office = "superintendent"
# name = "Pat Example"
# title = "Superintendent"
# signature = "signature.png"
# since = "2026-07-01"   # when somebody else takes over: until = "…", and another [[signatories]]

[credentials]
# The unit that "creditsEarned" counts; every other unit is signed as a result of its own.
credit_unit = "hours"
# Whether the teacher's name is signed and shown. Without it, only who knows the e-mail
# address can tell whose credential it is.
show_name = true
# Which proofs are made. With "ecdsa-sd-2023", what a teacher hides is left out of what others
# fetch, and copies can be made that show less. After a change: mintmark keys create
{proofs}
# The algorithm of the JWT form. RS256 and ES384 do not fit the printed code that works offline.
# jwt = "ES256"

# The organization that judges the work, if it is not the issuer itself.
# [assessed_by]
# id = "did:web:assessor.example"
# name = "Assessment Cooperative"

# The mail server that tells teachers when a credential is ready, withdrawn or about to end; without
# this, nobody is told.
# [mail]
# host = "smtp.district.example"
# from = "Example School District <credentials@district.example>"
# username = "credentials"
# password_file = "mail-password"
# port = 587
# tls = "starttls"   # or "tls", or "none" for a server on this machine
# language = "en"    # or "es": where neither the approval nor the achievement says
# ending_days = 60   # how long before a credential ends its holder is told; 0: nobody is

# A system that sends approvals. While you change a secret, list the old and the new one.
[[sources]]
name = {source}
secrets = [{secret}]
# For a sender that cannot sign: a token of at least 32 characters. Whoever has it can issue.
# bearer = "…"
"""


def create(
    home: Path,
    *,
    public_url: str,
    name: str,
    source: str,
    did_key: bool,
    now: datetime,
    timezone: str | None = None,
    contact: str = "",
    cost: Cost = DEFAULT_COST,
) -> Settings:
    """Make settings, passphrase, secret, keys, database and public files in `home`.

    They are made in a folder of their own and then moved, the settings last: what fails leaves
    nothing behind and can be run again. Raises `SettingsError` if a part of an issuer is there
    already, or if these settings could not work.
    """
    public_url = settings.check_public_url(public_url)
    for part in (home / name for name in _PARTS):
        if part.exists():
            raise SettingsError(f"{part} is there already: settings are changed with an editor")
    new = not home.exists()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(prefix=".init-", dir=home) as folder:
            draft = Path(folder)
            durable_file.hand_over(draft, home)
            issuer_id = _make_keys(draft, did_key=did_key, now=now, cost=cost)
            _write_settings(draft, public_url, name, source, issuer_id, timezone, contact)
            _make_records(draft, now=now)
            for part in sorted(draft.iterdir(), key=lambda part: part.name == settings.FILE):
                part.rename(home / part.name)
    except BaseException:
        if new:
            home.rmdir()
        raise
    return settings.load(home)


def machine_timezone() -> str | None:
    """Return the IANA name of this machine's time zone; None for UTC, where no district lives,
    and where the machine does not say."""
    local = os.environ.get("TZ") or os.path.realpath("/etc/localtime")
    name = local.removeprefix(":").rpartition("zoneinfo/")[2]
    is_place = "/" in name and not name.startswith("Etc/")
    return name if is_place and name in available_timezones() else None


def _make_keys(home: Path, *, did_key: bool, now: datetime, cost: Cost) -> str | None:
    """Make the secrets and the keys; return the id of an issuer that is its key."""
    for private in ("passphrase", "secret"):
        durable_file.create(home / private, _random() + b"\n", mode=_PRIVATE)
    keyring = Keyring(home, cost=cost)
    uses = [KeyUse.PROOF] if did_key else [*ISSUING_USES, KeyUse.SD]
    keyring.create(read_file(home / "passphrase"), now=now, uses=uses)
    return _did_key(keyring) if did_key else None


def _write_settings(
    home: Path,
    public_url: str,
    name: str,
    source: str,
    issuer_id: str | None,
    timezone: str | None,
    contact: str,
) -> None:
    proofs = 'proofs = ["eddsa-rdfc-2022", "ecdsa-sd-2023"]'
    text = _TEMPLATE.format(
        public_url=_toml(public_url),
        name=_toml(name),
        timezone=f"timezone = {_toml(timezone)}" if timezone else '# timezone = "America/Chicago"',
        contact=f"{'' if contact else '# '}contact = {_toml(contact or _SOMEBODY)}",
        issuer_id=f"id = {_toml(issuer_id)}\n" if issuer_id else "",
        proofs=f"# A did:key has no key for it. {proofs}" if issuer_id else proofs,
        source=_toml(source),
        secret=_toml("whsec_" + _random().decode()),
    )
    durable_file.create(home / settings.FILE, text.encode(), mode=_PRIVATE)


def _make_records(home: Path, *, now: datetime) -> None:
    with opened(settings.load(home)) as issuer:
        # It holds personal data; SQLite keeps the mode, and the owner for its other files.
        durable_file.create(home / DATABASE_FILE, b"", mode=_PRIVATE)
        migrations.upgrade(issuer.database)
        lists.publish_all(issuer, now=now)
        mark.write_unused(issuer.settings)


def _did_key(keyring: Keyring) -> str:
    return DID_KEY + multikey.encode(keyring.entries()[0].public_key)


def _random() -> bytes:
    return base64.b64encode(secrets.token_bytes(_RANDOM_BYTES))


def _toml(text: str) -> str:
    """Return `text` as a TOML string, which JSON's escapes fit."""
    return json.dumps(text, ensure_ascii=False)
