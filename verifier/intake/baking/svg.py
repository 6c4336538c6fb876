"""Credentials in SVG: one inserted element (Open Badges 3.0, File Format)."""

import re
from dataclasses import dataclass, field

from verifier.intake.baking.carried import BakingError, check_credential, is_compact_jws

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
CREDENTIAL_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
OPEN_BADGES_2_NAMESPACE = "http://openbadges.org"
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 1000
"""Of one element. Expat keeps all of them in memory before anyone can count (T16)."""

_START_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_XML_ENCODING = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_SVG_ROOTS = ("svg", f"{{{SVG_NAMESPACE}}}svg")
_CREDENTIAL = f"{{{CREDENTIAL_NAMESPACE}}}credential"
_ASSERTION = f"{{{OPEN_BADGES_2_NAMESPACE}}}assertion"
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


def bake_svg(svg: bytes, credential: str) -> bytes:
    """Return `svg` with `credential` (JSON or compact JWS) in place of any it had (OB-55, 56).

    JSON comes out of the picture equal, not always letter for letter: `]]>` would end the
    CDATA section and is written with an escape. Raises `BakingError` for a picture that is
    not sound UTF-8 XML, declares entities or has the prefix of Open Badges 2.0, and for other text.
    """
    check_credential(credential)
    _check_utf8(svg)
    reader = _read_svg(svg)
    tag = _start_tag(svg, reader.root_at)
    if tag.endswith(b"/>"):
        raise BakingError("the SVG is empty")
    parts = [svg[: reader.root_at], _declared(tag, reader), _element(credential)]
    at = reader.root_at + len(tag)
    for old in reader.credentials:
        parts.append(svg[at : old.start])
        at = old.end
    return b"".join([*parts, svg[at:]])


def unbake_svg(svg: bytes) -> str | None:
    """Return the first credential in `svg`, or None; `BakingError` if the SVG is not sound."""
    return next(iter(svg_credentials(svg)), None)


def svg_credentials(svg: bytes) -> list[str]:
    """Return every credential in `svg`, as `png_credentials` does; the first counts (OB-55)."""
    reader = _read_svg(svg)
    return [element.text.strip() for element in (*reader.credentials, *reader.assertions)]


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
        self.parser = XMLParser(target=self, forbid_entities=True)
        self.parser.parser.AttlistDeclHandler = self.refuse_default
        self.root_at = -1
        self.prefix_means: str | None = None
        self.elements = 0
        self.open: _SvgCredential | None = None
        self.credentials: list[_SvgCredential] = []
        self.assertions: list[_SvgCredential] = []

    def refuse_default(self, *_declared: object) -> None:
        """Refuse attributes that stand in a DOCTYPE: one reader adds them and another does not."""
        raise BakingError("the SVG declares attributes: save the picture again without them")

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
        raise BakingError("the SVG declares entities: save the picture again without them") from exc
    except (ParseError, ValueError, LookupError) as exc:
        raise BakingError(f"not sound XML: {exc}") from exc
    return reader


def _start_tag(svg: bytes, at: int) -> bytes:
    tag = _START_TAG.match(svg, at)
    if tag is None:
        raise BakingError("not an SVG in UTF-8")
    return tag[0]


def _declared(tag: bytes, reader: _SvgReader) -> bytes:
    """Return the start tag of the picture with the prefix `openbadges` declared (OB-55)."""
    if reader.prefix_means == CREDENTIAL_NAMESPACE:
        return tag
    if reader.prefix_means is not None:
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
