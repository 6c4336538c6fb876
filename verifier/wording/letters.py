"""Deceptive letters: those that imitate others, are invisible, or cover other lines (T19)."""

import re
from unicodedata import category, name

MOST_MARKS = 3
"""On one letter. No writing has more, and a hundred cover the lines above."""
_ALIKE = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL"}
_JOINERS = "\u200c\u200d"
"""Not to be seen, but Persian and emoji need them."""


def limit_marks(text: str) -> str:
    """Return `text` with at most as many combining marks on a letter as real scripts use."""
    if text.isascii():
        return text
    result, marks = [], 0
    for char in text:
        marks = marks + 1 if category(char) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            result.append(char)
    return "".join(result)


def disguised(host: str | None) -> bool:
    """Return whether a host has letters beyond ASCII, also as `xn--`: they may imitate others."""
    host = host or ""
    return not host.isascii() or any(part.startswith("xn--") for part in host.lower().split("."))


def mixed(text: str | None) -> bool:
    """Return whether a name has a word in several alphabets that look alike, or hidden letters."""
    text = text or ""
    hidden = any(category(char) == "Cf" and char not in _JOINERS for char in text)
    return hidden or any(
        len({name(char, "").partition(" ")[0] for char in word} & _ALIKE) > 1
        for word in re.findall(r"\w+", text)
    )
