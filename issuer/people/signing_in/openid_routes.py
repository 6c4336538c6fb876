"""The pages to sign in by OpenID Connect, and to connect such an account to one's own."""

from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from issuer.home.issuer import current_issuer
from issuer.home.sign_in_settings import Provider
from issuer.people.access import gate, sessions
from issuer.people.access.gate import cookie_name, set_cookie, signed_in
from issuer.people.signing_in import identities, openid
from issuer.people.signing_in.blueprint import OFTEN, begin_session, limiter, signing_in
from issuer.people.signing_in.openid import OpenIdError, ProviderAccount
from issuer.people.tables import PersonRow
from issuer.web.access import needs, open_to_all
from issuer.web.answers import page
from verifier import clock

account_binding = Blueprint("binding", __name__)
_COOKIE: Final = "openid"
_PURPOSE: Final = "mintmark openid"


@signing_in.get("/sign-in/with/<provider>")
@open_to_all
@limiter.limit(OFTEN)
def with_provider(provider: str) -> AnyResponse:
    """Lead to the provider."""
    return _go(_provider(provider), request.args.get("lands_on", "")[:500], binds=None)


@account_binding.get("/account/with/<provider>")
@needs("account", "bind")
def bind_provider(provider: str) -> AnyResponse:
    """Redirect to the provider, to connect its account to the signed-in person."""
    visitor = gate.whoever()
    if not sessions.is_fresh(visitor.session, now=clock.now()):
        return redirect(url_for("sign_in.form", lands_on=request.path), 303)
    return _go(_provider(provider), url_for("account.show"), binds=visitor.person.id)


@signing_in.get("/sign-in/from/<provider>")
@open_to_all
@limiter.limit(OFTEN)
def from_provider(provider: str) -> AnyResponse:
    """Sign in whom the provider knows."""
    issuer, where, now = current_issuer(), _provider(provider), clock.now()
    attempt = _attempt(provider)
    if attempt is None:
        return _refused(where, "")
    try:
        account = openid.finish(where, attempt, request.args, _comes_back(provider), now=now)
    except OpenIdError as exc:
        return _refused(where, str(exc.args[0]))
    if attempt["binds"]:
        return _bind(where, account, int(attempt["binds"]))
    with issuer.database.writing() as session:
        person = identities.person_of(session, account, now=now)
        token = person and begin_session(session, person, provider, account.signed_in_at)
    if not token:
        return _refused(where, "")
    return gate.signed_in_answer(token, attempt["lands_on"])


def _bind(where: Provider, account: ProviderAccount, person_pk: int) -> AnyResponse:
    visitor = signed_in()
    if visitor is None or visitor.person.id != person_pk:
        return _refused(where, "")
    with current_issuer().database.writing() as session:
        person = session.get_one(PersonRow, person_pk)
        bound = identities.bind(session, person, account, now=clock.now())
    return redirect(url_for("account.show"), 303) if bound else _refused(where, "")


def _go(where: Provider, lands_on: str, *, binds: int | None) -> AnyResponse:
    try:
        again = signed_in() is not None
        address, attempt = openid.begin(where, _comes_back(where.name), again=again)
    except OpenIdError as exc:
        return _refused(where, str(exc.args[0]))
    attempt |= {"provider": where.name, "lands_on": lands_on, "binds": str(binds or "")}
    response = redirect(address, 303)
    name = cookie_name(current_issuer().settings, _COOKIE)
    seconds = int(openid.KEPT_FOR.total_seconds())
    set_cookie(response, name, str(_serializer().dumps(attempt)), seconds)
    return response


def _attempt(provider: str) -> dict[str, str] | None:
    """Return what this browser keeps from its way there; None if it did not go there from here."""
    cookie = request.cookies.get(cookie_name(current_issuer().settings, _COOKIE), "")
    try:
        seconds = int(openid.KEPT_FOR.total_seconds())
        attempt: dict[str, str] = _serializer().loads(cookie, max_age=seconds)
    except BadSignature:
        return None
    return attempt if attempt["provider"] == provider else None


def _refused(where: Provider, why: str) -> Response:
    response = page("people/refused.html", provider=where, why=why)
    response.status_code = 403
    response.headers["Cache-Control"] = "no-store"
    return response


def _provider(name: str) -> Provider:
    providers = {provider.name: provider for provider in current_issuer().settings.sign_in}
    if name not in providers:
        raise NotFound
    return providers[name]


def _comes_back(provider: str) -> str:
    """Return the address that is registered with the provider."""
    return f"{current_issuer().settings.public_url}/sign-in/from/{provider}"


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_issuer().settings.secret_file.read_bytes(), salt=_PURPOSE)
