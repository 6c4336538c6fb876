"""The report on the example credential, as it comes out of a printer."""

import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from browser import serving, watch
from playwright.sync_api import Browser
from pypdf import PdfReader

from issuer import issuance
from issuer.app import start_app
from issuer.catalog import files, versions
from issuer.home.issuer import Issuer
from issuer.issuance.approval import from_data
from issuer.sharing import shared

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def example(issuer: Issuer, now: datetime) -> str:
    """The credential that the demo issues."""
    with issuer.database.writing() as session:
        for achievement in files.load(EXAMPLES):
            versions.record(session, achievement, now=now)
    approval = from_data(json.loads((EXAMPLES / "approval.json").read_bytes())["data"])
    received = issuance.receive(issuer, approval, source="forms", event_id="e-1", now=now)
    credential = shared.find_shared(issuer, received.credential_id)
    assert credential is not None
    return credential.json.decode()


def test_the_report_prints_on_one_page_of_either_paper_with_all_that_decides(
    chromium: Browser, issuer: Issuer, example: str
) -> None:
    app = start_app(issuer.settings)
    with serving(app) as origin:
        page = watch(chromium, origin).page
        page.goto(f"{origin}/verify")
        page.fill("#text", example)
        page.click("text=Check it")
        page.wait_for_selector(".verdicts")
        printed = {paper: PdfReader(io.BytesIO(page.pdf(format=paper))) for paper in PAPERS}
    app.extensions["mintmark"].database.close()
    assert {paper: len(pdf.pages) for paper, pdf in printed.items()} == dict.fromkeys(PAPERS, 1)
    text = printed["Letter"].pages[0].extract_text()
    assert [words for words in ON_PAPER if words not in text] == []
    assert "Compare" not in text
    assert json.loads(example)["id"] in text.replace("\n", "")


PAPERS = ("Letter", "A4")
ON_PAPER = (
    *("localhost:8202", "Jordan Example", "12 hours", "May 15, 2026", "Exceeded", "Unit plan"),
    *("Is it authentic?", "Is it current?", "Is the issuer recognized?", "What was not checked"),
)
