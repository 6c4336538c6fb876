"""How terms are written in canonical N-Quads (RDFC-1.0, section 5)."""

import re
from collections.abc import Iterator
from itertools import groupby
from operator import eq

Quad = tuple[str, str, str, str]
"""Subject, predicate, object, graph as serialized terms; the default graph is ''."""

# Every control character is escaped, the common ones by a letter.
ESCAPES = {code: f"\\u{code:04X}" for code in [*range(0x20), 0x7F]} | {
    ord(char): "\\" + letter for char, letter in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)
}
IRI_ESCAPES = {code: f"\\u{code:04X}" for code in [*range(0x21), *map(ord, '<>"{}|^`\\')]}
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*").fullmatch

_LINE = re.compile(
    r'^([^ \n]+) ([^ \n]+) ("[^"\\\n]*(?:\\.[^"\\\n]*)*"[^ \n]*|[^ \n]+)(?: ([^ \n]+))? \.$',
    re.MULTILINE,
)


def quads_of(written: str) -> Iterator[Quad]:
    """Yield the quads of canonical N-Quads."""
    for line in _LINE.finditer(written):
        subject, predicate, value, graph = line.groups("")
        yield subject, predicate, value, graph


def parted(tail: str) -> tuple[str, str]:
    """Return the predicate and object of what follows a subject: ` <predicate> object .`."""
    predicate, _, value = tail[1:-3].partition(" ")
    return predicate, value


def block(subject: str, tails: list[str]) -> bytes:
    """Return the statements of one subject in canonical order; what follows it is put in order."""
    return f"{subject}{subject.join(distinct(tails))}".encode() if tails else b""


def tails_of(subject: str, written: bytes) -> list[str]:
    """Return what follows the subject in each statement of a block."""
    return [f"{line[len(subject) :]}\n" for line in written.decode().split("\n")[:-1]]


def distinct(tails: list[str]) -> list[str]:
    """Put strings in order and return each once: a dataset is a set."""
    tails.sort()
    if True in map(eq, tails, tails[1:]):  # to hash long strings would take longer
        return [one for one, _ in groupby(tails)]
    return tails
