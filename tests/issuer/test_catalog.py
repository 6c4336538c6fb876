"""The catalog's files, read strictly, and the command that loads them."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer.catalog import commands, files, picture, versions
from issuer.catalog.achievement import (
    Achievement,
    Beginning,
    Criterion,
    FrameworkItem,
    Level,
    Rubric,
    achievement_content,
)
from issuer.catalog.tables import AchievementVersion
from issuer.drawing.badges.look import Look
from issuer.home.issuer import Issuer

EXAMPLES = Path(__file__).parents[2] / "examples"
RUBRIC_FILE = """
name = "Short"

[[criteria]]
id = "work"
name = "Work"
description = "What was made."
required = "met"

[[criteria.levels]]
id = "not-yet"
name = "Not yet"
description = "Under way."
points = 1

[[criteria.levels]]
id = "met"
name = "Met"
description = "Shown."
points = 2
"""
ACHIEVEMENT_FILE = """
name = "Listening"
description = "Students listen."
criteria = "- Listen."
rubric = "short"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "achievements").mkdir()
    (tmp_path / "rubrics" / "short.toml").write_text(RUBRIC_FILE)
    (tmp_path / "achievements" / "listening.toml").write_text(ACHIEVEMENT_FILE)
    return tmp_path


def test_the_shipped_achievements_share_the_completion_rubric() -> None:
    achievements = files.load(EXAMPLES)

    assert [(item.id, item.rubric.id) for item in achievements] == [
        ("analyzing-primary-sources", "completion"),
        ("composing-with-foundational-rhythms", "completion"),
        ("computational-thinking", "completion"),
        ("restorative-practices-in-music", "completion"),
    ]


def test_the_completion_rubric_has_the_four_criteria_of_the_program() -> None:
    rubric = files.load(EXAMPLES)[0].rubric

    assert {criterion.id: criterion.required for criterion in rubric.criteria} == {
        "learning": "met",
        "process": "met",
        "work": "met",
        "reflection": "met",
    }


def test_the_shipped_evidence_has_the_digest_that_the_shipped_approval_seals() -> None:
    approval = json.loads((EXAMPLES / "approval.json").read_text())
    file = (EXAMPLES / "evidence" / "reflections.md").read_bytes()
    sealed = [item["sha256"] for item in approval["data"]["evidence"] if "sha256" in item]

    assert sealed == [hashlib.sha256(file).hexdigest()]


def test_no_shipped_file_speaks_of_deficit() -> None:
    text = "".join(file.read_text() for file in EXAMPLES.glob("*/*.toml")).lower()

    assert re.findall(r"fail|weak|poor|insufficient|inadequate|unsatisf|deficien|lack", text) == []


def test_a_rubric_of_no_achievement_is_loaded_as_well(issuer: Issuer, now: datetime) -> None:
    commands.load(EXAMPLES, issuer, now=now)
    commands.load(EXAMPLES, issuer, now=now)
    with issuer.database.reading() as session:
        proposal = versions.find_rubric(session, "proposal")
    assert proposal is not None
    assert (proposal.version, len(proposal.criteria)) == (1, 4)  # R31


def test_the_achievements_folder_itself_can_be_given() -> None:
    assert files.load(EXAMPLES / "achievements") == files.load(EXAMPLES)


def test_every_key_of_a_file_is_read(folder: Path) -> None:
    (folder / "achievements" / "pulse.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
    )
    (folder / "achievements" / "listening.toml").write_text(
        ACHIEVEMENT_FILE
        + """
tags = ["music", "ear training"]
achievement_type = "ext:Residency"
sign_comments = true
image = "pulse.svg"

[[alignments]]
target_name = "Hear rhythm"
target_url = "https://case.example/uri/1"
target_type = "CFItem"
target_code = "MU.1"
target_description = "Hears it."
target_framework = "Music"
"""
    )
    levels = (Level("not-yet", "Not yet", "Under way.", 1), Level("met", "Met", "Shown.", 2))

    assert files.load(folder) == [
        Achievement(
            id="listening",
            name="Listening",
            description="Students listen.",
            criteria="- Listen.",
            rubric=Rubric(
                "short", "Short", (Criterion("work", "Work", "What was made.", "met", levels),)
            ),
            tags=("music", "ear training"),
            alignments=(
                FrameworkItem(
                    "Hear rhythm",
                    "https://case.example/uri/1",
                    "CFItem",
                    "MU.1",
                    "Hears it.",
                    "Music",
                ),
            ),
            achievement_type="ext:Residency",
            sign_comments=True,
            image=(folder / "achievements" / "pulse.svg").read_bytes(),
        )
    ]


def test_the_catalog_chooses_how_a_badge_is_drawn(folder: Path, issuer: Issuer) -> None:
    file = folder / "achievements" / "listening.toml"
    chosen = '\n[badge]\ncolor = "#0b5394"\npattern = "leaves"\nicon = "note"\n'
    file.write_text(ACHIEVEMENT_FILE + chosen)
    (loaded,) = files.load(folder)
    with issuer.database.writing() as session:
        stored = versions.read(versions.record(session, loaded, now=datetime.now(UTC)))

    assert stored.look == loaded.look == Look("#0b5394", "leaves", "note")
    assert picture.badge(stored, issuer.settings, "svg") != picture.badge(
        replace(stored, look=Look()), issuer.settings, "svg"
    )


def test_an_achievement_says_how_to_begin(folder: Path, issuer: Issuer) -> None:
    file = folder / "achievements" / "listening.toml"
    begin = '\n[begin]\ntext = "Ask your coach."\nurl = "https://forms.example/begin"\n'
    file.write_text(ACHIEVEMENT_FILE + begin)
    (loaded,) = files.load(folder)
    with issuer.database.writing() as session:
        stored = versions.read(versions.record(session, loaded, now=datetime.now(UTC)))
    assert (
        stored.begin == loaded.begin == Beginning("Ask your coach.", "https://forms.example/begin")
    )


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ('url = "https://forms.example/"', "begin.text is missing"),
        (
            'text = "Ask."\nurl = "javascript:alert(1)"',
            "begin.url must be an http or https address",
        ),
        ('text = "Ask."\nlink = "https://forms.example/"', "begin.link"),
    ],
)
def test_a_beginning_that_leads_nowhere_is_refused(folder: Path, table: str, why: str) -> None:
    file = folder / "achievements" / "listening.toml"
    file.write_text(f"{ACHIEVEMENT_FILE}\n[begin]\n{table}\n")
    with pytest.raises(files.CatalogError, match=re.escape(why)):
        files.load(folder)


def test_an_achievement_that_chooses_nothing_has_the_content_that_it_always_had(
    folder: Path,
) -> None:
    """Versions that were recorded before badges could be chosen stay the newest ones."""
    (loaded,) = files.load(folder)

    assert sorted(achievement_content(loaded)) == sorted(
        [
            *("name", "description", "criteria", "rubric", "tags", "alignments"),
            *("achievement_type", "sign_comments", "image"),
        ]
    )


def test_the_kind_of_an_achievement_stands_on_its_badge(folder: Path, issuer: Issuer) -> None:
    (loaded,) = files.load(folder)
    kinds = ("MicroCredential", "CertificateOfCompletion")
    drawn = [
        picture.badge(replace(loaded, achievement_type=kind), issuer.settings, "svg")
        for kind in kinds
    ]

    assert drawn[0] != drawn[1]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(
            '"short"',
            '"short"\n[badge]\ncolor = "#ffee00"',
            "badge.color must be #rrggbb, and deep enough",
            id="badge-too-light",
        ),
        pytest.param(
            '"short"',
            '"short"\n[badge]\npattern = "plaid"',
            "badge.pattern must be one of waves, beads,",
            id="badge-of-no-pattern",
        ),
        pytest.param(
            '"short"',
            '"short"\n[badge]\nicon = "violin"',
            "badge.icon must be one of book, chart,",
            id="badge-of-no-icon",
        ),
        pytest.param(
            '"short"',
            '"short"\n[badge]\nshape = "star"',
            "badge.shape is no known key",
            id="badge-unknown-key",
        ),
        pytest.param(
            '"short"',
            '"short"\nimage = "pulse.svg"\n[badge]\nicon = "note"',
            "badge: what it chooses is not drawn",
            id="badge-and-image",
        ),
        pytest.param("name =", "nmae =", "name is missing", id="misspelled-key"),
        pytest.param('"- Listen."', "3", "criteria must be a str, not 3", id="wrong-type"),
        pytest.param('"Listening"', '"A\\nB"', "name must be one line", id="two-line-name"),
        pytest.param(
            '"Listening"', '"A\\u0007"', "name has the control character U.0007", id="bell"
        ),
        pytest.param('"Listening"', '"A\\u009b"', "name has .+ U.009B", id="c1-control"),
        pytest.param('"Listening"', '"A\\u202eB"', "name has .+ U.202E", id="turned-round"),
        pytest.param('"Listening"', '"\\u2067A"', "name has .+ U.2067", id="isolate"),
        pytest.param('"short"', '"long"', "rubric 'long' has no file", id="no-such-rubric"),
        pytest.param('"short"', '"short"\nlevel = 1', "level is no known key", id="unknown-key"),
        pytest.param(
            '"short"', '"short"\ntags = ["a", 2]', r"tags\[1\] must be a str", id="tag-no-text"
        ),
        pytest.param(
            '"short"', '"short"\nimage = "no.png"', "image 'no.png' cannot", id="image-not-there"
        ),
        pytest.param(
            '"short"',
            '"short"\nimage = "listening.toml"',
            "image is neither PNG nor plain UTF-8 SVG",
            id="image-no-picture",
        ),
        pytest.param(
            '"short"',
            '"short"\nachievement_type = "Medal"',
            "achievement_type 'Medal' is no type",
            id="achievement-type-of-no-standard",
        ),
        pytest.param(
            '"short"',
            '"short"\n[[alignments]]\ntarget_name = "A"\ntarget_url = "urn:x"',
            r"alignments\[0\].target_url must be an http or https address",
            id="alignment-without-address",
        ),
        pytest.param(
            '"short"',
            '"short"\n[[alignments]]\ntarget_name = "A"\ntarget_url = "https://a.example/"\n'
            'target_type = "Item"',
            r"alignments\[0\].target_type must be CFItem",
            id="alignment-of-no-type",
        ),
        pytest.param("name =", "name", "is not TOML", id="no-toml"),
    ],
)
def test_a_slip_in_an_achievement_is_named_with_its_file(
    folder: Path, old: str, new: str, says: str
) -> None:
    file = folder / "achievements" / "listening.toml"
    (folder / "achievements" / "pulse.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    file.write_text(ACHIEVEMENT_FILE.replace(old, new, 1))

    with pytest.raises(files.CatalogError, match=f"achievements/listening.toml: {says}"):
        files.load(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param('id = "met"', 'id = "not-yet"', "the id 'not-yet' stands twice", id="twice"),
        pytest.param('= "met"', '= "done"', "required: 'done' is no level", id="required-unknown"),
        pytest.param('"work"', '"Work!"', r"criteria\[0\].id must be small letters", id="bad-id"),
        pytest.param("= 2", "= 1", "points must grow", id="points-do-not-grow"),
        pytest.param("= 2", '= "2"', r"levels\[1\].points must be a int", id="points-a-text"),
        pytest.param("points = 2", "", r"levels\[1\].points is missing", id="level-without-points"),
        pytest.param(
            '[[criteria]]\nid = "work"', '[[criteria]]\nid = ""', "id is missing", id="empty-id"
        ),
    ],
)
def test_a_slip_in_a_rubric_is_named_with_its_file(
    folder: Path, old: str, new: str, says: str
) -> None:
    (folder / "rubrics" / "short.toml").write_text(RUBRIC_FILE.replace(old, new, 1))

    with pytest.raises(files.CatalogError, match=f"rubrics/short.toml: .*{says}"):
        files.load(folder)


@pytest.mark.parametrize("name", ["Listening.toml", "a--b.toml", "own-idea.toml", "a_b.toml"])
def test_a_file_name_that_is_no_id_is_refused(folder: Path, name: str) -> None:
    (folder / "achievements" / name).write_text(ACHIEVEMENT_FILE)

    with pytest.raises(files.CatalogError, match="the file's name"):
        files.load(folder)


def test_a_rubric_without_criteria_is_refused(folder: Path) -> None:
    (folder / "rubrics" / "short.toml").write_text('name = "Short"')

    with pytest.raises(files.CatalogError, match="at least one is needed"):
        files.load(folder)


def test_a_folder_without_achievements_says_what_it_must_hold(tmp_path: Path) -> None:
    with pytest.raises(files.CatalogError, match=r"must hold achievements/<id>\.toml"):
        files.load(tmp_path)


def test_loading_says_what_is_new(
    issuer: Issuer, folder: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    for day in (0, 1):
        moment = now + timedelta(days=day)
        commands.load(folder, issuer, now=moment)

    assert capsys.readouterr().out.splitlines() == [
        "listening  version 1  new",
        "listening  version 1  unchanged",
    ]


def test_loading_records_nothing_when_one_file_is_wrong(
    issuer: Issuer, folder: Path, now: datetime
) -> None:
    (folder / "achievements" / "z.toml").write_text("name = 1")
    with pytest.raises(files.CatalogError, match=r"z\.toml: ") as refused:
        commands.load(folder, issuer, now=now)
    with issuer.database.reading() as session:
        ids = session.scalars(select(AchievementVersion.achievement_id)).all()

    assert (refused.value.exit_status, "listening" in ids) == (1, False)
