"""Documents as people get them from whom names are hidden (I11, E29): written anew without author,
editor, title and program, in the properties, in comments and in the pictures inside.

    copy_of(path, "application/pdf")        # the path of a copy beside it, made once
"""

import io
import re
import secrets
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from issuer.program.evidence.blind_media import Unreadable

BESIDE: Final = ".blind"
"""What a copy's name ends in, beside the file that it is a copy of."""
MOST_BYTES: Final = 200 * 1024 * 1024
MOST_UNPACKED: Final = 500 * 1024 * 1024
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""All that office documents use (ISO/IEC 29500-2, annex C; ODF 1.3 part 2, 2.2). The others
unpack without a bound."""
_TELL: Final = ("/Metadata", "/PieceInfo", "/LastModified", "/AF")
_PICTURES: Final = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
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
"""By their name in the archive: properties that say nothing."""
_ATTRIBUTES: Final = re.compile(
    rb"([\s:](?:author|initials|userId|userName|displayName|lastModifiedBy)\s*=\s*)"
    rb"(?:\"[^\"]*\"|'[^']*')"
)
_PATHS: Final = re.compile(rb"(<(?:\w+:)?absPath\b[^<>]*?\burl=)\"[^\"]*\"")
_NAMES: Final = re.compile(rb"([\s:]name\s*=\s*)(?:\"[^\"]*\"|'[^']*')")
_ELEMENTS: Final = re.compile(
    rb"(<(?:\w+:)?(?:author|creator|creator-initials|initial-creator|sender-initials)(?:\s[^<>]*)?>)"
    rb"[^<]*<"
)
_OF_PEOPLE: Final = re.compile(r"(?:^|/)(?:people|persons?|authors|commentAuthors)(?:/|\.xml|\d)")


def copy_of(path: Path, media_type: str, cover: Callable[[bytes, str], bytes]) -> Path:
    """Return the copy of a document without what tells of its maker; it is made once.

    `cover` does the same for the bytes of a picture, by its media type. Raises `Unreadable`.
    """
    blind = path.with_name(path.name + BESIDE)
    if not blind.exists():
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable("a document is too large to be written anew")
        try:
            is_pdf = media_type == "application/pdf"
            data = _pdf(path, cover) if is_pdf else _archive(path, cover)
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
    if isinstance(entry, StreamObject) and entry.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        entry._data = cover(entry._data, "image/jpeg")
    for item in entry.values():
        if isinstance(item, DictionaryObject | ArrayObject):
            _blank(item, cover)


def _archive(path: Path, cover: Callable[[bytes, str], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        if sum(item.file_size for item in old.infolist()) > MOST_UNPACKED:
            raise Unreadable("a document unpacks to more than there is room for")
        for item in old.infolist():
            entry = zipfile.ZipInfo(item.filename)  # without days, and without notes
            entry.compress_type = item.compress_type
            new.writestr(entry, _part(item.filename, _unpacked(old, item), cover))
    return out.getvalue()


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


def _part(name: str, data: bytes, cover: Callable[[bytes, str], bytes]) -> bytes:
    if name in _BLANK:
        return _BLANK[name]
    end = Path(name).suffix.lower()
    if end in _PICTURES:
        return cover(data, _PICTURES[end])
    if end not in (".xml", ".rels"):
        return data
    if data[:2] in (b"\xfe\xff", b"\xff\xfe"):
        raise Unreadable("a part of a document is not in UTF-8")
    data = _ELEMENTS.sub(rb"\1<", _PATHS.sub(rb'\1""', _ATTRIBUTES.sub(rb'\1""', data)))
    return _NAMES.sub(rb'\1""', data) if _OF_PEOPLE.search(name) else data
