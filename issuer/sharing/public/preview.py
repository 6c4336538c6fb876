"""The picture that stands for a page where its link is posted: 1200 × 630 pixels (OpenGraph).

It shows what the page shows and no more, and says at once when a credential is not in force.
"""

import json
from collections.abc import Sequence
from typing import Final

from issuer.drawing.cache import kept
from issuer.drawing.typesetting import fonts_at_hand, typeset
from issuer.home.settings import Settings
from issuer.sharing.forms import badge
from issuer.sharing.public.words import NAMELESS, STANDINGS
from issuer.sharing.shared import Shared, Standing
from verifier.web.display import amounts, domain
from verifier.web.language import chosen, gettext, ngettext

SIZE: Final = (1200, 630)
"""The least that LinkedIn takes is 1200 × 627."""
_PPI = 144
_MOST_BADGES = 4


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
    said = ngettext("met the one criterion", "met all %(num)d criteria", count)
    return [said % {"num": count}]


def _drawn(data: dict[str, str], shown: Sequence[Shared], settings: Settings) -> bytes:
    pictures = [badge(shared.achievement, settings, "svg") for shared in shown]
    text = json.dumps(
        {
            **data,
            "lang": chosen(),
            "host": domain(settings.issuer_id) or settings.issuer_id,
            "color": settings.issuer_color,
            "badges": len(pictures),
        }
    )
    fonts = fonts_at_hand(settings.font_folders)

    def make() -> bytes:
        inputs = {f"badge{place}": svg.decode() for place, svg in enumerate(pictures)}
        return typeset(
            "preview.typ", {**inputs, "data": text}, "png", _PPI, font_folders=settings.font_folders
        )

    return kept(settings.home, "png", (b"preview", text.encode(), fonts, *pictures), make)
