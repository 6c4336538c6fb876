"""How terms are written in canonical N-Quads (RDFC-1.0, section 5)."""

import re

Quad = tuple[str, str, str, str]
"""Subject, predicate, object, graph as serialised terms; the default graph is ''."""

# Every control character is escaped, the common ones by a letter.
ESCAPES = {code: f"\\u{code:04X}" for code in [*range(0x20), 0x7F]} | {
    ord(char): "\\" + letter for char, letter in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)
}
IRI_ESCAPES = {code: f"\\u{code:04X}" for code in [*range(0x21), *map(ord, '<>"{}|^`\\')]}
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*").fullmatch


def parted(tail: str) -> tuple[str, str]:
    """Return the predicate and object of what follows a subject: ` <predicate> object .`."""
    predicate, _, value = tail[1:-3].partition(" ")
    return predicate, value
