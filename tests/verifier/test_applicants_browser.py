"""The page for many applicants in a real browser, from the server as it is started."""

import csv
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import axe
import pytest
from browser import HOSTILE, Watched, hard_to_use, watch
from playwright.sync_api import Browser, Page, expect

from verifier.batch.files import PRACTICE

HOME = "/verify/applicants"
RULES = [str(PRACTICE / "policy.toml"), str(PRACTICE / "districts.json")]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that asks nobody."""
    home = tmp_path_factory.mktemp("home")
    started = subprocess.Popen(
        [sys.executable, "-m", "verifier", "serve", "--port", "0", "--offline"],
        env=os.environ | {"MINTMARK_VERIFY_HOME": str(home)},
        stdout=subprocess.PIPE,
    )
    try:
        yield started.stdout.readline().decode().split()[1].removesuffix("/verify")
    finally:
        started.kill()
        started.communicate()


def practice_zip(folder: Path) -> str:
    with zipfile.ZipFile(folder / "round 2.zip", "w") as archive:
        for file in (PRACTICE / "applicants").iterdir():
            archive.write(file, file.name)
    return archive.filename


def hand_in(page: Page, origin: str, *, field: str = "#file", files: object, rules=RULES) -> None:
    page.goto(f"{origin}{HOME}")
    page.set_input_files(field, files)
    page.set_input_files("#policy", rules)
    page.click("form.many button")
    page.wait_for_url(f"**{HOME}/*")


def done(page: Page) -> None:
    page.locator(".tally, [role=alert]").wait_for(timeout=60_000)


def as_begun(watched: Watched) -> list[str]:
    """Return what went wrong, without what Chromium says of a page that loads itself anew."""
    return [alarm for alarm in watched.alarms if "net::ERR_ABORTED" not in alarm]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_zip_is_handed_in_watched_read_saved_and_deleted(
    chromium: Browser, origin: str, tmp_path: Path, script: bool
) -> None:
    watched = watch(chromium, origin, java_script_enabled=script)
    page = watched.page
    hand_in(page, origin, files=practice_zip(tmp_path))
    page.locator("progress#progress").wait_for()
    assert "You may close this page" in page.locator("#running").inner_text()
    done(page)
    assert page.locator(".in-short").inner_text() == "Items to look at: 4 of 9."
    assert page.locator(".tally li").all_inner_texts() == [
        "4\nTo look at",
        "2\nDoes not count",
        "3\nCounts",
    ]
    with page.expect_download() as saved:
        page.click("text=The table by applicant")
    table = saved.value.path().read_text("utf-8-sig")
    assert [row["items that count"] for row in csv.DictReader(io.StringIO(table))][:2] == ["2", "0"]
    page.click("text=Open the sheet")
    assert page.locator("tbody").count() == 8
    page.go_back()
    results = page.url
    page.click("text=Delete the results now")
    page.click("text=Yes, delete them")
    assert "are deleted" in page.locator("[role=alert]").inner_text()
    assert page.goto(results).status == 404
    assert [alarm for alarm in as_begun(watched) if "404" not in alarm] == []


def test_a_folder_is_handed_in_with_its_names(
    chromium: Browser, origin: str, tmp_path: Path
) -> None:
    watched = watch(chromium, origin)
    hand_in(watched.page, origin, field="#folder", files=PRACTICE / "applicants")
    done(watched.page)
    assert watched.page.locator("text=“applicant” as applicant").count() == 1
    assert watched.page.locator(".in-short").inner_text() == "Items to look at: 4 of 9."
    assert as_begun(watched) == []


def test_the_page_of_a_check_can_be_closed_and_opened_again(
    chromium: Browser, origin: str, tmp_path: Path
) -> None:
    first = watch(chromium, origin).page
    hand_in(first, origin, files=practice_zip(tmp_path))
    address = first.url
    first.context.close()
    again = watch(chromium, origin).page
    again.goto(address)
    done(again)
    assert again.locator(".tally").count() == 1


def test_what_is_wrong_is_said_on_the_form_and_what_was_chosen_stays(
    chromium: Browser, origin: str, tmp_path: Path
) -> None:
    page = watch(chromium, origin).page
    page.goto(f"{origin}{HOME}")
    page.set_input_files("#file", [practice_zip(tmp_path), str(PRACTICE / "districts.json")])
    page.click("form.many button")
    page.locator("[role=alert]").wait_for()
    assert "Hand in a zip alone" in page.locator("[role=alert]").inner_text()
    assert page.evaluate("document.querySelector('#file').files.length") == 2


def hostile(folder: Path) -> str:
    """A zip in which every name and cell is hostile."""
    with zipfile.ZipFile(folder / "hostile.zip", "w") as archive:
        text = io.StringIO()
        rows = [["Applicant", "Name", "Email", "File", HOSTILE]]
        rows += [[f"{HOSTILE} {n}", HOSTILE, HOSTILE, f"{n}.json", HOSTILE] for n in range(3)]
        csv.writer(text).writerows(rows)
        archive.writestr("applicants.csv", text.getvalue())
        archive.writestr(f"{HOSTILE}/0.json", "{}")
        archive.write(PRACTICE / "applicants" / "jordan.png", "1.json")
    return archive.filename


def test_a_policy_among_the_files_of_applicants_is_said_before_they_are_handed_in(
    chromium: Browser, origin: str
) -> None:
    """An applicant could have put it there, so it counts where it is chosen as the policy alone."""
    page = watch(chromium, origin).page
    page.goto(f"{origin}{HOME}")
    warning = page.locator("[data-stray]")
    expect(warning).to_be_hidden()
    page.set_input_files("#file", [str(PRACTICE / "applicants" / "jordan.png"), RULES[0]])
    expect(warning).to_be_visible()
    page.set_input_files("#policy", RULES)
    expect(warning).to_be_hidden()


def test_hostile_names_do_nothing_but_stand_there(
    chromium: Browser, origin: str, tmp_path: Path
) -> None:
    watched = watch(chromium, origin, viewport={"width": 320, "height": 700})
    hand_in(watched.page, origin, files=hostile(tmp_path))
    done(watched.page)
    assert "<script>alert(1)</script>" in watched.page.locator(".people").first.inner_text()
    watched.page.wait_for_load_state()
    assert hard_to_use(watched.page) == []
    watched.page.click("text=Open the sheet")
    assert as_begun(watched) == []


@pytest.fixture(scope="module")
def checked(chromium: Browser, origin: str) -> str:
    page = watch(chromium, origin).page
    page.goto(f"{origin}{HOME}")
    page.click("text=Check the practice folder")
    done(page)
    return page.url


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_form_and_results_can_be_read_and_used_at_every_width(
    chromium: Browser, origin: str, checked: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 700}
    page = watch(chromium, origin, viewport=size, color_scheme=scheme).page
    for address in (f"{origin}{HOME}", f"{origin}{HOME}?lang=es", checked, f"{checked}?lang=es"):
        page.goto(address)
        assert hard_to_use(page) == []


def test_axe_finds_nothing_in_either_scheme(
    chromium: Browser, origin: str, checked: str, tmp_path: Path
) -> None:
    page = watch(chromium, origin).page
    page.goto(f"{origin}{HOME}")
    violations = {"the form": axe.in_both_schemes(page)}
    page.goto(checked)
    violations["the results"] = axe.in_both_schemes(page)
    page.goto(f"{origin}{HOME}/nothing")
    violations["nothing"] = axe.in_both_schemes(page)
    still = watch(chromium, origin).page
    still.route("**/applicants.js", lambda route: route.fulfill(body=""))
    still.goto(f"{origin}{HOME}")
    still.set_input_files("#file", practice_zip(tmp_path))
    still.click("form.many button")
    still.locator("#running").wait_for()
    violations["while it goes on"] = axe.in_both_schemes(still)
    clean = {"light": [], "dark": []}
    assert {kind: wrong for kind, wrong in violations.items() if wrong != clean} == {}
