"""The catalog as a visitor narrows it: by words, by a tag, and a page at a time.

narrow(achievements, words="ritmo", tag="", page=1).count  # how many fit
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from issuer.catalog.achievement import Achievement

PER_PAGE: Final = 24
MOST_TAGS: Final = 12
"""Tags to choose from, those of most achievements first."""
LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Selection:
    """One page of the achievements that fit, and what else there is to choose."""

    achievements: Sequence[Achievement]
    count: int
    page: int
    pages: int
    tags: Sequence[str]
    words: str
    tag: str


def narrow(achievements: Sequence[Achievement], *, words: str, tag: str, page: int) -> Selection:
    """Return the achievements that hold every one of `words` and carry `tag`, if one is given.

    Capitals and accents make no difference. A page that is not there is the nearest one.
    """
    words = words.strip()[:LONGEST]
    wanted = _plain(words).split()
    fit = [achievement for achievement in achievements if _fits(achievement, wanted, tag)]
    pages = max(1, -(-len(fit) // PER_PAGE))
    page = min(max(page, 1), pages)
    used = Counter(name for achievement in achievements for name in dict.fromkeys(achievement.tags))
    return Selection(
        achievements=fit[(page - 1) * PER_PAGE : page * PER_PAGE],
        count=len(fit),
        page=page,
        pages=pages,
        tags=[name for name, _ in used.most_common(MOST_TAGS)],
        words=words,
        tag=tag,
    )


def _fits(achievement: Achievement, wanted: Sequence[str], tag: str) -> bool:
    text = _plain(" ".join((achievement.name, achievement.description, *achievement.tags)))
    return all(word in text for word in wanted) and (not tag or tag in achievement.tags)


def _plain(text: str) -> str:
    """Return a text without capitals and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
