"""Signing in by OpenID Connect: the way there, and what comes back (OpenID Connect Core 1.0, 3.1).

    address, attempt = openid.begin(provider, redirect_uri, again=False)
    account = openid.finish(provider, attempt, request.args, redirect_uri, now=clock.now())

A person is bound to (iss, sub), which a provider never gives to somebody else; an address may be
(5.7). Only the district's own tenant is taken.
"""

import hmac
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from contexts.errors import MintmarkError
from issuer.home.sign_in_settings import Provider

SECONDS: Final = 10
LEEWAY: Final = 300
"""Seconds by which a provider's clock may be another."""
ALGORITHMS: Final = ("RS256", "ES256", "PS256")
_MOST_BYTES: Final = 1024 * 1024
_DISCOVERY: Final = "/.well-known/openid-configuration"


class OpenIdError(MintmarkError):
    """The provider did not say who somebody is, or it was not meant for us."""


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """An account of a provider. `address` is None unless the district trusts its addresses."""

    iss: str
    sub: str
    address: str | None
    signed_in_at: datetime


def begin(provider: Provider, redirect_uri: str, *, again: bool) -> tuple[str, dict[str, str]]:
    """Return where to send the browser, and what it has to keep until it comes back.

    With `again` the provider is asked to have them sign in anew. Raises `OpenIdError`.
    """
    attempt = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    more = {"prompt": "login"} if again else {"prompt": "select_account"}
    if provider.tenant_claim == "hd":
        more["hd"] = provider.tenant
    address = prepare_grant_uri(
        _discovered(provider)["authorization_endpoint"],
        client_id=provider.client_id,
        response_type="code",
        redirect_uri=redirect_uri,
        scope="openid email profile",
        state=attempt["state"],
        nonce=attempt["nonce"],
        code_challenge=create_s256_code_challenge(attempt["verifier"]),
        code_challenge_method="S256",
        **more,
    )
    return address, attempt


def finish(
    provider: Provider,
    attempt: Mapping[str, str],
    answered: Mapping[str, str],
    redirect_uri: str,
    *,
    now: datetime,
) -> ProviderAccount:
    """Return the account in the provider's answer. Raises `OpenIdError`."""
    state, code = answered.get("state", ""), answered.get("code", "")
    if not hmac.compare_digest(attempt["state"].encode(), state.encode()):
        raise OpenIdError("the answer belongs to another request")
    if answered.get("iss", provider.issuer).rstrip("/") != provider.issuer:  # RFC 9207
        raise OpenIdError("the answer is another provider's")
    if not code:
        raise OpenIdError("the provider signed nobody in")
    metadata = _discovered(provider)
    token = _asked(
        "POST",
        metadata["token_endpoint"],
        auth=(provider.client_id, _secret(provider)),
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt["verifier"],
        },
    )
    keys = _asked("GET", metadata["jwks_uri"])
    meant = {"iss": str(metadata["issuer"]), "aud": provider.client_id, "nonce": attempt["nonce"]}
    claims = _claims(meant, token, keys, now=now)
    return _account(provider, claims, now=now)


def _claims(
    meant: Mapping[str, str],
    token: Mapping[str, Any],
    keys: Mapping[str, Any],
    *,
    now: datetime,
) -> Mapping[str, Any]:
    """Return the claims of the ID token, checked as 3.1.3.7 asks."""
    try:
        signed = jwt.decode(
            str(token.get("id_token", "")),
            KeySet.import_key_set(dict(keys)),  # type: ignore[arg-type]
            algorithms=list(ALGORITHMS),
        )
        CodeIDToken(
            signed.claims,
            signed.header,
            options={
                "iss": {"essential": True, "value": meant["iss"]},
                "aud": {"essential": True, "value": meant["aud"]},
            },
            params={
                "nonce": meant["nonce"],
                "client_id": meant["aud"],
                "access_token": token.get("access_token"),
            },
        ).validate(now=int(now.timestamp()), leeway=LEEWAY)
    except (AuthlibBaseError, JoseError, ValueError, TypeError, KeyError) as exc:
        raise OpenIdError(f"the provider's word cannot be checked ({type(exc).__name__})") from exc
    return signed.claims


def _account(provider: Provider, claims: Mapping[str, Any], *, now: datetime) -> ProviderAccount:
    if claims.get(provider.tenant_claim) != provider.tenant:
        raise OpenIdError("this account is of another organization")
    sub, email = claims.get("sub"), claims.get("email")
    if not isinstance(sub, str) or not 0 < len(sub) <= 255:
        raise OpenIdError("the provider names nobody")
    counts = provider.addresses_count and claims.get("email_verified") is not False
    at = claims.get("auth_time")
    since = datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else now
    address = email if counts and isinstance(email, str) else None
    return ProviderAccount(provider.issuer, sub, address, min(now, since))


def _discovered(provider: Provider) -> Mapping[str, Any]:
    """Return the provider's metadata, if they are of this provider (Discovery 4.3)."""
    metadata = _asked("GET", provider.issuer + _DISCOVERY)
    if str(metadata.get("issuer", "")).rstrip("/") != provider.issuer:
        raise OpenIdError("the provider calls itself by another name", remedy="sign_in.issuer")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if not all(str(metadata.get(name, "")).startswith(_scheme(provider)) for name in needed):
        raise OpenIdError("the provider does not say where to ask")
    return metadata


def _scheme(provider: Provider) -> str:
    """Return how its addresses begin: plain http is for this very machine."""
    return provider.issuer.partition("//")[0] + "//"


def _asked(method: str, url: str, **more: Any) -> Mapping[str, Any]:
    """Return the JSON object that an address of the provider answers with."""
    try:
        with httpx.Client(timeout=SECONDS, follow_redirects=False) as client:
            answer = client.request(method, url, headers={"Accept": "application/json"}, **more)
        members = answer.json() if len(answer.content) <= _MOST_BYTES else None
    except (httpx.HTTPError, ValueError) as exc:
        raise OpenIdError(f"the provider cannot be asked ({type(exc).__name__})") from exc
    if answer.status_code != 200 or not isinstance(members, dict):
        raise OpenIdError(f"the provider answered {answer.status_code}")
    return members


def _secret(provider: Provider) -> str:
    try:
        if provider.secret_file.stat().st_mode & stat.S_IROTH:
            raise OpenIdError(f"everybody can read {provider.secret_file.name}", remedy="chmod 600")
        return provider.secret_file.read_text().strip()
    except OSError as exc:
        raise OpenIdError(f"{provider.secret_file.name} cannot be read") from exc


def check(provider: Provider) -> None:
    """Do nothing if the provider is there and its secret can be read. Raises `OpenIdError`."""
    _secret(provider)
    _discovered(provider)


KEPT_FOR: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""
