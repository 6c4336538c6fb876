"""What is wrong with an approval, said so that its sender can put it right."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to put right: where, what, and how. Only `code` and `field` are ever logged.

    `field` is dotted, from the top of the message: `data.levels.student-work`.
    """

    code: str
    field: str
    detail: str
    remedy: str


class Refused(Exception):
    """The approval is not accepted; nothing of it is kept."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(", ".join(f"{flaw.code} {flaw.field}" for flaw in flaws))
        self.flaws = tuple(flaws)
