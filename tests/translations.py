"""Collect every sentence of the pages into `verifier/web/translations/`: `make words`.

Sentences come from the templates, from Python that calls `gettext` or marks them with `N_`,
and from the table of words. What is new stands there empty; what is gone is taken out.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from verifier.web.language import FOLDER, LANGUAGES
from verifier.wording.words import WORDS

ROOT = Path(__file__).parent.parent
TEMPLATES = ("verifier/web/templates", "templates")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
JINJA = {"trimmed": "true", "silent": "false"}


def collected() -> Catalog:
    """Return the catalog of all sentences, none translated."""
    catalog = Catalog(project="Mintmark", charset="utf-8", fuzzy=False)
    for message, place in _found():
        catalog.add(message, locations=[(place, 0)])
    return catalog


def _found() -> Iterator[tuple[str | tuple[str, ...], str]]:
    for row in WORDS.values():
        yield from ((text, "verifier/wording/words.py") for text in row if text)
    templates = [file for folder in TEMPLATES for file in (ROOT / folder).glob("*.[ht][tx][mt]*")]
    python = [file for room in ("verifier", "issuer") for file in (ROOT / room).rglob("*.py")]
    for file in sorted(templates + python):
        method, options = ("python", {}) if file.suffix == ".py" else ("jinja2", JINJA)
        place = file.relative_to(ROOT).as_posix()
        for _, message, _, _ in extract_from_file(method, file, KEYWORDS, (), options):
            yield message, place


def read(language: str) -> Catalog:
    """Return the catalog of a language as it is kept."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def main() -> None:
    """Bring every catalog up to date."""
    new = collected()
    for language in LANGUAGES.keys() - {"en"}:
        file = FOLDER / f"{language}.po"
        kept = (
            read(language) if file.exists() else Catalog(language, project="Mintmark", fuzzy=False)
        )
        kept.update(new, no_fuzzy_matching=True, update_creation_date=False)
        kept.obsolete.clear()
        kept.header_comment = f"# The pages of Mintmark in {LANGUAGES[language]}."
        with file.open("wb") as target:
            write_po(target, kept, sort_output=True, omit_header=False, no_location=True, width=0)
        missing = sum(1 for message in kept if message.id and not message.string)
        print(f"{language}: {len(kept)} sentences, {missing} to translate", file=sys.stderr)


if __name__ == "__main__":
    main()
