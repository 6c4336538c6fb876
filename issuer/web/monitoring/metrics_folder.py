"""The folder in which each process of a server writes its counts, for `metrics`."""

import os
import shutil
from typing import Final

from issuer.home.settings import Settings

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client looks for the folder, once, when it is imported."""


def begin(settings: Settings) -> None:
    """Empty the folder for the counts of a server that starts now, and name it to its workers."""
    folder = settings.home / ".metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ[VARIABLE] = str(folder)
