"""Open Badges 2.0: read and verified, never issued."""

from verifier.open_badges_2.judge import is_assertion, is_part, judge_assertion, judge_part

__all__ = ["is_assertion", "is_part", "judge_assertion", "judge_part"]
