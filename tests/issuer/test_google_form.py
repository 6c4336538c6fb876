"""The Apps Script of examples/google-form, run in Node against a real server over HTTP."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from email.headerregistry import Address
from pathlib import Path

import pytest
from needs import need
from served import Served
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from issuer.app import start_app
from issuer.home.mail_settings import Mail
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow

FOLDER = Path(__file__).parents[2] / "examples" / "google-form"
HEADERS = [
    *("Timestamp", "Full name", "E-mail", "Second e-mail", "Achievement"),
    *("Skill", "Goal", "Measured outcome", "Start", "End", "Hours", "Provider number"),
    *("Evidence", "Evidence description", "Evidence link", "Signed off by"),
    *("Levels [The learning process (learning)]", "Levels [Work]", "Comments [Work]"),
]
ANSWERS = [
    {"date": "2026-05-15T15:00:00.250Z"},
    "Zoë Nguyễn ",
    "Zoe@school.example",
    "",
    "Composing with foundational rhythms (rhythms)",
    "Rhythm,\tthrough composition.",
    "Each student reads eight bars.",
    "9 of 31, then 26 “with ease”.",
    {"date": "2026-02-23T06:00:00Z"},
    {"date": "2026-05-02T04:59:59Z"},
    12.5,
    "EX-48-0123",
    "Reflections",
    "Four students on what they changed.",
    "https://drive.example/x",
    "teacher, coach",
    "Met",
    "Met",
    "Easy to follow.",
]


@pytest.fixture(scope="module")
def node() -> str:
    need("node")
    return "node"


@pytest.fixture
def server(settings) -> Iterator[Served]:
    with Served(start_app(settings)) as served:
        yield served


def count(server, table) -> int:
    with server.app.extensions["mintmark"].database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def script(node, server, settings):
    """Run functions of the script on a sheet; return what was seen, with cells by header."""

    def run(*calls, cells=None, url=f"{server.url}/webhooks/approvals", secret=None, **more):
        scene = {
            "script": str(FOLDER / "Code.gs"),
            "cells": cells or [HEADERS, ANSWERS],
            "calls": [list(call) for call in calls],
            "properties": {
                "MINTMARK_URL": url,
                "MINTMARK_SECRET": secret or settings.sources[0].secrets[0],
            },
            **more,
        }
        done = subprocess.run(
            [node, str(Path(__file__).with_name("google_form.mjs"))],
            input=json.dumps(scene),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        headers, *rows = seen["cells"]
        seen["rows"] = [dict(zip(headers, row, strict=False)) for row in rows]
        return seen

    return run


SUBMIT = ("onApprovalSubmit", 2)


def answered(**changes):
    """Return the sheet with other answers under some headers."""
    return [HEADERS, [changes.get(h, a) for h, a in zip(HEADERS, ANSWERS, strict=True)]]


def again(seen, **changes):
    """Return the sheet as the script left it, with some cells of its first row changed."""
    headers, row, *rest = seen["cells"]
    row = [*row, *[""] * (len(headers) - len(row))]
    return [headers, [changes.get(h, c) for h, c in zip(headers, row, strict=True)], *rest]


def test_a_submitted_form_becomes_a_credential_and_its_page_stands_in_the_row(script, server):
    (row,) = script(SUBMIT)["rows"]
    assert row["Message"] == "Issued"
    assert re.fullmatch(
        r"http://localhost:8202/credentials/[\w-]{22}\.html", row["Credential page"]
    )
    assert count(server, CredentialRow) == 1


def test_the_answers_arrive_as_they_were_given(script, server):
    (row,) = script(SUBMIT)["rows"]
    with server.app.extensions["mintmark"].database.reading() as session:
        content = session.scalars(select(ApprovalRow.content)).one()
    assert json.loads(content) == {
        "approval_id": row["Approval id"],
        "achievement": {"id": "rhythms"},
        "recipient": {"name": "Zoë Nguyễn", "emails": ["Zoe@school.example"]},
        "narrative": {
            "skill": "Rhythm, through composition.",
            "goal": "Each student reads eight bars.",
            "measured_outcome": "9 of 31, then 26 “with ease”.",
        },
        "activity": {"start": "2026-02-23", "end": "2026-05-01"},
        "credits": [{"value": 12.5, "unit": "hours"}],
        "provider_number": "EX-48-0123",
        "levels": {"learning": "met", "work": "met"},
        "comments": {"work": "Easy to follow."},
        "evidence": [
            {
                "name": "Reflections",
                "description": "Four students on what they changed.",
                "url": "https://drive.example/x",
            }
        ],
        "approvals": [
            {"role": "teacher", "at": "2026-05-15T10:00:00-05:00"},
            {"role": "coach", "at": "2026-05-15T10:00:00-05:00"},
        ],
        "approved_at": "2026-05-15T10:00:00-05:00",
    }


def test_the_id_of_a_row_is_safe_in_the_sheet_before_anything_is_sent(script):
    seen = script(SUBMIT)
    (request,) = seen["requests"]
    (row,) = seen["rows"]
    assert row["Approval id"] in request["flushed"][1]
    assert request["id"] == "evt_" + row["Approval id"]


def test_a_row_that_is_sent_twice_has_one_credential(script, server):
    first = script(SUBMIT)
    second = script(("sendSelectedRow",), cells=again(first))
    assert second["rows"][0]["Credential page"] == first["rows"][0]["Credential page"]
    assert (count(server, CredentialRow), len(second["requests"])) == (1, 1)


def test_a_correction_in_the_sheet_takes_the_place_of_what_was_issued(script, server):
    first = script(SUBMIT)
    headers, row = first["cells"]
    row = [*row, *[""] * (len(headers) - len(row))]
    row[headers.index("Full name")] = "Zoe Nguyen"
    cells = [[*headers, "Revision", "Reason of the correction"], [*row, 2, "A wrong name"]]
    second = script(("sendSelectedRow",), cells=cells)
    assert second["rows"][0]["Message"] == "Issued"
    assert second["rows"][0]["Credential page"] != first["rows"][0]["Credential page"]
    assert count(server, CredentialRow) == 2
    old = [[*headers, "Revision"], [*row[:1], "Zoë Nguyễn ", *row[2:], ""]]
    assert "write the next number" in script(("sendSelectedRow",), cells=old)["rows"][0]["Message"]


def test_a_busy_issuer_is_asked_again_under_the_same_id(script, server):
    server.instead = [Response(status=503), Response(status=429)]
    seen = script(SUBMIT)
    assert seen["rows"][0]["Message"] == "Issued"
    assert len(seen["sleeps"]) == 2
    assert len({request["id"] for request in seen["requests"]}) == 1


def test_what_could_not_be_sent_waits_and_is_sent_later(script, server):
    seen = script(SUBMIT, url="http://localhost:9/webhooks/approvals")
    assert seen["rows"][0]["Message"] == "Waiting: will be sent again"
    later = script(("sendWaiting",), cells=again(seen))
    assert later["rows"][0]["Message"] == "Issued"
    assert later["rows"][0]["Approval id"] == seen["rows"][0]["Approval id"]
    quiet = script(("sendWaiting",), cells=again(later))
    assert quiet["requests"] == []


def test_a_row_that_was_issued_while_its_answer_was_lost_gets_its_page(script, server):
    first = script(SUBMIT)
    lost = again(first, **{"Message": "Waiting: will be sent again", "Credential page": ""})
    (row,) = script(("sendWaiting",), cells=lost)["rows"]
    assert row["Credential page"] == first["rows"][0]["Credential page"]
    assert count(server, CredentialRow) == 1


def test_a_field_to_correct_is_named_in_the_row_and_the_corrected_row_is_issued(script, server):
    seen = script(SUBMIT, cells=answered(**{"Levels [Work]": "", "Hours": "twelve"}))
    (row,) = seen["rows"]
    message = "Please correct: data.credits.0.value is text and must be a number, in digits"
    assert row["Message"].startswith(message)
    assert count(server, ApprovalRow) == 0
    still = script(("sendSelectedRow",), cells=again(seen, Hours=12))
    assert "data.levels.work is missing: its levels are not-yet, met" in still["rows"][0]["Message"]
    done = script(("sendSelectedRow",), cells=again(still, **{"Levels [Work]": "Met"}))
    assert done["rows"][0]["Message"] == "Issued"


def test_a_change_after_the_credential_is_answered_with_what_to_do(script, server):
    first = script(SUBMIT)
    (row,) = script(("sendSelectedRow",), cells=again(first, Goal="Another goal."))["rows"]
    assert row["Message"].startswith("This approval was received before, with other content (409)")
    assert row["Credential page"] == first["rows"][0]["Credential page"]


def test_rows_of_one_sheet_are_approvals_of_their_own(script, server):
    cells = [HEADERS, ANSWERS, ANSWERS]
    rows = script(SUBMIT, ("onApprovalSubmit", 3), cells=cells)["rows"]
    assert len({row["Credential page"] for row in rows}) == 2
    assert count(server, CredentialRow) == 2


OTHER = [{"Full name": "Robin Example"}.get(h, a) for h, a in zip(HEADERS, ANSWERS, strict=True)]


def named(row):
    """Return the answers as the event of a submitted form has them."""
    return {
        header: [cell] for header, cell in zip(HEADERS, row, strict=True) if isinstance(cell, str)
    }


@pytest.mark.parametrize("delay", [0, 1, 2], ids=["at-once", "after-503", "after-two"])
def test_a_sheet_sorted_meanwhile_gives_each_teacher_her_own_page(script, server, delay):
    """The sheet is turned round at each request and at each pause."""
    server.instead = [Response(status=503)] * delay
    seen = script(SUBMIT, cells=[HEADERS, ANSWERS, OTHER], meanwhile="sorted")
    rows = {row["Full name"]: row for row in seen["rows"]}
    assert rows["Zoë Nguyễn "]["Message"] == "Issued"
    assert not rows["Robin Example"].get("Credential page")
    seen = script(("onApprovalSubmit", seen["rows"].index(rows["Robin Example"]) + 2),
                  cells=whole(seen), meanwhile="sorted")  # fmt: skip
    rows = {row["Full name"]: row for row in seen["rows"]}
    assert {row["Message"] for row in rows.values()} == {"Issued"}
    for name, row in rows.items():
        assert name.strip() in page_of(server, row["Credential page"])


def whole(seen):
    """Return the sheet as the script left it, with every row as wide as its headers."""
    wide = len(seen["cells"][0])
    return [[*row, *[""] * (wide - len(row))] for row in seen["cells"]]


def page_of(server, address):
    path = "/credentials/" + address.rpartition("/")[2]
    return server.app.test_client().get(path, base_url="http://localhost:8202").text


def test_a_row_sorted_away_before_the_script_began_is_found_by_its_answers(script, server):
    first = script(SUBMIT, cells=[HEADERS, OTHER])
    cells = [*whole(first), [*ANSWERS, "", "", ""]]
    cells[1:] = [cells[2], cells[1]]  # the form has put it into row 3; somebody sorted
    seen = script(("onApprovalSubmit", 3), cells=cells, namedValues=named(ANSWERS))
    rows = {row["Full name"]: row for row in seen["rows"]}
    assert rows["Zoë Nguyễn "]["Message"] == "Issued"
    assert count(server, CredentialRow) == 2


@pytest.mark.parametrize("place", [2, 9], ids=["its-own-row", "a-row-that-is-gone"])
def test_an_answer_that_was_corrected_at_once_is_sent_from_its_own_row(script, place):
    """Its cells are not those of the event any more, so its place is all there is to go by."""
    cells = [HEADERS, [*ANSWERS]]
    cells[1][HEADERS.index("Goal")] = "A goal put right."
    seen = script(("onApprovalSubmit", place), cells=cells, namedValues=named(ANSWERS))
    assert seen["cells"][0][: len(HEADERS)] == HEADERS
    assert seen["rows"][0].get("Message") == ("Issued" if place == 2 else None)


def test_a_row_that_waits_without_an_id_touches_no_other(script):
    seen = script(SUBMIT, url="http://localhost:9/webhooks/approvals")
    cells = [*again(seen, **{"Approval id": ""}), [*OTHER, "", "", ""]]
    left = script(("sendWaiting",), cells=cells)
    assert left["requests"] == []
    assert [row["Message"] for row in left["rows"]] == ["Waiting: will be sent again", ""]


def test_a_row_deleted_meanwhile_is_nobody_elses(script):
    seen = script(SUBMIT, cells=[HEADERS, ANSWERS, OTHER], meanwhile="deleted")
    assert [row["Full name"] for row in seen["rows"]] == ["Robin Example"]
    assert not seen["rows"][0].get("Credential page")


def test_a_copied_row_is_not_sent_under_the_first_ones_id(script, server):
    first = script(SUBMIT)
    cells = whole(first)
    cells.append([{ANSWERS[1]: "Robin Example"}.get(c, c) if isinstance(c, str) else c
                  for c in cells[1]])  # fmt: skip
    seen = script(("sendSelectedRow",), cells=cells, selected=3)
    assert {row["Message"] for row in seen["rows"]} == {
        "Please correct: this approval id stands in two rows. Delete it in the newer one, and send"
        " that row again."
    }
    assert count(server, CredentialRow) == 1


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Provider number", 48123),
        ("Provider number", {"date": "2026-03-04T06:00:00Z"}),
        ("Full name", 7),
        ("Goal", {"date": "2026-03-04T06:00:00Z"}),
        ("Levels [Work]", {"date": "2026-03-04T06:00:00Z"}),
        ("Comments [Work]", True),
        ("Hours", {"date": "1899-12-30T01:30:00Z"}),
    ],
)
def test_a_cell_that_the_sheet_has_changed_is_not_sent(script, server, header, cell):
    seen = script(SUBMIT, cells=answered(**{header: cell}))
    (row,) = seen["rows"]
    assert row["Message"].startswith("Please correct: the sheet has made a number or a date")
    assert header in row["Message"]
    assert seen["requests"] == []
    right = ANSWERS[HEADERS.index(header)]
    assert script(("sendSelectedRow",), cells=again(seen, **{header: right}))["rows"][0][
        "Message"
    ] == "Issued"  # fmt: skip


def test_a_level_called_by_a_number_is_sent(script):
    (row,) = script(SUBMIT, cells=answered(**{"Levels [Work]": 3}))["rows"]
    assert "data.levels.work is not a level" in row["Message"]


def test_the_holders_link_stands_in_the_row_where_no_mail_is_sent(script, server):
    (row,) = script(SUBMIT)["rows"]
    path = row["Link for the teacher alone"].removeprefix("http://localhost:8202")
    own = server.app.test_client().get(path, base_url="http://localhost:8202")
    assert (own.status_code, "Zoë Nguyễn" in own.text) == (200, True)


def test_no_link_stands_in_the_row_where_mail_is_sent(script, server, monkeypatch):
    issuer = server.app.extensions["mintmark"]
    mail = Mail("localhost", 25, Address("District", addr_spec="d@district.example"), "none", "en")
    monkeypatch.setattr(issuer, "settings", replace(issuer.settings, mail=mail))
    (row,) = script(SUBMIT)["rows"]
    assert row["Message"] == "Issued"
    assert "Link for the teacher alone" not in row


def test_a_wrong_secret_is_said_plainly_and_nothing_is_kept(script, server):
    (row,) = script(SUBMIT, secret="whsec_" + "QUJD" * 8)["rows"]
    assert "compare MINTMARK_SECRET" in row["Message"]
    assert count(server, ApprovalRow) == 0


def test_a_wrong_address_is_said_plainly(script, server):
    (row,) = script(SUBMIT, url=server.url + "/webhooks/elsewhere")["rows"]
    assert row["Message"].startswith("There is nothing at this address (404)")


def test_switching_on_makes_both_triggers_anew_and_checks_the_connection(script, server):
    seen = script(("switchOn",))
    assert seen["triggers"][0] == ["deleted", "an older one"]
    new = [step[1] for step in seen["triggers"] if step[0] == "new"]
    assert new == ["onApprovalSubmit", "sendWaiting"]
    assert [step[0] for step in seen["triggers"]].count("create") == 2
    assert seen["alerts"] == ["Connected: the address, the secret and the clock are right."]
    assert count(server, ApprovalRow) == 0


def test_the_menu_opens(script):
    assert script(("onOpen",))["requests"] == []


def test_the_set_up_names_every_question_the_script_reads():
    readme = (FOLDER / "README.md").read_text("utf-8")
    columns = re.search(
        r"var COLUMNS = \{(.*?)\n\};", (FOLDER / "Code.gs").read_text("utf-8"), re.S
    )
    titles = [*re.findall(r"'(.+?)'", columns[1]), "Levels", "Approval id", "Credential page"]
    assert [title for title in titles if f"`{title}`" not in readme] == []
