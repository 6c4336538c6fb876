"""What a file tells of its maker is covered where names are hidden (I11, E29)."""

import io

import pytest
from PIL import Image, ImageOps, PngImagePlugin

from issuer.program.evidence.blind_copies import covers, open_blind, tells_of_its_maker

SECRET = b"Jordan Example"


def photo(kind, **more):
    """A picture in which two halves differ, so that it can be seen how it is turned."""
    picture = Image.new("RGB", (64, 32), "red")
    picture.paste("blue", (0, 0, 32, 32))
    data = io.BytesIO()
    picture.save(data, kind, **more)
    return data.getvalue()


def exif(turned=6):
    tags = Image.Exif()
    tags[0x0112], tags[0x013B], tags[0x010F] = turned, SECRET.decode(), "Camera"
    return tags


def png_text():
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return text


def box(name, content):
    return (8 + len(content)).to_bytes(4) + name + content


def long_box(name, content):
    return (1).to_bytes(4) + name + (16 + len(content)).to_bytes(8) + content


FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
TOLD = box(b"udta", box(b"\xa9xyz", SECRET))
FILM = FTYP + box(b"moov", box(b"mvhd", bytes(8)) + TOLD + box(b"trak", TOLD + box(b"mdia", b"m")))
FILES = {
    "exif": (photo("JPEG", exif=exif()), "image/jpeg"),
    "xmp": (photo("JPEG", xmp=SECRET, comment=SECRET), "image/jpeg"),
    "progressive": (photo("JPEG", progressive=True, exif=exif()), "image/jpeg"),
    "after the end": (photo("JPEG") + SECRET, "image/jpeg"),
    "broken": (photo("JPEG")[:2] + SECRET * 9, "image/jpeg"),
    "png": (photo("PNG", pnginfo=png_text(), exif=exif()) + SECRET, "image/png"),
    "webp": (photo("WEBP", exif=exif(), xmp=SECRET), "image/webp"),
    "gif": (photo("GIF", comment=SECRET) + SECRET, "image/gif"),
    "film": (FILM + box(b"mdat", b"film") + long_box(b"meta", SECRET), "video/mp4"),
    "cut film": (FTYP + (900).to_bytes(4) + b"moov" + SECRET, "video/quicktime"),
    "song": (b"ID3\4\0\x40\0\0\0\x20" + SECRET.ljust(32) + b"\xff\xfb\x90\0", "audio/mpeg"),
    "old song": (b"\xff\xfb\x90\0" * 64 + b"TAG" + SECRET.ljust(125), "audio/mpeg"),
    "wav": (b"RIFF\0\0\0\0WAVELIST\x0e\0\0\0" + SECRET + b"data\2\0\0\0ab", "audio/wav"),
}


def blind(tmp_path, data, media_type):
    path = tmp_path / "file"
    path.write_bytes(data)
    with open_blind(path, media_type) as file:
        return file.read()


def opened(data):
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("name", FILES)
def test_nothing_tells_and_every_place_stays(tmp_path, name):
    data, media_type = FILES[name]
    assert SECRET in data
    covered = blind(tmp_path, data, media_type)
    assert SECRET not in covered
    assert len(covered) == len(data)


@pytest.mark.parametrize("name", ["exif", "progressive", "png", "webp", "gif", "xmp"])
def test_a_picture_looks_as_before(tmp_path, name):
    data, media_type = FILES[name]
    after, before = opened(blind(tmp_path, data, media_type)), opened(data)
    assert after.convert("RGB").tobytes() == before.convert("RGB").tobytes()


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photo_stays_turned_as_it_was_taken(tmp_path, turned):
    data = photo("JPEG", exif=exif(turned))
    after = opened(blind(tmp_path, data, "image/jpeg"))
    shown = ImageOps.exif_transpose(after).tobytes()
    assert shown == ImageOps.exif_transpose(opened(data)).tobytes()
    assert set(after.getexif()) <= {0x0112}


def test_the_colors_of_a_photo_stay(tmp_path):
    data = photo("JPEG", icc_profile=b"profile" * 40, exif=exif())
    after = opened(blind(tmp_path, data, "image/jpeg"))
    assert after.info["icc_profile"] == b"profile" * 40


def test_a_part_of_a_film_is_covered_as_the_whole(tmp_path):
    path = tmp_path / "film"
    path.write_bytes(FILM)
    whole = blind(tmp_path, FILM, "video/mp4")
    for start in range(0, len(FILM), 7):
        with open_blind(path, "video/mp4") as file:
            file.seek(start)
            assert file.read(11) == whole[start : start + 11]
    assert b"mdia" in whole


@pytest.mark.parametrize("name", FILES)
def test_any_bytes_can_be_looked_at(tmp_path, name):
    """A file that is cut off anywhere is covered without an error."""
    data, media_type = FILES[name]
    path = tmp_path / "file"
    for end in range(1, len(data), max(1, len(data) // 25)):
        path.write_bytes(data[:end])
        covers(path, media_type)


def test_a_kind_in_which_names_cannot_be_covered_is_told():
    assert tells_of_its_maker("application/pdf")
    assert tells_of_its_maker("image/heic")
    assert not tells_of_its_maker("image/jpeg")
    assert not tells_of_its_maker("text/plain")
