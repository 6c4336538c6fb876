"""The identifying parts of sounds and films in Ogg and WebM, to be overwritten by as many neutral
bytes (I11, E29). Raises `Unreadable` for a file that is not understood.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from contexts.errors import MintmarkError

MOST_PIECES: Final = 100_000
"""Far more pieces that tell than any camera or program writes."""
MOST_COMMENTS: Final = 16 * 1024 * 1024
"""Bytes of comments in a sound; the picture of an album is among them."""


class Unreadable(MintmarkError):
    """A file does not follow its format, so its identifying parts cannot be located."""


@dataclass(frozen=True)
class Cover:
    """`length` bytes from `place`: `instead`, and zeros for the rest."""

    place: int
    length: int
    instead: bytes = b""

    def put_on(self, block: bytearray, start: int) -> None:
        """Cover what of this lies in a block of the file that begins at `start`."""
        first, last = max(self.place, start), min(self.place + self.length, start + len(block))
        if first < last:
            shown = self.instead[first - self.place : last - self.place]
            block[first - start : last - start] = shown.ljust(last - first, b"\0")


_COMMENTS: Final = {b"\x01vorbis": (b"\x03vorbis", b"\x01"), b"OpusHead": (b"OpusTags", b"")}
"""By how a stream of Ogg begins: how its comments begin, and how they end (RFC 7845, 5.2)."""


@dataclass
class _Stream:
    """A stream of Ogg: how its comments begin and end, and where their bytes are: the page, the
    place in the file, and the length of each piece."""

    begins: bytes
    ends: bytes
    packets: int = 1
    pieces: list[tuple[int, int, int]] = field(default_factory=list)


def ogg(data: mmap.mmap) -> Iterator[Cover]:
    """Cover the comments of each stream (RFC 3533, 6), and correct the sums of their pages."""
    open_streams: dict[bytes, _Stream] = {}
    place, end, room = 0, len(data), MOST_COMMENTS
    while place < end:
        if data[place : place + 4] != b"OggS" or place + 27 + data[place + 26] > end:
            raise Unreadable("a page is cut off")
        lengths = data[place + 27 : place + 27 + data[place + 26]]
        serial, body = data[place + 14 : place + 18], place + 27 + len(lengths)
        if data[place + 5] & 2:
            head = next((key for key in _COMMENTS if data[body : body + len(key)] == key), None)
            if head is None:
                raise Unreadable("a stream of a kind that is not known")
            open_streams[serial] = _Stream(*_COMMENTS[head])
        elif (stream := open_streams.get(serial)) is not None:
            room -= _gather(stream, lengths, place, body)
            if room < 0:
                raise Unreadable("a sound with more comments than there is room for")
            if stream.packets == 2:
                yield from _without_comments(data, stream)
                stream.packets += 1
        elif serial not in open_streams:
            raise Unreadable("a page of no stream")
        place = body + sum(lengths)


def _gather(stream: _Stream, lengths: bytes, place: int, body: int) -> int:
    """Note what of a page belongs to the second packet of its stream, and return its length."""
    if stream.packets > 1 or not lengths:
        return 0
    size = 0
    for length in lengths:
        size += length
        if length < 255:
            stream.packets = 2
            break
    stream.pieces.append((place, body, size))
    return size


def _without_comments(data: mmap.mmap, stream: _Stream) -> Iterator[Cover]:
    """Write a packet of comments as long as the one there is, with no comment in it."""
    length = sum(size for _, _, size in stream.pieces)
    fill = length - len(stream.begins) - 8 - len(stream.ends)
    whole = b"".join(data[place : place + size] for _, place, size in stream.pieces)
    if fill < 0 or not whole.startswith(stream.begins):
        raise Unreadable("a stream without comments")
    packet = stream.begins + fill.to_bytes(4, "little") + bytes(fill) + bytes(4) + stream.ends
    done = 0
    for page_place, place, size in stream.pieces:
        cover = Cover(place, size, packet[done : done + size])
        done += size
        lengths = data[page_place + 27 : place]
        page = bytearray(data[page_place : place + sum(lengths)])
        cover.put_on(page, page_place)
        page[22:26] = bytes(4)
        yield from (cover, Cover(page_place + 22, 4, _ogg_sum(page).to_bytes(4, "little")))


def _ogg_sum(page: bytes | bytearray) -> int:
    """Return the sum of a page (RFC 3533, 6): not reflected, of 0x04C11DB7."""
    total = 0
    for byte in page:
        total = ((total << 8) & 0xFFFFFFFF) ^ _SUMS[(total >> 24) ^ byte]
    return total


def _sum_of(value: int) -> int:
    value <<= 24
    for _ in range(8):
        value = (value << 1) ^ (0x104C11DB7 if value & 0x80000000 else 0)
    return value


_SUMS: Final = tuple(map(_sum_of, range(256)))

_SEGMENT, _CLUSTER, _INFO, _TRACKS, _TRACK = 0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B, 0xAE
_INSIDE: Final = frozenset({_SEGMENT, _INFO, _TRACKS, _TRACK})
_GONE: Final = frozenset({0x1254C367, 0x1941A469, 0x1043A770, 0xBF, 0xEC})
"""Tags, attachments, chapters, sums of what is changed, and what is void already."""
_BLANK: Final = frozenset({0x7BA9, 0x7384, 0x4461, 0x4D80, 0x5741, 0x536E, 0x3C83AB, 0x3E83BB})
"""Titles, names of files, the date, programs, and names of tracks."""


def webm(data: mmap.mmap) -> Iterator[Cover]:
    """Cover what a film of Matroska says of itself (RFC 9559, 5.1): as void elements, or blank."""
    place, end = 0, len(data)
    while place < end:
        name, of_name = _number(data, place, keep_mark=True)
        size, of_size = _number(data, place + of_name, keep_mark=False)
        start = place + of_name + of_size
        is_open = size == (1 << 7 * of_size) - 1
        if name in _INSIDE or (name == _CLUSTER and is_open):
            place = start
            continue
        if is_open or start + size > end:
            raise Unreadable("an element is cut off")
        if name in _GONE:
            yield Cover(place, start + size - place, _void(start + size - place))
        elif name in _BLANK:
            yield Cover(start, size)
        place = start + size


def _number(data: mmap.mmap, place: int, *, keep_mark: bool) -> tuple[int, int]:
    """Return a number of variable length (RFC 8794, 4), and how many bytes it takes."""
    first = data[place] if place < len(data) else 0
    length = 9 - first.bit_length()
    if not 1 <= length <= 8 or place + length > len(data):
        raise Unreadable("a number is cut off")
    value = int.from_bytes(data[place : place + length])
    return (value if keep_mark else value & ((1 << 7 * length) - 1)), length


def _void(length: int) -> bytes:
    """Return the beginning of a void element that takes so many bytes."""
    if length < 9:
        return bytes((0xEC, 0x80 | (length - 2)))
    return b"\xec\x01" + (length - 9).to_bytes(7)
