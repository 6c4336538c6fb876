"""The picture that stands for a page where its link is posted: 1200 × 630 pixels (OpenGraph)."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from issuer.drawing.cache import cached
from issuer.drawing.typesetting import fonts_at_hand, typeset
from issuer.home.settings import Settings
from verifier.web.language import chosen
from verifier.web.report_page.facts import domain

SIZE: Final = (1200, 630)
"""The least that LinkedIn takes is 1200 × 627."""
_PPI = 144


def draw_preview(words: Mapping[str, str], badges: Sequence[bytes], settings: Settings) -> bytes:
    """Return a preview as a PNG: `words` fill the template, beside up to four SVG `badges`."""
    data = json.dumps(
        {
            **words,
            "lang": chosen(),
            "host": domain(settings.issuer_id) or settings.issuer_id,
            "color": settings.issuer_color,
            "badges": len(badges),
        }
    )
    fonts = fonts_at_hand(settings.font_folders)

    def make() -> bytes:
        pictures = {f"badge{place}": svg.decode() for place, svg in enumerate(badges)}
        return typeset(
            "preview.typ",
            {**pictures, "data": data},
            "png",
            _PPI,
            font_folders=settings.font_folders,
        )

    return cached(settings.home, "png", (b"preview", data.encode(), fonts, *badges), make)
