"""How a drawn badge looks: what the catalog chooses, and the rest from the achievement's id.

look = own("composing-rhythm", Look(icon="note"))
look.color, look.pattern, look.icon
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Final

from issuer.home.color import COLORS

HUES: Final = (
    *COLORS,
    "#8a1f1f",  # brick
    "#5a4a12",  # olive
    "#14506e",  # sea
    "#3d3a86",  # indigo
)
"""Each readable on white, and white on it (WCAG 2.2, 1.4.6), like a district's own color."""
PATTERNS: Final = ("waves", "beads", "rays", "teeth", "leaves", "lozenges", "dashes", "rings")
EDGES: Final = ("reeded", "scalloped", "lobed")
ICONS: Final = (
    *("book", "chart", "flask", "globe", "heart", "home", "leaf", "lens"),
    *("network", "note", "pencil", "people", "speech", "star"),
)
"""The icons of `templates/drawing/icons.typ`. The id never chooses one: only people know what
fits."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the catalog chooses of a badge; what is None is derived from the achievement's id."""

    color: str | None = None
    pattern: str | None = None
    icon: str | None = None


def drawn_with(achievement_id: str, chosen: Look) -> dict[str, str]:
    """Return the complete look of a badge as its template reads it: always the same for one id and
    choice."""
    digest = hashlib.sha256(achievement_id.encode()).digest()
    own = {
        "color": HUES[digest[0] % len(HUES)],
        "pattern": PATTERNS[digest[1] % len(PATTERNS)],
        "edge": EDGES[digest[2] % len(EDGES)],
        "filled": ("no", "yes")[digest[3] % 2],
        "icon": "",
    }
    return own | {key: value for key, value in asdict(chosen).items() if value}
