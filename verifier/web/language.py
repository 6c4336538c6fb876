"""The language of a page: `?lang=`, else what the browser asks for, else English.

Sentences are written in English and looked up in `translations/<language>.po`; what is not
there yet is shown in English. No cookie remembers the choice: links carry it on.
"""

import gettext as catalogs
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Blueprint, Response, has_request_context, request
from flask.blueprints import BlueprintSetupState

from verifier.report import Check, Params, Verdict
from verifier.wording import words

LANGUAGES: Final = {"en": "English", "es": "Español"}
FOLDER = Path(__file__).parent / "translations"
_STAY_AS_THEY_ARE: Final = ("static", "color")


def chosen() -> str:
    """Return the language of this request; English outside of one."""
    if not has_request_context():
        return "en"
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"


def nearest(tag: str | None) -> str:
    """Return the language of ours that a tag such as `es-MX` means; English for any other."""
    language = (tag or "").partition("-")[0]
    return language if language in LANGUAGES else "en"


def gettext(text: str) -> str:
    """Return a sentence in the language of this request."""
    return catalog(chosen()).gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """Return a sentence about `count` things in the language of this request."""
    return catalog(chosen()).ngettext(one, many, count)


def day(moment: date) -> str:
    """Return a day in words, that of a moment at its offset: `November 20, 2026`."""
    return format_date(moment, "long", locale=chosen())


def time_of_day(moment: datetime, tongue: str = "") -> str:
    """Return the time at the offset of `moment`, as people write it in a language of ours, by
    default that of this request: `2:05 PM`, `14:05`."""
    text = format_time(moment, "short", locale=tongue or chosen())
    return text.replace("\u202f", " ")  # a narrow space, which many a font lacks


def minute(moment: datetime) -> str:
    """Return the day and the time at the offset of `moment`: `November 20, 2026, 2:05 PM`."""
    return f"{day(moment)}, {time_of_day(moment)}"


def say(item: Check | Verdict) -> str:
    """Return the sentence for a check or a verdict in the language of this request."""
    return words.text(item, gettext, day)


def fill(sentence: str, params: Params) -> str:
    """Return a sentence in the language of this request, with the parameters of a verdict."""
    return words.fill(sentence, params, gettext, day)


def next_step(item: Check | Verdict) -> str:
    """Return what to do next in the language of this request, or ''."""
    return words.next_step(item, gettext)


def speak(blueprint: Blueprint) -> None:
    """Give every page of the app that registers `blueprint` its language."""
    blueprint.record_once(_install)
    blueprint.add_app_template_filter(day)
    blueprint.add_app_template_filter(minute)
    blueprint.add_app_template_filter(time_of_day)
    blueprint.add_app_template_filter(next_step)
    blueprint.add_app_template_global(say)
    blueprint.app_context_processor(lambda: {"lang": chosen(), "languages": LANGUAGES})
    blueprint.app_url_defaults(_keep)
    blueprint.after_app_request(_vary)


def _install(state: BlueprintSetupState) -> None:
    environment: Any = state.app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)


@cache
def catalog(language: str) -> catalogs.NullTranslations:
    """Return the sentences of a language, for what is written outside of a request."""
    return read(FOLDER, language)


def read(folder: Path, language: str) -> catalogs.NullTranslations:
    """Return the sentences of the file `<language>.po` in a folder; none if there is no file."""
    file = folder / f"{language}.po"
    if not file.is_file():
        return catalogs.NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return catalogs.GNUTranslations(compiled)


def _keep(endpoint: str, values: dict[str, Any]) -> None:
    """Carry the chosen language on to the next page."""
    if has_request_context() and not endpoint.endswith(_STAY_AS_THEY_ARE):
        asked = request.args.get("lang")
        if asked in LANGUAGES:
            values.setdefault("lang", asked)


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.add("Accept-Language")
        response.content_language.add(chosen())
    return response
