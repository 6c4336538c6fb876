"""The W3C data models 2.0 and 1.1: what every verifiable credential must be, badge or not.

Each rule that a credential breaks is a flaw with a name and a place. Nobody can tell what the
issuer of such a credential meant, so it "could not be checked"; only the signature decides what is
forged.

>>> [*flaws({"@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiableCredential",
...          "issuer": "did:example:board", "credentialSubject": {}})]
[('model_empty', 'credentialSubject')]
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from contexts.json_types import Json
from verifier.credential.model import instant, listed
from verifier.report import GENERAL, Check, Outcome
from verifier.structure.shape import MALFORMED, OPEN_BADGE_TYPES, check_shape

VERSION_2 = "https://www.w3.org/ns/credentials/v2"
VERSION_1 = "https://www.w3.org/2018/credentials/v1"
BADGES = OPEN_BADGE_TYPES | {"ClrCredential"}
"""Types whose own standard says what they must be, whatever else a credential calls itself."""
ENVELOPES = {"EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation"}
MAX_FLAWS = 20
"""Reported of one credential."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_TIME = re.compile(
    r"([1-9]\d{3,}|0\d{3})-\d\d-\d\dT\d\d:\d\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.IGNORECASE
)
_LANGUAGE_OBJECT = {"@value", "@language", "@direction"}

Flaw = tuple[str, str]
"""The code, and the place."""


class _Rules(NamedTuple):
    """What a version asks: members that must be there, dates, and what must have an `id`."""

    required: tuple[str, ...]
    dates: tuple[str, ...]
    identified: tuple[str, ...]


_RULES = {
    VERSION_2: _Rules(("issuer", "credentialSubject"), ("validFrom", "validUntil"),
                      ("credentialSchema", "relatedResource")),
    VERSION_1: _Rules(("issuer", "issuanceDate", "credentialSubject"),
                      ("issuanceDate", "expirationDate"),
                      ("credentialStatus", "credentialSchema", "refreshService")),
}  # fmt: skip
_TYPED = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence",
          "confidenceMethod", "renderMethod")  # fmt: skip
"""Members whose objects must say of what type they are (VCDM 2.0, sections 4.5 and 5.10)."""


def is_badge(document: Json) -> bool:
    """Whether a credential's type says badge or record of badges, by a term or by the address of
    one where its contexts do not have it; then it is checked as one."""
    return any(kind.rpartition("#")[2] in BADGES for kind in _texts(document.get("type")))


def check_any(document: Json) -> tuple[Check, ...]:
    """Check a badge as `check_shape` does, and any other credential by the data model."""
    return check_shape(document) if is_badge(document) else check_general(document, document)


def check_general(written: Json, read: Json) -> tuple[Check, ...]:
    """Check a credential as it is `written` by the data model (VCDM 2.0 and 1.1, sections 4 and 5).
    The check names its type as it is `read`."""
    if checks := [*_checks(flaws(written))]:
        return tuple(checks)
    types = ", ".join(_texts(read.get("type")))[:200]
    return (Check("shape", Outcome.PASSED, GENERAL, {"types": types}),)


def check_presentation(document: Json) -> tuple[Check, ...]:
    """Check a presentation by the data model (VCDM 2.0, section 4.13; 1.1, section 4.10)."""
    return tuple(_checks(presentation_flaws(document)))


def check_envelope(document: Json) -> tuple[Check, ...]:
    """Check what carries a signed credential or presentation (VCDM 2.0, sections 4.13.1 and
    4.13.2); nothing for any other document."""
    if ENVELOPES.isdisjoint(_texts(document.get("type"))):
        return ()
    return tuple(_checks(_envelope(document, "")))


def _checks(flaws: Iterator[Flaw]) -> Iterator[Check]:
    for _, (code, place) in zip(range(MAX_FLAWS), flaws, strict=False):
        params = {"member": place[:200]}
        yield Check("shape", Outcome.COULD_NOT_CHECK, code, params, MALFORMED)


def flaws(document: Json) -> Iterator[Flaw]:
    """Yield the flaws of a credential by the data model that its first context names."""
    yield from _frame(document, "VerifiableCredential")
    rules = _RULES[VERSION_1 if _version(document) == VERSION_1 else VERSION_2]
    for member in rules.required:
        if document.get(member) is None:
            yield "model_missing", member
    yield from _identity(document.get("issuer"), "issuer")
    for place, subject in _placed(document, "credentialSubject"):
        yield from _subject(subject, place)
    if document.get("credentialSubject") == []:
        yield "model_empty", "credentialSubject"
    for place, node in (("", document), *_placed(document, "issuer")):
        yield from _words(node, place)
    yield from _dates(document, rules.dates)
    for member in _TYPED:
        yield from _objects(document, member, typed=True, identified=member in rules.identified)
    yield from _related(document)


def presentation_flaws(document: Json) -> Iterator[Flaw]:
    """Yield the flaws of a presentation by the data model."""
    yield from _frame(document, "VerifiablePresentation")
    yield from _identity(document.get("holder"), "holder")
    yield from _objects(document, "termsOfUse", typed=True, identified=False)
    for place, item in _placed(document, "verifiableCredential"):
        if isinstance(item, str) and _version(document) == VERSION_1:
            continue  # a JWT, before there were envelopes
        if not isinstance(item, Mapping):
            yield "model_object", place
        elif "EnvelopedVerifiableCredential" in _texts(item.get("type")):
            yield from _envelope(item, place)
        elif "VerifiableCredential" not in _texts(item.get("type")):
            yield "model_type", f"{place}.type"


def _envelope(item: Json, place: str) -> Iterator[Flaw]:
    """Sections 4.13.1 and 4.13.2."""
    if VERSION_2 not in listed(item.get("@context")):
        yield "model_context", _under(place, "@context")
    if not (isinstance(item.get("id"), str) and item["id"].startswith("data:")):
        yield "model_id", _under(place, "id")


def _frame(document: Json, kind: str) -> Iterator[Flaw]:
    """What credentials and presentations share: `@context`, `id`, `type` (sections 4.3 to 4.5)."""
    contexts = document.get("@context")
    if not isinstance(contexts, list) or _version(document) not in _RULES:
        yield "model_context", "@context"
    for entry in listed(contexts):
        if not (isinstance(entry, Mapping) or _is_url(entry)):
            yield "model_context", "@context"
    types = listed(document.get("type"))
    if kind not in types or not all(isinstance(item, str) and item for item in types):
        yield "model_type", "type"
    yield from _id(document, "")


def _version(document: Json) -> Any:
    contexts = listed(document.get("@context"))
    return contexts[0] if contexts and isinstance(contexts[0], str) else None


def _id(node: Json, place: str) -> Iterator[Flaw]:
    if "id" in node and not _is_url(node["id"]):
        yield "model_id", _under(place, "id")


def _identity(value: Any, place: str) -> Iterator[Flaw]:
    """An issuer or holder: a URL, or an object with one (section 4.7)."""
    one = value.get("id") if isinstance(value, Mapping) else value
    if value is not None and not _is_url(one):
        yield "model_id", place


def _subject(subject: Any, place: str) -> Iterator[Flaw]:
    """Section 4.8: an object that says something."""
    if not isinstance(subject, Mapping):
        yield "model_object", place
    elif not subject:
        yield "model_empty", place
    else:
        yield from _id(subject, place)


def _words(node: Any, place: str) -> Iterator[Flaw]:
    """Names and descriptions: texts, each perhaps with its language (section 4.6)."""
    if not isinstance(node, Mapping):
        return
    for member in ("name", "description"):
        for at, value in _placed(node, member):
            if not (isinstance(value, str) or _is_language_object(value)):
                yield "model_language", _under(place, at)


def _is_language_object(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() <= _LANGUAGE_OBJECT
        and isinstance(value.get("@value"), str)
        and all(isinstance(item, str) for item in value.values())
    )


def _dates(document: Json, members: tuple[str, ...]) -> Iterator[Flaw]:
    """Section 4.9; a time without its zone is one of UTC (section 5.8)."""
    moments = []
    for member in members:
        value = document.get(member)
        if value is None:
            continue
        moment = instant(value) if isinstance(value, str) and _TIME.fullmatch(value) else None
        if moment is None:
            yield "model_date", member
        else:
            moments.append(moment)
    if len(moments) == 2 and moments[0] > moments[1]:
        yield "model_dates_order", members[1]


def _objects(document: Json, member: str, *, typed: bool, identified: bool) -> Iterator[Flaw]:
    """Objects that say their type, and their `id` where one is needed (sections 4.10, 4.11, 5)."""
    for place, item in _placed(document, member):
        if not isinstance(item, Mapping):
            yield "model_object", place
            continue
        types = listed(item.get("type"))
        if typed and not (types and all(isinstance(kind, str) and kind for kind in types)):
            yield "model_untyped", place
        if identified and item.get("id") is None:
            yield "model_missing", f"{place}.id"
        else:
            yield from _id(item, place)


def _related(document: Json) -> Iterator[Flaw]:
    """Section 5.3: each has an `id` of its own and a digest."""
    yield from _objects(document, "relatedResource", typed=False, identified=True)
    names: set[str] = set()
    for place, item in _placed(document, "relatedResource"):
        if not isinstance(item, Mapping):
            continue
        if not (item.get("digestSRI") or item.get("digestMultibase")):
            yield "model_digest", place
        if (name := str(item.get("id"))) in names:
            yield "model_twice", place
        names.add(name)


def _placed(node: Json, member: str) -> list[tuple[str, Any]]:
    """Return the values of a member, each with its place."""
    value = node.get(member)
    if not isinstance(value, list):
        return [] if value is None else [(member, value)]
    return [(f"{member}[{number}]", item) for number, item in enumerate(value)]


def _under(place: str, member: str) -> str:
    return f"{place}.{member}" if place else member


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and _URL.fullmatch(value) is not None


def _texts(value: Any) -> list[str]:
    return [item for item in listed(value) if isinstance(item, str)]
