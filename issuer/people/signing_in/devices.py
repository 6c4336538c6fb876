"""A browser's name and system, in the two words its owner knows.

>>> named("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0")
'Firefox, Windows'
"""

from typing import Final

from verifier.wording.words import N_

_BROWSERS: Final = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS: Final = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "Chromebook",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}
_UNKNOWN: Final = N_("an unknown browser")


def named(user_agent: str) -> str:
    """Return browser and system, as far as they are known: they may be made up.
    Where neither is, a sentence of ours to be translated."""
    names = (
        next((name for mark, name in marks.items() if mark in user_agent), "")
        for marks in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(filter(None, names)) or _UNKNOWN
