"""The server at its public address, asked as everybody asks: documents, lists, TLS, webhook."""

import socket
import ssl
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from contexts.json_types import Json
from issuer.approvals import event
from issuer.approvals.webhook import sender
from issuer.database.database import to_json
from issuer.home import published
from issuer.home.settings import FILE, Settings
from issuer.installation.doctor import rules
from issuer.installation.doctor.finding import Finding, failed, ok, unchecked, warning
from keys.entry import DID_KEY
from verifier import clock
from verifier.parsing import strict_json

SECONDS: Final = 20
_LATER: Final = "mend the server first, then run this again"


def look(settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """Yield how each part stands that others see; without a server, that the rest is not known."""
    context = ssl.create_default_context()
    with httpx.Client(timeout=SECONDS, verify=context) as web:
        url = f"{settings.public_url}/readyz"
        status, answer = _health(url, web)
        yield rules.server(status, answer, url)
        yield _tls(settings, context, now=now)
        if not isinstance(answer, dict):
            for part in ("DID document", "key set", "status lists", "webhook"):
                yield unchecked(part, "the server does not answer", _LATER)
            return
        yield from _documents(settings, web)
        yield from _status_lists(settings, web, now=now)
        yield _webhook(settings)


def _health(url: str, web: httpx.Client) -> tuple[int, Any]:
    """Return status and answer, which is an object of Mintmark's alone; 0 and why for nobody."""
    try:
        response = web.get(url)
    except httpx.HTTPError as exc:
        return 0, rules.NO_NAME if _leads_nowhere(url) else str(exc) or type(exc).__name__
    answer = _json(response)
    return response.status_code, answer if answer and "status" in answer else None


def _leads_nowhere(url: str) -> bool:
    """True if no address is known here for the name in an address of the web."""
    try:
        socket.getaddrinfo(httpx.URL(url).host, None)
    except socket.gaierror:
        return True
    return False


def _json(response: httpx.Response) -> Json | None:
    try:
        return strict_json.loads_object(response.content)
    except strict_json.StrictJsonError:
        return None


def _tls(settings: Settings, context: ssl.SSLContext, *, now: datetime) -> Finding:
    if not settings.public_url.startswith("https:"):
        return ok("TLS", "localhost needs none")
    try:
        begins, ends = _validity(settings.host, settings.port or 443, context)
        return rules.certificate(begins, ends, now=now)
    except ssl.SSLCertVerificationError as exc:
        return failed(
            "TLS",
            f"nobody believes the certificate: {exc.verify_message}",
            "let Caddy or certbot get one for this very name",
        )
    except OSError as exc:
        return unchecked("TLS", f"no connection: {exc}", _LATER)


def _validity(host: str, port: int, context: ssl.SSLContext) -> tuple[datetime, datetime]:
    with (
        socket.create_connection((host, port), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as secret,
    ):
        certificate = secret.getpeercert() or {}
    begins, ends = (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate[name])), UTC)
        for name in ("notBefore", "notAfter")
    )
    return begins, ends


def _documents(settings: Settings, web: httpx.Client) -> Iterator[Finding]:
    if settings.issuer_id.startswith(DID_KEY):
        yield ok("DID document", "a did:key is its own document")
        return
    for part, name in (("DID document", "did.json"), ("key set", "jwks.json")):
        url = f"{settings.public_url}/.well-known/{name}"
        yield _compared(part, url, settings, web)


def _compared(part: str, url: str, settings: Settings, web: httpx.Client) -> Finding:
    try:
        here = strict_json.loads_object(published.file_of(settings, url).read_bytes())
    except (OSError, strict_json.StrictJsonError) as exc:
        return failed(part, f"it is not published here: {exc}", "mintmark publish")
    try:
        return rules.document(part, here, _json(web.get(url)))
    except httpx.HTTPError as exc:
        return unchecked(part, f"it could not be fetched: {exc}", _LATER)


def _status_lists(settings: Settings, web: httpx.Client, *, now: datetime) -> Iterator[Finding]:
    folder = published.file_of(settings, f"{settings.public_url}/status")
    files = sorted(file for file in folder.glob("[0-9]*") if file.name.isdecimal())
    if not files:
        yield failed("status lists", "none is published", "mintmark publish")
    for file in files:
        yield _status_list(file, settings, web, now=now)


def _status_list(file: Path, settings: Settings, web: httpx.Client, *, now: datetime) -> Finding:
    part = f"status list {file.name}"
    try:
        here = strict_json.loads_object(file.read_bytes())
        bits = here["credentialSubject"]["encodedList"]
    except (OSError, strict_json.StrictJsonError, KeyError, TypeError) as exc:
        return failed(part, f"the file here is damaged: {exc}", "mintmark publish")
    try:
        outside = _json(web.get(f"{settings.public_url}/status/{file.name}")) or {}
    except httpx.HTTPError as exc:
        return unchecked(part, f"it could not be fetched: {exc}", _LATER)
    try:
        until = datetime.fromisoformat(outside["validUntil"])
        theirs = outside["credentialSubject"]["encodedList"]
    except (TypeError, KeyError, ValueError):
        return rules.status_list(file.name, bits, None, until=now, now=now)
    return rules.status_list(file.name, bits, theirs, until=until, now=now)


def _webhook(settings: Settings) -> Finding:
    if not settings.sources:
        return warning("webhook", "no system may send approvals", f"add [[sources]] to {FILE}")
    now = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    answer = sender.post(
        to_json({"type": event.CHECK, "timestamp": now, "data": {}}),
        url=f"{settings.public_url}/webhooks/approvals",
        secrets=settings.sources[0].secrets,
        event_id=f"check_{uuid.uuid4()}",
    )
    return rules.webhook(answer.status, answer.body)
