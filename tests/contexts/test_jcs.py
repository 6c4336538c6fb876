"""RFC 8785: one way to write a JSON value, against the published examples."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import vectors

from contexts import CanonicalizationError
from contexts.jcs import canonicalize_json, number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(vector["input"], vector["hex"], id=vector["name"])
        for vector in vectors("rfc8785.json")
    ],
)
def test_a_value_has_its_published_canonical_form(text, expected):
    assert canonicalize_json(json.loads(text)).hex() == expected


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (-1.5, "-1.5"),
        (1e21, "1e+21"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (333333333.33333329, "333333333.3333333"),
        (1e23, "1e+23"),
    ],
)
def test_a_number_is_written_as_ecmascript_does(value, written):
    """The numbers of RFC 8785, appendix B."""
    assert number(value) == written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_reads_back_as_itself(value):
    assert float(number(value)) == value


@given(st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
))  # fmt: skip
def test_every_value_reads_back_as_itself_and_has_one_form(value):
    written = canonicalize_json(value)
    assert json.loads(written, parse_int=float) == value
    assert canonicalize_json(json.loads(written, parse_int=float)) == written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, "\ud800", {"a": object()}])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(CanonicalizationError):
        canonicalize_json(value)
