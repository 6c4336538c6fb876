"""The catalog on pages: what is made there is what files make, a change is a new version."""

import html
import io
import re
from dataclasses import replace

import pytest

from issuer.__main__ import main
from issuer.audit import log
from issuer.catalog import files, versions
from issuer.catalog.achievement import FrameworkItem
from issuer.drawing.badges.look import ICONS, PATTERNS, Look
from issuer.people.roles import Role
from issuer.staff.catalog import achievement_form, rubric_form
from issuer.staff.catalog.look_words import ICON_WORDS, PATTERN_WORDS
from issuer.staff.catalog.rubric_form import RubricDraft
from verifier import clock

RUBRIC_FORM = {
    "name": "Two levels",
    "criteria.0.name": "Learning",
    "criteria.0.description": "What was read.",
    "criteria.0.required": "1",
    "criteria.0.levels.0.name": "Begun",
    "criteria.0.levels.0.description": "Started.",
    "criteria.0.levels.0.points": "0",
    "criteria.0.levels.1.name": "Met",
    "criteria.0.levels.1.description": "Shown.",
    "criteria.0.levels.1.points": "1",
}
ACHIEVEMENT_FORM = {
    "name": "Sight reading",
    "description": "Students read at sight.",
    "criteria": "Teach **ten weeks**.\r\n\r\n- daily",
    "rubric": "completion",
    "tags": "music\r\nmusic\r\nchoir",
    "achievement_type": "MicroCredential",
    "alignments.0.target_name": "Perform music",
    "alignments.0.target_url": "https://case.example/uri/2",
}
ACHIEVEMENT_FILE = """
name = "Sight reading"
description = "Students read at sight."
criteria = "Teach **ten weeks**.\\n\\n- daily"
rubric = "completion"
tags = ["music", "choir"]
[[alignments]]
target_name = "Perform music"
target_url = "https://case.example/uri/2"
"""


def newest(district, achievement_id):
    with district.issuer.database.reading() as session:
        return versions.read(versions.find(session, achievement_id))


def form_of(page):
    """The fields of the first form in the main part, as a browser would send them."""
    main = page.partition('action="/desk/catalog')[2]
    main = main.partition("</form>")[0]
    values = {}
    for tag in re.findall(r"<input[^>]*>", main):
        fields = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if fields.get("type") not in ("radio", "checkbox") or " checked" in tag:
            values[fields["name"]] = html.unescape(fields.get("value", ""))
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', main, re.S
    ):
        values[name] = html.unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', main, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = html.unescape(chosen[1]) if chosen else ""
    values.pop("do", None)
    return values


def test_a_rubric_of_a_page_is_the_one_of_a_file(district, office, tmp_path):
    for _ in range(2):  # pressed twice, which makes one
        answer = office.post("/desk/catalog/rubrics", do="save", **RUBRIC_FORM)
        assert answer.location.endswith("/desk/catalog/rubrics/two-levels?done=saved")
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "achievements").mkdir()
    (tmp_path / "rubrics" / "two-levels.toml").write_text(
        'name = "Two levels"\n[[criteria]]\nid = "learning"\nname = "Learning"\n'
        'description = "What was read."\nrequired = "met"\n'
        '[[criteria.levels]]\nid = "begun"\nname = "Begun"\ndescription = "Started."\npoints = 0\n'
        '[[criteria.levels]]\nid = "met"\nname = "Met"\ndescription = "Shown."\npoints = 1\n'
    )
    text = ACHIEVEMENT_FILE.replace("completion", "two-levels")
    (tmp_path / "achievements" / "other.toml").write_text(text)
    (loaded,) = files.load(tmp_path)
    with district.issuer.database.reading() as session:
        stored = versions.find_rubric(session, "two-levels")
    assert replace(loaded.rubric, version=1) == stored


def test_an_achievement_of_a_page_is_the_one_of_a_file(district, office, tmp_path):
    for _ in range(2):  # pressed twice, which makes one
        answer = office.post("/desk/catalog/achievements", do="save", **ACHIEVEMENT_FORM)
        assert answer.location.endswith("/sight-reading?done=saved")
    stored = newest(district, "sight-reading")
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "achievements").mkdir()
    (tmp_path / "rubrics" / "completion.toml").write_text(
        'name = "C"\n[[criteria]]\nid = "a"\nname = "A"\ndescription = "B"\nrequired = "met"\n'
        '[[criteria.levels]]\nid = "met"\nname = "Met"\ndescription = "Shown."\npoints = 1\n'
    )
    (tmp_path / "achievements" / "sight-reading.toml").write_text(ACHIEVEMENT_FILE)
    (loaded,) = files.load(tmp_path)
    assert replace(loaded, rubric=stored.rubric, version=1) == stored
    with district.issuer.database.writing() as session:
        row = versions.record(session, replace(loaded, rubric=stored.rubric), now=clock.now())
    assert row.version == 1


def test_what_is_shown_and_saved_unchanged_is_no_new_version(district, office):
    before = newest(district, "rhythms")
    whole = replace(
        before,
        look=Look("#14506e", "rays", "note"),
        alignments=(FrameworkItem("A", "https://a.example/1", "CFItem", "1.2", "Long", "F"),),
    )
    with district.issuer.database.writing() as session:
        versions.record(session, whole, now=clock.now())
    fields = form_of(office.get("/desk/catalog/achievements/rhythms").text)
    answer = office.post("/desk/catalog/achievements/rhythms", do="save", **fields)
    assert answer.location.endswith("done=same")
    fields = form_of(office.get("/desk/catalog/rubrics/completion").text)
    answer = office.post("/desk/catalog/rubrics/completion", do="save", **fields)
    assert answer.location.endswith("done=same")


def test_a_change_is_a_new_version_and_the_log_knows(district, office):
    before = newest(district, "rhythms")
    fields = form_of(office.get("/desk/catalog/achievements/rhythms").text)
    fields["name"] = "Composing rhythms"
    office.post("/desk/catalog/achievements/rhythms", do="save", **fields)
    after = newest(district, "rhythms")
    assert (after.version, after.name) == (before.version + 1, "Composing rhythms")
    with district.issuer.database.reading() as session:
        assert versions.read(versions.find(session, "rhythms", before.version)) == before
        entry = log.about(session, "achievement:rhythms")[-1]
    assert (entry.action, entry.details) == (
        "catalog.achievement-changed",
        {"version": after.version},
    )


def test_a_new_version_of_a_rubric_is_that_of_its_achievements(district, office):
    before = newest(district, "rhythms")
    fields = form_of(office.get("/desk/catalog/rubrics/completion").text)
    fields["criteria.0.name"] = "How it was learned"
    office.post("/desk/catalog/rubrics/completion", do="save", **fields)
    after = newest(district, "rhythms")
    assert after.version == before.version + 1
    criterion = after.rubric.criteria[0]
    assert (criterion.id, criterion.name) == ("learning", "How it was learned")


def test_who_saves_second_is_told_and_loses_nothing(district, office):
    fields = form_of(office.get("/desk/catalog/achievements/rhythms").text)
    office.post(
        "/desk/catalog/achievements/rhythms", do="save", **{**fields, "description": "First."}
    )
    fields["description"] = "Second."
    answer = office.post("/desk/catalog/achievements/rhythms", do="save", **fields)
    assert answer.status_code == 422
    assert "Somebody saved another version meanwhile" in answer.text
    again = form_of(answer.text)
    assert again["description"] == "Second."
    office.post("/desk/catalog/achievements/rhythms", do="save", **again)
    assert newest(district, "rhythms").description == "Second."


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("description", "a\x07b"),
        ("criteria", " "),
        ("rubric", "none"),
        ("in_language", "¡!"),
        ("look_color", "#ffffff"),
        ("look_color", "red"),
        ("begin_url", "javascript:alert(1)"),
        ("alignments.0.target_url", "nowhere"),
        ("id", "own-idea"),
        ("id", "rhythms"),
        ("id", "Ünicode"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(office, field, typed):
    form = {**ACHIEVEMENT_FORM, "id": "something-new", field: typed}
    answer = office.post("/desk/catalog/achievements", do="save", **form)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Students read at sight." in answer.text or field == "description"


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("criteria.0.levels.1.points", "0", "different points"),
        ("criteria.0.levels.1.name", "BEGUN", "same name"),
        ("criteria.0.levels.1.points", "much", "whole number"),
        ("criteria.0.levels.1.points", "²", "whole number"),
        ("criteria.0.levels.1.points", "9" * 30, "whole number"),
        ("criteria.0.name", "", "Write something"),
        ("name", "", "Write something"),
        ("criteria.0.required", "9", None),
        ("criteria.99999.name", "x", None),
    ],
)
def test_what_is_wrong_in_a_rubric_is_said(office, field, typed, words):
    answer = office.post("/desk/catalog/rubrics", do="save", **{**RUBRIC_FORM, field: typed})
    assert answer.status_code == (422 if words else 303)
    if words:
        assert words in answer.text
        assert "What was read." in answer.text


def test_criteria_and_levels_are_added_and_taken_out_and_nothing_typed_is_lost(office):
    typed = {**RUBRIC_FORM, "criteria.0.levels.0.points": "not a number yet"}
    page = office.post("/desk/catalog/rubrics", do="add-criterion", **typed).text
    fields = form_of(page)
    assert fields.items() >= typed.items()
    assert fields["criteria.1.levels.1.name"] == "Met"  # nobody types levels twice
    fields = form_of(office.post("/desk/catalog/rubrics", do="add-level:1", **fields).text)
    assert "criteria.1.levels.2.name" in fields
    fields = form_of(office.post("/desk/catalog/rubrics", do="drop-level:1:0", **fields).text)
    assert fields["criteria.1.levels.0.name"] == "Met"
    fields = form_of(office.post("/desk/catalog/rubrics", do="drop-criterion:0", **fields).text)
    assert "criteria.1.name" not in fields


@pytest.mark.parametrize("what", ["", "drop-level:9:9", "add-level:x", "drop-criterion:²", ":::"])
def test_odd_buttons_change_nothing(what):
    draft = rubric_form.read(RUBRIC_FORM)
    assert rubric_form.changed(draft, what) == draft


def test_taking_a_level_out_keeps_the_one_that_is_asked_for():
    draft = rubric_form.read(RUBRIC_FORM)
    (criterion,) = rubric_form.changed(draft, "drop-level:0:0").criteria
    assert (criterion.levels[criterion.required].name) == "Met"


def test_an_empty_rubric_needs_a_criterion():
    _, wrong = rubric_form.finished(RubricDraft("Name"), "x")
    assert "criteria" in wrong


def test_badge_and_certificate_are_drawn_beside_what_is_typed(office):
    page = office.post("/desk/catalog/achievements", do="look", **ACHIEVEMENT_FORM).text
    assert page.count('src="data:image/png;base64,iVBOR') == 2
    assert "Sight reading" in page


def test_what_a_badge_is_drawn_with_is_named_in_the_language_of_the_reader(office):
    assert (tuple(ICON_WORDS), tuple(PATTERN_WORDS)) == (ICONS, PATTERNS)
    page = office.get("/desk/catalog/achievements/rhythms?lang=es").text
    assert '<option value="lens">una lupa</option>' in page
    assert '<option value="waves">ondas</option>' in page


def test_what_is_retired_is_offered_no_more_and_its_page_stays(district, office):
    office.post("/desk/catalog/achievements/rhythms/offer")
    public = district.app.test_client()
    assert "/achievements/rhythms" not in public.get("/").text
    assert public.get("/achievements/rhythms/1.html").status_code == 200
    assert 'value="rhythms"' not in office.get("/desk/issue").text
    assert 'value="rhythms"' not in office.get("/desk/issue-many").text
    assert office.get("/desk/issue/new?achievement=rhythms").location == "/desk/issue"
    typed = {
        "achievement.id": "rhythms",
        "recipient.name": "Jordan Example",
        "recipient.emails.0": "j@school.example",
        "narrative.skill": "s",
        "narrative.goal": "g",
        "narrative.measured_outcome": "m",
        "levels.learning": "met",
        "levels.work": "met",
        "approved_at": "2026-05-15",
    }
    refused = office.post("/desk/issue/new", act="issue", **typed)
    assert (refused.status_code, "It is no longer offered" in refused.text) == (422, True)
    heads = "achievement,name,e-mail,skill,goal,measured outcome,approved at,level"
    row = "rhythms,Jordan Example,j@school.example,s,g,m,2026-05-15,met"
    table = (io.BytesIO(f"{heads}\n{row}".encode()), "t.csv")
    led_to = office.post("/desk/issue-many", page="/desk/issue-many", file=table).location
    assert "It is no longer offered" in office.get(led_to).text
    office.post("/desk/catalog/achievements/rhythms/offer", again="yes")
    assert "/achievements/rhythms" in public.get("/").text


def test_an_achievement_is_retired_by_command_as_well(district, office, capsys):

    def run(*words):
        return main(["--home", str(district.issuer.settings.home), "catalog", *words])

    assert run("retire", "rhythms") == 0
    assert 'value="rhythms"' not in office.get("/desk/issue").text
    assert run("offer", "rhythms") == 0
    assert 'value="rhythms"' in office.get("/desk/issue").text
    with district.issuer.database.reading() as session:
        acts = [(e.actor, e.action) for e, _ in log.entries(session)][-2:]
    assert acts == [
        ("command", "catalog.achievement-retired"),
        ("command", "catalog.achievement-offered"),
    ]
    assert run("retire", "drums") == 2
    assert "no achievement 'drums'" in capsys.readouterr().err


def test_a_picture_of_ones_own_is_a_new_version_and_a_bad_one_is_refused(district, office):
    token = re.search(r'name="form_token" value="(\w+)"', office.get("/account").text)[1]
    path = "/desk/catalog/achievements/rhythms/picture"

    def send(data):
        return office.client.post(
            path, data={"form_token": token, "picture": (io.BytesIO(data), "x.svg")}
        )

    before = newest(district, "rhythms")
    assert send(b"<html><script>").status_code == 422
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
    assert send(svg).status_code == 303
    assert newest(district, "rhythms").image == svg
    assert newest(district, "rhythms").version == before.version + 1
    assert send(b"").status_code == 303
    assert newest(district, "rhythms").image is None


def test_the_page_takes_few_queries(office, statements):
    for path in ("", "/achievements/rhythms", "/rubrics/completion"):
        statements.clear()
        assert office.get(f"/desk/catalog{path}").status_code == 200
        assert len(statements) <= 12
        assert [text for text in statements if text.startswith(("INSERT", "UPDATE"))] == []


def test_an_evaluator_does_not_see_the_catalog_of_the_desk(district):
    browser = district.browser(district.add("Eva Evaluator", Role.EVALUATOR))
    assert browser.get("/desk/catalog").status_code == 404
    assert browser.get("/desk/catalog/achievements/rhythms").status_code == 404


def test_rows_that_are_empty_are_passed_over():
    rows = achievement_form.rows({"alignments.4.target_name": "x", "alignments.2.target_name": ""})
    assert [row["target_name"] for row in rows] == ["x", ""]
