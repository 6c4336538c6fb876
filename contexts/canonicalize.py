"""From JSON to the canonical N-Quads that a Data Integrity signature covers (design D2, D6).

A part that a signature would not cover is an error, both when signing and when verifying.
"""

from collections.abc import Iterator

from contexts import shipped
from contexts.errors import WorkLimitError
from contexts.frozen import BUNDLED, FrozenContexts
from contexts.json_types import Json
from contexts.listed import check_contexts
from contexts.ntriples import Quad
from contexts.rdfc import canonical
from contexts.terms import ActiveContext, Declined, Wrong
from contexts.walk import Walk

MAX_STATEMENTS = 20_000
"""A megabyte of JSON makes about this many; the largest transcripts seen make some thousand."""


def canonicalize(
    document: Json, *, contexts: FrozenContexts = BUNDLED, hash_name: str = "sha256"
) -> bytes:
    """Return the canonical N-Quads of a JSON-LD document (RDFC-1.0; `sha256` or `sha384`), UTF-8.

    Raises `DataLossError` for any part that a signature would not cover,
    `ContextNotListedError` for a context outside `contexts`, `WorkLimitError` for a document
    made to be slow, and `CanonicalizationError` for what is not JSON-LD at all.
    """
    walk = _statements(document, contexts)
    return canonical(walk.statements, walk.quads, walk.blocks, hash_name=hash_name)


def canonicalize_defined(
    document: Json, *, contexts: FrozenContexts = BUNDLED, hash_name: str = "sha256"
) -> bytes:
    """Return the canonical N-Quads of the terms that the contexts define; all others are dropped.
    Libraries without a safe mode sign this. Since it does not cover the whole document, it is never
    signed here and never makes anything authentic. Raises as `canonicalize`, except for undefined
    terms."""
    walk = _statements(document, contexts, lossy=True)
    walk.leave_out_nowhere()
    return canonical(walk.statements, walk.quads, walk.blocks, hash_name=hash_name)


def to_quads(document: Json, *, contexts: FrozenContexts = BUNDLED) -> set[Quad]:
    """Return the RDF dataset of a document as quads of serialized terms; errors as above."""
    return _statements(document, contexts).dataset()


def initial_contexts(document: Json, contexts: FrozenContexts) -> Iterator[ActiveContext]:
    """Yield the active contexts that a document may start from: the shipped one, then one compiled
    for its contexts. Raises as `canonicalize`; the caller catches `Declined`."""
    if _extends_bundle(contexts):
        yield shipped.initial()
    check_contexts(document, contexts)
    from contexts import fallback

    yield fallback.initial(contexts)


def _statements(document: Json, contexts: FrozenContexts, *, lossy: bool = False) -> Walk:
    try:
        if not _extends_bundle(contexts):
            raise Declined("other contexts under the URLs of ours")
        walk = Walk.of(document, shipped.initial(lossy=lossy))
    except Declined as exc:
        size = check_contexts(document, contexts)
        if isinstance(exc, Wrong):
            raise exc.error from None
        # Here and not above, because most processes never need PyLD, which is slow to import.
        from contexts import fallback

        walk = fallback.statements(document, contexts, size, lossy=lossy)
    if walk.count() > MAX_STATEMENTS:
        raise WorkLimitError(f"more than {MAX_STATEMENTS} statements")
    return walk


def _extends_bundle(contexts: FrozenContexts) -> bool:
    """Whether the shipped tables hold for these contexts."""
    return contexts is BUNDLED or all(
        url in contexts and contexts[url] is BUNDLED[url] for url in BUNDLED
    )
