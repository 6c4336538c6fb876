"""The JSON-LD contexts, frozen, and the way from JSON to the bytes a signature covers.

Nothing here touches the network: a context that is not listed is an error (design D5).
"""

from contexts.canonicalize import canonicalize, canonicalize_defined, to_quads
from contexts.divergence import refuse_divergent
from contexts.errors import (
    CanonicalizationError,
    ContextNotListedError,
    DataLossError,
    WorkLimitError,
)
from contexts.frozen import (
    BUNDLED,
    FrozenContexts,
    earlier_digests,
    file_of,
    is_as_published,
    load,
)
from contexts.members import Manner, NoOneReadingError
from contexts.reading import Reading, read

__all__ = [
    "BUNDLED",
    "CanonicalizationError",
    "ContextNotListedError",
    "DataLossError",
    "FrozenContexts",
    "Manner",
    "NoOneReadingError",
    "Reading",
    "WorkLimitError",
    "canonicalize",
    "canonicalize_defined",
    "earlier_digests",
    "file_of",
    "is_as_published",
    "load",
    "read",
    "refuse_divergent",
    "to_quads",
]
