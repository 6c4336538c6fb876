"""Credentials in PDF: attachments, else codes printed on the pages.

A file of some kilobytes can make a PDF library run for hours or take gigabytes (T15), so all of
this runs in the sandbox.
"""

import io
import time
from itertools import islice
from typing import TYPE_CHECKING, Any

from contexts.errors import MintmarkError
from verifier.intake import qr
from verifier.intake.baking import MAX_CREDENTIAL_BYTES, bare, is_credential

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdf.generic import EmbeddedFile

NAMES = ("credential.json", "credential.jwt", "credential.jws")
MEDIA_TYPES = (
    "application/vc",
    "application/vc+ld+json",
    "application/ld+json",
    "application/json",
    "application/vc+jwt",
    "application/jwt",
    "text/plain",
)
"""What a credential is served as (OB-12, VCDM 2.0)."""
MAX_ATTACHMENTS = 20
MAX_STREAM_BYTES = 8 * 1024 * 1024
"""What one stream may blow up to; an attached credential has some kilobytes."""
MAX_PAGES = 50
MAX_PAGES_SECONDS = 6
"""Of the processor, for all pages: less than the reader has, so that what was found is told."""
PAGE_DPI = 300
MAX_PAGE_PIXELS = 12_000_000
"""US Letter at 300 dpi has 8.4 million; a larger page is drawn more coarsely."""


class PdfError(MintmarkError, ValueError):
    """The PDF cannot be read. `code` is a row of the words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def attached_credentials(pdf: bytes) -> list[str]:
    """Return every attached credential, one named `credential.json` before others.

    Raises `PdfError` if the PDF is damaged, needs a password, or blows up beyond the limits.
    """
    import logging

    from pypdf import PdfReader, apply_configuration
    from pypdf.errors import FileNotDecryptedError

    # pypdf tells every oddity of a file to stderr unless somebody listens.
    logging.getLogger("pypdf").addHandler(logging.NullHandler())
    try:
        with apply_configuration(**_pypdf_limits()):
            files = list(islice(PdfReader(io.BytesIO(pdf)).attachment_list, MAX_ATTACHMENTS))
            files.sort(key=lambda file: file.name not in NAMES)
            contents = [file.content for file in files if _may_be_credential(file)]
    except FileNotDecryptedError as exc:
        raise PdfError("pdf_needs_password", str(exc)) from exc
    except Exception as exc:  # pypdf leaks KeyError, RecursionError, … from damaged files
        raise PdfError("pdf_damaged", f"{type(exc).__name__}: {exc}"[:200]) from exc
    texts = (
        bare(content.decode("utf-8", "replace"))
        for content in contents
        if len(content) <= MAX_CREDENTIAL_BYTES
    )
    return [text for text in texts if is_credential(text)]


def _pypdf_limits() -> dict[str, Any]:
    streams = ("zlib", "lzw", "run_length", "brotli", "array_based_stream")
    return {
        **{f"{name}_maximum_output_length": MAX_STREAM_BYTES for name in streams},
        "zlib_maximum_recovery_input_length": 100_000,
        "stream_filters_maximum_length": 4,
        "jbig2dec_binary": None,
    }


def _may_be_credential(file: "EmbeddedFile") -> bool:
    media_type = str(file.subtype or "").removeprefix("/").lower()
    return file.name in NAMES or media_type in MEDIA_TYPES


def codes_on_pages(pdf: bytes) -> tuple[list[str], bool]:
    """Return the texts of all QR codes on the pages, none twice, and whether all were looked at:
    at most `MAX_PAGES`, for at most `MAX_PAGES_SECONDS`.

    Raises `PdfError` if PDFium cannot open or draw it.
    """
    import pypdfium2

    texts: dict[str, None] = {}
    end = time.process_time() + MAX_PAGES_SECONDS
    try:
        document = pypdfium2.PdfDocument(pdf)
        for number in range(len(document)):
            if number == MAX_PAGES or time.process_time() > end:
                return list(texts), False
            texts |= dict.fromkeys(qr.texts_in(_drawn(document[number])))
    except Exception as exc:  # PdfiumError, MemoryError, and what Pillow says of odd sizes
        raise PdfError("pdf_damaged", f"{type(exc).__name__}: {exc}"[:200]) from exc
    return list(texts), True


def _drawn(page: Any) -> "Image":
    points = max(1.0, page.get_width() * page.get_height())
    scale = min(PAGE_DPI / 72, (MAX_PAGE_PIXELS / points) ** 0.5)
    drawn: Image = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
    return drawn
