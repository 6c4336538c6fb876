"""The picture of an achievement: the file it came with, or a badge drawn from its name."""

from issuer.catalog.achievement import Achievement
from issuer.drawing.badges.badge import draw_badge
from issuer.drawing.badges.look import drawn_with
from issuer.drawing.cache import cached
from issuer.drawing.images import as_badge
from issuer.drawing.typesetting import fonts_at_hand
from issuer.home.settings import Settings
from verifier.web.language import nearest


def badge(achievement: Achievement, settings: Settings, suffix: str) -> bytes:
    """Return the picture of an achievement, as `png` or as `svg`."""
    language = nearest(achievement.in_language)
    look = drawn_with(achievement.id, achievement.look)
    drawn_from = (achievement.name, settings.issuer_name, language, achievement.achievement_type)
    fonts = fonts_at_hand(settings.font_folders)
    drawn = (*map(str.encode, (*drawn_from, *look.values())), fonts)
    made_of = (achievement.image,) if achievement.image else drawn

    def make() -> bytes:
        if achievement.image:
            picture = as_badge(achievement.image)
        else:
            picture = draw_badge(
                achievement.name,
                settings.issuer_name,
                look=look,
                achievement_type=achievement.achievement_type,
                language=language,
                font_folders=settings.font_folders,
            )
        return picture.png if suffix == "png" else picture.svg

    return cached(settings.home, suffix, made_of, make)
