"""The text of a document of Word, PowerPoint, or in OpenDocument; runs in the sandbox (T15).

    excerpt(data)       # [["Week one", "Each student claps."]], False

Pictures, layout, headers, comments and deleted text are left out. Nothing outside the file is
opened, and no more of it is unpacked than `MOST_UNPACKED`.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contexts.errors import MintmarkError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_LETTERS = 200_000
"""About eighty pages."""
MOST_UNPACKED = 16 * 1024 * 1024
"""Bytes of XML, of which a page takes some ten thousand."""
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""All that these documents use (ISO/IEC 29500-2, annex C; ODF 1.3 part 2, 2.2)."""
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_PARAGRAPHS = frozenset({"p", "h"})
_ROWS = frozenset({"tr", "table-row"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "line-break": "\n", "noBreakHyphen": "-", "s": " "}
_LEFT_OUT = frozenset(
    {"pPr", "rPr", "Fallback", "moveFrom", "fld", "annotation", "tracked-changes", "ruby-text"}
)


class DocumentError(MintmarkError):
    """A document cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def excerpt(data: bytes) -> tuple[list[list[str]], bool]:
    """Return the paragraphs of a document, or of each of its slides, and True if it was cut after
    `MOST_LETTERS`. Raises `DocumentError`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _cut(_parts(_Package(archive)))
    except DocumentError:
        raise
    except Exception as exc:  # whatever a stranger wrote there
        raise DocumentError("document_damaged") from exc


def _cut(parts: Iterable[Iterable[str]]) -> tuple[list[list[str]], bool]:
    shown: list[list[str]] = []
    room = MOST_LETTERS
    for part in parts:
        shown.append([])
        for line in part:
            shown[-1].append(line[:room])
            room -= len(line)
            if room < 0:
                return shown, True
    return shown, False


@dataclass
class _Package:
    """The parts of a document, by name, and how many more bytes may be unpacked."""

    archive: zipfile.ZipFile
    room: int = MOST_UNPACKED

    def holds(self, name: str) -> bool:
        return name in self.archive.namelist()

    def bytes_of(self, name: str) -> bytes:
        item = self.archive.getinfo(name)
        if item.flag_bits & 1:
            raise DocumentError("document_encrypted")
        if item.compress_type not in _PACKED:
            raise DocumentError("document_damaged")
        with self.archive.open(item) as part:
            data = part.read(self.room + 1)
        self.room -= len(data)
        if self.room < 0:
            raise DocumentError("document_too_large")
        return data

    def root(self, name: str) -> "Element":
        from defusedxml.ElementTree import fromstring

        element: Element = fromstring(self.bytes_of(name), forbid_dtd=True)
        return element

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return the kind and the name of the parts that a part refers to, by the reference
        (ISO/IEC 29500-2, 6.5)."""
        folder, file = posixpath.split(name)
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        if not self.holds(relations):
            return {}
        return {
            row.get("Id", ""): (
                posixpath.basename(row.get("Type", "")),
                posixpath.normpath(posixpath.join("/", folder, row.get("Target", ""))).lstrip("/"),
            )
            for row in self.root(relations)
        }

    def of_kind(self, name: str, kinds: Iterable[str]) -> Iterator[str]:
        """Yield the names of the parts of these kinds that a part refers to."""
        related = self.related(name).values()
        yield from (part for kind, part in related if kind in kinds and self.holds(part))


def _parts(package: _Package) -> Iterator[Iterable[str]]:
    """Yield the lines of the one text, or of each slide."""
    if package.holds("content.xml"):
        return _open_document(package)
    return _office_open(package)


def _office_open(package: _Package) -> Iterator[Iterable[str]]:
    main = next(package.of_kind("", ["officeDocument"]))
    root = package.root(main)
    if _local(root) != "presentation":
        yield _with(root, package.of_kind(main, ["footnotes", "endnotes"]), package)
        return
    slides = package.related(main)
    for slide in root.iter():
        if _local(slide) == "sldId":
            reference = next(value for key, value in slide.items() if key.endswith("}id"))
            name = slides[reference][1]
            yield _with(package.root(name), package.of_kind(name, ["notesSlide"]), package)


def _with(root: "Element", notes: Iterable[str], package: _Package) -> Iterator[str]:
    """Yield the lines of a part, and then of its notes."""
    yield from _lines(root)
    for name in notes:
        yield from _lines(package.root(name))


def _open_document(package: _Package) -> Iterator[Iterable[str]]:
    manifest = "META-INF/manifest.xml"
    if package.holds(manifest) and b"encryption-data" in package.bytes_of(manifest):
        raise DocumentError("document_encrypted")  # ODF 1.3 part 2, 4.4
    root = package.root("content.xml")
    slides = [element for element in root.iter() if _local(element) == "page"]
    for part in slides or [root]:
        yield _lines(part)


def _lines(element: "Element") -> Iterator[str]:
    """Yield the paragraphs in an element, and each row of a table as one line."""
    for child in element:
        name = _local(child)
        if name in _LEFT_OUT:
            continue
        if name in _ROWS:
            line = " | ".join(filter(None, (" ".join(_lines(cell)) for cell in child)))
        elif name in _PARAGRAPHS:
            line = "".join(_written(child)).strip()
        else:
            line = ""
        if line:
            yield line
        if name not in _ROWS:  # of a paragraph those in its frames
            yield from _lines(child)


def _written(element: "Element") -> Iterator[str]:
    """Yield what is written in a paragraph itself, piece by piece."""
    holds_text = _local(element) == "t" or str(element.tag).startswith(_TEXT)
    if holds_text:
        yield element.text or ""
    for child in element:
        name = _local(child)
        if name in _BREAKS:
            yield _BREAKS[name]
        elif not (name in _PARAGRAPHS or name in _LEFT_OUT):
            yield from _written(child)
        if holds_text:
            yield child.tail or ""


def _local(element: "Element") -> str:
    return str(element.tag).rpartition("}")[2]
