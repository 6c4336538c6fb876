"""The shape of a page: which tags it has and where it leads, whatever is said in it."""

import re
from collections import Counter
from html.parser import HTMLParser

FLOOD = re.compile("[\u0300-\u036f\u20d0-\u20ff]{4}")
PROSE = {"p", "a", "ul", "ol", "li", "em", "strong", "code", "pre", "blockquote", "br", "hr",
         "h1", "h2", "h3", "h4", "h5", "h6", "div", "bdi"}  # fmt: skip
ALONE = {"meta", "link", "input", "img", "br", "hr", "wbr", "path", "rect", "circle"}


class Shape(HTMLParser):
    """The tags of a page, counted; what prose made of Markdown, apart; and where it all leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.prose: Counter[str] = Counter()
        self.leads: set[str] = set()
        self._open: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        within = any(self._open)
        if within:
            self.prose[tag] += 1
        elif tag not in ("p", "wbr"):  # a notice of odd letters; a place to break a long word
            self.tags[tag, tuple(sorted(name for name, _ in attributes))] += 1
        named = dict(attributes)
        self.leads |= {
            named[name] for name in ("href", "src", "action", "formaction") if named.get(name)
        }
        if tag not in ALONE:
            self._open.append("prose" in (named.get("class") or "").split())

    def handle_endtag(self, tag):
        if tag not in ALONE and self._open:
            self._open.pop()


TURNED = """() => {
  const turns = /[\\u0590-\\u08ff\\u200e\\u200f\\u061c\\u202a-\\u202e\\u2066-\\u2069]/;
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const around = node.parentElement;
    if (!turns.test(node.data) || around.closest("bdi, script, textarea, .prose")) continue;
    const block = around.closest("p, li, dd, dt, h1, h2, h3, td, th, summary, div, main");
    if (block.textContent.trim() !== node.data.trim()) found.push(node.data);
  }
  return found;
}"""
