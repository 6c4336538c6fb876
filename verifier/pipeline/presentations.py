"""Verify a presentation: whether its holder proved to hold it, and each credential in it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from contexts import BUNDLED, FrozenContexts, work
from verifier.checks.presentation import NONE, Asked
from verifier.fetching.fetch import Fetch
from verifier.intake import wrapping
from verifier.intake.baking import is_token
from verifier.parsing import plain_text
from verifier.pipeline.examine import World
from verifier.pipeline.pipeline import beside, look_at_all, usable_lists
from verifier.report import PresentationReport
from verifier.trust import TrustList


def verify_presentation(
    data: bytes,
    *,
    make_fetch: Callable[[], Fetch],
    now: datetime,
    trust: Sequence[TrustList] = (),
    challenge: str | None = None,
    domain: str | None = None,
    contexts: FrozenContexts = BUNDLED,
) -> PresentationReport:
    """Return the report on a presentation, JSON or a JWT, also in an envelope: whether its holder
    signed it, with the `challenge` and for the `domain` that this verifier asked for, and a report
    on each credential in it, of any kind.

    The arguments are those of `verify_all`. Never raises for anything in `data`.
    """
    lists = usable_lists(data, now, trust)

    def world() -> World:
        return World(make_fetch(), now, lists, contexts, general=True)

    try:
        content = plain_text.read(data).strip()
        whole = wrapping.presentation_in(content)
        text = _bound(content) if whole is None else whole
    except ValueError:  # no text, or an envelope of something else
        whole, text = None, ""
    if not text:
        return PresentationReport(None, (NONE,))
    with work.limited(len(text)):
        presented = world().presented(text, Asked(challenge, domain))
    holds_any = whole is None or wrapping.unwrap(whole) is not None
    inside = look_at_all(data, world) if holds_any else ()
    reports = tuple(beside(report, presented) for report in inside)
    return PresentationReport(presented.holder, presented.checks, reports)


def _bound(content: str) -> str:
    """Return an SD-JWT, which its holder may have bound, also out of an envelope; "" if there is
    none, or something beside it."""
    wrapped = wrapping.unwrap(content)
    text, *others = (content,) if wrapped is None else wrapped.texts
    return text if not others and "~" in text and is_token(text) else ""
