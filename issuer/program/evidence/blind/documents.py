"""Documents for people who may not see names (I11, E29): rewritten without author, editor, title
and program, in their properties, comments and embedded pictures.

    copy_of(path, "application/pdf")        # the path of a copy beside it, made once
"""

import io
import re
import secrets
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pypdf import PdfReader, PdfWriter
from pypdf.filters import decode_stream_data
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from issuer.program.evidence.blind.media import Unreadable

BESIDE: Final = ".blind"
"""What follows the name of a file in the names of its copies, of whichever edition."""
_EDITION: Final = 2
"""One more whenever more is taken out, so that copies are made anew."""
MOST_BYTES: Final = 200 * 1024 * 1024
MOST_UNPACKED: Final = 500 * 1024 * 1024
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""All that office documents use (ISO/IEC 29500-2, annex C; ODF 1.3 part 2, 2.2). The others
unpack without a bound."""
_TELL: Final = ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/SigFlags", "/Perms", "/DSS")
_OF_SIGNER: Final = (
    *("/Name", "/ContactInfo", "/Location", "/Reason", "/M", "/Contents", "/Cert"),
    *("/ByteRange", "/Reference", "/Prop_Build"),
)
_OF_SIGNED_FIELD: Final = ("/V", "/AP", "/SV")
_MEDIA: Final = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
}
_BEGINNINGS: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
}
"""Of pictures whose names have no ending, in OpenDocument."""
_XML: Final = (".xml", ".rels", ".vml", ".svg", ".rdf")
_SILENT: Final = re.compile(
    r"(?:^mimetype|^layout-cache|^ObjectReplacements/[^/]+"
    r"|\.(?:bmp|emf|wmf|svm|ico|odttf|fntdata|ttf|otf))$",
    re.IGNORECASE,
)
"""Parts in which programs write no name: drawings, and the fonts that are used."""
_OF_MAKER: Final = re.compile(r"/printerSettings/|^_xmlsignatures/|^META-INF/\w*signatures\.xml$")
"""Parts about nothing but the printer of whoever made it, and who signed it."""
_OTHER_DOCUMENTS: Final = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF")
"""How objects of OLE begin, such as older office documents, and PDF."""
_BLANK: Final = {
    "docProps/core.xml": b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/'
    b'2006/metadata/core-properties"/>',
    "docProps/app.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'extended-properties"/>',
    "docProps/custom.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/'
    b'2006/custom-properties"/>',
    "meta.xml": b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:'
    b'1.0" office:version="1.3"/>',
}
"""By the end of their name in the archive: properties that say nothing."""
_PROPERTIES: Final = re.compile(rb"<(?:\w+:)?coreProperties\b")
"""A program may give this part any name (ISO/IEC 29500-2, 8.3), such as one in .psmdcp."""
_METADATA: Final = re.compile(rb"<(?:\w+:)?metadata\b[^<>]*(?<!/)>")
_ATTRIBUTES: Final = re.compile(
    rb"([\s:](?:author|initials|userId|userName|displayName|lastModifiedBy|docname)\s*=\s*)"
    rb"(?:\"[^\"]*\"|'[^']*')"
)
_PATHS: Final = re.compile(rb"(<(?:\w+:)?absPath\b[^<>]*?\burl=)\"[^\"]*\"")
_NAMES: Final = re.compile(rb"([\s:]name\s*=\s*)(?:\"[^\"]*\"|'[^']*')")
_ELEMENTS: Final = re.compile(
    rb"(<(?:\w+:)?(?:author|creator|creator-initials|initial-creator|sender-initials|DisplayName)"
    rb"(?:\s[^<>]*)?>)[^<]*<"
)
_TARGETS: Final = re.compile(rb"(\sTarget\s*=\s*)(?:\"file:[^\"]*\"|'file:[^']*')")
"""Files on the computer of whoever wrote it; their folders are named after people."""
_OF_PEOPLE: Final = re.compile(
    r"(?:^|/)(?:people|persons?|authors|commentAuthors|changesInfos|userNames)(?:/|\.xml|\d)"
)


def copy_of(path: Path, media_type: str, cover: Callable[[bytes, str], bytes]) -> Path:
    """Return the copy of a document without identifying data; it is made once.

    `cover` does the same for the bytes of a picture, by its media type. Raises `Unreadable`.
    """
    blind = path.with_name(f"{path.name}{BESIDE}{_EDITION}")
    if not blind.exists():
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable("a document is too large to be written anew")
        try:
            is_pdf = media_type == "application/pdf"
            data = _pdf(path, cover) if is_pdf else _Archives(cover).anew(path)
        except Unreadable:
            raise
        except Exception as exc:  # whatever a stranger wrote there
            raise Unreadable("a document cannot be written anew") from exc
        part = blind.with_name(f"{blind.name}.{secrets.token_hex(8)}")
        part.write_bytes(data)
        part.replace(blind)
    return blind


def is_document(media_type: str) -> bool:
    """True for a kind of file that is written anew."""
    return media_type == "application/pdf" or media_type.startswith(
        ("application/vnd.openxmlformats-officedocument", "application/vnd.oasis.opendocument")
    )


def _pdf(path: Path, cover: Callable[[bytes, str], bytes]) -> bytes:
    reader = PdfReader(path)
    if reader.is_encrypted:
        raise Unreadable("an encrypted document cannot be written anew")
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    root = writer.root_object
    names = root.get("/Names")
    if names is not None:
        names.get_object().pop("/EmbeddedFiles", None)
    for entry in writer._objects:
        _blank(entry, cover)
    return _written(PdfWriter(clone_from=PdfReader(io.BytesIO(_written(writer)))))


def _written(writer: PdfWriter) -> bytes:
    """Return a PDF; read and written once more it holds only what something in it still names."""
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _blank(entry: object, cover: Callable[[bytes, str], bytes]) -> None:
    """Take out of an object, and of what it directly holds, what tells (ISO 32000-2, 14.3)."""
    if isinstance(entry, ArrayObject):
        for item in entry:
            _blank(item, cover)
    if not isinstance(entry, DictionaryObject):
        return
    for key in _TELL:
        entry.pop(key, None)
    if entry.get("/Type") == "/Annot" or "/Rect" in entry:
        if entry.get("/Subtype") != "/Widget":
            entry.pop("/T", None)
        entry.pop("/FS", None)
    if isinstance(entry, StreamObject) and entry.get("/Type") in ("/Metadata", "/EmbeddedFile"):
        entry._data = b""
    if "/ByteRange" in entry or entry.get("/Type") in ("/Sig", "/DocTimeStamp"):
        for key in _OF_SIGNER:  # ISO 32000-2, 12.8.1
            entry.pop(key, None)
    if entry.get("/FT") == "/Sig":
        for field in (entry, *(kid.get_object() for kid in entry.get("/Kids", ()))):
            for key in _OF_SIGNED_FIELD:
                field.pop(key, None)
    if isinstance(entry, StreamObject):
        _cover_photo(entry, cover)
    for item in entry.values():
        if isinstance(item, DictionaryObject | ArrayObject):
            _blank(item, cover)


def _cover_photo(entry: StreamObject, cover: Callable[[bytes, str], bytes]) -> None:
    """Cover a JPEG, which may be packed once more (ISO 32000-2, 7.4)."""
    filters = entry["/Filter"] if "/Filter" in entry else ArrayObject()
    names = list(filters) if isinstance(filters, ArrayObject) else [filters]
    if not names or names.pop().get_object() != "/DCTDecode":
        return
    if names:
        outer = StreamObject()
        outer._data = entry._data
        outer[NameObject("/Filter")] = ArrayObject(names)
        if isinstance(packing := entry.pop("/DecodeParms", None), ArrayObject):
            outer[NameObject("/DecodeParms")] = ArrayObject(packing[: len(names)])
        entry._data = decode_stream_data(outer)
    entry[NameObject("/Filter")] = NameObject("/DCTDecode")
    entry._data = cover(entry._data, "image/jpeg")


@dataclass
class _Archives:
    """An office document, and those inside it: how pictures are covered, and to how many more bytes
    all of it may unpack."""

    cover: Callable[[bytes, str], bytes]
    room: int = MOST_UNPACKED

    def anew(self, source: Path | io.BytesIO, *, is_inside: bool = False) -> bytes:
        """Return an archive of the same parts, without identifying data."""
        out = io.BytesIO()
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            self.room -= sum(item.file_size for item in old.infolist())
            if self.room < 0:
                raise Unreadable("a document unpacks to more than there is room for")
            for item in old.infolist():
                entry = zipfile.ZipInfo(item.filename)  # without days, and without notes
                entry.compress_type = item.compress_type
                data = _unpacked(old, item)
                new.writestr(entry, self._part(item.filename, data, is_inside=is_inside))
        return out.getvalue()

    def _part(self, name: str, data: bytes, *, is_inside: bool) -> bytes:
        end = "." + name.lower().rpartition(".")[2]  # of `_rels/.rels`, too
        if blank := next((_BLANK[key] for key in _BLANK if f"/{name}".endswith(f"/{key}")), None):
            return blank
        if end == ".psmdcp":
            return _BLANK["docProps/core.xml"]
        if _OF_MAKER.search(name):
            return b""
        if end in _MEDIA:
            return self.cover(data, _MEDIA[end])
        if end in _XML:
            return _xml(name, data)
        if data.startswith(b"PK\3\4") and not is_inside:
            return self.anew(io.BytesIO(data), is_inside=True)
        if data.startswith((b"PK", *_OTHER_DOCUMENTS)):
            raise Unreadable("a document holds another document")
        for beginning, media_type in _BEGINNINGS.items():
            if data.startswith(beginning):
                return self.cover(data, media_type)
        if data and not _SILENT.search(name):
            raise Unreadable("a document has a part of a kind that is not known")
        return data


def _unpacked(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> bytes:
    """Return a part of an archive, unpacked no further than to the size that its entry names:
    whoever made the archive wrote that size."""
    if item.compress_type not in _PACKED:
        raise Unreadable("a part of a document is packed in a way that is not known")
    size = item.file_size
    item.file_size += 1  # so that a byte too many is read, and not passed over
    with archive.open(item) as part:
        data = part.read(size + 1)
    if len(data) != size:
        raise Unreadable("a part of a document is not as long as its entry says")
    return data


def _xml(name: str, data: bytes) -> bytes:
    if data[:2] in (b"\xfe\xff", b"\xff\xfe"):
        raise Unreadable("a part of a document is not in UTF-8")
    if _PROPERTIES.search(data):
        return _BLANK["docProps/core.xml"]
    if name.lower().endswith(".svg"):
        data = _without_metadata(data)
    for pattern, blank in ((_ATTRIBUTES, b'""'), (_PATHS, b'""'), (_TARGETS, b'"file:///"')):
        data = pattern.sub(rb"\1" + blank, data)
    data = _ELEMENTS.sub(rb"\1<", data)
    return _NAMES.sub(rb'\1""', data) if _OF_PEOPLE.search(name) else data


def _without_metadata(drawing: bytes) -> bytes:
    """Return an SVG without what a program writes about it (SVG 2, 5.9)."""
    first, *others = _METADATA.split(drawing)
    parts = [other.partition(b"metadata>") for other in others]
    if not all(end for _, end, _ in parts):
        raise Unreadable("a drawing is cut off")
    return b"".join((first, *(shown for _, _, shown in parts)))
