"""One round of the doctor's after the other, in the background: a page shows how far the newest is.

    rounds.begin(issuer)
    rounds.newest(issuer.settings)  # a `Round`, written after each part

No page waits for a mail server or a site that does not answer. The round stands in a file of the
home, so that every worker shows the same one.
"""

import json
import threading
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Final

from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.installation.doctor import here, outside
from issuer.installation.doctor.finding import Finding, PartState, unchecked
from keys import durable_file
from verifier import clock

FILE: Final = ".doctor"
LONGEST: Final = timedelta(minutes=5)
"""Each part gives up by itself before that; a round without an end after it has died."""


@dataclass(frozen=True, slots=True)
class Round:
    """What was checked so far, when it began, and when it ended; None while it runs."""

    began: datetime
    ended: datetime | None
    findings: tuple[Finding, ...]

    def goes_on(self, now: datetime) -> bool:
        """Return whether further parts are still looked at."""
        return self.ended is None and now - self.began < LONGEST


def newest(settings: Settings) -> Round | None:
    """Return the round that began last; None before the first, or where its file is damaged."""
    try:
        stored = json.loads((settings.home / FILE).read_bytes())
        began, ended = stored["began"], stored["ended"]
        findings = [Finding(**{**one, "state": PartState(one["state"])}) for one in stored["parts"]]
        end = datetime.fromisoformat(ended) if ended else None
        return Round(datetime.fromisoformat(began), end, tuple(findings))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def begin(issuer: Issuer, *, patience: float) -> None:
    """Begin a round unless one is running, and wait at most `patience` seconds for its end."""
    now, last = clock.now(), newest(issuer.settings)
    if last is None or not last.goes_on(now):
        _write(issuer.settings.home / FILE, Round(now, None, ()))
        thread = threading.Thread(target=look, args=(issuer, now), daemon=True)
        thread.start()
        thread.join(patience)


def look(issuer: Issuer, began: datetime) -> None:
    """Look at every part, and write down each as soon as it is known."""
    file, findings = issuer.settings.home / FILE, list[Finding]()
    try:
        for finding in chain(
            here.look(issuer, now=began), outside.look(issuer.settings, now=began)
        ):
            findings.append(finding)
            _write(file, Round(began, None, tuple(findings)))
    except Exception as exc:
        why = f"{type(exc).__name__}: {exc}"
        findings.append(unchecked("the other parts", why, "mintmark doctor"))
    finally:
        _write(file, Round(began, clock.now(), tuple(findings)))


def _write(file: Path, round: Round) -> None:
    content = {
        "began": round.began.isoformat(),
        "ended": round.ended.isoformat() if round.ended else None,
        "parts": [asdict(finding) for finding in round.findings],
    }
    durable_file.replace(file, json.dumps(content).encode(), mode=0o600)
