"""What people do in the program, in a browser: for plays that read as a story.

Each takes the page that somebody has before them; `url` is where the district's server is.
"""

import re

from playwright.sync_api import Page
from school import picture

ANSWERS = {
    "title": "Rhythm by composing",
    "skill": "Teaching rhythm through composition.",
    "goal": "Each student reads eight bars at sight.",
    "measured_outcome": "Students who read a new line at sight, counted each week.",
    "plan": "Ten weeks with rhythm cards: compose on Monday, swap and read on Thursday.",
}
COMPLETION = {
    "began": "2026-09-08",
    "ended": "2026-11-20",
    "learning": "Two books, a workshop, and five lessons watched with my coach.",
    "students_learning": "Each week the class read one new line; I counted who got to its end.",
    "student_work": "Thirty compositions, and what the students say about theirs.",
    "reflection": "Shorter cards next time. Next I will try the same with melody.",
}

_FROM_THE_TOP = """() => {
  document.querySelector(".judging > section").scrollTop = 0;
  const first = document.querySelector(innerWidth < 640 ? ".criteria > fieldset" : "body");
  first.scrollIntoView({ behavior: "instant" });
}"""
"""Shows both sides of a request from their tops; on a phone, its first criterion."""


def press(page: Page, button: str) -> None:
    """Press a button, by the whole of its visible name."""
    page.get_by_role("button", name=button, exact=True).click()


def declares(page: Page, url: str) -> None:
    """Say whom one must not judge or be judged by: nobody."""
    page.goto(f"{url}/declaration")
    if (confidential := page.get_by_label("I keep it confidential")).count():
        confidential.check()
    press(page, "My list is complete")


def begins(page: Page, url: str) -> str:
    """Begin a project with an idea of one's own; return its address."""
    page.goto(f"{url}/projects")
    press(page, "Begin with my idea")
    return page.url.partition("?")[0]


def writes(page: Page, project: str, **answers: str) -> None:
    """Fill in what a project asks for, and leave the rest as it is."""
    page.goto(project)
    for field, text in answers.items():
        if field == "topic":
            page.locator("#topic").select_option(text)
        else:
            page.locator(f"#{field}").fill(text)


def proposes(page: Page, project: str, **answers: str) -> None:
    """Write a proposal and hand it in."""
    writes(page, project, **answers)
    press(page, "Hand in the proposal")


def completes(page: Page, project: str, **answers: str) -> None:
    """Write what came of a project, and hand it in."""
    writes(page, project, **COMPLETION | answers)
    press(page, "Hand in the completed project")
    page.get_by_text("Handed in.").wait_for()


def adds_a_link(page: Page, project: str, name: str, link: str) -> None:
    """Add evidence that is on another site and shows no student."""
    page.goto(f"{project}/evidence")
    page.locator("#name").fill(name)
    page.locator("#url").fill(link)
    press(page, "Add the link")
    page.get_by_label("No student is seen or heard").first.check()
    page.get_by_label("No consent is needed").first.check()
    page.get_by_role("button", name=f"Save {name}").click()


def plans(page: Page, url: str, purpose: str) -> None:
    """Put the plan of who judges what in force, as it is proposed."""
    page.goto(f"{url}/program/assignments/{purpose}")
    press(page, "Put this plan in force")
    page.get_by_text("The plan is in force.").wait_for()
    page.wait_for_load_state()  # the rows come after it


def judges(
    page: Page, url: str, title: str, *, not_yet: tuple[str, str] | None = None, seen_as: str = ""
) -> None:
    """Judge one request: everything is met but the criterion of `not_yet`, told with a comment.

    `seen_as` names a picture of it.
    """
    page.goto(f"{url}/judging")
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("heading", name=title).wait_for()
    for met in page.get_by_role("radio", name=re.compile("^Met ")).all():
        met.check()
    if not_yet:
        criterion, comment = not_yet
        part = page.get_by_role("group", name=criterion, exact=True)
        part.get_by_role("radio", name=re.compile("^Not yet")).check()
        part.get_by_label("Comment").fill(comment)
    if seen_as:
        page.evaluate(_FROM_THE_TOP)
        picture(page, seen_as)
    press(page, "Give this review")
    page.get_by_text("Your review is given.").wait_for()


def releases(page: Page, url: str, *titles: str) -> None:
    """Release decisions: those about these titles, or all that wait."""
    page.goto(f"{url}/program/decisions")
    for box in page.get_by_role("checkbox").all():
        name = box.evaluate("box => box.labels[0].querySelector('strong').innerText")
        box.set_checked(not titles or name in titles)
    press(page, "Release what is selected")
    page.get_by_text(re.compile("decisions? (is|are) released")).wait_for()


def signs(page: Page, project: str, *, fidelity: int) -> None:
    """Sign for a project, and attest each statement of the checklist."""
    page.goto(f"{project}/coaching")
    statements = page.get_by_role("group", name="This project was carried out as agreed:")
    for box in (boxes := statements.get_by_role("checkbox").all()):
        box.check()
    assert len(boxes) == fidelity
    page.get_by_role("button", name=re.compile("^Sign (?!out)")).click()
    page.get_by_text("Saved.").wait_for()


def counts(page: Page) -> dict[str, int]:
    """Return the numbers that a page of progress shows, by what they count."""
    tiles = [tile.inner_text().split(None, 1) for tile in page.locator(".counts li").all()]
    return {words.strip(): int(number) for number, words in tiles}
