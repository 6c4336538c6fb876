"""The badge of an achievement without a picture: its name, drawn like a coin.

look = drawn_with("composing-rhythm", Look(icon="note"))
picture = draw_badge("Composing rhythm", "Prairie District", look=look)
picture.svg, picture.png
"""

from collections.abc import Mapping, Sequence
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
    look: Mapping[str, str],
    achievement_type: str = "MicroCredential",
    language: str = "en",
    font_folders: Sequence[Path] = (),
) -> BadgeImage:
    """Return a badge with `name` and `issuer_name` set in it, however long they are.

    `look` is what `badges.look.drawn_with` returns. The same input gives the same bytes.
    """
    data = {
        "name": name,
        "issuer": issuer_name,
        "kind": kind_words(achievement_type, language),
        **look,
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
