"""Plausible and odd credentials, the same again for the same seed.

Terms, types and scopes are read from the context files themselves, so that every term of every
bundled context is tried, in places where it is defined and in places where it is not.
"""

import random
from collections.abc import Mapping
from typing import Any

from contexts import BUNDLED

VC1 = "https://www.w3.org/2018/credentials/v1"
VC2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/"
USUAL = [
    [VC2, f"{OB}context-3.0.3.json"],
    [VC2],
    [VC2, f"{OB}context-3.0.3.json", f"{OB}extensions.json"],
    [VC2, f"{OB}context-3.0.2.json"],
    [VC1, f"{OB}context-3.0.1.json", "https://w3id.org/security/suites/ed25519-2020/v1"],
    [VC1, f"{OB}context.json", "https://w3id.org/security/data-integrity/v1"],
    [VC2, f"{OB}context-3.0.3.json", "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"],
]
TEXTS = [
    "", "Rhythm", 'a "b" \\ c', "line\nline\r\n", "tab\t", "\x07\x08\x0b\x0c\x1f\x7f", "\\u00e9",
    "Ñandú 你好 🎓", "\u2028\ufeff\U0010fffd", "x" * 300, "_:b0", "@id", "true", "12.50",
]  # fmt: skip
IRIS = [
    "urn:a", "https://a.example/x", "https://a.example/x#y", "did:web:a.example", "mailto:a@b.c",
    "https://a.example/ä", "urn:uuid:1", "xsd:float", "cred:x", "sec:y", "obi:z",
]  # fmt: skip
BAD_IRIS = [
    "",
    "a",
    "#a",
    "//a.example/x",
    "urn:a b",
    "urn:<a>",
    "_:b0",
    "@type",
    "1:2",
    "a,b:c",
    'urn:"',
]
NUMBERS = [0, 1, -7, 12, 2**53, 12.0, 0.5, -0.0, 1e21, 1e-7, 123456.789, 0.1, 1e300, True, False]
ODD_KEYS = [
    "gpa", "@index", "@graph", "@set", "@list", "@reverse", "@included", "@nest", "@language",
    "@value", "@type", "@id", "urn:p", "https://schema.org/name", "_:p", "xsd:p", "cred:issuer",
]  # fmt: skip


class Maker:
    """Makes one document after another; `oddness` is the chance of something unusual."""

    def __init__(self, seed: int | str, oddness: float = 0.04) -> None:
        self.pick = random.Random(seed)
        self.oddness = oddness

    def document(self) -> dict[str, Any]:
        urls = list(self.pick.choice(USUAL))
        if self.odd():
            urls = self.pick.sample(list(BUNDLED), self.pick.randint(1, 4))
        self.scope = [BUNDLED[url]["@context"] for url in urls]
        self.depth = 0
        node = self.node(["VerifiableCredential", "VerifiablePresentation"])
        return {"@context": urls, **node}

    def odd(self) -> bool:
        return self.pick.random() < self.oddness

    def node(self, types: list[str] | None = None) -> dict[str, Any]:
        """Return a node of some type, with members that its type or the root defines."""
        self.depth += 1
        terms = {k: v for scope in self.scope for k, v in scope.items() if k[0] != "@"}
        usual = [k for k in types or terms if k in terms and k[0].isupper()]
        chosen = self.pick.sample(usual, min(len(usual), self.pick.choice([0, 1, 1, 1, 1, 2])))
        node: dict[str, Any] = {}
        if chosen:
            node["type"] = chosen[0] if len(chosen) == 1 and self.pick.random() < 0.5 else chosen
        if self.pick.random() < 0.6:
            node["id"] = self.iri()
        known = dict(terms)
        for name in chosen:
            scoped = terms[name].get("@context") if isinstance(terms[name], Mapping) else None
            known = {k: v for k, v in known.items() if not k[0].isupper()} | (scoped or {})
        names = [k for k in known if k[0] not in "@" and k not in ("id", "type")]
        for name in self.pick.sample(names, min(len(names), self.pick.randint(0, 5))):
            node[name] = self.values(known[name])
        if self.odd():
            node[self.pick.choice(ODD_KEYS)] = self.value({})
        if self.odd():
            node["type"] = self.pick.choice([*terms, *IRIS, *BAD_IRIS])
        if self.pick.random() < 0.05:
            node["@context"] = self.pick.choice(USUAL)
        self.depth -= 1
        members = list(node.items())
        self.pick.shuffle(members)
        return dict(members)

    def values(self, definition: Any) -> Any:
        count = self.pick.choice([1, 1, 1, 1, 1, 0, 2, 3])
        if count == 1 and self.pick.random() < 0.7:
            return self.value(definition)
        values = [self.value(definition) for _ in range(count)]
        return [*values, *values[:1]] if self.pick.random() < 0.1 else values

    def value(self, definition: Any) -> Any:
        coercion = definition.get("@type") if isinstance(definition, Mapping) else None
        if self.odd():
            return self.pick.choice([None, [], {}, [[]], self.native(), self.value_object()])
        if self.depth < 5 and self.pick.random() < (0.6 if coercion == "@id" else 0.25):
            return self.node()
        if coercion == "@id":
            return self.iri()
        if coercion == "@vocab":
            return self.pick.choice(["assertionMethod", "authentication", self.iri()])
        if coercion == "@json":
            return self.pick.choice([{"b": [1, None, "é"], "a": 2.5}, "x", 7, [], {"€": {"z": ""}}])
        if self.pick.random() < 0.1:
            return self.value_object()
        return self.native() if self.pick.random() < 0.15 else self.pick.choice(TEXTS)

    def native(self) -> Any:
        return self.pick.choice(NUMBERS)

    def iri(self) -> str:
        if self.odd():
            return self.pick.choice(BAD_IRIS)
        return self.pick.choice(IRIS) + str(self.pick.choice(["", "/1", "/2"]))

    def value_object(self) -> dict[str, Any]:
        value: dict[str, Any] = {"@value": self.pick.choice([*TEXTS, *NUMBERS])}
        if self.pick.random() < 0.4:
            value["@language"] = self.pick.choice(["en", "es-MX", "DE", "no tag", ""])
            if self.pick.random() < 0.3:
                value["@direction"] = self.pick.choice(["ltr", "rtl", "up"])
        elif self.pick.random() < 0.5:
            value["@type"] = self.pick.choice(
                [
                    "http://www.w3.org/2001/XMLSchema#double",
                    "urn:t",
                    "xsd:date",
                    "@json",
                    "name",
                    "t",
                ]
            )
        return value
