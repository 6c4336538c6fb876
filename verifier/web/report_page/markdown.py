"""Render an issuer's Markdown as safe HTML (threat T18).

Criteria and narratives are Markdown from strangers. There are two barriers, in case one fails:
the parser knows no raw HTML, and its output goes through an allow-list of tags. Pictures are left
out, because loading one tells its host who is looking.

>>> prose("**Plan** <script>alert(1)</script>")
Markup('<p><strong>Plan</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>\\n')
"""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {
    *("p", "br", "hr", "em", "strong", "a", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "h3", "table", "thead", "tbody", "tr", "th", "td"),
}
SCHEMES = {"https", "mailto"}
REL = "noopener noreferrer nofollow ugc"

_parser = MarkdownIt("commonmark", {"html": False}).enable("table")


def prose(text: str | None) -> Markup:
    """Return `text` as safe HTML. Its headings become `h3`, below the page's own."""
    tokens = _parser.parse(text or "")
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3"
    html = _parser.renderer.render(tokens, _parser.options, {})
    return Markup(  # noqa: S704 (cleaned in this very line)
        nh3.clean(
            html,
            tags=TAGS,
            attributes={"a": {"href"}, "ol": {"start"}},
            url_schemes=SCHEMES,
            url_relative="deny",
            link_rel=REL,
        )
    )


def plain_lines(text: str) -> list[str]:
    """Return the words of each paragraph and list item, for paper."""
    return [
        "".join(part.content or " " for part in block.children)
        for block in _parser.parse(text)
        if block.type == "inline" and block.children
    ]
