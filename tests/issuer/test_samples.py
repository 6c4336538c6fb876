"""`mintmark preview`: what a district would hand out, drawn before anybody earns it."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import update

from issuer.__main__ import main
from issuer.catalog.tables import AchievementVersion
from issuer.drawing.certificate import Edition
from issuer.home.issuer import Issuer
from issuer.sharing.samples import BADGES
from verifier import verify
from verifier.fetching.fetch import offline


def test_the_badges_of_the_catalog_are_drawn_beside_each_other(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"

    assert main(["--home", str(home), "preview", str(folder)]) == 0
    with Image.open(folder / BADGES) as sheet:
        assert sheet.format == "PNG"
        assert sheet.height > 600


@pytest.mark.parametrize("edition", Edition)
def test_a_sample_of_each_edition_says_that_it_is_one(
    home: Path, tmp_path: Path, edition: Edition
) -> None:
    assert main(["--home", str(home), "preview", str(tmp_path)]) == 0
    data = (tmp_path / f"certificate-{edition}.pdf").read_bytes()
    (page,) = PdfReader(io.BytesIO(data)).pages
    report = verify(data, fetch=offline, now=datetime.now(UTC))

    assert "SAMPLE" in page.extract_text()
    assert report.authentic.answer != "yes"


def test_an_empty_catalog_says_how_to_fill_it(
    issuer: Issuer, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with issuer.database.writing() as session:
        session.execute(update(AchievementVersion).values(listed=False))

    assert main(["--home", str(home), "preview", str(tmp_path)]) == 1
    assert "mintmark catalog load" in capsys.readouterr().out
