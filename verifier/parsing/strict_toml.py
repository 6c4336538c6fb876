"""Strict TOML: an unknown key is an error, and every error names its key."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from contexts.errors import MintmarkError
from verifier.parsing import old_spelling, plain_text

T = TypeVar("T")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
"""Control characters other than tabs and line breaks, and characters that change the reading
direction."""


class TomlError(MintmarkError, ValueError):
    """The file has a mistake. The message names the key and the remedy."""


class Table:
    """One table of a file, which records the keys that were read."""

    def __init__(self, values: dict[str, Any], name: str = "") -> None:
        self.values = values
        self.name = name
        self._asked: set[str] = set()

    def text(self, key: str, *, required: bool = True) -> str:
        """Return a text without the space around it; empty if the key is absent and not
        `required`."""
        value = self._get(key, str, "").strip()
        if required and not value:
            raise TomlError(f"{self.path(key)} is missing (give it a text)")
        if control := CONTROL.search(value):
            character = f"U+{ord(control[0]):04X}"
            raise TomlError(f"{self.path(key)} has the control character {character} (remove it)")
        return value

    def line(self, key: str, *, required: bool = True, longest: int = 200) -> str:
        """Return a text of one line, at most `longest` characters."""
        value = self.text(key, required=required)
        if len(value.splitlines()) > 1 or len(value) > longest:
            raise TomlError(f"{self.path(key)} must be one line of at most {longest} characters")
        return value

    def integer(self, key: str, *, default: int | None = None) -> int:
        """Return a whole number. Without a `default` the key is required."""
        if key not in self.values and default is None:
            raise TomlError(f"{self.path(key)} is missing (give it a whole number)")
        return self._get(key, int, default or 0)

    def decimal(self, key: str) -> Decimal:
        """Return a number as it is written; the key is required."""
        self._asked.add(key)
        value = Decimal(number) if type(number := self.values.get(key)) is int else number
        if not isinstance(value, Decimal) or not value.is_finite():
            raise TomlError(f"{self.path(key)} must be a number, not {number!r}")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        return self._get(key, bool, default)

    def lines(self, key: str) -> tuple[str, ...]:
        """Return a list of one-line texts, empty if it is absent."""
        items = Table({f"{key}[{n}]": item for n, item in enumerate(self._list(key))}, self.name)
        return tuple(items.line(item) for item in items.values)

    def table(self, key: str) -> "Table":
        """Return a table, empty if it is absent."""
        return Table(self._get(key, dict, {}), self.path(key))

    def tables(self, key: str) -> "list[Table]":
        """Return an array of tables, empty if it is absent."""
        items = self._list(key)
        if not all(isinstance(item, dict) for item in items):
            raise TomlError(f"{self.path(key)} must be tables: [[{self.path(key)}]]")
        return [Table(item, f"{self.path(key)}[{n}]") for n, item in enumerate(items)]

    def path(self, key: str) -> str:
        """Return the key with the tables it stands in."""
        return f"{self.name}.{key}" if self.name else key

    def refuse_rest(self) -> None:
        """Raise `TomlError` for a key that was never read."""
        for key in sorted(self.values.keys() - self._asked):
            allowed = ", ".join(sorted(self._asked))
            raise TomlError(f"{self.path(key)} is no known key (known here: {allowed})")

    def _list(self, key: str) -> list[Any]:
        return self._get(key, list, [])

    def _get(self, key: str, kind: type[T], default: T) -> T:
        self._asked.add(key)
        old = old_spelling.OLD_WORDS.get(key)
        if old in self.values and key not in self.values:
            self.values[old_spelling.current(old)] = self.values.pop(old)
        value: T = self.values.get(key, default)
        if type(value) is not kind:
            raise TomlError(f"{self.path(key)} must be a {kind.__name__}, not {value!r}")
        return value


def read_toml(file: Path) -> Table:
    """Return the top table of `file`; `TomlError` if it cannot be read or is not TOML."""
    try:
        return loads(file.read_bytes())
    except OSError as exc:
        raise TomlError(f"cannot be read: {exc}") from exc


def loads(data: bytes) -> Table:
    """Return the top table of a file's bytes; `TomlError` if they are not TOML."""
    try:
        return Table(tomllib.loads(plain_text.read(data), parse_float=Decimal))
    except UnicodeDecodeError as exc:
        raise TomlError(f"cannot be read: {exc}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise TomlError(f"is not TOML: {exc}") from exc
