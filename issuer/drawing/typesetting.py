"""Typst with our templates and fonts. Other people's words are data, never markup.

typeset("badge.typ", {"name": "Composing rhythm"}, "svg")
"""

import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import typst

TEMPLATES = Path(str(files("issuer.templates")))
DRAWINGS = TEMPLATES / "drawing"
FONTS = TEMPLATES / "fonts"


def typeset(
    template: str,
    data: Mapping[str, str],
    format: Literal["pdf", "svg", "png"],
    ppi: float | None = None,
    *,
    font_folders: Sequence[Path] = (),
    standards: Sequence["typst.PDFStandard"] = (),
    timestamp: datetime | None = None,
) -> bytes:
    """Return `template` typeset with `data`, which it reads as texts and never as markup.

    Fonts of the machine are not used, so that the same input gives the same bytes everywhere.
    A warning of Typst becomes a Python warning. Raises `typst.TypstError`.
    """
    output, complaints = typst.compile_with_warnings(
        DRAWINGS / template,
        root=DRAWINGS,
        font_paths=_fonts(tuple(font_folders))[0],
        ignore_system_fonts=True,
        format=format,
        sys_inputs=dict(data),
        pdf_standards=list(standards),
        timestamp=timestamp,
        ppi=ppi,
    )
    for complaint in complaints:
        warnings.warn(complaint, stacklevel=2)
    return output


def fonts_at_hand(font_folders: Sequence[Path]) -> bytes:
    """Return bytes that change whenever a font is added to the folders or taken away."""
    return _fonts(tuple(font_folders))[1]


@lru_cache(maxsize=4)
def _fonts(more: tuple[Path, ...]) -> tuple[typst.Fonts, bytes]:
    files = sorted(str(file) for folder in more for file in folder.rglob("*"))
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS, *more]
    )
    return fonts, "\n".join(files).encode()
