"""What time it is: the one file that asks the machine, for the verifier and the issuer alike.

Rules are handed the moment that they judge by. Commands, routes and servers ask here, once for
each piece of work. Limits of time are measured with `time.monotonic`, which nobody can set.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)
