"""What was written before 0.1.0, in the spelling of then, still works and names the new word."""

import json

import pytest

from issuer import __main__ as mintmark
from issuer.home.settings import load
from verifier import __main__ as mintmark_verify
from verifier.parsing import strict_toml
from verifier.parsing.old_spelling import NEW_WORDS, current


@pytest.mark.parametrize(("old", "new"), NEW_WORDS.items())
def test_each_old_word_is_read_as_the_new_one_and_named(old, new, caplog):
    assert current(old) == new
    assert caplog.messages == [f"{old} is spelled {new} now: write {new}"]
    assert current(new) == new
    assert len(caplog.messages) == 1


def test_a_setting(issuer, caplog):
    file = issuer.settings.home / "mintmark.toml"
    file.write_text(file.read_text().replace("[issuer]", '[issuer]\ncolour = "#123456"', 1))
    assert load(issuer.settings.home).issuer_color == "#123456"
    assert caplog.messages == ["colour is spelled color now: write color"]


def test_a_setting_in_both_spellings_is_refused():
    table = strict_toml.loads(b'colour = "a"\ncolor = "b"')
    assert table.line("color") == "b"
    with pytest.raises(strict_toml.TomlError, match="colour is no known key"):
        table.refuse_rest()


def test_a_required_verdict(world, tmp_path, caplog):
    badge = tmp_path / "badge.json"
    badge.write_text(json.dumps(world.issuer.sign(world.badge())))
    arguments = ["--offline", "--require", "recognised", str(badge)]
    assert mintmark_verify.main(arguments) in (1, 3)
    assert "recognised is spelled recognized now: write recognized" in caplog.messages


def test_a_command(issuer, tmp_path, capsys, caplog):
    home = ["--home", str(issuer.settings.home)]
    ends = [
        mintmark.main([*home, word, "load", str(tmp_path)]) for word in ("catalog", "catalogue")
    ]
    assert ends[0] == ends[1]
    messages = capsys.readouterr().err.splitlines()
    first, second = (line for line in messages if "spelled" not in line)
    assert first == second
    assert "catalogue is spelled catalog now: write catalog" in caplog.messages
