"""The structure gate: which JSON may speak for the signed statements (design D2, T1).

A Data Integrity signature covers statements, not JSON. The same statements can be written
so that a reader who looks for `validUntil` does not see it: full-IRI keys, inline contexts,
`@included`, `@graph`, `@nest`, `@reverse`, aliases, lists where one value belongs, a node in
two pieces. The gate lets through only the plain way of writing, in which the members that
decide are where the specification puts them; anything else could not be checked.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from verifier.report import Check, Outcome

Json = Mapping[str, Any]
Flaw = tuple[str, str]
"""The place, and the kind."""

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
_OBJECT = (dict, Mapping)
"""The one is looked at first, because asking for the other is slow."""
_VALUE_KEYS = {"@value", "@type", "@language", "@direction"}


def check_structure(document: Json) -> Check:
    """Check that the document is written so that what it shows is what was signed."""
    flaw = _flaw(document)
    if flaw is None:
        return Check("structure", Outcome.PASSED, "plain_structure")
    place, why = flaw
    return Check("structure", Outcome.COULD_NOT_CHECK, f"structure_{why}", {"place": place[:200]})


def _flaw(document: Json) -> Flaw | None:
    """Return the place and kind of the first thing that a plain credential does not do."""
    if document.get("@context") is None:
        return "@context", "no_context"
    if not _are_urls(document["@context"]):
        return "@context", "inline_context"
    return _walk(document, "", _own_id(document), is_root=True)


def _are_urls(contexts: Any) -> bool:
    return isinstance(contexts, str) or (
        isinstance(contexts, list) and all(isinstance(entry, str) for entry in contexts)
    )


def _own_id(document: Json) -> frozenset[str]:
    return frozenset({document["id"]} if isinstance(document.get("id"), str) else ())


def _walk(node: Json, place: str, roots: frozenset[str], *, is_root: bool = False) -> Flaw | None:
    """`roots` are the ids of the credentials around this node."""
    if "@value" in node:
        odd = node.keys() - _VALUE_KEYS or isinstance(node["@value"], dict | list)
        return (place, "keyword") if odd else None
    if not is_root and _own_id(node) & roots and node.keys() - _REFERENCE:
        return place, "in_pieces"
    for key, value in node.items():
        if isinstance(value, str) and _is_plain(key) and not value.startswith("_:"):
            continue  # most members, and nothing below could object to one
        if flaw := _member(key, value, node, f"{place}.{key}" if place else key, roots, is_root):
            return flaw
    return None


def _member(
    key: str, value: Any, node: Json, here: str, roots: frozenset[str], is_root: bool
) -> Flaw | None:
    if key == "@context" and is_root:
        return None
    if key.startswith("@") or key[:1].isupper():
        # In capitals, the name of a type: `Criteria` is the same IRI as `criteria`, so it
        # could hide one.
        return here, "keyword"
    if ":" in key:
        return here, "full_iri_key"
    if key == "id" and isinstance(value, str) and value.startswith("_:"):
        return here, "blank_id"
    if isinstance(value, list) and len(value) > 1 and _is_single(key, node):
        return here, "list_for_one"
    return _nested(value, here, roots) if key in NESTED else _below(value, here, roots)


@lru_cache(maxsize=512)
def _is_plain(key: str) -> bool:
    return not (key.startswith("@") or key[:1].isupper() or ":" in key)


def _is_single(key: str, node: Json) -> bool:
    """A learner record lists many achievements, of which none decides (CLR 2.0, ClrSubject)."""
    kinds = node.get("type")
    record = isinstance(kinds, list) and "ClrSubject" in kinds
    return key in SINGLE and not (record and key == "achievement")


def _below(value: Any, place: str, roots: frozenset[str]) -> Flaw | None:
    if isinstance(value, _OBJECT):
        return _walk(value, place, roots)
    if isinstance(value, list):
        for number, item in enumerate(value):
            if isinstance(item, str):
                continue
            if isinstance(item, list):
                return f"{place}[{number}]", "list_in_list"
            if isinstance(item, _OBJECT) and (flaw := _walk(item, f"{place}[{number}]", roots)):
                return flaw
    return None


def _nested(value: Any, place: str, roots: frozenset[str]) -> Flaw | None:
    """A nested credential may bring its own `@context`; inside it the same rules hold.

    Its statements stand in the same graph as those around it, so a piece of the outer
    credential could hide in it as well.
    """
    for number, item in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(item, _OBJECT):
            here = f"{place}[{number}]"
            if not _are_urls(item.get("@context", [])):
                return here, "inline_context"
            if _own_id(item) & roots:
                return here, "in_pieces"
            if flaw := _walk(item, here, roots | _own_id(item), is_root=True):
                return flaw
    return None
