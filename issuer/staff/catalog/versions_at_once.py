"""Two people edit one thing at once: the second is warned, and may save again."""

from collections.abc import Mapping
from typing import Final

from verifier.wording.words import N_

MEANWHILE: Final = N_(
    "Somebody saved another version meanwhile. What you typed is still here: look at the newest"
    " version in another window, and save again if yours is to follow it."
)


def newest_was(form: Mapping[str, str]) -> int:
    """Return the version that was the newest when a form was shown; 0 for an odd one."""
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
