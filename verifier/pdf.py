"""Credentials in PDF files: the attached one, and codes printed on pages.

Whatever reads a PDF reads what anybody made. pypdf is held to limits of its own. PDFium has
none (a file of 2 KB makes it take 2 GB), so pages are drawn in a child process that has.
"""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from verifier import qr
from verifier.baking import is_credential

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
"""What one stream may blow up to; an attached credential has some kilobytes (T15)."""
MAX_PAGES = 10
PAGE_DPI = 300
MAX_PAGE_PIXELS = 12_000_000
"""US Letter at 300 dpi has 8.4 million; a larger page is drawn more coarsely."""
MAX_MEMORY_BYTES = 512 * 1024 * 1024
MAX_SECONDS = 10

# pypdf tells every oddity of a file to stderr unless somebody listens; the report is for that.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


class PdfError(ValueError):
    """The PDF cannot be read. `code` is a row of the words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def attached_credential(pdf: bytes) -> str | None:
    """Return the attached credential, JSON or compact JWS, or None; raises as below."""
    return next(iter(attached_credentials(pdf)), None)


def attached_credentials(pdf: bytes) -> list[str]:
    """Return every attached credential, one named `credential.json` before others.

    Raises `PdfError` if the PDF is damaged, needs a password, or blows up beyond the limits.
    """
    from pypdf import PdfReader, apply_configuration
    from pypdf.errors import FileNotDecryptedError, LimitReachedError

    try:
        with apply_configuration(**_pypdf_limits()):
            files = list(islice(PdfReader(io.BytesIO(pdf)).attachment_list, MAX_ATTACHMENTS))
            files.sort(key=lambda file: file.name not in NAMES)
            contents = [file.content for file in files if _may_be_credential(file)]
    except FileNotDecryptedError as exc:
        raise PdfError("pdf_needs_password", str(exc)) from exc
    except LimitReachedError as exc:
        raise PdfError("pdf_too_large_inside", str(exc)) from exc
    except Exception as exc:  # pypdf leaks KeyError, RecursionError, … from damaged files
        raise PdfError("pdf_damaged", f"{type(exc).__name__}: {exc}") from exc
    texts = (content.decode("utf-8", "replace").strip() for content in contents)
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


def texts_on_pages(pdf: bytes) -> list[str]:
    """Return the texts of all QR codes on the first `MAX_PAGES` pages, none twice.

    Raises `PdfError` if PDFium cannot draw them within `MAX_SECONDS` and `MAX_MEMORY_BYTES`.
    """
    command = [sys.executable, "-P", "-c", "from verifier import pdf; pdf.read_pages()"]
    try:
        child = subprocess.run(
            command, input=pdf, capture_output=True, timeout=2 * MAX_SECONDS, check=True
        )
    except subprocess.TimeoutExpired as exc:
        raise PdfError("pdf_too_large_inside", f"not drawn in {2 * MAX_SECONDS} s") from exc
    except subprocess.CalledProcessError as exc:
        raise PdfError("pdf_damaged", f"the reader of pages ended with {exc.returncode}") from exc
    return list(json.loads(child.stdout))


def read_pages() -> None:
    """Print the texts of the codes in the PDF on standard input: the child process's only job."""
    _limit_this_process()
    texts = [text for page in _page_images(sys.stdin.buffer.read()) for text in qr.texts_in(page)]
    print(json.dumps(list(dict.fromkeys(texts))))


def _limit_this_process() -> None:
    try:
        import resource
    except ImportError:  # not a Unix: only the parent's timeout holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _page_images(pdf: bytes) -> "Iterator[Image]":
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    for number in range(min(len(document), MAX_PAGES)):
        page = document[number]
        points = max(1.0, page.get_width() * page.get_height())
        scale = min(PAGE_DPI / 72, (MAX_PAGE_PIXELS / points) ** 0.5)
        yield page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
