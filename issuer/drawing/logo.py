"""The district's logo, from a file of its own: checked at the start, served as a PNG."""

from issuer.drawing.images import ImageError, check_image, is_png
from issuer.drawing.typesetting import typeset
from issuer.home.settings import Settings, SettingsError

PPI = 288
"""The template draws it 72 points high: sharp at twice the height that pages show it with."""


def address(settings: Settings) -> str | None:
    """Return the path at which the logo is served, or None without one.

    Raises `SettingsError` if the file is not a picture, or not safe to show.
    """
    if settings.issuer_logo is None:
        return None
    try:
        check_image(settings.issuer_logo.read_bytes())
    except (ImageError, OSError) as exc:
        raise SettingsError(f"issuer.logo, {settings.issuer_logo}: {exc}") from exc
    return f"{settings.path}/logo.png"


def png(settings: Settings) -> bytes | None:
    """Return the logo as a PNG, or None if there is none."""
    if settings.issuer_logo is None:
        return None
    data = settings.issuer_logo.read_bytes()
    return data if is_png(data) else typeset("logo.typ", {"svg": data.decode()}, "png", PPI)
