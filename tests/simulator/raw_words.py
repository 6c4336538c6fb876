"""What a page shows as a program holds it, where people read: a day in digits, a raw code."""

import re
from html.parser import HTMLParser

NOT_READ = {"script", "style", "code", "pre", "textarea", "svg"}
"""What these hold is for programs, or somebody typed it."""
RAW = re.compile(
    r"(?<!such as )(?<!como )\b\d{4}-\d\d-\d\d\b\S*"  # unless it says how to type one
    r"|\bNone\b(?!:)"
    r"|\b[a-z]+_[a-z_]+\b"  # a name out of a program
    r"|<\w[\w.]* object at|datetime\.\w+\("
    r"|%\(\w+\)\w|\{\w+\}"  # a place that nothing was put in
)
WITHIN = "\N{ZERO WIDTH SPACE}"
"""A place where a long word may break."""
ADDRESS = re.compile(r"\bhttps?://\S+")
"""It may hold a token, which is made up of any letters."""
ONE_OF_MANY = re.compile(r"(?<![\d.,/-])\b1 (?!(?:address|class|process|is|was|as)\b)[a-z]+s\b")


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.closed_in: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, _attributes):
        if tag == "wbr":
            self.texts.append(WITHIN)
        if tag in NOT_READ:
            self.closed_in.append(tag)

    def handle_endtag(self, tag):
        if self.closed_in and self.closed_in[-1] == tag:
            self.closed_in.pop()

    def handle_data(self, data):
        if not self.closed_in:
            self.texts.append(data)


def raw_words(html: str) -> list[str]:
    """Return what of a page was not put into words, each with what stands before it."""
    page = _Read()
    page.feed(html)
    text = re.sub(r"\s+", " ", " ".join(page.texts).replace(f" {WITHIN} ", ""))
    text = ADDRESS.sub("", text)
    matches = [match for kind in (RAW, ONE_OF_MANY) for match in kind.finditer(text)]
    return [text[max(0, match.start() - 40) : match.end() + 10] for match in matches]
