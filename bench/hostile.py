"""`python -m bench.hostile`: what a hostile file costs, and by how much it slows honest ones.

JSON and JWTs are compared with honest ones of their size (`bench.search`). For the other carriers,
everything is measured in one run and one process: the honest file alone, right after each hostile
one, and while other threads read hostile ones. Medians of whole verifications.
"""

import io
import json
import statistics
import struct
import sys
import threading
import time
import zlib

from PIL import Image
from pypdf import PdfWriter

from bench import search
from bench.whole import NOW, badge
from verifier import verify
from verifier.fetching.fetch import offline
from verifier.intake import baking
from verifier.report import Answer

ROUNDS = 15
FEW = 5
"""For hostile files that take their reader seconds."""
MIB = 1024 * 1024


def main() -> None:
    """Print the table; `python -m bench.hostile 5` does a third of the work."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    _print("JSON or JWT", "size", "processor", "beside an honest one", "authentic")
    print("|---|---|--:|--:|---|")
    for shape in search.known():
        print(search.row(shape), flush=True)
    print()
    honest, hostile = honest_files(), hostile_files()
    for data in honest.values():
        seconds_of(data)  # the first loads the decoders
    _print("", "takes itself", *honest)
    print("|---|" + "--:|" * (len(honest) + 1))
    alone = [_median([seconds_of(data) for _ in range(rounds)]) for data in honest.values()]
    _print("an honest file alone", "", *(f"{seconds * 1000:.1f} ms" for seconds in alone))
    for name, bomb in hostile.items():
        itself = _refused(bomb)
        few = min(FEW, rounds) if itself > 1 else rounds
        ratios = [_next(bomb, data, few) for data in honest.values()]
        _print(f"after {name}", f"{itself:.1f} s", *(f"{ratio:.1f}×" for ratio in ratios))
    slowest = "a PDF, strokes for hours"
    for count in (1, 2, 4):
        ratios = _beside(hostile[slowest], count, list(honest.values()), min(FEW, rounds))
        _print(f"beside {count} × {slowest}", "", *(f"{ratio:.1f}×" for ratio in ratios))


def _print(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


_median = statistics.median


def _next(bomb: bytes, data: bytes, rounds: int) -> float:
    """Return by how much longer the honest file right after takes than the one after that."""
    first, second = [], []
    for _ in range(rounds):
        _refused(bomb)
        first.append(seconds_of(data))
        second.append(seconds_of(data))
    return _median(first) / _median(second)


def _beside(bomb: bytes, count: int, honest: list[bytes], rounds: int) -> list[float]:
    """Return by how much longer each honest file takes while the bomb is read than just before."""
    alone: list[list[float]] = [[] for _ in honest]
    beside: list[list[float]] = [[] for _ in honest]
    for _ in range(rounds):
        _measure(honest, alone)
        with Beside(bomb, count):
            _measure(honest, beside)
    return [_median(two) / _median(one) for one, two in zip(alone, beside, strict=True)]


def _measure(honest: list[bytes], times: list[list[float]]) -> None:
    for data, seconds in zip(honest, times, strict=True):
        seconds += [seconds_of(data) for _ in range(5)]


def _refused(data: bytes) -> float:
    began = time.perf_counter()
    assert verify(data, fetch=offline, now=NOW).authentic.answer is not Answer.YES
    return time.perf_counter() - began


def seconds_of(data: bytes) -> float:
    """Return how long a whole verification takes, which must say yes."""
    began = time.perf_counter()
    report = verify(data, fetch=offline, now=NOW)
    seconds = time.perf_counter() - began
    assert report.authentic.answer is Answer.YES, report.authentic
    return seconds


class Beside:
    """While it lasts, `count` threads verify a hostile file over and over."""

    def __init__(self, data: bytes, count: int) -> None:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(data,)) for _ in range(count)]

    def _work(self, data: bytes) -> None:
        while not self._over.is_set():
            verify(data, fetch=offline, now=NOW)

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()
        time.sleep(2)

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def honest_files() -> dict[str, bytes]:
    """Return one sound credential in each kind of file that is read in its own way."""
    credential = badge(1).decode()
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>'
    return {
        "JSON": credential.encode(),
        "PNG": baking.bake_png(_png(Image.new("RGB", (400, 400), "teal")), credential),
        "SVG": baking.bake_svg(svg, credential),
        "PDF": _pdf(credential),
    }


def hostile_files() -> dict[str, bytes]:
    """Return files that are made to take memory or time, each some kilobytes to megabytes."""
    strokes = b"1 0 0 1 0 0 cm 0 0 600 700 re f q 0 0 m 600 700 l S Q " * 400_000
    picture = _png(Image.new("RGB", (1, 1)))
    wide = struct.pack(">II", 60_000, 60_000)
    pixels = _chunk(b"IHDR", wide + picture[24:29]) + picture[33:]
    packed = _chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + _zeros(512))
    return {
        "a JSON, a million brackets": b"[" * 1_000_000,
        "a JSON, a graph of look-alikes": _poison(),
        "a PNG, 3.6 billion pixels": picture[:8] + pixels,
        "a PNG, a text of 512 MiB": picture[:-12] + packed + picture[-12:],
        "an SVG, a million elements": b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g/>" * 10**6,
        "an SVG, entities within entities": _laughs(),
        "a PDF, a page of 2 GiB": _page(_zeros(2048), b"/FlateDecode"),
        "a PDF, strokes for hours": _page(zlib.compress(strokes), b"/FlateDecode"),
    }


def _zeros(mebibytes: int) -> bytes:
    deflate = zlib.compressobj(9)
    return b"".join(deflate.compress(bytes(MIB)) for _ in range(mebibytes)) + deflate.flush()


def _poison() -> bytes:
    """Many nodes without names that all look alike: RDFC-1.0 would try every order (T23)."""
    alike = [{"type": ["Alignment"], "targetName": "x"} for _ in range(60)]
    document = json.loads(badge(2))
    document["credentialSubject"]["achievement"]["alignment"] = alike
    return json.dumps(document).encode()


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    start = '<!DOCTYPE svg [<!ENTITY l0 "ha">' + entities + "]>"
    return (start + '<svg xmlns="http://www.w3.org/2000/svg">&l9;</svg>').encode()


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pdf(credential: str) -> bytes:
    file, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(612, 792)
    writer.add_attachment("credential.json", credential.encode())
    writer.write(file)
    return file.getvalue()


def _page(content: bytes, filters: bytes) -> bytes:
    """Return a PDF of one page with nothing attached, written by hand."""
    start = b"<</Filter[%s]/Length %d>>\nstream\n" % (filters, len(content))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<>>>>",
        start + content + b"\nendstream",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 5\n0000000000 65535 f \n"
    return (
        out + head + table + b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    )


if __name__ == "__main__":
    main()
