"""Collect every sentence of the pages into the `translations/` of whoever says it: `make words`.

Sentences come from the templates, from Python that calls `gettext` or marks them with `N_`,
and from the table of words. What is new stands there empty; what is gone is taken out. What the
verifier says stands with the verifier alone: the issuer looks there as well.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from issuer.wording import language as of_issuer
from verifier.web import language as of_verifier
from verifier.web.language import LANGUAGES
from verifier.wording.words import WORDS

ROOT = Path(__file__).parent.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
JINJA = {"trimmed": "true", "silent": "false"}
FOLDERS: Final = {"verifier": of_verifier.FOLDER, "issuer": of_issuer.FOLDER}
"""Where the translations of each domain stand."""
SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "verifier": ("verifier/**/*.py", "verifier/web/templates/*.html"),
    "issuer": ("issuer/**/*.py", "templates/**/*.html", "templates/**/*.txt"),
}
PlacedText: TypeAlias = tuple[str | tuple[str, ...], str]


def collected(domain: str) -> Catalog:
    """Return the catalog of all sentences of `verifier` or of `issuer`, none translated."""
    catalog = Catalog(project="Mintmark", charset="utf-8", fuzzy=False)
    shared = {message for message, _ in _messages_in("verifier")} if domain == "issuer" else set()
    for message, place in _messages_in(domain):
        if message not in shared:
            catalog.add(message, locations=[(place, 0)])
    return catalog


def _messages_in(domain: str) -> Iterator[PlacedText]:
    if domain == "verifier":
        for row in WORDS.values():
            yield from ((text, "verifier/wording/words.py") for text in row if text)
    for file in sorted(file for pattern in SOURCES[domain] for file in ROOT.glob(pattern)):
        method, options = ("python", {}) if file.suffix == ".py" else ("jinja2", JINJA)
        place = file.relative_to(ROOT).as_posix()
        for _, message, _, _ in extract_from_file(method, file, KEYWORDS, (), options):
            yield message, place


def read(domain: str, language: str) -> Catalog:
    """Return the catalog of a language as it is kept."""
    with (FOLDERS[domain] / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def main() -> None:
    """Bring every catalog up to date."""
    for domain in FOLDERS:
        for language in sorted(LANGUAGES.keys() - {"en"}):
            _update(domain, language)


def _update(domain: str, language: str) -> None:
    file = FOLDERS[domain] / f"{language}.po"
    empty = Catalog(language, project="Mintmark", fuzzy=False)
    catalog = read(domain, language) if file.exists() else empty
    catalog.update(collected(domain), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.header_comment = f"# The pages of the {domain} in {LANGUAGES[language]}."
    with file.open("wb") as target:
        write_po(target, catalog, sort_output=True, omit_header=False, no_location=True, width=0)
    missing = sum(1 for message in catalog if message.id and not message.string)
    print(
        f"{domain}, {language}: {len(catalog)} sentences, {missing} to translate", file=sys.stderr
    )


if __name__ == "__main__":
    main()
