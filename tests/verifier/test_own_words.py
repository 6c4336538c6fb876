"""Inline contexts: words of an issuer's own are read, and none that renames (D2, T1; JSON-LD 1.1,
section 4.1)."""

import json
from copy import deepcopy
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from licenses import V2
from own_words import OWN, WORDS, pinned_anyhow, signed, with_words
from world import BADGE, CONTEXTS, World

from contexts import BUNDLED, CanonicalizationError, canonicalize, inline
from contexts.inline import ADDRESS, MAX_BYTES, MAX_DEPTH, MAX_REMEMBERED, RenamesError
from verifier.report import Answer
from verifier.wording import printed

CASES = Path(__file__).parents[1] / "cases"
V1 = "https://www.w3.org/2018/credentials/v1"
CRED = "https://www.w3.org/2018/credentials#"
OB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
XSD = "http://www.w3.org/2001/XMLSchema#"
END = "2026-11-05T00:00:00Z"


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_words_of_its_own_are_read_and_shown(world, suite):
    document = with_words()
    report = world.verify(signed(world, document, suite), general=True)
    assert [report.authentic.code, report.current.code] == ["authentic", "current"]
    assert report.credential.document["@context"] == document["@context"]
    text = printed.as_text("license.json", report)
    assert "license.grade:" in text
    assert "Mathematics" in text
    assert ADDRESS not in json.dumps(printed.as_json(report))


def test_nobody_who_asks_for_badges_alone_reads_them(world):
    assert world.verify(signed(world, with_words())).authentic.code == "structure_inline_context"


@pytest.mark.parametrize("kind", ["OpenBadgeCredential", f"{OB}OpenBadgeCredential"])
def test_a_badge_defines_no_words_however_it_writes_its_type(world, kind):
    badge = deepcopy(BADGE) | {"type": ["VerifiableCredential", kind]}
    badge["issuer"] = {**BADGE["issuer"], "id": world.issuer.did}
    badge["@context"] = [*CONTEXTS, {"remark": "urn:x:remark"}]
    verdict = world.verify(signed(world, badge), general=True).authentic
    assert (verdict.answer, verdict.code) == (Answer.COULD_NOT_CHECK, "structure_inline_context")


@pytest.mark.parametrize("change", ["grade", "License", "drop", "more"])
def test_a_changed_context_changes_what_was_signed(world, change):
    document = signed(world, with_words())
    words = document["@context"][1] = deepcopy(WORDS)
    scoped = words["License"]["@context"]
    if change == "grade":
        scoped["grade"] = "ex:another"
    elif change == "License":
        words["License"]["@id"] = "ex:Another"
    elif change == "drop":
        del scoped["grade"]
    else:
        document["credentialSubject"]["license"]["more"] = "x"
        scoped["more"] = "ex:more"
    assert world.verify(document, general=True).authentic.answer is not Answer.YES


@pytest.mark.parametrize("contexts", [{}, WORDS, [[WORDS]], [{}], [None], 7, None, "x"])
def test_contexts_in_no_list_or_of_no_kind_are_not_read(world, contexts):
    document = signed(world, with_words()) | {"@context": contexts}
    assert world.verify(document, general=True).authentic.answer is not Answer.YES


def test_the_known_attack_stays_refused(world):
    """The same statements with `validUntil` under another name: the original has ended."""
    original = world.verify((CASES / "general/alias-original.json").read_bytes(), general=True)
    assert original.current.code in ("expired", "proof_from_the_future")
    attack = (CASES / "general/alias-hides-validUntil.json").read_bytes()
    hidden = world.verify(attack, general=True)
    assert hidden.authentic.code == "structure_inline_context"


def dated(iri, **more):
    return {"@id": iri, "@type": f"{XSD}dateTime", **more}


def deep(levels):
    """A context in which words have contexts with words that have contexts."""
    name = f"w{levels}"
    return {name: {"@id": f"urn:x:{name}", "@context": deep(levels - 1) if levels else {}}}


def scoped(name, context):
    """A word or type that brings a context of its own."""
    return {name: {"@id": f"urn:x:{name}", "@context": context}}


def typed(kind):
    return {"type": ["VerifiableCredential", kind]}


def about(**claims):
    return {"credentialSubject": {"id": "urn:x:s", **claims}}


LATE = {"validUntil": END}
ATTACKS = {
    # a term of the standards under another name
    "an alias of validUntil": ({"v": dated(f"{CRED}validUntil")}, {"v": END}),
    "an alias by a prefix": (
        {"c": CRED, "v": dated("c:validUntil")}, {"v": END},
    ),
    "an alias by two prefixes": (
        {"w": "https://www.w3.org/", "c": "w:2018/credentials#", "v": dated("c:validUntil")},
        {"v": END},
    ),
    "an alias by a prefix of the standards": (
        {"v": dated("cred:validUntil"), "cred": CRED}, {"v": END},
    ),
    "an alias by a prefix that is not its own": ({"v": dated("cred:validUntil")}, {"v": END}),
    "an alias of credentialStatus": (
        {"s": {"@id": f"{CRED}credentialStatus", "@type": "@id"}},
        {"s": {"id": "urn:x:s", "type": "BitstringStatusListEntry"}},
    ),
    "an alias of name": ({"fullName": "https://schema.org/name"}, {"fullName": "Robin"}),
    "an alias of a type": ({"Badge": f"{OB}OpenBadgeCredential"}, {"type": [
        "VerifiableCredential", "Badge"]}),
    "a compact address for a key": ({"c": CRED}, {"c:validUntil": END}),
    "a prefix that is no end": (
        {"c": f"{CRED}valid", "v": dated("c:Until")}, {"v": END},
    ),
    "a prefix that was declared one": (
        {"c": {"@id": f"{CRED}valid", "@prefix": True}, "v": dated("c:Until")}, {"v": END},
    ),
    "a vocabulary": ({"@vocab": f"{CRED}valid"}, {"Until": END}),
    "a vocabulary of its own": ({"@vocab": "https://board.example/#"}, {"anything": "x"}),
    "a base": ({"@base": "https://board.example/"}, {"id": "1"}),
    "a default language": ({"@language": "es"}, {}),
    "a default direction": ({"@direction": "rtl"}, {}),
    "an imported context": ({"@import": V1}, {}),
    "a context that goes no deeper": ({"@propagate": False, "remark": "urn:x:r"}, {"remark": "x"}),
    # a term of the standards that means something else
    "validUntil means something else": ({"validUntil": "urn:x:until"}, LATE),
    "validUntil means nothing": ({"validUntil": None}, LATE),
    "validUntil in capitals": ({"ValidUntil": "urn:x:until"}, {"ValidUntil": END}),
    "validUntil with a foreign letter": ({"valіdUntil": "urn:x:until"}, {"valіdUntil": END}),
    "validUntil with a space": ({"validUntil ": "urn:x:until"}, {"validUntil ": END}),
    "another begin in a type": (
        {"L": {"@id": "urn:x:L", "@context": {"validFrom": "urn:x:from"}}},
        {"credentialSubject": {"id": "urn:x", "type": "L", "validFrom": END}},
    ),
    "the status has a scope": (
        {"credentialStatus": {"@id": f"{CRED}credentialStatus", "@type": "@id", "@context": {}}},
        {},
    ),
    "protection is lifted": ({"@protected": False, "remark": "urn:x:r"}, {"remark": "x"}),
    "protection of a word is lifted": (
        {"remark": {"@id": "urn:x:r", "@protected": False}}, {"remark": "x"},
    ),
    "all that holds is taken back": (None, {}),
    # keywords by other names
    "an alias of @id": ({"it": "@id"}, {}),
    "an alias of @type": ({"kind": {"@id": "@type"}}, {}),
    "an alias of @value": ({"v": "@value"}, {"name": {"v": "Robin"}}),
    "an alias of @graph": ({"g": "@graph"}, {"g": [{"validUntil": END}]}),
    "an alias of @included": ({"more": "@included"}, {"more": [{"id": "urn:x:o"}]}),
    "an alias of @nest": ({"box": "@nest"}, {"box": LATE}),
    "an alias of @reverse": ({"of": "@reverse"}, {"of": {"issuer": {"id": "urn:x:o"}}}),
    "an alias of @context": ({"words": "@context"}, {}),
    "id is another keyword": ({"id": "@type"}, {}),
    # words that are read otherwise than they are written
    "a nested word": ({"r": {"@id": "urn:x:r", "@nest": "box"}}, {"box": {"r": "x"}}),
    "a reverse word": (
        {"r": {"@reverse": f"{CRED}issuer", "@type": "@id"}}, {"r": {"id": "urn:x:o"}},
    ),
    "a word of JSON": ({"r": {"@id": "urn:x:r", "@type": "@json"}}, {"r": LATE}),
    "a map by language": ({"r": {"@id": "urn:x:r", "@container": "@language"}}, {"r": {"en": "x"}}),
    "a map by id": ({"r": {"@id": "urn:x:r", "@container": "@id"}}, {"r": {"urn:x:1": LATE}}),
    "a map by index": ({"r": {"@id": "urn:x:r", "@container": "@index"}}, {"r": {"a": "x"}}),
    "a graph": ({"r": {"@id": "urn:x:r", "@container": "@graph"}}, {"r": {"id": "urn:x"}}),
    "words of a vocabulary": ({"r": {"@id": "urn:x:r", "@type": "@vocab"}}, {"r": "validUntil"}),
    "a language of the word": ({"r": {"@id": "urn:x:r", "@language": "es"}}, {"r": "x"}),
    # one thing by two names, two things by one
    "two names of one thing": ({"passed": "urn:x:g", "failed": "urn:x:g"}, {"passed": "7-12"}),
    "two meanings of one name": (
        {"grade": "urn:x:a", "L": {"@id": "urn:x:L", "@context": {"grade": "urn:x:b"}}},
        {"grade": "x"},
    ),
    "two kinds of one name": (
        {"on": "urn:x:on", "L": {"@id": "urn:x:L", "@context": {"on": dated("urn:x:on")}}},
        {"on": "x"},
    ),
    "a scheme as a prefix": ({"did": "https://evil.example/"}, {}),
    "a word without an address": ({"remark": "remark"}, {"remark": "x"}),
    "a word at a blank node": ({"remark": "_:b0"}, {"remark": "x"}),
    "contexts one in another, too deep": (deep(MAX_DEPTH + 1), {}),
    "an address in the place of the scope": (
        {"L": {"@id": "urn:x:L", "@context": "https://www.w3.org/ns/credentials/v2"}}, {},
    ),
    # what a type or a word brings with it
    "a type renames the end": (
        scoped("L2", {"validUntil": "urn:x:until"}), {**typed("L2"), **LATE},
    ),
    "a type takes the end away": (scoped("L2", {"validUntil": None}), {**typed("L2"), **LATE}),
    "a type takes all back": (scoped("L2", None), typed("L2")),
    "a type brings several contexts": (scoped("L2", [{"remark": "urn:x:r"}]), typed("L2")),
    "a word lifts protection inside it": (
        scoped("more", {"@protected": False, "name": "urn:x:n"}), about(more={"name": "Robin"}),
    ),
    "a word renames inside it": (
        scoped("more", {"name": "urn:x:n"}), about(more={"name": "Robin"}),
    ),
    "a word brings a vocabulary": (scoped("more", {"@vocab": CRED}), about(more={"x": "y"})),
    "a word brings a language": (scoped("more", {"@language": "es"}), about(more={"name": "y"})),
    "a word whose words go no deeper": (
        scoped("more", {"@propagate": False, "r": "urn:x:r"}), about(more={"r": "x"}),
    ),
    "a later context renames a word": ({"License": "urn:x:License"}, {}),
    "the subject has a scope": (
        {"credentialSubject": {"@id": f"{CRED}credentialSubject", "@context": {}}}, {},
    ),
    # definitions that are none, or that read a value otherwise
    "a word that means nothing": ({"r": None}, about(r="x")),
    "a word at no address": ({"r": {"@id": None}}, about(r="x")),
    "a word that is false": ({"r": False}, {}),
    "a word that is a number": ({"r": 5}, {}),
    "a word without a name": ({"": "urn:x:r"}, {}),
    "a word of the kind none": ({"r": {"@id": "urn:x:r", "@type": "@none"}}, about(r="x")),
    "a map by type": ({"r": {"@id": "urn:x:r", "@container": "@type"}}, about(r={"urn:x:T": {}})),
    "a graph by id": (
        {"r": {"@id": "urn:x:r", "@container": ["@graph", "@id"]}}, about(r={"urn:x:1": LATE}),
    ),
    "a map by a member": (
        {"r": {"@id": "urn:x:r", "@container": "@index", "@index": "urn:x:k"}}, about(r={"a": {}}),
    ),
    "a prefix that says so": ({"c": {"@id": "urn:x:", "@prefix": True}}, {}),
    "a prefix of the words of badges": ({"c": OB}, typed("c:OpenBadgeCredential")),
    "an older version": ({"@version": 1.0, "r": "urn:x:r"}, about(r="x")),
    "too many words": ({f"w{n}": f"urn:x:{'y' * 60}{n}" for n in range(MAX_BYTES // 60)}, {}),
}  # fmt: skip


FOR_THE_GATE = ("a compact address for a key", "all that holds is taken back")
"""What is no matter of an object in `@context`."""


def attacked(name):
    context, changes = ATTACKS[name]
    return with_words(WORDS, context, **changes)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_context_that_renames_is_not_read(world, name):
    """Whether the issuer signed it so or somebody wrote it so: nobody is told what it says."""
    document = attacked(name)
    try:
        whole = signed(world, document)
    except (CanonicalizationError, ValueError):
        whole = signed(world, with_words()) | {"@context": document["@context"]}
    report = world.verify(whole, general=True)
    assert report.authentic.answer is not Answer.YES
    assert report.credential is None
    if name not in FOR_THE_GATE:
        with pytest.raises(RenamesError):
            inline.pin(document, BUNDLED)


OTHERWISE = {
    "nodes beside it": {"@included": [{"id": "urn:uuid:1", "validUntil": END}]},
    "a graph of it": {"@graph": [{"id": "urn:uuid:1", "validUntil": END}]},
    "a member turned round": about(**{"@reverse": {"remark": "urn:uuid:1"}}),
    "a set as an object": about(remark={"@set": ["x"]}),
    "a list as an object": about(remark={"@list": ["x"]}),
    "JSON as a value": about(remark={"@value": LATE, "@type": "@json"}),
    "a text as JSON": about(remark={"@value": "x", "@type": "@json"}),
    "a value with an index": about(remark={"@value": "x", "@index": "y"}),
    "a value of nothing": about(remark={"@value": None}),
    "a node without a name": {"credentialSubject": {"id": "_:b0", "remark": "x"}},
    "nodes without a name that are one": about(
        license={"id": "_:b0", "grade": "A"}, remark={"id": "_:b0"}),
    "the subject is the credential": {"credentialSubject": {"id": "urn:uuid:1", "remark": "x"}},
    "contexts in contexts": {"@context": [V2, [[WORDS]]]},
    "its words before those of the standard": {"@context": [WORDS, V2]},
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_is_not_plainly_written_is_not_read(world, name):
    """Whoever may write so, its issuer or somebody later (JSON-LD 1.1, section 9)."""
    document = with_words(WORDS, {"remark": "urn:x:remark"}) | OTHERWISE[name]
    try:
        whole = signed(world, document)
    except (CanonicalizationError, ValueError):
        whole = signed(world, with_words(WORDS, {"remark": "urn:x:remark"})) | OTHERWISE[name]
    report = world.verify(whole, general=True)
    assert report.authentic.answer is not Answer.YES
    assert report.credential is None


DETAILS = {
    "a word": ({"remark": {"@id": "urn:x:r", "@nest": "box"}}, "remark"),
    "a word of the standards": ({"validUntil": "urn:x:until"}, "validUntil"),
    "a word with an odd container": ({"r": {"@id": "urn:x:r", "@container": "@id"}}, "r"),
    "a word of an odd kind": ({"r": {"@id": "urn:x:r", "@type": 7}}, "r"),
    "two meanings": ({"a": "urn:x:a", "L": {"@id": "urn:x:L", "@context": {"a": "urn:x:b"}}}, "a"),
    "two names": ({"a": "urn:x:a", "b": "urn:x:a"}, "b"),
    "a scope": ({"L": {"@id": "urn:x:L", "@context": V1}}, "L"),
    "a keyword": ({"@base": "https://board.example/"}, "@base"),
    "a keyword of another value": ({"@protected": 1}, "@protected"),
    "a keyword of an older version": ({"@version": 1.0}, "@version"),
    "an address": ({"remark": "no address at all"}, "no address at all"),
    "a long address": ({"remark": "x" * 100}, "x" * 80),
    "a prefix": ({"c": "urn:x:valid", "v": "c:Until"}, "c:Until"),
    "a long prefix": ({"c": "urn:x:valid", "v": f"c:{'U' * 100}"}, f"c:{'U' * 78}"),
    "depth": (deep(MAX_DEPTH), "contexts within contexts"),
    "an address of ours": (f"{ADDRESS}{'0' * 100}", f"{ADDRESS}{'0' * 69}"),
}


@pytest.mark.parametrize("name", DETAILS)
def test_what_renames_is_named(name):
    context, detail = DETAILS[name]
    with pytest.raises(RenamesError) as refused:
        inline.pin(with_words(context), BUNDLED)
    assert refused.value.detail == detail


KEPT = {
    "its version": {"@version": 1.1, "remark": "urn:x:r"},
    "as deep as can be": deep(MAX_DEPTH - 1),
    "a word in a set": {"r": {"@id": "urn:x:r", "@container": "@set", "@protected": True}},
    "a long prefix that ends": {"c": "https://x.example/a?", "v": "c:Until"},
}


@pytest.mark.parametrize("name", KEPT)
def test_what_only_adds_words_is_pinned(name):
    document = with_words(KEPT[name])
    pinned, contexts = inline.pin(document, BUNDLED)
    assert inline.as_written(pinned, contexts) == document


def test_the_same_words_in_another_order_have_one_address():
    turned = dict(reversed(WORDS.items()))
    (_, one), (_, other) = (
        inline.pin(with_words(words), BUNDLED)[0]["@context"] for words in (WORDS, turned)
    )
    assert one == other
    assert one.startswith(ADDRESS)


def places(document):
    """Yield every place of the document where a context may stand that should not."""
    yield "in the subject", document["credentialSubject"]
    yield "in a node", document["credentialSubject"]["license"]
    yield "in a profile", document["issuer"]


@pytest.mark.parametrize("place", range(3))
def test_no_words_are_defined_further_in(world, place):
    """The statements stay the same, and so does the signature."""
    document = signed(world, with_words())
    _, node = [*places(document)][place]
    node["@context"] = {"remark": "urn:x:remark"}
    report = world.verify(document, general=True)
    assert report.authentic.answer is Answer.COULD_NOT_CHECK


def test_no_words_are_defined_in_a_credential_inside(world, monkeypatch):
    """Its own report says so, and the one around it does not rest on them."""
    inner = signed(world, with_words({"remark": "urn:x:r"}, id="urn:x:2", type=[
        "VerifiableCredential"], credentialSubject={"id": "urn:x:s", "remark": "x"}))  # fmt: skip
    outer = with_words(CONTEXTS[1], WORDS, endorsement=[inner])
    with monkeypatch.context() as patched:
        patched.setattr(inline, "_WITHIN", {"endorsement", "proof"})
        whole = signed(world, outer)
    assert world.verify(whole, general=True).authentic.code == "structure_inline_context"


def test_the_address_of_a_hash_is_no_context_to_name(world):
    """Only what stands in the document itself is read under it."""
    pinned, _ = inline.pin(with_words(), BUNDLED)
    document = signed(world, with_words()) | {"@context": pinned["@context"]}
    report = world.verify(document, general=True)
    assert report.authentic.answer is Answer.COULD_NOT_CHECK
    with pytest.raises(RenamesError):
        inline.pin(with_words(WORDS, pinned["@context"][1]), BUNDLED)


def test_a_word_may_be_said_again_as_the_standards_say_it(world):
    """Libraries add `name` to data model 1.1, which leaves it out."""
    document = with_words(WORDS, {"name": "https://schema.org/name"})
    assert inline.pin(document, BUNDLED)


@pytest.mark.parametrize(
    ("words", "document"),
    [
        ({"a": "urn:x:a", "b": "urn:x:b"}, {"a": "x", "b": 7}),
        ({"ex": "https://x.example/#", "a": "ex:a", "B": "ex:B"}, {"a": "x"}),
        ({"ex": {"@id": "https://x.example/#"}, "a": {"@id": "ex:a", "@container": "@list"}},
         {"a": ["x", "y"]}),
        ({"id": "@id", "type": "@type", **WORDS}, OWN["license"]),
    ],
)  # fmt: skip
def test_what_is_pinned_states_what_the_reference_reads(words, document):
    """PyLD, given the inline context as it stands, makes the same statements."""
    from pyld import jsonld

    whole = {"@context": [words], **({} if "id" in document else {"@id": "urn:x:it"}), **document}
    loaded = jsonld.normalize(whole, {"algorithm": "URDNA2015", "format": "application/n-quads"})
    pinned, contexts = inline.pin(whole, BUNDLED)
    assert canonicalize(pinned, contexts=contexts).decode() == loaded
    assert inline.as_written(pinned, contexts) == whole


def test_sets_of_contexts_are_kept_for_a_while():
    first = inline.pin(with_words(), BUNDLED)[1]
    assert inline.pin(with_words(), BUNDLED)[1] is first
    for number in range(MAX_REMEMBERED + 1):
        inline.pin(with_words({"a": f"urn:x:{number}"}), BUNDLED)
    assert inline.pin(with_words(), BUNDLED)[1] is not first
    assert MAX_DEPTH == 4


WORLD = World()
SOUND = signed(WORLD, with_words())


def text_and_answers(document):
    report = WORLD.verify(document, general=True)
    return (
        printed.as_text("it", report, details=True),
        [verdict.answer for verdict in report.verdicts().values()],
    )


def moved(document, old, new):
    """Write a member of the license under another name."""
    held = document["credentialSubject"]["license"]
    if old in held:
        held[new] = held.pop(old)


REWRITES = {
    "an alias": lambda d: (d["@context"].append({"note": "https://board.example/terms#grade"}),
                           moved(d, "grade", "note")),
    "another prefix": lambda d: d["@context"].append({"bo": "https://board.example/terms#"}),
    "words in another order": lambda d: d["@context"].__setitem__(
        1, dict(reversed(d["@context"][1].items()))),
    "words in two contexts": lambda d: d["@context"].__setitem__(
        slice(1, 2), [{"ex": WORDS["ex"]}, WORDS]),
    "words twice": lambda d: d["@context"].append(WORDS),
    "a word that is not used": lambda d: d["@context"].append({"unused": "urn:x:unused"}),
    "the whole address": lambda d: d["@context"][1].__setitem__(
        "LicenseCredential", "https://board.example/terms#LicenseCredential"),
    "the type by its address": lambda d: d["type"].__setitem__(
        1, "https://board.example/terms#LicenseCredential"),
    "the type by a prefix": lambda d: d["type"].__setitem__(1, "ex:LicenseCredential"),
    "a set in another order": lambda d: d["credentialSubject"]["license"]["subjects"].reverse(),
    "a value twice": lambda d: d["credentialSubject"]["license"].__setitem__(
        "grade", ["7-12", "7-12"]),
    "a value object": lambda d: d["credentialSubject"]["license"].__setitem__(
        "grade", {"@value": "7-12"}),
    "a typed value": lambda d: d["credentialSubject"]["license"].__setitem__(
        "granted", {"@value": "2026-01-01", "@type": f"{XSD}date"}),
    "a key by its address": lambda d: moved(d, "grade", "https://board.example/terms#grade"),
    "a key by a prefix": lambda d: moved(d, "grade", "ex:grade"),
    "null beside": lambda d: d.__setitem__("description", None),
    "an empty list beside": lambda d: d.__setitem__("evidence", []),
    "another vocabulary": lambda d: d["@context"].append({"@vocab": "https://board.example/terms#"}),
    "a map of one": lambda d: d["@context"].append(
        {"box": "@nest"}) or d["credentialSubject"].__setitem__("box", {}),
    "the license in pieces": lambda d: d["credentialSubject"].__setitem__("license", [
        {"id": OWN["license"]["id"], "type": "License", "grade": "7-12"},
        {n: v for n, v in OWN["license"].items() if n != "grade"}]),
}  # fmt: skip


@cache
def statements(text):
    try:
        document, contexts = pinned_anyhow(json.loads(text))
        unsigned = {name: value for name, value in document.items() if name != "proof"}
        return canonicalize(unsigned, contexts=contexts)
    except CanonicalizationError:
        return None


@pytest.mark.parametrize("ways", [*combinations(REWRITES, 1), *combinations(REWRITES, 2)])
def test_what_is_told_depends_on_the_statements_alone(ways):
    """The same statements written otherwise are told the same, or nothing in the report is yes."""
    document = deepcopy(SOUND)
    for way in ways:
        REWRITES[way](document)
    text, answers = text_and_answers(document)
    if statements(json.dumps(document)) != statements(json.dumps(SOUND)):
        assert answers[0] is not Answer.YES
    assert text == text_and_answers(SOUND)[0] or Answer.YES not in answers


def test_most_of_these_rewrites_are_told_the_same():
    same = []
    for way, rewrite in REWRITES.items():
        document = deepcopy(SOUND)
        rewrite(document)
        assert statements(json.dumps(document)) == statements(json.dumps(SOUND)), way
        same += [way] if text_and_answers(document)[0] == text_and_answers(SOUND)[0] else []
    assert len(same) >= 12, same
