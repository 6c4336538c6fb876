"""Find the credentials in what a platform's interface answers, or a wallet exports: JSON that is no
credential itself and has some in it.

Nothing of what stands around them is signed, so nothing of it counts.
"""

from itertools import chain
from typing import Any

from contexts.json_types import Json
from verifier.credential.model import listed
from verifier.intake.baking import is_token
from verifier.parsing import base64url, strict_json, web_address
from verifier.structure.data_model import BADGES, ENVELOPES

MAX_DEPTH = 6
"""Of objects and lists, one in another: the deepest answer seen has five."""

_KINDS = BADGES | ENVELOPES | {"VerifiableCredential", "VerifiablePresentation"}
_SIGNED = {"vc", "vp", "credentialSubject", "verifiableCredential", "vct"}
"""One of these is in a token that is a credential; others open doors, such as `access_token`."""


def credentials_in(document: Json) -> list[Json | str]:
    """Return the credentials in an object that is none itself: objects, tokens, JSON as text, and
    addresses of hosted badges."""
    return [] if _is_one(document) else _in_object(document, MAX_DEPTH)


def _in_object(holder: Json, depth: int) -> list[Json | str]:
    """Return what is in an object that holds credentials. Beside a token, what names no proof is
    only what the token says, read out."""
    if (address := _hosted_at(holder)) is not None:
        return [address]
    lists = [value for value in holder.values() if isinstance(value, list)]
    others = [value for value in holder.values() if not isinstance(value, list)]
    items = [*chain.from_iterable(_in(value, depth) for value in others)]
    if any(isinstance(item, str) and is_token(item) for item in items):
        items = [item for item in items if isinstance(item, str) or _is_secured(item)]
    return [*items, *chain.from_iterable(_in(value, depth) for value in lists)]


def _in(value: Any, depth: int) -> list[Json | str]:
    if depth == 0:
        return []
    if isinstance(value, list):
        return [*chain.from_iterable(_in(item, depth - 1) for item in value)]
    if isinstance(value, dict):
        return [value] if _is_one(value) else _in_object(value, depth - 1)
    if not isinstance(value, str):
        return []
    text = value.strip()
    if is_token(text):
        return [text] if _is_signed_credential(text) else []
    try:
        return _in(strict_json.loads_object(text), depth - 1) if text.startswith("{") else []
    except strict_json.StrictJsonError:
        return []


def _is_one(value: Json) -> bool:
    """Whether an object says that it is a credential, a presentation, an envelope, or an assertion
    of Open Badges 1.x or 2.0."""
    kinds = [kind for kind in listed(value.get("type")) if isinstance(kind, str)]
    if "credentialSubject" in value and {"@context", "type", "proof"} & value.keys():
        return True
    if "badge" in value and ("recipient" in value or "Assertion" in kinds):
        return True
    return not _KINDS.isdisjoint(kinds) or {"payload", "protected"} <= value.keys()


def _is_secured(value: Json) -> bool:
    return bool({"proof", "badge", "payload"} & value.keys())


def _is_signed_credential(token: str) -> bool:
    try:
        payload = strict_json.loads_object(base64url.decode(token.split(".")[1]))
    except ValueError:
        return False
    return not _SIGNED.isdisjoint(payload)


def _hosted_at(holder: Json) -> str | None:
    """Return the address of an assertion that a Badgr server describes in its own terms."""
    address = holder.get("openBadgeId")
    is_assertion = str(holder.get("entityType", "")).endswith("Assertion")
    return address if is_assertion and web_address.read(address) else None
