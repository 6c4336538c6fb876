"""The payload of a VC-JWT: its credential, and the claims that must agree with it (OB-60…64, T8;
VCDM 1.1, section 6.3.1)."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from contexts.errors import MintmarkError
from contexts.json_types import Json
from verifier.credential.model import Credential, listed
from verifier.issuers.controller import PROOF_ERROR
from verifier.report import Check, Outcome
from verifier.structure.gate import NESTED, SINGLE, holds_many

CLAIMS = ("iss", "sub", "jti", "nbf", "exp")
"""The JWT claims that repeat a member of the credential (OB-60)."""
_MODEL_2 = "https://www.w3.org/ns/credentials/v2"
_LIMITS = {"validUntil", "expirationDate", "credentialStatus"}
_BODY = {"@context", "type", "issuer", "credentialSubject", "validFrom", "proof", *_LIMITS}
MAX_ALIASES = 8
"""Steps that a name is followed, and meanings that it may branch into; honest names need two and
one."""
_ENDS = {"validUntil", "expirationDate"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
"""Later ends are read as this one."""
_LIMIT_NAMES = {name.casefold() for name in _LIMITS}
_HARMLESS = {"@context", "@id", "@type"}
HoldsMany = Callable[[str, Json], bool]


class TwoModelsError(MintmarkError, ValueError):
    """The JWT mixes the forms of two data models, so two readers could read two things (T8)."""


def credential_in(payload: Json, *, ends: bool = False) -> Json:
    """Return the credential in a JWT: its payload, or its `vc` claim completed from `iss`, `sub`,
    `jti`, `nbf` and `exp` (VCDM 1.1, section 6.3.1). With `ends`, a payload that says its end in
    `exp` alone ends then.

    Some libraries also leave the members in the payload. Raises `TwoModelsError` if such a member
    differs, or if `vc` is not a credential.
    """
    inner = payload.get("vc")
    if inner is None:
        return _filled_in(payload, ends)
    if not isinstance(inner, dict):
        raise TwoModelsError("a vc claim that is no credential")
    begin, end = "issuanceDate", "expirationDate"
    if _MODEL_2 in listed(inner.get("@context")):
        begin, end = "validFrom", "validUntil"
    subject = inner.get("credentialSubject", {})
    filled = {
        "issuer": _identified(inner.get("issuer", payload.get("issuer", {})), payload.get("iss")),
        "id": inner.get("id", payload.get("jti")),
        "credentialSubject": _identified(subject, payload.get("sub")),
        begin: inner.get(begin, _text_date(payload.get("nbf"))),
        end: inner.get(end, _text_date(payload.get("exp"))),
    }
    whole = inner | {name: value for name, value in filled.items() if value is not None}
    if any(payload[name] != whole.get(name) for name in payload.keys() & _BODY):
        raise TwoModelsError("a vc claim beside members of a credential that say otherwise")
    return whole


def presentation_in(payload: Json) -> Json:
    """Return the presentation in a JWT: its `vp` claim, or else its payload. Empty if the claim is
    not an object."""
    inner = payload.get("vp", payload)
    return inner if isinstance(inner, dict) else {}


def _filled_in(payload: Json, ends: bool) -> Json:
    """Return a payload of data model 2.0 with issuer and begin from the claims, if they are
    missing, with `ends` its end as well."""
    filled = {"issuer": _identified(payload.get("issuer", {}), payload.get("iss"))}
    if not payload.keys() & {"validFrom", "issuanceDate"}:
        filled["validFrom"] = _text_date(payload.get("nbf"))
    if ends and not payload.keys() & {"validUntil", "expirationDate"}:
        filled["validUntil"] = _text_date(payload.get("exp"))
    filled = {name: value for name, value in filled.items() if value is not None}
    return {**payload, **filled} if filled else payload


def _identified(node: Any, claim: Any) -> Json | None:
    """Return an object that names no id with the one of the claim, None where none is missing."""
    node = node[0] if isinstance(node, list) and len(node) == 1 else node
    return {"id": claim} | node if isinstance(node, dict) and claim is not None else None


def _text_date(value: Any) -> Any:
    """Return a claim as a date text; a value that is not a date stays as it is, so it is not
    absent."""
    moment = numeric_date(value)
    return value if moment is None else moment.isoformat()


def numeric_date(value: Any) -> datetime | None:
    """Return a NumericDate as a time, None for anything else (RFC 7519, section 2)."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def check_writing(document: Json, holds_many: HoldsMany = holds_many) -> Check:
    """Check that two readers of these bytes see the same document.

    A JWT signs bytes, so no rule of JSON-LD applies: terms, keywords and contexts are the issuer's
    own. But some readers ignore case in names, and some pick one of several values, where a node
    does not hold many.
    """
    flaw = _flaw(document, holds_many)
    if flaw is None:
        return Check("structure", Outcome.PASSED, "plain_structure")
    place, code = flaw
    return Check("structure", Outcome.COULD_NOT_CHECK, code, {"place": place[:200]})


def _flaw(node: Any, holds_many: HoldsMany) -> tuple[str, str] | None:
    if isinstance(node, list):
        return next(filter(None, (_flaw(item, holds_many) for item in node)), None)
    if not isinstance(node, dict):
        return None
    names: dict[str, str] = {}
    for key in node:
        if (other := names.setdefault(key.casefold(), key)) != key:
            return f"{other}, {key}", "structure_case"
    for key, value in node.items():
        if (
            isinstance(value, list)
            and len(value) > 1
            and key in SINGLE
            and not holds_many(key, node)
        ):
            return key, "structure_list_for_one"
        if key not in NESTED and (flaw := _flaw(value, holds_many)):
            return flaw
    return None


def check_limits_named(document: Json) -> tuple[Check, ...]:
    """Check that no end date and no status is hidden from plain readers: under a full IRI, an
    alias, a keyword, or in other capitals. Empty if none is."""
    terms = _terms(document.get("@context"))
    for key in document.keys() - _LIMITS - _HARMLESS:
        if any(map(_is_limit, _meanings(key, terms))):
            params = {"member": key[:200]}
            return (Check("limits", Outcome.COULD_NOT_CHECK, "limits_under_another_name", params),)
    return ()


def _is_limit(iri: str) -> bool:
    keyword = iri.startswith("@") and iri not in _HARMLESS
    return keyword or re.split("[#/:]", iri)[-1].casefold() in _LIMIT_NAMES


def _terms(contexts: Any) -> dict[str, set[str]]:
    """Return the meanings that inline contexts give to each term, including scoped contexts."""
    named: dict[str, set[str]] = defaultdict(set)
    inline = [context for context in listed(contexts) if isinstance(context, dict)]
    for term, meaning in (pair for context in inline for pair in context.items()):
        if isinstance(meaning, dict):
            for scoped, iris in _terms(meaning.get("@context")).items():
                named[scoped] |= iris
            meaning = meaning.get("@id", meaning.get("@reverse", term))
        if isinstance(meaning, str):
            named[term].add(meaning)
    return named


def _meanings(key: str, terms: Mapping[str, set[str]]) -> set[str]:
    """Return what a key may stand for: a term may be defined by another, a prefix by a third.
    What leads on for ever, or to many places, may be any keyword."""
    meanings, new = {key}, {key}
    for _ in range(MAX_ALIASES):
        new = {iri for name in new for iri in _next(name, terms)} - meanings
        meanings |= new
        if len(new) > MAX_ALIASES:
            break
    return meanings | {"@"} if new else meanings


def _next(iri: str, terms: Mapping[str, set[str]]) -> set[str]:
    prefix, colon, rest = iri.partition(":")
    starts = terms.get(prefix, set())
    return {start + rest for start in starts} if colon else starts


def check_claims(payload: Json, credential: Credential, *, times: bool) -> Check:
    """Check that `iss`, `sub` and `jti` agree with the credential itself, and with `times` also
    `nbf` and `exp`.

    A missing claim is only noted, because the signed body stands; but `exp` without `validUntil`
    fails, because a reader of the body would not see that end. A `sub` does not contradict a
    subject that has only identifiers: Open Badges requires both (OB-64). Nor do `nbf` and `exp`
    contradict a begin and an end that cannot be read. A time with a fraction is the second that it
    is in, or the next.
    """
    body: dict[str, Any] = {
        "iss": credential.issuer.id,
        "jti": credential.id,
        "sub": credential.subject_id,
        "nbf": _whole_seconds(credential.valid_from),
        "exp": _whole_seconds(credential.valid_until),
    }
    if not times:
        del body["nbf"], body["exp"]
    silent = {"sub", "nbf"}
    if not _ENDS.isdisjoint(credential.unreadable):
        silent.add("exp")
    for claim, expected in body.items():
        value = payload.get(claim)
        if claim in silent and expected is None and isinstance(value, str | int):
            continue
        if value is not None and not _agrees(value, expected):
            return Check("claims", Outcome.FAILED, "claims_differ", {"claim": claim}, PROOF_ERROR)
    missing = sorted(
        name for name, expected in body.items() if expected is not None and name not in payload
    )
    if missing:
        return Check("claims", Outcome.PASSED, "claims_missing", {"claims": ", ".join(missing)})
    return Check("claims", Outcome.PASSED, "claims_agree")


def _agrees(value: Any, expected: str | tuple[int, int] | None) -> bool:
    if not isinstance(expected, tuple):
        return bool(value == expected)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and min(math.floor(value), _LAST_SECOND) in expected


def _whole_seconds(moment: datetime | None) -> tuple[int, int] | None:
    """Return a time as NumericDate, whole seconds (RFC 7519, section 2; OB-61): the second that it
    is in, and the one that it is rounded up to."""
    if moment is None:
        return None
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    return seconds, seconds + bool(moment.microsecond)
