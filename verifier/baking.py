"""Credentials inside pictures: PNG and SVG, both directions (Open Badges 3.0, File Format).

A baked picture is a carrier and nothing else: what comes out of it is as untrusted as any
text, and the picture around it says nothing (OB-57). Baking splices; every byte of the
picture that is not the credential stays as it was.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from verifier import jose, strict_json

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_KEYWORD = b"openbadgecredential"
OPEN_BADGES_2_KEYWORD = b"openbadges"
"""Open Badges 1.x and 2.0: read where there is no credential of 3.0, never written."""
MAX_CREDENTIAL_BYTES = jose.MAX_BYTES
MAX_CHUNKS = 20_000
"""A picture of 10 MiB in the customary chunks of 8 KiB has 1,300."""

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
CREDENTIAL_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
OPEN_BADGES_2_NAMESPACE = "http://openbadges.org"
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 1000
"""Of one element. Expat keeps all of them in memory before anyone can count (T16)."""

_COMPACT_JWS = re.compile(r"e[wy][A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
"""The header is a JSON object, so it begins with `{"`, or `{` and white space: `ey` or `ew`."""
_START_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_XML_ENCODING = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_SVG_ROOTS = ("svg", f"{{{SVG_NAMESPACE}}}svg")
_CREDENTIAL = f"{{{CREDENTIAL_NAMESPACE}}}credential"
_ASSERTION = f"{{{OPEN_BADGES_2_NAMESPACE}}}assertion"
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


class BakingError(ValueError):
    """The picture or the credential is not one that can be baked or unbaked. Says why."""


class PackedError(BakingError):
    """The credential is there, compressed, and was not to be inflated."""


def is_compact_jws(text: str) -> bool:
    """Return whether `text` has the shape of a compact JWS."""
    return _COMPACT_JWS.fullmatch(text) is not None


def is_credential(text: str) -> bool:
    """Return whether `text` may be a credential: a JSON object or a compact JWS."""
    return text.startswith("{") or is_compact_jws(text)


def bake_png(png: bytes, credential: str) -> bytes:
    """Return `png` with `credential` (JSON or compact JWS) in place of any it had (OB-52…54).

    Raises `BakingError` for a damaged picture, bytes after its end, or other text.
    """
    _check_credential(credential)
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


def bake_svg(svg: bytes, credential: str) -> bytes:
    """Return `svg` with `credential` (JSON or compact JWS) in place of any it had (OB-55, 56).

    JSON comes out of the picture equal, not always letter for letter: `]]>` would end the
    CDATA section and is written with an escape. Raises `BakingError` for a picture that is
    not sound UTF-8 XML, has a DOCTYPE or the prefix of Open Badges 2.0, and for other text.
    """
    _check_credential(credential)
    _check_utf8(svg)
    found = _read_svg(svg)
    tag = _start_tag(svg, found.root_at)
    if tag.endswith(b"/>"):
        raise BakingError("the SVG is empty")
    parts = [svg[: found.root_at], _declared(tag, found), _element(credential)]
    at = found.root_at + len(tag)
    for old in found.credentials:
        parts.append(svg[at : old.start])
        at = old.end
    return b"".join([*parts, svg[at:]])


def unbake_svg(svg: bytes) -> str | None:
    """Return the first credential in `svg`, or None; `BakingError` if it is no sound SVG."""
    return next(iter(svg_credentials(svg)), None)


def svg_credentials(svg: bytes) -> list[str]:
    """Return every credential in `svg`, as `png_credentials` does; the first counts (OB-55)."""
    found = _read_svg(svg)
    return [each.text.strip() for each in (*found.credentials, *found.assertions)]


@dataclass(slots=True)
class _SvgCredential:
    start: int
    jws: str
    parts: list[str] = field(default_factory=list)
    end: int = 0

    @property
    def text(self) -> str:
        return self.jws or "".join(self.parts)


class _SvgReader:
    """What the XML parser reports to: it keeps credentials and places, and builds no tree."""

    def __init__(self, svg: bytes) -> None:
        # Here, because it is slow to import and most processes see no SVG.
        from defusedxml.ElementTree import XMLParser

        self.svg = svg
        self.parser = XMLParser(target=self, forbid_dtd=True)
        self.root_at = -1
        self.prefix_means: str | None = None
        self.elements = 0
        self.open: _SvgCredential | None = None
        self.credentials: list[_SvgCredential] = []
        self.assertions: list[_SvgCredential] = []

    def start_ns(self, prefix: str, uri: str) -> None:
        if self.root_at < 0 and prefix == "openbadges":
            self.prefix_means = uri

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS or len(attributes) > MAX_ATTRIBUTES:
            raise BakingError("the SVG has too many elements or attributes")
        if self.root_at < 0:
            if tag not in _SVG_ROOTS:
                raise BakingError("not an SVG")
            self.root_at = self.position()
        elif self.open is not None:
            raise BakingError("the credential in the SVG holds an element")
        elif tag in (_CREDENTIAL, _ASSERTION):
            self.open = _SvgCredential(self.position(), attributes.get("verify", ""))

    def data(self, text: str) -> None:
        if self.open is not None:
            self.open.parts.append(text)

    def end(self, tag: str) -> None:
        if self.open is not None:
            start_tag = _start_tag(self.svg, self.open.start)
            ends_at = self.open.start + len(start_tag)
            if not start_tag.endswith(b"/>"):
                ends_at = self.svg.index(b">", self.position()) + 1
            self.open.end = ends_at
            (self.credentials if tag == _CREDENTIAL else self.assertions).append(self.open)
            self.open = None

    def close(self) -> None:
        """Nothing to finish; the parser wants to say when it is done."""

    def position(self) -> int:
        """The byte at which the element that is just reported begins or ends."""
        return int(self.parser.parser.CurrentByteIndex)


def _read_svg(svg: bytes) -> _SvgReader:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError

    reader = _SvgReader(svg)
    try:
        reader.parser.feed(svg)
        reader.parser.close()
    except BakingError:
        raise
    except DefusedXmlException as exc:
        raise BakingError("the SVG has a DOCTYPE: save the picture again without it") from exc
    except (ParseError, ValueError, LookupError) as exc:
        raise BakingError(f"not sound XML: {exc}") from exc
    return reader


def _start_tag(svg: bytes, at: int) -> bytes:
    tag = _START_TAG.match(svg, at)
    if tag is None:
        raise BakingError("not an SVG in UTF-8")
    return tag[0]


def _declared(tag: bytes, found: _SvgReader) -> bytes:
    """Return the start tag of the picture with the prefix `openbadges` declared (OB-55)."""
    if found.prefix_means == CREDENTIAL_NAMESPACE:
        return tag
    if found.prefix_means is not None:
        raise BakingError("the SVG already holds an Open Badge of another version")
    name = re.match(rb"<[^\s>]+", tag)
    at = name.end() if name else 0
    return tag[:at] + f' xmlns:openbadges="{CREDENTIAL_NAMESPACE}"'.encode() + tag[at:]


def _element(credential: str) -> bytes:
    """Return the element of OB-56. What CDATA cannot hold can only stand in JSON strings."""
    if is_compact_jws(credential):
        element = f'<openbadges:credential verify="{credential}"></openbadges:credential>'
    else:
        text = credential.replace("]]>", "]]\\u003e")
        text = _NOT_IN_XML.sub(lambda char: f"\\u{ord(char[0]):04x}", text)
        element = f"<openbadges:credential><![CDATA[{text}]]></openbadges:credential>"
    return element.encode()


def _check_utf8(svg: bytes) -> None:
    """Refuse what a UTF-8 text cannot be spliced into."""
    declared = _XML_ENCODING.match(svg)
    if b"\0" in svg or (declared and declared[1].lower() != b"utf-8"):
        raise BakingError("the SVG is not in UTF-8: save the picture again in UTF-8")


def _check_credential(credential: str) -> None:
    if is_compact_jws(credential):
        return
    try:
        strict_json.loads_object(credential)
    except strict_json.StrictJsonError as exc:
        raise BakingError(f"neither a JSON object nor a compact JWS: {exc}") from exc
