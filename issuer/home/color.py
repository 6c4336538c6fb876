"""A district's color: on its certificates, pages and previews."""

import hashlib
import re

COLORS = (
    "#1f3a5f",  # navy
    "#7a2233",  # garnet
    "#22543d",  # forest
    "#4a2c6d",  # plum
    "#0f5257",  # teal
    "#7a3e12",  # copper
    "#2f3e46",  # slate
    "#5b1f4f",  # mulberry
)
"""Each is readable on white, and white on each."""
LEAST_CONTRAST = 7.0
"""To white (WCAG 2.2, 1.4.6): small words in the color stand on paper a little darker."""


def own(issuer_id: str) -> str:
    """Return the default color of an issuer, always the same for its id."""
    return COLORS[hashlib.sha256(issuer_id.encode()).digest()[0] % len(COLORS)]


def is_readable(color: str) -> bool:
    """True if `color` is `#rrggbb` and contrasts enough with white, as ink or as paper."""
    if not re.fullmatch(r"#[0-9a-f]{6}", color):
        return False
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= LEAST_CONTRAST


def mixed(color: str, other: str, share: float) -> str:
    """Return `#rrggbb` with `share` of the first color and the rest of the other."""
    places = (1, 3, 5)
    one, two = ([int(code[at : at + 2], 16) for at in places] for code in (color, other))
    parts = (round(a * share + b * (1 - share)) for a, b in zip(one, two, strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)
