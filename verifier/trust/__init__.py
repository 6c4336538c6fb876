"""Trust: whom this verifier recognizes, by lists in order, the most authoritative first.

`lists` reads them, `recognize` judges by them, `chain` follows endorsements up to somebody on
them. `kept` keeps those of others, which `obtain` gets and `signed` verifies; `directory` makes
one of a public directory; `command` is for people.
"""

from verifier.trust.lists import TrustEntry, TrustList, TrustListError, load
from verifier.trust.recognize import recognize, snapshot, snapshots

__all__ = [
    "TrustEntry",
    "TrustList",
    "TrustListError",
    "load",
    "recognize",
    "snapshot",
    "snapshots",
]
