"""Open Badges 2.0: read and verified, never issued."""

from verifier.open_badges_2.judge import is_assertion, judge_assertion

__all__ = ["is_assertion", "judge_assertion"]
