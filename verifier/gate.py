"""The structure gate: which JSON may speak for the signed statements (design D2, T1).

A Data Integrity signature covers statements, not JSON. The same statements can be written
so that a reader who looks for `validUntil` does not see it: full-IRI keys, inline contexts,
`@included`, `@graph`, `@nest`, `@reverse`, aliases, lists where one value belongs, a node in
two pieces. The gate lets through only the plain way of writing, in which the members that
decide are where the specification puts them; anything else could not be checked.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from verifier.report import Check, Outcome

Json = Mapping[str, Any]

NESTED = {"endorsement", "verifiableCredential", "proof"}
"""Members whose entries may bring a `@context` of their own: nested credentials, which get
their own gate and report, and proofs of the suites that sign JSON."""
SINGLE = {
    "issuer", "validFrom", "validUntil", "issuanceDate", "expirationDate", "awardedDate",
    "credentialSubject", "achievement", "achievedLevel", "encodedList",
    "hashed", "identityHash", "identityType", "salt", "proofValue", "verificationMethod",
    "proofPurpose", "cryptosuite", "created", "expires",
}  # fmt: skip
"""Members that decide and hold one value. In a longer list only their statements are signed,
not which of them a reader would pick."""
_REFERENCE = {"id", "type", "endorsementComment"}
"""What may stand where the credential itself is referred to, such as in an endorsement of it.
More would be a second piece of the credential, out of the reader's sight."""
_VALUE_KEYS = {"@value", "@type", "@language", "@direction"}


def check_structure(document: Json) -> Check:
    """Check that the document is written so that what it shows is what was signed."""
    flaw = next(_flaws(document), None)
    if flaw is None:
        return Check("structure", Outcome.PASSED, "plain_structure")
    place, why = flaw
    return Check("structure", Outcome.COULD_NOT_CHECK, f"structure_{why}", {"place": place[:200]})


def _flaws(document: Json) -> Iterator[tuple[str, str]]:
    """Yield (place, kind of flaw) for everything that a plain credential does not do."""
    if not _are_urls(document.get("@context")):
        yield "@context", "inline_context"
    yield from _walk(document, "", _own_id(document), is_root=True)


def _are_urls(contexts: Any) -> bool:
    return isinstance(contexts, str) or (
        isinstance(contexts, list) and all(isinstance(entry, str) for entry in contexts)
    )


def _own_id(document: Json) -> frozenset[str]:
    return frozenset({document["id"]} if isinstance(document.get("id"), str) else ())


def _walk(
    node: Json, place: str, roots: frozenset[str], *, is_root: bool = False
) -> Iterator[tuple[str, str]]:
    """`roots` are the ids of the credentials around this node."""
    if "@value" in node:
        if node.keys() - _VALUE_KEYS or isinstance(node["@value"], dict | list):
            yield place, "keyword"
        return
    if not is_root and _own_id(node) & roots and node.keys() - _REFERENCE:
        yield place, "in_pieces"
    for key, value in node.items():
        if isinstance(value, str) and _is_plain(key) and not value.startswith("_:"):
            continue  # most members, and nothing below could object to one
        here = f"{place}.{key}" if place else key
        if key.startswith("@") and not (is_root and key == "@context"):
            yield here, "keyword"
        elif key[:1].isupper():
            # The name of a type; `Criteria` is the same IRI as `criteria`, so it could hide one.
            yield here, "keyword"
        elif ":" in key:
            yield here, "full_iri_key"
        elif key == "id" and isinstance(value, str) and value.startswith("_:"):
            yield here, "blank_id"
        elif isinstance(value, list) and len(value) > 1 and _is_single(key, node):
            yield here, "list_for_one"
        elif key in NESTED:
            yield from _nested(value, here, roots)
        elif key != "@context" and not isinstance(value, str):
            yield from _members(value, here, roots)


@lru_cache(maxsize=512)
def _is_plain(key: str) -> bool:
    return not (key.startswith("@") or key[:1].isupper() or ":" in key)


def _is_single(key: str, node: Json) -> bool:
    """A learner record lists many achievements, of which none decides (CLR 2.0, ClrSubject)."""
    kinds = node.get("type")
    record = isinstance(kinds, list) and "ClrSubject" in kinds
    return key in SINGLE and not (record and key == "achievement")


def _members(value: Any, place: str, roots: frozenset[str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from _walk(value, place, roots)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            here = f"{place}[{number}]"
            if isinstance(item, list):
                yield here, "list_in_list"
            elif not isinstance(item, str):
                yield from _members(item, here, roots)


def _nested(value: Any, place: str, roots: frozenset[str]) -> Iterator[tuple[str, str]]:
    """A nested credential may bring its own `@context`; inside it the same rules hold.

    Its statements stand in the same graph as those around it, so a piece of the outer
    credential could hide in it as well.
    """
    for number, item in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(item, Mapping):
            here = f"{place}[{number}]"
            if not _are_urls(item.get("@context", [])):
                yield here, "inline_context"
            if _own_id(item) & roots:
                yield here, "in_pieces"
            yield from _walk(item, here, roots | _own_id(item), is_root=True)
