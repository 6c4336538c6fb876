"""Debian's Chromium without a window, and a page that is watched."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launched() -> Iterator[Browser]:
    """Give the browser. Without it tests are skipped by name; under CI that is a failure."""
    if not CHROMIUM.exists():
        reason = "Chromium is not installed (tests/apt.txt names it)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve `app` while the block lasts, and give its origin."""
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Watched:
    """What happened on a page that should not: `alarms` is empty where all is well."""

    page: Page
    origin: str
    alarms: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("dialog", lambda dialog: self._alarm(f"dialog: {dialog.message}"))
        self.page.on("pageerror", lambda error: self._alarm(f"script error: {error}"))
        self.page.on("popup", lambda popup: self._alarm(f"popup: {popup.url}"))
        self.page.on("console", self._console)
        self.page.on("request", self._request)

    def _alarm(self, what: str) -> None:
        self.alarms.append(what)

    def _console(self, message: ConsoleMessage) -> None:
        self._alarm(f"console: {message.text}")  # a refusal by the Content-Security-Policy, say

    def _request(self, request: Request) -> None:
        if request.url.startswith("data:"):
            return
        if urlsplit(request.url)._replace(path="", query="", fragment="").geturl() != self.origin:
            self._alarm(f"request: {request.url}")


def watch(browser: Browser, origin: str, **context: object) -> Watched:
    """Return a new page in a context of its own."""
    return Watched(browser.new_context(**context).new_page(), origin)
