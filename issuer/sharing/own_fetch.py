"""How the verifier's page, as this issuer serves it, asks the world.

A teacher pastes the address of a credential of this very issuer: it is read from the
database, because a server that asks itself over the network waits for itself.
"""

from datetime import datetime

from issuer.database.database import UnavailableError
from issuer.home import addresses, published
from issuer.home.issuer import Issuer
from issuer.sharing import forms, shared
from verifier.fetching.fetch import Fetch, Fetched, FetchError
from verifier.parsing import web_address


def fetch_own(issuer: Issuer, otherwise: Fetch) -> Fetch:
    """Return a `Fetch` that reads this issuer's credentials and files, and leaves the rest."""
    files = published.fetch_own(issuer.settings, otherwise)
    credentials = addresses.credential(issuer.settings, "")

    def fetch(url: str, *, accept: str, max_bytes: int) -> Fetched:
        address = web_address.read(url)
        if address is None or not url.startswith(credentials):
            return files(url, accept=accept, max_bytes=max_bytes)
        public_id, _, suffix = address.path.rpartition("/")[2].partition(".")
        try:
            found = shared.find(issuer, public_id)
        except UnavailableError as exc:
            raise FetchError("host_in_trouble", url, "answered 503") from exc
        if found is None:
            raise FetchError("http_status", url, "there is no such credential")
        if found.private or not found.forms:
            raise FetchError("http_status", url, "answered 410")
        public = forms.disclosed(found, issuer)
        data = public.jwt if suffix == "jwt" and public.jwt else public.json
        return Fetched(url, data[:max_bytes])

    return fetch


def withdrawal(issuer: Issuer, credential_id: str) -> tuple[datetime, str] | None:
    """Return when and why this issuer withdrew a credential: its page says so, its list cannot.

    None if the database cannot be asked now: the list still says that it was withdrawn.
    """
    address = addresses.credential(issuer.settings, "")
    if not credential_id.startswith(address):
        return None
    try:
        found = shared.find(issuer, credential_id.removeprefix(address))
    except UnavailableError:
        return None
    if found is None or found.private or found.revoked_at is None:
        return None
    return found.revoked_at, found.reason or ""
