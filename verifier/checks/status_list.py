"""Bitstring Status Lists: the status of many credentials in one compressed bit string (Bitstring
Status List 1.0)."""

import base64
import re
import zlib
from functools import lru_cache

from contexts.errors import MintmarkError

MIN_ENTRIES = 131_072
"""The least length of a list: the herd in which one credential's look-up hides (section 2.2)."""
MAX_BYTES = 8 * 1024 * 1024
"""67 million entries; a gzip of a megabyte can otherwise unpack to a gigabyte (T15)."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_TO_BASE64URL = str.maketrans("+/", "-_")


class StatusListError(MintmarkError, ValueError):
    """The encoded list cannot be read. `problem` is the W3C problem type."""

    def __init__(self, message: str, problem: str) -> None:
        super().__init__(message)
        self.problem = f"https://www.w3.org/ns/credentials/status-list#{problem}"


def encode(bits: bytes) -> str:
    """Return an `encodedList`: multibase base64url of the gzip of `bits` (section 3.3).

    The same bits give the same text: the gzip header carries no time.
    """
    import gzip  # only issuers need it, and it is slow to import

    packed = gzip.compress(bits, compresslevel=9, mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


@lru_cache(maxsize=8)  # one list serves the thousands of credentials on it
def decode(encoded: str, size: int = 1) -> bytes:
    """Return the bits of an `encodedList` whose entries have `size` bits (section 3.4).

    Raises `StatusListError` for other encodings, for more than `MAX_BYTES`, for bytes after the
    list, and for fewer than 131,072 entries. Lists without the `u` prefix, and in plain base64,
    are read as well: the drafts of the specification (`StatusList2021`) had both.
    """
    text = encoded.removeprefix("u").rstrip("=").translate(_TO_BASE64URL)
    if not _BASE64URL.fullmatch(text):
        raise StatusListError("the encoded list is not base64url", "MALFORMED_VALUE_ERROR")
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        inflate = zlib.decompressobj(wbits=31)
        bits = inflate.decompress(packed, MAX_BYTES + 1)
    except (zlib.error, ValueError) as exc:
        raise StatusListError(
            f"the encoded list is not gzip: {exc}", "MALFORMED_VALUE_ERROR"
        ) from exc
    if len(bits) > MAX_BYTES or not inflate.eof or inflate.unused_data:
        raise StatusListError("the encoded list is too long or cut off", "MALFORMED_VALUE_ERROR")
    if len(bits) * 8 < MIN_ENTRIES * size:
        raise StatusListError(
            f"the list has under {MIN_ENTRIES} entries", "STATUS_LIST_LENGTH_ERROR"
        )
    return bits


def bit(bits: bytes, index: int) -> bool:
    """Return the entry at `index` of a list of single bits; `StatusListError` as `entry`."""
    return bool(entry(bits, index))


def entry(bits: bytes, index: int, size: int = 1) -> int:
    """Return the entry at `index` of a list whose entries have `size` bits (section 3.4).

    Entry 0 begins with the most significant bit of the first byte. Raises `StatusListError` for
    an index outside the list.
    """
    if not 0 <= index < len(bits) * 8 // size:
        raise StatusListError(f"the list has no entry {index}", "RANGE_ERROR")
    first, last = index * size, (index + 1) * size - 1
    window = int.from_bytes(bits[first // 8 : last // 8 + 1])
    return window >> (7 - last % 8) & ((1 << size) - 1)


def with_bits(length: int, indexes: set[int]) -> bytes:
    """Return the bits of a list of `length` entries in which just `indexes` are set."""
    bits = bytearray(length // 8)
    for index in indexes:
        bits[index // 8] |= 0x80 >> index % 8
    return bytes(bits)
