"""The contexts that a document names are all known, and how much it holds (design D5, T23)."""

import hashlib
import re

import pytest
from world import CONTEXTS

from contexts import (
    BUNDLED,
    CanonicalizationError,
    ContextNotListedError,
    DataLossError,
    WorkLimitError,
)
from contexts.listed import Size, check_contexts
from contexts.terms import MAX_CONTEXTS

OWN = "https://board.example/terms"
DATA = b'{"@context": {"remark": "urn:x:remark"}}'
PINNED = BUNDLED.pinned(OWN, DATA, hashlib.sha256(DATA).hexdigest())

SIZES = {
    "nothing": ({}, Size(1, 0, False)),
    "a context": ({"@context": CONTEXTS[0]}, Size(1, 1, False)),
    "as many as can be": ({"@context": CONTEXTS[:1] * MAX_CONTEXTS}, Size(1, 1, False)),
    "values": ({"@context": CONTEXTS, "a": "x", "b": ["y", "z"]}, Size(5, 1, False)),
    "nodes": ({"a": {"b": {"@context": CONTEXTS}}, "c": [{"@context": OWN}]}, Size(5, 2, True)),
    "one of two is pinned": ({"@context": [CONTEXTS[0], OWN]}, Size(1, 1, True)),
    "the first is": ({"a": {"@context": OWN}, "b": {"@context": CONTEXTS}}, Size(3, 2, True)),
    "the last is": ({"a": {"@context": CONTEXTS}, "b": {"@context": OWN}}, Size(3, 2, True)),
}  # fmt: skip


@pytest.mark.parametrize("name", SIZES)
def test_what_a_document_holds_is_counted(name):
    document, size = SIZES[name]
    assert check_contexts(document, PINNED) == size


REFUSED = {
    "one inside": ({"@context": {"a": "urn:a"}}, CanonicalizationError, "an inline @context"),
    "one further in": ({"a": [{"@context": [{}]}]}, CanonicalizationError, "only listed URLs"),
    "an unknown one": ({"@context": "https://x.example"}, ContextNotListedError, "x.example"),
    "too many": ({"@context": CONTEXTS[:1] * (MAX_CONTEXTS + 1)}, WorkLimitError, "more than"),
    "a value of null": ({"a": {"@value": None}}, DataLossError, '{"@value": null}'),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_listed_is_refused(name):
    document, error, detail = REFUSED[name]
    with pytest.raises(error, match=re.escape(detail)):
        check_contexts(document, PINNED)
