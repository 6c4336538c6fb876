"""The documents that an Open Badge 1.x or 2.0 links to."""

from typing import Any

from contexts.errors import MintmarkError
from contexts.json_types import Json
from verifier.fetching.fetch import Fetch, FetchError
from verifier.open_badges_2.view import is_object, singled
from verifier.parsing import strict_json, web_address

MAX_DOCUMENT_BYTES = 1024 * 1024
_TYPES = "application/ld+json, application/json"


class DocumentUnavailableError(MintmarkError):
    """A document that the verdict needs is not available. `code` names the sentence."""

    def __init__(self, code: str, url: str) -> None:
        super().__init__(f"{code}: {url}")
        self.code, self.url = code, url


def load(url: str, fetch: Fetch) -> dict[str, Any]:
    """Return the JSON object at an address, which is also its `id` if it has none, as in 1.0.

    The request uses https, whatever the address says. Raises `FetchError`.
    """
    asked = web_address.by_https(url)
    fetched = fetch(asked, accept=_TYPES, max_bytes=MAX_DOCUMENT_BYTES)
    try:
        return {"id": url, **singled(strict_json.loads_object(fetched.body))}
    except strict_json.StrictJsonError as exc:
        raise FetchError("answer_unreadable", url, str(exc)) from exc


def linked(reference: Any, fetch: Fetch) -> dict[str, Any]:
    """Return the document that a badge links to; `DocumentUnavailableError` if it cannot be
    fetched."""
    if isinstance(reference, list) and reference:
        raise DocumentUnavailableError("structure_list_for_one", str(reference)[:80])
    if not isinstance(reference, str):
        raise DocumentUnavailableError("ob2_linked_unreachable", str(reference)[:80])
    try:
        return load(reference, fetch)
    except FetchError as exc:
        raise DocumentUnavailableError("ob2_linked_unreachable", reference) from exc


def badge_and_profile(assertion: Json, fetch: Fetch) -> tuple[Json, Json]:
    """Return the BadgeClass, and the issuer's profile as its own address serves it: anybody can
    embed a copy of a profile that allows whatever a forger likes."""
    badge = assertion.get("badge")
    badge = singled(badge) if is_object(badge) else linked(badge, fetch)
    issuer = badge.get("issuer")
    return badge, _at_home(issuer.get("id") if is_object(issuer) else issuer, fetch)


def _at_home(reference: Any, fetch: Fetch) -> Json:
    """Return the profile that is served at its own address. One served elsewhere leads there,
    because platforms serve the profile of an issuer at an address for each badge."""
    if reference is None:
        raise DocumentUnavailableError("issuer_missing", "")
    for _ in range(2):
        profile = linked(reference, fetch)
        if not isinstance(profile.get("name"), str):  # an apology
            break
        if same(profile["id"], reference):
            return profile
        reference = profile["id"]
    raise DocumentUnavailableError("ob2_linked_unreachable", str(reference))


def same(one: Any, other: Any) -> bool:
    """Whether two ids are equal: addresses by `WebAddress.is_same`, others letter by letter."""
    address = web_address.read(one)
    return one == other or (address is not None and address.is_same(web_address.read(other)))
