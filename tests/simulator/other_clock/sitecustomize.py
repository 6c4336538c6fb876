"""Mintmark by another clock: Python reads this file when it starts, if its folder is on its path.

The file that `$OTHER_CLOCK` names holds by how many seconds the clock is ahead, or the moment at
which it stands. It is read whenever somebody asks what time it is.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from verifier import clock


def now() -> datetime:
    """Return what time it is by that file."""
    text = Path(os.environ["OTHER_CLOCK"]).read_text()
    if text.lstrip("-").isdigit():
        return datetime.now(UTC) + timedelta(seconds=int(text))
    return datetime.fromisoformat(text)


if "OTHER_CLOCK" in os.environ:
    clock.now = now
