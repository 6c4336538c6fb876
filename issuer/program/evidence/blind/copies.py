"""Files for people who may not see names (I11, E29): without what cameras, phones and programs
record about who made a file, where, and with which device.

    with open_blind(path, "image/jpeg") as file:
        file.read()

Identifying bytes are overwritten by as many neutral ones, so every offset stays the same and
ranges of a film can be requested (RFC 9110, 14). Pictures keep their rotation and colors. A part
that is not understood is overwritten to its end. A PDF is written anew (`pdf`); Ogg and WebM are
in `media`. A file whose identifying parts are unknown is not shown.
"""

import io
import mmap
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from PIL import Image

from issuer.program.evidence.blind import media, pdf
from issuer.program.evidence.blind.media import MOST_PIECES, Cover, Unreadable

_ORIENTATION: Final = 0x0112
_JPEG_KEPT: Final = frozenset({0xE0, 0xEE})
"""JFIF, and Adobe's word about colors; the other application segments tell."""
_ICC: Final = b"ICC_PROFILE\0"
_JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length (ITU-T T.81, B.1.1.3)."""
_NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PNG_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs acTL fcTL fdAT".split()
)
_RIFF_KEPT: Final = frozenset(
    {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"fmt ", b"data", b"fact"}
)
_BOXES_INSIDE: Final = frozenset({b"moov", b"trak"})
_BOXES_THAT_TELL: Final = frozenset({b"udta", b"meta", b"uuid"})
_ID3_HEAD: Final = 10
_ID3_END: Final = 128


class BlindFile(io.RawIOBase):
    """A file with its covers on, to be read from any place."""

    def __init__(self, path: Path, covers: Sequence[Cover] = ()) -> None:
        self._file = path.open("rb", buffering=0)
        self._covers = covers
        self.size = path.stat().st_size

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        return self._file.seek(place, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """Return bytes from the place on, covered."""
        start = self._file.tell()
        block = bytearray(self._file.read(size))
        for cover in self._covers:
            cover.put_on(block, start)
        return bytes(block)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def open_blind(path: Path, media_type: str) -> BlindFile:
    """Return a file without identifying data. Raises `Unreadable`."""
    if media_type == "application/pdf":
        return BlindFile(pdf.copy_of(path, covered))
    return BlindFile(path, covers(path, media_type))


def is_unreadable(path: Path, media_type: str) -> bool:
    """True for a file whose identifying parts are unknown, so that it is not shown."""
    try:
        open_blind(path, media_type).close()
    except (Unreadable, FileNotFoundError):
        return True
    return False


def covers(path: Path, media_type: str) -> Sequence[Cover]:
    """Return what of a file has to be covered. Raises `Unreadable`."""
    return _covers(path, media_type, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _covers(path: Path, media_type: str, _changed: int) -> Sequence[Cover]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _covers_in(data, media_type)


def covered(data: bytes, media_type: str) -> bytes:
    """Return a picture without identifying data. Raises `Unreadable`."""
    block = bytearray(data)
    for cover in _covers_in(data, media_type):  # type: ignore[arg-type]  # bytes are searched alike
        cover.put_on(block, 0)
    return bytes(block)


def _covers_in(data: mmap.mmap, media_type: str) -> Sequence[Cover]:
    if media_type not in _BY_TYPE:
        raise Unreadable("a kind of file that is not known")
    try:
        pieces = tuple(islice(_BY_TYPE[media_type](data), MOST_PIECES + 1))
    except (IndexError, ValueError, OverflowError) as exc:
        raise Unreadable("a file is not built as its kind is") from exc
    if len(pieces) > MOST_PIECES:  # each is looked at for each block that is handed out
        raise Unreadable("a file with more that tells than any program writes")
    return pieces


def _jpeg(data: mmap.mmap) -> Iterator[Cover]:
    place, end = 2, len(data)
    while place + 4 <= end and data[place] == 0xFF and data[place + 1] != 0xD9:
        marker = data[place + 1]
        if marker == 0xFF or marker in _JPEG_ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[place + 2 : place + 4]) - 2
        if marker == 0xFE or (0xE0 <= marker <= 0xEF and marker not in _JPEG_KEPT):
            content = data[place + 4 : place + 4 + length]
            if not content.startswith(_ICC):
                yield Cover(place + 4, length, _turned(content))
        place += 4 + length
        if marker == 0xDA:
            marker_after = _NEXT_MARKER.search(data, place)
            place = marker_after.start() if marker_after else end
    yield Cover(place + 2, end - place - 2)


def _turned(content: bytes) -> bytes:
    """Return Exif data that says only how a picture is turned, if `content` says it."""
    exif = Image.Exif()
    try:
        exif.load(content)
        turned = int(exif.get(_ORIENTATION, 1))
    except Exception:  # whatever a stranger wrote there
        return b""
    if not content.startswith(b"Exif\0\0") or not 1 < turned <= 8 or len(content) < 32:
        return b""
    tag = _ORIENTATION.to_bytes(2) + (3).to_bytes(2) + (1).to_bytes(4) + turned.to_bytes(2)
    return b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + tag + bytes(6)


def _png(data: mmap.mmap) -> Iterator[Cover]:
    place, end = 8, len(data)
    while place + 12 <= end:
        length, name = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        if place + 12 + length > end:
            break
        if name not in _PNG_KEPT:
            sum_of_zeros = zlib.crc32(bytes(length), zlib.crc32(name))
            yield Cover(place + 8, length + 4, bytes(length) + sum_of_zeros.to_bytes(4))
        place += 12 + length
        if name == b"IEND":
            break
    yield Cover(place, end - place)


def _riff(data: mmap.mmap) -> Iterator[Cover]:
    place, end = 12, len(data)
    while place + 8 <= end:
        name, length = (
            data[place : place + 4],
            int.from_bytes(data[place + 4 : place + 8], "little"),
        )
        if name not in _RIFF_KEPT:
            yield Cover(place + 8, min(length, end - place - 8))
        place += 8 + length + length % 2


def _gif(data: mmap.mmap) -> Iterator[Cover]:
    place, end = 13 + _colors(data, 10), len(data)
    while place + 2 < end:
        if data[place] == 0x2C:
            place += 11 + _colors(data, place + 9)
            place = _after_blocks(data, place)
        elif data[place] == 0x21:
            start, label = place + 2, data[place + 1]
            place = _after_blocks(data, start)
            if label != 0xF9 and data[start + 1 : start + 12] != b"NETSCAPE2.0":
                yield from _each_block(data, start)
        else:
            break
    yield Cover(place + 1, end - place - 1)


def _colors(data: mmap.mmap, place: int) -> int:
    """Return the length of the color table that the flags at a place announce."""
    flags = int.from_bytes(data[place : place + 1])
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: mmap.mmap, place: int) -> int:
    while place < len(data) and data[place]:
        place += 1 + data[place]
    return place + 1


def _each_block(data: mmap.mmap, place: int) -> Iterator[Cover]:
    while place < len(data) and data[place]:
        yield Cover(place + 1, data[place])
        place += 1 + data[place]


def _boxes(data: mmap.mmap, place: int = 0, end: int | None = None) -> Iterator[Cover]:
    """Cover the boxes that hold a film's metadata (ISO/IEC 14496-12, 4.2 and 8.10)."""
    end = len(data) if end is None else end
    while place + 8 <= end:
        length, name, head = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8], 8
        if length == 1:
            length, head = int.from_bytes(data[place + 8 : place + 16]), 16
        after = end if length == 0 else place + length
        if not place + head <= after <= end:
            yield Cover(place, end - place)
            return
        if name in _BOXES_THAT_TELL:
            yield Cover(place + 4, 4, b"free")
            yield Cover(place + head, after - place - head)
        elif name in _BOXES_INSIDE:
            yield from _boxes(data, place + head, after)
        place = after


def _id3(data: mmap.mmap) -> Iterator[Cover]:
    if data[:3] == b"ID3":
        length = sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False))
        yield Cover(5, 1)
        yield Cover(_ID3_HEAD, min(length, len(data) - _ID3_HEAD))
    if data[-_ID3_END : 3 - _ID3_END] == b"TAG":
        yield Cover(len(data) - _ID3_END + 3, _ID3_END - 3)


_BY_TYPE: Final[Mapping[str, Callable[[mmap.mmap], Iterator[Cover]]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _riff,
    "image/gif": _gif,
    "audio/wav": _riff,
    "audio/mpeg": _id3,
    "audio/mp4": _boxes,
    "video/mp4": _boxes,
    "video/quicktime": _boxes,
    "audio/ogg": media.ogg,
    "video/webm": media.webm,
}
