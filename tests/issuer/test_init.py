import stat
from datetime import UTC, datetime

import pytest

from issuer.__main__ import main
from issuer.home import settings
from issuer.home.settings import SettingsError
from issuer.installation import init
from keys.key_file import Cost
from keys.keyring import Keyring


def create(home, **changed):
    arguments = {
        "public_url": "https://badges.district.example",
        "name": 'The "Prairie" District — ü',
        "source": "forms",
        "did_key": False,
        "now": datetime.now(UTC),
        "cost": Cost(memory_kib=64, iterations=1, lanes=1),
        **changed,
    }
    return init.create(home, **arguments)


def test_a_new_home_has_all_that_an_issuer_needs_and_nothing_that_others_may_read(tmp_path):
    home = tmp_path / "home"
    created = create(home)
    assert created.issuer_name == 'The "Prairie" District — ü'
    assert created == settings.load(home)
    for name in ("mintmark.toml", "passphrase", "secret"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    published = {
        str(file.relative_to(home / "public")) for file in (home / "public").rglob("*.json")
    }
    assert published == {".well-known/did.json", ".well-known/jwks.json"}
    assert (home / "public" / "status" / "1").exists()
    assert (home / "mintmark.sqlite3").exists()


def test_a_new_home_has_its_time_zone(tmp_path):
    assert create(tmp_path / "one", timezone="America/Chicago").timezone.key == "America/Chicago"
    assert create(tmp_path / "two").timezone is None


def test_whom_to_ask_is_written_down(tmp_path):
    created = create(tmp_path / "one", contact='Pat "P" Example <pat@district.example>')
    assert created.issuer_contact.addr_spec == "pat@district.example"
    assert create(tmp_path / "two").issuer_contact is None


def test_the_command_says_whose_days_they_are(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(init, "machine_timezone", lambda: None)
    arguments = ["--public-url", "https://a.example", "--name", "A"]
    assert main(["init", str(tmp_path / "one"), *arguments, "--timezone", "America/Denver"]) == 0
    assert "days are those of America/Denver" in capsys.readouterr().out
    assert main(["init", str(tmp_path / "two"), *arguments]) == 0
    assert "set timezone in mintmark.toml" in capsys.readouterr().out


def test_two_homes_share_no_secret(tmp_path):
    one, two = create(tmp_path / "one"), create(tmp_path / "two")
    assert one.sources[0].secrets != two.sources[0].secrets
    for name in ("passphrase", "secret"):
        assert (one.home / name).read_bytes() != (two.home / name).read_bytes()


def test_settings_that_are_there_are_not_overwritten(home):
    before = (home / "mintmark.toml").read_bytes()
    with pytest.raises(SettingsError, match="there already"):
        create(home)
    assert (home / "mintmark.toml").read_bytes() == before


@pytest.mark.parametrize("step", ["_did_key", "_write_settings", "_make_records"])
def test_what_fails_leaves_nothing_and_can_be_done_again_otherwise(tmp_path, monkeypatch, step):
    with monkeypatch.context() as broken:
        broken.setattr(init, step, None)
        with pytest.raises(TypeError):
            create(tmp_path / "home", did_key=True)
    assert list(tmp_path.iterdir()) == []
    created = create(tmp_path / "home", public_url="https://other.example")
    assert created.issuer_id == "did:web:other.example"
    assert {entry.use for entry in Keyring(created.home).entries()} == {"proof", "jwt", "sd"}


def test_what_lies_in_the_folder_already_stays_there(tmp_path):
    (tmp_path / "lost+found").mkdir()
    with pytest.raises(SettingsError):
        create(tmp_path, name=" ")
    assert [file.name for file in tmp_path.iterdir()] == ["lost+found"]
    create(tmp_path)
    assert (tmp_path / "lost+found").exists()


@pytest.mark.parametrize("part", ["keys", "passphrase", "mintmark.sqlite3"])
def test_a_part_of_an_issuer_is_never_written_over(home, part):
    (home / "mintmark.toml").unlink()
    with pytest.raises(SettingsError, match="there already"):
        create(home)
    assert (home / part).exists()


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"public_url": "http://badges.district.example"}, id="no-https"),
        pytest.param({"source": "My Forms"}, id="odd-source"),
        pytest.param({"name": " "}, id="no-name"),
        pytest.param({"timezone": "Chicago"}, id="no-time-zone"),
        pytest.param({"contact": "Pat, room 7"}, id="nobody-to-write-to"),
    ],
)
def test_what_cannot_work_leaves_nothing(tmp_path, changed):
    with pytest.raises(ValueError, match=r"public_url|name|timezone|contact"):
        create(tmp_path / "home", **changed)
    assert not (tmp_path / "home").exists()


def test_a_did_key_issuer_is_the_key_it_made(tmp_path):
    created = create(tmp_path / "home", did_key=True)
    assert created.issuer_id.startswith("did:key:z6Mk")
    assert not (created.public / ".well-known").exists()
    assert (created.public / "status" / "1").exists()
