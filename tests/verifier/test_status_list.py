"""Bitstring status lists: written as published, read within limits (OB-77, T14, T15)."""

import base64
import gzip
import time
import zlib

import pytest

from verifier.checks.status_list import (
    MAX_BYTES,
    MIN_ENTRIES,
    StatusListError,
    bit,
    decode,
    encode,
    entry,
    with_bits,
)

SOON = 10.0
"""Seconds. Without the defense it would be hours; a slow machine is no flaw."""

EMPTY = bytes(MIN_ENTRIES // 8)
EXAMPLE = "H4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
"""The empty list of the specification (Bitstring Status List 1.0, example 4)."""


def multibase(packed):
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


@pytest.mark.parametrize("text", ["u" + EXAMPLE, EXAMPLE, EXAMPLE + "="], ids=["u", "bare", "="])
def test_the_published_empty_list_is_read(text):
    assert decode(text) == EMPTY


@pytest.mark.parametrize("indexes", [set(), {0}, {7, 8}, {94567}, {MIN_ENTRIES - 1}, {1, 3, 5}])
def test_just_the_bits_that_were_set_are_read(indexes):
    bits = decode(encode(with_bits(MIN_ENTRIES, indexes)))
    assert all(bit(bits, index) for index in indexes)
    assert int.from_bytes(bits).bit_count() == len(indexes)


def test_the_first_index_is_the_highest_bit_of_the_first_byte():
    assert with_bits(MIN_ENTRIES, {0})[0] == 0x80
    assert with_bits(MIN_ENTRIES, {7})[0] == 0x01


def test_the_same_bits_give_the_same_text():
    packed = base64.urlsafe_b64decode(encode(EMPTY)[1:] + "==")
    assert gzip.decompress(packed) == EMPTY
    assert packed[4:8] == bytes(4), "the time of packing (RFC 1952, 2.3.1)"


@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_a_list_is_written_without_padding(length):
    assert set(encode(bytes(range(length)))).isdisjoint("=+/")


def test_a_list_of_the_greatest_length_is_read():
    assert len(decode(encode(bytes(MAX_BYTES)))) == MAX_BYTES


PACKED = gzip.compress(EMPTY)
REFUSED = {
    "nothing": ("", "MALFORMED_VALUE_ERROR"),
    "a prefix alone": ("u", "MALFORMED_VALUE_ERROR"),
    "not base64url": ("u+/+/", "MALFORMED_VALUE_ERROR"),
    "base64 of a length that there is not": ("uAAAAA", "MALFORMED_VALUE_ERROR"),
    "white space inside": ("u" + EXAMPLE[:9] + "\n" + EXAMPLE[9:], "MALFORMED_VALUE_ERROR"),
    "base58": ("z" + EXAMPLE, "MALFORMED_VALUE_ERROR"),
    "not gzip": (multibase(b"a list"), "MALFORMED_VALUE_ERROR"),
    "zlib without gzip": (multibase(zlib.compress(EMPTY)), "MALFORMED_VALUE_ERROR"),
    "cut short": (multibase(PACKED[:-9]), "MALFORMED_VALUE_ERROR"),
    "cut by its checksum": (multibase(PACKED[:-1]), "MALFORMED_VALUE_ERROR"),
    "wrong checksum": (multibase(PACKED[:-8] + bytes(8)), "MALFORMED_VALUE_ERROR"),
    "two members": (multibase(PACKED + gzip.compress(b"\xff")), "MALFORMED_VALUE_ERROR"),
    "bytes behind": (multibase(PACKED + b"\0"), "MALFORMED_VALUE_ERROR"),
    "gzip in gzip": (multibase(gzip.compress(PACKED)), "STATUS_LIST_LENGTH_ERROR"),
    "a byte too short": (encode(EMPTY[1:]), "STATUS_LIST_LENGTH_ERROR"),
    "empty": (encode(b""), "STATUS_LIST_LENGTH_ERROR"),
    "a byte too long": (encode(bytes(MAX_BYTES + 1)), "MALFORMED_VALUE_ERROR"),
}


@pytest.mark.parametrize(("text", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_another_list_is_refused_with_the_problem_that_w3c_defines(text, problem):
    with pytest.raises(StatusListError) as caught:
        decode(text)
    assert caught.value.problem == f"https://www.w3.org/ns/credentials/status-list#{problem}"


def test_a_bomb_is_refused_before_it_is_unpacked():
    packer = zlib.compressobj(1, wbits=31)
    packed = b"".join(packer.compress(bytes(2**24)) for _ in range(16)) + packer.flush()
    assert len(packed) < 2 * 2**20
    began = time.process_time()
    with pytest.raises(StatusListError):
        decode(multibase(packed))
    assert time.process_time() - began < SOON


@pytest.mark.parametrize(
    ("index", "size"), [(-1, 1), (MIN_ENTRIES, 1), (2**64, 1), (MIN_ENTRIES // 3, 3)]
)
def test_an_index_outside_the_list_is_an_error(index, size):
    with pytest.raises(StatusListError, match=f"has no entry {index}$") as caught:
        entry(EMPTY, index, size)
    assert caught.value.problem.endswith("#RANGE_ERROR")
