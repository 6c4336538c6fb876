"""Debian's Chromium without a window, and a page that is watched."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from needs import need
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
"""Debian's Chromium without its own windows: a page takes half of the work."""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # One site on one machine: a page that follows another needs no process of its own.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process,RenderDocument,SpareRendererForSitePerProcess",
)


def launched() -> Iterator[Browser]:
    """Give the browser. Without it tests are skipped by name; under CI that is a failure."""
    need(CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def beside(browser: Browser, *flags: str) -> Iterator[Browser]:
    """Give a second browser with flags of its own: one process drives all, and only once."""
    other = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
    try:
        yield other
    finally:
        other.close()


@contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve `app` while the block lasts, and give its origin."""
    server = make_server("localhost", port, app, threaded=True)
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
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda error: self._alarm(f"script error: {error}"))
        self.page.on("popup", lambda popup: self._alarm(f"popup: {popup.url}"))
        self.page.on("console", self._console)
        self.page.on("request", self._request)

    def _alarm(self, what: str) -> None:
        self.alarms.append(what)

    def _dialog(self, dialog: Dialog) -> None:
        self._alarm(f"dialog: {dialog.message}")
        dialog.dismiss()

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


HOSTILE = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)> {{7*7}} "
    "[x](javascript:alert(4)) ![p](https://tracker.example/p.png) \u202egnihsihp\u200b " + "W" * 200
)
"""One text with most of what people try: markup, script links, pictures, bidi, a long word."""

_LOW_CONTRAST = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = color;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => {
    const [r, g, b] = color.map((c) => c / 255).map(
      (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(1)}: ${walker.currentNode.data.trim()}`);
  }
  return found;
}"""
_SMALL_TARGETS = """() => [...document.querySelectorAll("button, input, textarea, summary, nav a")]
  .filter((element) => element.type !== "hidden" && element.checkVisibility())
  .filter((element) => Math.min(...[element.getBoundingClientRect()]
    .flatMap(({ width, height }) => [width, height])) < 24)
  .map((element) => element.outerHTML)"""


def hard_to_use(page: Page) -> list[str]:
    """Return what is hard to read, to hit or to reach: WCAG 2.2, 1.4.3, 1.4.10, 2.5.8."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    problems: list[str] = page.evaluate(_LOW_CONTRAST) + page.evaluate(_SMALL_TARGETS)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*problems, f"{wide} px too wide"] if wide > 0 else problems
