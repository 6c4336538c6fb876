"""Who may open a route, stated beside it (D18); `issuer.people.access.gate` keeps to it.

@catalog.get("/")
@open_to_all
def home() -> Response: ...

@desk.post("/desk/credentials/<credential>/revoke")
@needs("credential", "revoke", key="credential")
def revoke(credential: str) -> Response: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class RouteRule:
    """The permission that a route needs: an action on a kind of object.

    `key` is the part of the address that names the one object; without it, the route is about
    the kind as a whole, such as a list.
    """

    object: str
    action: str
    key: str | None = None
    most_bytes: int | None = None
    """How large a request it takes, where a file comes that is larger than others."""
    again_at: str = ""
    """Where a form that comes too late is filled in anew: one with amounts is not kept (I10)."""


PUBLIC: Final = RouteRule("everything public", "read")
"""The rule of a route that anybody may open, signed in or not."""
_RULE: Final = "__mintmark_rule__"


def open_to_all(view: View) -> View:
    """State that anybody may open a route."""
    setattr(view, _RULE, PUBLIC)
    return view


def needs(
    object: str,
    action: str,
    key: str | None = None,
    *,
    most_bytes: int | None = None,
    again_at: str = "",
) -> Callable[[View], View]:
    """State the permission that a route needs."""

    def mark(view: View) -> View:
        setattr(view, _RULE, RouteRule(object, action, key, most_bytes, again_at))
        return view

    return mark


def open_blueprints(app: Flask, *blueprints: str) -> None:
    """State that anybody may open every route of these blueprints, which know no people."""
    for endpoint, view in app.view_functions.items():
        if endpoint.partition(".")[0] in blueprints or endpoint.endswith(".static"):
            app.view_functions[endpoint] = open_to_all(_own(view))


def rule_of(view: Callable[..., Any]) -> RouteRule | None:
    """Return the rule that a route states; None if it states none."""
    rule: RouteRule | None = getattr(view, _RULE, None)
    return rule


def _own(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function to mark: methods, such as the one that serves static files, take none."""
    return lambda **values: view(**values)
