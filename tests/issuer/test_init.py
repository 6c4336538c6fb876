import stat
from datetime import UTC, datetime

import pytest

from issuer import init, settings
from issuer.settings import SettingsError
from keys.key_file import Cost


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
    made = create(home)
    assert made.issuer_name == 'The "Prairie" District — ü'
    assert made == settings.load(home)
    for name in ("mintmark.toml", "passphrase", "secret"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    published = {
        str(file.relative_to(home / "public")) for file in (home / "public").rglob("*.json")
    }
    assert published == {".well-known/did.json", ".well-known/jwks.json"}
    assert (home / "public" / "status" / "1").exists()
    assert (home / "mintmark.sqlite3").exists()


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


def test_what_was_broken_off_goes_on(tmp_path, monkeypatch):
    home = tmp_path / "home"
    with monkeypatch.context() as broken:
        broken.setattr(init, "_did_key", None)  # as if killed before the settings were written
        with pytest.raises(TypeError):
            create(home, did_key=True)
    passphrase = (home / "passphrase").read_bytes()
    assert create(home, did_key=True).issuer_id.startswith("did:key:z6Mk")
    assert (home / "passphrase").read_bytes() == passphrase


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"public_url": "http://badges.district.example"}, id="no-https"),
        pytest.param({"source": "My Forms"}, id="odd-source"),
        pytest.param({"name": " "}, id="no-name"),
    ],
)
def test_what_cannot_work_leaves_no_settings(tmp_path, changed):
    with pytest.raises(ValueError, match=r"public_url|name"):
        create(tmp_path / "home", **changed)
    assert not (tmp_path / "home" / "mintmark.toml").exists()


def test_a_did_key_issuer_is_the_key_it_made(tmp_path):
    made = create(tmp_path / "home", did_key=True)
    assert made.issuer_id.startswith("did:key:z6Mk")
    assert not (made.public / ".well-known").exists()
    assert (made.public / "status" / "1").exists()
