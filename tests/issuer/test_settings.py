import tomllib
from pathlib import Path

import pytest

from issuer.home.settings import SettingsError, did_web, load, parse
from verifier.parsing.strict_toml import Table, TomlError

SECRET = "whsec_" + "A" * 32
MINIMAL = """
public_url = "https://badges.district.example"
[issuer]
name = "District"
"""


def parsed(text: str):
    return parse(Table(tomllib.loads(text)), home=Path("/home"))


def test_a_minimal_file_gives_a_did_web_issuer_on_sqlite():
    settings = parsed(MINIMAL)
    assert settings.issuer_id == "did:web:badges.district.example"
    assert settings.database_url == "sqlite:////home/mintmark.sqlite3"
    assert settings.credit_unit is None


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://d.example", "did:web:d.example"),
        ("http://localhost:8202", "did:web:localhost%3A8202"),
        ("https://d.example:8443/a/b", "did:web:d.example%3A8443:a:b"),
    ],
)
def test_the_issuer_is_the_did_web_of_its_public_url(url, did):
    assert did_web(url) == did


def test_a_slash_at_the_end_of_the_public_url_means_nothing():
    with_slash = MINIMAL.replace('example"', 'example/"')
    assert parsed(with_slash).public_url == "https://badges.district.example"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("name =", "nmae =", "issuer.name is missing", id="misspelled-needed-key"),
        pytest.param("[issuer]", "color = 1\n[issuer]", "color", id="unknown-key"),
        pytest.param("[issuer]", "[isuer]", "issuer.name is missing", id="misspelled-table"),
        pytest.param('"District"', "3", "issuer.name must be a str", id="wrong-type"),
        pytest.param("https://badges", "http://badges", "must be https", id="http"),
        pytest.param("badges.district.example", "localhost", "must be https", id="https-localhost"),
        pytest.param("badges.district.example", "192.0.2.1", "no IP address", id="ip-address"),
        pytest.param("badges.district.example", "[::1]", "lower case", id="ip6-address"),
        pytest.param("badges.district", "Badges.District", "lower case", id="upper-case"),
        pytest.param("badges.", "user@badges.", "lower case", id="user-info"),
        pytest.param(".example", ".example:443", "leave out the port", id="usual-port"),
        pytest.param(".example", ".example:99999", "lower case", id="no-port"),
        pytest.param(".example", ".example/a/../b", "lower case", id="climbing-path"),
        pytest.param(".example", ".example?x=1", "plain path", id="query"),
        pytest.param("[issuer]", '[issuer]\nid = "did:web:x.example"', "issuer.id", id="other-did"),
        pytest.param("[issuer]", '[issuer]\nurl = "district"', "issuer.url", id="no-web-address"),
        pytest.param(
            "[issuer]", 'database_url = "mysql://x"\n[issuer]', "database_url", id="other-database"
        ),
        pytest.param(
            "[issuer]", 'allow_hosts = ["x"]\n[issuer]', "allow_hosts: 'x' is no H", id="no-host"
        ),
        pytest.param(
            "[issuer]", "status_list_size = 1024\n[issuer]", "status_list_size", id="short-list"
        ),
        pytest.param(
            "[issuer]", '[credentials]\ncredit_unit = "ü"\n[issuer]', "credit_unit", id="odd-unit"
        ),
        pytest.param(
            "[issuer]", '[assessed_by]\nid = "x"\nname = "y"\n[issuer]', "assessed_by", id="no-uri"
        ),
        pytest.param(
            "[issuer]", '[credentials]\nproofs = ["x"]\n[issuer]', "proofs", id="unknown-proof"
        ),
        pytest.param(
            "[issuer]",
            '[credentials]\nproofs = ["ecdsa-sd-2023"]\n[issuer]',
            "is for the holder alone",
            id="no-public-proof",
        ),
        pytest.param(
            "[issuer]",
            '[credentials]\nproofs = ["eddsa-jcs-2022", "eddsa-jcs-2022"]\n[issuer]',
            "stands twice",
            id="a-proof-twice",
        ),
        pytest.param(
            "[issuer]", '[credentials]\njwt = "HS256"\n[issuer]', "none of ES256", id="no-jwt"
        ),
        pytest.param(
            "[issuer]",
            '[credentials]\njwt = "EdDSA"\n[issuer]\nid = "did:key:z6Mkx"',
            "has none for: jwt-eddsa",
            id="a-jwt-by-a-did-key",
        ),
        pytest.param(
            "[issuer]",
            '[credentials]\nproofs = ["ecdsa-rdfc-2019"]\n[issuer]\nid = "did:key:z6Mkx"',
            "has none for: proof-p256",
            id="a-curve-by-a-did-key",
        ),
        pytest.param(
            "[issuer]",
            '[credentials]\nproofs = ["eddsa-rdfc-2022", "ecdsa-sd-2023"]\n'
            '[issuer]\nid = "did:key:z6Mkx"',
            "did:key",
            id="no-key-to-share-less",
        ),
    ],
)
def test_a_file_that_cannot_work_is_refused_by_name(old, new, message):
    with pytest.raises((SettingsError, TomlError), match=message):
        parsed(MINIMAL.replace(old, new))


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        pytest.param(["name='a'\nsecrets=[]"], "one secret, or two", id="no-secret"),
        pytest.param([f"name='a'\nsecrets=['{SECRET}','b','c']"], "one secret", id="three"),
        pytest.param(["name='a'\nsecrets=['whsec_AAAA']"], "24 to 64 bytes", id="short-secret"),
        pytest.param(["name='a'\nsecrets=['AAAA']"], "whsec_", id="no-prefix"),
        pytest.param([f"name='A b'\nsecrets=['{SECRET}']"], "sources.name", id="odd-name"),
        pytest.param([f"name='program'\nsecrets=['{SECRET}']"], "sources.name", id="our-own"),
        pytest.param([f"name='a'\nsecrets=['{SECRET}']"] * 2, "same name", id="name-twice"),
        pytest.param(
            [f"name='a'\nsecrets=['{SECRET}']", f"name='b'\nsecrets=['{SECRET}']"],
            "stands twice",
            id="secret-twice",
        ),
        pytest.param(
            [f"name='a'\nsecrets=['{SECRET}']\nbearer='x'"], "at least 32", id="short-token"
        ),
        pytest.param(
            [f"name='a'\nsecrets=['{SECRET}']\ntoken='x'"], "token", id="unknown-key-in-source"
        ),
    ],
)
def test_a_source_that_cannot_be_told_apart_or_trusted_is_refused(sources, message):
    text = MINIMAL + "".join(f"[[sources]]\n{source}\n" for source in sources)
    with pytest.raises((SettingsError, TomlError), match=message):
        parsed(text)


def test_secrets_do_not_show_when_settings_are_printed():
    settings = parsed(MINIMAL + f"[[sources]]\nname='a'\nsecrets=['{SECRET}']\n")
    assert settings.sources[0].secrets == (SECRET,)
    assert SECRET not in repr(settings)


def test_a_file_with_secrets_that_everybody_can_read_is_refused(home):
    (home / "mintmark.toml").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        load(home)


def test_an_error_names_the_file(home):
    (home / "mintmark.toml").write_text("x = ")
    with pytest.raises(SettingsError, match=r"mintmark\.toml.*TOML"):
        load(home)


def test_a_home_without_settings_says_how_to_make_them(tmp_path):
    with pytest.raises(SettingsError, match="mintmark init"):
        load(tmp_path)


def test_folders_of_fonts_come_from_the_file_and_the_environment(monkeypatch):
    monkeypatch.setenv("MINTMARK_FONTS", "/fonts/a:/fonts/b")
    settings = parsed('fonts = ["mine"]\n' + MINIMAL)
    assert settings.font_folders == (Path("/home/mine"), Path("/fonts/a"), Path("/fonts/b"))
