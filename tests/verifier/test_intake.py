"""What was handed in, found out by its content alone (pains A7; T15, T31)."""

import io
import json
from contextlib import suppress
from dataclasses import replace

import pytest
from carriers import (
    JSON,
    MIB,
    chunk,
    code,
    deflated_zeros,
    itxt,
    jwt,
    link,
    memory_below,
    pdf,
    pdf_of,
    png,
    png_with,
    saved,
    svg,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter

from verifier.intake import sandbox
from verifier.intake.baking import bake_png, bake_svg
from verifier.intake.carriers import read_all, read_submission
from verifier.intake.submission import (
    FACE_UNSIGNED,
    MAX_BYTES,
    MORE_THAN_ONE,
    PAGES_NOT_READ,
    IntakeError,
    Submission,
)
from verifier.intake.wrapping import ENVELOPE, PRESENTATION

JWT = jwt()
OTHER = jwt('{"other":1}')
URL = "https://district.example/credentials/Zm9vYmFyYmF6cXV1eA"
DOCTYPE = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:9/svg11.dtd">'
ATTACHED = ("credential.json", "application/vc+ld+json", JSON)


@pytest.mark.parametrize(
    ("data", "carrier", "text"),
    [
        pytest.param(JSON.encode(), "json", JSON, id="json"),
        pytest.param(b"\xef\xbb\xbf\r\n " + JSON.encode(), "json", JSON, id="json-byte-order-mark"),
        pytest.param(b'{"a":"%PDF-1.7"}', "json", '{"a":"%PDF-1.7"}', id="json-that-names-pdf"),
        pytest.param(JSON.encode("utf-16"), "json", JSON, id="json-in-utf-16"),
        pytest.param(JWT.encode("utf-16"), "jwt", JWT, id="jwt-in-utf-16"),
        pytest.param(f'"{JWT}"\n'.encode(), "jwt", JWT, id="jwt-in-quotes"),
        pytest.param(
            png_with(itxt(f"\n \ufeff{JSON}\r\n".encode())), "png", JSON, id="png-white-space"
        ),
        pytest.param(png_with(itxt(f'"{JWT}"'.encode())), "png", JWT, id="png-jwt-in-quotes"),
        pytest.param(
            pdf(("credential.json", "application/vc", f"\ufeff{JSON}")), "pdf", JSON, id="pdf-mark"
        ),
        pytest.param(bake_svg(svg(before=DOCTYPE), JWT), "svg", JWT, id="svg-with-doctype"),
        pytest.param(f"[{JSON}]".encode(), "json", JSON, id="json-array"),
        pytest.param(JWT.encode(), "jwt", JWT, id="jwt"),
        pytest.param(f"\n {JWT}\r\n".encode(), "jwt", JWT, id="jwt-with-white-space"),
        pytest.param(f"{JWT[:76]}\r\n{JWT[76:]}".encode(), "jwt", JWT, id="jwt-wrapped"),
        pytest.param(f"My badge: {JWT} !".encode(), "jwt", JWT, id="jwt-in-a-sentence"),
        pytest.param(json.dumps([JWT]).encode(), "jwt", JWT, id="jwt-in-json-array"),
        pytest.param(bake_png(png(), JSON), "png", JSON, id="png-json"),
        pytest.param(bake_png(png(), JWT), "png", JWT, id="png-jwt"),
        pytest.param(bake_png(saved(code(URL), "PNG"), JWT), "png", JWT, id="png-with-a-code-too"),
        pytest.param(bake_svg(svg(), JWT), "svg", JWT, id="svg"),
        pytest.param(b"\n" + bake_svg(svg(), JWT), "svg", JWT, id="svg-after-a-line"),
        pytest.param(link(JWT).encode(), "qr", JWT, id="text-of-a-code"),
        pytest.param(f"see {link(JWT)}".encode(), "qr", JWT, id="text-of-a-code-in-a-sentence"),
        pytest.param(saved(code(link(JWT), URL), "PNG"), "qr", JWT, id="png-of-a-code"),
        pytest.param(saved(code(link(JWT)), "JPEG"), "qr", JWT, id="jpeg-of-a-code"),
        pytest.param(saved(code(link(JWT)), "WEBP"), "qr", JWT, id="webp-of-a-code"),
        pytest.param(saved(code(link(JWT)), "GIF"), "qr", JWT, id="gif-of-a-code"),
        pytest.param(saved(code(JWT), "PNG"), "qr", JWT, id="code-of-a-bare-jwt"),
        pytest.param(pdf(ATTACHED), "pdf", JSON, id="pdf-attachment"),
        pytest.param(b"\n\n" + pdf(ATTACHED), "pdf", JSON, id="pdf-after-lines"),
        pytest.param(pdf(pages=[code(link(JWT))]), "pdf", JWT, id="pdf-code-on-the-page"),
    ],
)
def test_a_credential_is_found_in_whatever_carries_it(data: bytes, carrier: str, text: str) -> None:
    handed = read_submission(data)
    assert (handed.carrier, handed.text) == (carrier, text)


@pytest.mark.parametrize(
    ("data", "notes", "via"),
    [
        pytest.param(URL.encode(), (), "", id="text"),
        pytest.param(f" {URL}\n".encode(), (), "", id="text-with-white-space"),
        pytest.param(saved(code(URL), "PNG"), (), "qr", id="png-of-a-code"),
        pytest.param(pdf(pages=[code(URL)]), (FACE_UNSIGNED,), "pdf", id="pdf"),
        pytest.param(png_with(itxt(URL.encode(), b"openbadges")), (), "png", id="png-baked"),
    ],
)
def test_where_only_a_link_is_found_it_is_handed_on_with_what_carried_it(
    data: bytes, notes: tuple[str, ...], via: str
) -> None:
    assert read_all(data) == [Submission("url", URL, notes, via=via)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(saved(code(link(JWT), link(OTHER)), "PNG"), id="two-codes"),
        pytest.param(f"{JWT}\n{OTHER}\n".encode(), id="lines"),
        pytest.param(json.dumps([JWT, OTHER]).encode(), id="json-array"),
        pytest.param(pdf(("a", "application/jwt", JWT), ("b", "application/jwt", OTHER)), id="pdf"),
        pytest.param(pdf(pages=[code(link(JWT)), code(link(OTHER))]), id="pages"),
        pytest.param(
            pdf(("a", "application/jwt", JWT), pages=[code(link(OTHER))]), id="attachment-and-code"
        ),
    ],
)
def test_every_distinct_credential_is_found(data: bytes) -> None:
    assert [handed.text for handed in read_all(data)] == [JWT, OTHER]


def test_of_a_baked_picture_the_first_credential_is_taken_and_that_is_said() -> None:
    """OB-53: only the first one counts."""
    (handed,) = read_all(png_with(itxt(JWT.encode()), itxt(OTHER.encode())))
    assert handed == Submission("png", JWT, (MORE_THAN_ONE,))


def test_what_cannot_be_opened_hides_nothing_beside_it_and_is_not_hidden() -> None:
    locked = {"type": "EnvelopedVerifiableCredential", "id": "data:application/vc+cose,AA"}
    (handed,) = read_all(json.dumps([JWT, locked]).encode())
    assert handed == Submission("jwt", JWT, (MORE_THAN_ONE,))
    with pytest.raises(IntakeError, match="cose"):
        read_all(json.dumps([locked]).encode())


def test_links_come_after_credentials() -> None:
    submissions = read_all(pdf(pages=[code(URL), code(link(JWT), URL)]))
    assert [handed.text for handed in submissions] == [JWT, URL]


def test_a_page_that_cannot_be_drawn_takes_no_attachment_away() -> None:
    bomb = pdf_of(deflated_zeros(1024 * MIB), filters=b"/FlateDecode")
    writer, out = PdfWriter(io.BytesIO(bomb)), io.BytesIO()
    writer.add_attachment("credential.json", JSON.encode())
    writer.write(out)
    (handed,) = read_all(out.getvalue())
    assert (handed.text, handed.notes) == (JSON, (FACE_UNSIGNED, PAGES_NOT_READ))


def presentation(*credentials: object, kind: str = "VerifiablePresentation") -> bytes:
    context = "https://www.w3.org/ns/credentials/v2"
    whole = {"@context": [context], "type": [kind], "verifiableCredential": list(credentials)}
    return json.dumps(whole).encode()


def envelope(jwt: str) -> dict[str, str]:
    return {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{jwt}"}


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        pytest.param([json.loads(JSON)], Submission("json", JSON, (PRESENTATION,)), id="object"),
        pytest.param([JWT], Submission("jwt", JWT, (PRESENTATION,)), id="jwt"),
        pytest.param(
            [envelope(JWT)], Submission("jwt", JWT, (PRESENTATION, ENVELOPE)), id="envelope"
        ),
    ],
)
def test_of_a_presentation_the_credential_is_taken_and_that_is_said(
    credentials: list[object], expected: Submission
) -> None:
    whole = presentation(*credentials)
    assert read_submission(whole) == replace(expected, presentation=whole.decode())


def test_a_credential_in_an_envelope_is_the_jwt() -> None:
    assert read_submission(json.dumps(envelope(JWT)).encode()) == Submission(
        "jwt", JWT, (ENVELOPE,)
    )


def test_what_is_baked_is_unwrapped_as_well() -> None:
    wrapped = json.dumps(envelope(JWT))
    assert read_submission(bake_png(png(), wrapped)) == Submission("png", JWT, (ENVELOPE,))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(presentation(), id="empty"),
        pytest.param(presentation(7), id="a number in it"),
        pytest.param(presentation(JWT, kind="VerifiableCredential"), id="no presentation"),
        pytest.param(b'{"a": "VerifiablePresentation"}', id="the word elsewhere"),
        pytest.param(b'{"type": "VerifiablePresentation", "type": 1}', id="not strict"),
    ],
)
def test_an_object_that_wraps_no_credential_is_handed_on_as_it_is(data: bytes) -> None:
    assert read_submission(data) == Submission("json", data.decode())


def test_the_same_credential_twice_is_one() -> None:
    assert len(read_all(f"{JWT}\n{JWT}".encode())) == 1


def test_of_a_pdf_the_attachment_wins_over_the_code_on_its_face() -> None:
    handed = read_submission(pdf(ATTACHED, pages=[code(link(JWT))]))
    assert handed == Submission("pdf", JSON, (FACE_UNSIGNED,))


def test_a_code_with_the_credential_wins_over_one_with_a_link() -> None:
    around = link(JWT).partition("#")[0]
    assert read_submission(saved(code(URL, link(JWT)), "PNG")) == Submission(
        "qr", JWT, around=around
    )


def test_a_link_wins_over_a_code_that_cannot_be_unpacked() -> None:
    assert read_submission(saved(code("https://x.example/verify#12345", URL), "PNG")).text == URL


def zipped() -> bytes:
    return b"PK\3\4\x14\0\6\0" + bytes(40)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"\xef\xbb\xbf \r\n\t", "empty", id="white-space"),
        pytest.param(png() + bytes(MAX_BYTES), "too_large", id="11-megabytes"),
        pytest.param(b"{" + b" " * 2 * MIB, "too_large", id="2-megabytes-of-text"),
        pytest.param(b"<!DOCTYPE html>\n<title>Badge</title>", "web_page", id="html"),
        pytest.param(b"\n<HTML lang=en><svg></svg>", "web_page", id="html-in-capitals"),
        pytest.param(b"<?xml version='1.0'?><html/>", "web_page", id="xhtml"),
        pytest.param(b"<?xml version='1.0'?><rss/>", "not_recognized", id="other-xml"),
        pytest.param(zipped(), "office_file", id="docx-or-zip"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "office_file", id="doc"),
        pytest.param(b"{\\rtf1\\ansi Hello}", "office_file", id="rtf"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "picture_format", id="iphone-photo"),
        pytest.param(saved(Image.new("L", (3, 3)), "TIFF"), "picture_format", id="tiff"),
        pytest.param(png((300, 300)), "no_credential_in_picture", id="screenshot"),
        pytest.param(svg(), "no_credential_in_picture", id="svg-not-baked"),
        pytest.param(saved(code("WIFI:S:x;;"), "PNG"), "code_of_something_else", id="wifi-code"),
        pytest.param(
            saved(code("https://x.example/verify#12345"), "PNG"), "code_damaged", id="other-digits"
        ),
        pytest.param(b"https://x.example/verify#12345", "code_damaged", id="text-of-other-digits"),
        pytest.param(bake_png(png(), JSON)[:-20], "picture_damaged", id="png-cut-short"),
        pytest.param(saved(code(URL), "JPEG")[:300], "picture_damaged", id="jpeg-cut-short"),
        pytest.param(svg()[:-9], "picture_damaged", id="svg-cut-short"),
        pytest.param(png_with(itxt(b"a badge")), "picture_damaged", id="no-credential-baked"),
        pytest.param(pdf(), "no_credential_in_pdf", id="pdf-without-credential"),
        pytest.param(pdf(password="x"), "pdf_needs_password", id="pdf-with-password"),
        pytest.param(b"%PDF-1.7\n", "pdf_damaged", id="pdf-damaged"),
        pytest.param(b"Dear committee, I attach my badge.", "not_recognized", id="a-letter"),
        pytest.param(b"www.district.example", "not_recognized", id="host-name"),
        pytest.param(f"My badge is at {URL}".encode(), "not_recognized", id="link-in-a-sentence"),
        pytest.param(b"Dear {name}, see {badge}", "not_recognized", id="form-letter"),
        pytest.param(b"javascript:alert(1)", "not_recognized", id="other-scheme"),
        pytest.param(b"https://x.example/" + b"a" * 3000, "not_recognized", id="endless-link"),
        pytest.param(b"[1, 2]", "not_recognized", id="array-of-numbers"),
        pytest.param(b"[]", "not_recognized", id="empty-array"),
        pytest.param(b"[" * 10**5, "not_recognized", id="100000-brackets"),
        pytest.param("Zeugnis für…".encode("latin-1", "replace"), "not_recognized", id="latin-1"),
        pytest.param(JSON.encode("utf-16-le"), "not_recognized", id="utf-16-without-its-mark"),
        pytest.param(b"\x7fELF" + bytes(99), "not_recognized", id="program"),
        pytest.param(f"{'x ' * 5000}{JWT}".encode(), "not_recognized", id="too-many-words"),
    ],
)
def test_what_holds_no_credential_is_told_apart(data: bytes, code: str) -> None:
    with pytest.raises(IntakeError) as caught:
        read_submission(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "carrier"),
    [
        pytest.param(bake_png(png(), JSON) + zipped() + pdf(ATTACHED), "png", id="png-zip-pdf"),
        pytest.param(b"GIF89a" + pdf(ATTACHED), "picture_damaged", id="gif-pdf"),
        pytest.param(b"<!-- %PDF-1.7 -->" + bake_svg(svg(), JWT), "svg", id="svg-pdf"),
        pytest.param(pdf(ATTACHED) + bake_png(png(), JWT), "pdf", id="pdf-png"),
    ],
)
def test_of_a_file_of_two_kinds_the_one_it_begins_as_counts(data: bytes, carrier: str) -> None:
    try:
        seen = read_submission(data).carrier
    except IntakeError as exc:
        seen = exc.code
    assert seen == carrier


ZEROS = deflated_zeros(1024 * MIB)


@pytest.mark.parametrize(
    ("bomb", "code"),
    [
        pytest.param(png_with(itxt(ZEROS, flags=b"\1\0")), "picture_damaged", id="itxt"),
        pytest.param(png_with(chunk(b"zTXt", b"a\0\0" + ZEROS)), "picture_damaged", id="ztxt"),
        pytest.param(png_with(chunk(b"iCCP", b"a\0\0" + ZEROS)), "picture_damaged", id="iccp"),
        pytest.param(
            pdf_of(attached=ZEROS, filters=b"/FlateDecode"), "pdf_damaged", id="attachment"
        ),
        pytest.param(pdf_of(ZEROS, filters=b"/FlateDecode"), "too_hard_to_read", id="page"),
    ],
)
def test_a_bomb_of_a_gigabyte_takes_no_memory(
    bomb: bytes, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 300)  # its memory ends it, on a busy machine too
    with memory_below(64 * MIB), pytest.raises(IntakeError) as caught:
        read_submission(bomb)
    assert caught.value.code == code


SOUND = {
    "png": bake_png(png(), JSON),
    "svg": bake_svg(svg(), JSON),
    "code": saved(code(link(JWT), pixels=2), "PNG"),
    "jpeg": saved(code(URL, pixels=2), "JPEG"),
    "json": JSON.encode(),
    "jwt": JWT.encode(),
    "link": link(JWT).encode(),
}


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return a sound file of some kind with one place overwritten, cut out or doubled."""
    data = SOUND[draw(st.sampled_from(sorted(SOUND)))]
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 64)))
    middle = draw(st.sampled_from([b"", data[start:end] * 2, b"\0", b"\xff" * 4, b"]]>", b"<a>"]))
    return data[:start] + middle + data[end:]


STARTS = [b"", *(data[:40] for data in SOUND.values()), b"<svg ", b"[", b"https://", b"RIFF"]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(mutated() | st.builds(bytes.__add__, st.sampled_from(STARTS), st.binary(max_size=200)))
def test_any_bytes_give_a_credential_or_an_intake_error(data: bytes) -> None:
    with suppress(IntakeError):
        assert read_submission(data).carrier in {"json", "jwt", "png", "svg", "qr", "url"}
