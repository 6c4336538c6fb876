"""The JSON-LD 1.1 toRdf cases of W3C that the tables claim to read, each by the letter.

The other cases are declined, so PyLD reads them: other bases, blank nodes with names, language
maps, indexes, reverse properties and the like, which no listed context uses.
"""

import pytest
from nquads import quads
from published import vectors

from contexts.compile import Compiler
from contexts.frozen import FrozenContexts
from contexts.rdfc import canonical, rdfc10
from contexts.walk import Walk

CASES = vectors("w3c-to-rdf.json")


def pinned(value, contexts):
    """Return a copy in which each inline context has a URL, and add them to `contexts`."""
    if isinstance(value, list):
        return [pinned(item, contexts) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {name: pinned(item, contexts) for name, item in value.items() if name != "@context"}
    if "@context" not in value:
        return copy
    urls = []
    for entry in value["@context"] if isinstance(value["@context"], list) else [value["@context"]]:
        urls.append(f"urn:context:{len(contexts)}" if isinstance(entry, dict) else entry)
        contexts |= {urls[-1]: {"@context": entry}} if isinstance(entry, dict) else {}
    return {"@context": urls, **copy}


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("case", [pytest.param(vector, id=vector["id"]) for vector in CASES])
def test_a_published_case_makes_the_published_statements(case):
    contexts: dict[str, object] = {}
    document = pinned(case["input"], contexts)
    walk = Walk.of(document, Compiler(FrozenContexts(contexts)).initial())
    assert canonical(walk.statements, walk.quads, walk.blocks) == rdfc10(quads(case["output"]))
