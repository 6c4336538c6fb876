"""The tables `[[sign_in]]` of the settings: other services that sign people in (OpenID Connect)."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from verifier.parsing.strict_toml import Table, TomlError

PRESETS: Final = {
    "google": ("Google", "https://accounts.google.com", "hd"),
    "entra": ("Microsoft", "https://login.microsoftonline.com/{tenant}/v2.0", "tid"),
    "classlink": ("ClassLink", "https://launchpad.classlink.com", "TenantId"),
    "clever": ("Clever", "https://clever.com", "district"),
}
"""Built-in values of well-known providers: title, issuer, and the claim that names the district's
tenant."""
_NAME: Final = re.compile(r"[a-z0-9-]{1,30}")
_ADDRESS: Final = re.compile(r"https://\S+|http://(localhost|127\.0\.0\.1)(:\d+)?(/\S*)?")


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that signs people in. Only people of `tenant`, by the claim `tenant_claim`, are
    accepted.

    `addresses_count` says that the district knows the addresses of this provider to be right: then
    the first sign-in finds a person by them.
    """

    name: str
    title: str
    issuer: str
    client_id: str
    tenant: str
    tenant_claim: str
    secret_file: Path = field(repr=False)
    addresses_count: bool = False


def read_providers(tables: list[Table], *, home: Path) -> tuple[Provider, ...]:
    """Return what `[[sign_in]]` sets; `TomlError` if that cannot work."""
    providers = tuple(_provider(table, home) for table in tables)
    if len({provider.name for provider in providers}) != len(providers):
        raise TomlError("two [[sign_in]] name the same provider")
    return providers


def _provider(table: Table, home: Path) -> Provider:
    name, tenant = table.line("provider"), table.line("tenant")
    if not _NAME.fullmatch(name):
        raise TomlError(f"sign_in.provider: small letters, digits and - only: {name!r}")
    title, issuer, claim = PRESETS.get(name, ("", "", ""))
    issuer = table.line("issuer", required=not issuer) or issuer.format(tenant=tenant)
    if not _ADDRESS.fullmatch(issuer):
        raise TomlError(f"sign_in.issuer must be an https address: {issuer!r}")
    provider = Provider(
        name=name,
        title=table.line("title", required=not title) or title,
        issuer=issuer.rstrip("/"),
        client_id=table.line("client_id"),
        tenant=tenant,
        tenant_claim=table.line("tenant_claim", required=not claim) or claim,
        secret_file=home / table.line("secret_file"),
        addresses_count=table.flag("addresses_count", default=False),
    )
    table.refuse_rest()
    return provider
