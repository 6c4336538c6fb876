"""axe-core on a page: what breaks WCAG 2.2 at levels A and AA, or its good practices."""

from pathlib import Path

import npm
from playwright.sync_api import Page

BROWSER = Path(__file__).parents[1] / "browser"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """(rules) => axe.run(document, { runOnly: rules, resultTypes: ["violations"] })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)))"""


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, everything that can be unfolded unfolded.

    The page's own policy stays in force: axe comes in through the debugger, not as a script tag.
    """
    source = (npm.installed(BROWSER) / "axe-core" / "axe.min.js").read_text()
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    page.evaluate(f"() => {{ {source} }}")
    violated: list[str] = page.evaluate(_RUN, list(RULES))
    return violated


def in_both_schemes(page: Page) -> dict[str, list[str]]:
    """Return what axe finds in light and in dark."""
    by_scheme = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        by_scheme[scheme] = violations(page)
    return by_scheme
