"""`make bench`: everybody signs and verifies the same credentials in turns; times and ratios.

The table shows the least that each took. What else runs on a machine only ever adds, and to what
takes long it adds more, so on a shared machine medians (`--medians`) flatter whoever is quick.
"""

import argparse
import gc
import json
import platform
import statistics
import subprocess
import sys
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import chart
from bench import contenders as everybody
from bench.contenders import Contender, contenders
from bench.documents import credentials, fresh

REPORT = Path(__file__).parent.parent / "docs" / "performance.md"
CHART = REPORT.parent / "pictures" / "performance.svg"
OURS = ("proof alone, no memo", "proof alone", "Mintmark, no memo", "Mintmark")
CHARTED = [("8 KB", "sign"), ("8 KB", "verify")]
COMPARED = [
    *(("proof alone, no memo", other) for other in ("floor", "PyLD 3.3")),
    *(("proof alone", other) for other in ("floor", "PyLD 3.3")),
    *(
        ("Mintmark", other)
        for other in ("floor", "PyLD 3.3", "openbadgeslib 4.6", "Digital Bazaar JS", "DCC JS")
    ),
]
"""Whom the targets compare: those who do the same work."""
BEGIN, END = "<!-- table: made by `make bench` -->", "<!-- /table -->"

Times = dict[tuple[str, str], dict[str, float]]


def main() -> None:
    """Measure, print the table, and with `--write` put it where people read it."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="turns that everybody gets")
    parser.add_argument("--medians", action="store_true", help="show medians, not the least")
    parser.add_argument("--write", action="store_true", help=f"put the table in {REPORT.name}")
    args = parser.parse_args()
    with contenders() as present:
        gc.collect()
        gc.freeze()  # what is loaded is there for good, in a service and in a worker as well
        times = measure(present, args.rounds, statistics.median if args.medians else min)
        text = "\n".join([*table(present, times, memory(present)), *beside_native(args.rounds)])
    print(text)
    if args.write:
        before, _, rest = REPORT.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        shown = {f"{task}: {kind}": times[kind, task] for kind, task in CHARTED}
        CHART.write_text(chart.bars(shown, OURS), encoding="utf-8")
        REPORT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def measure(present: list[Contender], rounds: int, one_of: Callable[[list[float]], float]) -> Times:
    """Return the seconds of each task by contender, taken in turns; `one_of` picks from many."""
    seconds: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    refused: set[tuple[str, str, str]] = set()
    number = 0
    for turn in range(rounds + 1):
        for kind, credential in credentials().items():
            everybody.measure_canonical(fresh(credential, 10_000))
            documents = [fresh(credential, number + n) for n in range(1 if "70" in kind else 8)]
            number += len(documents)
            texts = [json.dumps(everybody.sign(document)) for document in documents]
            for one in present:
                for task, work, inputs in (
                    ("sign", one.sign, documents),
                    ("verify", one.verify, texts),
                ):
                    if (kind, task, one.name) in refused:
                        continue
                    try:
                        took = work(inputs)
                    except Exception as exc:
                        refused.add((kind, task, one.name))
                        print(f"{one.name} does not {task} {kind}: {str(exc)[:120]}")
                        continue
                    if turn:  # the first is to warm up
                        seconds[kind, task][one.name] += took
    return {
        task: {name: one_of(took) for name, took in by_name.items()}
        for task, by_name in seconds.items()
    }


def memory(present: list[Contender]) -> dict[str, float]:
    """Return the most MB that each takes beside what it had, while it verifies the 70 KB one."""
    text = json.dumps(everybody.sign(fresh(credentials()["70 KB"], 1)))
    peaks = {}
    for one in present:
        if one.is_here:
            tracemalloc.start()
            one.verify([text])
            peaks[one.name] = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
    return peaks


def table(present: list[Contender], times: Times, peaks: dict[str, float]) -> Iterator[str]:
    """Yield a Markdown table: milliseconds, and how many times as long as Mintmark."""
    yield f"Python {platform.python_version()}, {_processor()}, one core each."
    tasks = list(times)
    yield ""
    yield (
        "| milliseconds (times ours) | "
        + " | ".join(f"{t}: {k}" for k, t in tasks)
        + " | MB, 70 KB | checks |"
    )
    yield "|---|" + "--:|" * (len(tasks) + 1) + "---|"
    for one in present:
        cells = []
        for task in tasks:
            took, ours = times[task].get(one.name), times[task]["Mintmark"]
            cells.append("refused" if took is None else f"{took * 1000:.2f} ({took / ours:.1f}×)")
        cells.append(f"{peaks[one.name]:.1f}" if one.name in peaks else "–")
        yield f"| {one.name} | " + " | ".join(cells) + f" | {one.checks} |"
    yield ""
    yield "| times as long as | " + " | ".join(f"{t}: {k}" for k, t in tasks) + " |"
    yield "|---|" + "--:|" * len(tasks)
    for mine, other in COMPARED:
        ratios = [_ratio(times[task], other, mine) for task in tasks]
        yield f"| {other} takes, beside *{mine}* | " + " | ".join(ratios) + " |"


def beside_native(rounds: int) -> list[str]:
    """Return the lines of a table beside DIDKit, none where it is not installed."""
    command = [sys.executable, "-m", "bench.native", str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"not measured: DIDKit ({done.stderr.strip().splitlines()[-1:]})")
        return []
    return ["", *done.stdout.splitlines()]


def _ratio(seconds: dict[str, float], other: str, ours: str) -> str:
    if other not in seconds:
        return "refused"
    if other == "floor":
        return f"{seconds[other] / seconds[ours]:.0%}"
    return f"{seconds[other] / seconds[ours]:.0f}×"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in names if line.startswith("model name")]
    return f"{len(models)} × {models[0]}" if models else platform.machine()


if __name__ == "__main__":
    main()
