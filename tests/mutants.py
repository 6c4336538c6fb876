"""What `mutmut run` found, file by file: how many mutants the tests killed. Part of `make mutants`.

Exits 1 where fewer than 94 in a hundred were, and names those that survived.
"""

import json
import sys
from pathlib import Path

LEAST = 0.94
KILLED = {1, 3}
"""Exit codes that mutmut keeps for a mutant that made a test fail. One that ran out of time counts
as a survivor: many do so because nothing fails and the machine is busy."""


def table(folder: Path) -> tuple[list[tuple[str, int, int]], list[str]]:
    """Return (file, killed, all) for each file, and the names of the mutants that survived."""
    rows, survivors = [], []
    for meta in sorted(folder.rglob("*.meta")):
        codes = json.loads(meta.read_bytes())["exit_code_by_key"]
        alive = [name for name, code in codes.items() if code not in KILLED]
        if codes:
            name = str(meta.relative_to(folder).with_suffix(""))
            rows.append((name, len(codes) - len(alive), len(codes)))
            survivors += alive
    return rows, survivors


def main() -> int:
    """Print the table and the survivors; return the exit status."""
    rows, survivors = table(Path("mutants"))
    killed, mutants = sum(row[1] for row in rows), sum(row[2] for row in rows)
    for name, dead, count in [*rows, ("all", killed, mutants)]:
        print(f"{name:<30} {dead:>5} of {count:>5}  {dead / max(count, 1):>4.0%}")
    print("survivors (`mutmut show NAME` shows one):", *survivors, sep="\n  ")
    return 0 if killed >= LEAST * mutants > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
