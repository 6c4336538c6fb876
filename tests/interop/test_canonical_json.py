"""RFC 8785 by its author's library and by `contexts.jcs`: what the JCS suites sign."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published import vectors

from contexts.jcs import canonicalize_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=6), inner, max_size=4),
)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(VALUES)
def test_both_write_any_value_alike(library, value):
    assert library.ask("canonicalJson", value=value) == canonicalize_json(value).decode()


@pytest.mark.parametrize("case", vectors("rfc8785.json"), ids=lambda case: case["name"])
def test_both_write_the_published_examples_alike(library, case):
    written = library.ask("canonicalJson", value=json.loads(case["input"]))
    assert written.encode().hex() == case["hex"]
