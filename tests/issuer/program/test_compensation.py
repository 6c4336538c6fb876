"""Money in tables and on pages: what a project brings, and what is left (R24-R28, I8, I9)."""

import threading
from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy
from paying import ANSWERS, Paying, hand_in, moment, paying
from signed_in_browsers import District

from issuer.__main__ import main
from issuer.app import create_app
from issuer.home.settings import PROGRAM
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.status_lists import lists
from issuer.outbox.kinds import DeliveryError
from issuer.outbox.tables import OutboxRow
from issuer.people.roles import Role
from issuer.people.tables import KeptFormRow, PersonRow
from issuer.program import policy as policies
from issuer.program.compensation import (
    against_cap,
    agreements,
    ledger,
    standing,
    steps,
    titles,
    values,
)
from issuer.program.compensation.invariants import INVARIANTS
from issuer.program.compensation.runs import closing, pay_runs, settling
from issuer.program.compensation.runs.due import digest, due
from issuer.program.compensation.tables import ClosedYearRow, PayRecordRow
from issuer.program.evaluation import issuing
from issuer.program.projects.states import Act
from issuer.program.projects.submission import Incomplete
from issuer.program.projects.tables import OfferingRow, ProjectRow, TopicRow
from issuer.program.records import own_data
from verifier import clock

FALL = moment("2026-09-10")
WHOLE = (Act.APPROVE, Act.SUBMIT, Act.APPROVE)


@pytest.fixture
def at(monkeypatch):
    """Set the clock of everything to noon of a day."""

    def set_to(day):
        monkeypatch.setattr(clock, "now", lambda: moment(day))
        return moment(day)

    return set_to


@pytest.fixture
def money(district, at):
    at("2026-09-10")
    return paying(district)


@pytest.fixture
def ana(money):
    money.agree(FALL)
    return money.teacher("Ana", "62,480")


def money_page_of(money, person):
    return money.browser(person).get("/my-money").text


def test_a_district_that_pays_nothing_sees_no_word_of_it(money):
    person = money.teacher("Ana")
    browser = money.browser(person)
    assert browser.get("/my-money").status_code == 404
    project = money.draft(person, None, FALL)
    for path in ("/projects", f"/projects/{project}", "/account"):
        assert "money" not in browser.get(path).text.replace("micro", "")
    assert hand_in(browser, project).status_code == 303
    assert money.sums(person) == {}
    assert main(["--home", str(money.district.issuer.settings.home), "program", "check"]) == 0


def test_a_rule_that_is_not_set_is_named_and_keeps_windows_shut(money, capsys):
    """Play B 8: `at_threshold` unset → check exits 2, windows do not open."""
    money.agree(FALL, at_threshold=None)
    person = money.teacher("Ana", "62,480")
    project = money.draft(person, None, FALL)
    browser = money.browser(person)
    assert "No window is open now" in browser.get(f"/projects/{project}").text
    assert hand_in(browser, project).status_code == 422
    check = ["--home", str(money.district.issuer.settings.home), "program", "check"]
    assert main(check) == 2
    assert "at_threshold: not set; write A or B" in capsys.readouterr().out
    assert "Still to be set:" in money.browser(money.chief).get("/pay/contract").text
    money.agree(FALL)
    assert main(check) == 0
    assert hand_in(browser, project).status_code == 303


def test_the_contract_is_written_on_its_page(money):
    chief = money.browser(money.chief)
    assert "Pay for micro-credentials" in chief.get("/program/setup").text
    from paying import SETTINGS

    path = "/pay/contract"
    answer = chief.post(path, page=path, **(SETTINGS | {"threshold": "much", "year_start": "2-30"}))
    assert answer.status_code == 422
    assert 'value="much"' in answer.text
    answer = chief.post(path, page=path, **SETTINGS, **{"clause-as_of": "Article 12.3"})
    assert answer.status_code == 303
    assert "Every rule is set." in chief.get(path).text
    rules = money.browser(money.teacher("Ana", "62,480")).get("/pay/rules").text
    assert "Article 12.3" in rules
    assert "Whoever earns 75,000.00 may ask for up to 2,000.00 a year." in rules
    assert "has 500.00 left then" in rules


@pytest.mark.parametrize("rule", ["tier", "cap"])
def test_where_payroll_hands_over_no_salary_nothing_is_asked_about_salaries(money, rule):
    rules = {"threshold": None, "at_threshold": None, "basis": None, "given": rule}
    if rule == "cap":
        rules |= {"below": None, "above": None}
    money.agree(FALL, **rules)
    with money.reading() as session:
        assert agreements.current(session).missing == {}
    record = {"tier": "B"} if rule == "tier" else {"cap": 1_250_47}
    person = money.teacher("Ana", **record)
    left = "600.00" if rule == "tier" else "1,250.47"
    assert f"{left} left" in money_page_of(money, person)


def test_a_sum_moves_on_with_its_project(money, ana):
    project = money.draft(ana, money.offering("One", "800.00"), FALL)
    money.step(project, Act.SUBMIT, now=FALL)
    assert money.sums(ana) == {"applied": 800_00}
    money.step(project, Act.NOT_YET, now=FALL)
    assert money.sums(ana) == {}
    money.step(project, Act.SUBMIT, Act.APPROVE, now=FALL)
    assert money.sums(ana) == {"approved": 800_00}
    money.step(project, Act.WITHDRAW, Act.REOPEN, now=FALL)
    assert money.sums(ana) == {}
    money.step(project, Act.SUBMIT, *WHOLE, Act.ISSUE, now=FALL)
    assert money.sums(ana) == {"earned": 800_00}


def test_e60_a_value_that_is_changed_later_changes_nothing_that_was_handed_in(money, ana):
    offering = money.offering("One", "800.00")
    project = money.draft(ana, offering, FALL)
    money.step(project, Act.SUBMIT, now=FALL)
    with money.writing() as session:
        row = session.scalar(sqlalchemy.select(OfferingRow).filter_by(public_id=offering))
        values.set_value(session, row, 900_00, by=money.chief, now=FALL)
    money.step(project, Act.APPROVE, now=FALL)
    assert money.sums(ana) == {"approved": 800_00}


def test_a_project_may_ask_for_nothing(money, ana):
    """I9: the cap limits the amount, never the project."""
    offering = money.offering("One", "2,000.01")
    project = money.draft(ana, offering, FALL)
    browser = money.browser(ana)
    answer = hand_in(browser, project)
    assert answer.status_code == 422
    assert "asks for more than is left" in answer.text
    assert browser.post(f"/my-money/{project}", page="/my-money", amount="").status_code == 303
    assert hand_in(browser, project).status_code == 303
    assert money.sums(ana) == {}


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("1e3", "Write an amount"),
        ("-3", "Write an amount"),
        ("900", "more than the project is worth"),
        ("99999999999", "Write an amount"),
    ],
)
def test_an_amount_that_cannot_be_stays_in_the_form(money, ana, amount, message):
    project = money.draft(ana, money.offering("One", "800.00"), FALL)
    answer = money.browser(ana).post(f"/my-money/{project}", page="/my-money", amount=amount)
    assert answer.status_code == 422
    assert message in answer.text
    assert f'value="{amount}"' in answer.text


def test_without_a_pay_record_or_with_two_of_a_day_only_nothing_is_asked_for(money):
    """E59"""
    money.agree(FALL)
    person = money.teacher("Ana")
    project = money.draft(person, money.offering("One", "800.00"), FALL)
    browser = money.browser(person)
    assert "payroll has no record of you yet" in hand_in(browser, project).text
    with money.writing() as session:
        money.record(session, person, "62,480")
        money.record(session, person, "82,480")
    assert "contradict each other" in hand_in(browser, project).text
    assert "contradict each other" in browser.get("/my-money").text


def test_what_counts_from_the_approval_on_is_limited_there(money):
    """I9: two approvals at once; the second brings what is left."""
    money.agree(FALL, cap_counts="approval")
    person = money.teacher("Ana", "62,480")
    for title in ("One", "Two"):
        project = money.draft(person, money.offering(title, "1,200.00"), FALL)
        money.step(project, Act.SUBMIT, Act.APPROVE, now=FALL)
    assert money.sums(person) == {"approved": 2_000_00}


@pytest.mark.parametrize("statement", ["UPDATE pay_ledger SET cents = 1", "DELETE FROM pay_ledger"])
def test_i8_the_database_refuses_to_change_the_ledger(any_issuer, statement):
    money = on(any_issuer)
    project = money.draft(money.person, money.offering("One", "800.00"), FALL)
    money.step(project, Act.SUBMIT, now=FALL)
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="only grows"), money.writing() as session:
        session.execute(sqlalchemy.text(statement))
    assert money.sums(money.person) == {"applied": 800_00}


def on(issuer):
    """A district on a database, with a teacher who has 2,000.00."""
    app = create_app(issuer.settings)
    district = District(app, issuer)
    with issuer.database.writing() as session:
        session.add(TopicRow(name="music"))
        policy = replace(policies.PILOT, proposal_rubric="completion")
        policies.change(session, policy, by=None, now=FALL)
    app.extensions["mintmark"].database.close()
    money = Paying(district, district.add("Pat Model", Role.SUPERINTENDENT))
    money.agree(FALL)
    money.person = money.teacher("Ana", "62,480")
    return money


def test_e58_of_two_submissions_that_meet_the_cap_at_once_one_is_refused(any_issuer):
    money = on(any_issuer)
    drafts = [money.draft(money.person, money.offering(title, "1,200.00"), FALL) for title in "AB"]
    both, refused = threading.Barrier(2), []

    def submit(project):
        both.wait()
        try:
            money.step(project, Act.SUBMIT, now=FALL)
        except Incomplete:
            refused.append(project)

    threads = [threading.Thread(target=submit, args=(project,)) for project in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert money.sums(money.person) == {"applied": 1_200_00}


def test_my_money_asks_few_questions_of_the_database(money, ana):
    for number in range(30):
        offering = money.offering(f"O{number}", "10.00")
        project = money.draft(ana, offering, FALL)
        if number % 2:
            money.step(project, Act.SUBMIT, now=FALL)
    browser, asked = money.browser(ana), []
    engine = money.district.issuer.database.engine
    sqlalchemy.event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert browser.get("/my-money").status_code == 200
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 12, asked


def test_a_year_that_is_closed_takes_no_entry(money, ana):
    with money.writing() as session:
        session.execute(
            sqlalchemy.text(
                "INSERT INTO pay_closed_years VALUES ('2025-07-01', '2026-07-02 12:00:00', 1)"
            )
        )
        with pytest.raises(ledger.YearClosed):
            ledger.post(
                session,
                person_pk=ana.id,
                claim="x",
                stage=ledger.Stage.PAID,
                cents=1,
                on=moment("2026-06-30").date(),
                why=ledger.Why.OPENING,
                now=FALL,
            )


def test_who_meets_a_year_that_was_just_closed_reads_so_and_nothing_changed(money, ana):
    project = money.draft(ana, money.offering("One", "800.00"), FALL)
    close_this_year(money)
    answer = hand_in(money.browser(ana), project)
    assert (answer.status_code, "was closed meanwhile" in answer.text) == (409, True)
    assert (money.sums(ana), state_of(money, project)) == ({}, "draft")


def test_issuing_that_meets_a_year_that_was_just_closed_is_tried_again(money, ana, monkeypatch):
    """Its sum waited for pay records, which agree again when the credential is there."""
    monkeypatch.setattr(issuing, "in_transaction", lambda *_, **__: 1)
    monkeypatch.setattr(issuing, "issue", lambda *_, **__: [])
    money.agree(FALL, cap_counts="approval")
    project = money.draft(ana, money.offering("One", "800.00"), FALL)
    money.step(project, Act.SUBMIT, now=FALL)
    with money.writing() as session:
        money.record(session, ana, "82,480")
    money.step(project, *WHOLE, now=FALL)
    with money.writing() as session:
        session.execute(sqlalchemy.delete(PayRecordRow).filter_by(salary=82_480_00))
    close_this_year(money)
    send, message = issuing.kind().send, OutboxRow(about=project)
    with pytest.raises(DeliveryError, match="is closed") as raised:
        send(money.district.issuer, message)
    assert (raised.value.for_good, state_of(money, project)) == (False, "approved")
    with money.writing() as session:
        session.execute(sqlalchemy.delete(ClosedYearRow))
    send(money.district.issuer, message)
    assert (money.sums(ana), state_of(money, project)) == ({"earned": 800_00}, "issued")


def close_this_year(money):
    """Close the year of `FALL`, as somebody might between a look at the clock and an entry."""
    with money.writing() as session:
        row = ClosedYearRow(first_day=moment("2026-07-01").date(), closed_at=FALL)
        row.closed_by = money.chief.id
        session.add(row)


def state_of(money, project):
    with money.reading() as session:
        return session.scalar(sqlalchemy.select(ProjectRow.state).filter_by(public_id=project))


def test_an_approval_after_all_brings_what_not_yet_took(money, ana):
    """What is asked for meanwhile counts first: the cap holds."""
    project = money.draft(ana, money.offering("One", "1,200.00"), FALL)
    money.step(project, Act.SUBMIT, Act.NOT_YET, now=FALL)
    other = money.draft(ana, money.offering("Two", "1,100.00"), FALL)
    money.step(other, Act.SUBMIT, now=FALL)
    money.step(project, Act.APPROVE_AFTER_ALL, now=FALL)
    assert money.sums(ana) == {"applied": 1_100_00, "approved": 900_00}
    money.step(project, Act.NOT_YET_AFTER_ALL, Act.APPROVE_AFTER_ALL, now=FALL)
    assert money.sums(ana) == {"applied": 1_100_00, "approved": 900_00}


def test_claims_go_on_while_a_rule_is_cleared(money, ana):
    project = money.draft(ana, money.offering("One", "800.00"), FALL)
    money.step(project, Act.SUBMIT, now=FALL)
    money.agree(FALL, at_threshold=None)
    money.step(project, *WHOLE, now=FALL)
    assert money.sums(ana) == {"earned": 800_00}


def test_what_an_own_idea_is_worth_is_set_before_its_release(money, ana):
    project = money.draft(ana, None, FALL)
    money.step(project, Act.SUBMIT, now=FALL)
    with money.writing() as session:
        row = session.scalar(sqlalchemy.select(ProjectRow).filter_by(public_id=project))
        values.set_value(session, row, 2_300_00, by=money.chief, now=FALL)
    money.step(project, Act.APPROVE, now=FALL)
    assert money.sums(ana) == {"approved": 2_000_00}


@pytest.mark.parametrize("cap_counts", ["application", "approval"])
def test_a_release_waits_for_no_pay_record(money, cap_counts):
    """E59: the project moves on; its sum is approved once the records agree."""
    money.agree(FALL, cap_counts=cap_counts)
    person = money.teacher("Ana", "62,480")
    project = money.draft(person, money.offering("One", "800.00"), FALL)
    money.step(project, Act.SUBMIT, now=FALL)
    with money.writing() as session:
        money.record(session, person, "82,480")
    money.step(project, Act.APPROVE, now=FALL)
    waits = cap_counts == "approval"
    assert money.sums(person) == {"applied" if waits else "approved": 800_00}
    with money.writing() as session:
        session.execute(sqlalchemy.delete(PayRecordRow).filter_by(salary=62_480_00))
        steps.settle(session, person.id, now=FALL, by=money.chief)
    assert money.sums(person) == {"approved": 600_00 if waits else 800_00}


def test_her_money_is_in_her_data_alone_and_erasing_leaves_the_ledger(money, ana):
    """I8, I10"""
    ben = money.teacher("Ben", "81,950")
    project = money.draft(ana, None, FALL)
    with money.writing() as session:
        row = session.scalar(sqlalchemy.select(ProjectRow).filter_by(public_id=project))
        values.set_value(session, row, 500_00, by=money.chief, now=FALL)
    money.step(project, Act.SUBMIT, *WHOLE, Act.ISSUE, now=FALL)
    with money.reading() as session:
        people = (session.get_one(PersonRow, person.id) for person in (ana, ben, money.chief))
        hers, his, none = (own_data.data(session, person) for person in people)
    assert [row["salary"] for row in his["money"]["pay_records"]] == ["81950.00"]
    assert his["money"]["ledger"] == []
    assert "money" not in none
    hers = hers["money"]
    assert hers["pay_records"][0]["salary"] == "62480.00"
    assert hers["awards"] == [{"award": ANSWERS["title"], "earned": "500.00"}]
    assert [(row["stage"], row["amount"]) for row in hers["ledger"]][-2:] == [
        ("approved", "-500.00"),
        ("earned", "500.00"),
    ]
    path = f"/people/{ana.public_id}"
    chief = money.browser(money.chief)

    def erase():
        fields = {"erase-name": "Ana Example"}
        return chief.post(f"{path}/erase", page=f"{path}/change", **fields)

    answer = erase()
    assert answer.status_code == 422
    assert "earned is not paid yet" in answer.text
    with money.writing() as session:
        post = {"person_pk": ana.id, "claim": project, "on": FALL.date(), "now": FALL}
        why = ledger.Why.LEFT
        ledger.post(session, **post, stage=ledger.Stage.EARNED, cents=-500_00, why=why)
    assert erase().status_code == 303
    with money.reading() as session:
        assert session.scalars(sqlalchemy.select(PayRecordRow.person_pk)).all() == [ben.id]
        assert len(ledger.entries(session, ana.id)) > 2
        assert titles.titles_of(session, [project]) == {}


def test_i10_an_amount_is_not_kept_in_a_form_that_comes_too_late(money, ana):
    project = money.draft(ana, money.offering("One", "800.00"), FALL)
    browser = money.browser(ana)
    answer = browser.post(f"/my-money/{project}", page="", amount="283.47")
    assert answer.location.startswith("/my-money?")
    assert "fill them in once more" in browser.get(answer.location).text
    with money.reading() as session:
        assert session.scalar(sqlalchemy.select(KeptFormRow)) is None


def test_what_was_given_again_is_proposed_again_once_it_is_withdrawn_again(money, ana, at):
    """I8: two withdrawals, and between them the credential was issued again."""
    project = money.draft(ana, money.offering("One", "800.00"), FALL)
    money.step(project, Act.SUBMIT, *WHOLE, Act.ISSUE, now=FALL)
    later = at("2027-09-10")  # the keys of this home are there by then

    def issued(revision):
        id = f"a-{revision}"
        credential = money.district.issue("Ana Example", approval_id=id, at=later)
        rows = sqlalchemy.update(ApprovalRow).filter_by(approval_id=id)
        own = {"source": PROGRAM, "approval_id": f"{PROGRAM}:{project}", "revision": revision}
        with money.writing() as session:  # approvals of this source come from inside alone
            session.execute(rows.values(own))
        return credential

    def revoke(credential):
        issuer = money.district.issuer
        lists.revoke(issuer, credential, reason="Another’s.", by="command", now=later)

    def decide(*expected, carry_out=True):
        with money.writing() as session:
            (item,) = settling.waiting(session)
            assert (item.ground, item.cents) == expected
            agreement, how = agreements.current(session), {"by": money.chief, "now": later}
            settling.decide(session, agreement, item, carry_out=carry_out, **how)
            session.flush()
            assert settling.waiting(session) == []

    first = issued(1)
    revoke(first)
    decide("withdrawn", -800_00)
    second = issued(2)
    decide("back", 800_00)
    revoke(second)
    decide("withdrawn", -800_00)
    assert money.sums(ana) == {}
    third = issued(3)
    decide("back", 800_00, carry_out=False)
    revoke(third)
    with money.reading() as session:
        assert settling.waiting(session) == []


def test_the_check_names_a_claim_above_the_cap_and_one_that_stands_elsewhere(money, ana):
    """I8, I9: `mintmark program check` proves the ledger, on any district's database."""
    project = money.draft(ana, money.offering("One", "800.00"), FALL)
    money.step(project, Act.SUBMIT, now=FALL)
    check = ["--home", str(money.district.issuer.settings.home), "program", "check"]
    assert main(check) == 0
    with money.writing() as session:
        entry = {"person_pk": ana.id, "on": FALL.date(), "now": FALL, "why": ledger.Why.STEP}
        applied, earned = ledger.Stage.APPLIED, ledger.Stage.EARNED
        ledger.post(session, claim="x", stage=applied, cents=1_200_01, **entry)
        ledger.post(session, claim=project, stage=earned, cents=1, **entry)
    with money.reading() as session:
        broken = {(b.invariant, b.about) for check in INVARIANTS for b in check(session)}
    assert broken == {("I9", "x"), ("I9", project), ("I8", project)}


def test_e61_a_run_on_either_database_pays_what_is_earned_and_no_more(any_issuer):
    """What is approved while a run is locked is in the next; a leaver and who waits are named."""
    money = on(any_issuer)
    first, later = (money.draft(money.person, money.offering(t, "800.00"), FALL) for t in "AB")
    money.step(first, Act.SUBMIT, *WHOLE, now=FALL)
    with money.writing() as session:
        agreement, lines = agreements.current(session), due(session)
        run = pay_runs.lock(session, agreement, digest(lines), by=money.chief, now=FALL)
        with pytest.raises(pay_runs.PayRunRefused, match="changed since"):
            pay_runs.lock(session, agreement, digest(lines), by=money.chief, now=FALL)
    money.step(later, Act.SUBMIT, *WHOLE, now=FALL)
    with money.writing() as session:
        locked = pay_runs.find(session, run.public_id, locked=True)
        assert locked.file.count(b"\r\n") == 2
        pay_runs.confirm(session, agreement, locked, by=money.chief, now=FALL)
        assert not [breach for check in INVARIANTS for breach in check(session)]
    assert money.sums(money.person) == {"earned": 800_00, "paid": 800_00}
    with money.writing() as session:
        person = session.get(PersonRow, money.person.id)
        person.left_at, person.staff_number = FALL, None
    with money.reading() as session:
        (line,) = due(session)
        assert (line.cents, "no staff number" in line.blocked) == (800_00, True)
        assert [item.ground for item in settling.waiting(session)] == ["left"]
        (year,) = closing.years(session, agreement.contract, FALL.date())
        assert (year.open_claims, year.open_cents, year.may_close) == (1, 800_00, False)
        by_building, by_year = against_cap.tables(session, agreement.contract, FALL.date())
        assert len(by_building.rows) == 2
        assert len(by_year.rows) == 1
        same_as_one_by_one(session, agreement.contract)


def same_as_one_by_one(session, contract):
    """What reports read of everybody at once is what the pages read of each person."""
    claims, today = ledger.claims_by_person(session), FALL.date()
    entries = ledger.by_person(session)
    assert {person: Counter(own) for person, own in claims.items()} == {
        person: Counter(ledger.claims(rows)) for person, rows in entries.items()
    }
    stands = dict(standing.of_all(session, contract, claims, today))
    assert set(stands) >= set(entries)
    for person, year in stands.items():
        assert year == standing.standing_of(contract, standing.books(session, person), today)
