"""The code that holds a whole credential, and codes in pictures (D7, T15, T16, T31, T32)."""

import hashlib
import json
import re
import zlib
from importlib import resources
from pathlib import Path

import pytest
from carriers import HEADER, JSON, MIB, code, jwt, link, memory_below, saved
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps

from verifier.intake import qr
from verifier.intake.qr import (
    DICTIONARY_SHA256,
    MAX_CONTENT_BYTES,
    MAX_DIGITS,
    MAX_PIXELS,
    QrError,
    fragment_credential,
    from_digits,
    pack,
    scan,
    to_digits,
    unpack,
)
from verifier.parsing import base64url
from verifier.proof import jose
from verifier.public_keys.jwk import from_jwk

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/qr-format.md").read_text()
VECTORS = ROOT / "tests/vectors/qr"
FULL = (VECTORS / "full.jwt").read_text().strip()
DICTIONARY = resources.files("verifier.intake").joinpath("qr_dictionary_1.txt").read_bytes()
LINK = "https://district.example/credentials/Zm9vYmFyYmF6cXV1eA"


def packed(content: bytes, *, version: bytes = b"\1", signature: bytes = b"s" * 64) -> bytes:
    """Return the bytes of a code, made by the letter of docs/qr-format.md."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=DICTIONARY)
    return version + signature + deflate.compress(content) + deflate.flush()


def described(heading: str) -> str:
    """Return the block of docs/qr-format.md after `heading:`."""
    block = re.search(rf"^{heading}:\n\n```\w*\n(.*?)\n```", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert block
    return block[1]


# The format


def test_the_vector_in_the_document_is_read() -> None:
    assert from_digits(described("Digits")).hex() == described("Bytes, in hexadecimal")
    assert unpack(from_digits(described("Digits"))) == described("Compact JWS")


def test_the_vector_in_the_document_holds_what_it_says() -> None:
    jws = jose.parse(described("Compact JWS"))
    assert jws.header == json.loads(described("Protected header"))
    assert jws.payload == json.loads(described("Payload"))
    assert jose.verify(jws, from_jwk(json.loads(described("Public key, as a JWK"))))


def test_a_code_of_full_size_is_read_for_ever() -> None:
    assert unpack(from_digits((VECTORS / "full.digits").read_text().strip())) == FULL


def test_a_credential_of_full_size_packs_small_enough_to_print() -> None:
    assert len(pack(FULL)) <= 1450


def test_the_dictionary_is_frozen() -> None:
    assert hashlib.sha256(DICTIONARY).hexdigest() == DICTIONARY_SHA256
    assert DICTIONARY_SHA256 in DOCUMENT
    assert f"{len(DICTIONARY):,} bytes" in DOCUMENT


def test_a_changed_dictionary_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qr, "DICTIONARY_SHA256", "0" * 64)
    qr.dictionary.cache_clear()
    with pytest.raises(RuntimeError, match="was changed"):
        pack(jwt())


def test_a_code_made_by_the_letter_of_the_document_is_read() -> None:
    content = len(HEADER).to_bytes(2) + HEADER + JSON.encode()
    assert unpack(packed(content)) == jwt()


@given(
    st.binary(min_size=1, max_size=300),
    st.binary(min_size=1, max_size=3000),
    st.binary(min_size=64, max_size=64),
)
def test_what_is_packed_comes_out_the_same(header: bytes, payload: bytes, signature: bytes) -> None:
    token = ".".join(map(base64url.encode, (header, payload, signature)))
    assert unpack(from_digits(to_digits(pack(token)))) == token


@given(st.binary(max_size=2900).map(lambda rest: b"\1" + rest))
def test_digits_are_the_bytes_as_one_decimal_number(data: bytes) -> None:
    assert from_digits(to_digits(data)) == data


def test_digits_may_be_more_than_python_converts_at_once() -> None:
    assert to_digits((10**7000).to_bytes(2907)) == "1" + "0" * 7000
    assert from_digits("1" + "0" * 7000) == (10**7000).to_bytes(2907)


@pytest.mark.parametrize(
    ("token", "flaw"),
    [
        pytest.param(jwt(signature=b"s" * 256), "256 bytes", id="rs256"),
        pytest.param(jwt(signature=b"s" * 63), "63 bytes", id="short-signature"),
        pytest.param(jwt().rpartition(".")[0], "not a compact JWS", id="two-parts"),
        pytest.param(f"{jwt()}.AA", "not a compact JWS", id="four-parts"),
        pytest.param(f"{jwt()}==", "not a compact JWS", id="padding"),
        pytest.param(f"{jwt()[:-1]}x", "not a compact JWS", id="stray-bits"),
        pytest.param(f".{jwt().partition('.')[2]}", "not a compact JWS", id="empty-header"),
        pytest.param(f"{jwt()}\n", "not a compact JWS", id="line-end"),
        pytest.param(jwt("x" * MAX_CONTENT_BYTES), "larger than", id="larger-than-inflated"),
    ],
)
def test_what_would_not_come_out_the_same_is_not_packed(token: str, flaw: str) -> None:
    with pytest.raises(QrError, match=flaw):
        pack(token)


def test_the_largest_content_a_reader_inflates_is_packed() -> None:
    token = jwt("x" * (MAX_CONTENT_BYTES - len(HEADER) - 2))
    assert unpack(pack(token)) == token


def test_what_no_code_is_large_enough_for_has_no_digits() -> None:
    with pytest.raises(QrError, match=r"7\d\d\d digits"):
        to_digits(b"\1" + bytes(3000))


CONTENT = len(HEADER).to_bytes(2) + HEADER + JSON.encode()


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        pytest.param(b"", "version", id="nothing"),
        pytest.param(packed(CONTENT, version=b"\2"), "newer reader", id="version-2"),
        pytest.param(packed(CONTENT)[:60], "cut short", id="cut-in-the-signature"),
        pytest.param(packed(CONTENT)[:65], "cut short", id="nothing-after-the-signature"),
        pytest.param(packed(CONTENT)[:-1], "cut short", id="last-byte-missing"),
        pytest.param(packed(CONTENT) + b"\0", "follows", id="byte-too-many"),
        pytest.param(b"\1" + b"s" * 64 + b"\7", "damaged", id="no-deflate"),
        pytest.param(packed(b""), "header", id="empty"),
        pytest.param(packed(b"\0\0{}"), "header", id="no-header"),
        pytest.param(packed(b"\0\2{}"), "header", id="no-payload"),
        pytest.param(packed(b"\0\5{}{}"), "header", id="header-longer-than-all"),
        pytest.param(packed(CONTENT + b" " * MAX_CONTENT_BYTES), "more than", id="too-large"),
    ],
)
def test_a_flawed_code_is_refused(data: bytes, flaw: str) -> None:
    with pytest.raises(QrError, match=flaw):
        unpack(data)


def test_a_bomb_in_a_code_is_not_inflated() -> None:
    bomb = packed(CONTENT + bytes(64 * MIB))
    with memory_below(MIB), pytest.raises(QrError, match="more than"):
        unpack(bomb)


@pytest.mark.parametrize(
    "digits",
    [
        "",
        "0",
        "01",
        "-1",
        "+1",
        "1_0",
        " 1",
        "1\n",
        "1.0",
        "0x1",
        "١٢٣",
        "¹",
        "9" * (MAX_DIGITS + 1),
    ],
)
def test_only_a_plain_decimal_number_is_read(digits: str) -> None:
    with pytest.raises(QrError, match=r"digits|decimal"):
        from_digits(digits)


@pytest.mark.parametrize(
    "address",
    [
        "https://district.example/verify",
        "http://localhost:8202/verify",
        "HTTPS://EVIL.EXAMPLE/a/b/c/verify",
        "https://user@evil.example/?q=/verify",
    ],
)
def test_the_address_before_the_digits_may_be_anyones(address: str) -> None:
    assert fragment_credential(link(jwt(), address)) == jwt()


@pytest.mark.parametrize(
    "text",
    [
        "",
        LINK,
        "https://district.example/verify",
        "https://district.example/verify#",
        "https://district.example/verify#x1",
        "https://district.example/other#1",
        "javascript:alert(1)//verify#1",
        "https://district.example/a b/verify#1",
        "see https://district.example/verify#1",
    ],
)
def test_another_link_holds_no_credential(text: str) -> None:
    assert fragment_credential(text) is None


def test_a_link_with_digits_of_no_credential_is_an_error() -> None:
    with pytest.raises(QrError, match="version"):
        fragment_credential("https://district.example/verify#12345")


# Codes in pictures


def full_code(pixels: int = 4) -> Image.Image:
    return code(link(FULL), LINK, pixels=pixels)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_all_codes_of_a_picture_are_read(format: str) -> None:
    assert set(scan(saved(full_code(), format))) == {link(FULL), LINK}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p: p.rotate(90, expand=True), id="turned"),
        pytest.param(lambda p: p.rotate(7, expand=True, fillcolor="white"), id="slanted"),
        pytest.param(lambda p: p.filter(ImageFilter.GaussianBlur(1)), id="blurred"),
        pytest.param(ImageOps.invert, id="inverted"),
        pytest.param(ImageOps.mirror, id="mirrored"),
    ],
)
def test_a_picture_of_a_code_need_not_be_straight(change: object) -> None:
    assert link(FULL) in scan(saved(change(full_code()), "JPEG", quality=70))


def page_at(dpi: int) -> Image.Image:
    """Return a scan of a printed code: 0.33 mm a module, slanted, as JPEG."""
    pixels = 12
    large = full_code(pixels).rotate(3, expand=True, fillcolor="white", resample=Image.BICUBIC)
    scale = 0.33 / 25.4 * dpi / pixels
    return large.resize((round(large.width * scale), round(large.height * scale)), Image.BOX)


@pytest.mark.parametrize("dpi", [110, 120, 150, 200, 300])
def test_a_printed_code_is_read_from_a_coarse_scan(dpi: int) -> None:
    assert link(FULL) in scan(saved(page_at(dpi), "JPEG", quality=60))


def test_what_is_see_through_is_white_as_on_paper() -> None:
    black = Image.new("RGBA", full_code().size, (0, 0, 0, 0))
    black.putalpha(ImageOps.invert(full_code()))
    assert link(FULL) in scan(saved(black, "PNG"))


def test_a_picture_without_a_code_has_no_texts() -> None:
    assert scan(saved(Image.new("RGB", (300, 300), "teal"), "PNG")) == []


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        pytest.param(b"", "cannot be opened", id="nothing"),
        pytest.param(saved(full_code(), "BMP"), "cannot be opened", id="format-not-listed"),
        pytest.param(saved(full_code(), "PNG")[:500], "cannot be opened", id="cut-short"),
        pytest.param(saved(full_code(), "JPEG")[:300], "cannot be opened", id="jpeg-cut-short"),
    ],
)
def test_a_picture_that_cannot_be_opened_is_an_error(data: bytes, flaw: str) -> None:
    with pytest.raises(QrError, match=flaw):
        scan(data)


@pytest.mark.parametrize("side", [8001, 65535], ids=["64-million", "4-thousand-million"])
def test_a_picture_of_too_many_pixels_is_not_decoded(side: int) -> None:
    bomb = saved(Image.new("1", (side, 1)), "PNG")
    header = bomb[8:16] + side.to_bytes(4) * 2 + bomb[24:29]
    bomb = bomb[:8] + header + zlib.crc32(header[4:]).to_bytes(4) + bomb[33:]
    assert side * side > MAX_PIXELS
    with memory_below(MIB), pytest.raises(QrError, match=r"pixels|opened"):
        scan(bomb)


@given(st.integers(0, 700), st.binary(min_size=1, max_size=4))
def test_a_damaged_picture_gives_texts_or_an_error(place: int, bytes_: bytes) -> None:
    data = saved(code(LINK, pixels=2), "PNG")
    place %= len(data)
    damaged = data[:place] + bytes_ + data[place + len(bytes_) :]
    try:
        texts = scan(damaged)
    except QrError:
        return
    assert texts in ([], [LINK])
