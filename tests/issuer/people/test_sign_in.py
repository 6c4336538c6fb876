"""Signing in by mail (T29; E42, E46): once, soon, and in the browser that asked."""

import re
from datetime import timedelta

import pytest
from signed_in_browsers import statements
from sqlalchemy import select

from issuer.people import register
from issuer.people.roles import Role
from issuer.people.signing_in import sign_in
from issuer.people.tables import PersonAddressRow, PersonRow, SignInRow

MINUTE = timedelta(minutes=1)
JORDAN = "jordan@school.example"


@pytest.fixture
def jordan(district):
    return district.add("Jordan Example", address=JORDAN)


def ask(browser, address=JORDAN, **fields):
    return browser.client.post("/sign-in", data={"address": address, **fields})


def link_in(mail):
    return re.search(
        r"http://localhost:8202(/sign-in/\S+)", mail.get_body(("plain",)).get_content()
    )[1]


def asked(district, sink, browser, **fields):
    """Ask for a link, and return its path from the mail."""
    assert ask(browser, **fields).status_code == 303
    district.deliver()
    return link_in(sink.mails[-1])


def who(browser):
    """Return the name in the header; None for a browser in which nobody is signed in."""
    account = browser.get("/account")
    return (
        re.search(r"<h1><bdi>(.+?)</bdi>", account.text)[1] if account.status_code == 200 else None
    )


def digits(page):
    return "".join(re.search(r"<span>(\d{3})</span> <span>(\d{3})</span>", page.text).groups())


def test_the_link_signs_in_the_browser_that_asked_and_works_once(district, jordan, sink):
    browser = district.browser()
    path = asked(district, sink, browser, lands_on="/verify")
    assert sink.mails[0]["To"] == f"Jordan Example <{JORDAN}>"
    assert who(browser) is None
    answer = browser.get(path)
    assert (answer.status_code, answer.location) == (303, "/verify")
    assert who(browser) == "Jordan Example"
    assert browser.get(path).status_code == 410
    assert district.browser().get(path).status_code == 410


def test_elsewhere_the_link_changes_nothing_and_shows_six_digits(district, jordan, sink):
    """(E42) A scanner opens every link of a mail, twice, and with HEAD before."""
    browser, scanner = district.browser(), district.browser()
    path = asked(district, sink, browser)
    scanner.client.head(path)
    pages = [scanner.get(path) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert JORDAN in pages[0].text
    assert who(scanner) is None
    assert scanner.client.post(path).status_code == 410  # some submit what they find
    answer = browser.client.post(
        "/sign-in/sent", data={"code": f" {digits(pages[0])[:3]} {digits(pages[0])[3:]}"}
    )
    assert answer.status_code == 303
    assert who(browser) == "Jordan Example"
    assert scanner.get(path).status_code == 410


@pytest.mark.parametrize("header", ["prefetch", "prefetch;prerender"])
def test_a_browser_that_looks_ahead_uses_nothing_up(district, jordan, sink, header):
    browser = district.browser()
    path = asked(district, sink, browser)
    browser.get(path, headers={"Sec-Purpose": header})
    browser.client.head(path)
    assert who(browser) is None
    browser.get(path)
    assert who(browser) == "Jordan Example"


def test_the_digits_work_in_no_other_browser(district, jordan, sink):
    browser, other = district.browser(), district.browser()
    path = asked(district, sink, browser)
    code = digits(other.get(path))
    assert other.client.post("/sign-in/sent", data={"code": code}).status_code == 422
    ask(other, "nobody@school.example")
    assert other.client.post("/sign-in/sent", data={"code": code}).status_code == 422
    assert who(other) is None


def test_after_five_tries_the_digits_are_void_and_the_link_is_not(district, jordan, sink):
    browser, phone = district.browser(), district.browser()
    path = asked(district, sink, browser)
    code = digits(phone.get(path))
    for wrong in ("", "12", "abcdef", "٣٤٥٦٧٨", f"{(int(code) + 1) % 1_000_000:06}"):
        assert browser.client.post("/sign-in/sent", data={"code": wrong}).status_code == 422
    assert browser.client.post("/sign-in/sent", data={"code": code}).status_code == 422
    browser.get(path)
    assert who(browser) == "Jordan Example"


def test_nobody_guesses_digits_that_nobody_was_shown(district, jordan, sink):
    """Whoever asks for somebody else's address can guess, but only once the owner opened it."""
    stranger = district.browser()
    ask(stranger)
    with district.issuer.database.reading() as session:
        row = session.scalars(select(SignInRow)).one()
    code = sign_in.code(district.issuer.settings, row)
    assert stranger.client.post("/sign-in/sent", data={"code": code}).status_code == 422


def test_twenty_wrong_digits_a_day_for_one_address_end_all_guessing(district, jordan, sink, at):
    stranger, phone = district.browser(), district.browser()
    for _ in range(4):
        path = asked(district, sink, stranger)
        phone.get(path)
        for _ in range(5):
            stranger.client.post("/sign-in/sent", data={"code": "1"})
    path = asked(district, sink, stranger)
    code = digits(phone.get(path))
    assert stranger.client.post("/sign-in/sent", data={"code": code}).status_code == 422
    stranger.get(path)
    assert who(stranger) == "Jordan Example"  # the link does, for whoever has the mail


def test_a_link_lasts_a_quarter_of_an_hour(district, jordan, sink, at):
    browser, phone = district.browser(), district.browser()
    path = asked(district, sink, browser)
    code = digits(phone.get(path))
    at(15 * MINUTE)
    assert browser.get(path).status_code == 410
    assert browser.client.post("/sign-in/sent", data={"code": code}).status_code == 422
    assert who(browser) is None


@pytest.mark.parametrize("token", ["x", "IkFBQUFBIg.x", "../../verify"])
def test_a_link_that_is_not_ours_opens_nothing(district, token):
    assert district.browser().get(f"/sign-in/{token}").status_code in (404, 410)


def test_what_nobody_has_is_answered_by_the_same_steps(district, jordan, sink):
    """The same page, the same cookie, the same statements: no answer and no time betrays it."""
    with district.issuer.database.writing() as session:
        row = register.add_address(
            session, session.merge(jordan), "new@school.example", verified_at=None
        )
        assert row.verified_at is None
    taken = {}
    for address in (JORDAN, "nobody@school.example", "new@school.example"):
        with statements(district.issuer) as sent:
            answer = ask(district.browser(), address)
        headers = [(k, v.partition("=")[0]) for k, v in answer.headers if k != "Content-Length"]
        taken[address] = (answer.status_code, answer.text, headers, sent)
    assert taken[JORDAN] == taken["nobody@school.example"] == taken["new@school.example"]
    district.deliver()
    assert [mail["To"] for mail in sink.mails] == [f"Jordan Example <{JORDAN}>"]
    with district.issuer.database.reading() as session:
        rows = session.scalars(select(SignInRow).order_by(SignInRow.id)).all()
    assert [row.person_pk is None for row in rows] == [False, True, True]


def test_no_table_says_which_unknown_address_was_asked_for(district, jordan, sink):
    ask(district.browser(), "secret@elsewhere.example")
    district.deliver()
    database = district.issuer.settings.home / "mintmark.sqlite3"
    district.issuer.database.close()
    files = [database, *database.parent.glob("mintmark.sqlite3-*")]
    assert not any(b"secret@elsewhere" in file.read_bytes() for file in files)


def test_more_than_five_links_in_a_quarter_of_an_hour_are_not_sent(district, jordan, sink, at):
    for _ in range(7):
        assert ask(district.browser(), JORDAN.upper()).status_code == 303
    district.deliver()
    assert len(sink.mails) == 5
    at(16 * MINUTE)
    ask(district.browser())
    district.deliver()
    assert len(sink.mails) == 6


def test_a_school_of_300_signs_in_from_one_address(district, sink):
    """Each asks, opens the link on a phone and types the digits: within ten minutes."""
    for number in range(300):
        district.add(f"Teacher {number}", address=f"t{number}@school.example")
    browsers = [district.browser() for _ in range(300)]
    for number, browser in enumerate(browsers):
        assert ask(browser, f"t{number}@school.example").status_code == 303
    with district.issuer.database.reading() as session:
        rows = session.scalars(select(SignInRow).order_by(SignInRow.id)).all()
    settings = district.issuer.settings
    for row, browser in zip(rows, browsers, strict=True):
        browser.get(f"/sign-in/{sign_in.link_token(settings, row)}")
    assert [who(browser) for browser in browsers] == [f"Teacher {n}" for n in range(300)]


def test_one_address_of_the_net_cannot_ask_without_end(district):
    statuses = {ask(district.browser(), "@").status_code for _ in range(901)}
    assert statuses == {303, 429}


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:1", "/a\nb"],
)
def test_after_signing_in_nobody_is_led_elsewhere(district, jordan, sink, elsewhere):
    browser = district.browser()
    answer = browser.get(asked(district, sink, browser, lands_on=elsewhere))
    assert answer.location == "/"


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        ([], "/my-credentials"),
        ([Role.TEACHER], "/projects"),
        ([Role.TEACHER, Role.EVALUATOR], "/judging"),
        ([Role.OFFICE], "/desk"),
        ([Role.SUPERINTENDENT], "/program"),
        ([Role.OPERATOR], "/desk/doctor"),
        ([Role.BOARD], "/program/board"),
    ],
)
def test_who_was_going_nowhere_lands_where_they_work(district, sink, roles, page):
    district.add("Sam Sample", *roles, address="sam@school.example")
    browser = district.browser()
    answer = browser.get(asked(district, sink, browser, address="sam@school.example"))
    assert answer.location == "/start"
    assert browser.get("/start").location == page


def test_another_site_can_start_no_sign_in(district, jordan):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = district.browser().client.post(
            "/sign-in", data={"address": JORDAN}, headers=headers
        )
        assert answer.status_code == 403


def test_cookies_are_read_by_no_script_and_sent_by_no_other_site(district, jordan, sink):
    browser = district.browser()
    asking = ask(browser).headers["Set-Cookie"]
    district.deliver()
    signed = browser.get(link_in(sink.mails[0])).headers["Set-Cookie"]
    for cookie in (asking, signed):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie  # http on this very machine
        assert "Domain" not in cookie


def test_without_mail_the_page_says_how_to_get_a_link(district, mailing):
    object.__setattr__(district.issuer.settings, "mail", None)
    page = district.browser().get("/sign-in")
    first, _, folded = page.text.partition("For whoever runs this server")
    assert "Ask the office for a link" in first
    assert "mintmark people invite" in folded
    browser = district.browser(district.add("Jordan Example"))
    mine = browser.get("/my-credentials").text
    assert ("Add an address" in mine, "ask the office of your district" in mine) == (False, True)
    account = browser.get("/account").text
    assert ("mail goes here first" in account, "#correct" in account) == (False, True)
    assert 'class="button" href="/my-credentials"' in browser.get("/").text
    first = district.browser().get("/").text
    assert ("Sign in" in first, 'href="/sign-in"' in first) == (False, True)


def test_the_mail_of_a_link_that_was_used_is_not_sent_any_more(district, jordan, sink, at):
    ask(district.browser())
    at(20 * MINUTE)
    district.deliver()
    assert sink.mails == []


def test_a_merged_person_signs_in_as_the_one_they_went_into(district, jordan, sink):
    survivor = district.add("Jordan Sample")
    browser = district.browser()
    path = asked(district, sink, browser)
    with district.issuer.database.writing() as session:
        session.merge(jordan).merged_into = survivor.id
    browser.get(path)
    assert who(browser) == "Jordan Sample"


def test_who_was_erased_meanwhile_is_not_signed_in(district, jordan, sink, now):
    browser = district.browser()
    path = asked(district, sink, browser)
    with district.issuer.database.writing() as session:
        session.get(PersonRow, jordan.id).erased_at = now
        session.scalars(select(PersonAddressRow)).one()
    assert browser.get(path).status_code == 410
