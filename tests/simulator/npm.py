"""Libraries from npm for tests: exactly those of a `package-lock.json`, by hash."""

import fcntl
import hashlib
import subprocess
from pathlib import Path

from needs import need


def installed(folder: Path) -> Path:
    """Return `folder/node_modules`, installed once for all runs and all test workers."""
    need("node", "npm")
    modules = folder / "node_modules"
    stamp = modules / ".mintmark-lock"
    with (folder / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(lock.read()).hexdigest()
        if not stamp.exists() or stamp.read_text() != wanted:
            subprocess.run(["npm", "ci"], cwd=folder, check=True, timeout=240)
            stamp.write_text(wanted)
    return modules
