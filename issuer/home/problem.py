"""What is refused over HTTP, declared by the subject that refuses it (RFC 9457).

A subject declares the types of its problems beside its rules and lists them for `issuer.app`; what
it raises says which of them it is:

    NOT_SHARED = ProblemType("not-shared", Kind(410, N_("The holder does not share …"), …))
    raise Problem(NOT_SHARED)

`issuer.web.problems` turns one into an answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contexts.errors import MintmarkError
from verifier.web.problems import Kind as Kind


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A type of problem: the end of its address, and what its page explains."""

    slug: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to put right: where, what, and how. Only `code` and `field` are ever logged.

    `field` is dotted, from the top of the message: `data.levels.student-work`.
    """

    code: str
    field: str
    detail: str
    remedy: str


class FieldError(MintmarkError):
    """What was typed into a form is not taken: `field` names what to change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Problem(MintmarkError):
    """A request is answered with problem details instead.

    `detail` is what its sender reads, by default the meaning of its type; `flaws` are what to put
    right, `members` further members of the answer and `headers` further headers. `message` is
    what a command prints.
    """

    def __init__(
        self,
        type: ProblemType,
        detail: str = "",
        *,
        message: str = "",
        flaws: Sequence[Flaw] = (),
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message or detail or type.kind.meaning)
        self.type = type
        self.detail = detail or type.kind.meaning
        self.flaws = tuple(flaws)
        self.members = dict(members or {})
        self.headers = dict(headers or {})
