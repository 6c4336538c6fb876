"""A strict reader and writer of the part of CBOR (RFC 8949) that `ecdsa-sd-2023` proofs use.

Unsigned integers, byte and text strings, arrays and maps, each in its shortest form, so that
equal content has equal bytes.

>>> encode([1, b"x"]).hex()
'82014178'
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias, cast

from contexts.errors import MintmarkError

Item: TypeAlias = "int | bytes | str | Sequence[Item] | Mapping[int, Item]"

MAX_DEPTH = 4
_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5
_SHORT = 24
"""Lengths and integers below this stand in the first byte."""


class CborError(MintmarkError, ValueError):
    """The bytes are not the shortest CBOR of one item of these kinds."""


def encode(item: Item) -> bytes:
    """Return the shortest CBOR of `item`; the entries of a map keep their order."""
    if isinstance(item, int):
        return _head(_UNSIGNED, item)
    if isinstance(item, bytes):
        return _head(_BYTES, len(item)) + item
    if isinstance(item, str):
        data = item.encode()
        return _head(_TEXT, len(data)) + data
    if isinstance(item, Mapping):
        entries = (encode(key) + encode(value) for key, value in item.items())
        return _head(_MAP, len(item)) + b"".join(entries)
    return _head(_ARRAY, len(item)) + b"".join(map(encode, item))


def decode(data: bytes) -> Item:
    """Return the one item that `data` holds; `CborError` for anything else or anything more."""
    item, end = _read(data, 0, MAX_DEPTH)
    # Written again it must be the same: so no long forms, no key twice, nothing behind it.
    if end != len(data) or encode(item) != data:
        raise CborError("not in the shortest form, or more than one item")
    return item


@lru_cache(maxsize=256)  # most heads of a proof are those of its signatures
def _head(kind: int, value: int) -> bytes:
    if value < _SHORT:
        return bytes([kind << 5 | value])
    size = next(size for size in (1, 2, 4, 8) if value < 256**size)
    return bytes([kind << 5 | _SHORT + size.bit_length() - 1]) + value.to_bytes(size)


def _read(data: bytes, at: int, depth: int) -> tuple[Item, int]:
    """Return the item at a place and the place behind it."""
    kind, value, at = _read_head(data, at)
    if kind == _UNSIGNED:
        return value, at
    if kind in (_BYTES, _TEXT):
        part = data[at : at + value]
        if len(part) != value:
            raise CborError("it ends too early")
        return part if kind == _BYTES else _text(part), at + value
    if kind not in (_ARRAY, _MAP) or depth == 0:
        raise CborError(f"major type {kind} at byte {at}, or nested too deep")
    items: list[Item] = []
    for _ in range(value * (2 if kind == _MAP else 1)):  # each takes a byte: it ends with the data
        item, at = _read(data, at, depth - 1)
        items.append(item)
    if kind == _ARRAY:
        return items, at
    if not all(isinstance(key, int) for key in items[::2]):
        raise CborError("a map has a key that is no integer")
    return dict(zip(cast("list[int]", items[::2]), items[1::2], strict=True)), at


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return major type, value, and the place behind them (RFC 8949, section 3)."""
    first = data[at : at + 1]
    if not first:
        raise CborError("it ends too early")
    kind, short = first[0] >> 5, first[0] & 31
    if short < _SHORT:
        return kind, short, at + 1
    size = 1 << short - _SHORT
    long = data[at + 1 : at + 1 + size]
    if short > _SHORT + 3 or len(long) != size:
        raise CborError("it ends too early, or has no definite length")
    return kind, int.from_bytes(long), at + 1 + size


def _text(part: bytes) -> str:
    try:
        return part.decode()
    except UnicodeDecodeError as exc:
        raise CborError("text that is not UTF-8") from exc
