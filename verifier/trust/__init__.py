"""Which issuers this verifier recognizes, by trust lists in order, the most authoritative first.

`lists` reads a list, `recognize` looks an issuer up, and `chain` follows endorsements from an
issuer to somebody on a list. Lists of others, which are downloaded and stored, stand in
`verifier.trust_lists`.
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
