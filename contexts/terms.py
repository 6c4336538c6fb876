"""Term tables: the meaning of every term of a credential, compiled once (design D6).

JSON-LD calls the words that mean something at one place of a document the active context
(JSON-LD 1.1 API, section 4.1). Contexts may be scoped to a type or to a property, so walking
a document is also walking from one active context to the next. Where contexts are frozen,
both are tables. PyLD makes them (`contexts.compile`); the usual ones are shipped with us
(`contexts.shipped`). Clause numbers are those of JSON-LD 1.1 Processing Algorithms and API.
"""

import re
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

from contexts.errors import CanonicalizationError, DataLossError
from contexts.ntriples import IRI_ESCAPES

MAX_CONTEXTS = 12
"""`@context` entries in one array; honest credentials have up to four."""
MAX_TYPES = 100
"""Types of one node; honest ones have up to four as well."""
MAX_REMEMBERED = 256
"""Ways on that one active context remembers before it starts anew."""

Kind = Literal["literal", "iri", "vocab", "json", "id", "type", "other"]
_Value = TypeVar("_Value")

# Written raw into a statement, so white space, `<` and `>` could forge the next one. The first
# form says no more than the second, in a third of the time.
_SCHEME = "[A-Za-z][A-Za-z0-9+.-]*:"
_is_ascii_iri = re.compile(_SCHEME + r"[!#-;=?-\[\]_a-z~]+").fullmatch
is_iri = re.compile(_SCHEME + r"[^\s\x00-\x20<>\"{}|^`\\]+").fullmatch


_is_odd_iri = re.compile(_SCHEME + r"\S+").fullmatch
_is_absolute = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S*|_:\S+").fullmatch
NOWHERE = "<x-relative:>"
"""Stands for what the contexts do not define, in statements that lossy libraries drop."""


class Declined(Exception):
    """The tables do not cover this; it may be right or wrong."""


class Wrong(Declined):
    """The tables do cover this: `error` is what the reference would raise, so it need not be
    asked (T23)."""

    def __init__(self, error: CanonicalizationError) -> None:
        super().__init__(error.detail)
        self.error = error


class Term(NamedTuple):
    """One term definition (4.2)."""

    predicate: str
    """Its IRI in angle brackets."""
    kind: Kind
    """What a string under it is; `other` is whatever is left to the reference processor."""
    datatype: str = ""
    """What follows the closing quote of a literal: nothing, or `^^<IRI>`."""
    container: Literal["", "list", "graph"] = ""
    scoped: bool = False
    """Whether a context of its own holds under it, or in nodes of this type."""


RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
KEYWORDS = {"@id": Term("", "id"), "@type": Term("", "type")}


class ActiveContext:
    """The terms that hold at one place of a document, and the steps from there.

    Steps are `("context", url)`, `("types", name, …)` for type-scoped contexts, and for a
    property-scoped one `("value", term)` and `("node", term)`.
    """

    __slots__ = ("_below", "_contexts", "_steps", "_types", "id_key", "id_keys", "nested",
                 "prefixes", "strings", "terms", "type_key", "type_keys")  # fmt: skip
    lossy: ClassVar[bool] = False
    """Whether what the contexts do not define becomes `NOWHERE` and is no error."""

    def __init__(
        self, terms: dict[str, Term], prefixes: dict[str, str], previous: "ActiveContext | None"
    ) -> None:
        self.terms = terms | KEYWORDS
        self.strings = {
            key: (f" {term.predicate} ", "")
            if term.kind == "iri"
            else (f' {term.predicate} "', f'"{term.datatype} .\n')
            for key, term in terms.items()
            if term.kind in ("literal", "iri") and not term.container and not term.scoped
        }
        """The terms under which a string makes one statement: what stands in it before and after
        the text of a literal, or before an IRI."""
        self.prefixes = prefixes
        self.nested = previous or self
        """What holds in the nodes below: a type-scoped context ends with its node (5.1.2, 7)."""
        self.id_keys = tuple(key for key, term in self.terms.items() if term.kind == "id")
        self.type_keys = tuple(key for key, term in self.terms.items() if term.kind == "type")
        self.id_key, self.type_key = self.id_keys[0], self.type_keys[0]
        self._steps: dict[tuple[str, ...], ActiveContext] = {}
        self._below: dict[str, ActiveContext] = {}
        self._contexts: dict[tuple[str, ...], ActiveContext] = {}
        self._types: dict[tuple[str, ...], tuple[ActiveContext, tuple[str, ...]]] = {}

    def with_contexts(self, entries: Any) -> "ActiveContext":
        """Return the active context in a node with this `@context` (5.1.2, 9)."""
        urls = tuple(entries) if type(entries) is list else (entries,)
        _check_words(urls, MAX_CONTEXTS)
        active = self._contexts.get(urls)
        if active is None:
            active = self
            for url in urls:
                active = active.step("context", url)
            _remember(self._contexts, urls, active)
        return active

    def typed(self, names: Any) -> tuple["ActiveContext", tuple[str, ...]]:
        """Return the active context in a node of these types, and the ends of the statements that
        give it these types: ` <predicate> <type> .` (5.1.2, 11)."""
        words = tuple(names) if type(names) is list else (names,)
        try:
            return self._types[words]
        except (KeyError, TypeError):  # not met before, or not even text
            _check_words(words, MAX_TYPES)
        says = tuple(f" {RDF_TYPE} {self.vocabulary(word)} .\n" for word in words)
        scoped = {name for name in words if name in self.terms and self.terms[name].scoped}
        context = (self.step("types", *sorted(scoped)) if scoped else self), says
        _remember(self._types, words, context)
        return context

    def vocabulary(self, name: str) -> str:
        """Return the IRI of a type, or of a word under a `@vocab` term (5.2.2)."""
        term = self.terms.get(name)
        if term is None:
            return self.iri(name, "type")
        if term.kind in ("id", "type", "other"):
            raise Declined(name)
        return term.predicate

    def iri(self, value: Any, what: str = "id") -> str:
        """Return an absolute or compact IRI in angle brackets."""
        if type(value) is not str:
            raise Wrong(CanonicalizationError('an "@id" value must be a string'))
        if not (_is_ascii_iri(value) or is_iri(value)):
            return self._odd_iri(value) or self.undefined(value, what)
        return f"<{self._whole(value)}>"

    def _odd_iri(self, value: str) -> str | None:
        """Return what holds characters that no IRI may hold, and is absolute all the same."""
        return f"<{self._whole(value).translate(IRI_ESCAPES)}>" if _is_odd_iri(value) else None

    def _whole(self, value: str) -> str:
        if self.prefixes:
            prefix, _, rest = value.partition(":")
            if prefix in self.prefixes and not rest.startswith("//"):
                return self.prefixes[prefix] + rest
        return value

    def undefined(self, name: str, what: str) -> str:
        """Raise `Wrong` for a term, type or id that the contexts do not define, and `Declined`
        for what may yet mean something; return `NOWHERE` if lossy."""
        prefix, colon, _ = name.partition(":")
        unclear = prefix in self.terms or _is_absolute(name)
        if name[:1] == "@" or (colon and unclear):
            raise Declined(name)
        if self.lossy:
            return NOWHERE
        raise Wrong(DataLossError(f"the {what} {name!r} is not defined by the contexts"))

    def below(self, key: str, term: Term) -> "ActiveContext":
        """Return the active context in a node under a term (5.1.2, 7 and 8)."""
        if not term.scoped:
            return self.nested
        context = self._below.get(key)
        if context is None:
            context = self._below[key] = self.step("node", key)
        return context

    def step(self, *edge: str) -> "ActiveContext":
        """Return the active context one step further; `Declined` if there is none."""
        context = self._steps.get(edge)
        if context is None:
            context = self._follow(edge)
            _remember(self._steps, edge, context)
        return context

    def _follow(self, edge: tuple[str, ...]) -> "ActiveContext":
        raise Declined(" ".join(edge))


def _check_words(words: tuple[Any, ...], most: int) -> None:
    """Refuse what is no text, and decline too many."""
    if any(type(word) is not str for word in words):
        raise Wrong(CanonicalizationError("a type or context must be a string"))
    if len(words) > most:
        raise Declined("not a few words")


def _remember(memo: dict[tuple[str, ...], _Value], key: tuple[str, ...], value: _Value) -> None:
    if len(memo) >= MAX_REMEMBERED:
        memo.clear()
    memo[key] = value
