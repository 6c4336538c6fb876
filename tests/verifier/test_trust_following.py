"""Lists of others, kept: pinned to their signer, asked for again, never lost by a bad answer."""

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from signed_list import DISTRICT, LIST, OTHER, STATE, jcs, jwt
from world import NOW, Issuer

from verifier import __main__ as verifying
from verifier import clock
from verifier.fetching.fetch import FetchError
from verifier.options import web_options
from verifier.trust import TrustListError
from verifier.trust_lists import following, store
from verifier.trust_lists.following import LiveLists
from verifier.trust_lists.obtain import MAX_LIST_BYTES, MAX_REGISTRIES

URL = "https://state.example/lists/districts"
REGISTRY = "https://registry.example/registry.json"
LATER = NOW + timedelta(days=3)


@pytest.fixture(autouse=True)
def _published(world):
    world.publish_issuer(STATE)
    world.documents[URL] = jcs(LIST).encode()
    world.publish(
        REGISTRY,
        {
            "meta": {"updated": "2026-03-25T18:29:52+00:00"},
            "registry": {DISTRICT["id"]: {"name": "By the registry", "url": "https://d.example"}},
        },
    )


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "home" / "lists"


@pytest.fixture
def add(world, folder):
    return lambda url=URL, now=NOW, **options: following.add(
        folder, url, ask=lambda: world.fetch, now=now, **options
    )


@pytest.fixture
def use(world, folder):
    def use(now=LATER, ask=lambda: world.fetch):
        lists, notes = following.current_lists(folder, ask=ask, now=now)
        return lists, " ".join(notes)

    return use


def test_a_signed_list_is_kept_with_its_signer_and_used(add, use, folder):
    assert add().keeper == STATE.did
    assert [pin.signer for pin in store.subscriptions(folder)] == [STATE.did]
    (trust_list,), note = use(NOW)
    assert (trust_list.name, trust_list.keeper, trust_list.retrieved) == (
        "State Department",
        STATE.did,
        NOW,
    )
    assert note == ""


def test_a_list_is_asked_for_in_every_form_that_is_read(world, folder):
    asked = []

    def fetch(url, *, accept, max_bytes):
        asked.append((url, set(accept.split(", ")), max_bytes))
        return world.fetch(url, accept=accept, max_bytes=max_bytes)

    following.add(folder, URL, ask=lambda: fetch, now=NOW)
    (url, types, size) = asked[0]
    assert (url, size) == (URL, MAX_LIST_BYTES)
    assert {"application/vc", "application/vc+jwt", "application/json"} <= types


def test_lists_are_used_in_the_order_in_which_they_were_added(add, use):
    add()
    add(REGISTRY)
    assert [trust_list.name for trust_list in use(NOW)[0]] == [
        "State Department",
        "Issuer registry of registry.example",
    ]


def test_a_list_may_be_put_before_the_others(add, use):
    add()
    add(REGISTRY, first=True)
    assert [bool(trust_list.keeper) for trust_list in use(NOW)[0]] == [False, True]


def test_an_unsigned_list_may_not_name_a_keeper(world, add):
    plain = {"type": "MintmarkTrustList", "version": 1, "name": "Plain", "keeper": STATE.did}
    plain |= {"updated": "2026-11-01T00:00:00Z", "entries": [{"id": "did:x", "name": "N"}]}
    world.publish(REGISTRY, plain | {"retrieved": "2030-01-01T00:00:00Z"})
    trust_list = add(REGISTRY)
    assert (trust_list.keeper, trust_list.retrieved) == ("", NOW)


def test_an_old_list_that_nobody_signs_is_asked_for_again(world, add, use):
    add(REGISTRY)
    (trust_list,), note = use()
    assert (trust_list.retrieved, note) == (LATER, "")


def test_the_time_of_a_file_is_when_its_list_was_asked_for(world, add, use, folder):
    add()
    path = folder / store.subscriptions(folder)[0].file
    assert path.stat().st_mtime == NOW.timestamp()
    use(LATER)
    assert path.stat().st_mtime == LATER.timestamp()
    world.documents[URL] = FetchError("too_slow", URL)
    use(LATER + timedelta(days=2))
    assert path.stat().st_mtime == (LATER + timedelta(days=2)).timestamp()


def test_a_copy_without_its_day_is_of_unknown_age(add, use, run, folder):
    add()
    path = folder / store.subscriptions(folder)[0].file
    path.write_text(path.read_text().replace('"retrieved"', '"forgotten"'))
    assert "the copy of unknown age is used" in use(NOW, ask=None)[1]
    assert "of unknown age" in run("trust", "list").out


def test_a_name_in_any_script_is_kept_as_it_is(world, add, folder):
    world.documents[URL] = jcs(LIST | {"name": "Bezirk Süd 南"}).encode()
    assert add().name == "Bezirk Süd 南"
    assert "Süd 南" in (folder / store.subscriptions(folder)[0].file).read_text("utf-8")


def test_a_list_of_more_than_a_megabyte_is_kept(world, add):
    known = json.loads(world.documents[REGISTRY])
    known["registry"] |= {f"did:web:d{n}.example": {"name": "N" * 500} for n in range(3000)}
    world.publish(REGISTRY, known)
    assert len(add(REGISTRY).entries) == 3001


def test_a_young_list_is_not_asked_for_again(world, add, use):
    add()
    world.asked.clear()
    use(NOW + timedelta(days=1))
    assert world.asked == []


def test_an_old_list_is_asked_for_again(world, add, use, folder):
    add()
    changed = LIST | {"validFrom": "2026-11-20T00:00:00Z", "credentialSubject": [OTHER]}
    world.documents[URL] = jcs(changed).encode()
    (trust_list,), note = use()
    assert (list(trust_list.entries), trust_list.retrieved, note) == ([OTHER["id"]], LATER, "")
    assert list(store.stored_list(folder, store.subscriptions(folder)[0]).entries) == [OTHER["id"]]


def elsewhere(document=LIST):
    return Issuer("did:web:thief.example"), document | {"issuer": "did:web:thief.example"}


def of_a_thief(world):
    thief, document = elsewhere()
    world.publish_issuer(thief)
    return jcs(document, thief).encode()


BAD_ANSWERS = {
    "the site is down": (lambda w: FetchError("too_slow", URL), "could not be had"),
    "nothing there": (lambda w: b"", "no list that can be read"),
    "a web page": (lambda w: b"<html>Moved</html>", "no list that can be read"),
    "damaged": (lambda w: jcs(LIST).encode()[:-20], "cannot be read"),
    "not UTF-8": (lambda w: b"{\xff}", "cannot be read"),
    "changed after signing": (
        lambda w: jcs(LIST).replace("Example District", "Forged").encode(), "signature",
    ),
    "signed by somebody else": (of_a_thief, "signed by did:web:thief.example, not by did:web:sta"),
    "signed by nobody": (lambda w: w.documents[REGISTRY], "signed by nobody, not by did:web:state"),
    "out of date": (
        lambda w: jcs(LIST | {"validUntil": "2026-11-24T00:00:00Z"}).encode(), "not accepted",
    ),
    "older than the copy": (
        lambda w: jcs(LIST | {"validFrom": "2026-10-01T00:00:00Z"}).encode(), "older than the copy",
    ),
    "empty": (
        lambda w: jcs(LIST | {"credentialSubject": {"type": "RecognizedEntity"}}).encode(),
        "names no issuer",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "why"), BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
def test_the_last_good_copy_stays_and_is_used_and_that_is_said(world, add, use, answer, why):
    add()
    world.documents[URL] = answer(world)
    (trust_list,), note = use()
    assert list(trust_list.entries) == [DISTRICT["id"], OTHER["id"]]
    assert "the copy of 2026-11-22 is used" in note
    assert why in note


@pytest.mark.parametrize(("answer", "why"), BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
def test_nothing_of_a_bad_answer_is_written(world, add, use, folder, answer, why):
    add()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    world.documents[URL] = answer(world)
    use()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_list_that_could_not_be_had_is_left_in_peace_for_a_while(world, add, use):
    add()
    world.documents[URL] = FetchError("too_slow", URL)
    use()
    world.asked.clear()
    assert "a short while ago" in use(LATER + timedelta(minutes=14))[1]
    assert world.asked == []
    use(LATER + timedelta(minutes=15))
    assert world.asked == [URL]


def test_offline_the_copy_is_used_and_that_is_said(world, add, use):
    add()
    world.asked.clear()
    (trust_list,), note = use(ask=None)
    assert (len(trust_list.entries), world.asked) == (2, [])
    assert "the copy of 2026-11-22 is used; offline" in note


def test_a_folder_that_may_not_be_written_is_used_as_it_is(add, use, monkeypatch):
    add()

    def refuse(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(store.os, "utime", refuse)
    (trust_list,), note = use()
    assert (trust_list.retrieved, "Permission denied" in note) == (NOW, True)


def test_what_could_not_be_written_leaves_the_copy_and_nothing_beside_it(
    add, use, folder, monkeypatch
):
    add()

    def full(_self, _text, **_options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        assert "No space left" in use()[1]
    assert len(use(NOW)[0][0].entries) == 2
    assert {path.suffix for path in folder.iterdir()} == {".json"}


def test_an_entry_ends_with_its_list_even_in_a_copy(add, use):
    add()
    (trust_list,), _ = use(NOW + timedelta(days=400), ask=None)
    assert not trust_list.entries[DISTRICT["id"]].in_dates(NOW + timedelta(days=400))


def test_a_signer_may_be_asked_for_at_once(add, folder):
    with pytest.raises(TrustListError, match=r"not by did:web:other\.example"):
        add(signer="did:web:other.example")
    assert store.subscriptions(folder) == ()
    assert add(signer=STATE.did).keeper == STATE.did
    with pytest.raises(TrustListError, match=f"pinned to {STATE.did}: remove it first"):
        add(signer="did:web:other.example")


def test_a_list_added_again_is_asked_for_now_and_stays_pinned(world, add, folder):
    add()
    add(REGISTRY)
    world.documents[URL] = of_a_thief(world)
    with pytest.raises(
        TrustListError, match=r"signed by did:web:thief\.example.*the copy that is kept stays"
    ):
        add(now=LATER)
    world.documents[URL] = jwt(LIST).encode()
    assert add(now=LATER).retrieved == LATER
    assert [pin.url for pin in store.subscriptions(folder)] == [URL, REGISTRY]


@pytest.mark.parametrize("answer", [BAD_ANSWERS[name][0] for name in ("a web page", "empty")])
def test_what_is_no_sound_list_is_not_added(world, add, folder, answer):
    world.documents[URL] = answer(world)
    with pytest.raises(TrustListError):
        add()
    assert store.subscriptions(folder) == ()


@pytest.mark.parametrize("which", [URL, "1"])
def test_a_removed_list_is_gone(add, folder, use, which):
    add()
    add(REGISTRY)
    store.remove(folder, which)
    assert [trust_list.keeper for trust_list in use(NOW)[0]] == [""]
    assert len(list(folder.glob("*.json"))) == 2  # the index, and one list
    with pytest.raises(TrustListError, match="see: trust list"):
        store.remove(folder, URL)
    (folder / store.subscriptions(folder)[0].file).unlink()  # by hand
    store.remove(folder, REGISTRY)
    assert store.subscriptions(folder) == ()


def test_a_server_sees_what_is_added_refreshed_and_removed_while_it_runs(world, add, folder):
    now = [NOW]
    lists = LiveLists(folder, lambda: world.fetch, clock=lambda: now[0])
    assert (tuple(lists), len(lists)) == ((), 0)
    add()
    assert [trust_list.retrieved for trust_list in lists] == [NOW]
    now[0] = LATER
    assert lists[0].retrieved == LATER
    (folder / "lists.json").write_text("{")
    assert len(lists) == 1  # those it had last
    (folder / "lists.json").unlink()
    assert list(lists) == []


def test_a_list_is_read_again_only_when_its_file_has_changed(add, use, folder):
    add()
    assert use(NOW)[0][0] is use(NOW)[0][0]
    add(now=LATER)
    assert use(NOW)[0][0].retrieved == LATER


def test_a_server_that_finds_its_folder_damaged_goes_on_without_and_logs_it(folder, caplog):
    folder.mkdir(parents=True)
    (folder / "lists.json").write_text("{")
    assert list(LiveLists(folder, None)) == []
    assert "lists.json cannot be read" in caplog.text


@pytest.mark.parametrize("index", ["{", '[{"url": "x"}]', "7"])
def test_a_damaged_folder_is_named_with_the_remedy(add, folder, use, index):
    add()
    (folder / "lists.json").write_text(index)
    with pytest.raises(TrustListError, match=r"lists\.json cannot be read .*: remove it"):
        use()


def test_a_damaged_copy_is_named_with_the_remedy(add, folder, use):
    add()
    (folder / store.subscriptions(folder)[0].file).write_text("{")
    with pytest.raises(TrustListError, match=f"cannot be read .* trust remove {URL}, then add"):
        use()
    store.remove(folder, URL)
    assert add().keeper == STATE.did


@pytest.mark.parametrize(
    ("environ", "place"),
    [
        ({"MINTMARK_VERIFY_HOME": "/a", "XDG_DATA_HOME": "/b"}, "/a"),
        ({"XDG_DATA_HOME": "/b"}, "/b/mintmark-verify"),
        ({"XDG_DATA_HOME": "x", "HOME": "/home/j"}, "/home/j/.local/share/mintmark-verify"),
        ({}, "/.local/share/mintmark-verify"),
    ],
)
def test_lists_lie_where_the_data_of_a_user_lies(environ, place):
    assert store.default_folder(environ) == Path(place)


# the command


@pytest.fixture
def run(world, folder, monkeypatch, capsys):
    """Run the command in the world; return exit status, output and errors."""
    monkeypatch.setenv("MINTMARK_VERIFY_HOME", str(folder))
    monkeypatch.setattr(web_options, "WebFetch", lambda **options: world.fetch)
    monkeypatch.setattr(clock, "now", lambda: NOW)

    def run(*arguments):
        status = verifying.main([*map(str, arguments)])
        return SimpleNamespace(status=status, **capsys.readouterr()._asdict())

    return run


def test_the_signer_is_shown_when_a_list_is_added_and_whenever_lists_are_shown(run):
    added = run("trust", "add", URL)
    assert added.status == 0
    for text in (added.out, run("trust", "list").out):
        assert "“State Department”, signed by did:web:state.example, and pinned to" in text
        assert "issuers: 2, as of 2026-11-01, had less than an hour ago" in text


def test_of_an_unsigned_list_is_said_who_controls_it(run):
    assert "signed by nobody: whoever controls registry.example controls it" in (
        run("trust", "add", REGISTRY).out
    )


def test_a_kept_list_recognizes_where_none_is_given(run, world, tmp_path):
    badge = tmp_path / "badge.json"
    badge.write_text(json.dumps(world.issuer.sign(world.badge())))
    assert "no list of issuers" in run(badge).out.lower()
    run("trust", "add", URL)
    ended = run(badge, "--json")
    assert json.loads(ended.out)["verdicts"]["recognized"]["params"]["list"] == "State Department"
    assert ended.status == 0
    run("trust", "remove", "1")
    assert json.loads(run(badge, "--json").out)["verdicts"]["recognized"]["code"] == "no_trust_list"


def test_a_given_list_stands_for_those_that_are_kept(run, world, tmp_path):
    badge, list_file = tmp_path / "badge.json", tmp_path / "given.json"
    badge.write_text(json.dumps(world.issuer.sign(world.badge())))
    empty = {"type": "MintmarkTrustList", "version": 1, "name": "Given", "entries": []}
    list_file.write_text(json.dumps(empty | {"updated": "2026-11-01T00:00:00Z"}))
    run("trust", "add", URL)
    ended = run(badge, "--trust", list_file, "--json")
    assert json.loads(ended.out)["verdicts"]["recognized"]["code"] == "not_listed"
    assert ended.status == 1


def test_an_address_where_a_file_belongs_says_how_to_keep_the_list(run, tmp_path):
    ended = run(tmp_path / "badge.json", "--trust", URL)
    assert ended.status == 2
    assert f"mintmark-verify trust add {URL}" in ended.err


def test_that_a_copy_was_used_stands_in_the_report_and_beside_it(run, add, world, tmp_path):
    badge = tmp_path / "badge.json"
    badge.write_text(json.dumps(world.issuer.sign(world.badge())))
    add(now=NOW - timedelta(days=5))
    world.documents[URL] = FetchError("too_slow", URL)
    ended = run(badge)
    assert "a copy of the list saved on November 17, 2026" in " ".join(ended.out.split())
    assert "the copy of 2026-11-17 is used" in ended.err
    assert ended.status == 0


def test_a_damaged_list_ends_a_check_as_wrong_usage(run, add, folder, tmp_path):
    add()
    (folder / "lists.json").write_text("{")
    ended = run(tmp_path / "badge.json")
    assert ended.status == 2
    assert "lists.json cannot be read" in ended.err


def test_a_list_that_is_not_taken_ends_with_1(run, world):
    world.documents[URL] = b"<html>"
    ended = run("trust", "add", URL)
    assert (ended.status, ended.out) == (1, "")
    assert "no list that can be read" in ended.err
    assert run("trust", "remove", "7").status == 1


def test_a_list_of_registries_is_kept_in_its_order_as_far_as_its_kinds_are_read(run, world):
    world.publish(
        "https://dcc.example/known.json",
        [
            {"type": "dcc-legacy", "name": "One", "url": REGISTRY},
            {"type": "oidf", "name": "Two", "trustAnchorEC": "https://x.example"},
            {"type": "dcc-legacy", "name": "Gone", "url": "https://gone.example/r.json"},
            "no registry",
        ],
    )
    text = run("trust", "add", "https://dcc.example/known.json").out
    assert "Issuer registry of registry.example" in text
    assert "registries of the kind oidf are not read here" in text
    assert "not kept: https://gone.example/r.json" in text
    assert run("trust", "list").out.count("https://") == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b'\n [{"type": "dcc-legacy"}]', "not kept: "),
        (b"[{}]", "registries of the kind None are not read"),
        (b"[}", "the list of registries at https://dcc.example/known.json is not JSON"),
    ],
)
def test_a_poor_list_of_registries_says_what_is_wrong(run, world, answer, message):
    world.documents["https://dcc.example/known.json"] = answer
    ended = run("trust", "add", "https://dcc.example/known.json")
    assert message in ended.out + ended.err
    assert "no list is kept" in run("trust", "list").out


def test_of_a_list_of_registries_so_many_are_kept_and_not_more(run, world):
    urls = [f"https://registry.example/{number}.json" for number in range(22)]
    for url in urls:
        world.documents[url] = world.documents[REGISTRY]
    known = [{"type": "dcc-legacy", "url": url} for url in urls]
    world.publish("https://dcc.example/known.json", known)
    run("trust", "add", "https://dcc.example/known.json")
    assert run("trust", "list").out.count("https://") == MAX_REGISTRIES == 20


def test_a_list_in_a_file_stays_chosen(run, tmp_path):
    mine = tmp_path / "districts.json"
    about = {"type": "MintmarkTrustList", "version": 1, "name": "Mine"}
    mine.write_text(json.dumps({**about, "updated": "2026-11-01T00:00:00Z", "entries": [DISTRICT]}))
    added = run("trust", "add", mine).out
    assert "“Mine”, signed by nobody: whoever controls this file controls it" in added
    mine.unlink()
    assert "“Mine”" in run("trust", "list").out
    again = run("trust", "add", mine)
    assert (again.status, "it could not be had" in again.err) == (1, True)


def test_a_list_of_registries_opens_no_file(run, world, tmp_path):
    mine = tmp_path / "districts.json"
    mine.write_bytes(world.documents[REGISTRY])
    known = [{"type": "dcc-legacy", "url": mine.as_uri()}]
    world.publish("https://dcc.example/known.json", known)
    run("trust", "add", "https://dcc.example/known.json")
    assert "no list is kept" in run("trust", "list").out


def test_a_list_may_not_steer_the_terminal(run, world):
    world.documents[URL] = jcs(LIST | {"name": "Good\n2. “Faked”\x1b[2J"}).encode()
    text = run("trust", "add", URL).out
    assert "\x1b" not in text
    assert len(text.splitlines()) == 3


def test_nothing_kept_says_how_to_begin(run):
    assert run("trust", "list").out == "no list is kept: mintmark-verify trust add URL\n"


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(minutes=59), "less than an hour ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=9), "9 days ago"),
    ],
)
def test_the_age_of_a_list_is_shown(run, add, age, words):
    add(now=NOW - age)
    assert f"had {words}" in run("trust", "list").out


def test_each_reason_to_keep_the_copy_is_said_in_full(world, add, use):
    add()
    copy = "list “State Department”: the copy of 2026-11-22 is used; "
    assert use(ask=None)[1] == f"{copy}offline, so it was not asked for again"
    refused = "refused (if that is right: trust remove it, then trust add it)"
    answers = [
        (FetchError("too_slow", URL, "why"), f"it could not be had: {URL}: why"),
        (jcs(LIST | {"validFrom": "2026-10-01T00:00:00Z"}),
         "the list there now is of 2026-10-01, older than the copy that is kept"),
        (jcs(LIST | {"credentialSubject": []}), "the list names no issuer that it recognizes"),
        (json.dumps({"type": "MintmarkTrustList", "version": 1}),
         f"the list at {URL} is signed by nobody, not by {STATE.did}: {refused}"),
    ]  # fmt: skip
    for hours, (answer, why) in enumerate(answers):
        world.documents[URL] = answer.encode() if isinstance(answer, str) else answer
        now = LATER + timedelta(hours=hours)
        assert use(now)[1] == copy + why
        asked = world.asked.count(URL)
        assert use(now + timedelta(minutes=14))[1] == (
            f"{copy}it could not be had a short while ago"
        )
        assert world.asked.count(URL) == asked


def test_what_stops_a_list_from_being_added_is_said_in_full(world, add, folder):
    def refused(**options):
        with pytest.raises(TrustListError) as caught:
            add(**options)
        return str(caught.value)

    other = "did:web:other.example"
    right = "refused (if that is right: trust remove it, then trust add it)"
    assert refused(signer=other) == (
        f"the list at {URL} is signed by {STATE.did}, not by {other}: {right}"
    )
    add()
    stays = "(the copy that is kept stays)"
    assert refused(signer=other) == f"it is pinned to {STATE.did}: remove it first {stays}"
    world.documents[URL] = FetchError("too_slow", URL, "why")
    assert refused() == f"it could not be had: {URL}: why {stays}"
    add(REGISTRY)
    assert refused(url=REGISTRY, signer=other) == f"it is pinned to nobody: remove it first {stays}"
    with pytest.raises(TrustListError) as caught:
        store.remove(folder, "3")
    assert str(caught.value) == "no list 3: give its address or its number, see: trust list"
    assert [store.remove(folder, which).url for which in ("2", URL)] == [REGISTRY, URL]
    (folder / "lists.json").write_text("x")
    with pytest.raises(TrustListError) as caught:
        store.subscriptions(folder)
    assert str(caught.value) == (
        f"{folder / 'lists.json'} cannot be read (not JSON: Expecting value: line 1 column 1 "
        "(char 0)): remove it, and add your lists again"
    )


def test_a_copy_that_is_damaged_says_what_to_do(add, folder):
    add()
    (subscribed,) = store.subscriptions(folder)
    (folder / subscribed.file).write_text("{}")
    with pytest.raises(TrustListError) as caught:
        store.stored_list(folder, subscribed)
    assert str(caught.value) == (
        f"{folder / subscribed.file} cannot be read (not a trust list: type must be "
        "MintmarkTrustList and version 1): mintmark-verify trust remove "
        f"{URL}, then add it"
    )
