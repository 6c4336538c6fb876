"""Which letters no installed font can print, and which Debian package has a font for them.

The certificate would show boxes instead, so this is checked when an approval arrives:

    unprintable("Ελένη 语", settings.font_folders)  # (what is wrong, what to install) or None
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst

from issuer.drawing.typesetting import typeset

_EAST_ASIAN: Final = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "KANGXI")
_CJK: Final = ("fonts-noto-cjk", "/usr/share/fonts/opentype/noto")
_EMOJI: Final = ("fonts-noto-color-emoji", "/usr/share/fonts/truetype/noto")
_OTHERS: Final = ("fonts-noto-core", "/usr/share/fonts/truetype/noto")
_JOINS: Final = "\u200d\ufe0e\ufe0f"
"""The zero-width joiner, and the selectors that choose a variant of the letter before them."""


def unprintable(text: str, font_folders: Sequence[Path]) -> tuple[str, str] | None:
    """Return what is wrong with printing `text`, and the remedy; None if every letter prints."""
    if letters := missing(text, font_folders):
        return f"has letters that no font here can print: {letters}", remedy(letters)
    return None


def missing(text: str, font_folders: Sequence[Path]) -> str:
    """Return the letters of `text` that no font has, each once and with its marks."""
    letters = dict.fromkeys(_letters(text))
    return "".join(letter for letter in letters if not _prints(letter, tuple(font_folders)))


def remedy(letters: str) -> str:
    """Return how to get fonts for `letters`."""
    wanted = dict.fromkeys(_package(letter) for letter in letters if letter not in _JOINS)
    packages = " ".join(dict.fromkeys(name for name, _ in wanted))
    folders = ", ".join(f'"{folder}"' for folder in dict.fromkeys(folder for _, folder in wanted))
    return f"apt install {packages}, and in mintmark.toml fonts = [{folders}]; then restart"


def _letters(text: str) -> Iterator[str]:
    letter = ""
    for character in text:
        joined = letter.endswith("\u200d") or character in _JOINS
        if letter and not joined and unicodedata.category(character)[0] != "M":
            yield letter
            letter = ""
        letter += character
    if letter:
        yield letter


@lru_cache(maxsize=10_000)  # there are few letters and many names
def _prints(letter: str, font_folders: tuple[Path, ...]) -> bool:
    try:
        typeset(
            "glyphs.typ", {"text": letter}, "pdf", font_folders=font_folders, standards=["ua-1"]
        )
    except typst.TypstError:
        return False
    return True


def _package(letter: str) -> tuple[str, str]:
    name = unicodedata.name(letter, "")
    if name.startswith(_EAST_ASIAN) or unicodedata.east_asian_width(letter) in "FH":
        return _CJK
    return _EMOJI if unicodedata.category(letter) in ("So", "Sk") else _OTHERS
