"""The issuer's sentences in a language; what the verifier says as well stands with the verifier.

Sentences are written in English and looked up in `translations/<language>.po`:

    catalog("es").gettext("Save")  # "Guardar"
"""

import gettext as catalogs
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask

from issuer.wording.days import written_day
from verifier.web import language
from verifier.web.language import LANGUAGES, chosen, day, time_of_day

FOLDER: Final = Path(__file__).parent / "translations"


@cache
def catalog(language_code: str) -> catalogs.NullTranslations:
    """Return the sentences of a language, those of the verifier included."""
    own = language.read(FOLDER, language_code)
    own.add_fallback(language.catalog(language_code))
    return own


def of(*tags: str | None, otherwise: str) -> str:
    """Return the first of our languages that a tag such as `es-MX` means; else `otherwise`."""
    known = ((tag or "").partition("-")[0].lower() for tag in tags)
    return next((code for code in known if code in LANGUAGES), otherwise)


def gettext(text: str) -> str:
    """Return a sentence in the language of this request."""
    return catalog(chosen()).gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """Return a sentence about `count` things in the language of this request."""
    return catalog(chosen()).ngettext(one, many, count)


def day_in_words(text: str) -> str:
    """Return a day that is written as 2026-11-30 in words, and any other text as it is."""
    try:
        return day(written_day(text))
    except ValueError:
        return text


def closing(local: datetime, tongue: str = "", zone: str = "") -> str:
    """Return a local moment at which something closes, in a language of ours, by default that of
    this request, to follow "until": `December 7, 2026, 5:00 PM`; midnight, which reads as the wrong
    day, as `the end of December 7, 2026`. A `zone` is named after it."""
    tongue = tongue or chosen()
    ends_a_day = local.time() == time()
    last_day = local.date() - timedelta(days=1) if ends_a_day else local.date()
    last = format_date(last_day, "long", locale=tongue)
    if ends_a_day:
        end = catalog(tongue).gettext("the end of %(day)s") % {"day": last}
        return f"{end} ({zone})" if zone else end
    return f"{last}, {time_of_day(local, tongue)} {zone}".rstrip()


def bytes_in_words(count: int) -> str:
    """Return so many bytes as people read them: `32 KB`, `1.4 MB`, at least `1 KB`."""
    kilobytes = -(-max(1, count) // 1024)
    if kilobytes < 1024:
        return f"{kilobytes} KB"
    return f"{format_decimal(count / 1024**2, '#,##0.0', locale=chosen())} MB"


def speak(app: Flask, *, local: Callable[[datetime], datetime]) -> None:
    """Give every template of `app`, also the verifier's, the issuer's translations, and `local`,
    which says when a moment was where the district is."""
    app.add_template_global(local, "local")
    app.add_template_filter(day_in_words)
    app.add_template_filter(bytes_in_words)
    app.add_template_filter(closing)
    environment = app.jinja_env
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True
    )
