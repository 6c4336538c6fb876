"""What each kind of member says, however it is written: the whole reading, by the walk for nearly
all documents (`plain`) and by the one that merges nodes (`merged`) alike."""

import hashlib
import json

import pytest

from contexts import BUNDLED, CanonicalizationError, inline, members, merged, plain
from contexts.canonicalize import initial_contexts
from contexts.errors import WorkLimitError
from contexts.members import Manner, NoOneReadingError
from contexts.merged import Merged
from contexts.plain import Pieces, Plain
from contexts.terms import Declined
from contexts.walk import MAX_DEPTH

XSD = "http://www.w3.org/2001/XMLSchema#"
WORDS = {
    "id": "@id", "type": "@type", "x": "urn:x:", "plain": "urn:x:plain", "tag": "urn:x:tag",
    "flag": {"@id": "urn:x:flag", "@type": f"{XSD}boolean"},
    "count": {"@id": "urn:x:count", "@type": f"{XSD}integer"},
    "day": {"@id": "urn:x:day", "@type": f"{XSD}date"},
    "link": {"@id": "urn:x:link", "@type": "@id"},
    "address": {"@id": "urn:x:address", "@type": "@id"},
    "word": {"@id": "urn:x:word", "@type": "@vocab"},
    "row": {"@id": "urn:x:row", "@container": "@list"},
    "raw": {"@id": "urn:x:raw", "@type": "@json"},
    "graph": {"@id": "urn:x:graph", "@container": "@graph"},
    "within": {"@id": "urn:x:within", "@type": "@id",
               "@context": {"inner": "urn:x:inner", "within": "urn:x:other"}},
    "box": {"@id": "urn:x:box", "@type": "@id",
            "@context": {"inner": "urn:x:inner", "named": "@id"}},
    "Kind": {"@id": "urn:x:Kind", "@context": {"own": "urn:x:own"}}, "Other": "urn:x:Other",
    "endorsement": {"@id": "urn:x:endorsement", "@type": "@id", "@container": "@graph"},
    "issuer": {"@id": "urn:x:issuer", "@type": "@id"},
    "one": "urn:x:same", "same": "urn:x:same", "single": "urn:x:single",
}  # fmt: skip
DATA = json.dumps({"@context": WORDS}).encode()
CONTEXTS = BUNDLED.pinned("urn:words", DATA, hashlib.sha256(DATA).hexdigest())
HOW = Manner(
    lists=frozenset({"tag"}), addresses=frozenset({"address"}), single=frozenset({"single"})
)
*_, INITIAL = initial_contexts({"@context": ["urn:words"]}, CONTEXTS)
ACTIVE = INITIAL.with_contexts(["urn:words"])


def by_plain(document):
    return Plain(document, ACTIVE, HOW).written


def by_merged(document):
    return Merged(document, ACTIVE, HOW).written()


def tongue(text, tag):
    return {"@value": text, "@language": tag}


SAYS = {"id": "urn:n", "plain": "a"}
WITHIN = {"id": "urn:e", "count": "1"}
BOTH = [
    ({"plain": "a"}, {"plain": "a"}),
    ({"plain": ["b", "a", None, "a"]}, {"plain": ["a", "b"]}),
    ({"plain": [True, 7, 1.5]}, {"plain": [True, 1.5, 7]}),
    ({"plain": 10**15}, {"plain": 1e15}),
    ({"plain": 1 - 10**15}, {"plain": 1 - 10**15}),
    ({"plain": {}}, {"plain": {}}),
    ({"flag": "true"}, {"flag": True}),
    ({"flag": False}, {"flag": False}),
    ({"flag": "1"}, {"flag": "1"}),
    ({"flag": 1}, {"flag": "1"}),
    ({"count": "12"}, {"count": 12}),
    ({"count": -5}, {"count": -5}),
    ({"count": "012"}, {"count": "012"}),
    ({"count": "1e3"}, {"count": "1e3"}),
    ({"count": 1.5}, {"count": 1.5}),
    ({"count": "1" + "0" * 15}, {"count": 1e15}),
    ({"day": "2026-01-01"}, {"day": "2026-01-01"}),
    ({"day": 2026}, {"day": "2026"}),
    ({"link": "urn:a"}, {"link": "urn:a"}),
    ({"link": {"id": "urn:a"}}, {"link": "urn:a"}),
    ({"link": "x:a"}, {"link": "urn:x:a"}),
    ({"link": 7}, {"link": 7}),
    ({"link": {}}, {"link": {}}),
    ({"link": {"plain": "a"}}, {"link": {"plain": "a"}}),
    ({"link": {"id": "urn:a", "plain": "b"}}, {"link": {"id": "urn:a", "plain": "b"}}),
    ({"link": ["urn:b", "urn:a"]}, {"link": ["urn:a", "urn:b"]}),
    (
        {"link": [{"id": "urn:b", "plain": "1"}, {"id": "urn:a", "plain": "2"}, {"plain": "0"}]},
        {"link": [{"id": "urn:a", "plain": "2"}, {"id": "urn:b", "plain": "1"}, {"plain": "0"}]},
    ),
    ({"link": [{"plain": "2"}, {"plain": "1"}]}, {"link": [{"plain": "1"}, {"plain": "2"}]}),
    ({"word": "Other"}, {"word": "urn:x:Other"}),
    ({"word": "urn:o"}, {"word": "urn:o"}),
    ({"row": ["b", "a", "b"]}, {"row": ["b", "a", "b"]}),
    ({"row": []}, {}),
    ({"row": "a"}, {"row": "a"}),
    ({"raw": {"b": [1, None]}}, {"raw": {"b": [1, None]}}),
    ({"address": "urn:a"}, {"address": "urn:a"}),
    ({"address": {"id": "urn:a"}}, {"address": "urn:a"}),
    ({"address": "urn:n", "link": SAYS}, {"address": "urn:n", "link": SAYS}),
    ({"within": {"inner": "a"}}, {"within": {"inner": "a"}}),
    ({"within": {"id": "urn:a"}}, {"within": "urn:a"}),
    ({"box": "urn:a"}, {"box": "urn:a"}),
    ({"box": {"@value": "a"}}, {"box": "a"}),
    ({"box": {"named": "urn:a"}}, {"box": "urn:a"}),
    ({"box": {"inner": "a"}}, {"box": {"inner": "a"}}),
    ({"box": {"id": "urn:a", "inner": "b"}}, {"box": {"id": "urn:a", "inner": "b"}}),
    ({"type": "Kind", "own": "a"}, {"type": ["Kind"], "own": "a"}),
    ({"type": ["Other", "Kind", "Other"]}, {"type": ["Kind", "Other"]}),
    (
        {"type": "Other", "link": {"type": "Kind", "own": "b"}},
        {"type": ["Other"], "link": {"type": ["Kind"], "own": "b"}},
    ),
    ({"single": ["a", "a"]}, {"single": "a"}),
    (
        {"single": [tongue("a", "EN"), tongue("b", "es")]},
        {"single": [tongue("a", "en"), tongue("b", "es")]},
    ),
    ({"tag": "a"}, {"tag": ["a"]}),
    ({"tag": ["b", "a"]}, {"tag": ["a", "b"]}),
    ({"plain": {"@value": "a"}}, {"plain": "a"}),
    ({"plain": {"@value": True}}, {"plain": True}),
    ({"plain": {"@value": "12", "@type": f"{XSD}integer"}}, {"plain": 12}),
    ({"plain": {"@value": "a", "@type": "Other"}}, {"plain": "a"}),
    ({"endorsement": "urn:a"}, {"endorsement": "urn:a"}),
    ({"endorsement": 7}, {"endorsement": 7}),
    (
        {"endorsement": {"id": "urn:e", "count": "1"}},
        {"endorsement": {"id": "urn:e", "count": "1"}},
    ),
    ({"issuer": {"plain": "\ud800"}}, {"issuer": {"plain": "\ud800"}}),
    ({"link": [{"id": "urn:n", "row": ["a"]}] * 2}, {"link": {"id": "urn:n", "row": "a"}}),
]


@pytest.mark.parametrize(("document", "expected"), BOTH, ids=map(str, range(len(BOTH))))
def test_both_walks_read_the_same(document, expected):
    for read in (by_plain, by_merged):
        assert repr(read(document)) == repr(expected)  # 1 is not True


def named_twice(**more):
    return {"issuer": {"id": "urn:i", "plain": "a"}, "link": "urn:i"} | more


PLAIN = {"id": "urn:i", "plain": "a"}
IN_PIECES = [
    (named_twice(), {"issuer": PLAIN, "link": PLAIN}),
    ({"address": {"id": "urn:a", "plain": "b"}}, {"address": "urn:a"}),
    ({"address": {"plain": "b"}}, {"address": {}}),
    ({"address": ["urn:a", {"id": "urn:a", "plain": "b"}]}, {"address": "urn:a"}),
    ({"type": None, "plain": "a"}, {"plain": "a"}),
    ({"endorsement": {"id": "urn:e"}}, {"endorsement": "urn:e"}),
    (
        {"id": "urn:d", "link": {"id": "urn:a", "link": "urn:d"}},
        {"id": "urn:d", "link": {"id": "urn:a", "link": {"id": "urn:d"}}},
    ),
    (
        {"link": [{"id": "urn:n", "row": ["b", "a"]}, {"id": "urn:n", "plain": "z"}]},
        {"link": {"id": "urn:n", "plain": "z", "row": ["b", "a"]}},
    ),
    (
        {"link": [{"id": "urn:n", "day": "1"}, {"id": "urn:n", "day": ["2", "1"], "tag": "t"}]},
        {"link": {"id": "urn:n", "day": ["1", "2"], "tag": ["t"]}},
    ),
]


@pytest.mark.parametrize(("document", "expected"), IN_PIECES)
def test_pieces_of_one_node_are_merged(document, expected):
    with pytest.raises(Pieces):
        by_plain(document)
    assert by_merged(document) == expected


VALUE = "an unusual value object"
REFUSED = [
    ({"nothing": 1}, Declined, "nothing"),
    ({"graph": {"plain": "a"}}, Declined, "graph"),
    ({"id": 7}, Declined, 'an "@id" value must be a string'),
    ({"link": "Other"}, Declined, "the id 'Other' is not defined by the contexts"),
    ({"within": "urn:a"}, Declined, "within"),
    ({"type": "Kind", "link": {"own": "b", "plain": "c"}}, Declined, "own"),
    ({"one": "a"}, Declined, "one"),
    ({"same": ["a"]}, Declined, "same"),
    ({"link": [["urn:a"]]}, Declined, "an unusual value"),
    ({"link": {"id": "urn:a", "@id": "urn:b"}}, Declined, "@id"),
    ({"single": ["a", "b"]}, NoOneReadingError, "single"),
    ({"single": [tongue("a", "en"), "b"]}, NoOneReadingError, "single"),
    ({"single": [tongue("a", "en"), tongue("b", "EN")]}, NoOneReadingError, "single"),
    ({"plain": {"@value": 7, "@language": "en"}}, Declined, VALUE),
    ({"plain": {"@value": "a", "@language": 7}}, Declined, VALUE),
    ({"plain": {"@value": "a", "@language": "en", "@type": "urn:t"}}, Declined, VALUE),
    ({"plain": {"@value": "a", "@direction": "ltr"}}, Declined, VALUE),
    ({"plain": {"@value": "a", "@type": 7}}, Declined, VALUE),
    ({"plain": {"@value": "a", "@type": "@json"}}, Declined, VALUE),
]


@pytest.mark.parametrize(("document", "error", "why"), REFUSED)
def test_what_has_no_reading_here_says_what_it_is(document, error, why):
    for read in (by_plain, by_merged):
        with pytest.raises(error) as caught:
            read(document)
        assert str(caught.value) == why


def test_what_is_no_json_is_declined():
    with pytest.raises(Declined, match=r"\Ano JSON, or half a character\Z"):
        by_plain({"issuer": {"plain": object()}})


@pytest.mark.parametrize("words", [7, ["Other", None]])
def test_a_type_that_is_no_word_is_declined(words):
    with pytest.raises(Declined) as caught:
        by_merged({"type": words})
    assert str(caught.value) == "a type that is no word"


def test_two_orders_of_one_list_have_no_one_reading():
    pieces = [{"id": "urn:n", "row": ["b", "a"]}, {"id": "urn:n", "row": ["a", "b"]}]
    with pytest.raises(NoOneReadingError, match=r"\Arow\Z"):
        by_merged({"link": pieces})


def nested(depth):
    node = {"plain": "a"}
    for _ in range(depth):
        node = {"link": node}
    return node


@pytest.mark.parametrize("read", [by_plain, by_merged])
def test_so_deep_and_no_deeper(read):
    assert read(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    with pytest.raises(Declined, match=r"\Adeeply nested\Z"):
        read(nested(MAX_DEPTH + 1))


def test_so_many_nodes_and_no_more(monkeypatch):
    document = {"plain": "a", "issuer": {"plain": "b", "link": {"plain": "c"}}, "link": "urn:b"}
    assert Plain(document, ACTIVE, HOW).size == 3
    assert Plain(document, ACTIVE, HOW).size == 3  # the issuer from memory
    for module in (plain, merged):
        monkeypatch.setattr(module, "MAX_NODES", 3)
    assert by_plain(document) == by_merged(document) == document
    for module in (plain, merged):
        monkeypatch.setattr(module, "MAX_NODES", 2)
    for read in (by_plain, by_merged):
        with pytest.raises(WorkLimitError, match=r"\Amore than 2 parts\Z"):
            read(document)


def test_an_issuer_of_many_is_remembered(monkeypatch):
    monkeypatch.setattr(plain, "_fragments", {})
    document = {"issuer": {"id": "urn:i", "plain": "b"}, "link": "urn:b"}
    once, again = (Plain(document, ACTIVE, HOW) for _ in range(2))
    assert once.written["issuer"] is again.written["issuer"]
    assert (once.names, once.referred) == (again.names, again.referred)
    monkeypatch.setattr(plain, "MAX_FRAGMENTS", 2)
    for number in range(2, 5):
        by_plain({"issuer": {"id": f"urn:{number}", "plain": "b"}})
        assert len(plain._fragments) == (1 if number == 3 else 2)
    monkeypatch.setattr(plain, "MAX_FRAGMENT_BYTES", 10)
    by_plain({"issuer": {"id": "urn:9", "plain": "b"}})
    assert len(plain._fragments) == 2


def test_what_is_said_inside_and_outside_is_compared_so_often_and_no_oftener(monkeypatch):
    inside = [{"id": f"urn:e:{number}", "link": SAYS} for number in range(3)]
    document = {"link": SAYS, "endorsement": inside}
    monkeypatch.setattr(plain, "MAX_COMPARED", 3)
    assert by_plain(document) == document
    monkeypatch.setattr(plain, "MAX_COMPARED", 2)
    with pytest.raises(Pieces):
        by_plain(document)


def test_what_is_said_inside_is_compared_in_so_many_parts_and_no_more(monkeypatch):
    whole = SAYS | {"link": {"plain": "b"}}
    document = {"link": whole, "endorsement": {"id": "urn:e", "link": whole}}
    monkeypatch.setattr(plain, "MAX_PARTS", 2)
    assert by_plain(document) == document
    monkeypatch.setattr(plain, "MAX_PARTS", 1)
    with pytest.raises(Pieces):
        by_plain(document)


def test_each_credential_inside_is_looked_at_wherever_it_stands():
    """An endorsement that an issuer holds hides none beside it."""
    other = {"id": "urn:e:1", "link": {"id": "urn:n", "plain": "another"}}
    held = {"id": "urn:i", "plain": "I", "endorsement": {"id": "urn:e:2", "plain": "b"}}
    assert by_plain({"issuer": held, "link": SAYS})
    for document in (
        {"issuer": held, "link": SAYS, "endorsement": other},
        {"issuer": held | {"endorsement": other}, "link": SAYS},
    ):
        with pytest.raises(Pieces):
            by_plain(document)


def test_an_endorsement_may_be_an_address():
    how = HOW._replace(addresses=frozenset({"endorsement"}))
    document = {"endorsement": "urn:n", "link": SAYS}
    assert Plain(document, ACTIVE, how).written == document


def test_every_name_that_a_context_defines_is_known_wherever_it_stands():
    """Also in the context of a term, and in a list of contexts."""
    scoped = {"@id": "urn:b", "@context": [{"c": "urn:c"}, "https://a.example/"]}
    context = {"@vocab": "urn:v", "a": "urn:a", "b": scoped, "d": {"@type": "@id"}, "e": None}
    assert [*inline._definitions([context, {"f": {"@id": 7}}, None])] == [
        ("a", "urn:a"), ("b", "urn:b"), ("c", "urn:c"), ("d", "d"),
    ]  # fmt: skip


def test_so_many_sets_of_own_words_are_remembered_and_no_more(monkeypatch):
    monkeypatch.setattr(inline, "_remembered", {})
    monkeypatch.setattr(inline, "MAX_REMEMBERED", 2)
    for number, remembered in enumerate([1, 2, 1]):
        inline.pin({"@context": [{"ours": f"urn:x:{number}"}]}, BUNDLED)
        assert len(inline._remembered) == remembered


def test_names_that_only_look_like_numbers_stay_texts():
    assert members._number("1E400", f"^^<{XSD}integer>") == "1E400"
    assert members._literal("yes", f"^^<{XSD}boolean>") == "yes"


def test_a_value_of_null_is_refused_before_it_is_read():
    with pytest.raises(CanonicalizationError):
        [*initial_contexts({"@context": ["urn:words"], "plain": {"@value": None}}, CONTEXTS)]
