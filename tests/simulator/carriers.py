"""Carriers made for tests: pictures, PDFs and codes, sound ones and hostile ones."""

import io
import struct
import tracemalloc
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import qrcode
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import NameObject, create_string_object
from qrcode.util import MODE_NUMBER, QRData

from verifier.intake import qr
from verifier.parsing import base64url

JSON = '{"type":["VerifiableCredential"],"name":"Écrire ]]> l’harmonie"}'
HEADER = b'{"alg":"ES256","kid":"did:web:district.example#jwt","typ":"JWT"}'
MIB = 1024 * 1024


def jwt(payload: str = JSON, *, header: bytes = HEADER, signature: bytes = b"s" * 64) -> str:
    """Return a compact JWS in shape; its signature fits nothing."""
    return ".".join(map(base64url.encode, (header, payload.encode(), signature)))


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return one PNG chunk."""
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(size: tuple[int, int] = (3, 2)) -> bytes:
    """Return a picture as Pillow writes it."""
    return saved(Image.new("RGB", size, "teal"), "PNG")


def png_with(*chunks: bytes) -> bytes:
    """Return a picture with `chunks` before its end."""
    whole = png()
    end = len(whole) - len(chunk(b"IEND", b""))
    return whole[:end] + b"".join(chunks) + whole[end:]


def itxt(text: bytes, keyword: bytes = b"openbadgecredential", *, flags: bytes = b"\0\0") -> bytes:
    """Return an iTXt chunk without language and translation."""
    return chunk(b"iTXt", keyword + b"\0" + flags + b"\0\0" + text)


def deflated_zeros(total: int) -> bytes:
    """Return zlib data that inflates to `total` zeros, whole MiB: one block, over and over."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflate.compress(bytes(MIB)) + deflate.flush(zlib.Z_FULL_FLUSH)
    checksum = (total % 65521) << 16 | 1
    return b"\x78\xda" + block * (total // MIB) + b"\x03\0" + checksum.to_bytes(4)


@contextmanager
def memory_below(limit: int) -> Iterator[None]:
    """Fail if what is done inside allocates `limit` bytes or more at any time."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def svg(inner: str = "", *, attributes: str = "", before: str = "") -> bytes:
    """Return a picture in SVG."""
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"{attributes}>'
    return f'{before}{start}{inner}<path d="M0 0h9"/></svg>\n'.encode()


def saved(picture: Image.Image, format: str, **options: object) -> bytes:
    """Return a picture as the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def link(credential: str, address: str = "https://district.example/verify") -> str:
    """Return the text of a code that holds the whole credential."""
    return f"{address}#{qr.to_digits(qr.pack(credential))}"


@cache
def code(*texts: str, pixels: int = 4) -> Image.Image:
    """Return a picture with one QR code for each text, side by side; a module has `pixels`."""
    pictures = [_code(text, pixels) for text in texts]
    width, height = sum(p.width for p in pictures), max(p.height for p in pictures)
    sheet = Image.new("L", (width, height), "white")
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width
    return sheet


def _code(text: str, pixels: int) -> Image.Image:
    maker = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_L, box_size=pixels)
    address, hash_sign, digits = text.rpartition("#")
    maker.add_data(address + hash_sign if digits.isdecimal() else text)
    if digits.isdecimal():
        maker.add_data(QRData(digits.encode(), MODE_NUMBER))
    return maker.make_image().get_image().convert("L")


def pdf(
    *attachments: tuple[str, str, str],
    pages: Sequence[Image.Image] = (),
    password: str | None = None,
) -> bytes:
    """Return a PDF with attachments (name, media type, text) and a picture on each page."""
    blank = Image.new("L", (200, 100), "white")
    first, *others = [page.copy() for page in pages] or [blank]  # saving leaves options behind
    paper = saved(first, "PDF", resolution=150, save_all=True, append_images=others)
    writer = PdfWriter(io.BytesIO(paper))
    for name, media_type, text in attachments:
        file = writer.add_attachment(name, text.encode())
        file.subtype = NameObject(f"/{media_type}")
        file.alternative_name = create_string_object(name)
    if password is not None:
        writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_of(
    content: bytes = b"",
    *,
    filters: bytes = b"",
    box: bytes = b"0 0 612 792",
    attached: bytes | None = None,
) -> bytes:
    """Return a PDF written by hand: one page with `content`, one `credential.json` attached.

    Both streams stand there as given, said to be encoded with `filters`.
    """
    names = b"/Names<</EmbeddedFiles<</Names[(credential.json) 5 0 R]>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % (b"" if attached is None else names),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<<>>>>" % box,
        _stream(filters, content),
        b"<</Type/Filespec/F(credential.json)/EF<</F 6 0 R>>>>",
        _stream(filters, attached or b""),
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + head + table + trailer % (len(objects) + 1, len(out))


def _stream(filters: bytes, content: bytes) -> bytes:
    start = b"<</Filter[%s]/Length %d>>\nstream\n" % (filters, len(content))
    return start + content + b"\nendstream"
