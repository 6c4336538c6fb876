"""What a file tells of its maker is covered where names are hidden (I11, E29)."""

import io
import time
import zlib

import pytest
from PIL import Image, ImageOps, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from issuer.program.evidence.blind.copies import covers, is_unreadable, open_blind
from issuer.program.evidence.blind.media import _ogg_sum
from issuer.program.evidence.file_store import FileStore

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


def ogg_page(kind, number, *packets):
    lengths = b"".join(b"\xff" * (len(p) // 255) + bytes((len(p) % 255,)) for p in packets)
    head = b"OggS\0" + bytes((kind,)) + bytes(8) + b"song" + number.to_bytes(4, "little")
    return head + bytes(4) + bytes((len(lengths),)) + lengths + b"".join(packets)


def ogg_piece(piece):
    """A page with a piece of a packet; it goes on if the piece is some times 255 bytes long."""
    lengths = b"\xff" * (len(piece) // 255) + bytes((len(piece) % 255,)) * (len(piece) % 255 > 0)
    return b"OggS\0\0" + bytes(8) + b"song" + bytes(8) + bytes((len(lengths),)) + lengths + piece


def ogg_comments(begins, ends):
    comment = b"ARTIST=" + SECRET * 30
    parts = (len(SECRET).to_bytes(4, "little"), SECRET, (1).to_bytes(4, "little"))
    return begins + b"".join(parts) + len(comment).to_bytes(4, "little") + comment + ends


def ebml(name, content):
    return bytes.fromhex(name) + (len(content) | 1 << 28).to_bytes(4) + content


TAGS = ebml("1254C367", ebml("7373", SECRET))
INFO = ebml("1549A966", ebml("BF", b"sums") + ebml("7BA9", SECRET) + ebml("4D80", b"Camera"))
TRACKS = ebml("1654AE6B", ebml("AE", ebml("D7", b"\1") + ebml("536E", SECRET)))
OPEN = bytes.fromhex("01FFFFFFFFFFFFFF")
CLUSTER = bytes.fromhex("1F43B675") + OPEN + ebml("E7", b"\0") + ebml("A3", b"film")
WEBM = ebml("1A45DFA3", ebml("4282", b"webm"))
MADE_ANEW = {
    "vorbis": (
        ogg_page(2, 0, b"\x01vorbis......")
        + ogg_page(0, 1, ogg_comments(b"\x03vorbis", b"\1"), b"\x05vorbis-setup")
        + ogg_page(4, 2, b"sound"),
        "audio/ogg",
        b"setup",
    ),
    "opus": (
        ogg_page(2, 0, b"OpusHead....") + ogg_page(0, 1, ogg_comments(b"OpusTags", b"")),
        "audio/ogg",
        b"OpusTags",
    ),
    "webm": (WEBM + ebml("18538067", INFO + TRACKS + TAGS + CLUSTER), "video/webm", b"film"),
    "live": (
        WEBM + bytes.fromhex("18538067") + OPEN + INFO + TRACKS + CLUSTER + TAGS,
        "video/webm",
        b"film",
    ),
}


@pytest.mark.parametrize("name", MADE_ANEW)
def test_nothing_tells_in_photos_and_sounds_of_other_kinds(tmp_path, name):
    data, media_type, stays = MADE_ANEW[name]
    assert SECRET in data
    after = blind(tmp_path, data, media_type)
    assert (SECRET in after, stays in after, len(after)) == (False, True, len(data))
    assert blind(tmp_path, after, media_type) == after  # it is built as before


@pytest.mark.parametrize("name", MADE_ANEW)
def test_what_is_cut_off_is_covered_or_not_shown(tmp_path, name):
    data, media_type, _ = MADE_ANEW[name]
    path = tmp_path / "file"
    for end in range(1, len(data), 5):
        path.write_bytes(data[:end])
        if not is_unreadable(path, media_type):
            with open_blind(path, media_type) as file:
                assert SECRET[:9] not in file.read()


def test_the_sum_of_a_page_is_that_of_ogg():
    """The check value of CRC-32/CKSUM, whose result is inverted."""
    assert _ogg_sum(b"123456789") == 0x765E7680 ^ 0xFFFFFFFF


def pdf():
    writer, name = PdfWriter(), SECRET.decode()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Author": name, "/Title": name})
    note = {"/Type": "/Annot", "/Subtype": "/Text", "/T": name, "/Rect": [0, 0, 9, 9]}
    values = {NameObject(k): _pdf_value(v) for k, v in note.items()}
    writer.add_annotation(0, DictionaryObject(values))
    writer.add_attachment("jordan.txt", SECRET)
    xmp = StreamObject()
    xmp.set_data(SECRET)
    xmp[NameObject("/Type")] = NameObject("/Metadata")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    photograph = StreamObject()
    photograph.set_data(photo("JPEG", exif=exif()))
    photograph[NameObject("/Filter")] = NameObject("/DCTDecode")
    writer.pages[0][NameObject("/Photo")] = writer._add_object(photograph)
    packed_photo = StreamObject()
    packed_photo.set_data(zlib.compress(photo("JPEG", exif=exif())))
    both = [NameObject("/FlateDecode"), NameObject("/DCTDecode")]
    packed_photo[NameObject("/Filter")] = ArrayObject(both)
    writer.pages[0][NameObject("/PackedPhoto")] = writer._add_object(packed_photo)
    writer.add_annotation(0, signed_field(writer))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def signed_field(writer):
    """A field that somebody signed, with the drawing of it in a drawing of it, as Acrobat does."""
    inner, outer = StreamObject(), StreamObject()
    inner.set_data(b"(Signed by " + SECRET + b") Tj")
    outer[NameObject("/Inner")] = writer._add_object(inner)
    signature = {key: TextStringObject(SECRET.decode()) for key in ("/Name", "/ContactInfo")}
    signature["/Contents"] = ByteStringObject(SECRET)
    signature["/ByteRange"] = _pdf_value([0, 1, 2, 3])
    field = {
        "/Type": NameObject("/Annot"),
        "/Subtype": NameObject("/Widget"),
        "/FT": NameObject("/Sig"),
        "/Rect": _pdf_value([0, 0, 9, 9]),
        "/AP": DictionaryObject({NameObject("/N"): writer._add_object(outer)}),
        "/V": writer._add_object(_dictionary(signature)),
    }
    writer.pages[0][NameObject("/Seen")] = field["/V"]  # so that it stays, without its words
    return _dictionary(field)


def _dictionary(values):
    return DictionaryObject({NameObject(key): value for key, value in values.items()})


def _pdf_value(value):
    if isinstance(value, list):
        return ArrayObject(map(NumberObject, value))
    return NameObject(value) if value.startswith("/") else TextStringObject(value)


def held(data):
    """Everything that a PDF holds, unpacked."""
    reader = PdfReader(io.BytesIO(data))
    objects = [reader.get_object(n) for n in range(1, reader.trailer["/Size"])]
    streams = [row.get_data() for row in objects if isinstance(row, StreamObject)]
    return b"".join([str(objects).encode(), str(reader.metadata).encode(), *streams])


def test_a_pdf_is_written_anew_without_its_maker(tmp_path):
    data = pdf()
    assert SECRET in held(data)
    after = blind(tmp_path, data, "application/pdf")
    assert SECRET not in held(after)
    assert SECRET not in after
    assert len(PdfReader(io.BytesIO(after)).pages) == 1


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.7 broken", "application/pdf"),
        (b"OggS\0\2" + bytes(20) + b"\1\4fLaC", "audio/ogg"),
        (box(b"ftyp", b"heic") + SECRET, "image/heic"),
        (b"PK\3\4" + SECRET, "application/vnd.oasis.opendocument.text"),
        (SECRET, "text/plain"),
    ],
)
def test_what_nobody_can_read_is_not_shown(tmp_path, data, media_type):
    path = tmp_path / "file"
    path.write_bytes(data)
    assert is_unreadable(path, media_type)


MANY = 200_000
ENDLESS = {
    "covers": (FTYP + box(b"udta", b"") * MANY, "video/mp4"),
    "comments": (
        ogg_page(2, 0, b"OpusHead....") + ogg_piece(bytes(255 * 255)) * 300,
        "audio/ogg",
    ),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_small_file_does_not_keep_the_server_busy(tmp_path, name):
    path = tmp_path / "file"
    data, media_type = ENDLESS[name]
    path.write_bytes(data)
    start = time.process_time()
    assert is_unreadable(path, media_type)
    assert time.process_time() - start < 5


def test_comments_of_a_sound_in_many_small_pages_are_covered(tmp_path):
    """One piece of 255 bytes in each page."""
    comments = b"OpusTags" + bytes(4) + b"\1\0\0\0" + (len(SECRET) * 90_000).to_bytes(4, "little")
    comments += SECRET * 90_000
    pages = [ogg_piece(comments[at : at + 255]) for at in range(0, len(comments), 255)]
    data = ogg_page(2, 0, b"OpusHead....") + b"".join(pages)
    assert SECRET not in blind(tmp_path, data, "audio/ogg")


def test_a_copy_of_an_earlier_edition_is_made_anew_and_goes_with_its_file(tmp_path):
    store = FileStore(tmp_path)
    upload = store.begin()
    store.append(upload, 0, pdf())
    path = store.path(store.finish(upload)[0])
    path.with_name(f"{path.name}.blind").write_bytes(SECRET)
    with open_blind(path, "application/pdf") as file:
        assert SECRET not in file.read()
    store.delete(path.name)
    assert list(path.parent.iterdir()) == []
