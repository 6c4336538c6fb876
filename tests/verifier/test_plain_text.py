"""Files as editors save them: a byte order mark and UTF-16 change nothing of what they say."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from verifier import trust
from verifier.intake.carriers import read_submission
from verifier.parsing import plain_text, strict_toml
from verifier.trust_lists import obtain

CASES = Path(__file__).parents[1] / "cases"
LIST = {"type": "MintmarkTrustList", "version": 1, "name": "Ours", "entries": []}
LIST |= {"updated": "2026-11-10T00:00:00Z"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_text_is_the_same_however_it_was_saved(encoding):
    assert plain_text.read("Écrire".encode(encoding)) == "Écrire"


def test_what_is_neither_is_refused():
    with pytest.raises(UnicodeDecodeError):
        plain_text.read("Écrire".encode("cp1252"))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_trust_list_and_a_policy_are_read(world, encoding):
    data = json.dumps(LIST).encode(encoding)
    assert trust.load(data).name == "Ours"
    assert strict_toml.loads('name = "Ours"'.encode(encoding)).line("name") == "Ours"
    world.documents["https://state.example/list.json"] = data
    document = obtain.obtain(
        "https://state.example/list.json", fetch=world.fetch, now=datetime(2026, 11, 22, tzinfo=UTC)
    )
    assert document["name"] == "Ours"


def test_files_that_others_saved_are_read():
    assert trust.load((CASES / "files" / "trust-bom.json").read_bytes()).name
    assert read_submission((CASES / "files" / "utf16.json").read_bytes()).carrier == "json"
    for name in ("ct-bom.toml", "pol-bom.toml"):
        assert strict_toml.loads((CASES / "files" / name).read_bytes()).values
