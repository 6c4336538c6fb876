"""What was handed in, and the credential in it. The content decides, never a file name.

Reads JSON, a compact JWS, a baked PNG or SVG, a PDF (its attachment, else the code printed on
a page), a picture of a code, and the text of a code or link. Whatever else people hand in by
mistake is told apart, so that the answer can say what to bring instead.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from verifier.intake import baking, pdf, qr, wrapping
from verifier.intake.baking import BakingError, bare, is_credential, is_token
from verifier.intake.pdf import PdfError
from verifier.intake.qr import QrError
from verifier.parsing import plain_text, strict_json, web_address
from verifier.proof import jose

MAX_BYTES = 10 * 1024 * 1024
"""A phone's photo of a certificate has 3 to 8 MiB."""
MAX_TEXT_BYTES = jose.MAX_BYTES
MAX_CREDENTIAL_BYTES = 5 * 1024 * 1024
"""What is fetched or read as one credential, in whatever carrier."""
CREDENTIAL_TYPES = (
    "application/vc+ld+json, application/vc, application/json, application/vc+jwt, "
    "application/jwt, text/plain, image/png, image/svg+xml, application/pdf"
)
MAX_WORDS = 1000
"""How far into a text a credential is looked for."""

FACE_UNSIGNED = "face_unsigned"
"""Only what is attached or in the code is signed; anybody can print anything around it."""
MORE_THAN_ONE = "more_than_one"
PAGES_NOT_READ = "pages_not_read"

_FOREIGN = {
    b"PK\x03\x04": "office_file",
    b"\xd0\xcf\x11\xe0": "office_file",
    b"{\\rtf": "office_file",
    b"\xd2\x84": "cose",  # a COSE_Sign1, tagged (RFC 9052, section 4.2)
    b"II*\0": "picture_format",
    b"MM\0*": "picture_format",
}
_PHOTO_BRANDS = (b"ftyphei", b"ftyphev", b"ftypmif", b"ftypmsf", b"ftypavi")
"""HEIC and AVIF: what phones save unless told otherwise, and Pillow does not read."""
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_SVG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?svg[\s>]")
_LINK_TAG = re.compile(r"<link\s[^>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"', re.IGNORECASE)
_URL = re.compile(r"https?://\S{1,2000}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Handed:
    """A credential and the carrier it came in: `json`, `jwt`, `png`, `svg`, `pdf` or `qr`.

    `text` is JSON or a compact JWS, not yet parsed. Where only a link was found the carrier
    is `url`, `text` the link, which whoever asked may fetch, and `via` what carried the link.
    `notes` are rows of the words. `around` is the address around a credential in a code: whoever
    printed it chose it (T32).
    """

    carrier: str
    text: str
    notes: tuple[str, ...] = ()
    around: str = ""
    via: str = ""


class IntakeError(ValueError):
    """There is no credential in what was handed in. `code` is a row of the words."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(" ".join([code, *map(str, params.values())]))
        self.code = code
        self.params = params


def read(data: bytes) -> Handed:
    """Return the first credential in `data`; `IntakeError` says what it is if there is none."""
    return read_all(data)[0]


def read_all(data: bytes) -> list[Handed]:
    """Return every credential in `data` and then every link, none twice; `IntakeError` if none.

    Of a baked picture it is the first one, which alone counts (OB-53).
    """
    found: dict[str, Handed] = {}
    unread: list[IntakeError] = []
    for handed in _found(data):
        try:
            for each in _unwrapped(handed):
                found.setdefault(each.text, each)
        except IntakeError as exc:
            unread.append(exc)
    if unread and not found:
        raise unread[0]
    notes = (MORE_THAN_ONE,) if unread else ()
    return [replace(each, notes=(*each.notes, *notes)) for each in found.values()]


def _unwrapped(handed: Handed) -> list[Handed]:
    """Return the credentials in a presentation or envelope, else what was handed in."""
    try:
        wrapped = None if handed.carrier == "url" else wrapping.unwrap(handed.text)
    except wrapping.WrappingError as exc:
        raise IntakeError(exc.code, detail=exc.detail) from exc
    if wrapped is None:
        return [handed]
    inside = replace(handed, notes=(*handed.notes, *wrapped.notes))
    plain = handed.carrier in ("json", "jwt")
    return [
        replace(inside, text=text, carrier=_form(text) if plain else handed.carrier)
        for text in wrapped.texts
    ]


def _form(text: str) -> str:
    return "jwt" if is_token(text) else "json"


def _found(data: bytes) -> list[Handed]:
    if len(data) > MAX_BYTES:
        raise IntakeError("too_large", limit_mb=MAX_BYTES // 1024**2)
    if data.startswith(baking.PNG_SIGNATURE):
        return _png(data)
    if data.startswith((b"\xff\xd8\xff", b"GIF8")) or data[:4] + data[8:12] == b"RIFFWEBP":
        return _apart("picture", data)
    for start, code in _FOREIGN.items():
        if data.startswith(start):
            raise IntakeError(code)
    if data[4:].startswith(_PHOTO_BRANDS):
        raise IntakeError("picture_format")
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return _markup(data, start)
    if b"%PDF-" in start and not start.startswith((b"{", b"[")):
        return _pdf(data)
    return _text(data)


def _apart(kind: str, data: bytes) -> list[Handed]:
    """Return what a process with nothing to lose finds in `data` (T15, T16, T31)."""
    from verifier.intake import sandbox

    try:
        found = sandbox.read(kind, data)
    except sandbox.SandboxError as exc:
        raise IntakeError("too_hard_to_read") from exc
    if "code" in found:
        raise IntakeError(found["code"], **found["params"])
    return [Handed(**each | {"notes": tuple(each["notes"])}) for each in found["found"]]


def read_apart(kind: str, data: bytes) -> dict[str, Any]:
    """Return what is found in `data`, or why nothing is, as JSON: what the sandbox does.

    Of a workbook, the cells of its sheets.
    """
    if kind == "workbook":
        return _workbook(data)
    try:
        found = _DECODED[kind](data)
    except IntakeError as exc:
        return {"code": exc.code, "params": exc.params}
    except PdfError as exc:
        return {"code": exc.code, "params": {"detail": exc.detail}}
    except (BakingError, QrError) as exc:
        return {"code": "picture_damaged", "params": {"detail": str(exc)}}
    return {"found": [asdict(each) for each in found]}


def _workbook(data: bytes) -> dict[str, Any]:
    from verifier.intake import workbook

    try:
        return {"sheets": workbook.cells(data)}
    except ValueError as exc:
        return {"code": "workbook_damaged", "params": {"detail": str(exc)[:200]}}


def credential_of_page(data: bytes, url: str) -> str | None:
    """Return the address of the credential that a web page at `url` says it shows, or None.

    A page says so by `<link rel="alternate" type="application/vc+ld+json" href="…">`; only an
    address on the page's own site counts.
    """
    if not _HTML.search(data[:1024]):
        return None
    import html  # slow to import

    for tag in _LINK_TAG.findall(data[:MAX_TEXT_BYTES].decode("utf-8", "replace")):
        named = dict(_ATTRIBUTE.findall(tag))
        if (named.get("rel"), named.get("type")) == ("alternate", "application/vc+ld+json"):
            page = web_address.read(url)
            target = web_address.joined(url, html.unescape(named.get("href", "")))
            return target.text if page and target and target.origin == page.origin else None
    return None


def _png(data: bytes) -> list[Handed]:
    """Return the credential in a PNG. Where it stands in it as plain text, as it must (OB-53),
    to find it is to walk a list of lengths, which needs no decoder and no process apart."""
    try:
        baked = baking.png_credentials(data, inflate=False)
    except baking.PackedError:
        return _apart("png", data)
    except BakingError as exc:
        raise IntakeError("picture_damaged", detail=str(exc)) from exc
    return _baked("png", baked) if baked else _apart("picture", data)


def _packed_png(data: bytes) -> list[Handed]:
    return _baked("png", baking.png_credentials(data))


def _markup(data: bytes, start: bytes) -> list[Handed]:
    if _HTML.search(start):
        raise IntakeError("web_page")
    if not _SVG.search(data):
        raise IntakeError("not_recognized")
    return _apart("svg", data)


def _svg(data: bytes) -> list[Handed]:
    if baked := baking.svg_credentials(data):
        return _baked("svg", baked)
    raise IntakeError("no_credential_in_picture")


def _baked(carrier: str, baked: list[str]) -> list[Handed]:
    texts = list(map(bare, baked))
    notes = (MORE_THAN_ONE,) if len(set(texts)) > 1 else ()
    if _URL.fullmatch(texts[0]):
        return [Handed("url", texts[0], notes, via=carrier)]  # a hosted Open Badge 2.0
    if not is_credential(texts[0]):
        raise IntakeError("picture_damaged", detail="what is baked in is no credential")
    return [Handed(carrier, texts[0], notes)]


def _picture(data: bytes) -> list[Handed]:
    if found := _in_codes(texts := qr.scan(data), "qr"):
        return found
    raise IntakeError("code_of_something_else" if texts else "no_credential_in_picture")


def _pdf(data: bytes) -> list[Handed]:
    """Return what is attached, then what is in codes on the pages.

    Pages are read apart from attachments: a page can be too hard to draw.
    """
    attached = _apart("attachments", data)
    try:
        found = attached + _apart("pages", data)
    except IntakeError:
        if not attached:
            raise
        found = [replace(each, notes=(*each.notes, PAGES_NOT_READ)) for each in attached]
    if not found:
        raise IntakeError("no_credential_in_pdf")
    return found


def _attachments(data: bytes) -> list[Handed]:
    texts = dict.fromkeys(pdf.attached_credentials(data))
    return [Handed("pdf", text, (FACE_UNSIGNED,)) for text in texts]


def _pages(data: bytes) -> list[Handed]:
    texts, all_pages = pdf.codes_on_pages(data)
    notes = (FACE_UNSIGNED,) if all_pages else (FACE_UNSIGNED, PAGES_NOT_READ)
    found = [replace(each, notes=notes) for each in _in_codes(texts, "pdf")]
    if not found and not all_pages:
        raise IntakeError("no_credential_on_pages")
    return found


def _text(data: bytes) -> list[Handed]:
    if len(data) > MAX_TEXT_BYTES:
        raise IntakeError("too_large", limit_mb=MAX_TEXT_BYTES // 1024**2)
    try:
        text = bare(plain_text.read(data))
    except UnicodeDecodeError as exc:
        raise IntakeError("not_recognized") from exc
    if not text:
        raise IntakeError("empty")
    if text.startswith("{"):
        return [Handed("json", text)]
    if text.startswith("["):
        return _array(text)
    words = text.split(maxsplit=MAX_WORDS)
    if is_token(unwrapped := "".join(words)):
        return [Handed("jwt", unwrapped)]
    found = _in_codes([word for word in words if not word.startswith("{")])
    found = [each for each in found if each.carrier != "url" or each.text == text]
    if not found:
        raise IntakeError("not_recognized")
    return found


def _array(text: str) -> list[Handed]:
    """Return all of a JSON array of credentials, objects or compact JWS."""
    try:
        items = strict_json.loads(text)
    except strict_json.StrictJsonError as exc:
        raise IntakeError("not_recognized") from exc
    if found := _each(items):
        return found
    raise IntakeError("not_recognized")


def _each(items: list[Any]) -> list[Handed]:
    texts = (item if isinstance(item, str) else _compact(item) for item in items)
    return [Handed(_form(text), text) for text in texts if is_credential(text)]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _in_codes(texts: list[str], carrier: str = "") -> list[Handed]:
    """Return the credentials among texts of codes or words, then the links; `carrier` held them.

    A code whose credential cannot be unpacked is told when there is nothing else.
    """
    credentials: dict[str, Handed] = {}
    links: list[Handed] = []
    damaged: QrError | None = None
    for text in map(bare, texts):
        try:
            packed = qr.fragment_credential(text)
        except QrError as exc:
            damaged = damaged or exc
            continue
        if packed is not None:
            around = text.partition("#")[0]
            credentials.setdefault(packed, Handed(carrier or "qr", packed, around=around))
        elif is_credential(text):
            credentials.setdefault(text, Handed(carrier or _form(text), text))
        elif _URL.fullmatch(text):
            links.append(Handed("url", text, via=carrier))
    if damaged is not None and not credentials and not links:
        raise IntakeError("code_damaged", detail=str(damaged)) from damaged
    return [*credentials.values(), *links]


_DECODED: dict[str, Callable[[bytes], list[Handed]]] = {
    "png": _packed_png,
    "svg": _svg,
    "picture": _picture,
    "attachments": _attachments,
    "pages": _pages,
}
"""What is read by a process apart (`sandbox.DECODERS`)."""
