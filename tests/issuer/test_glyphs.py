"""A name that no font here can print is told before its teacher looks at boxes."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from needs import need

from contexts.errors import DONE
from issuer import issuance
from issuer.__main__ import main
from issuer.app import start_app
from issuer.approvals.webhook import command as webhook_command
from issuer.approvals.webhook.sender import Reply
from issuer.catalog.picture import badge
from issuer.drawing import glyphs
from issuer.sharing import forms, shared
from verifier import clock

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
EXAMPLES = Path(__file__).parents[2] / "examples"
ARMENIAN = "Անի Օրինակ"

CJK, CORE, EMOJI = "fonts-noto-cjk", "fonts-noto-core", "fonts-noto-color-emoji"
NAMES = [
    ("Jordan Example", "", ""),
    ("Zoë Nguyễn Thị, Łukasz Ō, ʻĀina", "", ""),
    ("Ελένη Пример", "", ""),
    ("Ma\u0301rta \u200f!", "", ""),
    ("Thanh 阮", "阮", CJK),
    ("山田 太郎", "山田太郎", CJK),
    ("한글 한", "한글", CJK),
    ("𠮷田", "𠮷田", CJK),
    (ARMENIAN, "ԱնիՕրակ", CORE),
    ("नमस्ते", "नमस्ते", CORE),
    ("مثال", "مثال", CORE),
    ("Ana 🎉", "🎉", EMOJI),
    ("\U0001f469\u200d\U0001f3eb", "\U0001f469\u200d\U0001f3eb", EMOJI),
    ("例 مثال", "例مثال", f"{CJK} {CORE}"),
]


@pytest.mark.parametrize(("name", "letters", "packages"), NAMES)
def test_the_letters_without_a_font_are_named_and_the_package_that_has_one(name, letters, packages):
    assert glyphs.missing(name, ()) == letters
    if packages:
        assert f"apt install {packages}, and" in glyphs.remedy(letters)


def test_a_folder_of_fonts_counts():
    need(DEJAVU)
    assert glyphs.missing(ARMENIAN, (DEJAVU,)) == ""


@pytest.fixture
def named(approval, issuer, now):
    def receive(name):
        content = approval(recipient={"name": name, "emails": ["a@school.example"]})
        return issuance.receive(issuer, content, source="forms", event_id="e-1", now=now)

    return receive


def post(settings, body, event_id="e-1"):
    settings = replace(settings, sources=(replace(settings.sources[0], bearer="T" * 32),))
    headers = {"Authorization": "Bearer " + "T" * 32, "Idempotency-Key": event_id}
    app = start_app(settings)
    answer = app.test_client().post("/webhooks/approvals", json=body, headers=headers)
    app.extensions["mintmark"].database.close()
    return answer


@pytest.fixture
def body(approval):
    def make(name):
        data = json.loads(approval(recipient={"name": name, "emails": ["a@b.example"]}).content)
        when = "2026-05-15T15:00:00Z"
        return {"type": "micro_credential.approved", "timestamp": when, "data": data}

    return make


def test_the_webhook_answers_201_with_a_warning(settings, body):
    answer = post(settings, body("Thanh 阮"))
    (warning,) = answer.json["warnings"]
    assert answer.status_code == 201
    assert warning["field"] == "data.recipient.name"
    assert "阮" in warning["detail"]
    assert "fonts-noto-cjk" in warning["remedy"]
    assert post(settings, body("Thanh 阮"), "e-2").json["warnings"] == [warning]


def test_a_name_that_can_be_printed_has_no_warning(settings, body):
    assert "warnings" not in post(settings, body("Zoë Nguyễn")).json


def test_a_name_that_is_not_printed_has_no_warning(settings, body):
    unnamed = replace(settings, show_name=False)
    assert "warnings" not in post(unnamed, body("Thanh 阮")).json


def test_an_own_idea_in_letters_without_a_font_is_warned_of(settings, body):
    idea = {
        "name": "リズム",
        "description": "Rhythm.",
        "criteria": "Do it.",
        "rubric": {"id": "completion"},
    }
    event = body("Jordan Example")
    event["data"]["achievement"] = idea
    (warning,) = post(settings, event).json["warnings"]
    assert warning["field"] == "data.achievement.name"


def test_pending_names_it_until_the_font_is_there(settings, named, capsys):
    received = named(ARMENIAN)
    assert main(["--home", str(settings.home), "pending"]) == 0
    shown = capsys.readouterr().out
    assert received.credential_id in shown
    assert "fonts-noto-core" in shown
    need(DEJAVU)
    file = settings.home / "mintmark.toml"
    file.write_text(f'fonts = ["{DEJAVU}"]\n' + file.read_text())
    assert main(["--home", str(settings.home), "pending"]) == 0
    assert capsys.readouterr().out == "nothing is pending\n"


def test_pending_names_the_district_s_own_names(settings, capsys):
    file = settings.home / "mintmark.toml"
    text = file.read_text().replace('name = "Prairie Example District"', 'name = "Distrito 例"')
    file.write_text(text + '\n[assessed_by]\nid = "urn:a:b"\nname = "한글"\n')
    assert main(["--home", str(settings.home), "pending"]) == 0
    shown = capsys.readouterr().out
    assert "mintmark.toml  its issuer.name has letters that no font here can print: 例" in shown
    assert "mintmark.toml  its assessed_by.name has letters" in shown


def test_webhook_check_names_it(settings, body, tmp_path, capsys):
    file = tmp_path / "approval.json"
    file.write_text(json.dumps(body("Thanh 阮")))
    assert main(["--home", str(settings.home), "webhook", "check", str(file)]) == DONE
    shown = capsys.readouterr()
    assert "would be accepted" in shown.out
    assert "data.recipient.name has letters that no font here can print: 阮" in shown.err
    assert "fonts-noto-cjk" in shown.err


def test_webhook_send_prints_the_warning(capsys):
    warning = {"code": "no_font", "field": "data.recipient.name", "detail": "D", "remedy": "R"}
    reply = {"page": "https://a.example/1", "manage_url": "m", "warnings": [warning]}
    assert webhook_command._report(Reply(201, reply)) == DONE
    assert "data.recipient.name D\n    R" in capsys.readouterr().err


def test_a_certificate_is_made_anew_once_the_font_is_there(issuer, named):
    need(DEJAVU)
    credential = shared.find_shared(issuer, named(ARMENIAN).credential_id)
    make = forms.FORMS["pdf"].make
    now = clock.now()
    boxes = make(credential, issuer.settings, now)
    assert make(credential, replace(issuer.settings, font_folders=(DEJAVU,)), now) != boxes


def test_the_catalog_names_an_achievement_without_letters(home, tmp_path, capsys):
    for folder in ("achievements", "rubrics"):
        shutil.copytree(EXAMPLES / folder, tmp_path / "files" / folder)
    (file, *_) = (tmp_path / "files" / "achievements").glob("composing*.toml")
    file.write_text(file.read_text().replace('name = "', 'name = "リズム ', 1))
    assert main(["--home", str(home), "catalog", "load", str(tmp_path / "files")]) == 0
    shown = capsys.readouterr().err
    assert "letters that no font here can print: リズム" in shown
    assert "fonts-noto-cjk" in shown


def test_a_badge_is_drawn_anew_for_another_font_and_another_language(issuer, named):
    need(DEJAVU)
    drawn = replace(
        shared.find_shared(issuer, named("Jordan").credential_id).achievement, name=ARMENIAN
    )
    settings = issuer.settings
    fonts = replace(settings, font_folders=(DEJAVU,))
    spanish = replace(drawn, in_language="es")
    arguments = [(drawn, settings), (drawn, fonts), (spanish, settings)]
    assert len({badge(*badge_of, "svg") for badge_of in arguments}) == 3
