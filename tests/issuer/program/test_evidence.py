"""Evidence: files in pieces, kinds by content, consent for each (R15, R32, R38; E53 to E56)."""

import io
import zipfile

import pytest
from PIL import Image

from issuer.people import register
from issuer.program.evidence import artifacts
from issuer.program.evidence.artifacts import (
    ArtifactTier,
    Consent,
    EvidenceRefused,
    Limits,
    Students,
)
from issuer.program.evidence.file_kinds import NotTaken, Shown, is_rarely_played, kind_of
from issuer.program.evidence.file_store import FileStore, OutOfPlace
from issuer.program.policy import PILOT
from issuer.program.projects import drafts
from issuer.program.windows.window import Purpose


def picture(kind):
    data = io.BytesIO()
    Image.new("RGB", (9, 9)).save(data, kind)
    return data.getvalue()


def office(part):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr(part, "<x/>")
    return data.getvalue()


def box(name, content):
    return (8 + len(content)).to_bytes(4) + name + content


FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


@pytest.mark.parametrize(
    ("data", "name", "media_type", "shown"),
    [
        (picture("PNG"), "a.png", "image/png", Shown.IMAGE),
        (picture("PNG"), "a.html", "image/png", Shown.IMAGE),
        (picture("JPEG"), "a.JPG", "image/jpeg", Shown.IMAGE),
        (picture("WEBP"), "a.webp", "image/webp", Shown.IMAGE),
        (PDF, "plan.pdf", "application/pdf", Shown.FRAME),
        (FTYP, "film.mp4", "video/mp4", Shown.VIDEO),
        (box(b"ftyp", b"qt  \0\0\2\0qt  "), "film.mov", "video/quicktime", Shown.VIDEO),
        (box(b"ftyp", b"heic\0\0\0\0mif1heic"), "a.heic", "image/heic", Shown.NOWHERE),
        (b"ID3\3" + bytes(6) + b"\xff\xfb\x90\0" * 20, "a.mp3", "audio/mpeg", Shown.AUDIO),
        ("Días de música\n".encode(), "notes.txt", "text/plain", Shown.TEXT),
        (b"a,b\r\n1,2\r\n", "counts.csv", "text/csv", Shown.TEXT),
    ],
)
def test_a_kind_is_told_by_the_content(data, name, media_type, shown):
    kind = kind_of(data, name)
    assert (kind.media_type, kind.shown) == (media_type, shown)


@pytest.mark.parametrize("suffix", ["docx", "pptx", "xlsx"])
def test_an_office_document_is_told_by_content_and_suffix(suffix):
    kind = kind_of(office("word/document.xml"), f"plan.{suffix}")
    assert kind.media_type.startswith("application/vnd.openxmlformats")
    assert kind.shown is Shown.TEXT


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<!DOCTYPE html><html><script>", "page.png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg"),
        (b"MZ\x90\0" + bytes(60), "film.mp4"),
        (b"<script>alert(1)</script>", "notes.pdf"),
        (b"plain\0text", "notes.txt"),
        (b"#!/bin/sh\n", "run.sh"),
        (office("word/document.xml"), "archive.zip"),
        (b"", "empty.txt.exe"),
    ],
)
def test_e55_what_a_browser_could_run_is_not_taken(data, name):
    with pytest.raises(NotTaken, match="are taken"):
        kind_of(data, name)


def test_an_office_document_with_a_password_is_not_taken_and_the_remedy_is_said():
    with pytest.raises(NotTaken, match="Save it without a password, or as PDF"):
        kind_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "plan.docx")


@pytest.mark.parametrize(
    ("codec", "place", "expected"),
    [(b"hvc1", "end", True), (b"hev1", "start", True), (b"avc1", "end", False)],
)
def test_a_video_that_browsers_rarely_play_is_told_wherever_the_codec_stands(
    tmp_path, codec, place, expected
):
    movie, media = box(b"moov", b"stsd" + codec), box(b"mdat", b"hvc1" * 1000)
    film = tmp_path / "film.mp4"
    film.write_bytes(FTYP + (movie + media if place == "start" else media + movie))
    assert is_rarely_played(film) is expected


@pytest.mark.parametrize("data", [b"", b"abc", bytes(400), b"\0\0\0\1moov" + b"\xff" * 8])
def test_any_bytes_can_be_looked_at_for_a_codec(tmp_path, data):
    film = tmp_path / "film.mp4"
    film.write_bytes(data)
    assert is_rarely_played(film) is False


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "evidence")


def test_an_upload_goes_on_where_it_stopped(store):
    upload = store.begin()
    assert store.append(upload, 0, b"one ") == 4
    assert store.received(upload) == 4
    assert store.append(upload, 0, b"one ") == 4
    assert store.append(upload, 2, b"e two") == 7
    with pytest.raises(OutOfPlace) as gap:
        store.append(upload, 9, b"four")
    assert gap.value.expected == 7
    sha256, size = store.finish(upload)
    assert store.finish(upload) == (sha256, size)
    store.abandon(upload)
    assert (b"".join(store.read(sha256)), size) == (b"one two", 7)


def test_a_file_is_read_in_part(store):
    upload = store.begin()
    store.append(upload, 0, bytes(range(100)))
    sha256, _ = store.finish(upload)
    assert b"".join(store.read(sha256, 10, 19)) == bytes(range(10, 20))
    assert b"".join(store.read(sha256, 90)) == bytes(range(90, 100))


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 64 + "/", "A" * 64])
def test_e56_nothing_but_a_digest_names_a_file(store, name):
    with pytest.raises(ValueError, match="no SHA-256"):
        store.path(name)
    with pytest.raises(FileNotFoundError):
        store.received(name)


@pytest.fixture
def teacher(session, now):
    return register.add(session, "Teacher Example", now=now)


@pytest.fixture
def project(session, teacher, now):
    return drafts.begin(session, teacher, None, now=now)


def upload(session, store, project, now, data=PDF, name="plan.pdf", limits=Limits()):  # noqa: B008
    row = artifacts.begin(session, store, project, name, len(data), limits, now=now)
    artifacts.receive(store, row, 0, data)
    return artifacts.finish(session, row, artifacts.stored(store, row), now=now)


ANSWERS = {
    "name": "Plan",
    "description": "",
    "genre": "lesson plan",
    "criterion": None,
    "students": Students.NONE,
    "basis": Consent.NOT_NEEDED,
    "reference": "",
    "tier": ArtifactTier.SEALED,
}


def test_a_completion_needs_evidence_and_consent_for_each(session, store, project, teacher, now):
    def missing():
        return [
            (m.field, m.code)
            for m in artifacts.check(session, project, Purpose.COMPLETION, PILOT).missing
        ]

    assert missing() == [("artifacts", "empty")]
    artifact = upload(session, store, project, now)
    assert missing() == [(f"artifact.{artifact.public_id}", "consent")]
    artifacts.describe(session, artifact, **ANSWERS, by=teacher, now=now)
    findings = artifacts.check(session, project, Purpose.COMPLETION, PILOT)
    assert (findings.missing, findings.consented) == ([], True)
    (pinned,) = findings.artifacts
    assert pinned["sha256"] == artifact.sha256
    assert "plan.pdf" not in pinned.values()
    assert artifacts.check(session, project, Purpose.PROPOSAL, PILOT).artifacts == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"students": Students.FOCUS}, "basis"),
        ({"students": Students.BACKGROUND}, "basis"),
        ({"students": Students.FOCUS, "basis": Consent.ON_FILE}, "reference"),
        ({"name": " "}, "name"),
    ],
)
def test_r38_where_students_are_seen_the_consent_is_named(
    session, store, project, teacher, now, changes, field
):
    artifact = upload(session, store, project, now)
    with pytest.raises(EvidenceRefused) as refused:
        artifacts.describe(session, artifact, **(ANSWERS | changes), by=teacher, now=now)
    assert refused.value.field == field
    assert artifact.confirmed_at is None


@pytest.mark.parametrize(
    "changes",
    [{}, {"students": Students.FOCUS, "basis": Consent.DE_IDENTIFIED}],
)
def test_a_link_may_be_public_where_no_student_can_be_recognized(
    session, project, teacher, now, changes
):
    artifact = artifacts.link(session, project, "Plan", "https://plans.example/1", now=now)
    answers = ANSWERS | changes | {"tier": ArtifactTier.PUBLIC}
    artifacts.describe(session, artifact, **answers, by=teacher, now=now)
    assert artifacts.handed_in(artifact)["tier"] == "public"


def test_a_link_that_shows_students_and_a_file_are_never_public(
    session, store, project, teacher, now
):
    link = artifacts.link(session, project, "Plan", "https://plans.example/1", now=now)
    seen = {"students": Students.FOCUS, "basis": Consent.ON_FILE, "reference": "Folder 3"}
    for artifact, changes in ((link, seen), (upload(session, store, project, now), {})):
        answers = ANSWERS | changes | {"tier": ArtifactTier.PUBLIC}
        with pytest.raises(EvidenceRefused) as refused:
            artifacts.describe(session, artifact, **answers, by=teacher, now=now)
        assert refused.value.field == "tier"
        assert artifacts.handed_in(artifact)["tier"] == "sealed"


def test_a_withdrawn_consent_hides_at_once(session, store, project, now):
    artifact = upload(session, store, project, now)
    artifacts.withdraw_consent(session, artifact, now=now)
    assert artifacts.current(session, project) == []


SMALL = Limits(file=40, project=60)


def test_sizes_are_refused_before_a_byte_is_sent(session, store, project, now):
    with pytest.raises(EvidenceRefused, match="A file has"):
        artifacts.begin(session, store, project, "a.pdf", 41, SMALL, now=now)
    artifacts.begin(session, store, project, "a.pdf", 40, SMALL, now=now)
    with pytest.raises(EvidenceRefused, match="together"):
        artifacts.begin(session, store, project, "b.pdf", 40, SMALL, now=now)


def test_e53_a_piece_never_goes_beyond_what_was_announced(session, store, project, now):
    row = artifacts.begin(session, store, project, "a.pdf", len(PDF), Limits(), now=now)
    with pytest.raises(EvidenceRefused, match="longer"):
        artifacts.receive(store, row, 1, PDF)
    with pytest.raises(EvidenceRefused, match="not taken"):
        artifacts.receive(store, row, 0, b"<html>")
    artifacts.receive(store, row, 0, PDF[:9])
    with pytest.raises(EvidenceRefused, match="not all here"):
        artifacts.stored(store, row)


def test_a_link_can_be_written_as_people_read_it_aloud(session, project, now):
    added = artifacts.link(session, project, "", " drive.example/1 ", now=now)
    assert (added.name, added.url) == ("drive.example/1", "https://drive.example/1")


@pytest.mark.parametrize(
    "url", ["http://drive.example/1", "javascript:alert(1)", "my film", "film", "https://["]
)
def test_a_link_is_a_web_address(session, project, now, url):
    with pytest.raises(EvidenceRefused, match="https://"):
        artifacts.link(session, project, "Plan", url, now=now)


@pytest.mark.parametrize("name", ["C:\\Users\\teacher\\plan.pdf", "../../plan.pdf", "plan\n.pdf"])
def test_a_file_name_is_its_last_part_in_one_line(session, store, project, now, name):
    assert upload(session, store, project, now, name=name).file_name == "plan.pdf"


def test_what_was_handed_in_is_not_changed_by_what_is_removed_later(session, store, project, now):
    artifact = upload(session, store, project, now)
    artifacts.remove(session, artifact, now=now)
    assert artifacts.check(session, project, Purpose.COMPLETION, PILOT).artifacts == []
    assert b"".join(store.read(artifact.sha256)) == PDF
