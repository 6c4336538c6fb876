"""Documents of Word and PowerPoint, and in OpenDocument, with the least that makes them one."""

import io
import zipfile
from xml.sax.saxutils import escape

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def archive(parts, how=zipfile.ZIP_DEFLATED):
    """Return a zip archive of these parts."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", how) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return data.getvalue()


def relations(**targets):
    """Return a part that refers to others: kind by kind, or kind and number."""
    rows = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{key.rstrip("0123456789")}" Target="{target}"/>'
        for key, target in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}">{rows}</Relationships>'


def docx(*paragraphs, body="", **more):
    """Return a Word document of these paragraphs, and then of `body`."""
    lines = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    head = f'<w:document xmlns:w="{WORD}" xmlns:mc="urn:mc">'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(officeDocument="word/document.xml"),
        "word/document.xml": f"{head}<w:body>{lines}{body}</w:body></w:document>",
    }
    return archive(parts | more)


def pptx(*slides, notes=""):
    """Return slides, each of its paragraphs; the first with `notes`."""
    count = len(slides)
    listed = "".join(f'<p:sldId r:id="slide{n}"/>' for n in range(count, 0, -1))
    files = {f"slide{n}": f"slides/{n}.xml" for n in range(1, count + 1)}
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(officeDocument="/ppt/presentation.xml"),
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{SLIDES}" xmlns:r="{OFFICE}">'
        f"<p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(**files),
        f"ppt/slides/_rels/{count}.xml.rels": relations(notesSlide="../notes/1.xml"),
        "ppt/notes/1.xml": _slide([notes]),
    }
    for n, paragraphs in enumerate(reversed(slides), 1):
        parts[f"ppt/slides/{n}.xml"] = _slide(paragraphs)
    return archive(parts)


def _slide(paragraphs):
    lines = "".join(f"<a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p>" for text in paragraphs)
    return f'<p:sld xmlns:p="{SLIDES}" xmlns:a="{DRAWING}"><p:txBody>{lines}</p:txBody></p:sld>'


def open_document(kind, body, **more):
    """Return an OpenDocument of a kind: `text`, `presentation` or `spreadsheet`."""
    spaces = "".join(
        f' xmlns:{name}="{OASIS}:{end}:1.0"'
        for name, end in {"office": "office", "text": "text", "draw": "drawing"}.items()
    )
    spaces += f' xmlns:table="{OASIS}:table:1.0"'
    content = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    parts = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "META-INF/manifest.xml": "<manifest/>",
        "content.xml": f"<office:document-content{spaces}>{content}</office:document-content>",
    }
    return archive(parts | more)
