"""The desk's words for the pictures and patterns of drawn badges."""

from collections.abc import Mapping
from typing import Final

from verifier.wording.words import N_

ICON_WORDS: Final[Mapping[str, str]] = {
    "book": N_("a book"),
    "chart": N_("a chart"),
    "flask": N_("a flask"),
    "globe": N_("a globe"),
    "heart": N_("a heart"),
    "home": N_("a house"),
    "leaf": N_("a leaf"),
    "lens": N_("a magnifying glass"),
    "network": N_("a network"),
    "note": N_("a musical note"),
    "pencil": N_("a pencil"),
    "people": N_("people"),
    "speech": N_("a speech bubble"),
    "star": N_("a star"),
}
PATTERN_WORDS: Final[Mapping[str, str]] = {
    "waves": N_("waves"),
    "beads": N_("beads"),
    "rays": N_("rays"),
    "teeth": N_("teeth"),
    "leaves": N_("leaves"),
    "lozenges": N_("diamonds"),
    "dashes": N_("dashes"),
    "rings": N_("rings"),
}
