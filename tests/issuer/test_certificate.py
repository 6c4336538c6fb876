"""The certificate: what is in the file, what is on the page, and that a camera reads its codes."""

import hashlib
import io
import json
import logging
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
from needs import need
from photographs import KINDS, photograph
from PIL import Image, ImageFilter

from issuer.catalog import files
from issuer.drawing import certificate
from issuer.drawing import certificate_words as certificate_words
from issuer.drawing.badges.badge import draw_badge
from issuer.drawing.badges.look import Look, drawn_with
from issuer.drawing.certificate import Edition
from issuer.drawing.images import as_badge
from issuer.drawing.serial import serial
from issuer.drawing.stationery import Signatory, Stationery
from issuer.home.certificate_settings import Paper
from issuer.home.color import COLORS
from issuer.home.settings import Settings
from issuer.issuance.approval import from_data
from issuer.issuance.build import Reservation, build
from verifier.credential.view import view
from verifier.intake import pdf, qr
from verifier.parsing import base64url

Document = dict[str, Any]
Change = Callable[[Document], None]

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
EXAMPLES = Path(__file__).parents[2] / "examples"
LOOK = drawn_with("composing", Look())
VERIFY = "http://localhost:8202/verify"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_LOGO = (EXAMPLES / "logo.svg").read_text()
_SIGNATURE = (EXAMPLES / "signature.svg").read_text()
LONG = "The Consolidated Independent Regional Community School District of the Example Counties 47"


@cache
def _document() -> Document:
    """Return the credential that the shipped approval gives."""
    event = json.loads((EXAMPLES / "approval.json").read_text())
    approval = from_data(event["data"])
    achievement = next(
        item for item in files.load(EXAMPLES) if item.id == event["data"]["achievement"]["id"]
    )
    settings = Settings(
        home=Path(),
        public_url="http://localhost:8202",
        issuer_id="did:web:localhost%3A8202",
        issuer_name="Prairie Example School District",
        database_url="",
        passphrase_file=Path(),
        credit_unit="hours",
    )
    reserved = Reservation("A" * 22, 1, 94567, "urn:uuid:" + "0" * 36, "s" * 22, NOW)
    return build(approval, replace(achievement, version=1), settings=settings, reserved=reserved)


def _digits(document: Document) -> str:
    """Return the digits of the credential as a JWT; its noise is as long as a real one's."""
    noise = hashlib.shake_256(b"a signature, two hashes, a salt").digest(200)
    header = {"alg": "ES256", "kid": "did:web:localhost%3A8202#p256-2026-11-22-a1b2", "typ": "JWT"}
    payload = document | {"jti": document["id"], "noise": base64url.encode(noise[64:])}
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in (header, payload))
    jwt = ".".join(map(base64url.encode, (*parts, noise[:64])))
    return qr.to_digits(qr.pack(jwt))


def _render(change: Change | None = None, **arguments: Any) -> certificate.Certificate:
    document = deepcopy(_document())
    if change:
        change(document)
    credential = view(document)
    assert credential.achievement is not None
    usual: dict[str, Any] = {
        "signed": json.dumps(document, ensure_ascii=False),
        "digits": _digits(document),
        "page_url": document["id"],
        "verify_url": VERIFY,
        "badge_svg": draw_badge(credential.achievement.name, "Ex", look=LOOK).svg,
        "edition": Edition.APPLICATION,
        "on": Stationery(COLORS[0]),
    }
    return certificate.render(credential, **usual | arguments)


@pytest.fixture(scope="module")
def usual() -> certificate.Certificate:
    return _render()


def _words(printed: certificate.Certificate) -> str:
    """Return what is printed, as one line."""
    with pypdfium2.PdfDocument(printed.pdf) as document:
        text = " ".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"[\s\x02]+", " ", text)


def test_the_certificate_claims_pdf_a_3a_and_pdf_ua_1(usual: certificate.Certificate) -> None:
    reader = pypdf.PdfReader(io.BytesIO(usual.pdf))
    metadata = reader.root_object["/Metadata"].get_data().decode()
    claims = dict(re.findall(r"<(pdf(?:a|ua)id:\w+)>(\w+)<", metadata))

    assert usual.archival
    assert claims == {"pdfaid:part": "3", "pdfaid:conformance": "A", "pdfuaid:part": "1"}


def test_the_certificate_can_be_read_by_ear(usual: certificate.Certificate) -> None:
    root = pypdf.PdfReader(io.BytesIO(usual.pdf)).root_object

    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en", True)
    assert root["/StructTreeRoot"]["/K"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def _in(tag: str) -> Change:
    def change(document: Document) -> None:
        document["credentialSubject"]["achievement"]["inLanguage"] = tag

    return change


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("en-US", "en-US"),
        ("es", "es"),
        ("es-MX", "es-MX"),
        ("es-419", "es"),
        ("fr", "fr"),  # its own words; ours are English, and marked so
        ("zh-Hant-TW", "zh-TW"),
        ("no language", "en"),
    ],
)
def test_the_certificate_is_in_the_language_of_the_achievement(tag: str, language: str) -> None:
    printed = _render(_in(tag))
    root = pypdf.PdfReader(io.BytesIO(printed.pdf)).root_object

    assert (root["/Lang"], printed.archival) == (language, True)
    assert ("otorgada a" in _words(printed)) == tag.startswith("es")


def test_a_certificate_in_spanish_has_every_word_in_spanish() -> None:
    printed = _render(_in("es"))
    words = _words(printed)
    for word in (
        *("Microcredencial", "ACTIVIDAD", "23 de febrero – 1 de mayo de 2026", "OTORGADA"),
        *("15 de mayo de 2026", "HORAS", "NÚMERO DE PROVEEDOR", "CRITERIO", "RESULTADO"),
        *("EVALUADO POR", "Número de serie", "credential.json y en el código más grande"),
        *("COMPROBAR SIN INTERNET", "Escanee"),
    ):
        assert word in words
    for english in ("Awarded", "awarded to", "Judged", "Serial", "Check", "Scan", "May ", "HOURS"):
        assert english not in words
    root = pypdf.PdfReader(io.BytesIO(printed.pdf)).root_object
    assert _figures(root["/StructTreeRoot"]["/K"])[0].startswith("Insignia: ")


def _figures(element: Any) -> list[str]:
    """Return the words that stand for each picture in a structure tree."""
    if isinstance(element, list):
        return [words for child in element for words in _figures(child.get_object())]
    if not isinstance(element, dict):
        return []
    own = [str(element["/Alt"])] if element.get("/S") == "/Figure" else []
    return own + (_figures(element["/K"]) if "/K" in element else [])


def test_each_picture_has_words_for_it(usual: certificate.Certificate) -> None:
    root = pypdf.PdfReader(io.BytesIO(usual.pdf)).root_object

    assert _figures(root["/StructTreeRoot"]["/K"]) == [
        "Badge: Composing with foundational rhythms, Prairie Example School District",
        f"QR code with the address {_document()['id']}",
        "QR code that holds the whole signed credential",
    ]


def test_the_signed_credential_is_attached_byte_for_byte() -> None:
    signed = json.dumps(_document(), ensure_ascii=False, indent=1) + "\n"
    printed = _render(signed=signed)
    reader = pypdf.PdfReader(io.BytesIO(printed.pdf))
    (file,) = reader.attachment_list
    (associated,) = reader.root_object["/AF"]

    assert (file.name, file.content) == ("credential.json", signed.encode())
    assert associated["/AFRelationship"] == "/Source"
    assert associated["/EF"]["/F"]["/Subtype"] == "/application/vc+ld+json"


def test_our_verifier_finds_the_attached_credential(usual: certificate.Certificate) -> None:
    assert pdf.attached_credentials(usual.pdf) == [json.dumps(_document(), ensure_ascii=False)]


def test_every_fact_is_printed(usual: certificate.Certificate) -> None:
    words = _words(usual)

    for fact in (
        "PRAIRIE EXAMPLE SCHOOL DISTRICT",
        "Composing with foundational rhythms",
        "Jordan Example",
        "February 23 – May 1, 2026",
        "May 15, 2026",
        "HOURS",
        "EX-48-0123",
        "Student work and reflections",
        "Exceeded",
        "JUDGED BY PRAIRIE EXAMPLE SCHOOL DISTRICT",
        serial(_document()["id"]),
        _document()["id"],
        "credential.json, and in the larger code",
    ):
        assert fact in words


def _without_amounts(document: Document) -> None:
    subject = document["credentialSubject"]
    subject["result"] = [item for item in subject["result"] if "achievedLevel" in item]
    del subject["creditsEarned"], document["issuer"]["otherIdentifier"]


def test_what_is_absent_is_not_invented() -> None:
    words = _words(_render(_without_amounts))

    assert [fact for fact in ("HOURS", "CREDITS", "PROVIDER", "VALID UNTIL") if fact in words] == []


def _assessed(document: Document) -> None:
    document["credentialSubject"]["source"] = {
        "id": "https://coop.example/",
        "type": ["Profile"],
        "name": "Example Cooperative",
    }


def test_another_judge_is_named() -> None:
    assert "JUDGED BY EXAMPLE COOPERATIVE" in _words(_render(_assessed))


def _nameless(document: Document) -> None:
    del document["credentialSubject"]["identifier"][0]


def test_a_name_that_is_not_signed_is_not_printed() -> None:
    words = _words(_render(_nameless))

    assert ("the holder of this credential" in words, "Jordan" in words) == (True, False)


def test_the_same_credential_gives_the_same_bytes(usual: certificate.Certificate) -> None:
    assert _render().pdf == usual.pdf


def test_without_the_offline_code_the_attachment_is_pointed_to() -> None:
    printed = _render(digits="9" * 7080)
    words = _words(printed)

    assert printed.archival
    assert "CHECK WITHOUT INTERNET" not in words
    assert "use the signed credential attached to the PDF file" in words
    assert "larger code" not in words


def _named(name: str) -> Change:
    def change(document: Document) -> None:
        document["credentialSubject"]["identifier"][0]["identityHash"] = name

    return change


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Ελένη Παράδειγμα", id="greek"),
        pytest.param("Пример Примеров-Ґєї", id="cyrillic"),
        pytest.param("Nguyễn Thị Ví Dụ Ặẩ", id="vietnamese"),
        pytest.param("Łukasz Ñandú Ōkina ʻĀina", id="latin-extended"),
        pytest.param('#panic("x") *b* $x^2$ \\ @ref <tag> // `code`', id="markup"),
    ],
)
def test_a_name_is_printed_as_it_is_written(name: str) -> None:
    printed = _render(_named(name))

    assert printed.archival
    assert name in _words(printed)


@pytest.mark.parametrize("name", ["例 太郎", "Ana 🎉", "مثال"])
def test_a_character_without_a_glyph_costs_the_claim_and_nothing_else(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        printed = _render(_named(name))
    metadata = pypdf.PdfReader(io.BytesIO(printed.pdf)).root_object["/Metadata"].get_data()

    assert (printed.archival, b"pdfaid" in metadata) == (False, False)
    assert "MINTMARK_FONTS" in caplog.text


def test_folders_with_more_fonts_are_used() -> None:
    need(DEJAVU)
    armenian = _named("Անի Օրինակ")

    papers = [Stationery(COLORS[0], font_folders=more) for more in ((), (DEJAVU,))]
    assert [_render(armenian, on=on).archival for on in papers] == [False, True]


def _everything_long(document: Document) -> None:
    _criteria(8)(document)
    _assessed(document)
    subject = document["credentialSubject"]
    document["issuer"]["name"] = subject["source"]["name"] = LONG
    document["validUntil"] = "2031-05-15T00:00:00Z"
    subject["achievement"]["name"] = f"{LONG}, {LONG}"
    subject["achievement"]["description"] *= 9
    subject["identifier"][0]["identityHash"] = "Maximiliana Featherstonehaugh-Example " * 4


def _criteria(count: int) -> Change:
    def change(document: Document) -> None:
        subject = document["credentialSubject"]
        achievement = subject["achievement"]
        text = json.dumps(achievement["resultDescription"][0])
        achievement["resultDescription"] = [
            json.loads(text.replace("#learning", f"#c{n}")) | {"name": f"Criterion {n}"}
            for n in range(count)
        ]
        subject["result"] = [
            {
                "type": ["Result"],
                "resultDescription": f"{achievement['id']}#c{n}",
                "achievedLevel": f"{achievement['id']}#c{n}.met",
            }
            for n in range(count)
        ]

    return change


PAPERS = {Paper.LETTER: (612, 792), Paper.A4: (595, 842)}
THREE = (
    Signatory("Pat Example", "Superintendent of Schools", _SIGNATURE),
    Signatory("Robin Sample-Featherstonehaugh", "Director of Teaching and Learning"),
    Signatory("Wolfeschlegelsteinhausenbergerdorff" * 2, LONG),
)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize(
    ("change", "last"),
    [
        pytest.param(_criteria(1), "Criterion 0", id="one-criterion"),
        pytest.param(_criteria(50), "Criterion 49", id="fifty-criteria"),
        pytest.param(_everything_long, "Criterion 7", id="everything-long"),
        pytest.param(_named("W" * 200), "Reflection", id="one-endless-word"),
    ],
)
def test_everything_stays_within_its_frame(
    change: Change, last: str, edition: Edition, paper: Paper
) -> None:
    on = Stationery(COLORS[0], paper, logo=_LOGO, seal=_LOGO, signatories=THREE)
    printed = _render(change, edition=edition, on=on, met_all=True)
    width, height = sorted(PAPERS[paper], reverse=edition is Edition.FRAME)
    with pypdfium2.PdfDocument(printed.pdf) as document:
        sizes = {tuple(round(side) for side in page.get_size()) for page in document}
        pages = [page.get_textpage() for page in document]
        boxes = [page.get_charbox(n) for page in pages for n in range(page.count_chars())]

    assert printed.archival
    assert last.lower() in _words(printed).lower()
    assert sizes == {(width, height)}
    assert len(pages) <= (1 if edition is Edition.FRAME else 2)
    assert min(min(box[:2]) for box in boxes) > 24
    assert max(box[2] for box in boxes) < width - 24
    assert max(box[3] for box in boxes) < height - 24


def test_the_frame_has_who_signs_and_the_link_alone() -> None:
    on = Stationery(COLORS[0], logo=_LOGO, seal=_LOGO, signatories=THREE[:2])
    printed = _render(edition=Edition.FRAME, on=on, met_all=True)
    words = _words(printed)
    root = pypdf.PdfReader(io.BytesIO(printed.pdf)).root_object

    for shown in ("Pat Example Superintendent of Schools", "Robin Sample", "MET ALL 4 CRITERIA"):
        assert shown in words
    assert [word for word in ("Exceeded", "WITHOUT INTERNET", "EVIDENCE") if word in words] == []
    assert _figures(root["/StructTreeRoot"]["/K"])[1:] == [
        "Signature of Pat Example",
        "Badge: Composing with foundational rhythms, Prairie Example School District",
        "Seal",
        f"QR code with the address {_document()['id']}",
    ]
    assert _codes(printed) == {_document()["id"]}


def test_the_application_has_everything_that_is_shown(usual: certificate.Certificate) -> None:
    words = _words(usual)

    for shown in (
        *("Exceeded", "HOURS", "EVIDENCE", "Ten weeks of lessons with rhythm cards."),
        *("https://band.example.org/unit-plan.pdf", "Lay the page flat"),
    ):
        assert shown in words
    assert "drive.example.org" not in words


def test_where_levels_are_hidden_what_it_took_fills_the_application() -> None:
    def hidden(document: Document) -> None:
        subject = document["credentialSubject"]
        subject["result"] = [item for item in subject["result"] if "achievedLevel" not in item]

    words = _words(_render(hidden, met_all=True))

    for shown in ("MET ALL 4 CRITERIA", "Student work and reflections", "WHAT IT TOOK", "Teach it"):
        assert shown in words
    assert "Exceeded" not in words


@pytest.mark.parametrize("edition", Edition)
def test_what_is_withdrawn_says_so_across_each_page(edition: Edition) -> None:
    gone = (certificate_words.WITHDRAWN, datetime(2026, 9, 1, tzinfo=UTC))
    printed = _render(_criteria(50), edition=edition, no_longer=gone)
    with pypdfium2.PdfDocument(printed.pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]

    assert printed.archival
    assert all("WITHDRAWN ON SEPTEMBER 1, 2026" in page for page in pages)
    assert "Withdrawn on September 1, 2026" in pages[0]  # what is read out


def _given_png() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (300, 200), (122, 34, 51, 128)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(_given_png(), id="png-half-transparent"),
        pytest.param(
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90">'
            b'<circle cx="45" cy="45" r="40" fill="#7a2233" opacity=".5"/>'
            b'<text x="9" y="50" font-family="Helvetica">Rhythm</text></svg>',
            id="svg-with-words",
        ),
    ],
)
def test_a_district_s_own_picture_keeps_the_claim(image: bytes) -> None:
    assert _render(badge_svg=as_badge(image).svg).archival


@pytest.mark.parametrize(
    ("language", "start", "end", "words"),
    [
        ("en", (2026, 2, 23), (2026, 2, 23), "February 23, 2026"),
        ("en", (2026, 2, 23), (2026, 5, 1), "February 23 – May 1, 2026"),
        ("en", (2025, 12, 1), (2026, 1, 9), "December 1, 2025 – January 9, 2026"),
        ("es", (2026, 2, 23), (2026, 2, 23), "23 de febrero de 2026"),
        ("es", (2026, 2, 23), (2026, 5, 1), "23 de febrero – 1 de mayo de 2026"),
        ("es", (2025, 12, 1), (2026, 1, 9), "1 de diciembre de 2025 – 9 de enero de 2026"),
    ],
)
def test_a_period_is_said_once(
    language: str, start: tuple[int, int, int], end: tuple[int, int, int], words: str
) -> None:
    begun, ended = datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC)

    assert certificate_words.period(language, begun, ended) == words


def test_a_serial_is_short_and_has_no_letters_that_are_mistaken() -> None:
    serials = {serial(f"https://a.example/{n}") for n in range(500)}

    assert len(serials) == 500
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", one) for one in serials)


@dataclass(frozen=True)
class Way:
    """A way in which a picture of the page comes to a verifier."""

    turned: float = 0
    blurred_mm: float = 0
    jpeg: int | None = None

    def photograph(self, page: Image.Image, dpi: int) -> bytes:
        turned = page.rotate(self.turned, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        seen = turned.filter(ImageFilter.GaussianBlur(self.blurred_mm / 25.4 * dpi))
        out = io.BytesIO()
        if self.jpeg:
            seen.save(out, "JPEG", quality=self.jpeg)
        else:
            seen.save(out, "PNG", compress_level=1)
        return out.getvalue()


@cache
def _page(dpi: int) -> Image.Image:
    with pypdfium2.PdfDocument(_render().pdf) as document:
        return document[0].render(scale=dpi / 72).to_pil().convert("L")


@pytest.mark.parametrize("dpi", [120, 150, 200, 300])
@pytest.mark.parametrize(
    "way",
    [
        pytest.param(Way(), id="flat"),
        pytest.param(Way(turned=3), id="askew"),
        pytest.param(Way(turned=-12), id="far-askew"),
        pytest.param(Way(turned=90), id="on-its-side"),
        pytest.param(Way(turned=180), id="upside-down"),
        pytest.param(Way(blurred_mm=0.1), id="blurred"),
        pytest.param(Way(jpeg=40), id="jpeg"),
        pytest.param(Way(turned=3, blurred_mm=0.1, jpeg=60), id="askew-blurred-jpeg"),
    ],
)
def test_both_codes_are_read_from_the_page(way: Way, dpi: int) -> None:
    codes = qr.scan(way.photograph(_page(dpi), dpi))

    assert set(codes) == {_document()["id"], f"{VERIFY}#{_digits(_document())}"}


def _codes(printed: certificate.Certificate) -> set[str]:
    """Return what the codes of the first page hold."""
    with pypdfium2.PdfDocument(printed.pdf) as document:
        page = document[0].render(scale=200 / 72).to_pil().convert("L")
    return set(qr.texts_in(page))


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_without_internet_is_read_from_a_phone_s_photo(kind: str) -> None:
    """A code of 50 mm at level M is read in three of these (docs/qr-format.md)."""
    photo = photograph(_page(200), kind, dpi=200)

    assert f"{VERIFY}#{_digits(_document())}" in qr.scan(photo)
