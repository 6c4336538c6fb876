"""Fields of a form, read as the files of a catalog are: what is wrong is kept for each field.

fields = Fields(request.form)
name = fields.line("name")
if fields.wrong: ...
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from issuer.catalog.files import LONGEST_ID
from verifier.parsing import web_address
from verifier.parsing.strict_toml import CONTROL
from verifier.wording.words import N_

MISSING: Final = N_("Write something here.")
_ONE_LINE: Final = N_("Write one line that is not so long.")
_CONTROL: Final = N_("It contains a character that cannot be shown: type it again.")
_ADDRESS: Final = N_("Write a web address that begins with https://.")


class Fields:
    """A form; `wrong` has a sentence for each field that cannot be used."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.form = form
        self.wrong: dict[str, str] = {}

    def text(self, name: str, *, required: bool = True) -> str:
        """Return a text without the space around it."""
        value = self.form.get(name, "").replace("\r\n", "\n").strip()
        if required and not value:
            self.wrong[name] = MISSING
        elif CONTROL.search(value):
            self.wrong[name] = _CONTROL
        return value

    def line(self, name: str, *, required: bool = True, longest: int = 200) -> str:
        """Return a text of one line."""
        value = self.text(name, required=required)
        if len(value.splitlines()) > 1 or len(value) > longest:
            self.wrong[name] = _ONE_LINE
        return value

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines of a text that are not empty, each once."""
        lines = [line.strip() for line in self.text(name, required=False).splitlines()]
        if any(len(line) > 200 for line in lines):
            self.wrong[name] = _ONE_LINE
        return tuple(dict.fromkeys(filter(None, lines)))

    def address(self, name: str, *, required: bool = False) -> str | None:
        """Return a web address; None if there is none."""
        value = self.line(name, required=required, longest=2000)
        if value and web_address.read(value) is None:
            self.wrong[name] = _ADDRESS
        return value or None


def new_id(name: str, taken: Iterable[str], otherwise: str) -> str:
    """Return an id made from a name, and unlike those that are taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain)[: LONGEST_ID - 5].strip("-") or otherwise
    known, number, candidate = set(taken), 1, base
    while candidate in known:
        number += 1
        candidate = f"{base}-{number}"
    return candidate
