"""The issuer's application behind a real socket, for what speaks HTTP to it."""

import threading
from types import TracebackType

from flask import Flask
from werkzeug.serving import make_server
from werkzeug.wrappers import Response


class Served:
    """Serves `app` on a port of its own while the `with` block lasts.

    The answers in `instead` are given first, each to one request.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.instead: list[Response] = []
        self._server = make_server("localhost", 0, self._answer, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.url = f"http://localhost:{self._server.port}"

    def _answer(self, environ, start_response):
        answer = self.instead.pop(0) if self.instead else self.app
        return answer(environ, start_response)

    def __enter__(self) -> "Served":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.app.extensions["mintmark"].database.close()
