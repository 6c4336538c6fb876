"""A server of raw bytes, for answers that no honest server gives."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress


@contextmanager
def server(
    answer: Callable[[socket.socket, bytes], object], tls: ssl.SSLContext | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Serve with `answer(connection, request)` in a thread each; yield (port, requests).

    With `tls`, whoever does not finish the handshake is no request.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(16)
    requests: list[str] = []

    def handle(connection: socket.socket) -> None:
        with suppress(OSError), ExitStack() as open_now:  # the client goes away, as it should
            open_now.enter_context(connection)
            if tls is not None:
                connection = open_now.enter_context(tls.wrap_socket(connection, server_side=True))
            request = b""
            while b"\r\n\r\n" not in request and (more := connection.recv(65536)):
                request += more
            requests.append(request.decode("latin-1"))
            answer(connection, request)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1], requests
    finally:
        listener.close()
