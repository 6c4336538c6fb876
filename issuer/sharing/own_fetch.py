"""The `Fetch` of the verifier's page at this issuer: its own credentials come from the database.

A teacher pastes the address of a credential of this very issuer: it is read from the
database, because a server that asks itself over the network waits for itself.
"""

from datetime import datetime

from issuer.database.database import UnavailableError
from issuer.home import addresses, published
from issuer.home.issuer import Issuer
from issuer.sharing import forms
from issuer.sharing.shared import find_shared
from verifier import clock
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
            shared = find_shared(issuer, public_id)
        except UnavailableError as exc:
            raise FetchError("host_in_trouble", url, "answered 503") from exc
        if shared is None:
            raise FetchError("http_status", url, "there is no such credential")
        if shared.private or not shared.forms:
            raise FetchError("http_status", url, "answered 410")
        public = forms.disclosed(shared, issuer, now=clock.now())
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
        shared = find_shared(issuer, credential_id.removeprefix(address))
    except UnavailableError:
        return None
    if shared is None or shared.private or shared.revoked_at is None:
        return None
    return shared.revoked_at, shared.reason or ""
