"""Find the credential in a submission by its content, never by a file name.

Reads JSON, a compact JWS, a baked PNG or SVG, a PDF (its attachment, else the code printed on
a page), a picture of a code, and the text of a code or link. Other things that people submit by
mistake get a code of their own, so that the answer can say what to bring instead.

>>> read_submission(b'{"type": "OpenBadgeCredential"}').carrier
'json'
"""

import json
import re
from dataclasses import replace
from typing import Any

from verifier.intake import baking, wrapping
from verifier.intake.baking import (
    BakingError,
    bare,
    is_credential,
    is_token,
    is_token_cut_off,
)
from verifier.intake.submission import (
    MAX_BYTES,
    MAX_TEXT_BYTES,
    MORE_THAN_ONE,
    PAGES_NOT_READ,
    URL,
    IntakeError,
    Submission,
    form_of,
    from_baked,
    from_codes,
)
from verifier.parsing import plain_text, strict_json, web_address

MAX_WORDS = 1000
"""How far into a text a credential is looked for."""

MAX_LINES = 100
"""Lines of JSON with a credential in each. More than are judged, so that a note can say there are
more."""

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


def read_submission(data: bytes) -> Submission:
    """Return the first credential in `data`; `IntakeError` says what it is if there is none."""
    return read_all(data)[0]


def read_all(data: bytes) -> list[Submission]:
    """Return every credential in `data` and then every link, none twice; `IntakeError` if none.

    Of a baked picture it is the first one, which alone counts (OB-53).
    """
    by_text: dict[str, Submission] = {}
    errors: list[IntakeError] = []
    for submission in _by_content(data):
        try:
            for credential in _unwrapped(submission):
                by_text.setdefault(credential.text, credential)
        except IntakeError as exc:
            errors.append(exc)
    if not errors:
        return [*by_text.values()]
    if not by_text:
        raise errors[0]
    return [replace(item, notes=(*item.notes, MORE_THAN_ONE)) for item in by_text.values()]


def _unwrapped(submission: Submission) -> list[Submission]:
    """Return the credentials in a presentation or envelope, else the submission itself."""
    try:
        wrapped = None if submission.carrier == "url" else wrapping.unwrap(submission.text)
    except wrapping.WrappingError as exc:
        raise IntakeError(exc.code, detail=exc.detail) from exc
    if wrapped is None:
        return [submission]
    inside = replace(
        submission,
        notes=(*submission.notes, *wrapped.notes),
        presentation=wrapped.presentation,
    )
    return [_as_submitted(inside, text) for text in wrapped.texts]


def _as_submitted(around: Submission, text: str) -> Submission:
    """Return a credential, or a link to one, out of what was submitted around it."""
    if URL.fullmatch(text):
        return replace(around, text=text, carrier="url", via="")
    plain = around.carrier in ("json", "jwt")
    return replace(around, text=text, carrier=form_of(text) if plain else around.carrier)


def _by_content(data: bytes) -> list[Submission]:
    if len(data) > MAX_BYTES:
        raise IntakeError("too_large", limit_mb=MAX_BYTES // 1024**2)
    if data.startswith(baking.PNG_SIGNATURE):
        return _png(data)
    if data.startswith((b"\xff\xd8\xff", b"GIF8")) or data[:4] + data[8:12] == b"RIFFWEBP":
        return _sandboxed("picture", data)
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


def _sandboxed(kind: str, data: bytes) -> list[Submission]:
    """Return the credentials in `data`, read by a process with nothing to lose (T15, T16, T31)."""
    from verifier.intake import sandbox  # slow to import, and most submissions need no decoder

    try:
        result = sandbox.read(kind, data)
    except sandbox.ReaderBusyError as exc:
        raise IntakeError("reader_busy") from exc
    except sandbox.SandboxError as exc:
        raise IntakeError("too_hard_to_read") from exc
    if "code" in result:
        raise IntakeError(result["code"], **result["params"])
    return [Submission(**item | {"notes": tuple(item["notes"])}) for item in result["found"]]


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


def _png(data: bytes) -> list[Submission]:
    """Return the credential in a PNG. If it stands there as plain text, as it must
    (OB-53), finding it needs no decoder, so no sandbox: the chunks are a list of lengths."""
    try:
        baked = baking.png_credentials(data, inflate=False)
    except baking.PackedError:
        return _sandboxed("png", data)
    except BakingError as exc:
        raise IntakeError("picture_damaged", detail=str(exc)) from exc
    return from_baked("png", baked) if baked else _sandboxed("picture", data)


def _markup(data: bytes, start: bytes) -> list[Submission]:
    if _HTML.search(start):
        raise IntakeError("web_page")
    if not _SVG.search(data):
        raise IntakeError("not_recognized")
    return _sandboxed("svg", data)


def _pdf(data: bytes) -> list[Submission]:
    """Return the attached credentials, then those in codes on the pages.

    Pages are read in a second process, because a page can be too hard to draw.
    """
    attached = _sandboxed("attachments", data)
    try:
        submissions = attached + _sandboxed("pages", data)
    except IntakeError:
        if not attached:
            raise
        submissions = [replace(item, notes=(*item.notes, PAGES_NOT_READ)) for item in attached]
    if not submissions:
        raise IntakeError("no_credential_in_pdf")
    return submissions


def _text(data: bytes) -> list[Submission]:
    if len(data) > MAX_TEXT_BYTES:
        raise IntakeError("too_large", limit_mb=MAX_TEXT_BYTES // 1024**2)
    try:
        text = bare(plain_text.read(data))
    except UnicodeDecodeError as exc:
        raise IntakeError("not_recognized") from exc
    if not text:
        raise IntakeError("empty")
    if text.startswith("{"):
        return [Submission("json", part) for part in _lines_of_json(text)]
    if text.startswith("["):
        return _array(text)
    if text.startswith('"{') and (inside := _quoted(text)) is not None:
        return _text(inside.encode())
    words = text.split(maxsplit=MAX_WORDS)
    if is_token(unwrapped := "".join(words)):
        return [Submission("jwt", unwrapped)]
    if is_token_cut_off(unwrapped):
        raise IntakeError("text_cut_off")
    submissions = from_codes([word for word in words if not word.startswith("{")])
    submissions = [item for item in submissions if item.carrier != "url" or item.text == text]
    if not submissions:
        raise IntakeError("not_recognized")
    return submissions


def _quoted(text: str) -> str | None:
    """Return the JSON in a JSON string, as programs write it that encode twice."""
    try:
        return str(strict_json.loads(text))
    except strict_json.StrictJsonError:
        return None


def _lines_of_json(text: str) -> list[str]:
    """Return the first `MAX_LINES` lines where each is an object by itself, as in a file of JSON
    lines, else the text."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]  # which no string holds
    each_whole = all(line.startswith("{") and line.endswith("}") for line in lines)
    return lines[:MAX_LINES] if len(lines) > 1 and each_whole else [text]


def _array(text: str) -> list[Submission]:
    """Return all of a JSON array of credentials, objects or compact JWS."""
    try:
        items = strict_json.loads(text)
    except strict_json.StrictJsonError as exc:
        raise IntakeError("not_recognized") from exc
    texts = (item if isinstance(item, str) else _compact(item) for item in items)
    submissions = [Submission(form_of(text), text) for text in texts if is_credential(text)]
    if not submissions:
        raise IntakeError("not_recognized")
    return submissions


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
