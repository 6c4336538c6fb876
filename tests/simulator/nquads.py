"""Published N-Quads as the terms that `contexts.rdfc` takes."""

import re

from contexts.fallback import _LANG_STRING, _term
from contexts.rdfc import Quad

_TERM = r'<([^>]*)>|(_:\S+)|"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<([^>]*)>)?'
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)", re.DOTALL)
_LETTERS = dict(zip("btnfr", "\b\t\n\f\r", strict=True))
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


def quads(lines: list[str]) -> set[Quad]:
    """Parse N-Quads into the terms that `rdfc10` takes: unescaped, and written anew."""
    statements = set()
    for line in filter(None, lines):
        terms = [written(match) for match in re.finditer(_TERM, line, re.DOTALL)]
        statements.add((*terms, "") if len(terms) == 3 else tuple(terms))
    return statements


def written(match: re.Match[str]) -> str:
    iri, blank, text, language, datatype = match.groups()
    if text is None:
        return _term({"type": "IRI", "value": blank or unescaped(iri)})
    kind = _LANG_STRING if language else unescaped(datatype or _XSD_STRING)
    literal = {"type": "literal", "value": unescaped(text), "datatype": kind}
    return _term(literal | {"language": language or ""})


def unescaped(text: str) -> str:
    return _ESCAPE.sub(
        lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _LETTERS.get(m[3], m[3]), text
    )
