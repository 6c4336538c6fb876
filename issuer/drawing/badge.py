"""The badge of an achievement without a picture: its name, drawn like a coin.

picture = draw_badge("Composing rhythm", "Prairie District", color="#1f3a5f")
picture.svg, picture.png
"""

import hashlib
from collections.abc import Sequence
from html import escape
from pathlib import Path

from issuer.drawing.images import PNG_PPI, BadgeImage
from issuer.drawing.typesetting import typeset
from issuer.wording.language import catalog
from verifier.wording.words import N_


def draw_badge(
    name: str,
    issuer_name: str,
    *,
    color: str,
    achievement_type: str = "MicroCredential",
    language: str = "en",
    font_folders: Sequence[Path] = (),
) -> BadgeImage:
    """Return a badge with `name` and `issuer_name` set in it, however long they are.

    The engraved band differs from one name to another. The same input gives the same bytes.
    """
    pattern = hashlib.sha256(name.encode()).digest()
    data = {
        "name": name,
        "issuer": issuer_name,
        "kind": kind_words(achievement_type, language),
        "color": color,
        "waves": str(9 + pattern[0] % 10),
        "strands": str(3 + pattern[1] % 2),
    }
    svg = typeset("badge.typ", data, "svg", font_folders=font_folders).decode()
    opening, _, rest = svg.partition(">")
    title = f"<title>{escape(name)}, {escape(issuer_name)}</title>"
    return BadgeImage(
        svg=f'{opening} role="img">{title}{rest}'.encode(),
        png=typeset("badge.typ", data, "png", PNG_PPI, font_folders=font_folders),
    )


def kind_words(achievement_type: str, language: str = "en") -> str:
    """Return an achievement type as words: `CertificateOfCompletion`, Certificate of completion."""
    if achievement_type == "MicroCredential":
        return catalog(language).gettext(N_("Micro-credential"))
    name = achievement_type.removeprefix("ext:")
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    return words[:1].upper() + words[1:]
