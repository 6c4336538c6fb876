"""JSON that two readers could read differently is no JSON here (T9)."""

import time

import pytest

from verifier.parsing.strict_json import MAX_BYTES, MAX_DEPTH, StrictJsonError, loads, loads_object

SOON = 10.0
"""Seconds. Without the defense it would be hours; a slow machine is no flaw."""

REFUSED = {
    # two readings
    "a key twice": b'{"a": 1, "a": 1}',
    "a key twice, once escaped": b'{"a": 1, "\\u0061": 2}',
    "a key twice in a nested object": b'[{"b": {"a": 1, "a": 2}}]',
    "NaN": b"[NaN]",
    "Infinity": b"[Infinity]",
    "minus Infinity": b"[-Infinity]",
    "a number that overflows": b"[1e400]",
    "an integer beyond 2**53": b"[9007199254740993]",
    "an integer under -2**53": b"[-9007199254740993]",
    "an integer of 5000 digits": b"[" + b"9" * 5000 + b"]",
    "a lone high surrogate": b'["\\ud800"]',
    "a lone low surrogate": b'["\\udc00"]',
    "surrogates the wrong way round": b'["\\udc00\\ud800"]',
    "a lone surrogate in a key": b'{"\\ud800": 1}',
    "a lone surrogate deep inside": b'{"a": [{"b": "\\ud83d"}]}',
    # not UTF-8
    "Latin-1": b'["\xe9"]',
    "an overlong slash": b'["\xc0\xaf"]',
    "a surrogate in UTF-8": b'["\xed\xa0\x80"]',
    "beyond Unicode": b'["\xf4\xbf\xbf\xbf"]',
    "UTF-16": '["é"]'.encode("utf-16"),
    # not JSON
    "nothing": b"",
    "white space": b" \n",
    "a trailing comma in an array": b"[1,]",
    "a trailing comma in an object": b'{"a": 1,}',
    "two commas": b"[1,,2]",
    "no comma": b"[1 2]",
    "a colon in an array": b"[1: 2]",
    "a key without quotes": b"{a: 1}",
    "single quotes": b"{'a': 1}",
    "a number as a key": b"{1: 1}",
    "a comment": b'{"a": 1} // x',
    "a comment inside": b"[1 /* x */]",
    "two values": b"{} {}",
    "something behind": b'{"a": 1} x',
    "an unclosed array": b"[1",
    "an unclosed object": b'{"a": 1',
    "an unclosed string": b'["a',
    "a closing bracket too many": b"[1]]",
    "another closing bracket": b"[1}",
    "a leading zero": b"[01]",
    "a leading plus": b"[+1]",
    "a bare point": b"[.5]",
    "a point and nothing": b"[1.]",
    "an exponent and nothing": b"[1e]",
    "hexadecimal": b"[0x10]",
    "an underscore": b"[1_000]",
    "full-width digits": "[１]".encode(),
    "a raw line break in a string": b'["a\nb"]',
    "a raw tab in a string": b'["a\tb"]',
    "a raw null in a string": b'["a\x00b"]',
    "an escape that is none": b'["\\x41"]',
    "a short unicode escape": b'["\\u00e"]',
    "True in capitals": b"[True]",
    "undefined": b"[undefined]",
    "a null byte behind": b"[1]\x00",
    "a form feed between": b"[\x0c1]",
    "a no-break space between": "[\xa01]".encode(),
    # too much
    "too deep in arrays": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "too deep in objects": b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    "too deep behind quoted brackets": b'["]]]]",' + b"[" * 64 + b"]" * 65,
    "a hundred thousand brackets": b"[" * 100_000,
    "a megabyte and a byte": b'"' + b"a" * (MAX_BYTES - 1) + b'"',
}  # fmt: skip

READ = {
    "a byte order mark (RFC 8259, 8.1)": (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    "the largest integer": (b"[9007199254740992]", [2**53]),
    "the least integer": (b"[-9007199254740992]", [-(2**53)]),
    "minus nought": (b"[-0]", [0]),
    "a large float": (b"[1e300]", [1e300]),
    "an escaped pair of surrogates": (b'["\\ud83c\\udf93"]', ["🎓"]),
    "brackets in strings": (b'["' + b"[{" * 500 + b'"]', ["[{" * 500]),
    "an escaped quote": (b'["\\"["]', ['"[']),
    "an escaped null character": (b'["\\u0000"]', ["\0"]),
    "the same key in two objects": (b'[{"a": 1}, {"a": 1}]', [{"a": 1}, {"a": 1}]),
    "a bare value": (b" true ", True),
    "every literal": (b"[true, false, null]", [True, False, None]),
    "an empty key": (b'{"": 1}', {"": 1}),
    "sixty-four levels": (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_strict_json_is_refused(data):
    with pytest.raises(StrictJsonError):
        loads(data)


@pytest.mark.parametrize(("data", "value"), READ.values(), ids=READ.keys())
def test_strict_json_is_read(data, value):
    assert value is None or loads(data) == value
    assert loads(data) == loads(data.decode("utf-8-sig"))


@pytest.mark.parametrize("text", [b"[]", b'"a"', b"1", b"null"])
def test_another_value_than_an_object_is_refused_where_an_object_belongs(text):
    with pytest.raises(StrictJsonError, match="not a JSON object"):
        loads_object(text)


def test_the_key_that_stands_twice_is_named():
    with pytest.raises(StrictJsonError, match="'validUntil' stands twice"):
        loads_object(b'{"validUntil": 1, "x": 2, "validUntil": 3}')


def test_another_limit_holds_where_one_is_given():
    assert loads(b"[1]", max_bytes=3) == [1]
    with pytest.raises(StrictJsonError, match="larger than 2 bytes"):
        loads(b"[1]", max_bytes=2)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'"' + b"\\" * 1_000_000, id="escapes without an end"),
        pytest.param(b'["' * 500_000, id="brackets and quotes"),
        pytest.param(b"[" * 1_000_000, id="brackets"),
        pytest.param(b'{"a":1,' * 140_000, id="members without an end"),
    ],
)
def test_a_megabyte_of_malice_is_refused_soon(data):
    began = time.process_time()
    with pytest.raises(StrictJsonError):
        loads(data)
    assert time.process_time() - began < SOON
