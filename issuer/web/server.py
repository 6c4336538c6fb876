"""How an issuer is served: gunicorn with threads, none of which a slow client holds for long.

>>> command("0.0.0.0", 8000, workers=2)[3]
'issuer.app:create_app_from_environment()'
"""

import socket
import sys
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

THREADS = 16
"""In each worker. Half of them may check credentials, which waits for other people's sites
(`verifier.web.limits`); so as many are there for webhooks, files and `/readyz`."""
WORKER = "issuer.app.Worker"
"""Gunicorn imports this before it makes the workers, and so all their code once: each starts at
once, and they share its memory."""
MOST_SECONDS = 60
"""For one request: to come in, to be answered, and for the answer to be taken."""


def command(bind: str, port: int, *, workers: int, log: str = "plain") -> list[str]:
    """Return the command that serves the issuer in `$MINTMARK_HOME`."""
    return [
        *(sys.executable, "-m", "gunicorn", "issuer.app:create_app_from_environment()"),
        *("--bind", f"{bind}:{port}", "--workers", str(workers), "--threads", str(THREADS)),
        *("--worker-class", WORKER),
        *("--no-control-socket", "--timeout", str(MOST_SECONDS), "--log-level", "warning"),
        *(("--logger-class", "issuer.web.monitoring.json_log.Logger") if log == "json" else ()),
    ]


class Worker(ThreadWorker):  # type: ignore[misc]
    """A worker with threads that hangs up on a request of more than `MOST_SECONDS`.

    Gunicorn's own timeout only notices a process in which nothing happens any more: a client who
    sends a byte now and then would hold a thread for ever.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._begun: dict[TConn, float] = {}

    def handle(self, conn: TConn) -> Any:
        """Answer a request that comes in on `conn`, in a thread of its own."""
        self._begun[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            del self._begun[conn]

    def murder_pending(self) -> None:
        """Hang up on who takes too long; the main loop calls this about once a second."""
        super().murder_pending()
        now = time.monotonic()
        for conn, begun in [*self._begun.items()]:
            if now - begun > MOST_SECONDS:
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)
