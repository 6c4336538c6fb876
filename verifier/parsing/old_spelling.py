"""The spelling of settings, policies and commands before 0.1.0.

A file or script written then still works, with a warning that has the new word.
"""

import logging
from typing import Final

NEW_WORDS: Final = {
    "colour": "color",
    "catalogue": "catalog",
    "recognised": "recognized",
    "licence": "license",
    "programme": "program",
}
OLD_WORDS: Final = {new: old for old, new in NEW_WORDS.items()}

_log = logging.getLogger(__name__)


def current(word: str) -> str:
    """Return `word` in its present spelling; warn if that is another one."""
    new = NEW_WORDS.get(word, word)
    if new != word:
        _log.warning("%s is spelled %s now: write %s", word, new, new)
    return new
