"""System packages that a test needs: without one it is skipped by name, and in CI it fails."""

import os
import shutil
from pathlib import Path

import pytest


def need(*wanted: str | Path) -> None:
    """Skip the test unless every program (a name) and place (a path) is on this machine."""
    missing = [
        str(tool)
        for tool in wanted
        if not (tool.exists() if isinstance(tool, Path) else shutil.which(tool))
    ]
    if missing:
        reason = f"not installed: {', '.join(missing)} (tests/apt.txt names the package)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
