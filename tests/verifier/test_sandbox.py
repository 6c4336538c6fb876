"""What only a decoder can read is read by a process with nothing to lose (T15, T16, T31)."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zlib
from contextlib import nullcontext, suppress
from multiprocessing import Pipe
from pathlib import Path
from threading import Thread
from unittest.mock import Mock

import pytest
from carriers import (
    JSON,
    MIB,
    code,
    deflated_zeros,
    itxt,
    jwt,
    link,
    memory_below,
    pdf,
    pdf_of,
    png_with,
    saved,
    svg,
)
from PIL import Image
from pypdf import PdfReader, PdfWriter

from verifier.intake import baking, sandbox
from verifier.intake import carriers as intake
from verifier.intake.sandbox import SandboxError
from verifier.intake.submission import FACE_UNSIGNED, IntakeError, Submission

JWT = jwt()
CODE = code(link(JWT))
ATTACHED = pdf(("credential.json", "application/vc", JSON))
PACKED = png_with(itxt(zlib.compress(JSON.encode()), flags=b"\1\0"))
XML = "<?xml version='1.0' encoding='windows-1252'?><!-- “ -->"
TURNED = Image.Exif()
TURNED[0x0112] = 6


def encrypted(algorithm: str) -> bytes:
    """Return a PDF that opens without a password, although it is encrypted."""
    writer, out = PdfWriter(PdfReader(io.BytesIO(ATTACHED))), io.BytesIO()
    writer.encrypt("", algorithm=algorithm)
    writer.write(out)
    return out.getvalue()


NAMED_IN_UTF_16 = pdf_of(attached=JSON.encode()).replace(
    b"/F(credential.json)", b"/F<FFFE%s>" % "credential.json".encode("utf-16-le").hex().encode()
)
HONEST = {
    "svg": (baking.bake_svg(svg(), JWT), "svg"),
    "svg in another encoding": (XML.encode("cp1252") + baking.bake_svg(svg(), JWT), "svg"),
    "png with a packed text": (PACKED, "png"),
    "png of a code": (saved(CODE, "PNG"), "qr"),
    "png, see-through": (saved(CODE.convert("RGBA"), "PNG"), "qr"),
    "png with a palette": (saved(CODE.convert("P"), "PNG"), "qr"),
    "jpeg": (saved(CODE, "JPEG"), "qr"),
    "jpeg for print": (saved(CODE.convert("CMYK"), "JPEG"), "qr"),
    "jpeg, turned": (saved(CODE, "JPEG", exif=TURNED), "qr"),
    "webp": (saved(CODE.convert("RGB"), "WEBP"), "qr"),
    "gif": (saved(CODE, "GIF"), "qr"),
    "pdf": (ATTACHED, "pdf"),
    "pdf, named in UTF-16": (NAMED_IN_UTF_16, "pdf"),
    "pdf of a code": (pdf(pages=[CODE]), "pdf"),
    **{
        f"pdf, {name}": (encrypted(name), "pdf")
        for name in ("RC4-128", "AES-128", "AES-256-R5", "AES-256")
    },
}


@pytest.mark.parametrize(("data", "carrier"), HONEST.values(), ids=HONEST.keys())
def test_every_carrier_is_read_by_a_process_that_can_open_nothing(data, carrier):
    """Whatever a decoder loads late must have been loaded beforehand."""
    submission = intake.read_submission(data)
    assert (submission.carrier, submission.text) in ((carrier, JSON), (carrier, JWT))


def test_what_the_reader_says_is_what_reading_here_would_say():
    assert intake.read_submission(ATTACHED) == Submission("pdf", JSON, (FACE_UNSIGNED,))
    with pytest.raises(IntakeError) as caught:
        intake.read_submission(pdf(password="secret"))
    assert caught.value.code == "pdf_needs_password"
    with pytest.raises(IntakeError) as caught:
        intake.read_submission(svg(before='<!DOCTYPE svg [<!ENTITY a "b">]>'))
    assert caught.value.code == "picture_damaged"
    assert "entities" in caught.value.params["detail"]


@pytest.mark.parametrize("data", [JSON.encode(), JWT.encode(), png_with(itxt(JSON.encode()))])
def test_what_needs_no_decoder_is_read_here(data, monkeypatch):
    monkeypatch.setattr(sandbox, "read", lambda kind, data: pytest.fail("read apart"))
    assert intake.read_submission(data).text in (JSON, JWT)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("png", PACKED),
        ("svg", HONEST["svg"][0]),
        ("picture", png_with()),
        ("picture", HONEST["jpeg"][0]),
        ("attachments", ATTACHED),
    ],
)
def test_what_needs_a_decoder_is_never_read_here(kind, data, monkeypatch):
    asked = []

    def read(kind, data):
        asked.append(kind)
        raise SandboxError("in a test")

    monkeypatch.setattr(sandbox, "read", read)
    with pytest.raises(IntakeError) as caught:
        intake.read_submission(data)
    assert (caught.value.code, asked) == ("too_hard_to_read", [kind])


@pytest.mark.parametrize(
    ("seconds", "code"), [(1.0, "too_hard_to_read"), (sandbox.MAX_SECONDS, "reader_busy")]
)
def test_a_reader_that_the_clock_ended_is_not_the_fault_of_its_file(seconds, code, monkeypatch):
    class Ended:
        def poll(self, _seconds):
            return True

        def recv_bytes(self, most):
            if most == 20:
                return b"0"
            now.append(seconds)
            raise EOFError

        def send_bytes(self, data):
            pass

        def child(self, _kind):
            return nullcontext(self)

    now = [0.0]
    monkeypatch.setattr(sandbox.time, "monotonic", lambda: now[-1])
    monkeypatch.setattr(sandbox, "Timer", lambda *_: Mock())
    monkeypatch.setattr(sandbox, "_supervisor", Ended)
    assert seconds_of(ATTACHED)[1] == code


FLATE = b"/FlateDecode"
STROKES = b"1 0 0 1 0 0 cm 0 0 600 700 re f q 0 0 m 600 700 l S Q " * 400_000
MEMORY_BOMB = pdf_of(deflated_zeros(2048 * MIB), filters=FLATE)
TIME_BOMB = pdf_of(zlib.compress(STROKES), filters=FLATE)


def seconds_of(data):
    began = time.monotonic()
    try:
        intake.read_submission(data)
    except IntakeError as exc:
        return time.monotonic() - began, exc.code
    return time.monotonic() - began, ""


def test_a_bomb_ends_its_reader_and_neither_this_process_nor_the_supervisor(monkeypatch):
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 300)  # its memory ends it, on a busy machine too
    intake.read_submission(ATTACHED)
    supervisor = sandbox._supervisors[0]
    with memory_below(16 * MIB):
        assert seconds_of(MEMORY_BOMB)[1] == "too_hard_to_read"
    assert intake.read_submission(ATTACHED).text == JSON
    assert sandbox._supervisors == [supervisor]
    assert supervisor.alive


def test_who_reads_for_ever_is_given_up_and_honest_files_go_before_it(monkeypatch):
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 2)
    monkeypatch.setattr(sandbox, "EASY_SECONDS", 0.1)
    reniced = []
    monkeypatch.setattr(os, "setpriority", lambda which, who, value: reniced.append((who, value)))
    killed = []
    kill = os.kill
    monkeypatch.setattr(os, "kill", lambda who, how: (killed.append(who), kill(who, how)))
    began = time.monotonic()
    seconds, code = seconds_of(TIME_BOMB)
    assert code == "reader_busy"
    assert 2 <= seconds < sandbox.MAX_CPU_SECONDS
    assert reniced == [(killed[0], sandbox.NICE)]
    gone = Path(f"/proc/{killed[0]}")
    while gone.exists() and time.monotonic() - began < 30:
        time.sleep(0.02)
    assert not gone.exists()


def test_a_supervisor_that_is_gone_is_begun_anew():
    intake.read_submission(ATTACHED)
    sandbox._supervisors[0]._process.kill()
    sandbox._supervisors[0]._process.wait()
    assert intake.read_submission(ATTACHED).text == JSON


def test_a_process_that_was_forked_has_a_supervisor_of_its_own():
    intake.read_submission(ATTACHED)
    child = os.fork()
    if child == 0:
        is_read = intake.read_submission(ATTACHED).text == JSON
        os._exit(0 if is_read and sandbox._supervisors[0].alive else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert sandbox._supervisors[0].alive


def test_many_are_read_at_once_and_no_more_than_allowed(monkeypatch):
    texts = []
    threads = [
        Thread(target=lambda: texts.append(intake.read_submission(ATTACHED).text))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == [JSON] * 20
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 0.1)
    for _ in range(sandbox.MAX_AT_ONCE):
        sandbox._slots.acquire()
    try:
        assert seconds_of(ATTACHED)[1] == "reader_busy"
    finally:
        sandbox._slots.release(sandbox.MAX_AT_ONCE)
    assert intake.read_submission(ATTACHED).text == JSON


TRIES = {
    "to connect": "import socket; socket.socket()",
    "to read a file": "open('/etc/hostname')",
    "to write a file": "open('/tmp/x', 'w')",
    "to take memory": "bytearray(sandbox.MAX_MEMORY_BYTES)",
    "to be allowed more": "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (1, 1))",
}


@pytest.mark.parametrize("attempt", TRIES.values(), ids=TRIES.keys())
def test_a_confined_process_can_do_no_harm(attempt):
    code = (
        "import os, socket, resource\n"
        f"from verifier.intake import sandbox\nsandbox.confine()\n{attempt}"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert child.returncode == 1
    assert any(word in child.stderr for word in (b"OSError", b"MemoryError", b"ValueError"))


def test_a_confined_process_ends_when_its_processor_time_does():
    endless = "sandbox.MAX_CPU_SECONDS = 1; sandbox.confine()\nwhile 1: pass"
    code = f"from verifier.intake import sandbox; {endless}"
    child = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert child.returncode < 0


def test_a_confined_process_ends_when_its_time_does():
    asleep = "sandbox.MAX_SECONDS = 1; sandbox.confine(); import time; time.sleep(50)"
    code = f"import time; from verifier.intake import sandbox; {asleep}"
    child = subprocess.run([sys.executable, "-c", code], timeout=40, check=False)
    assert child.returncode < 0


def test_the_supervisor_has_nothing_of_the_environment(monkeypatch):
    sandbox._end()
    monkeypatch.setenv("MINTMARK_SECRET", "secret")
    intake.read_submission(ATTACHED)
    process = sandbox._supervisors[0]._process.pid
    assert b"secret" not in Path(f"/proc/{process}/environ").read_bytes()


def test_a_reader_that_begins_an_answer_and_never_ends_it_is_ended(monkeypatch):
    """As code that took a decoder over might, to keep whoever asks waiting."""
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 1)
    ours, theirs = Pipe()
    reader = os.fork()
    if reader == 0:
        ours.close()
        theirs.send_bytes(str(os.getpid()).encode())
        theirs.recv_bytes()
        os.write(theirs.fileno(), (100).to_bytes(4) + b"{")
        time.sleep(60)
        os._exit(0)
    theirs.close()
    with ours, pytest.raises(sandbox.ReaderBusyError):
        sandbox._answer(ours, b"file")
    assert os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("contents", "error"), [({"code": "x"}, False), ({"carrier": "pdf", "text": "{}"}, True)]
)
def test_a_reader_that_missed_a_part_of_its_decoder_does_not_say_that_there_is_nothing(
    contents, error
):
    """As a codec that is loaded when the first such letter comes: nothing can be loaded then."""

    def misses(kind, data):
        with suppress(OSError):
            Path("/etc/hostname").read_bytes()
        return contents

    ours, theirs = Pipe()
    reader = os.fork()
    if reader == 0:
        ours.close()
        with suppress(BaseException):
            sandbox._read("pdf", theirs, misses)
        os._exit(0)
    theirs.close()
    with ours:
        ours.recv_bytes()
        ours.send_bytes(b"file")
        if error:
            assert json.loads(ours.recv_bytes()) == contents
        else:
            with pytest.raises(EOFError):
                ours.recv_bytes()
    os.waitpid(reader, 0)
