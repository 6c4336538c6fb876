"""Mails as pictures would show them: three widths, both schemes, read out."""

import axe
import letters
import pytest
from browser import hard_to_use, watch
from playwright.sync_api import Browser

from issuer.home.settings import Settings


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_mail_can_be_read_at_every_width(
    chromium: Browser, settings: Settings, scheme: str, language: str
) -> None:
    """WCAG 2.2, 1.4.3 and 1.4.10: a phone, the pane of a mail program, a window."""
    watched = watch(chromium, "null", color_scheme=scheme)
    problems = {}
    for kind in letters.KINDS:
        message = letters.written(letters.letter(kind, language), letters.sending(settings))
        watched.page.set_content(letters.shown(message))
        for width in (360, 600, 900):
            watched.page.set_viewport_size({"width": width, "height": 700})
            problems[kind, width] = hard_to_use(watched.page)
        problems[kind, "axe"] = axe.violations(watched.page)
    assert {where: wrong for where, wrong in problems.items() if wrong} == {}
    assert watched.alarms == []
