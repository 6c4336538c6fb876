"""The structure gate: only JSON with one reading may stand for the signed statements (D2, T1).

A Data Integrity signature covers statements, not JSON. The same statements can be written so
that a reader who looks for `validUntil` does not see it: with full-IRI keys, inline contexts,
`@included`, `@graph`, `@nest`, `@reverse`, aliases, or in two pieces. The gate passes only plain
writing, which `verifier.pipeline.reading` reads in one way; anything else "could not be checked".
"""

from collections.abc import Mapping
from typing import Any

from contexts.json_types import Json
from verifier.credential.model import listed
from verifier.report import Check, Outcome

Flaw = tuple[str, str]
"""The place, and the code."""

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
_MANY = (
    ("ClrSubject", "achievement"),
    ("RecognizedEntityCredential", "credentialSubject"),
    ("VerifiableRecognitionCredential", "credentialSubject"),
)
"""By type, members that hold many, of which none decides: a learner record lists achievements
(CLR 2.0), a signed trust list issuers (Recognized Entities 1.0)."""
_BADGES = ("OpenBadgeCredential", "AchievementCredential")
"""What has one subject, whatever else it calls itself."""
_REFERENCE = {"id", "type", "endorsementComment"}
"""What may stand where the credential itself is referred to, such as in an endorsement of it.
More would be a second piece of the credential, out of the reader's sight."""
_VALUE_KEYS = {"@value", "@type", "@language", "@direction"}
MAX_REMEMBERED = 512
_plain_keys: set[str] = set()
"""Names of members that were seen to be plain terms; the standards have some 200."""


def check_structure(document: Json) -> Check:
    """Check that the document is written so that what it shows is what was signed."""
    flaw = _flaw(document)
    if flaw is None:
        return Check("structure", Outcome.PASSED, "plain_structure")
    place, code = flaw
    return Check("structure", Outcome.COULD_NOT_CHECK, code, {"place": place[:200]})


def _flaw(document: Json) -> Flaw | None:
    """Return the place and the code of the first flaw, or None."""
    if document.get("@context") is None:
        return "@context", "structure_no_context"
    if not _are_urls(document["@context"]):
        return "@context", "structure_inline_context"
    return _walk(document, _own_id(document), is_root=True)


def _are_urls(contexts: Any) -> bool:
    return isinstance(contexts, str) or (
        isinstance(contexts, list) and all(isinstance(entry, str) for entry in contexts)
    )


def _own_id(document: Json) -> frozenset[str]:
    return frozenset({document["id"]} if isinstance(document.get("id"), str) else ())


def _walk(node: Json, roots: frozenset[str], *, is_root: bool = False) -> Flaw | None:
    """`roots` are the ids of the credentials around this node; the place is as seen from it."""
    if "@value" in node:
        odd = node.keys() - _VALUE_KEYS or isinstance(node["@value"], dict | list)
        return ("", "structure_keyword") if odd else None
    own = node.get("id")
    if type(own) is str:
        if own in roots and not is_root and node.keys() - _REFERENCE:
            return "", "structure_in_pieces"
        if own[:2] == "_:":
            return "id", "structure_blank_id"
    if not node.keys() <= _plain_keys and (flaw := _odd_key(node, is_root)):
        return flaw
    for key, value in node.items():
        kind = type(value)
        if kind is str:  # most members, and nothing below could object to one
            continue
        if kind is list:
            flaw = _in_list(value, roots, key)
        elif kind is dict or isinstance(value, Mapping):
            flaw = _in_list([value], roots, key) if key in NESTED else _walk(value, roots)
        else:
            continue
        if flaw:
            return _under(key, flaw)
    return None


def _in_list(items: list[Any], roots: frozenset[str], key: str) -> Flaw | None:
    for number, item in enumerate(items):
        kind = type(item)
        if kind is str:
            continue
        if kind is list:
            return f"[{number}]", "structure_list_in_list"
        if kind is dict or isinstance(item, Mapping):
            flaw = _nested(item, roots) if key in NESTED else _walk(item, roots)
            if flaw:
                return _under(f"[{number}]", flaw)
    return None


def _nested(credential: Json, roots: frozenset[str]) -> Flaw | None:
    """A nested credential may bring its own `@context`; inside it the same rules hold.

    Its statements stand in the same graph as those around it, so a piece of the outer
    credential could hide in it as well.
    """
    if not _are_urls(credential.get("@context", [])):
        return "", "structure_inline_context"
    own = _own_id(credential)
    return (
        ("", "structure_in_pieces") if own & roots else _walk(credential, roots | own, is_root=True)
    )


def _odd_key(node: Json, is_root: bool) -> Flaw | None:
    """Return the first member that is not named by a plain term, and remember those that are."""
    for key in node:
        if key == "@context" and is_root:
            continue
        if key.startswith("@") or key[:1].isupper():
            # In capitals, the name of a type: `Criteria` is the same IRI as `criteria`, so it
            # could hide one.
            return key, "structure_keyword"
        if ":" in key:
            return key, "structure_full_iri_key"
        if len(_plain_keys) < MAX_REMEMBERED:
            _plain_keys.add(key)
    return None


def holds_many(key: str, node: Json) -> bool:
    """Whether `key`, a member of `SINGLE`, may hold several values in a node of this type."""
    kinds = listed(node.get("type"))
    if any(kind in kinds for kind in _BADGES):
        return False
    return any(kind in kinds for kind, member in _MANY if member == key)


def holds_many_subjects(key: str, node: Json) -> bool:
    """As `holds_many`, where a credential that is no badge may be about several (VCDM 2.0, 4.8)."""
    return key == "credentialSubject" or holds_many(key, node)


def _under(step: str, flaw: Flaw) -> Flaw:
    """Return a flaw with its place as seen from one step above."""
    place, code = flaw
    return (f"{step}.{place}" if place and place[0] != "[" else step + place), code
