"""What happens around a decision: reviews that differ, corrections, another look, a missing piece,
words that are covered, and those who must not judge after all."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from locks import wait_until_blocked
from PIL import Image
from played import ANSWERS, COMPLETION, MET, Play, address, read
from sqlalchemy import select

from issuer.outbox.tables import OutboxRow
from issuer.people import relations, roles
from issuer.people.roles import Role
from issuer.people.tables import BuildingRow, PersonRow, PostRow
from issuer.program import policy as policies
from issuer.program.evaluation import corrections
from issuer.program.evaluation.approval import approval_data
from issuer.program.evaluation.redactions import COVER
from issuer.program.evaluation.tables import AssignmentRow, LookRow, ProjectDecisionRow
from issuer.program.evidence.file_store import FileStore
from issuer.program.evidence.tables import ArtifactRow, PieceRow
from issuer.program.invariants import breaches
from issuer.program.projects import declarations, drafts, history
from issuer.program.projects.states import Act, Conditions, State
from issuer.program.projects.tables import ProjectRow, VersionRow
from verifier import clock

VERSIONS = select(VersionRow.id).order_by(VersionRow.id)
LISTS = (
    "/program/projects?q=quarkson",
    "/program/records/readers",
    "/program/records/requests?words=evidence",
)
"""Lists that name a teacher to a superintendent from whom no names are hidden."""
NOT_YET = {"level-learning": "met", "level-work": "not-yet", "comment-work": "Show one more."}


@pytest.fixture
def play(district):
    new_play = Play(district)
    new_play.begin()
    new_play.hand_in(**ANSWERS)
    new_play.assign("proposal")
    yield new_play
    with district.issuer.database.reading() as session:
        evidence = FileStore(district.issuer.settings.home / "evidence")
        assert list(breaches(session, evidence=evidence)) == []


def set_policy(play, **changes):
    with play.district.issuer.database.writing() as session:
        policy = replace(policies.current(session), **changes)
        policies.change(session, policy, by=None, now=clock.now())


def request_of(play):
    with play.district.issuer.database.reading() as session:
        number = session.scalar(select(VersionRow.id).order_by(VersionRow.id.desc()).limit(1))
    return f"/program/requests/{number}"


def decide(play, path, part="", **fields):
    """Send the form of a decision as it opens, with what is chosen in it."""
    mark = re.search(r'name="decision" value="([^"]*)"', play.at_chief.get(path).text)
    fields = {"decision": unescape(mark[1]) if mark else "", **fields}
    return play.at_chief.post(path + part, page=path, **fields)


def submitted(play):
    """Let a completed project be handed in and assigned."""
    set_policy(play, three_sign_offs=False)
    play.judge(**MET)
    play.release()
    play.add_evidence()
    assert play.hand_in(**COMPLETION).status_code == 303
    play.assign("completion")


def second(play, name="Lee Specimen"):
    """A second evaluator, to whom the request is given too."""
    person = play.district.add(name, Role.EVALUATOR)
    with play.district.issuer.database.writing() as session:
        declarations.declare(session, person, confidential=True, now=clock.now())
    path = "/program/assignments/proposal"
    version = request_of(play).rpartition("/")[2]
    play.at_chief.post(f"{path}/move", page=path, version=version, old=0, evaluator=person.id)
    return person, play.district.browser(person)


def judged(browser, **fields):
    path = re.search(r'href="(/judging/[\w-]+)"', browser.get("/judging").text)[1]
    return browser.post(path, page=path, act="give", revision=0, **fields)


def test_e38_a_review_that_is_begun_stays_in_the_queue(play):
    path = play.assignment()
    assert play.at_evaluator.post(path, revision="0", **NOT_YET).status_code == 303
    assert path in play.at_evaluator.get("/judging").text
    assert NOT_YET["comment-work"] in play.at_evaluator.get(path).text


def test_e39_where_reviews_differ_nothing_is_released_before_the_superintendent_decides(play):
    _, other = second(play)
    play.judge(**MET)
    assert judged(other, **NOT_YET).status_code == 303
    assert "The reviews differ, so you decide." in play.at_chief.get("/program/decisions").text
    assert play.release().status_code == 422
    path = request_of(play)
    refused = decide(play, path, **{**NOT_YET, "comment-work": ""})
    assert refused.status_code == 422
    assert decide(play, path, **MET).status_code == 303
    assert play.release().status_code == 303
    assert "under way" in play.at_teacher.get(play.project).text


def test_nothing_is_released_that_was_changed_after_the_page_was_shown(play):
    """Another evaluator, somebody else's decision, or a review set aside is looked at first."""
    play.judge(**MET)
    shown, path = play.shown_to_release(), request_of(play)
    _, other = second(play)
    assert "Somebody has changed these" in play.release(shown).text
    judged(other, **MET)
    shown = play.shown_to_release()
    decide(play, path, **NOT_YET)
    refused = play.release(shown)
    assert refused.status_code == 422
    assert "Somebody has changed these since you opened the page." in refused.text
    assert f'href="{path}"' in refused.text
    assert " checked" not in refused.text
    assert play.release([shown[0].partition(":")[0]]).status_code == 422
    shown = play.shown_to_release()
    number = re.search(r'name="assignment" value="(\d+)"', play.at_chief.get(path).text)[1]
    play.at_chief.post(f"{path}/set-aside", page=path, assignment=number)
    assert "Somebody has changed these" in play.release(shown).text
    assert "under way" not in play.at_teacher.get(play.project).text


def test_e40_a_correction_is_a_further_release_and_both_stay(play):
    play.judge(**NOT_YET)
    play.release()
    path = request_of(play)
    before = re.search(r'name="decision" value="([^"]*)"', play.at_chief.get(path).text)[1]
    answer = decide(play, path, "/correction", **MET)
    assert answer.status_code == 303
    page = play.at_teacher.get(play.project).text
    assert "under way" in page
    assert "takes the place of an earlier one" in page
    assert "Show one more." in page
    typed = {**NOT_YET, "comment-work": "Typed on a page from before."}
    stale = decide(play, path, "/correction", **typed, decision=before)
    assert (stale.status_code, typed["comment-work"] in stale.text) == (422, True)
    assert "Somebody else has decided meanwhile" in stale.text
    assert "Released as a correction" in stale.text
    back = decide(play, path, "/correction", **NOT_YET)
    assert back.status_code == 303
    assert (
        "Not yet: add what is asked for below, and hand it in again."
        in play.at_teacher.get(play.project).text
    )
    with play.district.issuer.database.reading() as session:
        rows = session.scalars(select(ProjectDecisionRow).order_by(ProjectDecisionRow.id)).all()
        assert [row.corrects for row in rows] == [None, rows[0].id, rows[1].id]


def test_a_release_goes_over_nothing_that_its_teacher_does_meanwhile(postgresql_district):
    """Without `decisions.lock` it would approve what is taken back while it reads (I4)."""
    play = Play(postgresql_district)
    play.begin()
    play.hand_in(**ANSWERS)
    play.assign("proposal")
    play.judge(**MET)
    database = postgresql_district.issuer.database
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            project = drafts.locked(session, play.project.rpartition("/")[2])
            open_window, by = Conditions(window_open=True), session.merge(play.teacher)
            history.take(session, project, Act.TAKE_BACK, open_window, by=by, now=clock.now())
            released = pool.submit(play.release)
            wait_until_blocked(session, released)
        assert released.result().status_code == 422
    with database.reading() as session:
        assert session.scalar(select(ProjectRow.state)) == State.DRAFT


def test_a_decision_that_was_overtaken_sends_no_mail(play):
    """E43: the condition is checked again when a mail is sent."""
    play.judge(**NOT_YET)
    play.release()
    path = request_of(play)
    decide(play, path, "/correction", **MET)
    with play.district.issuer.database.reading() as session:
        assert session.scalars(select(OutboxRow.kind)).all() == ["received", "decision", "decision"]


def test_what_led_to_a_credential_or_was_handed_in_anew_is_not_corrected_here(play):
    play.judge(**NOT_YET)
    play.release()
    path = request_of(play)
    play.hand_in(**{**ANSWERS, "plan": "Twelve weeks."})
    assert decide(play, path, "/correction", **MET).status_code == 422
    play.assign("proposal")
    submitted(play)
    play.judge(**MET)
    play.release()
    path = request_of(play)
    assert decide(play, path, "/correction", **NOT_YET).status_code == 422


def test_a_teacher_asks_once_and_somebody_not_involved_looks(play):
    play.judge(**NOT_YET)
    play.release()
    looker = play.district.add("Lee Specimen", Role.EVALUATOR)
    with play.district.issuer.database.writing() as session:
        declarations.declare(session, looker, confidential=True, now=clock.now())
    ask, path = f"{play.project}/look", request_of(play)
    assert play.at_teacher.post(ask, page=play.project, reason="The plan.").status_code == 303
    assert play.at_teacher.post(ask, page=play.project).location.endswith("no-look")
    assert "1 teacher asks for another look" in play.at_chief.get("/program").text
    page = play.at_chief.get(path).text
    assert "The plan." in page
    assert f'<option value="{looker.id}">' in page
    assert f'<option value="{play.evaluator.id}">' not in page
    involved = play.at_chief.post(f"{path}/look", page=path, evaluator=play.evaluator.id)
    assert involved.status_code == 422
    assert play.at_chief.post(f"{path}/look", page=path, evaluator=looker.id).status_code == 303
    assert judged(play.district.browser(looker), **MET).status_code == 303
    assert "The other look" in play.at_chief.get(path).text
    assert decide(play, path, "/correction", **MET).status_code == 303
    page = play.at_teacher.get(play.project).text
    assert "Somebody not involved looked at it" in page
    assert "Show one more." in page
    with play.district.issuer.database.reading() as session:
        assert session.scalars(select(LookRow.settled_at)).one() is not None


def test_a_decision_stands_after_another_look_and_its_teacher_is_told(play):
    play.judge(**NOT_YET)
    play.release()
    play.at_teacher.post(f"{play.project}/look", page=play.project)
    path, looker = request_of(play), play.district.add("Lee Specimen", Role.EVALUATOR)
    with play.district.issuer.database.writing() as session:
        declarations.declare(session, looker, confidential=True, now=clock.now())
    play.at_chief.post(f"{path}/look", page=path, evaluator=looker.id)
    assert play.at_chief.post(f"{path}/look", page=path, act="stays").status_code == 303
    with play.district.issuer.database.reading() as session:
        its = select(AssignmentRow.ending).where(AssignmentRow.evaluator_pk == looker.id)
        assert session.scalars(its).one() == "settled"  # nobody is asked for it any more
        kinds = session.scalars(select(OutboxRow.kind)).all()
    assert kinds == ["received", "decision", corrections.STAYS]


@pytest.mark.parametrize(("days", "asked"), [(0, 0), (14, 1)])
def test_another_look_is_asked_for_within_the_days_that_the_district_set(play, days, asked):
    set_policy(play, days_for_another_look=days)
    play.judge(**NOT_YET)
    play.release()
    play.at_teacher.post(f"{play.project}/look", page=play.project)
    with play.district.issuer.database.reading() as session:
        assert len(session.scalars(select(LookRow)).all()) == asked
        project = drafts.locked(session, play.project.rpartition("/")[2])
        late = clock.now() + timedelta(days=15)
        assert corrections.may_ask(session, project, policies.current(session), late) is None


def test_one_missing_piece_is_asked_for_without_a_decision(play):
    submitted(play)
    path = play.assignment()
    refused = play.at_evaluator.post(f"{path}/piece", page=path, piece=" ")
    assert refused.status_code == 422
    assert (
        play.at_evaluator.post(f"{path}/piece", page=path, piece="Week three.").status_code == 303
    )
    assert play.at_evaluator.post(f"{path}/piece", page=path, piece="More.").status_code == 422
    page = f"{play.project}/evidence"
    assert "Week three." in play.at_teacher.get(page).text
    hand_in = f"{play.project}/piece"
    assert play.at_teacher.post(hand_in, page=page).status_code == 422
    link = play.at_teacher.post(page, page=page, name="Week three", url="https://x.example/3")
    assert link.status_code == 303
    assert play.at_teacher.post(hand_in, page=page).status_code == 422
    play.at_teacher.post(f"{play.project}/consent", page=page, students="none", basis="not_needed")
    assert play.at_teacher.post(hand_in, page=page).status_code == 303
    judging = play.at_evaluator.get(path).text
    assert "https://x.example/3" in judging
    assert play.at_teacher.post(page, page=page, url="https://x.example/4").status_code == 422
    with play.district.issuer.database.reading() as session:
        assert [row["name"] for row in session.scalars(select(PieceRow)).one().files["files"]] == [
            "Week three"
        ]
        assert len(session.scalars(select(VersionRow)).all()) == 2  # no attempt
    play.judge(**MET)
    play.release()
    with play.district.issuer.database.writing() as session:
        for artifact in session.scalars(select(ArtifactRow)):
            artifact.withdrawn_at = clock.now() if artifact.name == "Reflections" else None
        decision = session.scalars(select(ProjectDecisionRow)).all()[-1]
        data = approval_data(session, decision, play.district.issuer.settings)
    assert [item["name"] for item in data["evidence"]] == ["Week three"]


def test_a_withdrawn_consent_hides_what_was_handed_in_from_its_evaluator(play):
    submitted(play)
    assert "https://drive.example/1" in play.at_evaluator.get(play.assignment()).text
    with play.district.issuer.database.writing() as session:
        session.scalars(select(ArtifactRow)).one().withdrawn_at = clock.now()
    page = play.at_evaluator.get(play.assignment()).text
    assert "https://drive.example/1" not in page
    assert "Its consent was withdrawn" in page


def test_e33_names_are_covered_and_the_superintendent_covers_what_else_tells(play):
    set_policy(play, names_hidden=True)
    with play.district.issuer.database.writing() as session:
        version = session.scalars(select(VersionRow)).one()
        version.answers = {
            **version.answers,
            "title": "Rhythm with Ms. Example",
            "plan": "I am JORDAN  Example (j@school.example), band leader of the Blue Comets.",
        }
    path = request_of(play)
    assert play.at_chief.post(f"{path}/words", page=path, words=" blue comets ").status_code == 303
    for page in (play.assignment(), "/judging"):
        text = play.at_evaluator.get(page).text
        assert "Example (" not in text
        assert not re.search("jordan|j@school|blue comets|Ms. Example", text, re.IGNORECASE)
        assert COVER in text
    assert "Blue Comets" in play.at_chief.get(path).text


def test_e25_a_relation_that_is_told_after_the_review_is_flagged_and_the_review_set_aside(play):
    play.judge(**MET)
    with play.district.issuer.database.writing() as session:
        teacher, evaluator = (
            session.get_one(PersonRow, person.id) for person in (play.teacher, play.evaluator)
        )
        relations.tell(session, teacher, evaluator, "", now=clock.now())
    assert "A reviewer has a conflict of interest" in play.at_chief.get("/program/decisions").text
    path = request_of(play)
    number = re.search(r'name="assignment" value="(\d+)"', play.at_chief.get(path).text)[1]
    answer = play.at_chief.post(f"{path}/set-aside", page=path, assignment=number)
    assert answer.status_code == 303
    assert "Nothing is ready to be decided." in play.at_chief.get("/program/decisions").text
    with play.district.issuer.database.reading() as session:
        row = session.scalars(select(AssignmentRow)).one()
        assert (row.ending, row.review.given_at is None) == ("set_aside", False)


def test_e24_what_is_with_somebody_who_left_is_planned_anew(play):
    with play.district.issuer.database.writing() as session:
        session.get_one(PersonRow, play.evaluator.id).left_at = clock.now()
    other = play.district.add("Lee Specimen", Role.EVALUATOR)
    play.assign("proposal")
    with play.district.issuer.database.reading() as session:
        rows = session.scalars(select(AssignmentRow).order_by(AssignmentRow.id)).all()
    assert [(row.evaluator_pk, row.ending) for row in rows] == [
        (play.evaluator.id, "reassigned"),
        (other.id, None),
    ]


def test_who_has_not_answered_this_year_is_asked_before_judging(play):
    with play.district.issuer.database.writing() as session:
        row = session.get_one(declarations.DeclarationRow, play.evaluator.id)
        row.confidential_at = clock.now() - timedelta(days=366)
    path = play.assignment()
    answer = play.at_evaluator.get(path)
    assert (answer.status_code, answer.location) == (303, f"/declaration?back={path}")
    assert play.at_evaluator.post(path, page="/declaration", **MET).status_code == 303
    fields = {"back": path, "confidential": "yes"}
    answer = play.at_evaluator.post("/declaration", page="/declaration", **fields)
    assert answer.location == path
    assert play.at_evaluator.get(path).status_code == 200


def test_after_the_third_not_yet_a_talk_is_offered_to_the_teacher_alone(play):
    offer = "Would a talk help?"
    for attempt in range(3):
        assert offer not in play.at_teacher.get(play.project).text
        if attempt:
            play.hand_in(**ANSWERS)
            play.assign("proposal")
        play.judge(**NOT_YET)
        play.release()
    assert offer in play.at_teacher.get(play.project).text
    assert offer not in play.at_chief.get(play.project).text


def test_r34_the_clock_is_seen_by_teacher_and_evaluator(play):
    due = clock.now() + timedelta(days=30)
    day = f"{due:%B} {due.day}, {due:%Y}"
    assert f"You will hear by {day}." in play.at_teacher.get(play.project).text
    assert f"the teacher is to hear by {day}" in play.at_evaluator.get(play.assignment()).text


def test_i11_an_evaluator_finds_no_word_of_whose_work_it_is(district):
    """A crawl over all that leads from the evaluator's pages, hidden names beat other roles. What
    is judged names no building, and no id of teacher or project (E34)."""
    play = Play(district)
    play.begin()
    set_policy(play, names_hidden=True, three_sign_offs=False)
    with district.issuer.database.writing() as session:
        school = BuildingRow(code="9", name="Zephyr Heights Academy")
        session.add_all([school, PostRow(person_pk=play.teacher.id, building=school)])
        teacher = session.get_one(PersonRow, play.teacher.id)
        teacher.name = teacher.folded = "Zebulon Quarkson"
    words = "I am Zebulon Quarkson of Zephyr Heights Academy, j@school.example."
    play.hand_in(**{**ANSWERS, "plan": words})
    play.assign("proposal")
    play.judge(**MET)
    play.release()
    photo, page = io.BytesIO(), f"{play.project}/evidence"
    tags = Image.Exif()
    tags[0x013B] = "Zebulon Quarkson"
    Image.new("RGB", (32, 32)).save(photo, "JPEG", exif=tags)
    photo.seek(0)
    play.at_teacher.post(page, page=page, file=(photo, "zebulon.jpg"))
    play.at_teacher.post(f"{play.project}/consent", page=page, students="none", basis="not_needed")
    play.hand_in(**{**COMPLETION, "learning": words})
    play.assign("completion")
    with district.issuer.database.writing() as session:
        me, first = session.get_one(PersonRow, play.evaluator.id), clock.now().date()
        for role in (Role.SUPERINTENDENT, Role.COACH, Role.BUILDING_ADMINISTRATOR):
            here = session.merge(school) if role is Role.BUILDING_ADMINISTRATOR else None
            begins = first - timedelta(days=1)
            roles.grant(session, me, role, building=here, first_day=begins, now=clock.now())
        versions = [f"/program/requests/{number}" for number in session.scalars(VERSIONS)]
    assert play.at_chief.get(page.replace("evidence", "coaching")).status_code == 200
    read(play.at_chief, address(play.at_teacher, play.project))  # which is noted
    names_on = {page: re.findall(r"Quarkson", play.at_chief.get(page).text) for page in LISTS}
    assert [page for page, names in names_on.items() if not names] == []
    hits = re.compile(rb"zebulon|quarkson|j@school", re.IGNORECASE)
    ids = (play.teacher.public_id, play.project.rpartition("/")[2])
    paths, seen = ["/judging", "/program", play.project, page, *versions, *LISTS], set()
    while paths:
        path = paths.pop()
        seen.add(path)
        with play.at_evaluator.get(path) as answer:
            text = answer.get_data()
            # what was searched for is said again, as it was typed
            assert not hits.search(text.replace(b"quarkson", b"")), path
            assert not hits.search(str(answer.headers).encode()), path
            if path.startswith(("/judging", "/evidence", "/program/requests")):
                assert b"zephyr" not in text.lower(), path
            if path.startswith("/judging"):
                assert not [number for number in ids if number.encode() in text], path
        links = re.findall(
            r'(?:href|src)="(/(?:judging|evidence|program|projects|coaching|buildings)[^"#]*)',
            text.decode("latin-1"),
        )
        paths += set(links) - seen - set(paths)
    assert sum(path.startswith("/evidence/") for path in seen) == 1
    assert play.at_evaluator.get(play.project).status_code == 404
    play.judge(**MET)
    for path in (play.project, *versions):
        assert play.at_evaluator.get(path).status_code == 200
