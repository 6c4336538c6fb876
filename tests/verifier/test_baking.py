"""Baking and unbaking of PNG and SVG (OB-52…57, T15, T16)."""

import json
import struct
import time
import zlib

import pytest
from carriers import JSON, MIB, chunk, deflated_zeros, itxt, jwt, memory_below, png, png_with, svg
from hypothesis import given
from hypothesis import strategies as st

from verifier.intake.baking import (
    PNG_SIGNATURE,
    BakingError,
    bake_png,
    bake_svg,
    png_credentials,
    svg_credentials,
    unbake_png,
    unbake_svg,
)
from verifier.intake.baking.png import MAX_CHUNKS
from verifier.intake.baking.svg import MAX_ATTRIBUTES, MAX_ELEMENTS

SOON = 10.0
"""Seconds. Each takes less than one here; what is quadratic takes minutes."""
NAMESPACE = 'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'
BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom" * 10}">' for n in range(10))


def json_objects() -> st.SearchStrategy[dict[str, object]]:
    text = st.text(st.characters(codec="utf-8"))
    awkward = st.sampled_from(
        ["]]>", "]]", "<![CDATA[", "&lt;", "\ufffe\uffff", "\\]]>", "\x7f\x85"]
    )
    return st.dictionaries(text | awkward, text | awkward | st.integers(0, 9), max_size=4)


# PNG


@pytest.mark.parametrize("credential", [JSON, jwt()], ids=["json", "jwt"])
def test_what_is_baked_into_a_png_comes_out_of_it(credential: str) -> None:
    assert unbake_png(bake_png(png(), credential)) == credential


def test_a_baked_png_differs_in_one_uncompressed_chunk_before_its_end() -> None:
    end = chunk(b"IEND", b"")
    expected = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + JSON.encode())
    assert bake_png(png(), JSON) == png().removesuffix(end) + expected + end


def test_all_other_chunks_stay_as_they_were() -> None:
    others = [chunk(b"tEXt", b"Title\0x"), chunk(b"prVt", b"\xff\0"), itxt(b"a", b"Comment")]
    baked = bake_png(png_with(*others), JSON)
    assert baked.replace(itxt(JSON.encode()), b"") == png_with(*others)


def test_baking_a_baked_png_replaces_the_credential() -> None:
    baked = bake_png(bake_png(png_with(itxt(b"{}"), itxt(b"{}")), JSON), jwt())
    assert png_credentials(baked) == [jwt()]


def test_of_two_credentials_in_a_png_the_first_is_read() -> None:
    assert unbake_png(png_with(itxt(b'{"n":1}'), itxt(b'{"n":2}'))) == '{"n":1}'


def test_a_compressed_credential_is_read_although_no_baker_may_write_it() -> None:
    assert unbake_png(png_with(itxt(zlib.compress(JSON.encode()), flags=b"\1\0"))) == JSON


def test_language_and_translated_keyword_are_skipped() -> None:
    foreign = chunk(b"iTXt", b"openbadgecredential\0\0\0fr\0lettre\0{}")
    assert unbake_png(png_with(foreign)) == "{}"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(itxt(b"{}", b"openbadgecredentials"), id="longer-keyword"),
        pytest.param(chunk(b"tEXt", b"openbadgecredential\0{}"), id="text-chunk"),
        pytest.param(chunk(b"IDAT", b"openbadgecredential\0\0\0\0\0{}"), id="picture-data"),
    ],
)
def test_no_other_chunk_is_a_credential(other: bytes) -> None:
    assert unbake_png(png_with(other)) is None


def test_what_follows_the_end_of_a_png_is_not_read() -> None:
    assert unbake_png(png() + itxt(b"{}") + b"PK\3\4") is None


def test_a_png_with_something_after_its_end_is_not_baked() -> None:
    with pytest.raises(BakingError, match="bytes follow the end"):
        bake_png(png() + b"PK\3\4", JSON)


def huge_header() -> bytes:
    return PNG_SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 65535, 65535, 8, 6, 0, 0, 0))


@pytest.mark.parametrize(
    ("picture", "flaw"),
    [
        pytest.param(b"GIF89a", "not a PNG", id="no-png"),
        pytest.param(png()[:-1], "cut short", id="cut-in-last-checksum"),
        pytest.param(png()[:-12], "cut short", id="no-end"),
        pytest.param(huge_header(), "cut short", id="huge-header-and-nothing-else"),
        pytest.param(png_with(b"\xff\xff\xff\xffIDAT"), "cut short", id="length-of-4-gigabytes"),
        pytest.param(png_with(b"\0\0\0\0I\0AT" + b"\0" * 4), "wrong chunk", id="odd-chunk-name"),
        pytest.param(png_with(chunk(b"IHDR", b"")), "wrong chunk", id="two-headers"),
        pytest.param(PNG_SIGNATURE + chunk(b"IEND", b""), "wrong chunk", id="no-header"),
        pytest.param(
            png_with(itxt(JSON.encode())[:-1] + b"!"), "wrong checksum in iTXt", id="wrong-checksum"
        ),
        pytest.param(
            png_with(*[chunk(b"teSt", b"")] * MAX_CHUNKS),
            "more than 20000 chunks",
            id="many-chunks",
        ),
        pytest.param(png_with(itxt(b"\xff")), "damaged", id="not-utf-8"),
        pytest.param(png_with(itxt(b"x", flags=b"\1\0")), "cut short", id="deflate-cut-short"),
        pytest.param(png_with(itxt(b"no deflate", flags=b"\1\0")), "damaged", id="not-deflate"),
    ],
)
def test_a_flawed_png_is_refused(picture: bytes, flaw: str) -> None:
    with pytest.raises(BakingError, match=flaw):
        unbake_png(picture)


def test_a_compression_bomb_in_a_png_is_not_inflated() -> None:
    bomb = png_with(itxt(deflated_zeros(1024 * MIB), flags=b"\1\0"))
    with memory_below(16 * MIB), pytest.raises(BakingError, match="more than"):
        unbake_png(bomb)


# SVG


@pytest.mark.parametrize("credential", [JSON, jwt()], ids=["json", "jwt"])
def test_what_is_baked_into_an_svg_comes_out_of_it(credential: str) -> None:
    baked = unbake_svg(bake_svg(svg(), credential))
    assert baked == credential or json.loads(baked or "") == json.loads(credential)


def test_a_jwt_stands_in_an_attribute_right_after_the_start_tag() -> None:
    element = f'<openbadges:credential verify="{jwt()}"></openbadges:credential>'
    declared = svg(element).replace(b"<svg ", f"<svg {NAMESPACE} ".encode())
    assert bake_svg(svg(), jwt()) == declared


def test_json_stands_in_cdata_right_after_the_start_tag() -> None:
    element = '<openbadges:credential><![CDATA[{"a":1}]]></openbadges:credential>'
    declared = svg(element).replace(b"<svg ", f"<svg {NAMESPACE} ".encode())
    assert bake_svg(svg(), '{"a":1}') == declared


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(svg(before='<?xml version="1.0" encoding="UTF-8"?>\n'), id="declaration"),
        pytest.param(svg(before="<!-- <svg> -->\n"), id="commented-svg-before"),
        pytest.param(b"\xef\xbb\xbf" + svg(), id="byte-order-mark"),
        pytest.param(svg(attributes=' a=">" b="/>"'), id="angle-bracket-in-attribute"),
        pytest.param(svg(attributes=f" {NAMESPACE}"), id="prefix-already-declared"),
        pytest.param(svg("<svg/>"), id="svg-in-svg"),
        pytest.param(b'<s:svg xmlns:s="http://www.w3.org/2000/svg"></s:svg>', id="prefixed"),
        pytest.param("<svg><text>é漢</text></svg>".encode(), id="no-namespace"),
    ],
)
def test_everything_else_in_an_svg_stays_as_it_was(picture: bytes) -> None:
    baked = bake_svg(picture, jwt())
    element = f'<openbadges:credential verify="{jwt()}"></openbadges:credential>'.encode()
    undeclared = picture.replace(f" {NAMESPACE}".encode(), b"")
    assert baked.replace(element, b"").replace(f" {NAMESPACE}".encode(), b"") == undeclared


@pytest.mark.parametrize(
    "old",
    [
        pytest.param("<openbadges:credential>{}</openbadges:credential>", id="json"),
        pytest.param('<openbadges:credential verify="x.y.z" />', id="empty-element"),
        pytest.param('<openbadges:credential verify=">"></openbadges:credential >', id="bracket"),
        pytest.param("<openbadges:credential/>" * 2, id="two"),
    ],
)
def test_baking_a_baked_svg_replaces_the_credential(old: str) -> None:
    attributes = f" {NAMESPACE}"
    baked = bake_svg(svg(old, attributes=attributes), jwt())
    element = f'<openbadges:credential verify="{jwt()}"></openbadges:credential>'
    assert baked == svg(element, attributes=attributes)


def test_of_two_credentials_in_an_svg_the_first_is_read() -> None:
    element = "<openbadges:credential>{}</openbadges:credential>"
    picture = svg(f"{element.replace('{}', '[1]')}{element}", attributes=f" {NAMESPACE}")
    assert svg_credentials(picture) == ["[1]", "{}"]


def test_a_credential_under_another_prefix_is_read() -> None:
    inner = '<g><b:credential xmlns:b="https://purl.imsglobal.org/ob/v3p0"> {} </b:credential></g>'
    assert unbake_svg(svg(inner)) == "{}"


@pytest.mark.parametrize(
    "inner",
    [
        '<credential verify="x"/>',
        '<b:credential xmlns:b="http://openbadges.org" verify="x"/>',
        f'<openbadges:assertion {NAMESPACE} verify="x"/>',
        "<!-- <openbadges:credential>{}</openbadges:credential> -->",
    ],
    ids=["no-namespace", "other-namespace", "other-element", "comment"],
)
def test_no_other_element_is_a_credential(inner: str) -> None:
    assert unbake_svg(svg(inner)) is None


@given(json_objects(), st.booleans())
def test_any_json_comes_out_of_both_pictures_equal(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert unbake_png(bake_png(png(), text)) == text
    assert json.loads(unbake_svg(bake_svg(svg(), text)) or "") == value


@pytest.mark.parametrize(
    ("picture", "flaw"),
    [
        pytest.param(svg()[:-8], "not sound XML", id="cut-short"),
        pytest.param(b"<html></html>", "not an SVG", id="html"),
        pytest.param(
            svg(f"<openbadges:credential {NAMESPACE}><g/></openbadges:credential>"),
            "holds an element",
            id="element-in-the-credential",
        ),
        pytest.param(
            svg("&e9;", before=f"<!DOCTYPE svg [{BOMB}]>"), "entities", id="billion-laughs"
        ),
        pytest.param(
            svg("&x;", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
            "entities",
            id="external-entity",
        ),
        pytest.param(
            svg(before='<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>'),
            "entities",
            id="parameter-entity",
        ),
        pytest.param(
            svg(before=f'<!DOCTYPE svg [<!ATTLIST path d CDATA "{"M0 0" * 1000}">]>'),
            "declares attributes",
            id="default-attributes",
        ),
        pytest.param(
            svg(attributes="".join(f' a{n}=""' for n in range(10**5))),
            "too many",
            id="100000-attributes",
        ),
        pytest.param(svg("<g/>" * MAX_ELEMENTS), "too many", id="many-elements"),
        pytest.param(svg(before='<?xml version="1.0" encoding="x-9"?>'), "sound", id="encoding"),
    ],
)
def test_a_flawed_svg_is_refused_soon(picture: bytes, flaw: str) -> None:
    start = time.process_time()
    with pytest.raises(BakingError, match=flaw):
        unbake_svg(picture)
    assert time.process_time() - start < SOON


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(svg(attributes=f' a="{"x" * 5 * MIB}"'), id="attribute-of-5-megabytes"),
        pytest.param(svg(f"<!--{'x' * 5 * MIB}-->"), id="comment-of-5-megabytes"),
        pytest.param(svg("<g>" * 10**5 + "</g>" * 10**5), id="100000-deep"),
    ],
)
def test_a_large_sound_svg_is_read_soon(picture: bytes) -> None:
    start = time.process_time()
    assert unbake_svg(picture) is None
    assert time.process_time() - start < SOON


@pytest.mark.parametrize(
    ("picture", "flaw"),
    [
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"/>', "empty", id="empty"),
        pytest.param(
            svg(attributes=' xmlns:openbadges="http://openbadges.org"'),
            "another version",
            id="open-badges-2",
        ),
        pytest.param(
            svg(before='<?xml version="1.0" encoding="ISO-8859-1"?>'), "not in UTF-8", id="latin-1"
        ),
        pytest.param("<svg></svg>".encode("utf-16"), "not in UTF-8", id="utf-16"),
    ],
)
def test_an_svg_that_cannot_be_spliced_is_not_baked(picture: bytes, flaw: str) -> None:
    with pytest.raises(BakingError, match=flaw):
        bake_svg(picture, JSON)


@pytest.mark.parametrize("text", ["", "x.y.z", "[]", '{"a":1,"a":2}', f"{jwt()} ", "{"])
def test_only_a_json_object_or_a_compact_jws_is_baked(text: str) -> None:
    for bake, picture in ((bake_png, png()), (bake_svg, svg())):
        with pytest.raises(BakingError, match="neither"):
            bake(picture, text)


def test_as_many_attributes_as_allowed_are_read() -> None:
    attributes = "".join(f' a{n}=""' for n in range(MAX_ATTRIBUTES - 1))
    assert unbake_svg(svg(attributes=attributes)) is None
