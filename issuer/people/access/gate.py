"""The gate before every route: it enforces the route's rule (D18) and identifies the visitor.

The server does not start with a route that has no rule. Visitors who are not signed in are sent to
sign in; an object they may not see is a 404. A form that arrives after its session ended, or that
needs a fresh sign-in, is stored and can be sent again after signing in (E10, E44).

    guard(app, by_name(PERSON), navigation=NAVIGATION)
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import Flask, Response, g, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from contexts.errors import MintmarkError
from issuer.database.database import UnavailableError
from issuer.home.issuer import current_issuer
from issuer.home.settings import Settings
from issuer.people import roles
from issuer.people.access import kept_forms, rules, sessions
from issuer.people.access.guarded import Me
from issuer.people.access.rules import Kinds, Permission
from issuer.people.tables import PersonRow, SessionRow
from issuer.web.access import PUBLIC, RouteRule, rule_of
from issuer.web.answers import or_404
from issuer.web.same_site import refuse_other_sites
from verifier import clock

FORM_TOKEN: Final = "form_token"  # noqa: S105 (the name of a field)
MOST_PARTS: Final = 1000
"""Fields of a form with files; of other forms the length alone counts."""
KEPT: Final = "kept_form"
"""The field that says which kept form is sent again."""
_LOCAL: Final = re.compile(r"/(?![/\\])[^\x00-\x20\\]{0,400}")
"""An address of this site, and of no other, whatever a browser makes of slashes."""


class RuleError(MintmarkError):
    """A route states no rule, or one that the table does not know: the server does not start."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page in the navigation of those who may open it: at the top, or inside a `part`.

    `shown` decides whether the entry appears. After signing in, a person who asked for no other
    page lands on the top page with the highest `lands`.
    """

    endpoint: str
    title: str
    part: str = ""
    shown: Callable[[], bool] = lambda: True
    lands: int = 0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever is signed in: the person, the session, and what she is here."""

    person: PersonRow
    session: SessionRow
    me: Me
    token: str


def guard(app: Flask, kinds: Kinds, *, navigation: Sequence[MenuEntry]) -> None:
    """Put the gate before every route of `app`. Raises `RuleError` for a route without a rule."""
    for endpoint, view in app.view_functions.items():
        need = rule_of(view)
        if need is None:
            raise RuleError(f"the route {endpoint} states no rule: who may open it?")
        if need is not PUBLIC and (wrong := rules.unknown(need, kinds)):
            raise RuleError(f"the route {endpoint}: {wrong}")
    app.before_request(partial(_keep_rule, app, kinds))
    app.after_request(_hide_from_caches)
    app.context_processor(_for_templates)
    app.add_template_global(_form_token, "form_token")
    app.extensions["navigation"] = partial(_navigation, app, navigation)
    app.add_template_global(app.extensions["navigation"], "navigation")


def signed_in() -> SignedIn | None:
    """Return the signed-in person; None if nobody is."""
    if "signed_in" not in g:
        g.signed_in = _find()
    visitor: SignedIn | None = g.signed_in
    return visitor


def whoever() -> SignedIn:
    """Return the signed-in person, behind a gate that lets nobody else through."""
    return or_404(signed_in())


def person(session: Session) -> PersonRow:
    """Return the row of whoever is signed in, in this session."""
    return session.get_one(PersonRow, whoever().person.id)


def acting(session: Session) -> PersonRow:
    """Return whoever is signed in, locked: what she sends next waits until this is committed.

    So a second press of a button finds what the first one made (`add_once`).
    """
    return session.get_one(PersonRow, whoever().person.id, with_for_update={"key_share": True})


def answer() -> Permission:
    """Return why this request is allowed, and in which view."""
    allowed: Permission = g.answer
    return allowed


def kinds() -> Kinds:
    """Return the kinds of objects of this application, to filter by (`rules.visible`)."""
    known: Kinds = g.kinds
    return known


def seen(session: Session, object: str) -> ColumnElement[bool]:
    """Return the SQL condition for objects the signed-in person may see (`rules.seen`)."""
    return rules.seen(session, whoever().me, object, kinds())


def cookie_name(settings: Settings, purpose: str = "") -> str:
    """Return the name of a cookie: browsers let no other host set one that is called `__Host-`."""
    secure = settings.public_url.startswith("https:")
    return ("__Host-" if secure else "") + "mintmark" + (f"-{purpose}" if purpose else "")


def set_cookie(response: AnyResponse, name: str, value: str, seconds: int) -> None:
    """Set a cookie that no script reads and no other site's form sends (T29)."""
    secure = name.startswith("__Host-")
    response.set_cookie(
        name, value, max_age=seconds, secure=secure, httponly=True, samesite="Lax", path="/"
    )


def local_path(text: str) -> str:
    """Return `text` if it is a path of this site, else the front page."""
    return text if _LOCAL.fullmatch(text) else url_for("catalog.home")


def signed_in_answer(token: str, lands_on: str) -> AnyResponse:
    """Give the browser its session, and lead to where its person was going, or works."""
    response = redirect(local_path(lands_on or url_for("account.start")), 303)
    name = cookie_name(current_issuer().settings)
    set_cookie(response, name, token, int((sessions.LONGEST + sessions.KEPT).total_seconds()))
    response.headers["Cache-Control"] = "no-store"
    return response


def _find() -> SignedIn | None:
    issuer = current_issuer()
    token = request.cookies.get(cookie_name(issuer.settings))
    if not token:
        return None
    now = clock.now()
    with issuer.database.reading() as session:
        row = sessions.find(session, token)
        if row is None or not sessions.is_open(row, now=now) or row.person.erased_at:
            return None
        today = issuer.settings.local(now).date()
        granted = roles.roles_of(session, row.person, today=today)
    if sessions.is_to_be_seen(row, now=now):
        with issuer.database.writing() as session:
            sessions.seen(session, row, now=now)
    mine = tuple((grant.role, grant.building_pk) for grant in granted)
    return SignedIn(row.person, row, Me(row.person_pk, mine, today), token)


def _keep_rule(app: Flask, kinds: Kinds) -> AnyResponse | None:
    """Let through what the rule of the route allows; else return the answer, or raise."""
    g.kinds = kinds
    view = app.view_functions.get(request.endpoint or "")
    need = rule_of(view) if view else PUBLIC
    if need is None or need is PUBLIC:
        return None
    refuse_other_sites()
    if need.most_bytes:  # also where the form is kept, because its session has ended
        request.max_content_length, request.max_form_parts = need.most_bytes, MOST_PARTS
        request.max_form_memory_size = need.most_bytes
    visitor = signed_in()
    if visitor is None:
        return _sign_in_first(need, _late())
    g.answer = _ask(visitor.me, need, kinds)
    if not g.answer.allowed:
        raise NotFound
    if request.method != "POST":
        return None
    if not sessions.is_form_token(
        current_issuer().settings, visitor.token, request.form.get(FORM_TOKEN, "")
    ):
        return redirect(_keep_form(need, visitor.person.id), 303)
    if g.answer.fresh and not sessions.is_fresh(visitor.session, now=clock.now()):
        return _sign_in_first(need, visitor.person.id)
    if again := request.form.get(KEPT):
        with current_issuer().database.writing() as session:
            kept_forms.drop(session, visitor.person.id, again)
    return None


def _ask(me: Me, need: RouteRule, kinds: Kinds) -> Permission:
    key = (request.view_args or {})[need.key] if need.key else None
    with current_issuer().database.reading() as session:
        return rules.ask(session, me, need, key, kinds)


def _late() -> int | None:
    """Return whose session this was that ended; None if there was none."""
    issuer = current_issuer()
    token = request.cookies.get(cookie_name(issuer.settings))
    if not token:
        return None
    with issuer.database.reading() as session:
        row = sessions.find(session, token)
    return None if row is None else row.person_pk


def _sign_in_first(need: RouteRule, person_pk: int | None) -> AnyResponse:
    """Redirect to the sign-in page, and afterwards to the requested page, with what was typed."""
    if request.method == "POST":
        lands_on = _keep_form(need, person_pk) if person_pk else ""
    else:
        lands_on = request.script_root + request.full_path.rstrip("?")
    return redirect(url_for("sign_in.form", lands_on=lands_on or None), 303)


def _keep_form(need: RouteRule, person_pk: int) -> str:
    """Keep the form of this request for its person, and return where it can be sent again."""
    if need.again_at:
        return url_for(need.again_at, **(request.view_args or {}), late=1)
    fields = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in (FORM_TOKEN, KEPT)
    ]
    path = request.script_root + request.path
    with current_issuer().database.writing() as session:
        form = kept_forms.keep(session, person_pk, path, fields, now=clock.now())
    return url_for("sign_in.kept_form", form=form)


def _hide_from_caches(response: Response) -> Response:
    """Keep what somebody sees who is signed in out of caches that others share, and of indexes."""
    if "answer" in g:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    elif g.get("signed_in"):
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _for_templates() -> dict[str, object]:
    settings = current_issuer().settings
    by_mail = settings.mail is not None
    return {
        "account": "people/header.html",
        "signed_in": _for_header,
        "by_mail": by_mail,
        "offers_sign_in": by_mail or bool(settings.sign_in),
    }


def _for_header() -> SignedIn | None:
    """Return the signed-in person. A page that needs no database is shown without one (P6)."""
    try:
        return signed_in()
    except UnavailableError:
        return None


def _form_token() -> Markup:
    """Return the hidden field that each form behind the gate carries."""
    visitor = signed_in()
    value = sessions.form_token(current_issuer().settings, visitor.token) if visitor else ""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FORM_TOKEN, value)


def _navigation(app: Flask, entries: Iterable[MenuEntry], part: str = "") -> Iterable[MenuEntry]:
    """Yield the pages of a part that the signed-in person may open."""
    visitor = _for_header()
    for entry in entries if visitor else ():
        need = rule_of(app.view_functions[entry.endpoint])
        if entry.part != part or not need:
            continue
        if rules.may(visitor.me, need.object, need.action) and entry.shown():  # type: ignore[union-attr]
            yield entry
