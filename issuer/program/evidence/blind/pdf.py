"""PDF for people who may not see names (I11, E29): rewritten without author, editor, title and
program, in its properties, comments and embedded pictures.

    copy_of(path, covered)                  # the path of a copy beside it, made once
"""

import io
import secrets
from collections.abc import Callable
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
_TELL: Final = ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/SigFlags", "/Perms", "/DSS")
_OF_SIGNER: Final = (
    *("/Name", "/ContactInfo", "/Location", "/Reason", "/M", "/Contents", "/Cert"),
    *("/ByteRange", "/Reference", "/Prop_Build"),
)
_OF_SIGNED_FIELD: Final = ("/V", "/AP", "/SV")


def copy_of(path: Path, cover: Callable[[bytes, str], bytes]) -> Path:
    """Return the copy of a PDF without identifying data; it is made once.

    `cover` does the same for the bytes of a picture, by its media type. Raises `Unreadable`.
    """
    blind = path.with_name(f"{path.name}{BESIDE}{_EDITION}")
    if not blind.exists():
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable("a document is too large to be written anew")
        try:
            data = _anew(path, cover)
        except Unreadable:
            raise
        except Exception as exc:  # whatever a stranger wrote there
            raise Unreadable("a document cannot be written anew") from exc
        part = blind.with_name(f"{blind.name}.{secrets.token_hex(8)}")
        part.write_bytes(data)
        part.replace(blind)
    return blind


def _anew(path: Path, cover: Callable[[bytes, str], bytes]) -> bytes:
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
