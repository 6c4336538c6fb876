"""Typst as this issuer uses it: our templates, our fonts, other people's words only as data."""

import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import typst

TEMPLATES = Path(str(files("issuer.templates")))
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
    What Typst warns of comes out as a Python warning. Raises `typst.TypstError`.
    """
    output, complaints = typst.compile_with_warnings(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=_fonts(tuple(font_folders)),
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


@lru_cache(maxsize=4)
def _fonts(more: tuple[Path, ...]) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS, *more]
    )
