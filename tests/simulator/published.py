"""Published vectors: read from `tests/vectors`, or from the whole suites where they lie."""

import json
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parents[1] / "vectors"
SUITES = Path(__file__).parents[3] / "shared" / "vectors"
"""The suites in full, beside the checkout; a machine without them skips by name."""


def vectors(name: str) -> Any:
    """Return the JSON of `tests/vectors/<name>`."""
    return json.loads((VECTORS / name).read_bytes())


def suite(name: str) -> Path:
    """Return a file or folder of the full suites; skip the test where they are not."""
    if not (SUITES / name).exists():
        pytest.skip(f"the full suite {name} is not beside this checkout")
    return SUITES / name
