"""The words of a preview: no more than the page shows, and at once when not in force."""

from collections.abc import Sequence
from typing import Final

from issuer.catalog.picture import badge
from issuer.drawing.preview import draw_preview
from issuer.home.settings import Settings
from issuer.sharing.shared import Shared, Standing
from issuer.sharing.words import NAMELESS, STANDINGS
from issuer.wording.language import gettext, ngettext
from verifier.web.report_page.facts import amounts

_MOST_BADGES: Final = 4


def of_credential(shared: Shared, standing: Standing, settings: Settings) -> bytes:
    """Return the preview of one credential as a PNG."""
    shown = shared.shown
    achievement = shown.achievement
    data = {
        "above": shown.issuer.name or "",
        "title": (achievement and achievement.name) or shown.name or "",
        "by": gettext("earned by") if shown.recipient_name else "",
        "name": shown.recipient_name or gettext(NAMELESS),
        "warning": "" if standing is Standing.IN_FORCE else gettext(STANDINGS[standing]),
        "below": " · ".join([*amounts(shown), *_met(shared)]),
    }
    return _drawn(data, [shared], settings)


def announcement(shared: Shared, settings: Settings) -> bytes:
    """Return a picture that says who was the first to earn an achievement (R10)."""
    data = {
        "above": settings.issuer_name,
        "title": shared.achievement.name,
        "by": gettext("first to earn it"),
        "name": shared.shown.recipient_name or gettext(NAMELESS),
        "warning": "",
        "below": " · ".join(_met(shared)),
    }
    return _drawn(data, [shared], settings)


def of_collection(title: str, credentials: Sequence[Shared], settings: Settings) -> bytes:
    """Return the preview of several credentials: their badges, and whose they are."""
    names = {shared.shown.recipient_name or gettext(NAMELESS) for shared in credentials}
    count = len(credentials)
    data = {
        "above": settings.issuer_name,
        "title": title,
        "by": ngettext("%(num)d credential", "%(num)d credentials", count) % {"num": count},
        "name": names.pop() if len(names) == 1 else "",
        "warning": "",
        "below": "",
    }
    return _drawn(data, credentials[:_MOST_BADGES], settings)


def _met(shared: Shared) -> list[str]:
    count = len(shared.credential.criteria)
    if not shared.met_all:
        return []
    sentence = ngettext("met the one criterion", "met all %(num)d criteria", count)
    return [sentence % {"num": count}]


def _drawn(words: dict[str, str], shown: Sequence[Shared], settings: Settings) -> bytes:
    badges = [badge(shared.achievement, settings, "svg") for shared in shown]
    return draw_preview(words, badges, settings)
