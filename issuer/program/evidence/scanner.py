"""A virus scanner of the district, such as clamdscan, that checks each file before it is accepted.

    refuse_what_it_finds(("clamdscan", "--fdpass", "--no-summary"), path)

It gets the file as its last argument and exits with 0 if the file is clean, 1 if it is not.
"""

import subprocess
from pathlib import Path
from typing import Final

from issuer.program.evidence.artifacts import EvidenceRefused
from verifier.wording.words import N_

SECONDS: Final = 300


def refuse_what_it_finds(command: tuple[str, ...], file: Path) -> None:
    """Raise `EvidenceRefused` for a file in which the program finds something, or which it could
    not look at; without a program every file is taken."""
    if not command:
        return
    try:
        answer = subprocess.run(
            [*command, str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        answer = None
    if answer == 1:
        raise EvidenceRefused(
            "file", N_("The district’s scanner found something in this file, so it is not taken.")
        )
    if answer != 0:
        raise EvidenceRefused(
            "file", N_("The district’s scanner does not answer now. Add the file again later.")
        )
