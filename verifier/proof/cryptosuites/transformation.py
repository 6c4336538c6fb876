"""Canonical bytes of a document and of the options of its proof (the suites' sections
Transformation and Proof Configuration)."""

from collections.abc import Callable
from typing import Any

from contexts import (
    CanonicalizationError,
    FrozenContexts,
    canonicalize,
    canonicalize_defined,
    inline,
)
from contexts.jcs import canonicalize_json
from contexts.json_types import Json
from verifier.credential.model import listed


def rdfc(document: Json, contexts: FrozenContexts, hash_name: str) -> bytes:
    """Return the canonical N-Quads of `document` in UTF-8."""
    return canonicalize(document, contexts=contexts, hash_name=hash_name)


def rdfc_of_defined(document: Json, contexts: FrozenContexts, hash_name: str) -> bytes:
    """Return the canonical N-Quads of what the contexts define in `document` in UTF-8."""
    return canonicalize_defined(document, contexts=contexts, hash_name=hash_name)


def jcs(document: Json, contexts: FrozenContexts, _hash_name: str) -> bytes:
    """Return the canonical JSON of `document` as it was written (RFC 8785)."""
    return canonicalize_json(inline.as_written(document, contexts))


def configure_rdfc(*more_contexts: str) -> Callable[[Json, Json], dict[str, Any]]:
    """Return the configuration step of the RDFC suites: options under the document's contexts."""

    def configure(document: Json, options: Json) -> dict[str, Any]:
        entries = listed(document.get("@context"))
        added = [url for url in more_contexts if url not in entries]
        return {**options, "@context": [*entries, *added]}

    return configure


def configure_alone(context: str) -> Callable[[Json, Json], dict[str, Any]]:
    """Return the configuration step of a suite whose options have a context of their own."""

    def configure(_document: Json, options: Json) -> dict[str, Any]:
        return {**options, "@context": context}

    return configure


def configure_jcs(document: Json, options: Json) -> dict[str, Any]:
    """Return the options as they are; contexts of their own must begin the document's.

    Data Integrity EdDSA 1.0, section 3.3.2, step 2.
    """
    own = listed(options.get("@context"))
    if own and listed(document.get("@context"))[: len(own)] != own:
        raise CanonicalizationError("the proof's @context does not begin the document's")
    return dict(options)
