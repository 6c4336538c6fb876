"""Credentials in PDF files (T15, T31)."""

import zlib
from contextlib import suppress

import pytest
from carriers import JSON, MIB, code, deflated_zeros, jwt, link, memory_below, pdf, pdf_of
from hypothesis import given
from hypothesis import strategies as st

from verifier.intake import pdf as pdf_module
from verifier.intake.pdf import (
    MAX_ATTACHMENTS,
    MAX_PAGES,
    MAX_STREAM_BYTES,
    PdfError,
    attached_credentials,
    codes_on_pages,
)

JWT = jwt()


@pytest.mark.parametrize(
    ("name", "media_type", "text"),
    [
        pytest.param("credential.json", "application/vc+ld+json", JSON, id="json"),
        pytest.param("credential.json", "application/octet-stream", JSON, id="by-name"),
        pytest.param("badge", "application/vc", JSON, id="by-media-type"),
        pytest.param("credential.jwt", "application/vc+jwt", JWT, id="jwt"),
        pytest.param("notes.txt", "text/plain", f"\n{JWT}\n", id="jwt-as-text"),
    ],
)
def test_an_attached_credential_is_found(name: str, media_type: str, text: str) -> None:
    assert attached_credentials(pdf((name, media_type, text))) == [text.strip()]


@pytest.mark.parametrize(
    ("name", "media_type", "text"),
    [
        pytest.param("picture.json", "image/png", JSON, id="other-name-and-type"),
        pytest.param("credential.json", "application/json", "[]", id="no-object"),
        pytest.param("notes.txt", "text/plain", "Thank you!", id="text"),
        pytest.param("credential.json", "application/vc", "{" + " " * 2 * MIB, id="too-large"),
    ],
)
def test_another_attachment_is_no_credential(name: str, media_type: str, text: str) -> None:
    assert attached_credentials(pdf((name, media_type, text))) == []


def test_of_several_attachments_the_one_named_credential_comes_first() -> None:
    others = [(f"{n}.json", "application/json", f'{{"n":{n}}}') for n in range(2)]
    texts = attached_credentials(pdf(*others, ("credential.json", "application/vc", JSON)))
    assert texts == [JSON, '{"n":0}', '{"n":1}']


def test_no_more_attachments_than_a_few_are_read() -> None:
    files = [(f"{n:03}", "application/vc", "{}") for n in range(MAX_ATTACHMENTS + 5)]
    assert len(attached_credentials(pdf(*files))) == MAX_ATTACHMENTS


def test_a_pdf_that_opens_without_a_password_is_read_although_encrypted() -> None:
    opens = pdf(("credential.json", "application/vc", JSON), password="")
    assert attached_credentials(opens) == [JSON]


def test_codes_on_a_page_are_read() -> None:
    texts = [link(JWT), "https://x.example/"]
    assert codes_on_pages(pdf(pages=[code(*texts)])) == (texts, True)


def test_no_more_pages_than_some_are_drawn_and_that_is_said(monkeypatch) -> None:
    document = pdf(pages=[code(str(number)) for number in range(MAX_PAGES + 1)])
    assert codes_on_pages(document) == ([str(number) for number in range(MAX_PAGES)], False)
    monkeypatch.setattr(pdf_module, "MAX_PAGES_SECONDS", -1)
    assert codes_on_pages(document) == ([], False)


def test_a_page_of_any_size_is_drawn_within_the_limits() -> None:
    with memory_below(64 * MIB):
        assert codes_on_pages(pdf_of(box=b"0 0 1000000 1000000")) == ([], True)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(pdf(password="secret"), "pdf_needs_password", id="password"),
        pytest.param(b"%PDF-1.7", "pdf_damaged", id="nothing-but-a-header"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 40, "pdf_damaged", id="garbage"),
        pytest.param(pdf_of()[: len(pdf_of()) // 3], "pdf_damaged", id="cut-short"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_an_error(data: bytes, code: str) -> None:
    with pytest.raises(PdfError) as caught:
        attached_credentials(data)
    assert caught.value.code == code


ZEROS = deflated_zeros(1024 * MIB)
FLATE = b"/FlateDecode"


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(pdf_of(attached=ZEROS, filters=FLATE), id="deflated"),
        pytest.param(pdf_of(attached=zlib.compress(ZEROS), filters=FLATE * 2), id="deflated-twice"),
        pytest.param(pdf_of(attached=zlib.compress(b"{}"), filters=FLATE * 5), id="many-filters"),
        pytest.param(
            pdf_of(attached=b"\x81\0" * 4 * MIB, filters=b"/RunLengthDecode"), id="run-length"
        ),
    ],
)
def test_a_bomb_among_the_attachments_is_not_inflated(bomb: bytes) -> None:
    with memory_below(4 * MAX_STREAM_BYTES + len(bomb)), pytest.raises(PdfError, match="Limit"):
        attached_credentials(bomb)


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """Return `data` with a few bytes overwritten at one place, or cut off there."""
    places = st.integers(0, len(data) - 1)
    written = st.tuples(places, st.binary(min_size=1, max_size=8)).map(
        lambda change: data[: change[0]] + change[1] + data[change[0] + len(change[1]) :]
    )
    return written | places.map(lambda place: data[:place])


@given(damaged(pdf_of(b"q Q", attached=JSON.encode())))
def test_a_damaged_pdf_raises_nothing_but_its_error(data: bytes) -> None:
    for work in (attached_credentials, codes_on_pages):
        with suppress(PdfError):
            work(data)
