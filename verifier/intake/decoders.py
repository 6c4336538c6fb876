"""The decoders that run in the sandbox, one for each kind of file (T15, T16, T31)."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from verifier.intake import baking, pdf, qr
from verifier.intake.baking import BakingError
from verifier.intake.pdf import PdfError
from verifier.intake.qr import QrError
from verifier.intake.submission import (
    FACE_UNSIGNED,
    PAGES_NOT_READ,
    IntakeError,
    Submission,
    from_baked,
    from_codes,
)


def decode(kind: str, data: bytes) -> dict[str, Any]:
    """Return the credentials in `data`, or the code that says why there are none, as JSON.

    For a workbook, return the cells of its sheets; `sheets` and `document` are excerpts to show.
    """
    if kind in _CONTENTS:
        return _CONTENTS[kind](data)
    try:
        submissions = _DECODERS[kind](data)
    except IntakeError as exc:
        return {"code": exc.code, "params": exc.params}
    except PdfError as exc:
        return {"code": exc.code, "params": {"detail": exc.detail}}
    except (BakingError, QrError) as exc:
        return {"code": "picture_damaged", "params": {"detail": str(exc)}}
    return {"found": [asdict(submission) for submission in submissions]}


def _workbook(data: bytes) -> dict[str, Any]:
    from verifier.intake import workbook

    try:
        return {"sheets": workbook.cells(data)}
    except ValueError as exc:
        return {"code": "workbook_damaged", "params": {"detail": str(exc)[:200]}}


def _sheets(data: bytes) -> dict[str, Any]:
    from verifier.intake import workbook

    try:
        return {"sheets": [asdict(sheet) for sheet in workbook.excerpt(data)]}
    except ValueError as exc:
        is_encrypted = "password" in str(exc).lower()
        return {"code": "document_encrypted" if is_encrypted else "document_damaged"}


def _document(data: bytes) -> dict[str, Any]:
    from verifier.intake import document

    try:
        parts, is_cut = document.excerpt(data)
    except document.DocumentError as exc:
        return {"code": exc.code}
    return {"parts": parts, "is_cut": is_cut}


def _packed_png(data: bytes) -> list[Submission]:
    return from_baked("png", baking.png_credentials(data))


def _svg(data: bytes) -> list[Submission]:
    if baked := baking.svg_credentials(data):
        return from_baked("svg", baked)
    raise IntakeError("no_credential_in_picture")


def _picture(data: bytes) -> list[Submission]:
    texts = qr.scan(data)
    if submissions := from_codes(texts, "qr"):
        return submissions
    raise IntakeError("code_of_something_else" if texts else "no_credential_in_picture")


def _attachments(data: bytes) -> list[Submission]:
    texts = dict.fromkeys(pdf.attached_credentials(data))
    return [Submission("pdf", text, (FACE_UNSIGNED,)) for text in texts]


def _pages(data: bytes) -> list[Submission]:
    texts, all_pages = pdf.codes_on_pages(data)
    notes = (FACE_UNSIGNED,) if all_pages else (FACE_UNSIGNED, PAGES_NOT_READ)
    submissions = [replace(item, notes=notes) for item in from_codes(texts, "pdf")]
    if not submissions and not all_pages:
        raise IntakeError("no_credential_on_pages")
    return submissions


_CONTENTS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "workbook": _workbook,
    "sheets": _sheets,
    "document": _document,
}
_DECODERS: dict[str, Callable[[bytes], list[Submission]]] = {
    "png": _packed_png,
    "svg": _svg,
    "picture": _picture,
    "attachments": _attachments,
    "pages": _pages,
}
