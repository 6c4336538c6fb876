"""The settings of a district, read strictly from `$MINTMARK_HOME/mintmark.toml`.

An unknown key is refused, because a typing mistake would silently change what is signed; so are
combinations that cannot work.

    settings = load(Path("/srv/mintmark"))
    settings.issuer_name
"""

import base64
import binascii
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contexts.errors import MintmarkError
from issuer.home import color as color
from issuer.home import profiles
from issuer.home.certificate_settings import CertificateSettings, read_certificate
from issuer.home.mail_settings import Mail, mailbox, read_mail
from issuer.home.sign_in_settings import Provider, read_providers
from keys.entry import DID_KEY, KeyUse
from verifier.fetching.rules import host_and_port
from verifier.parsing import strict_json, strict_toml, web_address
from verifier.parsing.strict_toml import Table, TomlError
from verifier.parsing.web_address import LOCALHOST

FILE = "mintmark.toml"
APPLICANTS = "applicants"
DATABASE_FILE = "mintmark.sqlite3"
STATUS_LIST_SIZE = 131_072
"""The least a list may hold, so that an index says little about whose it is (OB-77)."""
SECRET_BYTES = range(24, 65)
"""Standard Webhooks 1.0.0, "Signature scheme": between 24 and 64 random bytes."""
BEARER_LENGTH = 32
LOGS = ("plain", "json")
PROGRAM = "program"
"""The source of approvals that come from the program of this very issuer."""
DESK = "desk"
"""The source of approvals that the staff's desk of this very issuer sends."""
RESERVED_SOURCES = frozenset({PROGRAM, DESK})
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_PATH = re.compile(r"(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_UNIT = re.compile(r"[A-Za-z0-9._-]+")


class SettingsError(MintmarkError, ValueError):
    """The settings cannot be used. The message names the file, the key and the remedy."""


@dataclass(frozen=True, slots=True)
class Source:
    """A system that may send approvals: one or two active secrets, perhaps a bearer token."""

    name: str
    secrets: tuple[str, ...] = field(repr=False)
    bearer: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Assessor:
    """The organization that judged the work, where it is not the issuer (D8)."""

    id: str
    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs from one district to another."""

    home: Path
    public_url: str
    """The start of every address of this issuer, without a slash at the end."""
    issuer_id: str
    issuer_name: str
    database_url: str = field(repr=False)
    passphrase_file: Path
    issuer_url: str | None = None
    issuer_email: str | None = None
    issuer_contact: Address | None = None
    """The person, or the desk, whom mails and pages name for questions; else `issuer_email`."""
    issuer_color: str = color.COLORS[0]
    """`#rrggbb`, deep enough for white words on it: of certificates, pages and previews."""
    issuer_logo: Path | None = None
    """A PNG or SVG file, shown at the top of every page."""
    certificate: CertificateSettings = field(default_factory=CertificateSettings)
    issuer_endorsements: tuple[dict[str, Any], ...] = ()
    """What others signed about this issuer: every credential carries it."""
    assessed_by: Assessor | None = None
    credit_unit: str | None = None
    """The unit of `creditsEarned`, which has none of its own; without it the member is absent."""
    show_name: bool = True
    proofs: tuple[str, ...] = (profiles.PROOF,)
    """What proofs a JSON credential carries; with `PROOF_TO_SHARE` its holder can share less."""
    jwt: str = profiles.JWT
    """The algorithm of the credential as a JWT; empty for a did:key issuer, which has none."""
    timezone: ZoneInfo | None = None
    """Where the days of the district begin and end: credentials state times at its offset."""
    mail: Mail | None = None
    sign_in: tuple[Provider, ...] = ()
    """Who else signs people in, beside the mail."""
    sources: tuple[Source, ...] = ()
    font_folders: tuple[Path, ...] = ()
    status_list_size: int = STATUS_LIST_SIZE
    allow_hosts: tuple[tuple[str, int], ...] = ()
    """Hosts, each with a port, that the verifier's page may ask beside those on port 443."""
    evidence_scanner: tuple[str, ...] = ()
    """The command that looks at each file of evidence before it is taken."""
    metrics_token: str = field(default="", repr=False)
    """What `/metrics` asks for; without one there is no such page."""
    log: str = LOGS[0]
    """How the server writes its log."""
    publish_bucket: str = ""
    """The bucket in which published files are as well, by its name; empty: in none."""
    publish_endpoint: str = ""
    """The address of the store that has the bucket; empty: Amazon's."""
    publish_region: str = ""
    redis_url: str = field(default="", repr=False)
    """The Redis in which all hosts count together how often an address asks; empty: each counts."""
    check_many: bool = False
    """Whether there is the page for many applicants: it keeps what they handed in for a while."""

    @property
    def host(self) -> str:
        """The host of the public URL, without a port."""
        return web_address.site(self.public_url).partition(":")[0]

    @property
    def port(self) -> int | None:
        """The port written in the public URL."""
        port = web_address.site(self.public_url).partition(":")[2]
        return int(port) if port else None

    @property
    def path(self) -> str:
        """The path of the public URL: empty, or `/…` without a slash at the end."""
        return "".join(self.public_url.partition("://")[2].partition("/")[1:])

    @property
    def origin(self) -> str:
        """The public URL without its path, as a browser names a site."""
        return self.public_url.removesuffix(self.path)

    def local(self, moment: datetime) -> datetime:
        """Return `moment` at the offset that the district had then; without a `timezone`, as is."""
        return moment.astimezone(self.timezone or moment.tzinfo)

    @property
    def key_uses(self) -> list[KeyUse]:
        """The uses of the keys that this issuer signs with, in the order of `KeyUse`."""
        wanted = profiles.key_uses(self.proofs, self.jwt)
        return [use for use in KeyUse if use in wanted]

    @property
    def public(self) -> Path:
        """The folder of files that anybody may read, laid out as their URL paths (D12)."""
        return self.home / "public"

    @property
    def applicants(self) -> Path:
        """The folder of what is kept of checks of many applicants, for a day at most."""
        return self.home / APPLICANTS

    @property
    def secret_file(self) -> Path:
        """The file with the secret that signs manage links."""
        return self.home / "secret"


def load(home: Path) -> Settings:
    """Return the settings in `home/mintmark.toml`.

    Raises `SettingsError` for a missing or public file, an unknown key, a wrong type, or a
    combination that cannot work.
    """
    file = home / FILE
    if not file.exists():
        raise SettingsError(
            f"no {file} (put a backup of the home back, or make a new one: mintmark init --help)"
        )
    try:
        settings = parse(strict_toml.read_toml(file), home=home.resolve())
    except (SettingsError, TomlError) as exc:
        raise SettingsError(f"{file}: {exc}") from exc
    for key, value, module, extra in _extras(settings):
        if value and find_spec(module) is None:
            raise SettingsError(f"{file}: {key} needs more: pip install 'mintmark[{extra}]'")
    secrets = settings.sources or settings.metrics_token or settings.redis_url
    if secrets and file.stat().st_mode & stat.S_IROTH:
        raise SettingsError(f"{file} holds secrets and everybody can read it: chmod 600 {file}")
    return settings


def _extras(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    """Yield settings that need an extra: key, value, the module to look for, the extra."""
    yield "publish.bucket", settings.publish_bucket, "boto3", "bucket"
    yield "redis_url", settings.redis_url, "redis", "redis"
    yield "metrics_token", settings.metrics_token, "prometheus_client", "metrics"


def parse(top: Table, *, home: Path) -> Settings:
    """Return the settings in a parsed file; `SettingsError` or `TomlError` say what is wrong."""
    issuer = top.table("issuer")
    credentials = top.table("credentials")
    public_url = check_public_url(top.line("public_url"))
    issuer_id = _issuer_id(issuer.line("id", required=False), public_url)
    email = issuer.line("email", required=False) or None
    proofs, jwt = _profiles(credentials, did_key=issuer_id.startswith(DID_KEY))
    publish = top.table("publish")
    settings = Settings(
        home=home,
        public_url=public_url,
        issuer_id=issuer_id,
        issuer_name=issuer.line("name"),
        issuer_url=_web_address("issuer.url", issuer.line("url", required=False)),
        issuer_email=email,
        issuer_contact=_contact(issuer.line("contact", required=False) or email),
        issuer_color=_color(issuer.line("color", required=False), issuer_id),
        timezone=_timezone(top.line("timezone", required=False)),
        issuer_logo=_file(home, issuer.line("logo", required=False)),
        certificate=read_certificate(
            top.table("certificate"), top.tables("signatories"), home=home
        ),
        issuer_endorsements=tuple(
            _endorsement(home / name, issuer_id) for name in issuer.lines("endorsements")
        ),
        assessed_by=_assessor(top.table("assessed_by")),
        database_url=_database_url(top.line("database_url", required=False), home),
        passphrase_file=home / (top.line("passphrase_file", required=False) or "passphrase"),
        credit_unit=_credit_unit(credentials.line("credit_unit", required=False)),
        show_name=credentials.flag("show_name", default=True),
        proofs=proofs,
        jwt=jwt,
        mail=read_mail(top.table("mail"), home=home),
        sign_in=read_providers(top.tables("sign_in"), home=home),
        sources=_sources(top.tables("sources")),
        font_folders=_font_folders(top.lines("fonts"), home),
        status_list_size=_list_size(top.integer("status_list_size", default=STATUS_LIST_SIZE)),
        allow_hosts=_hosts(top.lines("allow_hosts")),
        evidence_scanner=tuple(top.lines("evidence_scanner")),
        metrics_token=_token("metrics_token", top.line("metrics_token", required=False)),
        log=_one_of("log", top.line("log", required=False), LOGS),
        publish_bucket=publish.line("bucket", required=bool(publish.values)),
        publish_endpoint=_web_address("publish.endpoint", publish.line("endpoint", required=False))
        or "",
        publish_region=publish.line("region", required=False),
        redis_url=_redis(top.line("redis_url", required=False)),
        check_many=top.flag("check_many", default=False),
    )
    for table in (top, issuer, credentials, publish):
        table.refuse_rest()
    return settings


def check_public_url(url: str) -> str:
    """Return `url` without a slash at its end, if a did:web issuer can live there."""
    address = web_address.read(url)
    if address is None or not url.startswith(f"{address.scheme}://{address.host}"):
        raise SettingsError(f"public_url must be https://host[:port][/path] in lower case: {url!r}")
    host, path = address.host, address.path.rstrip("/")
    if not _HOST.fullmatch(host) or host.rpartition(".")[2].isdigit():
        raise SettingsError(f"public_url needs a host name, no IP address: {host!r}")
    if (address.scheme == "http") != (host == LOCALHOST):
        raise SettingsError(f"public_url must be https, and http for localhost alone: {url!r}")
    if not _PATH.fullmatch(path) or address.query or address.text != url:
        raise SettingsError(f"public_url may have a plain path, nothing after it: {url!r}")
    plain = f"{address.scheme}://{address.site}{path}"
    if plain != url.rstrip("/") or address.site.endswith((":80", ":443")):
        raise SettingsError(f"public_url: leave out the port, it says nothing: {url!r}")
    return plain


def did_web(public_url: str) -> str:
    """Return the did:web of a public URL: port as `%3A`, path as `:` segments."""
    place = public_url.partition("://")[2]
    return "did:web:" + place.replace(":", "%3A").replace("/", ":")


def _issuer_id(issuer_id: str, public_url: str) -> str:
    own = did_web(public_url)
    if issuer_id in ("", own) or issuer_id.startswith("did:key:z6Mk"):
        return issuer_id or own
    raise SettingsError(
        f"issuer.id must be {own} (what public_url says) or a did:key:z6Mk…: {issuer_id!r}"
    )


def _database_url(url: str, home: Path) -> str:
    if not url:
        return f"sqlite:///{home / DATABASE_FILE}"
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("database_url must start with sqlite:/// or postgresql+psycopg://")
    return url


def _redis(url: str) -> str:
    if url and not url.startswith(("redis://", "rediss://")):
        raise SettingsError("redis_url must start with redis:// or rediss://")
    return url


def _token(key: str, token: str) -> str:
    if token and (len(token) < BEARER_LENGTH or not token.isascii()):
        raise SettingsError(f"{key} must have at least {BEARER_LENGTH} letters, digits or signs")
    return token


def _one_of(key: str, value: str, values: tuple[str, ...]) -> str:
    if value and value not in values:
        raise SettingsError(f"{key} must be {' or '.join(values)}: {value!r}")
    return value or values[0]


def _web_address(key: str, url: str) -> str | None:
    if url and web_address.read(url) is None:
        raise SettingsError(f"{key} must be an http or https address: {url!r}")
    return url or None


def _contact(address: str | None) -> Address | None:
    return mailbox("issuer.contact", address) if address else None


def _color(value: str, issuer_id: str) -> str:
    if value and not color.is_readable(value):
        raise SettingsError(
            f"issuer.color must be #rrggbb, and deep enough for white words on it: {value!r}"
        )
    return value or color.own(issuer_id)


def _timezone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise SettingsError(
            f"timezone must be an IANA name such as America/Chicago: {name!r}"
        ) from exc


def _file(home: Path, name: str) -> Path | None:
    if name and not (home / name).is_file():
        raise SettingsError(f"issuer.logo: there is no file {home / name}")
    return home / name if name else None


def _endorsement(file: Path, issuer_id: str) -> dict[str, Any]:
    try:
        document = strict_json.loads_object(file.read_bytes())
    except (OSError, strict_json.StrictJsonError) as exc:
        raise SettingsError(f"issuer.endorsements: {file} cannot be read: {exc}") from exc
    subject, kinds = document.get("credentialSubject"), document.get("type")
    if not isinstance(kinds, list) or "EndorsementCredential" not in kinds:
        raise SettingsError(f"issuer.endorsements: {file} is no EndorsementCredential")
    if not isinstance(subject, dict) or subject.get("id") != issuer_id:
        raise SettingsError(f"issuer.endorsements: {file} is not about {issuer_id}")
    return document


def _assessor(table: Table) -> Assessor | None:
    if not table.values:
        return None
    identifier = table.line("id")
    if not re.match(r"(did:|https?://|urn:)\S+$", identifier):
        raise SettingsError(f"assessed_by.id must be a DID, a URL or a URN: {identifier!r}")
    assessor = Assessor(
        identifier,
        table.line("name"),
        _web_address("assessed_by.url", table.line("url", required=False)),
    )
    table.refuse_rest()
    return assessor


def _credit_unit(unit: str) -> str | None:
    if unit and not _UNIT.fullmatch(unit):
        raise SettingsError(f"credentials.credit_unit: letters, digits, . _ - only: {unit!r}")
    return unit or None


def _profiles(credentials: Table, *, did_key: bool) -> tuple[tuple[str, ...], str]:
    proofs = credentials.lines("proofs") or (profiles.PROOF,)
    jwt = credentials.line("jwt", required=False) or ("" if did_key else profiles.JWT)
    try:
        profiles.check(proofs, jwt, did_key=did_key)
    except profiles.ProfileError as exc:
        raise SettingsError(str(exc)) from exc
    return proofs, jwt


def _list_size(size: int) -> int:
    if size < STATUS_LIST_SIZE or size % 8:
        raise SettingsError(f"status_list_size must be a multiple of 8, at least 131072: {size}")
    return size


def _hosts(hosts: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    try:
        return tuple(map(host_and_port, hosts))
    except ValueError as exc:
        raise SettingsError(f"allow_hosts: {exc}") from exc


def _font_folders(folders: tuple[str, ...], home: Path) -> tuple[Path, ...]:
    more = os.environ.get("MINTMARK_FONTS", "").split(os.pathsep)
    return tuple(home / folder for folder in [*folders, *more] if folder)


def _sources(tables: list[Table]) -> tuple[Source, ...]:
    sources = tuple(_source(table) for table in tables)
    for what in ("name", "bearer"):
        values = [value for source in sources if (value := getattr(source, what))]
        if len(values) != len(set(values)):
            raise SettingsError(f"two sources have the same {what}")
    secrets = [secret for source in sources for secret in source.secrets]
    if len(secrets) != len(set(secrets)):
        raise SettingsError("a secret stands twice: a signature must name one source")
    return sources


def _source(table: Table) -> Source:
    name = table.line("name")
    secrets = table.lines("secrets")
    bearer = table.line("bearer", required=False) or None
    if not _NAME.fullmatch(name):
        raise SettingsError(f"sources.name: small letters, digits and - only: {name!r}")
    if name in RESERVED_SOURCES:
        raise SettingsError(f"sources.name: {name!r} is what the issuer calls itself: another name")
    if not 1 <= len(secrets) <= 2:
        raise SettingsError(f"source {name!r}: one secret, or two while one replaces the other")
    for secret in secrets:
        _check_secret(name, secret)
    if bearer is not None and len(bearer) < BEARER_LENGTH:
        raise SettingsError(f"source {name!r}: a bearer token has at least {BEARER_LENGTH} letters")
    table.refuse_rest()
    return Source(name, secrets, bearer)


def _check_secret(name: str, secret: str) -> None:
    try:
        size = len(base64.b64decode(secret.removeprefix("whsec_"), validate=True))
    except binascii.Error:
        size = 0
    if not secret.startswith("whsec_") or size not in SECRET_BYTES:
        raise SettingsError(f"source {name!r}: a secret is whsec_ and the base64 of 24 to 64 bytes")
