"""What a process knows of issuers counts as long as the answers behind it are the same (T35)."""

import json
from collections import Counter
from copy import deepcopy
from itertools import count

import pytest
from planted import served
from world import NOW, Issuer, World

from contexts import BUNDLED
from verifier.batch.checker import Checker, Task
from verifier.batch.table import ApplicantFile
from verifier.fetching.cache import MAX_SECONDS, Cache
from verifier.fetching.fetch import FetchError
from verifier.pipeline.examine import World as Judging
from verifier.pipeline.memory import MAX_KEPT, Memory, RecordingFetch, RememberingWorld
from verifier.pipeline.pipeline import look_at

DOCUMENT = "https://district.example/.well-known/did.json"


@pytest.fixture
def judged(monkeypatch):
    """Count what is judged: by issuer, and lists."""
    counted = Counter()
    controller, status_list = Judging.controller, Judging.status_list
    monkeypatch.setattr(
        Judging,
        "controller",
        lambda self, issuer, *of: counted.update([issuer]) or controller(self, issuer, *of),
    )
    monkeypatch.setattr(
        Judging,
        "status_list",
        lambda self, body: counted.update(["list"]) or status_list(self, body),
    )
    return counted


def looking(world, memory=None, trust=()):
    """Return what looks at a badge again and again, and says what it asked."""
    memory = memory or Memory()
    memory.cache = Cache(count(step=MAX_SECONDS).__next__)  # time flies: no answer is kept
    data = json.dumps(world.issuer.sign(world.badge())).encode()

    def look():
        asking = RecordingFetch(memory, lambda: world.fetch)
        report = look_at(data, RememberingWorld(asking, NOW, trust, BUNDLED))
        return (report.authentic.code, report.current.code), asking.requests

    return look


def test_an_issuer_and_its_list_are_judged_once_and_written_down_each_time(world: World, judged):
    look = looking(world)
    first, second = look(), look()
    assert first == second
    assert first[0] == ("authentic", "current")
    assert [(url, kind) for url, kind, _ in first[1]] == [
        (DOCUMENT, "issuer"),
        (world.list_url, "status list"),
    ]
    assert judged == {world.issuer.did: 1, "list": 1}


def test_a_list_that_changed_is_judged_anew(world: World, judged):
    look = looking(world)
    before = look()
    world.publish_list({94567})
    after = look()
    assert after[0] == ("authentic", "revoked")
    assert before[1][0] == after[1][0], "the issuer's document is the same"
    assert before[1][1] != after[1][1]
    assert judged == {world.issuer.did: 1, "list": 2}


def test_keys_that_changed_are_judged_anew_for_credential_and_list_alike(world: World, judged):
    look = looking(world)
    look()
    world.publish_issuer(Issuer(world.issuer.did))
    assert look()[0] == ("signature_wrong", "not_authentic")
    world.publish_issuer(world.issuer)
    assert look()[0] == ("authentic", "current")
    assert judged[world.issuer.did] == 3


def test_an_issuer_that_answers_again_is_believed_again(world: World):
    look, document = looking(world), world.documents[DOCUMENT]
    world.documents[DOCUMENT] = FetchError("too_slow", DOCUMENT)
    assert look() == (("issuer_unreachable", "not_authentic"), ((DOCUMENT, "issuer", ""),))
    assert look()[0] == ("issuer_unreachable", "not_authentic")
    world.documents[DOCUMENT] = document
    assert look()[0] == ("authentic", "current")


def test_a_snapshot_that_stood_in_for_a_silent_site_does_not_for_one_that_was_not_asked(world):
    """T34: who has a stolen key can bring a limit about, and nothing known replaces an answer."""
    look, document = looking(world, trust=(world.trust_list(world.issuer),)), DOCUMENT
    original = world.documents[document]
    codes = []
    for code in ("too_slow", "too_many_fetches", "too_slow"):
        world.documents[document] = FetchError(code, document)
        (authentic, _), asked = look()
        codes.append(authentic)
        assert asked[0] == (DOCUMENT, "issuer", "")
    assert codes == ["authentic_by_snapshot", "issuer_not_asked", "authentic_by_snapshot"]
    world.documents[document] = original
    assert look()[0][0] == "authentic"


def test_a_list_that_was_no_good_while_its_signer_was_silent_is_good_afterwards(world: World):
    """What is found of a list rests on the answers of its signer, too."""
    signer = Issuer("did:web:lists.example")
    world.publish_issuer(signer)
    listed = {**world.list_document(set()), "issuer": signer.did}
    world.publish(world.list_url, signer.sign(listed))
    look, at = looking(world), "https://lists.example/.well-known/did.json"
    original = deepcopy(world.documents[at])
    world.documents[at] = FetchError("too_slow", at)
    assert look()[0][1] == "status_list_not_authentic"
    world.documents[at] = original
    assert look()[0][1] == "status_list_of_another"


def test_only_so_much_is_known(world: World):
    memory = Memory()
    memory.results |= {str(number): (None, {}) for number in range(MAX_KEPT)}
    looking(world, memory)()
    assert len(memory.results) == 2


def test_a_desk_asks_each_address_once_for_many(world: World, tmp_path, monkeypatch):
    for number in range(3):
        badge = world.issuer.sign(world.badge(id=f"https://district.example/{number}"))
        (tmp_path / f"{number}.json").write_text(json.dumps(badge))
    asked = Counter()

    class Counting:
        def __init__(self, inner):
            self.inner = inner

        def __call__(self, *args, **options):
            if args:
                asked[args[0]] += 1
                return self.inner(*args, **options)
            return self

    checker = Checker(Task(tmp_path, b"", (), Counting(served(world)), NOW))
    rows = [row for n in range(3) for row in checker.check(ApplicantFile(str(n), f"{n}.json"))]
    assert {row.facts["current"] for row in rows} == {"yes"}
    assert {len(row.asked) for row in rows} == {2}
    assert asked == {DOCUMENT: 1, world.list_url: 1}
