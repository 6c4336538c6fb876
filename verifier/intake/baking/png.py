"""Credentials in PNG: one text chunk among the others (Open Badges 3.0, File Format)."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.intake.baking.carried import (
    MAX_CREDENTIAL_BYTES,
    BakingError,
    PackedError,
    check_credential,
)

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_KEYWORD = b"openbadgecredential"
OPEN_BADGES_2_KEYWORD = b"openbadges"
"""Open Badges 1.x and 2.0: read where there is no credential of 3.0, never written."""
MAX_CHUNKS = 20_000
"""A picture of 10 MiB in the customary chunks of 8 KiB has 1,300."""


def bake_png(png: bytes, credential: str) -> bytes:
    """Return `png` with `credential` (JSON or compact JWS) in place of any it had (OB-52…54).

    Raises `BakingError` for a damaged picture, bytes after its end, or other text.
    """
    check_credential(credential)
    parts = [PNG_SIGNATURE]
    end = len(PNG_SIGNATURE)
    for chunk in _chunks(png):
        if chunk.kind == b"IEND":
            parts.append(_itxt(credential.encode()))
        if not chunk.is_credential:
            parts.append(png[chunk.start : chunk.end])
        end = chunk.end
    if end != len(png):
        raise BakingError("bytes follow the end of the PNG: save the picture again")
    return b"".join(parts)


def unbake_png(png: bytes) -> str | None:
    """Return the first credential in `png`, or None; `BakingError` if the picture is damaged."""
    return next(iter(png_credentials(png)), None)


def png_credentials(png: bytes, *, inflate: bool = True) -> list[str]:
    """Return every credential in `png`; only the first one counts (OB-53).

    Those of Open Badges 2.0, which may be the address of a hosted badge, come last. Without
    `inflate` one that is compressed is a `PackedError`.
    """
    credentials, assertions = [], []
    for chunk in _chunks(png):
        keyword, _, text = chunk.data.partition(b"\0")
        if chunk.is_credential:
            credentials.append(_itxt_text(text, inflate))
        elif keyword == OPEN_BADGES_2_KEYWORD and chunk.kind == b"iTXt":
            assertions.append(_itxt_text(text, inflate))
        elif keyword == OPEN_BADGES_2_KEYWORD and chunk.kind == b"tEXt":
            assertions.append(text.decode("latin-1"))
    return credentials + [text for text in assertions if text]


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    data: bytes
    start: int
    end: int

    @property
    def is_credential(self) -> bool:
        return self.kind == b"iTXt" and self.data.partition(b"\0")[0] == PNG_KEYWORD


def _chunks(png: bytes) -> Iterator[_Chunk]:
    """Walk the chunks up to IEND; `BakingError` if one is cut short or its checksum is wrong."""
    if not png.startswith(PNG_SIGNATURE):
        raise BakingError("not a PNG")
    start = len(PNG_SIGNATURE)
    for number in range(MAX_CHUNKS):
        head = png[start : start + 8]
        if len(head) < 8:
            raise BakingError("the PNG is cut short")
        length, kind = struct.unpack(">I4s", head)
        end = start + 12 + length
        if end > len(png):
            raise BakingError("the PNG is cut short")
        if not kind.isalpha() or (kind == b"IHDR") != (number == 0):
            raise BakingError(f"the PNG has a wrong chunk: {kind!r}")
        checksum = int.from_bytes(png[end - 4 : end])
        if checksum != zlib.crc32(png[start + 4 : end - 4]):
            raise BakingError(f"the PNG is damaged: wrong checksum in {kind.decode()}")
        yield _Chunk(kind, png[start + 8 : end - 4], start, end)
        if kind == b"IEND":
            return
        start = end
    raise BakingError(f"the PNG has more than {MAX_CHUNKS} chunks")


def _itxt(text: bytes) -> bytes:
    """Return an uncompressed iTXt chunk without language and translation (PNG 3, 11.3.3.4)."""
    body = b"iTXt" + PNG_KEYWORD + b"\0\0\0\0\0" + text
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _itxt_text(data: bytes, inflate: bool) -> str:
    """Return the text in an iTXt chunk, from behind its keyword. Some bakers compress it,
    although none may (OB-53)."""
    text = data[2:].partition(b"\0")[2].partition(b"\0")[2]
    packed = data[:1] == b"\1"
    if packed and not inflate:
        raise PackedError("the credential in the PNG is compressed")
    try:
        return (_inflate(text) if packed else text).decode()
    except (zlib.error, UnicodeDecodeError) as exc:
        raise BakingError(f"the credential in the PNG is damaged: {exc}") from exc


def _inflate(data: bytes) -> bytes:
    inflate = zlib.decompressobj()
    text = inflate.decompress(data, MAX_CREDENTIAL_BYTES + 1)
    if len(text) > MAX_CREDENTIAL_BYTES:
        raise BakingError(f"the credential in the PNG has more than {MAX_CREDENTIAL_BYTES} bytes")
    if not inflate.eof:
        raise BakingError("the credential in the PNG is cut short")
    return text
