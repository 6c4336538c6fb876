"""What is never signed, because libraries canonicalize it differently."""

import pytest
from world import CONTEXTS

from contexts import refuse_divergent
from contexts.divergence import DivergenceError


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a\x08b", id="backspace"),
        pytest.param("a\x7fb", id="delete"),
        pytest.param("a\x00b", id="null character"),
        pytest.param("a\tb", id="tab"),
        pytest.param(0.1234567890123456, id="sixteen digits"),
        pytest.param(-0.1234567890123456, id="sixteen digits, negative"),
        pytest.param(1.2345678901234567e300, id="seventeen digits and an exponent"),
        pytest.param(0.00000099, id="under a millionth"),
        pytest.param(-0.00000099, id="under a millionth, negative"),
        pytest.param(1e21, id="ten to the 21"),
        pytest.param(-1e22, id="minus ten to the 22"),
    ],
)
def test_a_value_with_two_canonical_forms_is_refused(value):
    with pytest.raises(DivergenceError, match=r"^credentialSubject\.result\[1\]\.value: "):
        refuse_divergent({"credentialSubject": {"result": [{}, {"value": value}]}})


def test_a_control_character_in_a_key_is_refused():
    with pytest.raises(DivergenceError):
        refuse_divergent({"a": {"b\x01": 1}})


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("line\r\nline", id="line ends"),
        pytest.param("Ñandú 你好 🎓", id="any script"),
        pytest.param(12.5, id="half an hour"),
        pytest.param(0.123456789012345, id="fifteen digits"),
        pytest.param(0.000001, id="a millionth"),
        pytest.param(0.0, id="nought"),
        pytest.param(123456789012345.0, id="fifteen digits before the point"),
        pytest.param(9007199254740992, id="the largest integer"),
        pytest.param(True, id="true"),
        pytest.param(None, id="null"),
        pytest.param([1, 2.5], id="two numbers"),
    ],
)
def test_a_value_with_one_canonical_form_is_let_through(value):
    refuse_divergent({"credentialSubject": [value], "evidence": [[value]]})


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(["1", 1], id="text and number"),
        pytest.param([True, 1], id="truth value and number"),
        pytest.param(["2026-11-22T12:00:00Z", {"@value": "x"}], id="text and object"),
        pytest.param([[{"id": "urn:x"}, "urn:y"]], id="object and text, deeper"),
    ],
)
def test_values_of_different_kinds_in_one_list_are_refused(values):
    with pytest.raises(DivergenceError, match=r"^evidence(\[0\])?: values of different kinds"):
        refuse_divergent({"evidence": values})


def badge_of(*names):
    return {"@context": CONTEXTS, "id": "urn:x", "name": list(names)}


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("🎓 one", "\ue000 two"), id="emoji and private use"),
        pytest.param(("a🎓", "aｆ"), id="emoji and full-width letter"),
    ],
)
def test_statements_that_utf_16_orders_otherwise_are_refused(names):
    with pytest.raises(DivergenceError):
        refuse_divergent(badge_of(*names))


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("one 🎓\ufe0f", "two 🎺\ufe0f"), id="emoji with selectors"),
        pytest.param(("🎓", "🎺"), id="two emoji"),
        pytest.param(("b🎓", "aｆ"), id="order settled before"),
    ],
)
def test_rare_characters_that_settle_no_order_are_let_through(names):
    refuse_divergent(badge_of(*names))
