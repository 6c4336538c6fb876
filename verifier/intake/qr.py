"""The QR code that holds a whole credential (D7, docs/qr-format.md), and reading codes in pictures.

`unpack(pack(jws))` returns `jws` unchanged, so its signature still verifies.

>>> to_digits(bytes([1, 2])), from_digits("258")
('258', b'\\x01\\x02')
"""

import hashlib
import io
import re
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from contexts.errors import MintmarkError
from verifier.parsing import base64url

if TYPE_CHECKING:
    from PIL.Image import Image

VERSION = b"\x01"
SIGNATURE_BYTES = 64
"""ES256 and EdDSA. An RS256 signature alone would fill a sixth of the largest code."""
DICTIONARY_SHA256 = "fe02548d2045ac3d3061c54b3b501c20e2235427ae864dffa84ec4acff45860a"
"""Frozen for ever: with any other dictionary, codes that are already printed could not be read."""
MAX_CONTENT_BYTES = 64 * 1024
"""What deflate may blow up to; a credential that fits a code has about 10 KiB (T15)."""
MAX_DIGITS = 7089
"""The most digits that a QR code of any size holds (ISO/IEC 18004, version 40, level L)."""

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_PIXELS = 64_000_000
"""A phone's photo has 12 to 50 million, an A4 page scanned at 600 dpi 35 million."""
ENLARGE = 2
"""Where a module has fewer than two pixels (150 dpi and less) one code in five to all are missed;
enlarged, all are found down to 110 dpi. Three times as large finds no more (docs/qr-format.md)."""
MAX_ENLARGED_PIXELS = 16_000_000
"""US Letter at 170 dpi. Pictures with more detail gain nothing."""

_LINK = re.compile(r"https?://[^\s#]+/verify#([0-9]+)", re.IGNORECASE)
_DIGITS_AT_ONCE = 4000
"""Python converts at most 4300 digits in one go, a limit for the whole process."""


class QrError(MintmarkError, ValueError):
    """The credential cannot be packed, the code cannot be unpacked, or the picture not opened."""


def pack(jwt: str) -> bytes:
    """Return the bytes of a code that holds `jwt`.

    Raises `QrError` if it is not a canonical compact JWS, if its signature does not have 64 bytes
    (RS256), or if it is larger than a reader would inflate.
    """
    try:
        header, payload, signature = map(base64url.decode, jwt.split("."))
    except ValueError as exc:
        raise QrError(f"not a compact JWS: {exc}") from exc
    if len(signature) != SIGNATURE_BYTES:
        raise QrError(
            f"the signature has {len(signature)} bytes and a code holds {SIGNATURE_BYTES}: "
            "sign with ES256"
        )
    if len(header) + len(payload) + 2 > MAX_CONTENT_BYTES:
        raise QrError(f"larger than the {MAX_CONTENT_BYTES} bytes that a reader inflates")
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary())
    content = len(header).to_bytes(2) + header + payload
    packed = VERSION + signature + deflate.compress(content) + deflate.flush()
    if unpack(packed) != jwt:
        raise QrError("the credential would come out of the code changed")
    return packed


def unpack(data: bytes) -> str:
    """Return the compact JWS in the bytes of a code.

    Raises `QrError` for an unknown version, and for anything cut short, trailing or too large.
    """
    if data[:1] != VERSION:
        raise QrError("the version of the code is not 1: it needs a newer reader")
    signature, content = data[1 : 1 + SIGNATURE_BYTES], _inflate(data[1 + SIGNATURE_BYTES :])
    size = int.from_bytes(content[:2])
    header, payload = content[2 : 2 + size], content[2 + size :]
    if not header or not payload:
        raise QrError("the code does not hold a header and a payload")
    return ".".join(map(base64url.encode, (header, payload, signature)))


def to_digits(data: bytes) -> str:
    """Return packed bytes as one decimal number; `QrError` if no QR code is large enough."""
    number, pieces = int.from_bytes(data), []
    while number:
        number, rest = divmod(number, 10**_DIGITS_AT_ONCE)
        pieces.append(str(rest).zfill(_DIGITS_AT_ONCE))
    digits = "".join(reversed(pieces)).lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise QrError(f"{len(digits)} digits, and the largest code holds {MAX_DIGITS}")
    return digits


def from_digits(digits: str) -> bytes:
    """Return the bytes of a decimal number; `QrError` for other signs or a leading zero."""
    if len(digits) > MAX_DIGITS:
        raise QrError(f"more than the {MAX_DIGITS} digits that a code holds")
    if not re.fullmatch("[1-9][0-9]*", digits):
        raise QrError("not a decimal number without leading zeros")
    number = 0
    for start in range(0, len(digits), _DIGITS_AT_ONCE):
        piece = digits[start : start + _DIGITS_AT_ONCE]
        number = number * 10 ** len(piece) + int(piece)
    return number.to_bytes((number.bit_length() + 7) // 8)


def fragment_credential(text: str) -> str | None:
    """Return the compact JWS in `https://…/verify#<digits>`, or None for another text.

    The address before the digits may be anybody's: it is not used and never fetched (T32). Raises
    `QrError` if the digits hold no credential.
    """
    link = _LINK.fullmatch(text)
    return None if link is None else unpack(from_digits(link[1]))


def scan(image: bytes) -> list[str]:
    """Return the texts of all QR codes in a PNG, JPEG, WebP or GIF, none twice.

    Raises `QrError` for other formats, damaged pictures and more than `MAX_PIXELS`.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(image), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise QrError(f"the picture has more than {MAX_PIXELS} pixels")
            opened.draft("L", opened.size)
            picture = _gray(opened)
    except QrError:
        raise
    except Exception as exc:  # a decoder raises what it likes: SyntaxError, struct.error, …
        raise QrError("the picture cannot be opened") from exc
    return texts_in(picture)


def texts_in(picture: "Image") -> list[str]:
    """Return the texts of all QR codes in a gray `picture`, none twice.

    The code with the whole credential is the densest one. Where it was not found, a small
    picture is looked at once more, enlarged.
    """
    texts = _read(picture)
    width, height = picture.width * ENLARGE, picture.height * ENLARGE
    if not any(map(_LINK.fullmatch, texts)) and width * height <= MAX_ENLARGED_PIXELS:
        texts += _read(picture.resize((width, height)))
    return list(dict.fromkeys(texts))


def _read(picture: "Image") -> list[str]:
    import zxingcpp

    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    plain = zxingcpp.TextMode.Plain
    barcodes = zxingcpp.read_barcodes(picture, formats=formats, text_mode=plain)
    return [code.text for code in barcodes]


def _gray(picture: "Image") -> "Image":
    """Return a picture in gray; what is see-through becomes white, as on paper."""
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("L")
    picture = picture.convert("RGBA")
    paper = Image.new("L", picture.size, "white")
    paper.paste(picture.convert("L"), mask=picture.getchannel("A"))
    return paper


def _inflate(data: bytes) -> bytes:
    inflate = zlib.decompressobj(-15, zdict=dictionary())
    try:
        content = inflate.decompress(data, MAX_CONTENT_BYTES + 1)
    except zlib.error as exc:
        raise QrError(f"the code is damaged: {exc}") from exc
    if len(content) > MAX_CONTENT_BYTES:
        raise QrError(f"the code holds more than {MAX_CONTENT_BYTES} bytes")
    if not inflate.eof:
        raise QrError("the code is cut short")
    if inflate.unused_data:
        raise QrError("something follows the credential in the code")
    return content


@cache
def dictionary() -> bytes:
    """Return preset dictionary 1: the terms and shapes of a credential, most likely ones last."""
    data = (Path(__file__).parent / "qr_dictionary_1.txt").read_bytes()
    if hashlib.sha256(data).hexdigest() != DICTIONARY_SHA256:
        raise RuntimeError("qr_dictionary_1.txt was changed: no code can be read or made")
    return data
